#!/usr/bin/env python3
"""How good is each network at hand on the labelled sets? Prints one Markdown table a task.

    accuracy.py PROGRAM DATA [--resamples N] [--save DIR] [--tasks person,face,gender]

DATA is the folder that holds coco_yolo, coco_json, pennfudan, widerface and utkface; a set that is not there has no
column.  Networks are those that `footfall models list` calls ready.  "ms" is what the registry states for one pass.
"no answer" is the share of faces, given a face, that the network left open at its own gender.min_score; "every face
answered" is the same network without that right.  --save keeps the detections as DIR/SET-NETWORK.json, in COCO's
form.  With --resamples the 95 % interval of AP50 (of macro F1) stands behind it.  The exit status is 1 when a
network failed; the table then says so.
"""
import argparse
import json
import os
import subprocess
import sys

# Name, pictures, labels, and options of footfall eval.
SETS = {
	"person": [
		("coco_yolo", "coco_yolo/images", "coco_yolo/labels", []),
		("coco_json", "coco_json/images", "coco_json/instances.json", []),
		("pennfudan", "pennfudan/images", "pennfudan/annotations_voc", []),
	],
	"face": [
		("widerface", "widerface/images", "widerface/instances.json", []),
		("from 32 px", "widerface/images", "widerface/instances.json", ["--smallest", "32"]),
	],
}


def run(command):
	done = subprocess.run(command, capture_output=True, text=True, errors="replace")
	if done.returncode != 0:
		print(f"accuracy.py: {' '.join(command)}: exit status {done.returncode}\n{done.stderr.strip()}", file=sys.stderr)
		return None
	return done.stdout


def number(value, digits=3):
	return "–" if value is None or value == -1 else f"{value:.{digits}f}"


def with_interval(of, name):
	low_high = of.get("intervals", {}).get(name)
	if isinstance(low_high, dict):
		low_high = (low_high.get("low"), low_high.get("high"))
	text = number(of.get(name))
	return text if not low_high or None in low_high else f"{text} ({number(low_high[0], 2)}–{number(low_high[1], 2)})"


def milliseconds(network):
	return "–" if network["ms"] is None else f"{network['ms']:g}"


def table(rows):
	print("| " + " | ".join(rows[0]) + " |")
	print("| --- |" + " ---: |" * (len(rows[0]) - 1))
	for row in rows[1:]:
		print("| " + " | ".join(row) + " |", flush=True)
	print(flush=True)


def detectors(args, task, networks, base):
	sets = [s for s in SETS[task] if os.path.exists(os.path.join(args.data, s[2]))]
	if not sets:
		return True
	rows = [[task, "ms"] + [f"{s[0]} {figure}" for s in sets for figure in ("AP", "AP50", "F1 at 0.5")]]
	fine = True
	for network in networks:
		row = [network["name"], milliseconds(network)]
		for name, images, truth, options in sets:
			command = [args.program, "eval", "detect" if task == "person" else "face"] + base + [
				f"--{task}", network["name"], *options,
				"--images", os.path.join(args.data, images), "--truth", os.path.join(args.data, truth)]
			if args.save:
				command += ["--save", os.path.join(args.save, f"{name}-{network['name']}.json")]
			out = run(command)
			if out is None:
				fine = False
				row += ["failed", "", ""]
				continue
			figures = json.loads(out)
			row += [number(figures["AP"]), with_interval(figures, "AP50"), number(figures["f1"])]
		rows.append(row)
	table(rows)
	return fine


def classifiers(args, networks, base):
	folder = os.path.join(args.data, "utkface", "images")
	if not os.path.isdir(folder):
		return True
	rows = [["gender", "ms", "given a face: F1 female", "F1 male", "macro F1", "AUC", "no answer", "every face answered: macro F1",
		"end to end: F1 female", "F1 male", "macro F1", "faces not found"]]
	fine = True
	for network in networks:
		out = run([args.program, "eval", "gender"] + base + ["--gender", network["name"], "--set", folder])
		if out is None:
			fine = False
			rows.append([network["name"], milliseconds(network), "failed"] + [""] * (len(rows[0]) - 3))
			continue
		end_to_end = json.loads(out)
		given = end_to_end["given_face"]
		rows.append([network["name"], milliseconds(network),
			number(given["f1_female"]), number(given["f1_male"]), with_interval(given, "f1_macro"), number(given["auc"]),
			f"{100 * given['abstained'] / given['items']:.1f} %", number(given["without_abstaining"]["f1_macro"]),
			number(end_to_end["f1_female"]), number(end_to_end["f1_male"]), with_interval(end_to_end, "f1_macro"),
			str(end_to_end["no_face"])])
	table(rows)
	return fine


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument("program")
	parser.add_argument("data")
	parser.add_argument("--resamples", type=int, default=0)
	parser.add_argument("--save")
	parser.add_argument("--tasks", default="person,face,gender")
	args = parser.parse_args()

	listed = run([args.program, "models", "list", "--json"])
	if listed is None:
		return 1
	ready = [n for n in map(json.loads, listed.splitlines()) if n["state"] == "ready"]
	if not ready:
		print("accuracy.py: no network at hand; set FOOTFALL_MODELS", file=sys.stderr)
		return 1
	if args.save:
		os.makedirs(args.save, exist_ok=True)
	base = ["-q", "--json", "--no-store", "--resamples", str(args.resamples)]
	fine = True
	for task in args.tasks.split(","):
		networks = [n for n in ready if n["task"] == task]
		if task in SETS:
			fine &= detectors(args, task, networks, base)
		elif task == "gender":
			fine &= classifiers(args, networks, base)
		else:
			parser.error(f"'{task}' is none of person, face, gender")
	return 0 if fine else 1


if __name__ == "__main__":
	sys.exit(main())
