#!/usr/bin/env python3
"""
Trains footfall-gender: faces prepared, network trained, calibrated, exported, proved, measured.

	models/own/footfall-gender.onnx, .svg	the network, its curves
	models/ledger.jsonl						one line more

All that is made on the way lies in the work folder; a run that was stopped goes on from there with
the next epoch.
"""
import argparse
import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional as F

import common
import gender_data
import gender_net

NETWORK = "footfall-gender"
MEAN, DIVIDE = 127.5, 64.0
MIN_SCORE = 0.8
VIEWS = {"full": None, "48 px": 48, "24 px": 24}		# face sizes of the validation, in pixels
AGE_WEIGHT, RACE_WEIGHT = 0.3, 0.2


def arguments():
	p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	common.folder_arguments(p, "folder with utk/", "folder of the pretrained networks; YuNet finds the faces")
	p.add_argument("--epochs", type=int, default=50)
	p.add_argument("--batch", type=int, default=128, help="faces a step")
	p.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
	p.add_argument("--decay", type=float, default=0.05, help="weight decay")
	p.add_argument("--smoothing", type=float, default=0.05, help="of the labels, some of which are wrong")
	p.add_argument("--seed", type=int, default=1)
	p.add_argument("--threads", type=int, default=0, help="of the processor; 0: all (1 is faster beside other work)")
	p.add_argument("--restart", action="store_true", help="forget the epochs that are done")
	p.add_argument("--measure", type=Path, metavar="DIR",
		help="at the end run footfall eval gender on this set, which no training saw")
	return p.parse_args()


# ---- numbers ----

def to_input(pictures, device):
	"""uint8 (n, h, w, 3) as the network takes it; channels last is how it lies in memory already."""
	x = torch.as_tensor(pictures).to(device).permute(0, 3, 1, 2).float()
	return x.sub_(MEAN).div_(DIVIDE)


def sigmoid(z):
	return 1 / (1 + np.exp(-np.clip(z, -60, 60)))


def nll(z, y, temperature=1.0):
	z = np.asarray(z, np.float64) / temperature
	return float(np.mean(np.logaddexp(0, z) - y * z))


def ece(p, y, bins=10):
	"""How far P(female) is from the share of females, as footfall eval has it: ten equal bins."""
	bin_of = np.minimum((p * bins).astype(int), bins - 1)
	return sum(abs((p - y)[bin_of == b].sum()) for b in range(bins)) / len(p)


def scores(p, y):
	said, f1 = p > 0.5, []
	for g in (0, 1):
		hit = ((said == g) & (y == g)).sum()
		f1.append(2 * hit / max((said == g).sum() + (y == g).sum(), 1))
	sure = np.maximum(p, 1 - p) >= MIN_SCORE
	return {"accuracy": float((said == y).mean()), "f1": float(np.mean(f1)), "ece": float(ece(p, y)),
		"answered": float(sure.mean()),
		"right_of_answered": float((said == y)[sure].mean()) if sure.any() else None}


def fit_temperature(z, y):
	"""What to divide logits by so that they are as likely as can be; by narrowing in on ln T."""
	low, high = -2.5, 2.5
	for _ in range(60):
		a, b = low + (high - low) / 3, high - (high - low) / 3
		if nll(z, y, np.exp(a)) < nll(z, y, np.exp(b)):
			high = b
		else:
			low = a
	return float(np.exp((low + high) / 2))


# ---- validation ----

def validation_pictures(faces):
	"""Which they are, and {view: pictures} of them, cut out as footfall does."""
	chosen = np.flatnonzero(faces.validation)
	return chosen, {view: np.stack([gender_data.plain_crop(faces, i, face_px=px) for i in chosen])
		for view, px in VIEWS.items()}


@torch.no_grad()
def logits(net, pictures, device, batch=256):
	net.eval()
	out = [net(to_input(pictures[i:i + batch], device))[0].float().cpu().numpy()
		for i in range(0, len(pictures), batch)]
	return np.concatenate(out)


# ---- training ----

def learning_rate(o, step, steps):
	"""Up in a straight line for 300 steps, then down along a cosine to a hundredth."""
	warm = min(300, steps // 10 + 1)
	if step < warm:
		return o.rate * (step + 1) / warm
	return o.rate * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * (step - warm) / max(1, steps - warm))))


def optimizer_of(net, o):
	"""Weights shrink; norms and biases, which have no say in how complex it is, do not."""
	shrink = [p for p in net.parameters() if p.ndim > 1]
	free = [p for p in net.parameters() if p.ndim <= 1]
	return torch.optim.AdamW([{"params": shrink, "weight_decay": o.decay},
		{"params": free, "weight_decay": 0.0}], lr=o.rate)


