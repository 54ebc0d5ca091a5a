#!/usr/bin/env python3
"""Every network at hand on the same pictures: does it run here, how long does it take, what does it find?

    networks.py PROGRAM PICTURE... [--markdown]

A picture counts persons (or faces) for detectors, and for gender networks the faces found by the
default face network with the gender and the certainty given to each.  "ms" is the median pass of
`footfall models check` on one core, without preparation and decoding; "ms/picture" is the whole
job with one thread, decoding the picture included.
"""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile


def run(*command):
	return subprocess.run(command, capture_output=True, text=True, errors="replace")


def json_lines(text):
	return [json.loads(line) for line in text.splitlines()]


def last_line(text):
	lines = text.strip().splitlines()
	return lines[-1].removeprefix("footfall: ") if lines else ""


STAGES = {
	"person": lambda name: ("--stages", "person", "--person", name),
	"face": lambda name: ("--stages", "face", "--face", name),
	"gender": lambda name: ("--stages", "face,gender", "--gender", name),
}


def find(program, network, folder, work):
	"""(seconds for each picture, list of what was found in each), or a reason."""
	db = os.path.join(work, "db")
	for name in os.listdir(work):
		os.remove(os.path.join(work, name))
	result = run(program, "analyze", "-q", "--json", "-d", db, "-o", "inference.threads=1",
		*STAGES[network["task"]](network["name"]), folder)
	if result.returncode != 0:
		return None, last_line(result.stderr)
	said = json_lines(result.stdout)[0]
	con = sqlite3.connect(db)
	found = []
	for (frame,) in con.execute("SELECT id FROM frame ORDER BY number").fetchall():
		if network["task"] == "person":
			n, best = con.execute("SELECT count(*), max(score) FROM person WHERE frame_id = ?", (frame,)).fetchone()
			found.append(f"{n}" if n == 0 else f"{n} (best {best:.2f})")
		elif network["task"] == "face":
			n, best = con.execute("SELECT count(*), max(score) FROM face WHERE frame_id = ?", (frame,)).fetchone()
			found.append(f"{n}" if n == 0 else f"{n} (best {best:.2f})")
		else:
			found.append(" ".join(
				f"{(gender or 'unknown')[0]}{max(p, 1 - p):.2f}" if p is not None else "-"
				for gender, p in con.execute("SELECT gender, p_female FROM face WHERE frame_id = ? ORDER BY x", (frame,))) or "-")
	con.close()
	return said["elapsed_s"] / max(1, said["frames"]), found


def main():
	args = [a for a in sys.argv[1:] if a != "--markdown"]
	markdown = len(args) != len(sys.argv) - 1
	if len(args) < 2:
		sys.exit(__doc__)
	program, pictures = args[0], args[1:]
	listed = run(program, "models", "list", "--json")
	if listed.returncode != 0:
		sys.exit(last_line(listed.stderr))
	rows = [["network", "task", "runs", "ms", "ms/picture"] + [os.path.basename(p) for p in pictures]]
	with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as work:
		# Numbered, so that frame k is picture k.
		for i, picture in enumerate(pictures):
			shutil.copy(picture, os.path.join(folder, f"{i:04}{os.path.splitext(picture)[1]}"))
		for network in json_lines(listed.stdout):
			row = [network["name"], network["task"]]
			rows.append(row)
			if network["state"] == "missing":
				row += ["not at hand"] + ["-"] * (2 + len(pictures))
				continue
			checked = run(program, "models", "check", "--json", network["name"])
			answer = json_lines(checked.stdout)[0] if checked.stdout else {"ok": False, "ms": None, "finding": last_line(checked.stderr)}
			row += ["yes" if answer["ok"] else f"no: {answer['finding']}", f"{answer['ms']:.1f}" if answer["ms"] else "-"]
			seconds, found = find(program, network, folder, work)
			if seconds is None:
				row += ["-"] + ["-"] * len(pictures)
				if answer["ok"]:
					row[2] = f"no: {found}"
			else:
				row += [f"{1000 * seconds:.0f}"] + found
			print(f"{network['name']}: done", file=sys.stderr)
	if markdown:
		rows.insert(1, ["---"] * len(rows[0]))
		for row in rows:
			print("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
		return
	# Reasons are long: they follow the table.
	reasons = [f"{row[0]}: {row[2][4:]}" for row in rows if row[2].startswith("no: ")]
	for row in rows:
		row[2] = "no" if row[2].startswith("no: ") else row[2]
	widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
	for row in rows:
		print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
	if reasons:
		print("\n" + "\n".join(reasons))


if __name__ == "__main__":
	main()
