#!/usr/bin/env python3
"""
Where footfall-gender is weak: the validation part by size, pose, light, age and race label.

	gender_slices.py --work DIR --teachers DIR [--weights FILE]

The finished file run by OpenCV, on the pictures that gender_train.py has split off in that work
folder; a table in Markdown on stdout.  Those pictures have set the temperature and nothing else.
"""
import argparse
from pathlib import Path

import cv2
import numpy as np

import common
import gender_data
from gender_train import DIVIDE, MEAN, MIN_SCORE, NETWORK

POSES = ((0.1, "to the front"), (0.25, "turned a little"), (9e9, "turned away"))
AGES = ((3, "0-2"), (10, "3-9"), (20, "10-19"), (30, "20-29"), (50, "30-49"), (70, "50-69"), (999, "70+"))
RACES = ("0 (White)", "1 (Black)", "2 (Asian)", "3 (Indian)", "4 (Others)")
SIZES = (96, 64, 48, 32, 24, 16, 12)


def wilson(k, n, z=1.96):
	p, d = k / n, 1 + z * z / n
	middle, half = (p + z * z / (2 * n)) / d, z / d * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
	return middle - half, middle + half


class Network:
	def __init__(self, path):
		self.net = cv2.dnn.readNetFromONNX(str(path))
		self.net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)

	def __call__(self, pictures):
		p = []
		for picture in pictures:
			self.net.setInput(cv2.dnn.blobFromImage(picture, 1 / DIVIDE, mean=(MEAN,) * 3))
			p.append(float(self.net.forward().ravel()[0]))
		return np.array(p)


def row(kind, name, p, y):
	if not len(y):
		return
	right, sure = (p > 0.5) == y, np.maximum(p, 1 - p) >= MIN_SCORE
	low, high = wilson(right.sum(), len(y))
	said = f"{sure.mean():.3f} | {right[sure].mean():.3f}" if sure.any() else "0 | -"
	print(f"| {kind} | {name} | {len(y)} | {right.mean():.3f} | {low:.3f} to {high:.3f} | {said} |")


def grey(picture):
	return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument("--work", type=Path, required=True, help="of gender_train.py")
	parser.add_argument("--teachers", type=Path, required=True, help="folder of the pretrained networks")
	parser.add_argument("--weights", type=Path, default=common.ROOT / "models" / "own" / f"{NETWORK}.onnx")
	o = parser.parse_args()
	cv2.setNumThreads(1)

	faces, network = gender_data.Faces(o.work), Network(o.weights)
	chosen = np.flatnonzero(faces.validation)
	truth, age, race = (v[chosen] for v in (faces.gender == 1, faces.age, faces.race))
	crops = [gender_data.plain_crop(faces, i) for i in chosen]
	p = network(crops)
	finder = gender_data.FaceFinder(o.teachers / gender_data.DETECTOR)
	found = [finder(np.ascontiguousarray(faces.pictures[i])) for i in chosen]
	pose = np.array([f[5] if f else np.nan for f in found])	# not found: in no slice

	print(f"| by | slice | faces | right | 95 % | answered at {MIN_SCORE} | right of these |")
	print("| --- | --- | --- | --- | --- | --- | --- |")
	row("all", f"face of about {np.median(faces.side):.0f} px", p, truth)
	for g, name in ((1, "female"), (0, "male")):
		row("truth", name, p[truth == g], truth[truth == g])
	for px in SIZES:
		row("size", f"{px} px", network([gender_data.plain_crop(faces, i, face_px=px) for i in chosen]), truth)
	row("light", "grey", network([grey(c) for c in crops]), truth)
	row("light", "dark (a third)", network([cv2.convertScaleAbs(c, alpha=0.33) for c in crops]), truth)
	for kind, value, limits in (("pose", pose, POSES), ("age", age, AGES)):
		low = -1
		for high, name in limits:
			part = (value >= low) & (value < high)
			row(kind, name, p[part], truth[part])
			low = high
	for r, name in enumerate(RACES):
		row("race label", name, p[race == r], truth[race == r])


if __name__ == "__main__":
	main()