def train_epoch(net, ema, optimizer, faces, labels, indices, o, epoch, device):
	batches = gender_data.Batches(faces, indices, gender_data.SIZE, o.batch, o.seed, epoch)
	loader = torch.utils.data.DataLoader(batches, batch_size=None, num_workers=1, prefetch_factor=6)
	net.train()
	steps, seen, total, right = len(batches) * o.epochs, 0, 0.0, 0
	with common.Progress(len(batches), f"epoch {epoch + 1}/{o.epochs}") as bar:
		for b, (pictures, chosen) in enumerate(loader):
			for group in optimizer.param_groups:
				group["lr"] = learning_rate(o, epoch * len(batches) + b, steps)
			gender, age, race = (v[chosen].to(device) for v in labels)
			with torch.autocast(device, torch.bfloat16):
				g, a, r = net(to_input(pictures, device))
			soft = gender * (1 - o.smoothing) + o.smoothing / 2
			loss = F.binary_cross_entropy_with_logits(g, soft)
			(loss + AGE_WEIGHT * F.cross_entropy(a, age) + RACE_WEIGHT * F.cross_entropy(r, race)).backward()
			torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
			optimizer.step()
			optimizer.zero_grad()
			ema.update(net)
			seen += len(g)
			total += float(loss.detach()) * len(g)
			right += int(((g > 0) == (gender > 0.5)).sum())
			bar.update(1, f"loss {total / seen:.4f}  right {right / seen:.4f}")
	return {"loss": total / seen, "accuracy": right / seen, "lr": optimizer.param_groups[0]["lr"]}


def validate(net, views, truth, device):
	out = {}
	for view, pictures in views.items():
		z = logits(net, pictures, device)
		s = scores(sigmoid(z), truth)
		key = "validation" if view == "full" else f"validation {view}"
		out |= {f"{key} loss": nll(z, truth), f"{key} accuracy": s["accuracy"], f"{key} f1": s["f1"]}
	return out


def draw(path, history, what, ylabel):
	keys = [k for k in history[0] if k.endswith(what)]
	names = ["training (varied)" if k == what else k.removesuffix(" " + what) for k in keys]
	common.curves_svg(path, f"{NETWORK}: {ylabel}", {n: [h[k] for h in history] for n, k in zip(names, keys)}, ylabel)


def settings_of(o):
	return {"epochs": o.epochs, "batch": o.batch, "lr": o.rate, "decay": o.decay, "seed": o.seed,
		"smoothing": o.smoothing, "size": gender_data.SIZE, "margin": gender_data.MARGIN,
		"widths": list(gender_net.GenderNet.WIDTHS), "depths": list(gender_net.GenderNet.DEPTHS),
		"age_weight": AGE_WEIGHT, "race_weight": RACE_WEIGHT}


def train(o, device, faces, views, truth):
	"""(average network, history, seconds, when the first epoch began)"""
	net = gender_net.GenderNet().to(device, memory_format=torch.channels_last)
	ema, optimizer = common.Ema(net), optimizer_of(net, o)
	path, settings = o.work / "checkpoint.pt", settings_of(o)
	if o.restart:
		path.unlink(missing_ok=True)
	epoch, history, extra = common.load_checkpoint(path, net, ema, optimizer, device)
	if extra and extra["settings"] != settings:
		raise SystemExit(f"gender_train: {path} is of a run with other settings; "
			"give the same ones, or --restart, or another --work")
	seconds, started = extra.get("seconds", 0.0), extra.get("started", time.time())
	if epoch:
		print(f"goes on after epoch {epoch}")
	labels = (torch.from_numpy(faces.gender.astype(np.float32)),
		torch.tensor([gender_net.age_group(a) for a in faces.age]),
		torch.from_numpy(faces.race.astype(np.int64)))
	indices = np.flatnonzero(~faces.validation)
	for epoch in range(epoch, o.epochs):
		begin = time.monotonic()
		metrics = train_epoch(net, ema, optimizer, faces, labels, indices, o, epoch, device)
		metrics |= validate(ema.model, views, truth, device)
		seconds += time.monotonic() - begin
		history.append(metrics)
		common.save_checkpoint(path, net, ema, optimizer, epoch + 1, history, settings=settings,
			seconds=seconds, started=started)
		draw(o.work / "loss.svg", history, "loss", "loss")
		draw(o.work / "accuracy.svg", history, "accuracy", "share right")
		print("  ".join(f"{k} {v:.4f}" for k, v in metrics.items() if k.endswith("accuracy")), flush=True)
	return ema.model, history, seconds, started


# ---- what comes out ----

