"""How well footfall-pf does on its validation part while it learns: average precision at IoU 0.5.
For following a training only: the figures that count are those of `footfall eval`."""
import cv2
import numpy as np
import torch

import pf_net
from pf_augment import FILL
from pf_teachers import iou

LONGEST = 640


def detections(model, picture, least=0.02, overlap=0.5, most=300):
	"""For each class (n, 5): corners in pixels of the picture and score, best first, suppressed."""
	f = LONGEST / max(picture.shape[:2])
	small = cv2.resize(picture, None, fx=f, fy=f, interpolation=cv2.INTER_LINEAR)
	canvas = np.full((-(-small.shape[0] // 32) * 32, -(-small.shape[1] // 32) * 32, 3), FILL, np.uint8)
	canvas[:small.shape[0], :small.shape[1]] = small
	x = torch.from_numpy(canvas.transpose(2, 0, 1)[None].astype(np.float32) / 255).to(next(model.parameters()).device)
	with torch.no_grad():
		logits, boxes = (v.cpu() for v in pf_net.decode(model(x.to(memory_format=torch.channels_last)))[:2])
	out = []
	for c in range(len(pf_net.CLASSES)):
		score = logits[0, :, c].sigmoid().numpy()
		keep = np.nonzero(score > least)[0]
		keep = keep[np.argsort(-score[keep], kind="stable")][:1000]
		rows = np.column_stack((boxes[0, keep, c].numpy() / f, score[keep]))
		left = []
		while len(rows) and len(left) < most:
			left.append(rows[0])
			rows = rows[iou(rows[:1, :4], rows[:, :4])[0] <= overlap]
		out.append(np.array(left).reshape(-1, 5))
	return out


def average_precision(found, truths, ignored):
	"""
	found, truths, ignored: for each picture (n, 5), (m, 4), (k, 4).  All points of the curve; what
	matches nothing but lies mostly in an ignored region does not count.
	"""
	rows, total = [], sum(len(t) for t in truths)
	for f, t, ig in zip(found, truths, ignored):
		taken = np.zeros(len(t), bool)
		overlap = iou(f, t) if len(t) and len(f) else np.zeros((len(f), 0))
		for k, row in enumerate(f):
			free = np.where(taken, 0, overlap[k]) if len(t) else np.zeros(0)
			best = int(free.argmax()) if len(free) else -1
			if best >= 0 and free[best] >= 0.5:
				taken[best] = True
				rows.append((row[4], 1))
				continue
			if len(ig):
				low, high = np.maximum(row[:2], ig[:, :2]), np.minimum(row[2:4], ig[:, 2:])
				if np.clip(high - low, 0, None).prod(1).max() > 0.5 * (row[2] - row[0]) * (row[3] - row[1]):
					continue
			rows.append((row[4], 0))
	if not total or not rows:
		return 0.0
	hit = np.array(sorted(rows, key=lambda r: -r[0]))[:, 1]
	right = hit.cumsum()
	recall, precision = right / total, right / np.arange(1, len(hit) + 1)
	precision = np.maximum.accumulate(precision[::-1])[::-1]
	return float((np.diff(recall, prepend=0) * precision).sum())


def validate(model, pictures, most=200):
	"""{"person": AP50, "face": AP50} over the pictures that are labelled for each."""
	cv2.setNumThreads(1)
	found, truths, ignored = ([[] for _ in pf_net.CLASSES] for _ in range(3))
	step = max(1, len(pictures) // most)
	for i in range(0, len(pictures), step):
		out, boxes = detections(model, np.ascontiguousarray(pictures[i])), pictures.boxes(i)
		for c, name in enumerate(pf_net.CLASSES):
			if name in pictures.lines[i]["labelled"]:
				found[c].append(out[c])
				truths[c].append(boxes[name])
				ignored[c].append(boxes[f"ignore_{name}"])
	return {name: average_precision(found[c], truths[c], ignored[c]) for c, name in enumerate(pf_net.CLASSES)}
