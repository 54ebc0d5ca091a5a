#!/usr/bin/env python3
"""The same job on ONNX Runtime, tuned as well as Python allows: persons and faces into SQLite.

    ort_pipeline.py RECORDING PERSON.onnx DATABASE [SECONDS [FACE.onnx]]

One session for each core, with one thread each, fed by a thread that decodes; results in order,
in transactions of 100 frames.  The input is rectangular (640x480 for 4:3) and a YOLOv5 network is
cut at its heads, one class kept, where the package `onnx` is there to do it; --square and a
network of another kind run as the file is.  Letterbox, thresholds and suppression are footfall's.
"""
import os
import queue
import sqlite3
import sys
import threading
import time


def need(name, why):
	try:
		return __import__(name)
	except ImportError:
		sys.exit(f"ort_pipeline.py: Python has no {name} ({why}): pip install {name}")


np = need("numpy", "arrays")
cv2 = need("cv2", "decoding and resizing; the package is opencv-python-headless")
ort = need("onnxruntime", "the engine")

SIZE, STRIDE, MIN_SCORE, MAX_IOU = 640, 32, 0.25, 0.45
FACE_MIN_SCORE, FACE_MAX_IOU = 0.7, 0.3
# YOLOv5's anchors for strides 8, 16 and 32, as in its published models; checked against the file's own boxes.
ANCHORS = np.array([[[10, 13], [16, 30], [33, 23]], [[30, 61], [62, 45], [59, 119]],
	[[116, 90], [156, 198], [373, 326]]], np.float32)


def session(network):
	options = ort.SessionOptions()
	options.intra_op_num_threads = options.inter_op_num_threads = 1
	options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
	options.add_session_config_entry("session.intra_op.allow_spinning", "0")
	options.log_severity_level = 3
	return ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def cut(network, classes=80, wanted=0):
	"""A YOLOv5 network without what follows its three head convolutions, any size, one class: bytes; None: another kind."""
	try:
		import onnx
		from onnx import numpy_helper
	except ImportError:
		print("ort_pipeline.py: without the package onnx the network runs uncut and square", file=sys.stderr)
		return None
	model = onnx.load(network)
	graph, each = model.graph, 5 + classes
	weights = {t.name: t for t in graph.initializer}
	heads = [n for n in graph.node if n.op_type == "Conv" and len(n.input) == 3 and n.input[1] in weights
		and weights[n.input[1]].dims[0] == 3 * each]
	if len(heads) != 3:
		return None
	rows = np.array([a * each + k for a in range(3) for k in (0, 1, 2, 3, 4, 5 + wanted)])
	for node in heads:
		for name in node.input[1:]:
			kept = numpy_helper.to_array(weights[name])[rows]
			weights[name].CopyFrom(numpy_helper.from_array(kept, name))
	makers = {out: n for n in graph.node for out in n.output}
	wanted_nodes, todo = set(), [n.output[0] for n in heads]
	while todo:
		maker = makers.get(todo.pop())
		if maker is not None and id(maker) not in wanted_nodes:
			wanted_nodes.add(id(maker))
			todo.extend(maker.input)
	nodes = [n for n in graph.node if id(n) in wanted_nodes]
	del graph.node[:]
	graph.node.extend(nodes)
	used = {name for n in nodes for name in n.input}
	tensors = [t for t in graph.initializer if t.name in used]
	del graph.initializer[:]
	graph.initializer.extend(tensors)
	del graph.value_info[:]
	for i, name in ((0, "n"), (2, "h"), (3, "w")):
		graph.input[0].type.tensor_type.shape.dim[i].dim_param = name
	del graph.output[:]
	graph.output.extend(onnx.helper.make_tensor_value_info(n.output[0], onnx.TensorProto.FLOAT, None) for n in heads)
	return model.SerializeToString()


