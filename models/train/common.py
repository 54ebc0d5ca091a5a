"""
What both recipes share: fixed seeds, hashes of the data, a progress line, checkpoints that survive
a kill, curves as SVG, the ledger of training runs, the ONNX export and the proof that OpenCV
computes what PyTorch computed.  numpy and torch 1.13 or newer; OpenCV (cv2) for the proof alone.
"""
import copy
import hashlib
import json
import math
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path

import numpy as np
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "models" / "ledger.jsonl"


# ---- arguments ----

def folder_arguments(parser, data, teachers):
	"""The folders that both recipes are given; data and teachers: what to say of those two."""
	parser.add_argument("--data", type=Path, required=True, help=data)
	parser.add_argument("--lists", type=Path, required=True, help="folder with the names that may be trained on")
	parser.add_argument("--teachers", type=Path, required=True, help=teachers)
	parser.add_argument("--work", type=Path, required=True, help="prepared data and checkpoints")
	parser.add_argument("--out", type=Path, default=ROOT / "models" / "own")
	parser.add_argument("--ledger", type=Path, default=LEDGER)


# ---- seeds ----

def seed_all(seed):
	"""The same run twice: Python, numpy and torch draw the same numbers."""
	random.seed(seed)
	np.random.seed(seed % 2**32)
	torch.manual_seed(seed)
	if torch.cuda.is_available():
		torch.cuda.manual_seed_all(seed)


def rng_state():
	state = {"python": random.getstate(), "numpy": np.random.get_state(),
		"torch": torch.get_rng_state()}
	if torch.cuda.is_available():
		state["cuda"] = torch.cuda.get_rng_state_all()
	return state


def rng_restore(state):
	random.setstate(state["python"])
	np.random.set_state(state["numpy"])
	torch.set_rng_state(state["torch"].cpu())
	if "cuda" in state and torch.cuda.is_available():
		torch.cuda.set_rng_state_all([s.cpu() for s in state["cuda"]])


# ---- hashes ----

def sha256_file(path):
	digest = hashlib.sha256()
	with open(path, "rb") as file:
		for block in iter(lambda: file.read(1 << 20), b""):
			digest.update(block)
	return digest.hexdigest()


def sha256_names_and_bytes(paths, root=None):
	"""
	One hash of a set of files: their names (relative to root, or without a folder) and contents, in
	the order of the names, so that neither the place nor the order of a listing counts.
	"""
	named = sorted((Path(p).relative_to(root).as_posix() if root else Path(p).name, p)
		for p in map(str, paths))
	digest = hashlib.sha256()
	for name, path in named:
		digest.update(name.encode() + b"\0" + sha256_file(path).encode() + b"\n")
	return digest.hexdigest()


# ---- progress ----

def duration(seconds):
	seconds = int(seconds)
	if seconds < 60:
		return f"{seconds} s"
	if seconds < 3600:
		return f"{seconds // 60}:{seconds % 60:02d} min"
	return f"{seconds // 3600}:{seconds // 60 % 60:02d} h"


