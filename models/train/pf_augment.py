"""
Training samples of footfall-pf: canvases cut from the prepared pictures.

A picture is scaled so that its objects have the sizes they have at run time, where the longest side is
640, with a spread about that; the canvas shows a part of it, or four such parts (mosaic).  What is cut
off too far to be told, or too small, becomes a region in which nothing is learnt.
"""
import math

import cv2
import numpy as np
import torch

from pf_net import CLASSES, STRIDES

FILL = 114
LEAST_SEEN = {"person": 0.25, "face": 0.5}  # of a box within the canvas
LEAST_SIDE = {"person": 5.0, "face": 5.0}  # pixels of the canvas


class Pictures:
	"""The prepared pictures and what is known of them."""

	def __init__(self, path, lines):
		self.bytes = np.memmap(path, np.uint8, "r")
		self.lines = lines

	def __len__(self):
		return len(self.lines)

	def __getitem__(self, i):
		line = self.lines[i]
		n = line["height"] * line["width"] * 3
		return self.bytes[line["offset"]:line["offset"] + n].reshape(line["height"], line["width"], 3)

	def boxes(self, i):
		"""Corners of class and ignored boxes: {name: (n, 4)}."""
		return {k: np.array(self.lines[i][k], np.float32).reshape(-1, 4)
			for k in (*CLASSES, *(f"ignore_{c}" for c in CLASSES))}


def _transform(boxes, matrix):
	"""The upright boxes around turned ones."""
	corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
	moved = corners @ matrix[:, :2].T + matrix[:, 2]
	return np.concatenate((moved.min(1), moved.max(1)), 1)


def _clip(boxes, area):
	x0, y0, x1, y1 = area
	return np.stack((boxes[:, 0].clip(x0, x1), boxes[:, 1].clip(y0, y1), boxes[:, 2].clip(x0, x1), boxes[:, 3].clip(y0, y1)), 1)


def _size(boxes):
	return (boxes[:, 2] - boxes[:, 0]), (boxes[:, 3] - boxes[:, 1])


def _paste(rng, pictures, i, canvas, area, longest):
	"""Fills area (x0, y0, x1, y1) of the canvas from picture i; returns its boxes there."""
	picture, boxes = pictures[i], pictures.boxes(i)
	x0, y0, x1, y1 = area
	w, h = x1 - x0, y1 - y0
	scale = longest / max(picture.shape[:2])
	stretch = math.exp(rng.uniform(-0.18, 0.18))
	sx, sy = scale * math.sqrt(stretch), scale / math.sqrt(stretch)
	if max(sx, sy) < 0.5 and rng.random() < 0.6:  # else it is sampled as coarsely as at run time
		small = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
		fx, fy = small.shape[1] / picture.shape[1], small.shape[0] / picture.shape[0]
	else:
		small, fx, fy = picture, 1, 1
	angle = math.radians(rng.normal(0, 3)) if rng.random() < 0.5 else 0
	mirror = -1 if rng.random() < 0.5 else 1
	linear = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]) @ np.diag((sx * mirror, sy))
	# the point of the picture that comes to the middle of the area
	things = np.concatenate([boxes[c] for c in CLASSES])
	ph, pw = picture.shape[:2]
	if len(things) and rng.random() < 0.75:
		thing = things[rng.integers(len(things))]
		middle = np.array(((thing[0] + thing[2]) / 2, (thing[1] + thing[3]) / 2))
		middle = middle + rng.uniform(-0.35, 0.35, 2) * (w / sx, h / sy)
	else:
		middle = rng.uniform(0, 1, 2) * (pw, ph)
	# no further over the edge than needed
	for axis, (full, part) in enumerate(((pw, w / sx), (ph, h / sy))):
		low, high = sorted((part / 2, full - part / 2))
		middle[axis] = min(max(middle[axis], low), high)
	matrix = np.column_stack((linear, np.array((w / 2, h / 2)) - linear @ middle))
	at = matrix.copy()
	at[:, 0] /= fx
	at[:, 1] /= fy
	canvas[y0:y1, x0:x1] = cv2.warpAffine(small, at, (w, h), flags=cv2.INTER_LINEAR, borderValue=(FILL,) * 3)
	matrix[:, 2] += (x0, y0)
	out = {}
	for c in CLASSES:
		moved = _transform(boxes[c], matrix)
		seen = _clip(moved, area)
		(mw, mh), (vw, vh) = _size(moved), _size(seen)
		share = vw * vh / np.maximum(mw * mh, 1e-6)
		good = (share >= LEAST_SEEN[c]) & (np.minimum(vw, vh) >= LEAST_SIDE[c])
		ignored = _clip(_transform(boxes[f"ignore_{c}"], matrix), area)
		out[c] = seen[good]
		out[f"ignore_{c}"] = np.concatenate((seen[~good & (share > 0)], ignored))
	return out


