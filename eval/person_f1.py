#!/usr/bin/env python3
"""Scores the persons of a stored run against a truth file in MOTChallenge format.

    person_f1.py DATABASE TRUTH [--source NAME] [--iou 0.5] [--considered] [--json]

Frame k of the recording (from 0) is frame k + 1 of the truth file.  Only frames that were analysed
count.  In each frame the detections, by falling score, take the free truth box with the largest
overlap, if that reaches the threshold.  All rows of the truth count; with --considered those are left
out whose seventh column is 0, the format's mark for a person that need not be found.

Then people_avg of each minute row is compared with the truth over the same frames.
"""
import argparse
import collections
import csv
import json
import sqlite3
import sys


def iou(a, b):
	w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
	h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
	if w <= 0 or h <= 0:
		return 0.0
	return w * h / (a[2] * a[3] + b[2] * b[3] - w * h)


def read_truth(path, considered):
	frames = collections.defaultdict(list)
	with open(path, newline="") as f:
		for line, row in enumerate(csv.reader(f), 1):
			try:
				number, box = int(row[0]) - 1, tuple(float(v) for v in row[2:6])
				counts = not considered or len(row) < 7 or float(row[6]) != 0
			except (ValueError, IndexError):
				sys.exit(f"{path}:{line}: not a row of a MOT file")
			if counts and len(box) == 4 and box[2] > 0 and box[3] > 0:
				frames[number].append(box)
	return frames


def match(truths, detections, threshold):
	"""Number of detections (score, box) that find a truth of their own."""
	free = list(truths)
	hits = 0
	for _, box in sorted(detections, key=lambda d: -d[0]):
		best = max(free, key=lambda t: iou(t, box), default=None)
		if best is not None and iou(best, box) >= threshold:
			free.remove(best)
			hits += 1
	return hits


def find_run(db, source):
	rows = db.execute(
		"SELECT r.id, s.name FROM run r JOIN source s ON s.id = r.source_id"
		" WHERE ?1 IS NULL OR s.name = ?1 ORDER BY r.started_ms DESC, r.id DESC",
		(source,)).fetchall()
	if not rows:
		sys.exit("no run in the database" + (f" of source {source}" if source else ""))
	return rows[0]


def main():
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("database")
	parser.add_argument("truth")
	parser.add_argument("--source", help="name of the source; default: that of the latest run")
	parser.add_argument("--iou", type=float, default=0.5)
	parser.add_argument("--considered", action="store_true", help="leave out the truth's rows marked 0")
	parser.add_argument("--json", action="store_true")
	args = parser.parse_args()

	truth = read_truth(args.truth, args.considered)
	db = sqlite3.connect(f"file:{args.database}?mode=ro", uri=True)
	run, source = find_run(db, args.source)
	frames = db.execute(
		"SELECT number, time_ms, id FROM frame WHERE run_id = ? ORDER BY number", (run,)).fetchall()
	found = collections.defaultdict(list)
	for frame, score, *box in db.execute(
			"SELECT p.frame_id, p.score, p.x, p.y, p.w, p.h FROM person p"
			" JOIN frame f ON f.id = p.frame_id WHERE f.run_id = ?", (run,)):
		found[frame].append((score, box))

	hits = truths = detections = 0
	in_minute = collections.defaultdict(lambda: [0, 0])
	for number, time_ms, frame in frames:
		truths += len(truth[number])
		detections += len(found[frame])
		hits += match(truth[number], found[frame], args.iou)
		minute = in_minute[time_ms // 60000 * 60000]
		minute[0] += 1
		minute[1] += len(truth[number])

	minutes = []
	for start, frames_in, people in db.execute(
			"SELECT start_ms, frames, people_sum FROM minute WHERE run_id = ? ORDER BY start_ms", (run,)):
		n, true = in_minute[start]
		if n != frames_in or n == 0:
			sys.exit(f"minute {start} says {frames_in} frames, the frame table {n}")
		minutes.append({
			"start_ms": start, "frames": n, "people_avg": people / n, "truth_avg": true / n,
			"error": (people - true) / true if true else None})

	result = {
		"source": source, "frames": len(frames), "truths": truths, "detections": detections,
		"precision": hits / detections if detections else None,
		"recall": hits / truths if truths else None,
		"f1": 2 * hits / (detections + truths) if detections + truths else None,
		"minutes": minutes}
	if args.json:
		print(json.dumps(result))
		return

	def fraction(name):
		return "-" if result[name] is None else f"{result[name]:.4f}"

	print(f"{source}: {len(frames)} frames, {truths} true persons, {detections} detections, IoU {args.iou}")
	print(f"precision {fraction('precision')}  recall {fraction('recall')}  F1 {fraction('f1')}")
	for m in minutes:
		error = "" if m["error"] is None else f"  {100 * m['error']:+.1f} %"
		print(f"minute {m['start_ms'] // 60000}: people_avg {m['people_avg']:.4f}  truth {m['truth_avg']:.4f}{error}")


if __name__ == "__main__":
	main()