class Progress:
	"""
	A bar that redraws itself on a terminal; in a log one plain line every 10 seconds.

		with Progress(len(batches), "epoch 3") as bar:
			for b in batches:
				...
				bar.update(1, f"loss {loss:.3f}")
	"""
	PLAIN_S, TERMINAL_S = 10.0, 0.1

	def __init__(self, total, label, stream=None):
		self.total, self.label = max(int(total), 0), label
		self.stream = stream or sys.stderr
		self.terminal = self.stream.isatty()
		self.done, self.note = 0, ""
		self.start = self.drawn = time.monotonic()

	def __enter__(self):
		return self

	def __exit__(self, kind, *_):
		self.close(kind is None)

	def update(self, n=1, note=None):
		self.done += n
		if note is not None:
			self.note = note
		now = time.monotonic()
		if now - self.drawn >= (self.TERMINAL_S if self.terminal else self.PLAIN_S):
			self.drawn = now
			self._draw(now)

	def text(self, now):
		took = max(now - self.start, 1e-9)
		rate = self.done / took
		parts = [f"{self.label}  {self.done}/{self.total}"]
		if self.total:
			parts.append(f"{100 * self.done / self.total:3.0f} %")
		parts.append(f"{rate:.1f}/s" if rate < 100 else f"{rate:.0f}/s")
		if self.done >= self.total:
			parts.append(f"took {duration(took)}")
		elif rate > 0:
			parts.append(f"{duration((self.total - self.done) / rate)} left")
		if self.note:
			parts.append(self.note)
		return "  ".join(parts)

	def _draw(self, now):
		line = self.text(now)
		if not self.terminal:
			print(line, file=self.stream, flush=True)
			return
		columns = shutil.get_terminal_size().columns
		room = min(30, columns - len(line) - 4)
		if room >= 8 and self.total:
			full = min(room, room * self.done // self.total)
			line = "[" + "#" * full + " " * (room - full) + "] " + line
		self.stream.write("\r\x1b[K" + line[:columns - 1])
		self.stream.flush()

	def close(self, complete=True):
		"""The last state, once; after a failure the line is only ended."""
		if complete:
			self._draw(time.monotonic())
		if self.terminal:
			self.stream.write("\n")
			self.stream.flush()


# ---- curves ----

COLOURS = ("#1f5fa8", "#c2410c", "#15803d", "#7e22ce", "#b91c1c", "#0e7490", "#854d0e", "#475569")


def _ticks(low, high, n=5):
	"""Round numbers that cover low to high, about n of them."""
	if not high > low:
		low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
	raw = (high - low) / n
	power = 10.0 ** math.floor(math.log10(raw))
	step = next(power * f for f in (1, 2, 5, 10) if power * f >= raw * 0.999)
	first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
	return [i * step for i in range(first, last + 1)]


def _whole_ticks(n):
	"""Epochs to mark, 1 to n."""
	step = next(s * 10**p for p in range(9) for s in (1, 2, 5) if n / (s * 10**p) <= 10)
	marks = [e for e in range(step, n + 1, step)]
	return marks if 1 in marks else [1] + marks


def curves_svg(path, title, series, ylabel, xlabel="epoch"):
	"""
	Writes a line for each series (name: a value for each epoch; None and NaN leave a gap) into one
	SVG file that needs nothing else: light ground, axes, a legend with the last value of each.
	"""
	clean = {name: [None if v is None or not math.isfinite(v) else float(v) for v in values]
		for name, values in series.items()}
	known = [v for values in clean.values() for v in values if v is not None]
	epochs = max([len(v) for v in clean.values()] + [1])
	ys = _ticks(min(known), max(known)) if known else [0.0, 1.0]
	wide = 24 + 7.2 * max([len(name) + 10 for name in clean] + [10])
	left, top, plot_w, plot_h = 74, 46, 560, 300
	width, height = left + plot_w + wide + 16, top + plot_h + 56

	def x_at(epoch):
		return left + (plot_w * (epoch - 1) / (epochs - 1) if epochs > 1 else plot_w / 2)

	def y_at(value):
		return top + plot_h * (ys[-1] - value) / (ys[-1] - ys[0])

	def number(v):
		return f"{v:.10g}" if v == 0 or 1e-3 <= abs(v) < 1e6 else f"{v:.2e}"

	out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
		f'width="{width:.0f}" height="{height:.0f}" font-family="sans-serif" font-size="13" '
		'fill="#1f2937" role="img">',
		f"<title>{escape(title)}</title>",
		f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
		f'<text x="{left}" y="26" font-size="16" font-weight="bold">{escape(title)}</text>']
	for v in ys:
		y = y_at(v)
		out.append(f'<path d="M{left} {y:.1f}H{left + plot_w}" stroke="#e2e8f0"/>'
			f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{number(round(v, 12))}'
			"</text>")
	for e in _whole_ticks(epochs):
		x = x_at(e)
		out.append(f'<path d="M{x:.1f} {top + plot_h}v5" stroke="#64748b"/>'
			f'<text x="{x:.1f}" y="{top + plot_h + 20}" text-anchor="middle">{e}</text>')
	out.append(f'<path d="M{left} {top}V{top + plot_h}H{left + plot_w}" fill="none" '
		'stroke="#64748b"/>')
	out.append(f'<text x="{left + plot_w / 2}" y="{top + plot_h + 42}" text-anchor="middle">'
		f"{escape(xlabel)}</text>")
	out.append(f'<text transform="translate(16 {top + plot_h / 2}) rotate(-90)" '
		f'text-anchor="middle">{escape(ylabel)}</text>')
	for i, (name, values) in enumerate(clean.items()):
		colour = COLOURS[i % len(COLOURS)]
		dash = "" if i < len(COLOURS) else ' stroke-dasharray="5 3"'
		d, pen_down, last = [], False, None
		for e, v in enumerate(values, 1):
			if v is not None:
				d.append(f"{'L' if pen_down else 'M'}{x_at(e):.1f} {y_at(v):.1f}")
				last = (e, v)
			pen_down = v is not None
		if d:
			out.append(f'<path d="{"".join(d)}" fill="none" stroke="{colour}" stroke-width="2"'
				f'{dash} stroke-linejoin="round"/>')
			out.append(f'<circle cx="{x_at(last[0]):.1f}" cy="{y_at(last[1]):.1f}" r="3" '
				f'fill="{colour}"/>')
		y = top + 10 + 20 * i
		text = escape(name) + (f"  {last[1]:.4g}" if last else "")
		out.append(f'<path d="M{left + plot_w + 16} {y}h20" stroke="{colour}" stroke-width="3"'
			f'{dash}/><text x="{left + plot_w + 42}" y="{y + 4}">{text}</text>')
	out.append("</svg>\n")
	write_atomically(path, "\n".join(out).encode())


