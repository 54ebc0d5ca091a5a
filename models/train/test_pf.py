"""python3 -m unittest in this folder: what footfall-pf learns from and is followed by, worked out by hand."""
import math
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

import common
import pf_augment
import pf_data
import pf_loss
import pf_net
import pf_score
import pf_teachers


def outputs(n, height, width, score=-20.0):
	"""Raw heads in which every side is one stride long."""
	out = [torch.zeros(n, 5 * len(pf_net.CLASSES), height // s, width // s) for s in pf_net.STRIDES]
	for o in out:
		o[:, 4::5] = score
	return out


class Net(unittest.TestCase):
	def test_decode(self):
		out = outputs(1, 64, 96)
		out[1][0, 5:10, 2, 3] = torch.tensor([math.log(2), 0, 100, 0, 3.0])		# face, stride 16
		logits, boxes, centres, strides = pf_net.decode(out)
		k = 8 * 12 + 2 * 6 + 3
		self.assertEqual((centres[k].tolist(), float(strides[k])), ([56, 40], 16))
		self.assertEqual(float(logits[0, k, 1]), 3)
		expected = torch.tensor([56 - 32, 40 - 16, 56 + 16 * math.exp(8), 40 + 16])
		self.assertTrue(torch.allclose(boxes[0, k, 1], expected))
		self.assertEqual(boxes[0, k, 0].tolist(), [40, 24, 72, 56])

	def test_decode_stays_where_the_outputs_are(self):
		self.assertEqual({v.device.type for v in pf_net.decode([o.to("meta") for o in outputs(1, 64, 64)])}, {"meta"})

	def test_sizes(self):
		for name, most in (("footfall-pf", 2_500_000), ("footfall-pf-small", 600_000)):
			model = pf_net.PersonFace(name).eval()
			self.assertLessEqual(common.parameters(model), most)
			with torch.no_grad():
				shapes = [tuple(o.shape) for o in model(torch.zeros(1, 3, 32, 64))]
			self.assertEqual(shapes, [(1, 10, 4, 8), (1, 10, 2, 4), (1, 10, 1, 2)])


class Loss(unittest.TestCase):
	def test_ciou(self):
		a = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]])
		b = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 20], [20, 0, 30, 10]])
		iou, fit = pf_loss.ciou(a, b)
		self.assertTrue(torch.allclose(iou, torch.tensor([1, 0.5, 0]), atol=1e-5))
		self.assertAlmostEqual(float(fit[0]), 1, places=5)
		self.assertAlmostEqual(float(fit[2]), -400 / 1000, places=5)

	def learn(self, truth, ignored=False):
		out = outputs(1, 64, 64)
		for o in out:
			o.requires_grad_(True)
		cells = sum((64 // s)**2 for s in pf_net.STRIDES)
		none = np.zeros((0, 4), np.float32)
		value, _ = pf_loss.loss(pf_net.decode(out), [[np.array(truth, np.float32).reshape(-1, 4), none]],
			np.full((1, 2, cells), ignored))
		value.backward()
		return out

	def test_who_learns_a_box(self):
		out = self.learn([16, 16, 48, 48])		# 32 pixels: stride 8 alone
		for c, part in ((0, slice(0, 4)), (1, slice(5, 9))):
			grads = [float(o.grad[:, part].abs().sum()) for o in out]
			self.assertEqual([g > 0 for g in grads], [c == 0, False, False])
		learners = (out[0].grad[0, :4].abs().sum(0) > 0).nonzero()
		self.assertTrue(((learners >= 2) & (learners < 6)).all())
		self.assertLessEqual(len(learners), pf_loss.BEST)
		# The gradient at a learner pulls its score up, elsewhere down.
		self.assertLess(float(out[0].grad[0, 4].min()), 0)

	def test_small_and_none(self):
		self.assertGreater(float(self.learn([31, 31, 33, 33])[0].grad[:, :4].abs().sum()), 0)
		self.assertEqual(float(self.learn([])[0].grad[:, :4].abs().sum()), 0)

	def test_ignored_cells_learn_nothing(self):
		self.assertEqual([float(o.grad.abs().sum()) for o in self.learn([], True)], [0, 0, 0])


class Score(unittest.TestCase):
	none = np.zeros((0, 4))

	def ap(self, found, truth, ignored=none):
		return pf_score.average_precision([np.array(found, float).reshape(-1, 5)],
			[np.array(truth, float).reshape(-1, 4)], [np.array(ignored, float).reshape(-1, 4)])

	def test_average_precision(self):
		a, b = [0, 0, 10, 10], [50, 50, 60, 60]
		self.assertEqual(self.ap([a + [0.9]], [a]), 1)
		self.assertEqual(self.ap([], [a]), 0)
		self.assertEqual(self.ap([a + [0.9]], []), 0)
		self.assertAlmostEqual(self.ap([a + [0.9], a + [0.8], b + [0.7]], [a, b]), 0.5 + 0.5 * 2 / 3)
		# What lies in an ignored region is neither right nor wrong.
		self.assertEqual(self.ap([b + [0.9], a + [0.8]], [a], [b]), 1)
		self.assertEqual(self.ap([b + [0.9], a + [0.8]], [a]), 0.5)

	def test_merge(self):
		one, two = np.array([[0, 0, 10, 10, 0.8], [50, 50, 60, 60, 0.4]]), np.array([[0, 0, 10, 12, 0.4]])
		merged = pf_teachers._merge([one, two])
		self.assertEqual(len(merged), 2)
		self.assertTrue(np.allclose(merged[0], [0, 0, 10, 10 + 2 / 3, 0.6]))
		self.assertTrue(np.allclose(merged[1], [50, 50, 60, 60, 0.2]))


class Data(unittest.TestCase):
	def test_ignored_cells(self):
		cells = pf_augment._ignored_cells(np.array([[8.0, 0, 17, 8]]), 64)
		self.assertEqual(np.flatnonzero(cells).tolist(), [1, 2, 64, 65, 80])
		self.assertFalse(pf_augment._ignored_cells(np.zeros((0, 4)), 64).any())

	def test_prepared_otherwise_is_refused(self):
		with tempfile.TemporaryDirectory() as folder:
			work = Path(folder)
			for name in (*pf_data.NAMES, *pf_teachers.FILES):
				(work / name).parent.mkdir(exist_ok=True)
				(work / name).write_text("a\n")
			(work / "index.jsonl").write_text("")
			(work / "index.from").write_text(pf_data.made_from(work, work, 0))
			pf_data.prepare(work, work, work, work, 1)
			with self.assertRaises(SystemExit):
				pf_data.prepare(work, work, work, work, 1, limit=10)
			(work / pf_data.NAMES[0]).write_text("b\n")
			with self.assertRaises(SystemExit):
				pf_data.prepare(work, work, work, work, 1)


if __name__ == "__main__":
	unittest.main()
