"""
The teachers of footfall-pf: pretrained networks whose licences leave the result free.  They find what
the labels of a picture leave out, at several sizes and mirrored; what they agree on becomes a box,
what they doubt becomes a region in which the pupil is neither rewarded nor blamed.

Persons: YOLOX-nano (Apache-2.0, Megvii) and NanoDet-m (Apache-2.0, RangiLyu), both of COCO train2017.
Faces: YuNet 2026may (MIT, Shiqi Yu), of WIDER FACE.

Files that end in reshapes to one fixed size are cut before those, and then take any multiple of 32
(NanoDet has such reshapes inside as well, and keeps its 416 x 416).  They run in ONNX Runtime: preparing labels is no measurement.
"""
import cv2
import numpy as np
import onnx
import onnxruntime


def _session(model):
	options = onnxruntime.SessionOptions()
	options.intra_op_num_threads = 1
	options.log_severity_level = 3
	return onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])


def _cut(path, tensors):
	"""The network up to the named tensors, with free batch, height and width."""
	model = onnx.load(path)
	tensors = tensors(model.graph)
	by_output = {o: n for n in model.graph.node for o in n.output}
	keep, todo = set(), list(tensors)
	while todo:
		node = by_output.get(todo.pop())
		if node is not None and id(node) not in keep:
			keep.add(id(node))
			todo += node.input
	nodes = [n for n in model.graph.node if id(n) in keep]
	constants = {i.name for i in model.graph.initializer}
	inputs = [i for i in model.graph.input if i.name not in constants]
	for dim, name in zip(inputs[0].type.tensor_type.shape.dim, ("n", "", "h", "w")):
		if name:
			dim.dim_param = name
	outputs = [onnx.helper.make_tensor_value_info(t, onnx.TensorProto.FLOAT, None) for t in tensors]
	used = {i for n in nodes for i in n.input}
	graph = onnx.helper.make_graph(nodes, "cut", inputs, outputs,
		[i for i in model.graph.initializer if i.name in used])
	return onnx.helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def _before(op):
	"""What goes into the last three nodes of a kind."""
	return lambda graph: [n.input[0] for n in graph.node if n.op_type == op][-3:]


