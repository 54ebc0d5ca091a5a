#!/usr/bin/env python3
"""Do two databases hold the same boxes?  One line for each table: matched at IoU 0.5, median IoU, scores.

    agreement.py FIRST.db SECOND.db [WIDTH HEIGHT]

Either is footfall's or that of eval/naive.py and eval/ort_pipeline.py.  WIDTH and HEIGHT: boxes are
clipped to that first, as footfall clips them.  Within a frame boxes are matched greedily by IoU.
"""
import sqlite3
import statistics
import sys


def boxes(path, table, clip):
	db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
	ours = db.execute("PRAGMA application_id").fetchone()[0] == 0x666F6F74
	sql = (f"SELECT f.number, t.score, t.x, t.y, t.w, t.h FROM {table} t JOIN frame f ON f.id = t.frame_id" if ours
		else f"SELECT frame, score, x, y, w, h FROM {table}")
	found = {}
	for number, score, x, y, w, h in db.execute(sql):
		x2, y2 = x + w, y + h
		if clip:
			x, y, x2, y2 = max(x, 0), max(y, 0), min(x2, clip[0]), min(y2, clip[1])
		found.setdefault(number, []).append((score, x, y, x2, y2))
	return found


def iou(a, b):
	w = min(a[3], b[3]) - max(a[1], b[1])
	h = min(a[4], b[4]) - max(a[2], b[2])
	if w <= 0 or h <= 0:
		return 0
	both = w * h
	return both / ((a[3] - a[1]) * (a[4] - a[2]) + (b[3] - b[1]) * (b[4] - b[2]) - both)


def match(first, second):
	pairs = []
	for number in first.keys() & second.keys():
		near = sorted(((iou(a, b), i, k) for i, a in enumerate(first[number]) for k, b in enumerate(second[number])),
			reverse=True)
		left, right = set(), set()
		for v, i, k in near:
			if v >= 0.5 and i not in left and k not in right:
				left.add(i)
				right.add(k)
				pairs.append((v, first[number][i], second[number][k]))
	return pairs


def main():
	clip = (float(sys.argv[3]), float(sys.argv[4])) if len(sys.argv) > 4 else None
	for table in ("person", "face"):
		first, second = (boxes(path, table, clip) for path in sys.argv[1:3])
		n, m = (sum(map(len, v.values())) for v in (first, second))
		pairs = match(first, second)
		if not pairs:
			if n + m > 0:
				print(f"{table}: {n} and {m} boxes, none in common")
			continue
		score = max(abs(a[0] - b[0]) for _, a, b in pairs)
		edge = max(abs(x - y) for _, a, b in pairs for x, y in zip(a[1:], b[1:]))
		print(f"{table}: {n} and {m} boxes, {len(pairs)} matched, median IoU {statistics.median(v for v, _, _ in pairs):.4f},"
			f" largest difference of scores {score:.4f}, of edges {edge:.3f} px")


if __name__ == "__main__":
	main()