# ---- files ----

def write_atomically(path, data):
	"""The old file or the new one, never half of it, whatever happens."""
	path = Path(path)
	path.parent.mkdir(parents=True, exist_ok=True)
	part = path.with_name(path.name + ".part")
	with open(part, "wb") as file:
		file.write(data)
		file.flush()
		os.fsync(file.fileno())
	os.replace(part, path)


# ---- the ledger ----

def rfc3339(seconds=None):
	return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def machine():
	cpu = platform.processor() or platform.machine()
	try:
		with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
			cpu = next((line.split(":", 1)[1].strip() for line in file
				if line.startswith("model name")), cpu)
	except OSError:
		pass
	text = f"{cpu}, {os.cpu_count()} CPUs, {torch.get_num_threads()} threads"
	if torch.cuda.is_available():
		text += ", " + torch.cuda.get_device_name(0)
	return text


def versions():
	try:
		import cv2
		opencv = cv2.__version__
	except ImportError:
		opencv = None
	return {"python": platform.python_version(), "torch": torch.__version__, "opencv": opencv}


def command():
	"""The command as typed, but for the folders above a path, which only this machine has."""
	def short(word):
		path = Path(word)
		if not path.is_absolute():
			return word
		return str(path.relative_to(ROOT)) if ROOT in path.parents else path.name or word
	return " ".join(["python3", Path(sys.argv[0]).name, *map(short, sys.argv[1:])])


def parameters(model):
	return sum(p.numel() for p in model.parameters())


def ledger_record(network, started, seconds, data, settings, epochs, weights, n_parameters):
	"""
	A record for ledger_append.  started: seconds since 1970; data: {set: {"files", "sha256"}};
	epochs: one dictionary of numbers for each; weights: path of the finished file.
	"""
	return {
		"network": network, "started": rfc3339(started), "seconds": round(seconds),
		"command": command(), "data": data, "settings": settings, "epochs": epochs,
		"weights": {"file": Path(weights).name, "bytes": os.path.getsize(weights),
		"sha256": sha256_file(weights), "parameters": int(n_parameters)},
		"versions": versions(), "machine": machine(),
	}


LEDGER_KEYS = ("network", "started", "seconds", "command", "data", "settings", "epochs", "weights",
	"versions", "machine")


def _plain(value):
	"""Numbers as JSON has them: no numpy types, no NaN, six figures."""
	if isinstance(value, dict):
		return {str(k): _plain(v) for k, v in value.items()}
	if isinstance(value, (list, tuple)):
		return [_plain(v) for v in value]
	if isinstance(value, np.generic):
		value = value.item()
	if isinstance(value, float):
		return float(f"{value:.6g}") if math.isfinite(value) else None
	if value is None or isinstance(value, (bool, int, str)):
		return value
	return str(value)


def ledger_append(path, record):
	"""
	One line of JSON at the end of the ledger, written in one piece.  A finished run that is called
	again makes the same weights, which are there already.
	"""
	missing = [k for k in LEDGER_KEYS if k not in record]
	if missing:
		raise ValueError(f"a ledger record needs {', '.join(missing)}")
	if Path(path).exists() and record["weights"]["sha256"] in Path(path).read_text(encoding="utf-8"):
		print(f"{path} has this run already")
		return
	line = json.dumps(_plain(record), ensure_ascii=False, separators=(",", ":")) + "\n"
	Path(path).parent.mkdir(parents=True, exist_ok=True)
	fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
	try:
		data = line.encode()
		if os.write(fd, data) != len(data):
			raise OSError(f"{path}: the ledger's line was cut short")
	finally:
		os.close(fd)


