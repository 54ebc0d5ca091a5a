"""python3 -m unittest in this folder: what both recipes stand on, and the faces of one of them."""
import json
import math
import tempfile
import unittest
import xml.dom.minidom
from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

import common
import gender_data
import gender_net
import gender_train


class Two(nn.Module):
	"""Every way in which convolution and norm are paired here, two outputs, equal constants."""
	def __init__(self):
		super().__init__()
		self.a = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
			nn.Conv2d(8, 8, 3, 2, 1, groups=8, bias=False), nn.BatchNorm2d(8), nn.ReLU())
		self.conv, self.bn = nn.Conv2d(8, 8, 1, bias=False), nn.BatchNorm2d(8)
		self.one, self.two = nn.Conv2d(8, 5, 1), nn.Conv2d(8, 7, 1)

	def forward(self, x):
		x = torch.relu(self.bn(self.conv(self.a(x))))
		return self.one(x), self.two(nn.functional.interpolate(x, scale_factor=2, mode="nearest"))


def lived_in(model):
	"""Norms that have seen something: at their first values folding could not go wrong."""
	for m in model.modules():
		if isinstance(m, nn.BatchNorm2d):
			m.running_mean.normal_()
			m.running_var.uniform_(0.5, 2)
			m.weight.data.uniform_(0.5, 2)
			m.bias.data.normal_()
	return model.eval()


class InFolder(unittest.TestCase):
	def setUp(self):
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.folder = Path(folder.name)
		common.seed_all(1)


