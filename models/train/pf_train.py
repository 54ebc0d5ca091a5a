#!/usr/bin/env python3
"""
Trains footfall-pf (or footfall-pf-small), which finds people and faces in one pass, and writes

	models/own/NAME.onnx           the network, once OpenCV has computed what PyTorch computes
	models/own/NAME.svg            its curves, and NAME-loss.svg
	models/ledger.jsonl            one line more

A run that was stopped goes on where its last epoch ended when the same command is given again.
README.md beside this file tells what DATA has to hold.
"""
import argparse
import sys
import time
from pathlib import Path

import torch

import common
import pf_augment
import pf_data
import pf_loss
import pf_net
import pf_score
import pf_teachers


def arguments():
	p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	p.add_argument("--name", choices=pf_net.SIZES, default="footfall-pf")
	common.folder_arguments(p, "folder with person/ and wider/", "folder of the pretrained networks")
	p.add_argument("--epochs", type=int, default=60)
	p.add_argument("--steps", type=int, default=200, help="batches an epoch")
	p.add_argument("--pixels", type=int, default=24 * 384**2, help="of a batch")
	p.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
	p.add_argument("--decay", type=float, default=0.02, help="weight decay")
	p.add_argument("--mosaic", type=float, default=0.4, help="share of canvases of four pictures; none in the last tenth")
	p.add_argument("--seed", type=int, default=1)
	p.add_argument("--limit", type=int, default=0, help="use about so many pictures (a trial)")
	p.add_argument("--threads", type=int, default=0, help="of the processor; 0: all")
	p.add_argument("--workers", type=int, default=1, help="processes that make samples")
	p.add_argument("--validate-every", type=int, default=5, help="epochs")
	return p.parse_args()


