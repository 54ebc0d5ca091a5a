#!/usr/bin/env python3
"""How does the cost grow: with cores, with the size of the network's input, with the people in the picture?

    growth.py PROGRAM RECORDING [--seconds S] [--network NAME]

Three tables from `footfall bench`, S seconds for each line (default 6): the whole job (persons, faces, gender) on 1
and 2 threads; the person network alone with an input of 320, 416, 640 and 1280; the whole job with 0, 5, 20
and 50 people in the picture.  Those pictures are made here with ffmpeg: one person of RECORDING, the best found, set as
often into a grey picture of 1280x960.  Other input sizes come from a copy of the registry.  Memory is the peak of a process that
does nothing else, without the sample of frames that bench keeps.
"""
import argparse
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def footfall(program, *args, env=None):
	got = subprocess.run([program, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
		env={**os.environ, **(env or {})})
	if got.returncode != 0:
		sys.exit(f"growth.py: {' '.join(map(str, args))}: {got.stderr.strip()}")
	return got.stdout


def measure(o, recording, *args, env=None):
	said = json.loads(footfall(o.program, "bench", "-q", "--json", "--seconds", o.seconds, *args, recording, env=env))
	row = said["settings"][0]
	if row["error"]:
		sys.exit(f"growth.py: {row['error']}")
	return row


def show(label, row):
	ms = row["ms"]
	print(f"{label:>14} {row['fps']:8.1f} {ms['all']:8.2f} {ms['person']:8.2f} {ms['face']:7.2f} {ms['gender']:7.2f}"
		f" {row['persons']:8.1f} {row['faces']:6.1f} {row['peak_bytes'] / 2**20:8.0f}", flush=True)


def head(title):
	print(f"\n{title}\n{'':>14} {'frames/s':>8} {'ms/frame':>8} {'person':>8} {'face':>7} {'gender':>7}"
		f" {'persons':>8} {'faces':>6} {'MiB':>8}")


def sizes(o, folder):
	"""The same network with other input sizes, through registries of our own."""
	text = (HERE.parent / "models" / "registry.cfg").read_text()
	entry = text.index(f'path = "person/{o.network}.onnx"')
	end = text.index("\n\t},", entry)
	for size in (320, 416, 640, 1280):
		changed = re.sub(r"width = \d+; height = \d+;", f"width = {size}; height = {size};", text[entry:end])
		registry = folder / f"registry-{size}.cfg"
		registry.write_text(text[:entry] + changed + text[end:])
		yield size, {"FOOTFALL_REGISTRY": str(registry)}


def best_person(o, folder):
	db = folder / "best.db"
	footfall(o.program, "analyze", "-q", o.recording, "--to", 20, "--stages", "person", "--person", o.network, "-d", db)
	rows = sqlite3.connect(db).execute("SELECT f.number, p.x, p.y, p.w, p.h FROM person p JOIN frame f ON f.id = p.frame_id"
		" WHERE p.h > 80 ORDER BY p.score DESC LIMIT 1").fetchall()
	if not rows:
		sys.exit(f"growth.py: nobody higher than 80 pixels in the first 20 s of {o.recording}")
	return rows[0]


def crowd(o, folder, person, n):
	"""A recording of 40 frames with that person n times in it."""
	number, x, y, w, h = person
	out = folder / f"people-{n}.avi"
	command = ["ffmpeg", "-v", "error", "-y"]
	if n == 0:
		command += ["-f", "lavfi", "-i", "color=gray:s=1280x960:r=10:d=4"]
	else:
		columns, rows = {5: (5, 1), 20: (10, 2), 50: (10, 5)}[n]
		# 110x170 a place: ten beside each other in 1280 pixels
		margin = 6
		cut = f"crop={int(w) + 2 * margin}:{int(h) + 2 * margin}:{max(int(x) - margin, 0)}:{max(int(y) - margin, 0)}"
		command += ["-i", o.recording, "-vf",
			f"select=eq(n\\,{number}),{cut},scale=-2:170,pad=118:184:(ow-iw)/2:(oh-ih)/2:gray,loop={n - 1}:1:0,"
			f"tile={columns}x{rows},pad=1280:960:(ow-iw)/2:(oh-ih)/2:gray,loop=39:1:0,setpts=N/10/TB", "-r", "10"]
	subprocess.run([*command, "-frames:v", "40", "-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p", str(out)], check=True)
	return out


def main():
	p = argparse.ArgumentParser(usage=__doc__)
	p.add_argument("program")
	p.add_argument("recording")
	p.add_argument("--seconds", type=float, default=6)
	p.add_argument("--network", default="yolov5n")
	o = p.parse_args()
	f32 = ["-o", "inference.precision=f32"]
	whole = ["--person", o.network, "--face", "face_detection_yunet_2026may", "--gender", "footfall-gender", *f32]
	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		head(f"whole job, {o.recording}")
		for threads in (1, 2):
			show(f"{threads} threads", measure(o, o.recording, *whole, "-o", f"inference.threads={threads}"))
		head(f"{o.network} alone, one thread, input size")
		for size, env in sizes(o, folder):
			show(str(size), measure(o, o.recording, "--person", o.network, "--face", "none", "--gender", "none", *f32,
				"-o", "inference.threads=1", env=env))
		head("whole job, one thread, people in a picture of 1280x960")
		person = best_person(o, folder)
		for n in (0, 5, 20, 50):
			show(f"{n} people", measure(o, crowd(o, folder, person, n), *whole, "-o", "inference.threads=1"))


main()