def _letterbox(picture, longest, fill, square=False):
	"""In the top left corner of a canvas that is a multiple of 32 or square, and the factor it was scaled by."""
	h, w = picture.shape[:2]
	f = longest / max(h, w)
	small = cv2.resize(picture, (max(1, round(w * f)), max(1, round(h * f))),
		interpolation=cv2.INTER_AREA if f < 1 else cv2.INTER_LINEAR)
	size = (longest, longest) if square else [-(-v // 32) * 32 for v in small.shape[:2]]
	canvas = np.empty((*size, 3), np.uint8)
	canvas[:] = fill
	canvas[:small.shape[0], :small.shape[1]] = small
	return canvas, f


def _cells(h, w):
	y, x = np.mgrid[0:h, 0:w]
	return x, y


class Yolox:
	"""cx, cy, w, h, objectness, classes for each cell, row by row."""

	sizes = (512, 832)

	def __init__(self, path):
		self.session = _session(_cut(path, _before("Reshape")))

	def __call__(self, picture, longest):
		canvas, f = _letterbox(picture, longest, 114)
		rows = []
		for o in self.session.run(None, {"images": canvas.transpose(2, 0, 1)[None].astype(np.float32)}):
			s = canvas.shape[0] / o.shape[2]
			x, y = _cells(*o.shape[2:])
			score = o[0, 4] * o[0, 5]
			keep = score > 0.05
			w, h = np.exp(o[0, 2][keep]) * s, np.exp(o[0, 3][keep]) * s
			left, top = (o[0, 0] + x)[keep] * s - w / 2, (o[0, 1] + y)[keep] * s - h / 2
			rows.append(np.stack((left, top, left + w, top + h, score[keep] * f), 1) / f)
		return np.concatenate(rows)


class Nanodet:
	"""80 class scores, then four sides as distributions over eight bins."""

	sizes = (416,)

	def __init__(self, path):
		self.session = _session(_cut(path, _before("Split")))

	def __call__(self, picture, longest):
		canvas, f = _letterbox(picture, longest, 0, square=True)
		blob = (canvas.astype(np.float32) - (103.53, 116.28, 123.675)) / (57.375, 57.12, 58.395)
		rows = []
		for o in self.session.run(None, {"input.1": blob.transpose(2, 0, 1)[None].astype(np.float32)}):
			s = canvas.shape[0] / o.shape[2]
			x, y = _cells(*o.shape[2:])
			score = 1 / (1 + np.exp(-o[0, 0]))
			keep = score > 0.05
			bins = np.exp(o[0, 80:, keep].reshape(-1, 4, 8))
			d = (bins * np.arange(8)).sum(2) / bins.sum(2) * s
			cx, cy = x[keep] * s + (s - 1) / 2, y[keep] * s + (s - 1) / 2
			rows.append(np.stack((cx - d[:, 0], cy - d[:, 1], cx + d[:, 2], cy + d[:, 3], score[keep] * f), 1) / f)
		return np.concatenate(rows)


class Yunet:
	"""Takes any multiple of 32 as it is."""

	sizes = (640, 1024)

	def __init__(self, path):
		self.session = _session(onnx.load(path))
		self.names = [f"{k}_{s}" for k in ("cls", "obj", "bbox") for s in (8, 16, 32)]

	def __call__(self, picture, longest):
		canvas, f = _letterbox(picture, longest, 0)
		o = dict(zip(self.names, self.session.run(self.names, {"input": canvas.transpose(2, 0, 1)[None].astype(np.float32)})))
		rows = []
		for s in (8, 16, 32):
			x, y = (v.ravel() for v in _cells(canvas.shape[0] // s, canvas.shape[1] // s))
			score = np.sqrt(np.clip(o[f"cls_{s}"], 0, 1) * np.clip(o[f"obj_{s}"], 0, 1)).ravel()
			keep = score > 0.2
			b = o[f"bbox_{s}"].reshape(-1, 4)[keep]
			w, h = np.exp(b[:, 2]) * s, np.exp(b[:, 3]) * s
			left, top = (x[keep] + b[:, 0]) * s - w / 2, (y[keep] + b[:, 1]) * s - h / 2
			rows.append(np.stack((left, top, left + w, top + h, score[keep] * f), 1) / f)
		return np.concatenate(rows)


def iou(a, b):
	"""Of every box of a (n, 4) with every one of b (m, 4), corners."""
	low = np.maximum(a[:, None, :2], b[None, :, :2])
	high = np.minimum(a[:, None, 2:4], b[None, :, 2:4])
	both = np.clip(high - low, 0, None).prod(2)
	area = lambda v: (v[:, 2] - v[:, 0]) * (v[:, 3] - v[:, 1])
	return both / (area(a)[:, None] + area(b)[None] - both + 1e-9)


def _merge(passes, alike=0.55):
	"""
	Boxes of several passes made one: those that overlap the strongest one form a group, whose box is
	their mean weighted by score, and whose score is the mean of what the two surest passes say.
	"""
	rows = np.concatenate([np.column_stack((p, np.full(len(p), i))) for i, p in enumerate(passes)])
	rows = rows[np.argsort(-rows[:, 4], kind="stable")]
	merged = []
	while len(rows):
		group = iou(rows[:1, :4], rows[:, :4])[0] >= alike
		group[0] = True
		g = rows[group]
		best = sorted(g[g[:, 5] == i, 4].max(initial=0) for i in range(len(passes)))
		merged.append([*np.average(g[:, :4], axis=0, weights=g[:, 4]), np.mean(best[-2:])])
		rows = rows[~group]
	return np.array(merged).reshape(-1, 5)


FILES = ("person/yolox_nano.onnx", "person/object_detection_nanodet_2022nov.onnx", "face/face_detection_yunet_2026may.onnx")


class Teachers:
	"""folder: where the pretrained networks lie (person/, face/)."""

	def __init__(self, folder):
		yolox, nanodet, yunet = (f"{folder}/{name}" for name in FILES)
		self.person, self.face = (Yolox(yolox), Nanodet(nanodet)), (Yunet(yunet),)

	@staticmethod
	def _look(networks, picture):
		mirrored = np.ascontiguousarray(picture[:, ::-1])
		passes = []
		for network in networks:
			for i, size in enumerate(network.sizes):  # upright and mirrored in turn
				flip = i % 2 == 1
				v = network(mirrored if flip else picture, size)
				if flip:
					v[:, [0, 2]] = picture.shape[1] - v[:, [2, 0]]
				passes.append(v)
		merged = _merge(passes)
		merged[:, [0, 2]] = merged[:, [0, 2]].clip(0, picture.shape[1])
		merged[:, [1, 3]] = merged[:, [1, 3]].clip(0, picture.shape[0])
		return merged[(merged[:, 2] > merged[:, 0] + 1) & (merged[:, 3] > merged[:, 1] + 1)]

	def persons(self, picture):
		"""(n, 5): corners in pixels of the picture, score."""
		return self._look(self.person, picture)

	def faces(self, picture):
		return self._look(self.face, picture)
