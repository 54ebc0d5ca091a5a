"""
What footfall-pf is trained to do.  Each class on its own: the cells whose prediction fits a box best
(task-aligned assignment, Feng et al. 2021, "TOOD") learn it; their scores learn how well they fit, all
others learn zero (binary cross-entropy); boxes learn by complete IoU (Zheng et al. 2020).
"""
import math

import numpy as np
import torch
from torch.nn import functional

BEST = 10  # cells for each box
# Which sizes (square root of the area, pixels) a stride may learn: they overlap.
RANGES = {8.0: (0, 88), 16.0: (36, 208), 32.0: (104, 1e9)}
BOX_GAIN = 5.0


def ciou(a, b):
	"""Complete IoU of pairs of boxes (n, 4), corners."""
	w = torch.minimum(a[:, 2], b[:, 2]) - torch.maximum(a[:, 0], b[:, 0])
	h = torch.minimum(a[:, 3], b[:, 3]) - torch.maximum(a[:, 1], b[:, 1])
	both = w.clamp(min=0) * h.clamp(min=0)
	wa, ha, wb, hb = a[:, 2] - a[:, 0], a[:, 3] - a[:, 1], b[:, 2] - b[:, 0], b[:, 3] - b[:, 1]
	iou = both / (wa * ha + wb * hb - both + 1e-7)
	hull = ((torch.maximum(a[:, 2], b[:, 2]) - torch.minimum(a[:, 0], b[:, 0]))**2
		+ (torch.maximum(a[:, 3], b[:, 3]) - torch.minimum(a[:, 1], b[:, 1]))**2)
	apart = ((a[:, 0] + a[:, 2] - b[:, 0] - b[:, 2])**2 + (a[:, 1] + a[:, 3] - b[:, 1] - b[:, 3])**2) / 4
	v = (torch.atan(wb / (hb + 1e-7)) - torch.atan(wa / (ha + 1e-7)))**2 * 4 / math.pi**2
	with torch.no_grad():
		alpha = v / (v - iou + 1 + 1e-7)
	return iou, iou - apart / (hull + 1e-7) - alpha * v


def _assign(scores, boxes, centres, strides, truths, picture):
	"""
	Numpy.  scores (n, cells), boxes (n, cells, 4), truths (g, 4) in the pictures picture (g,).
	Returns picture, cell, truth and target score of each cell that learns a box.
	"""
	size = np.sqrt((truths[:, 2] - truths[:, 0]) * (truths[:, 3] - truths[:, 1]))
	x, y = centres[None, :, 0], centres[None, :, 1]
	inside = (x > truths[:, :1]) & (x < truths[:, 2:3]) & (y > truths[:, 1:2]) & (y < truths[:, 3:])
	low = np.array([RANGES[s][0] for s in strides])
	high = np.array([RANGES[s][1] for s in strides])
	inside &= (size[:, None] >= low) & (size[:, None] < high)
	# boxes smaller than a cell may hold no centre: the cells around their own
	middle = (truths[:, :2] + truths[:, 2:]) / 2
	near = (np.abs(x - middle[:, :1]) < strides) & (np.abs(y - middle[:, 1:]) < strides) & (strides == 8) & (size[:, None] < 16)
	g, cell = np.nonzero(inside | near)
	if len(g) == 0:
		return (np.zeros(0, int),) * 3 + (np.zeros(0, np.float32),)
	mine, truth = boxes[picture[g], cell], truths[g]
	w = np.minimum(mine[:, 2], truth[:, 2]) - np.maximum(mine[:, 0], truth[:, 0])
	h = np.minimum(mine[:, 3], truth[:, 3]) - np.maximum(mine[:, 1], truth[:, 1])
	both = w.clip(0) * h.clip(0)
	area = lambda v: (v[:, 2] - v[:, 0]) * (v[:, 3] - v[:, 1])
	overlap = both / (area(mine) + area(truth) - both + 1e-7)
	fit = scores[picture[g], cell]**0.5 * overlap**4 + 1e-9
	order = np.lexsort((-fit, g))
	start = np.searchsorted(g[order], np.arange(len(truths)))
	best = order[np.arange(len(order)) - start[g[order]] < BEST]
	# a cell that fits several boxes learns the one it overlaps most: the last written stays
	best = best[np.argsort(overlap[best], kind="stable")]
	owner = {}
	for k, key in zip(best, zip(picture[g[best]], cell[best])):
		owner[key] = k
	best = np.fromiter(owner.values(), int, len(owner))
	most_fit, most_overlap = np.zeros(len(truths)), np.zeros(len(truths))
	np.maximum.at(most_fit, g[best], fit[best])
	np.maximum.at(most_overlap, g[best], overlap[best])
	target = fit[best] / most_fit[g[best]] * most_overlap[g[best]]
	return picture[g[best]], cell[best], g[best], target.astype(np.float32)


def loss(decoded, truths, ignored):
	"""
	decoded: pf_net.decode's; truths: for each picture the boxes of each class; ignored (n, classes, cells).
	Returns the loss and its parts as numbers.
	"""
	logits, boxes, centres, strides = decoded
	total, parts = 0, {}
	for c in range(logits.shape[2]):
		own = [t[c] for t in truths]
		truth = np.concatenate(own).astype(np.float32)
		picture = np.repeat(np.arange(len(own)), [len(t) for t in own])
		with torch.no_grad():
			p, cell, g, target = _assign(logits[..., c].detach().sigmoid().cpu().numpy(), boxes[:, :, c].detach().cpu().numpy(),
				centres.cpu().numpy(), strides.cpu().numpy(), truth, picture)
		want = torch.zeros_like(logits[..., c])
		weight = torch.from_numpy(~ignored[:, c]).to(logits.device).float()
		p, cell = torch.from_numpy(p).to(logits.device), torch.from_numpy(cell).to(logits.device)
		t = torch.from_numpy(target).to(logits.device)
		want[p, cell] = t
		weight[p, cell] = 1
		norm = max(float(t.sum()), 1.0)
		score = (functional.binary_cross_entropy_with_logits(logits[..., c], want, reduction="none") * weight).sum() / norm
		if len(t):
			_, fit = ciou(boxes[p, cell, c], torch.from_numpy(truth[g]).to(logits.device))
			box = ((1 - fit) * t).sum() / norm
		else:
			box = boxes.sum() * 0
		total = total + score + BOX_GAIN * box
		parts[c] = (float(score.detach()), float(box.detach()))
	return total, parts
