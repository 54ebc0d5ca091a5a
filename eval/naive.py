#!/usr/bin/env python3
"""The script that one writes by hand: persons and faces in each frame of a recording, into SQLite.

    naive.py RECORDING PERSON.onnx DATABASE [SECONDS [FACE.onnx]]

The yardstick of eval/bench.sh: nothing clever, nothing deliberately slow.  A YOLOv5 network of
640x640 and, where given, a YuNet of its own size through cv2.dnn, decoded with numpy, the same
thresholds as footfall's defaults.
"""
import sqlite3
import sys
import time

import cv2
import numpy as np

SIZE, MIN_SCORE, MAX_IOU = 640, 0.25, 0.45
FACE_MIN_SCORE, FACE_MAX_IOU = 0.7, 0.3


def letterbox(image):
	h, w = image.shape[:2]
	scale = min(SIZE / w, SIZE / h)
	nw, nh = round(w * scale), round(h * scale)
	left, top = (SIZE - nw) // 2, (SIZE - nh) // 2
	canvas = np.full((SIZE, SIZE, 3), 114, np.uint8)
	canvas[top:top + nh, left:left + nw] = cv2.resize(image, (nw, nh))
	return canvas, scale, left, top


def suppressed(boxes, scores, min_score, max_iou):
	chosen = cv2.dnn.NMSBoxes(boxes, scores, min_score, max_iou)
	return [(scores[i], boxes[i]) for i in np.array(chosen).flatten().astype(int)]


def persons(net, image):
	canvas, scale, left, top = letterbox(image)
	net.setInput(cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True))
	rows = net.forward()[0]
	scores = rows[:, 4:5] * rows[:, 5:]
	keep = (scores.argmax(axis=1) == 0) & (scores[:, 0] >= MIN_SCORE)
	rows, scores = rows[keep], scores[keep, 0]
	boxes = []
	for cx, cy, w, h in rows[:, :4]:
		boxes.append([float((cx - w / 2 - left) / scale), float((cy - h / 2 - top) / scale),
			float(w / scale), float(h / scale)])
	return suppressed(boxes, [float(s) for s in scores], MIN_SCORE, MAX_IOU)


def faces(net, size, image):
	h, w = image.shape[:2]
	scale = min(size / w, size / h)
	canvas = np.zeros((size, size, 3), np.uint8)
	small = cv2.resize(image, (round(w * scale), round(h * scale)))
	canvas[:small.shape[0], :small.shape[1]] = small
	net.setInput(cv2.dnn.blobFromImage(canvas))
	names = [f"{part}_{stride}" for stride in (8, 16, 32) for part in ("cls", "obj", "bbox", "kps")]
	outs = dict(zip(names, net.forward(names)))
	boxes, scores = [], []
	for stride in (8, 16, 32):
		cls, obj = outs[f"cls_{stride}"].reshape(-1), outs[f"obj_{stride}"].reshape(-1)
		bbox = outs[f"bbox_{stride}"].reshape(-1, 4)
		score = np.sqrt(np.clip(cls, 0, 1) * np.clip(obj, 0, 1))
		for i in np.nonzero(score >= FACE_MIN_SCORE)[0]:
			row, col = divmod(int(i), size // stride)
			bw, bh = np.exp(bbox[i, 2]) * stride / scale, np.exp(bbox[i, 3]) * stride / scale
			cx, cy = (col + bbox[i, 0]) * stride / scale, (row + bbox[i, 1]) * stride / scale
			boxes.append([float(cx - bw / 2), float(cy - bh / 2), float(bw), float(bh)])
			scores.append(float(score[i]))
	return suppressed(boxes, scores, FACE_MIN_SCORE, FACE_MAX_IOU)


def face_size(network):
	"""YuNet of 320 or 640: the one that its output's shape agrees with."""
	for size in (320, 640):
		net = cv2.dnn.readNet(network)
		try:
			net.setInput(np.zeros((1, 3, size, size), np.float32))
			if net.forward("cls_8").size == (size // 8) ** 2:
				return net, size
		except cv2.error:
			pass
	sys.exit(f"naive.py: {network} is no YuNet of 320x320 or 640x640")


def main():
	recording, network, database = sys.argv[1:4]
	end_ms = float(sys.argv[4]) * 1000 if len(sys.argv) > 4 else float("inf")
	net = cv2.dnn.readNet(network)
	face, size = face_size(sys.argv[5]) if len(sys.argv) > 5 else (None, 0)
	capture = cv2.VideoCapture(recording)
	db = sqlite3.connect(database)
	db.execute("CREATE TABLE frame (number INTEGER PRIMARY KEY, time_ms REAL)")
	for table in ("person", "face"):
		db.execute(f"CREATE TABLE {table} (frame INTEGER, score REAL, x REAL, y REAL, w REAL, h REAL)")
	start, cpu = time.monotonic(), time.process_time()
	number = found = 0
	while True:
		good, image = capture.read()
		time_ms = capture.get(cv2.CAP_PROP_POS_MSEC)
		if not good or time_ms >= end_ms:
			break
		db.execute("INSERT INTO frame VALUES (?, ?)", (number, time_ms))
		for score, (x, y, w, h) in persons(net, image):
			db.execute("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)", (number, score, x, y, w, h))
			found += 1
		for score, (x, y, w, h) in faces(face, size, image) if face is not None else []:
			db.execute("INSERT INTO face VALUES (?, ?, ?, ?, ?, ?)", (number, score, x, y, w, h))
		db.commit()
		number += 1
	seconds, cpu = time.monotonic() - start, time.process_time() - cpu
	print(f"{number} frames, {found} persons, {seconds:.3f} s, {cpu:.3f} s of processor time")


if __name__ == "__main__":
	main()
