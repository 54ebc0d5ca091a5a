#!/usr/bin/env python3
"""Networks alone, one thread: a pass in footfall against one in ONNX Runtime, on the same file.

    engines.py PROGRAM [NAME...] [--rounds N] [--seconds S] [-o KEY=VALUE]...

For each network at hand (or those named) in turn, round after round: `footfall bench --passes` and
a session of ONNX Runtime with one thread, S seconds each (default 1, 3 rounds); processor time of a
pass, medians, and footfall's divided by ONNX Runtime's.  Where footfall cuts a network at its heads,
what it does instead of the layers cut away (column "boxes") is counted on its side.  Without the
packages onnxruntime and numpy, or for networks that are not ONNX, footfall's figures stand alone.
"""
import json
import statistics
import subprocess
import sys
import time

try:
	import numpy as np
	import onnxruntime as ort
except ImportError as missing:
	ort = None
	print(f"engines.py: {missing}: footfall's figures alone (pip install onnxruntime numpy)", file=sys.stderr)


def parse(argv):
	options = {"--rounds": 3, "--seconds": 1.0}
	names, settings, at = [], [], 0
	while at < len(argv):
		if argv[at] in options:
			options[argv[at]] = type(options[argv[at]])(argv[at + 1])
			at += 1
		elif argv[at] == "-o":
			settings += argv[at:at + 2]
			at += 1
		elif argv[at].startswith("-"):
			sys.exit(__doc__)
		else:
			names.append(argv[at])
		at += 1
	return names, settings, options["--rounds"], options["--seconds"]


def footfall(program, *args):
	got = subprocess.run([program, *args, "--json", "-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
	if got.returncode != 0:
		raise RuntimeError(got.stderr.strip())
	return [json.loads(line) for line in got.stdout.splitlines()]


def weights(program, name):
	files = footfall(program, "models", "show", name)[0]["files"]
	return files[0]["found"] if len(files) == 1 and files[0]["path"].endswith(".onnx") else None


def resized(path, dims):
	import onnx
	model = onnx.load(path)
	for dim, size in zip(model.graph.input[0].type.tensor_type.shape.dim, dims):
		dim.dim_value = size
	# what the file says of the other values' shapes no longer holds
	del model.graph.value_info[:]
	for output in model.graph.output:
		output.type.tensor_type.ClearField("shape")
	return model.SerializeToString()


class Session:
	def __init__(self, path, width, height):
		options = ort.SessionOptions()
		options.intra_op_num_threads = options.inter_op_num_threads = 1
		options.log_severity_level = 3
		self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
		given = self.session.get_inputs()[0]
		wanted = (1, given.shape[1], height, width)
		dims = [d if isinstance(d, int) else w for d, w in zip(given.shape, wanted)]
		if dims[2:] != [height, width]:
			# a network that footfall runs at another size than its file says: the same here, or it is no comparison
			self.session = ort.InferenceSession(resized(path, wanted), options, providers=["CPUExecutionProvider"])
			dims = list(wanted)
		noise = np.random.default_rng(1).random(dims, dtype=np.float32)
		self.feed = {given.name: noise}
		for _ in range(2):
			self.session.run(None, self.feed)

	def ms(self, seconds):
		"""Median of a pass: with one thread the session computes on the calling thread."""
		took, until = [], time.monotonic() + seconds
		while time.monotonic() < until or len(took) < 3:
			start = time.thread_time()
			self.session.run(None, self.feed)
			took.append((time.thread_time() - start) * 1000)
		return statistics.median(took)


def median(values):
	return statistics.median(values) if values else None


def measure(program, name, settings, rounds, seconds):
	ours, theirs, session, why = {}, [], None, ""
	for _ in range(rounds):
		for pass_ in footfall(program, "bench", "--passes", name, "--seconds", str(seconds * 3), *settings)[0]["networks"]:
			if pass_["error"] is None:
				ours.setdefault(pass_["precision"], []).append((pass_["pass_ms"], pass_["boxes_ms"]))
				size = pass_["width"], pass_["height"]
			else:
				why = pass_["error"]
		if ort is None or not ours:
			continue
		if session is None:
			path = weights(program, name)
			if path is None:
				continue
			try:
				session = Session(path, *size)
			except Exception as failure:	# whatever ONNX Runtime throws
				why = f"ONNX Runtime: {str(failure).splitlines()[0][:60]}"
				continue
		theirs.append(session.ms(seconds))
	return ours, median(theirs), why


def main():
	if len(sys.argv) < 2:
		sys.exit(__doc__)
	program = sys.argv[1]
	names, settings, rounds, seconds = parse(sys.argv[2:])
	if not names:
		names = [m["name"] for m in footfall(program, "models", "list") if m["state"] == "ready"]
	print(f"{'network':<32} {'prec':<4} {'pass':>9} {'boxes':>8} {'onnxruntime':>11} {'ratio':>6}")
	for name in names:
		try:
			ours, theirs, why = measure(program, name, settings, rounds, seconds)
		except RuntimeError as failure:
			ours, why = {}, str(failure)
		if not ours:
			print(f"{name:<32} {why}")
		for precision, times in ours.items():
			pass_ms, boxes_ms = (median([t[i] for t in times]) for i in range(2))
			line = f"{name:<32} {precision:<4} {pass_ms:6.2f} ms {boxes_ms:5.2f} ms"
			if theirs:
				line += f" {theirs:8.2f} ms {(pass_ms + boxes_ms) / theirs:6.2f}"
			else:
				line += f" {'-':>11} {'-':>6}" + (f"  {why}" if why else "")
			print(line, flush=True)


if __name__ == "__main__":
	main()