def _colours(rng, picture):
	if rng.random() < 0.9:
		hue, sat, val = rng.uniform(-1, 1, 3) * (0.02, 0.6, 0.45) + (0, 1, 1)
		hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
		x = np.arange(256, dtype=np.float32)
		lut = np.stack(((x + hue * 180) % 180, np.clip(x * sat, 0, 255),
			np.clip(255 * (x / 255 * val) ** rng.uniform(0.8, 1.25), 0, 255)), -1).astype(np.uint8)
		picture = cv2.cvtColor(cv2.LUT(hsv, lut.reshape(1, 256, 3)), cv2.COLOR_HSV2BGR)
	kind = rng.random()
	if kind < 0.08:
		picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
	elif kind < 0.16:
		picture = cv2.blur(picture, (int(rng.integers(2, 5)),) * 2)
	elif kind < 0.22:
		picture = cv2.imdecode(cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))))[1], 1)
	elif kind < 0.28:
		noise = rng.normal(0, rng.uniform(3, 12), (picture.shape[0], picture.shape[1], 1)).astype(np.int16)
		picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
	return picture


def _ignored_cells(regions, size):
	"""Which cells, over all strides in order, a region touches."""
	masks = []
	for s in STRIDES:
		mask = np.zeros((size // s, size // s), bool)
		for x0, y0, x1, y1 in regions:
			mask[int(y0 // s):int(-(-y1 // s)), int(x0 // s):int(-(-x1 // s))] = True
		masks.append(mask.ravel())
	return np.concatenate(masks)


def sample(rng, pictures, i, size, mosaic):
	"""Canvas (size, size, 3), boxes by class [(n, 4)], cells not to be learnt from (classes, cells)."""
	canvas = np.full((size, size, 3), FILL, np.uint8)
	if rng.random() < mosaic:
		cx, cy = (rng.uniform(0.3, 0.7, 2) * size).astype(int)
		areas = [(0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size)]
		which = [i, *rng.integers(len(pictures), size=3)]
		parts = [_paste(rng, pictures, int(k), canvas, a, math.exp(rng.uniform(math.log(240), math.log(820)))) for k, a in zip(which, areas)]
	else:
		parts = [_paste(rng, pictures, i, canvas, (0, 0, size, size), math.exp(rng.uniform(math.log(0.75 * size if size > 400 else 320), math.log(1050))))]
	boxes = [np.concatenate([p[c] for p in parts]) for c in CLASSES]
	ignored = np.stack([_ignored_cells(np.concatenate([p[f"ignore_{c}"] for p in parts]), size) for c in CLASSES])
	return _colours(rng, canvas), boxes, ignored


class Batches(torch.utils.data.IterableDataset):
	"""One epoch of batches, the same for the same seed and epoch."""

	# canvas sizes, how often each, and pictures so that every batch costs the same
	SIZES, SHARES = (320, 384, 512, 640), (0.25, 0.30, 0.25, 0.20)

	def __init__(self, pictures, seed, epoch, steps, pixels, mosaic):
		self.pictures, self.seed, self.epoch, self.steps, self.pixels, self.mosaic = pictures, seed, epoch, steps, pixels, mosaic

	def __iter__(self):
		cv2.setNumThreads(1)
		worker = torch.utils.data.get_worker_info()
		first, step = (worker.id, worker.num_workers) if worker else (0, 1)
		for k in range(first, self.steps, step):
			rng = np.random.default_rng((self.seed, self.epoch, k))
			size = int(rng.choice(self.SIZES, p=self.SHARES))
			n = max(2, round(self.pixels / size**2))
			samples = [sample(rng, self.pictures, int(i), size, self.mosaic) for i in rng.integers(len(self.pictures), size=n)]
			yield (torch.from_numpy(np.stack([s[0] for s in samples])), [s[1] for s in samples],
				np.stack([s[2] for s in samples]))
