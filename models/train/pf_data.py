"""
From the three sources to what footfall-pf is trained on:

	WORK/pictures.bin   all pictures, decoded, one after the other (BGR, at most LONGEST pixels long)
	WORK/index.jsonl    a line each: where it lies, its size, its part (train, valid), boxes and regions
	WORK/index.from     what they were made from

Persons: the person set's own boxes; WIDER FACE has none, there the teachers' count.  Faces: WIDER
FACE's own boxes; in the person set the teachers' count.  What the teachers find beside the labels is
added when they are sure and ignored when they doubt.  The validation part is split off by scene
before any teacher looks at it, and keeps its own labels alone.
"""
import hashlib
import json
import multiprocessing
import os
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import scipy.io

import common
import pf_teachers

LONGEST = 1024
NAMES = ("person_train_files.txt", "widerface_train_files.txt")
COPIES = 2  # augmented copies taken of one scene of the person set
VALID = 5  # percent of scenes
SURE = {"person": 0.5, "face": 0.62}
DOUBT = {"person": 0.12, "face": 0.25}
SMALLEST_FACE = 6  # pixels, in a picture of LONGEST; what is smaller is ignored


def _dhash(picture):
	v = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (9, 8), interpolation=cv2.INTER_AREA)
	return np.packbits(v[:, 1:] > v[:, :-1]).view(np.uint64)[0]


def _scenes(names, folder):
	"""Scene of each name: one photograph's copies and near duplicates share one."""
	groups = defaultdict(list)
	for name in names:
		groups[os.path.basename(name).split(".rf.")[0]].append(name)
	keys = sorted(groups)
	hashes = np.array([_dhash(cv2.imread(str(folder / groups[k][0]), cv2.IMREAD_REDUCED_COLOR_4)) for k in keys])
	scene = list(range(len(keys)))
	for i in range(len(keys)):
		near = np.unpackbits((hashes[:i] ^ hashes[i]).view(np.uint8).reshape(-1, 8), axis=1).sum(1) <= 6
		if near.any():
			scene[i] = scene[int(np.argmax(near))]
	return [(keys[scene[i]], sorted(groups[k])[:COPIES]) for i, k in enumerate(keys)]


def _is_valid(scene):
	return int(hashlib.sha256(scene.encode()).hexdigest()[:8], 16) % 100 < VALID


def _yolo(path, width, height):
	boxes = []
	for line in path.read_text().splitlines():
		v = [float(x) for x in line.split()]
		if len(v) == 5:
			x, y, w, h = v[1] * width, v[2] * height, v[3] * width, v[4] * height
			boxes.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
	return np.array(boxes, np.float64).reshape(-1, 4)


def _wider(folder):
	"""Boxes by picture: corners, and whether each is to be ignored."""
	faces = {}
	for part in ("train", "val"):
		mat = scipy.io.loadmat(folder / f"wider_face_split/wider_face_{part}.mat")
		for e in range(len(mat["event_list"])):
			event = mat["event_list"][e][0][0]
			for f in range(len(mat["file_list"][e][0])):
				name = f"WIDER_{part}/images/{event}/{mat['file_list'][e][0][f][0][0]}.jpg"
				box = np.asarray(mat["face_bbx_list"][e][0][f][0], np.float64).reshape(-1, 4)
				invalid = np.asarray(mat["invalid_label_list"][e][0][f][0]).ravel().astype(bool)
				faces[name] = (np.column_stack((box[:, :2], box[:, :2] + box[:, 2:])), invalid)
	return faces


