#!/usr/bin/env python3
"""Writes a labelled set of the size of COCO val2017 and detections for it, always the same for a seed.

    make_large.py FOLDER [--images 5000] [--truths 36000] [--detections 500000] [--classes 80] [--seed 1]

FOLDER/instances.json and FOLDER/results.json.  A quarter of the detections lie near a truth; classes are as unequal
as they are in COCO, and one truth in a hundred is a crowd.
"""
import argparse
import json
import os
import random


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument("folder")
	for name, default in (("images", 5000), ("truths", 36000), ("detections", 500000), ("classes", 80), ("seed", 1)):
		parser.add_argument(f"--{name}", type=int, default=default)
	args = parser.parse_args()
	rng = random.Random(args.seed)
	classes = range(1, args.classes + 1)
	shares = [1 / c for c in classes]

	def box():
		return [rng.random() * 400, rng.random() * 300, rng.lognormvariate(3.9, 1) + 2, rng.lognormvariate(3.9, 1) + 2]

	truths = []
	for number in range(1, args.truths + 1):
		bbox = [round(v, 2) for v in box()]
		truths.append({"id": number, "image_id": rng.randint(1, args.images),
			"category_id": rng.choices(classes, shares)[0], "bbox": bbox, "area": round(bbox[2] * bbox[3] * 0.7, 4),
			"iscrowd": int(rng.random() < 0.01)})
	found = []
	for _ in range(args.detections):
		near = rng.choice(truths)
		if rng.random() < 0.25:
			x, y, w, h = near["bbox"]
			bbox = [rng.gauss(x, 0.08 * w), rng.gauss(y, 0.08 * h), w * rng.lognormvariate(0, 0.1), h * rng.lognormvariate(0, 0.1)]
			image, score = near["image_id"], rng.betavariate(2, 2)
		else:
			bbox, image, score = box(), rng.randint(1, args.images), rng.betavariate(1, 6)
		found.append({"image_id": image, "category_id": near["category_id"], "bbox": [round(v, 3) for v in bbox],
			"score": round(score, 5)})
	os.makedirs(args.folder, exist_ok=True)
	with open(os.path.join(args.folder, "instances.json"), "w") as file:
		json.dump({"images": [{"id": i + 1, "file_name": f"{i + 1:012}.jpg", "width": 640, "height": 480} for i in range(args.images)],
			"annotations": truths, "categories": [{"id": c, "name": f"class {c}"} for c in classes]}, file)
	with open(os.path.join(args.folder, "results.json"), "w") as file:
		json.dump(found, file)


if __name__ == "__main__":
	main()