def calibrate(net, views, truth, device):
	"""The temperature over all views together, and figures of each before and after it."""
	z = {view: logits(net, pictures, device) for view, pictures in views.items()}
	temperature = fit_temperature(np.concatenate(list(z.values())), np.tile(truth, len(z)))
	report = {"temperature": temperature}
	for view, v in z.items():
		report[view] = {"ece_before": float(ece(sigmoid(v), truth)), **scores(sigmoid(v / temperature), truth)}
		print(f"validation, {view}: " + "  ".join(f"{k} {x:.4f}" for k, x in report[view].items()
			if x is not None))
	print(f"temperature {temperature:.4f}")
	return temperature, report


def registry_entry(path, name):
	return f"""models = ( {{
	task = "gender"; family = "sigmoid1"; format = "onnx";
	files = ( {{ path = "gender/{name}.onnx"; size = {os.path.getsize(path)};
		sha256 = "{common.sha256_file(path)}"; }} );
	licence = "trained on UTKFace: non-commercial research";
	upstream = "none";
	preference = 1;
	width = {gender_data.SIZE}; height = {gender_data.SIZE}; batch = "any";
	channels = "bgr"; mean = {MEAN}; divide = {DIVIDE:g};
	min_score = {MIN_SCORE}; margin = {gender_data.MARGIN}; female = 1;
}} );
"""


def measure(path, folder, o):
	"""footfall itself on the finished file, called by another name than the one that is shipped."""
	program = common.ROOT / "build" / "footfall"
	if not program.exists():
		print(f"no {program}: make, then measure with footfall eval gender --set {folder}")
		return
	name, models = f"{NETWORK}-new", o.work / "models"
	(models / "gender").mkdir(parents=True, exist_ok=True)
	shutil.copyfile(path, models / "gender" / f"{name}.onnx")
	(models / "registry.cfg").write_text(registry_entry(path, name), encoding="utf-8")
	command = [str(program), "eval", "gender", "--set", str(folder), "--gender", name, "--no-store"]
	print("$ " + shlex.join(command), flush=True)
	subprocess.run(command, env=os.environ | {"FOOTFALL_MODELS": f"{models}:{o.teachers}"}, check=True)


def finish(net, views, truth, device, o):
	"""Calibrated, exported, proved; returns (path, parameters, what calibration found)"""
	temperature, report = calibrate(net, views, truth, device)
	finished = gender_net.Finished(net.cpu(), temperature).eval()
	size = gender_data.SIZE
	new, path = o.work / f"{NETWORK}.onnx", o.out / f"{NETWORK}.onnx"
	common.export_onnx(finished, new, (1, 3, size, size), "input", ("p_female",))
	worst = common.verify_opencv(new, finished, [(n, 3, size, size) for n in (1, 8, 5)])
	common.write_atomically(path, new.read_bytes())
	print(f"{path}: OpenCV's outputs differ from PyTorch's by at most {worst:.1e}")
	return path, common.parameters(finished), report


def main():
	o = arguments()
	device = "cuda" if torch.cuda.is_available() else "cpu"
	if o.threads:
		torch.set_num_threads(o.threads)
	cv2.setNumThreads(1)
	common.seed_all(o.seed)
	for path in (o.lists / gender_data.NAMES, o.teachers / gender_data.DETECTOR):
		if not path.exists():
			raise SystemExit(f"gender_train: no {path}; models/train/README.md tells what that folder holds")
	pictures = o.data / gender_data.PICTURES
	faces = gender_data.prepare(pictures, gender_data.read_names(o.lists / gender_data.NAMES),
		o.teachers / gender_data.DETECTOR, o.work, o.seed)
	chosen, views = validation_pictures(faces)
	truth = faces.gender[chosen].astype(int)
	print(f"{len(faces) - len(chosen)} faces to train on, {len(chosen)} for validation; "
		f"{device}, {torch.get_num_threads()} threads", flush=True)

	net, history, seconds, started = train(o, device, faces, views, truth)
	path, parameters, calibration = finish(net, views, truth, device, o)
	draw(path.with_suffix(".svg"), history, "accuracy", "share right")

	def hashed(part):
		paths = [pictures / faces.names[i] for i in np.flatnonzero(part)]
		return {"files": len(paths), "sha256": common.sha256_names_and_bytes(paths)}
	common.ledger_append(o.ledger, common.ledger_record(NETWORK, started, seconds,
		{"train": hashed(~faces.validation), "validation": hashed(faces.validation)},
		settings_of(o) | {"calibration": calibration}, history, path, parameters))
	if o.measure:
		measure(path, o.measure, o)


if __name__ == "__main__":
	main()