# ---- checkpoints and the running average ----

class Ema:
	"""
	The average of a network's weights over its last steps, which is better than the last one.
	Early on the average is over fewer steps, so that the random start is soon forgotten.
	"""
	def __init__(self, model, decay=0.999, warm_up=200):
		self.model = copy.deepcopy(model).eval()
		for p in self.model.parameters():
			p.requires_grad_(False)
		self.decay, self.warm_up, self.steps = decay, warm_up, 0

	@torch.no_grad()
	def update(self, model):
		self.steps += 1
		d = self.decay * (1 - math.exp(-self.steps / self.warm_up))
		for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values()):
			if mine.dtype.is_floating_point:
				mine.mul_(d).add_(theirs.detach().to(mine.dtype), alpha=1 - d)
			else:
				mine.copy_(theirs)

	def state_dict(self):
		return {"model": self.model.state_dict(), "steps": self.steps}

	def load_state_dict(self, state):
		self.model.load_state_dict(state["model"])
		self.steps = state["steps"]


def save_checkpoint(path, model, ema, optimizer, epoch, history, **extra):
	"""
	All that the next epoch needs.  epoch: how many are done; history: metrics per epoch; extra:
	whatever else must come back, settings to compare say.
	"""
	path = Path(path)
	path.parent.mkdir(parents=True, exist_ok=True)
	part = path.with_name(path.name + ".part")
	torch.save({"model": model.state_dict(), "ema": ema.state_dict() if ema else None,
		"optimizer": optimizer.state_dict() if optimizer else None, "epoch": epoch,
		"history": history, "rng": rng_state(), "extra": extra}, part)
	os.replace(part, path)


def load_checkpoint(path, model, ema=None, optimizer=None, device="cpu"):
	"""
	Fills the objects given and returns (epoch, history, extra); (0, [], {}) where there is no file.
	"""
	if not Path(path).exists():
		return 0, [], {}
	state = torch.load(path, map_location=device, weights_only=False)
	model.load_state_dict(state["model"])
	if ema and state["ema"]:
		ema.load_state_dict(state["ema"])
	if optimizer and state["optimizer"]:
		optimizer.load_state_dict(state["optimizer"])
	rng_restore(state["rng"])
	return state["epoch"], state["history"], state["extra"]


# ---- export ----

def fold_batch_norm(model):
	"""
	A copy for inference in which every batch norm that follows a convolution is part of that
	convolution: in nn.Sequential wherever the two are neighbours, elsewhere by the names conv and bn.
	"""
	model = copy.deepcopy(model).eval().float().cpu()

	def fold(parent, conv_name, bn_name):
		conv, bn = getattr(parent, conv_name), getattr(parent, bn_name)
		setattr(parent, conv_name, nn.utils.fusion.fuse_conv_bn_eval(conv, bn))
		setattr(parent, bn_name, nn.Identity())

	for parent in list(model.modules()):
		children = list(parent._modules.items())
		if isinstance(parent, nn.Sequential):
			pairs = zip(children, children[1:])
		else:
			pairs = [((c, parent._modules[c]), (b, parent._modules[b]))
				for c, b in [("conv", "bn")] if c in parent._modules and b in parent._modules]
		for (conv_name, conv), (bn_name, bn) in pairs:
			if isinstance(conv, nn.Conv2d) and isinstance(bn, nn.BatchNorm2d):
				fold(parent, conv_name, bn_name)
	return model


def export_onnx(model, path, input_shape, input_name="input", output_names=("output",), opset=12):
	"""
	Writes the network for OpenCV 4.6: fixed input shape, opset 12, batch norms folded, the
	exporter that traces.  The package onnx is not needed.
	"""
	import inspect
	import warnings

	model = fold_batch_norm(model)
	extra = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
	try:
		from torch.onnx._internal import onnx_proto_utils as utils
	except ImportError:
		utils = None
	hooks = [(owner, name, getattr(owner, name), stand_in) for owner, name, stand_in in (
		# Only adds custom operators, which nothing here has, and imports onnx for that.
		(utils, "_add_onnxscript_fn", lambda model_bytes, custom_opsets: model_bytes),
		# Puts an Identity for each of two equal constants, which OpenCV 4.6 refuses to load.
		(torch._C, "_jit_pass_onnx_deduplicate_initializers", lambda graph, params, training: params),
	) if hasattr(owner, name)]
	path = Path(path)
	path.parent.mkdir(parents=True, exist_ok=True)
	part = path.with_name(path.name + ".part")
	try:
		for owner, name, _, stand_in in hooks:
			setattr(owner, name, stand_in)
		with warnings.catch_warnings():
			warnings.simplefilter("ignore")
			torch.onnx.export(model, torch.zeros(input_shape), str(part), opset_version=opset,
				input_names=[input_name], output_names=list(output_names),
				do_constant_folding=True, **extra)
	finally:
		for owner, name, original, _ in hooks:
			setattr(owner, name, original)
	os.replace(part, path)


