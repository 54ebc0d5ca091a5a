"""
The network of footfall-gender: a small residual network of plain 3x3 convolutions.

Plain ones because OpenCV 4.6 runs them near the processor's peak, where depthwise ones wait for
memory.  Age and race label are learnt beside gender, because the features that they need steady
those of gender; the file that footfall runs has none of either.
"""
import torch
from torch import nn
from torch.nn import functional as F

AGES = (0, 3, 10, 20, 30, 40, 50, 60, 70)		# where each group begins
RACES = 5


def age_group(age):
	return sum(age >= first for first in AGES) - 1


def unit(cin, cout, stride=1, kernel=3):
	return nn.Sequential(
		nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(cout))


class Residual(nn.Module):
	def __init__(self, channels):
		super().__init__()
		self.a, self.b = unit(channels, channels), unit(channels, channels)
		nn.init.zeros_(self.b[1].weight)

	def forward(self, x):
		return F.relu(x + self.b(F.relu(self.a(x))))


class Features(nn.Module):
	"""Stem and stages; each stage halves the picture, then refines it at that size."""
	def __init__(self, widths, depths):
		super().__init__()
		layers = [unit(3, widths[0], 2), nn.ReLU()]
		for cin, cout, depth in zip(widths, widths[1:], depths):
			layers += [unit(cin, cout, 2), nn.ReLU()]
			layers += [Residual(cout) for _ in range(depth)]
		self.layers = nn.Sequential(*layers)

	def forward(self, x):
		return self.layers(x)


class GenderNet(nn.Module):
	"""Training: logits of gender (n), age group (n, 9), race label (n, 5)."""
	WIDTHS, DEPTHS = (16, 32, 64, 128), (1, 2, 2)

	def __init__(self, drop=0.25):
		super().__init__()
		self.features = Features(self.WIDTHS, self.DEPTHS)
		self.drop = nn.Dropout(drop)
		self.head = nn.Linear(self.WIDTHS[-1], 1 + len(AGES) + RACES)

	def forward(self, x):
		f = self.features(x).mean(dim=(2, 3))
		out = self.head(self.drop(f)).float()
		return out[:, 0], out[:, 1:1 + len(AGES)], out[:, 1 + len(AGES):]


class Finished(nn.Module):
	"""What is shipped: (n, 1, 1, 1), P(female), the temperature inside the last layer."""
	def __init__(self, net, temperature=1.0):
		super().__init__()
		self.features = net.features
		width = net.head.in_features
		self.pool = nn.AdaptiveAvgPool2d(1)
		self.head = nn.Conv2d(width, 1, 1)
		with torch.no_grad():
			self.head.weight.copy_(net.head.weight[:1].view(1, width, 1, 1) / temperature)
			self.head.bias.copy_(net.head.bias[:1] / temperature)

	def forward(self, x):
		return torch.sigmoid(self.head(self.pool(self.features(x))))