def plan(data, lists, limit):
	"""What will be looked at: dictionaries with set, path, part, and the labels that the set brings."""
	items = []
	folder = data / "person"
	names = (lists / NAMES[0]).read_text().split("\n")
	names = [n for n in names if n]
	for scene, copies in _scenes(names, folder):
		part = "valid" if _is_valid(scene) else "train"
		for name in copies if part == "train" else copies[:1]:
			items.append({"set": "person", "path": str(folder / name), "name": name, "part": part,
				"labels": str(folder / name.replace("/images/", "/labels/"))[:-4] + ".txt"})
	folder = data / "wider" / "data"
	faces = _wider(folder)
	for name in (lists / NAMES[1]).read_text().split("\n"):
		if name:
			items.append({"set": "wider", "path": str(folder / name), "name": name,
				"part": "valid" if _is_valid(name) else "train", "faces": faces[name]})
	return items[::max(1, len(items) // limit)] if limit else items


def _beside(own, found, kind):
	"""What teachers found beside own labels: boxes that they are sure of, regions that they doubt."""
	sure, doubt = [], []
	for row in found[found[:, 4] >= DOUBT[kind]]:
		if len(own):
			if pf_teachers.iou(row[None, :4], own)[0].max() >= 0.4:
				continue
			low, high = np.maximum(row[:2], own[:, :2]), np.minimum(row[2:4], own[:, 2:])
			inside = np.clip(high - low, 0, None).prod(1).max() / ((row[2] - row[0]) * (row[3] - row[1]))
		else:
			inside = 0
		(sure if row[4] >= SURE[kind] and inside < 0.6 else doubt).append(row[:4])
	return np.array(sure).reshape(-1, 4), np.array(doubt).reshape(-1, 4)


def _around_faces(faces, persons):
	"""A face in nobody's box: somebody is there whom nobody boxed."""
	regions = []
	for x0, y0, x1, y1 in faces:
		cx, cy, w, h = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
		if not len(persons) or not ((persons[:, 0] < cx) & (persons[:, 2] > cx) & (persons[:, 1] < cy) & (persons[:, 3] > cy)).any():
			regions.append((cx - 2 * w, cy - 1.2 * h, cx + 2 * w, cy + 7 * h))
	return np.array(regions).reshape(-1, 4)


_teachers = None


def _start(models):
	global _teachers
	cv2.setNumThreads(1)
	_teachers = pf_teachers.Teachers(models)


def _look(item):
	picture = cv2.imread(item["path"], cv2.IMREAD_COLOR)
	if picture is None:
		return item, None, None
	f = min(1, LONGEST / max(picture.shape[:2]))
	if f < 1:
		picture = cv2.resize(picture, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
	h, w = picture.shape[:2]
	none = np.zeros((0, 4))
	taught = item["part"] == "train"
	persons = _teachers.persons(picture) if taught else np.zeros((0, 5))
	if item["set"] == "person":
		person = _yolo(Path(item["labels"]), w, h)
		more, ignore_person = _beside(person, persons, "person")
		person = np.concatenate((person, more))
		face, ignore_face = _beside(none, _teachers.faces(picture) if taught else np.zeros((0, 5)), "face")
		labelled = ["person", "face"] if taught else ["person"]
	else:
		face, invalid = item["faces"][0] * f, item["faces"][1]
		small = invalid | ((face[:, 2:] - face[:, :2]).min(1, initial=1e9) < SMALLEST_FACE)
		face, ignore_face = face[~small], face[small]
		person, ignore_person = _beside(none, persons, "person")
		ignore_person = np.concatenate((ignore_person, _around_faces(np.concatenate((face, ignore_face)), person)))
		labelled = ["person", "face"] if taught else ["face"]
	line = {"set": item["set"], "name": item["name"], "part": item["part"], "height": h, "width": w, "labelled": labelled}
	for key, v in (("person", person), ("face", face), ("ignore_person", ignore_person), ("ignore_face", ignore_face)):
		line[key] = np.round(v, 1).tolist()
	return item, line, picture.tobytes()


def made_from(lists, models, limit):
	"""What decides which pictures there are, and what the teachers say of them."""
	paths = [lists / name for name in NAMES] + [Path(models) / name for name in pf_teachers.FILES]
	return "".join(f"{path.name} {common.sha256_file(path)}\n" for path in paths) + f"limit {limit}\n"


def prepare(data, lists, models, work, workers, limit=0):
	"""Does it all unless it is done; returns the lines of the index and the hash of each set."""
	index, origin = work / "index.jsonl", work / "index.from"
	made = made_from(lists, models, limit)
	if index.exists() and not (origin.exists() and origin.read_text() == made):
		raise SystemExit(f"{index}: made from other lists, by other teachers, or with another --limit; "
			"remove it, or give another --work")
	if not index.exists():
		work.mkdir(parents=True, exist_ok=True)
		common.write_atomically(origin, made.encode())
		items = plan(data, lists, limit)
		lines, offset, bad = [], 0, []
		with multiprocessing.get_context("spawn").Pool(workers, _start, (str(models),)) as pool, \
				open(work / "pictures.bin", "wb") as out, common.Progress(len(items), "labels") as bar:
			for item, line, picture in pool.imap(_look, items, 8):
				bar.update()
				if line is None:
					bad.append(item["path"])
					continue
				lines.append({**line, "offset": offset})
				out.write(picture)
				offset += len(picture)
		for path in bad:
			print(f"{path}: cannot be decoded, left out")
		common.write_atomically(index, "".join(json.dumps(line) + "\n" for line in lines).encode())
	lines = [json.loads(line) for line in index.read_text().splitlines()]
	folders = {"person": data / "person", "wider": data / "wider" / "data"}
	hashes = {}
	for name, folder in folders.items():
		paths = [folder / line["name"] for line in lines if line["set"] == name]
		hashes[name] = {"files": len(paths), "sha256": common.sha256_names_and_bytes(paths, folder)}
	hashes["labels"] = {"files": len(lines), "sha256": common.sha256_file(index)}
	return lines, hashes