# Runs in any interpreter that has cv2: python -c FORWARD net.onnx inputs.npz outputs.npz.  Every
# shape gets a network of its own, as OpenCV keeps buffers of the shape before.
FORWARD = """
import sys, numpy, cv2
inputs, outputs = numpy.load(sys.argv[2]), {"version": numpy.array(cv2.__version__)}
for name in inputs.files:
	net = cv2.dnn.readNetFromONNX(sys.argv[1])
	net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
	net.setInput(inputs[name])
	for i, o in enumerate(net.forward(net.getUnconnectedOutLayersNames())):
		outputs[name + "/" + str(i)] = o
numpy.savez(sys.argv[3], **outputs)
"""


def _difference(expected, got):
	"""
	The largest difference; outputs are paired by shape and likeness, because the order that OpenCV
	lists them in is not always that of the file.
	"""
	got, worst = list(got), 0.0
	# A NaN is neither near nor far: no comparison would find it.
	if not all(np.isfinite(v).all() for v in (*expected, *got)):
		raise RuntimeError("outputs that are no finite numbers")
	for e in expected:
		same = [(float(np.abs(e - g).max()), i) for i, g in enumerate(got) if g.shape == e.shape]
		if not same:
			raise RuntimeError(f"OpenCV gives no output of the shape {e.shape}, "
				f"only {[g.shape for g in got]}")
		d, i = min(same)
		got.pop(i)
		worst = max(worst, d)
	if got:
		raise RuntimeError(f"OpenCV gives {len(got)} more outputs than PyTorch")
	return worst


def verify_opencv(onnx_path, torch_model, shapes, limit=1e-4, seed=1,
	interpreters=("/usr/bin/python3",)):
	"""
	The largest absolute difference between OpenCV's and PyTorch's outputs over random inputs (0 to
	1) of the shapes, by this interpreter's OpenCV and by that of the others which have one: Debian
	12's is the 4.6 that footfall runs on.  RuntimeError above the limit, or where no OpenCV is.
	"""
	rng = np.random.default_rng(seed)
	inputs = {f"in{i}": rng.random(s, dtype=np.float32) for i, s in enumerate(shapes)}
	model = copy.deepcopy(torch_model).eval().float().cpu()
	expected = {}
	with torch.no_grad():
		for name, value in inputs.items():
			out = model(torch.from_numpy(value))
			expected[name] = [o.numpy() for o in
				(out if isinstance(out, (list, tuple)) else [out])]

	worst = None
	with tempfile.TemporaryDirectory() as folder:
		inputs_path, outputs_path = f"{folder}/in.npz", f"{folder}/out.npz"
		np.savez(inputs_path, **inputs)
		seen = set()
		for python in (sys.executable, *interpreters):
			real = os.path.realpath(python) + os.path.dirname(python)
			if real in seen or not os.path.exists(python):
				continue
			seen.add(real)
			has = subprocess.run([python, "-c", "import cv2, numpy"], capture_output=True)
			if has.returncode != 0:
				continue
			run = subprocess.run([python, "-c", FORWARD, str(onnx_path), inputs_path, outputs_path],
				capture_output=True, text=True)
			if run.returncode != 0:
				raise RuntimeError(f"{onnx_path}: OpenCV of {python} does not run it:\n"
					+ run.stderr[-2000:])
			with np.load(outputs_path) as result:
				version = str(result["version"])
				d = max(_difference(e, [result[k] for k in result.files
					if k.startswith(name + "/")])
						for name, e in expected.items())
			print(f"OpenCV {version} against PyTorch {torch.__version__}: {d:.2e} at most over "
				+ ", ".join("x".join(map(str, s)) for s in shapes), flush=True)
			if d > limit:
				raise RuntimeError(f"{onnx_path}: OpenCV {version} differs by {d:.2e} from "
					f"PyTorch, more than {limit:g}")
			worst = d if worst is None else max(worst, d)
	if worst is None:
		raise RuntimeError("no OpenCV for Python (Debian: python3-opencv); the export is unproved")
	return worst