def fit(image, in_w, in_h, centred):
	h, w = image.shape[:2]
	scale = min(in_w / w, in_h / h)
	nw, nh = min(round(w * scale), in_w), min(round(h * scale), in_h)
	left, top = ((in_w - nw) // 2, (in_h - nh) // 2) if centred else (0, 0)
	return nw, nh, left, top


def blob(image, nw, nh, left, top, in_w, in_h, fill, divide, rgb):
	canvas = np.full((in_h, in_w, 3), fill, np.uint8)
	cv2.resize(image, (nw, nh), dst=canvas[top:top + nh, left:left + nw])
	return cv2.dnn.blobFromImage(canvas, 1 / divide, swapRB=rgb)


def suppressed(x, y, w, h, scores, min_score, max_iou):
	if len(scores) == 0:
		return []
	boxes = np.stack([x, y, w, h], axis=1).astype(np.float64)
	chosen = cv2.dnn.NMSBoxes(boxes.tolist(), scores.astype(np.float64).tolist(), min_score, max_iou)
	return [(float(scores[i]), boxes[i].tolist()) for i in np.array(chosen).flatten().astype(int)]


class Persons:
	def __init__(self, network, shape, square):
		data = None if square else cut(network)
		self.is_cut = data is not None
		self.session = session(data if self.is_cut else network)
		self.name = self.session.get_inputs()[0].name
		h, w = shape
		longest = max(w, h)
		self.in_w, self.in_h = ((-(-round(side * SIZE / longest) // STRIDE) * STRIDE if self.is_cut else SIZE)
			for side in (w, h))
		if self.is_cut:
			self.check(network)

	def check(self, network):
		"""The cut network's boxes are the file's own: anchors, order of outputs and all."""
		noise = np.random.default_rng(1).random((1, 3, SIZE, SIZE), np.float32)
		whole = session(network).run(None, {self.name: noise})[0][0]
		keep = 1 / (1 + np.exp(12.0))	# all but nothing
		size, (self.in_w, self.in_h) = (self.in_w, self.in_h), (SIZE, SIZE)
		mine = self.decode(self.session.run(None, {self.name: noise}), keep)
		self.in_w, self.in_h = size
		theirs = whole[whole[:, 4] * whole[:, 5] >= keep]
		if len(mine[0]) != len(theirs) or np.abs(np.sort(mine[0]) - np.sort(theirs[:, 0])).max(initial=0) > 0.1:
			sys.exit("ort_pipeline.py: the cut network does not find what the whole one does")

	def decode(self, outs, min_score):
		parts = []
		for out in outs:
			_, _, rows, cols = out.shape
			stride = self.in_h // rows
			anchors = ANCHORS[{8: 0, 16: 1, 32: 2}[stride]]
			out = out.reshape(3, 6, rows, cols)
			logit = np.log(min_score / (1 - min_score))
			a, r, c = np.nonzero((out[:, 4] >= logit) & (out[:, 5] >= logit))	# neither factor is above 1
			v = 1 / (1 + np.exp(-out[a, :, r, c]))
			score = v[:, 4] * v[:, 5]
			good = score >= min_score
			a, r, c, v, score = a[good], r[good], c[good], v[good], score[good]
			size = (2 * v[:, 2:4]) ** 2 * anchors[a]
			parts.append(np.stack([(2 * v[:, 0] - 0.5 + c) * stride, (2 * v[:, 1] - 0.5 + r) * stride,
				size[:, 0], size[:, 1], score]))
		return np.concatenate(parts, axis=1)

	def decode_whole(self, rows):
		rows = rows[rows[:, 4] >= MIN_SCORE]
		score = rows[:, 4] * rows[:, 5]
		rows, score = rows[score >= MIN_SCORE], score[score >= MIN_SCORE]
		return np.concatenate([rows[:, :4].T, score[None]])

	def find(self, image):
		h, w = image.shape[:2]
		nw, nh, left, top = fit(image, self.in_w, self.in_h, True)
		outs = self.session.run(None, {self.name: blob(image, nw, nh, left, top, self.in_w, self.in_h, 114, 255, True)})
		cx, cy, bw, bh, score = self.decode(outs, MIN_SCORE) if self.is_cut else self.decode_whole(outs[0][0])
		kx, ky = w / nw, h / nh
		return suppressed((cx - bw / 2 - left) * kx, (cy - bh / 2 - top) * ky, bw * kx, bh * ky, score, MIN_SCORE, MAX_IOU)


class Faces:
	def __init__(self, network):
		self.session = session(network)
		self.size = self.session.get_inputs()[0].shape[2]
		if not isinstance(self.size, int):
			sys.exit(f"ort_pipeline.py: {network} has no input size of its own")
		self.name = self.session.get_inputs()[0].name
		self.outs = [f"{part}_{stride}" for stride in (8, 16, 32) for part in ("cls", "obj", "bbox")]

	def find(self, image):
		h, w = image.shape[:2]
		nw, nh, left, top = fit(image, self.size, self.size, False)
		outs = self.session.run(self.outs, {self.name: blob(image, nw, nh, left, top, self.size, self.size, 0, 1, False)})
		parts = []
		for i, stride in enumerate((8, 16, 32)):
			cls, obj, bbox = outs[3 * i].reshape(-1), outs[3 * i + 1].reshape(-1), outs[3 * i + 2].reshape(-1, 4)
			score = np.sqrt(np.clip(cls, 0, 1) * np.clip(obj, 0, 1))
			k = np.nonzero(score >= FACE_MIN_SCORE)[0]
			row, col = np.divmod(k, self.size // stride)
			bw, bh = np.exp(bbox[k, 2]) * stride, np.exp(bbox[k, 3]) * stride
			parts.append(np.stack([(col + bbox[k, 0]) * stride - bw / 2, (row + bbox[k, 1]) * stride - bh / 2, bw, bh, score[k]]))
		x, y, bw, bh, score = np.concatenate(parts, axis=1)
		return suppressed(x * w / nw, y * h / nh, bw * w / nw, bh * h / nh, score, FACE_MIN_SCORE, FACE_MAX_IOU)


def work(todo, done, persons, faces):
	while (item := todo.get()) is not None:
		number, time_ms, image = item
		done.put((number, time_ms, persons.find(image), faces.find(image) if faces else []))
	done.put(None)


def main():
	square = "--square" in sys.argv
	args = [a for a in sys.argv[1:] if a != "--square"]
	recording, network, database = args[:3]
	end_ms = float(args[3]) * 1000 if len(args) > 3 else float("inf")
	cv2.setNumThreads(1)
	capture = cv2.VideoCapture(recording)
	shape = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)), int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
	n = len(os.sched_getaffinity(0))
	todo, done = queue.Queue(n), queue.Queue()
	hands = [(Persons(network, shape, square), Faces(args[4]) if len(args) > 4 else None) for _ in range(n)]
	blank = np.zeros((*shape, 3), np.uint8)
	for persons, faces in hands:
		persons.find(blank)
		if faces:
			faces.find(blank)
	db = sqlite3.connect(database, isolation_level=None)
	db.execute("PRAGMA journal_mode = WAL")
	db.execute("CREATE TABLE frame (number INTEGER PRIMARY KEY, time_ms REAL)")
	for table in ("person", "face"):
		db.execute(f"CREATE TABLE {table} (frame INTEGER, score REAL, x REAL, y REAL, w REAL, h REAL)")
	start, cpu = time.monotonic(), time.process_time()

	def read():
		number = 0
		while True:
			good, image = capture.read()
			time_ms = capture.get(cv2.CAP_PROP_POS_MSEC)
			if not good or time_ms >= end_ms:
				break
			todo.put((number, time_ms, image))
			number += 1
		for _ in range(n):
			todo.put(None)

	threads = [threading.Thread(target=read)] + [threading.Thread(target=work, args=(todo, done, *h)) for h in hands]
	for t in threads:
		t.start()
	waiting, number, found, ended = {}, 0, 0, 0
	db.execute("BEGIN")
	while ended < n:
		item = done.get()
		if item is None:
			ended += 1
			continue
		waiting[item[0]] = item
		while number in waiting:
			_, time_ms, persons, faces = waiting.pop(number)
			db.execute("INSERT INTO frame VALUES (?, ?)", (number, time_ms))
			for table, rows in (("person", persons), ("face", faces)):
				db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", [(number, s, *b) for s, b in rows])
			found += len(persons)
			number += 1
			if number % 100 == 0:
				db.execute("COMMIT")
				db.execute("BEGIN")
	db.execute("COMMIT")
	for t in threads:
		t.join()
	seconds, cpu = time.monotonic() - start, time.process_time() - cpu
	print(f"{number} frames, {found} persons, {seconds:.3f} s, {cpu:.3f} s of processor time")


if __name__ == "__main__":
	main()
