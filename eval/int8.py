#!/usr/bin/env python3
"""Would eight-bit integers do?  A YOLOv5 network quantised after training, calibrated on a recording, against its f32 self.

    int8.py PROGRAM NETWORK.onnx RECORDING NAME:IMAGES:TRUTH...

ONNX Runtime quantises (weights per channel, activations by the largest value seen or by a percentile of them; the part behind the
head convolutions stays f32, the most forgiving choice) and runs all; `footfall eval score` scores.  Prints AP50 and AP
of each set, f32 and int8, and the time of a pass on one thread as a ratio.  Needs onnxruntime, onnx, numpy, cv2.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np
import onnx
import onnx.version_converter
import onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

# the percentiles of ONNX Runtime keep every activation of every frame: some 250 MB each
SIZE, CALIBRATION = 640, 16


def letterbox(image):
	scale = min(SIZE / image.shape[1], SIZE / image.shape[0])
	w, h = round(image.shape[1] * scale), round(image.shape[0] * scale)
	left, top = (SIZE - w) // 2, (SIZE - h) // 2
	padded = np.full((SIZE, SIZE, 3), 114, np.uint8)
	padded[top:top + h, left:left + w] = cv2.resize(image, (w, h))
	blob = padded[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 255
	return np.ascontiguousarray(blob), scale, left, top


class Frames(CalibrationDataReader):
	def __init__(self, recording, name):
		capture, frames = cv2.VideoCapture(recording), []
		step = max(int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) // CALIBRATION, 1)
		while True:
			ok, frame = capture.read()
			if not ok:
				break
			frames.append(frame)
		self.blobs = iter([{name: letterbox(f)[0]} for f in frames[::step][:CALIBRATION]])

	def get_next(self):
		return next(self.blobs, None)


def behind_heads(path):
	"""Nodes from the head convolutions' outputs on."""
	graph = onnx.load(path).graph
	users = {}
	for node in graph.node:
		for i in node.input:
			users.setdefault(i, []).append(node)
	heads = [n for n in graph.node if n.op_type == "Conv" and any(u.op_type == "Reshape" for u in users.get(n.output[0], []))]
	behind, todo = set(), [o for n in heads for o in n.output]
	while todo:
		for node in users.get(todo.pop(), []):
			if node.name not in behind:
				behind.add(node.name)
				todo += node.output
	return sorted(behind)


def session(path):
	options = ort.SessionOptions()
	options.intra_op_num_threads = options.inter_op_num_threads = 1
	options.log_severity_level = 3
	return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def persons(net, image):
	blob, scale, left, top = letterbox(image)
	rows = net.run(None, {net.get_inputs()[0].name: blob})[0][0]
	score = rows[:, 4] * rows[:, 5]
	keep = score > 0.001
	rows, score = rows[keep], score[keep]
	boxes = np.stack([(rows[:, 0] - rows[:, 2] / 2 - left) / scale, (rows[:, 1] - rows[:, 3] / 2 - top) / scale,
		rows[:, 2] / scale, rows[:, 3] / scale], 1)
	for i in cv2.dnn.NMSBoxes(boxes.tolist(), score.tolist(), 0.001, 0.45):
		yield boxes[i].tolist(), float(score[i])


def score(program, net, images, truth, folder):
	out = pathlib.Path(tempfile.mkdtemp(dir=folder))
	for path in sorted(pathlib.Path(images).iterdir()):
		image = cv2.imread(str(path))
		if image is None:
			continue
		h, w = image.shape[:2]
		lines = []
		for (x, y, bw, bh), s in persons(net, image):
			x2, y2, x, y = min(x + bw, w), min(y + bh, h), max(x, 0), max(y, 0)
			if x2 > x and y2 > y:
				lines.append(f"0 {(x + x2) / 2 / w} {(y + y2) / 2 / h} {(x2 - x) / w} {(y2 - y) / h} {s}")
		(out / (path.stem + ".txt")).write_text("\n".join(lines) + "\n")
	got = subprocess.run([program, "eval", "score", "-q", "--json", "--no-store", "--resamples", "0", "--class", "person",
		"--truth", truth, "--images", images, "--predictions", str(out)], stdout=subprocess.PIPE, text=True, check=True)
	said = json.loads(got.stdout)
	return said["AP50"], said["AP"]


def main():
	if len(sys.argv) < 5:
		sys.exit(__doc__)
	program, network, recording, *sets = sys.argv[1:]
	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		prepared = folder / "prepared.onnx"
		# scales for each channel came with opset 13
		newer = folder / "newer.onnx"
		onnx.save(onnx.version_converter.convert_version(onnx.load(network), 13), str(newer))
		quant_pre_process(str(newer), str(prepared), skip_symbolic_shape=True)
		nets = {"f32": session(network)}
		given = nets["f32"].get_inputs()[0].name
		for label, method, extra in (("int8 minmax", CalibrationMethod.MinMax, {}),
				("int8 99.99 %", CalibrationMethod.Percentile, {"CalibPercentile": 99.99})):
			path = folder / (label.split()[1] + ".onnx")
			quantize_static(str(prepared), str(path), Frames(recording, given), quant_format=QuantFormat.QDQ, per_channel=True,
				activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=method,
				nodes_to_exclude=behind_heads(prepared), extra_options=extra)
			nets[label] = session(path)
		print(f"{'':>14} " + " ".join(f"{s.split(':')[0] + ' AP50':>18} {'AP':>7}" for s in sets))
		for label, net in nets.items():
			figures = [score(program, net, *s.split(":")[1:], folder) for s in sets]
			print(f"{label:>14} " + " ".join(f"{a:18.4f} {b:7.4f}" for a, b in figures), flush=True)
		blob = np.random.default_rng(1).random((1, 3, SIZE, SIZE), dtype=np.float32)
		times = {label: [] for label in nets}
		for _ in range(15):
			for label, net in nets.items():
				start = time.thread_time()
				net.run(None, {given: blob})
				times[label].append(time.thread_time() - start)
		base = statistics.median(times["f32"])
		for label, v in times.items():
			print(f"{label:>14} {1000 * statistics.median(v):7.2f} ms a pass, {statistics.median(v) / base:.2f} of f32's")


main()