def learning_rate(o, step):
	"""Up in a straight line for 500 steps, then down along a cosine to a fiftieth."""
	total = o.epochs * o.steps
	warm = min(500, total // 10)
	if step < warm:
		return o.rate * (step + 1) / warm
	x = (step - warm) / max(1, total - warm)
	return o.rate * (0.02 + 0.98 * (1 + torch.cos(torch.tensor(x * torch.pi)).item()) / 2)


def optimizer_of(model, o):
	"""AdamW; only the convolutions' weights decay."""
	weights = [p for p in model.parameters() if p.ndim > 1]
	rest = [p for p in model.parameters() if p.ndim <= 1]
	return torch.optim.AdamW(({"params": weights, "weight_decay": o.decay}, {"params": rest, "weight_decay": 0}), lr=o.rate, betas=(0.9, 0.99))


def as_it_is(batch):
	return batch


def epoch_of(model, ema, optimizer, pictures, o, epoch, device):
	mosaic = o.mosaic if epoch < o.epochs * 0.9 else 0
	batches = torch.utils.data.DataLoader(pf_augment.Batches(pictures, o.seed, epoch, o.steps, o.pixels, mosaic),
		batch_size=None, collate_fn=as_it_is, num_workers=o.workers, prefetch_factor=6 if o.workers else None)
	model.train()
	sums = {"score": 0.0, "box": 0.0}
	with common.Progress(o.steps, f"epoch {epoch + 1}/{o.epochs}") as bar:
		for k, (canvas, truths, ignored) in enumerate(batches):
			for group in optimizer.param_groups:
				group["lr"] = learning_rate(o, epoch * o.steps + k)
			x = canvas.to(device).permute(0, 3, 1, 2).float().div_(255).contiguous(memory_format=torch.channels_last)
			with torch.autocast(device, dtype=torch.bfloat16):
				out = model(x)
			value, parts = pf_loss.loss(pf_net.decode(out), truths, ignored)
			optimizer.zero_grad(set_to_none=True)
			value.backward()
			torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
			optimizer.step()
			ema.update(model)
			sums["score"] += sum(p[0] for p in parts.values()) / o.steps
			sums["box"] += sum(p[1] for p in parts.values()) / o.steps
			bar.update(1, f"loss {float(value.detach()):.2f}")
	return sums


def curves(folder, name, history):
	"""What both parts of the loss add to it, and the AP of the validation part where it was measured."""
	common.curves_svg(folder / f"{name}-loss.svg", f"{name}: loss", {
		"scores": [h["score"] for h in history], "boxes": [h["box"] * pf_loss.BOX_GAIN for h in history]}, "loss")
	seen = [h for h in history if "person" in h]
	common.curves_svg(folder / f"{name}.svg", f"{name}: AP50 of the validation part", {
		c: [h[c] for h in seen] for c in pf_net.CLASSES}, "AP50", f"validations, the last after {history[-1]['epoch']} epochs")


def finish(o, ema, history, hashes, started, settings):
	model = common.fold_batch_norm(ema.model)
	path = o.out / f"{o.name}.onnx"
	new = o.work / f"{o.name}.onnx"
	common.export_onnx(model, new, (1, 3, 384, 640), "input", pf_net.OUTPUTS)
	worst = common.verify_opencv(new, model, [(1, 3, 384, 640), (1, 3, 320, 320), (2, 3, 480, 640), (3, 3, 96, 224)])
	common.write_atomically(path, new.read_bytes())
	print(f"{path}: OpenCV's outputs differ from PyTorch's by at most {worst:.1e}")
	curves(o.out, o.name, history)
	seconds = sum(h["seconds"] for h in history)
	common.ledger_append(o.ledger, common.ledger_record(o.name, started, seconds, hashes, settings, history, path, common.parameters(model)))


def main():
	o = arguments()
	device = "cuda" if torch.cuda.is_available() else "cpu"
	if o.threads:
		torch.set_num_threads(o.threads)
	common.seed_all(o.seed)
	for path in (*(o.lists / n for n in pf_data.NAMES), *(o.teachers / n for n in pf_teachers.FILES)):
		if not path.exists():
			sys.exit(f"pf_train: no {path}; models/train/README.md tells what that folder holds")
	lines, hashes = pf_data.prepare(o.data, o.lists, o.teachers, o.work, max(2, torch.get_num_threads()), o.limit)
	part = lambda name: pf_augment.Pictures(o.work / "pictures.bin", [line for line in lines if line["part"] == name])
	pictures, held_out = part("train"), part("valid")
	settings = {k: v for k, v in vars(o).items() if k in ("epochs", "steps", "pixels", "rate", "decay", "mosaic", "seed", "limit")}
	model = pf_net.PersonFace(o.name).to(device, memory_format=torch.channels_last)
	ema = common.Ema(model, 0.9995, 500)
	optimizer = optimizer_of(model, o)
	checkpoint = o.work / f"{o.name}.pt"
	first, history, extra = common.load_checkpoint(checkpoint, model, ema, optimizer, device)
	if extra and extra["settings"] != settings:
		sys.exit(f"{checkpoint}: belongs to a training with other settings; give the same ones or remove it")
	started = extra.get("started", time.time())
	print(f"{o.name}: {common.parameters(model):,} parameters, {len(pictures)} pictures, {len(held_out)} for validation, on {device}")
	for epoch in range(first, o.epochs):
		begun = time.monotonic()
		entry = {"epoch": epoch + 1, **epoch_of(model, ema, optimizer, pictures, o, epoch, device)}
		if (epoch + 1) % o.validate_every == 0 or epoch + 1 == o.epochs:
			entry |= pf_score.validate(ema.model, held_out)
			print(f"epoch {epoch + 1}: AP50 person {entry['person']:.3f}, face {entry['face']:.3f}", flush=True)
		entry["seconds"] = round(time.monotonic() - begun, 1)
		history.append(entry)
		common.save_checkpoint(checkpoint, model, ema, optimizer, epoch + 1, history, settings=settings, started=started)
	finish(o, ema, history, hashes, started, settings)


if __name__ == "__main__":
	main()