class Files(InFolder):
	def test_hash_of_a_set(self):
		paths = [self.folder / n for n in ("b", "a")]
		for p in paths:
			p.write_bytes(p.name.encode())
		h = common.sha256_names_and_bytes(paths)
		self.assertEqual(h, common.sha256_names_and_bytes(paths[::-1]))
		paths[0].write_bytes(b"c")
		self.assertNotEqual(h, common.sha256_names_and_bytes(paths))

	def test_ledger(self):
		weights, ledger = self.folder / "w", self.folder / "new" / "ledger.jsonl"
		weights.write_bytes(b"abc")
		record = common.ledger_record("x", 0, 1.6, {}, {"rate": np.float32(0.5)},
			[{"loss": math.nan, "n": np.int64(3)}], weights, 7)
		common.ledger_append(ledger, record | {"weights": {"sha256": "other"}})
		common.ledger_append(ledger, record)
		common.ledger_append(ledger, record)
		lines = ledger.read_text().splitlines()
		self.assertEqual(len(lines), 2)
		back = json.loads(lines[1])
		self.assertEqual(back["started"], "1970-01-01T00:00:00Z")
		self.assertEqual(back["epochs"], [{"loss": None, "n": 3}])
		self.assertEqual(back["weights"]["sha256"],
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
		with self.assertRaises(ValueError):
			common.ledger_append(ledger, {"network": "x"})
		self.assertEqual(len(ledger.read_text().splitlines()), 2)

	def test_curves_are_well_formed(self):
		path = self.folder / "c.svg"
		for series in ({}, {"a & <b>": [1.0]}, {"a": [1, None, 3], "b": [math.nan] * 3},
				{str(i): [i] * 200 for i in range(12)}):
			common.curves_svg(path, "<t> & u", series, "y")
			text = path.read_text()
			xml.dom.minidom.parseString(text)
			self.assertNotIn("nan", text)

	def test_progress_in_a_log(self):
		stream = StringIO()
		with common.Progress(3, "epoch 1", stream) as bar:
			for _ in range(3):
				bar.update(1, "loss 1.0")
		self.assertIn("epoch 1  3/3  100 %", stream.getvalue())
		self.assertEqual(stream.getvalue().count("\n"), 1)


class Checkpoints(InFolder):
	def test_there_and_back(self):
		path = self.folder / "c.pt"
		made = []
		for _ in range(2):
			net = Two()
			made.append((net, common.Ema(net), torch.optim.AdamW(net.parameters())))
		net, ema, optimizer = made[0]
		sum(o.mean() for o in net(torch.randn(2, 3, 32, 32))).backward()
		optimizer.step()
		ema.update(net)
		self.assertEqual(common.load_checkpoint(path, *made[1]), (0, [], {}))
		common.save_checkpoint(path, net, ema, optimizer, 3, [{"loss": 1.0}], settings={"a": 1})
		drawn = torch.rand(1), np.random.rand()
		self.assertEqual(common.load_checkpoint(path, *made[1]), (3, [{"loss": 1.0}], {"settings": {"a": 1}}))
		self.assertEqual((torch.rand(1), np.random.rand()), drawn)
		for a, b in zip((net, ema.model), (made[1][0], made[1][1].model)):
			for key, value in a.state_dict().items():
				self.assertTrue(torch.equal(value, b.state_dict()[key]), key)
		self.assertEqual(optimizer.state_dict()["state"][0]["step"], made[1][2].state_dict()["state"][0]["step"])


class Export(InFolder):
	def test_opencv_computes_the_same(self):
		net, path = lived_in(Two()), self.folder / "n.onnx"
		common.export_onnx(net, path, (1, 3, 64, 64), "images", ("one", "two"))
		self.assertLess(common.verify_opencv(path, net, [(1, 3, 64, 64), (3, 3, 32, 96)]), 1e-4)
		with self.assertRaises(RuntimeError):
			common.verify_opencv(path, lived_in(Two()), [(1, 3, 64, 64)])

	def test_gender_untrained(self):
		# Fresh from its start it has many equal constants, which an exporter likes to merge.
		net, path = gender_net.GenderNet().eval(), self.folder / "g.onnx"
		finished, size = gender_net.Finished(net, 0.5).eval(), gender_data.SIZE
		common.export_onnx(finished, path, (1, 3, size, size))
		self.assertLess(common.verify_opencv(path, finished, [(1, 3, size, size), (4, 3, size, size)]), 1e-4)
		x = torch.randn(2, 3, size, size)
		self.assertTrue(torch.allclose(finished(x).view(-1), torch.sigmoid(net(x)[0] / 0.5), atol=1e-5))
		self.assertLess(common.parameters(finished), 1_000_000)


class Calibration(unittest.TestCase):
	def test_temperature(self):
		rng = np.random.default_rng(1)
		z = rng.normal(0, 3, 20000)
		y = (rng.random(20000) < gender_train.sigmoid(z)).astype(int)
		self.assertAlmostEqual(gender_train.fit_temperature(z, y), 1, delta=0.05)
		self.assertAlmostEqual(gender_train.fit_temperature(4 * z, y), 4, delta=0.2)
		self.assertLess(gender_train.ece(gender_train.sigmoid(z), y), 0.02)
		self.assertGreater(gender_train.ece(gender_train.sigmoid(4 * z), y), 0.05)

	def test_ece_by_hand(self):
		self.assertAlmostEqual(gender_train.ece(np.array([0.0, 1.0, 0.75, 0.75]), np.array([0, 1, 1, 0])), 0.125)


class FacesOfGender(unittest.TestCase):
	def test_names(self):
		self.assertEqual(gender_data.labels_of("26_1_2_20170104023102422.jpg.chip.jpg"), (26, 1, 2, "20170104023102"))
		for name in ("61_1_20170109142408075.jpg.chip.jpg", "999_1_2_20170104023102422.jpg", "x", "",
				"26_2_2_20170104023102422.jpg", "../26_1_2_20170104023102422.jpg"):
			self.assertIsNone(gender_data.labels_of(name), name)

	def test_age_groups(self):
		self.assertEqual([gender_net.age_group(a) for a in (0, 2, 3, 9, 10, 69, 70, 116)], [0, 0, 1, 1, 2, 7, 8, 8])

	def test_duplicates_stay_together(self):
		rng = np.random.default_rng(2)
		pictures = [cv2.resize(rng.integers(0, 256, (12, 12, 3)).astype(np.uint8), (200, 200)) for _ in range(4)]
		pictures += [cv2.flip(pictures[0], 1), cv2.add(pictures[1], 9), pictures[3]]
		names = [f"{20 + i}_0_0_2017010402310{i}422.jpg" for i in range(7)]
		hashes = np.array([gender_data.difference_hash(p) for p in pictures])
		g = gender_data.group_scenes(names, hashes)
		self.assertEqual([g[4] == g[0], g[5] == g[1], g[6] == g[3]], [True] * 3)
		self.assertEqual(len(set(g)), 4)
		self.assertEqual(len(set(gender_data.group_scenes(names[:1] * 2, hashes[:2]))), 1)

	def test_split_keeps_groups_whole(self):
		groups = np.repeat(np.arange(50), 3)
		chosen = gender_data.split(groups, 60, 1)
		self.assertEqual(chosen.sum(), 60)
		self.assertTrue((chosen.reshape(50, 3).sum(axis=1) % 3 == 0).all())
		self.assertTrue((chosen == gender_data.split(groups, 60, 1)).all())

	def test_crop_is_what_footfall_cuts(self):
		# src/vision/vision.cpp: a rectangle with the border repeated, then a bilinear resize.
		noise = np.random.default_rng(3).integers(0, 256, (25, 25, 3)).astype(np.uint8)
		picture = cv2.resize(noise, (200, 200), interpolation=cv2.INTER_CUBIC)
		for x, y, side in ((100, 100, 120), (90, 104, 160), (100, 100, 220), (20, 190, 90)):
			around = cv2.copyMakeBorder(picture, 200, 200, 200, 200, cv2.BORDER_REPLICATE)
			left, top = x - side // 2 + 200, y - side // 2 + 200
			expected = cv2.resize(around[top:top + side, left:left + side], (80, 80)).astype(int)
			got = gender_data.crop(picture, x, y, side, 80).astype(int)
			self.assertLess(np.abs(expected - got).mean(), 1.5, (x, y, side))
			mirrored = gender_data.crop(picture, x, y, side, 80, flip=True).astype(int)
			self.assertLess(np.abs(expected[:, ::-1] - mirrored).mean(), 1.5)

	def test_variation_is_repeatable(self):
		class Few:
			pictures = np.random.default_rng(4).integers(0, 256, (4, 200, 200, 3)).astype(np.uint8)
			x, y, side = np.full(4, 100.0), np.full(4, 100.0), np.full(4, 180.0)
		def batches(epoch):
			return gender_data.Batches(Few, np.arange(4), 80, 2, 1, epoch)
		first, again, other = batches(0)[1], batches(0)[1], batches(1)[1]
		self.assertTrue((first[0] == again[0]).all() and (first[1] == again[1]).all())
		self.assertFalse((first[0] == other[0]).all())
		self.assertEqual(first[0].shape, (2, 80, 80, 3))
		self.assertEqual(sorted(np.concatenate([b[1] for b in (batches(0)[0], batches(0)[1])])), [0, 1, 2, 3])


if __name__ == "__main__":
	unittest.main()
