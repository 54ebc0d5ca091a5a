#!/usr/bin/env python3
"""Compares the twelve figures of `footfall eval score` with pycocotools', to 1e-9, on files.

    oracle_files.py PROGRAM INSTANCES RESULTS [--truth LABELS] [--class NAME]
    oracle_files.py --reference INSTANCES RESULTS [--class NAME]

INSTANCES and RESULTS are COCO JSON.  --truth gives footfall the same labels in another form, with the pictures
numbered as in INSTANCES.  --class scores one class only, on both sides.  --reference runs pycocotools alone and
prints its figures as JSON: the job to time footfall against.  Exit status: 0 the same, 1 not, 77 no pycocotools.
"""
import argparse
import contextlib
import io
import json
import subprocess
import sys

try:
	from pycocotools.coco import COCO
	from pycocotools.cocoeval import COCOeval
except ImportError as missing:
	print(f"oracle_files.py: {missing}; install python3-pycocotools", file=sys.stderr)
	sys.exit(77)

NAMES = "AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl".split()
WITHIN = 1e-9


def reference(instances, results, name):
	with contextlib.redirect_stdout(io.StringIO()):
		truth = COCO(instances)
		evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
		if name:
			evaluation.params.catIds = truth.getCatIds(catNms=[name])
		evaluation.evaluate()
		evaluation.accumulate()
		evaluation.summarize()
	return dict(zip(NAMES, map(float, evaluation.stats)))


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument("files", nargs="+", metavar="FILE")
	parser.add_argument("--truth")
	parser.add_argument("--class", dest="name")
	parser.add_argument("--reference", action="store_true")
	args = parser.parse_args()
	if len(args.files) != (2 if args.reference else 3):
		parser.error("PROGRAM INSTANCES RESULTS, or --reference INSTANCES RESULTS")

	if args.reference:
		print(json.dumps(reference(*args.files, args.name)))
		return 0
	program, instances, results = args.files
	command = [program, "eval", "score", "-q", "--json", "--no-store", "--resamples", "0",
		"--truth", args.truth or instances, "--predictions", results]
	if args.name:
		command += ["--class", args.name]
	done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
	if done.returncode != 0:
		print(f"{' '.join(command)}: exit status {done.returncode}", file=sys.stderr)
		return 1
	ours = json.loads(done.stdout)
	theirs = reference(instances, results, args.name)
	worst = 0.0
	for name in NAMES:
		difference = abs(ours[name] - theirs[name])
		if not difference <= WITHIN:
			print(f"{name}: footfall {ours[name]!r}, pycocotools {theirs[name]!r}")
		worst = max(worst, difference)
	print(f"{ours['images']} images, {ours['truths']} truths, {ours['detections']} detections, AP {ours['AP']:.6f}, "
		f"AP50 {ours['AP50']:.6f}: largest difference of twelve figures {worst:.1e}")
	return 0 if worst <= WITHIN else 1


if __name__ == "__main__":
	sys.exit(main())
