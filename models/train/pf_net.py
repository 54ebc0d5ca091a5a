"""The networks footfall-pf and footfall-pf-small: people and faces in one pass.

Anchor-free and fully convolutional.  Only what OpenCV's DNN module runs fast on a processor: plain
3x3 and 1x1 convolutions with ReLU, additions, one chain of max pooling, doubling by nearest
neighbour, concatenation.  Everything between two convolutions is cheap, all widths but the heads'
are multiples of 16 (blocked layouts need that), and no layer depends on the input's size, so that
any multiple of 32 and any batch will do.

Raw heads, one output for each stride (8, 16, 32), named stride_8, stride_16, stride_32, of shape
(n, 10, H / stride, W / stride).  For class c (0 person, 1 face) the channels 5c to 5c + 4 are left,
top, right, bottom, score: a side lies exp(min(v, 8)) * stride pixels from the cell's centre
((column + 0.5) * stride, (row + 0.5) * stride), and the score is sigmoid(v).  Each class has boxes
of its own, so that a face and the person it belongs to may share a cell.
"""

import math

import torch
from torch import nn

STRIDES = (8, 16, 32)
CLASSES = ("person", "face")
OUTPUTS = tuple(f"stride_{s}" for s in STRIDES)

# widths at strides 2, 4, 8, 16, 32; residual blocks at strides 4, 8, 16, 32; width of neck and heads
SIZES = {
	"footfall-pf": ((16, 32, 64, 128, 256), (0, 2, 3, 2), 48),
	"footfall-pf-small": ((16, 16, 32, 64, 128), (0, 1, 2, 1), 32),
}


class Conv(nn.Sequential):
	def __init__(self, cin, cout, k, stride=1):
		super().__init__(nn.Conv2d(cin, cout, k, stride, k // 2, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True))


class Residual(nn.Module):
	"""1x1 to half the width, 3x3 back, added to what came in, ReLU."""

	def __init__(self, width):
		super().__init__()
		self.squeeze = Conv(width, max(16, width // 2), 1)
		self.expand = nn.Sequential(nn.Conv2d(max(16, width // 2), width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))
		self.act = nn.ReLU(inplace=True)

	def forward(self, x):
		return self.act(x + self.expand(self.squeeze(x)))


class Context(nn.Module):
	"""Spatial pyramid pooling: three 5x5 maxima in a chain see 5, 9 and 13 cells."""

	def __init__(self, width):
		super().__init__()
		self.before = Conv(width, width // 2, 1)
		self.pool = nn.MaxPool2d(5, 1, 2)
		self.after = Conv(width * 2, width, 1)

	def forward(self, x):
		x = self.before(x)
		a = self.pool(x)
		b = self.pool(a)
		return self.after(torch.cat((x, a, b, self.pool(b)), 1))


class PersonFace(nn.Module):
	def __init__(self, name):
		super().__init__()
		widths, blocks, neck = SIZES[name]
		self.stem = Conv(3, widths[0], 3, 2)
		self.stages = nn.ModuleList()
		for i, n in enumerate(blocks):
			self.stages.append(nn.Sequential(Conv(widths[i], widths[i + 1], 3, 2), *[Residual(widths[i + 1]) for _ in range(n)]))
		self.context = Context(widths[4])
		self.lateral = nn.ModuleList(Conv(w, neck, 1) for w in widths[2:])
		self.up = nn.Upsample(scale_factor=2, mode="nearest")
		self.merge_up = nn.ModuleList(Conv(neck, neck, 3) for _ in range(2))
		self.down = nn.ModuleList(Conv(neck, neck, 3, 2) for _ in range(2))
		self.merge_down = nn.ModuleList(Conv(neck, neck, 3) for _ in range(2))
		self.tower = nn.ModuleList(Conv(neck, neck, 3) for _ in STRIDES)
		self.heads = nn.ModuleList(nn.Conv2d(neck, 5 * len(CLASSES), 1) for _ in STRIDES)
		for m in self.modules():
			if isinstance(m, nn.Conv2d):
				nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
		for m in self.heads:
			nn.init.normal_(m.weight, std=0.01)
			nn.init.constant_(m.bias, 1.0)
			for c in range(len(CLASSES)):  # one cell in a hundred holds something
				nn.init.constant_(m.bias[5 * c + 4:5 * c + 5], -math.log(99))

	def forward(self, x):
		x = self.stages[0](self.stem(x))
		c8 = self.stages[1](x)
		c16 = self.stages[2](c8)
		c32 = self.context(self.stages[3](c16))
		p32 = self.lateral[2](c32)
		p16 = self.merge_up[1](self.lateral[1](c16) + self.up(p32))
		p8 = self.merge_up[0](self.lateral[0](c8) + self.up(p16))
		n16 = self.merge_down[0](self.down[0](p8) + p16)
		n32 = self.merge_down[1](self.down[1](n16) + p32)
		return tuple(h(t(f)) for h, t, f in zip(self.heads, self.tower, (p8, n16, n32)))


def decode(outputs):
	"""Raw heads to (n, cells, classes) logits and (n, cells, classes, 4) corners in pixels of the
	input, with the (cells, 2) centres and (cells,) strides they come from."""
	logits, boxes, centres, strides = [], [], [], []
	for o, s in zip(outputs, STRIDES):
		n, _, h, w = o.shape
		v = o.float().view(n, len(CLASSES), 5, h * w).permute(0, 3, 1, 2)
		y, x = torch.meshgrid(torch.arange(h, device=o.device), torch.arange(w, device=o.device), indexing="ij")
		c = (torch.stack((x, y), -1).view(-1, 2) + 0.5) * s
		d = v[..., :4].clamp(max=8).exp() * s
		boxes.append(torch.cat((c[None, :, None] - d[..., :2], c[None, :, None] + d[..., 2:]), -1))
		logits.append(v[..., 4])
		centres.append(c)
		strides.append(torch.full((h * w,), float(s), device=o.device))
	return torch.cat(logits, 1), torch.cat(boxes, 1), torch.cat(centres), torch.cat(strides)
