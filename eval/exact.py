#!/usr/bin/env python3
"""Do our layers find what plain OpenCV finds?  The largest difference of any box and score over the first frames of a recording.

    exact.py PROGRAM RECORDING [--frames N] [--seconds S] [--face NAME] NETWORK...

For each person network: `footfall analyze` with inference.layers=fast (f32) and with inference.layers=opencv on the recording, or
its first S seconds, and then every person's and face's box of the first N frames (default 500) against its twin.  Faces are found
by the face network NAME, or by the person network itself, if it finds them too.  Fails (1) when a box has no twin, a coordinate
differs by more than 1e-3 pixels or a score by more than 1e-5.
"""
import argparse
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

PIXELS, SCORE = 1e-3, 1e-5


def analyse(o, network, layers, db):
	command = [o.program, "analyze", "-q", o.recording, "--stages", "person,face", "--person", network, "--face", o.face or network,
		"-o", f"inference.layers={layers}", "-o", "inference.precision=f32", "-d", str(db), "--to", str(o.seconds)]
	got = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
	if got.returncode != 0:
		sys.exit(f"exact.py: {got.stderr.strip()}")


def boxes(db, table):
	sql = f"SELECT f.number, t.x, t.y, t.w, t.h, t.score FROM {table} t JOIN frame f ON f.id = t.frame_id WHERE f.number < ?"
	found = {}
	for number, *box in sqlite3.connect(db).execute(sql, (o.frames,)):
		found.setdefault(number, []).append(box)
	return found


def compare(first, second):
	"""Boxes, boxes without a twin, largest differences of a coordinate and a score."""
	n = alone = 0
	pixels = score = 0.0
	for number in first.keys() | second.keys():
		a, b = first.get(number, []), list(second.get(number, []))
		n += len(a)
		for box in a:
			twin = min(b, key=lambda t: max(abs(x - y) for x, y in zip(box, t)), default=None)
			if twin is None or max(abs(x - y) for x, y in zip(box[:4], twin[:4])) > 1:
				alone += 1
				continue
			b.remove(twin)
			pixels = max(pixels, *(abs(x - y) for x, y in zip(box[:4], twin[:4])))
			score = max(score, abs(box[4] - twin[4]))
		alone += len(b)
	return n, alone, pixels, score


p = argparse.ArgumentParser(usage=__doc__)
p.add_argument("program")
p.add_argument("recording")
p.add_argument("networks", nargs="+")
p.add_argument("--frames", type=int, default=500)
p.add_argument("--seconds", type=float, default=1e6, help="of the recording that hold so many frames, to save time")
p.add_argument("--face")
o = p.parse_args()
failed = False
print(f"{'':>24} {'':>7} {'boxes':>6} {'alone':>6} {'pixels':>9} {'score':>9}")
with tempfile.TemporaryDirectory() as name:
	for network in o.networks:
		dbs = [pathlib.Path(name) / f"{network}-{layers}.db" for layers in ("fast", "opencv")]
		for layers, db in zip(("fast", "opencv"), dbs):
			analyse(o, network, layers, db)
		for table in ("person", "face"):
			n, alone, pixels, score = compare(*(boxes(db, table) for db in dbs))
			wrong = alone > 0 or pixels > PIXELS or score > SCORE
			failed = failed or wrong
			print(f"{network:>24} {table:>7} {n:6d} {alone:6d} {pixels:9.2e} {score:9.2e}{'  differs' if wrong else ''}", flush=True)
sys.exit(failed)
