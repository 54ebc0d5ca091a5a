#!/usr/bin/env python3
"""The script that one writes by hand: persons in each frame of a recording, into SQLite.

    naive.py RECORDING NETWORK.onnx DATABASE [SECONDS]

The yardstick of eval/bench.sh: nothing clever, nothing deliberately slow.  A YOLOv5 network of
640x640 through cv2.dnn, decoded with numpy, the same thresholds as footfall's defaults.
"""
import sqlite3
import sys
import time

import cv2
import numpy as np

SIZE, MIN_SCORE, MAX_IOU = 640, 0.25, 0.45


def letterbox(image):
	h, w = image.shape[:2]
	scale = min(SIZE / w, SIZE / h)
	nw, nh = round(w * scale), round(h * scale)
	left, top = (SIZE - nw) // 2, (SIZE - nh) // 2
	canvas = np.full((SIZE, SIZE, 3), 114, np.uint8)
	canvas[top:top + nh, left:left + nw] = cv2.resize(image, (nw, nh))
	return canvas, scale, left, top


def persons(net, image, min_score, max_iou):
	canvas, scale, left, top = letterbox(image)
	net.setInput(cv2.dnn.blobFromImage(canvas, 1 / 255, swapRB=True))
	rows = net.forward()[0]
	scores = rows[:, 4:5] * rows[:, 5:]
	keep = (scores.argmax(axis=1) == 0) & (scores[:, 0] >= min_score)
	rows, scores = rows[keep], scores[keep, 0]
	boxes = []
	for cx, cy, w, h in rows[:, :4]:
		boxes.append([float((cx - w / 2 - left) / scale), float((cy - h / 2 - top) / scale),
			float(w / scale), float(h / scale)])
	chosen = cv2.dnn.NMSBoxes(boxes, [float(s) for s in scores], min_score, max_iou)
	return [(float(scores[i]), boxes[i]) for i in np.array(chosen).flatten()]


def main():
	recording, network, database = sys.argv[1:4]
	end_ms = float(sys.argv[4]) * 1000 if len(sys.argv) > 4 else float("inf")
	net = cv2.dnn.readNet(network)
	capture = cv2.VideoCapture(recording)
	db = sqlite3.connect(database)
	db.execute("CREATE TABLE frame (number INTEGER PRIMARY KEY, time_ms REAL)")
	db.execute("CREATE TABLE person (frame INTEGER, score REAL, x REAL, y REAL, w REAL, h REAL)")
	start = time.monotonic()
	number = found = 0
	while True:
		good, image = capture.read()
		time_ms = capture.get(cv2.CAP_PROP_POS_MSEC)
		if not good or time_ms >= end_ms:
			break
		db.execute("INSERT INTO frame VALUES (?, ?)", (number, time_ms))
		for score, (x, y, w, h) in persons(net, image, MIN_SCORE, MAX_IOU):
			db.execute("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)", (number, score, x, y, w, h))
			found += 1
		db.commit()
		number += 1
	seconds = time.monotonic() - start
	print(f"{number} frames, {found} persons, {seconds:.2f} s, {number / seconds:.2f} frames/s")


if __name__ == "__main__":
	main()
