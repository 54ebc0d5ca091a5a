"""
Faces of known gender for footfall-gender: found, cut out as footfall cuts them out, split, varied.

Labels are UTKFace's file names ([age]_[gender]_[race]_[time].jpg..., gender 0 male, 1 female).  The
face in each picture is found by YuNet first, because that is what the network meets at run time: a
square about the centre of a detector's box, not the picture as its collector cut it.
"""
import hashlib
import os
import re
from pathlib import Path

import cv2
import numpy as np

import common

MARGIN = 0.1		# of the registry entry: side = (w + h) / 2 * (1 + 2 * MARGIN)
SIZE = 80			# of the network's input
PICTURE = 200		# side of UTKFace's pictures
DETECTOR = "face/face_detection_yunet_2026may.onnx"	# in a models folder
PICTURES = "utk/data/UTKFace/unlabeled"				# in the data folder
NAMES = "utkface_train_files.txt"						# in the lists' folder
DETECT_AT = 320		# side of the detector's input
DETECT_MIN = 0.5
KINDS = ("cls", "obj", "bbox", "kps")
NEAR = 28			# of 256 bits: two pictures that differ less are one photograph
VALIDATION = 1500
CACHE_VERSION = 2	# of what prepare() leaves: one more whenever that changes
NAME = re.compile(r"^(\d{1,3})_([01])_([0-4])_(\d{14})\d*\.jpg(\.chip\.jpg)?$")
NO_AGE = 130


# ---- labels ----

def labels_of(name):
	"""(age, gender, race, second of its time) of a file name, None when it is not well formed."""
	m = NAME.match(name)
	if not m or int(m[1]) > NO_AGE:
		return None
	return int(m[1]), int(m[2]), int(m[3]), m[4]


def read_names(path):
	with open(path, encoding="utf-8") as file:
		return sorted({line.strip() for line in file if line.strip() and not line.startswith("#")})


# ---- faces ----

def turn(points):
	right, left, nose = points.reshape(5, 2)[:3]
	eyes = left - right
	return float(abs((nose - (left + right) / 2) @ eyes) / max(float(eyes @ eyes), 1e-6))


class FaceFinder:
	"""YuNet through OpenCV: the box of the most certain face of a small square picture."""
	def __init__(self, path):
		self.net = cv2.dnn.readNetFromONNX(str(path))
		self.net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
		self.names = [f"{kind}_{s}" for s in (8, 16, 32) for kind in KINDS]

	def __call__(self, picture):
		"""
		(x, y, w, h, score, turn) in the picture's pixels, None where there is no face.  turn: how
		far the nose is from the middle of the eyes, along the line between them, in their distance.
		"""
		scale = DETECT_AT / max(picture.shape[:2])
		small = cv2.resize(picture, None, fx=scale, fy=scale)
		canvas = np.zeros((DETECT_AT, DETECT_AT, 3), np.uint8)
		canvas[:small.shape[0], :small.shape[1]] = small
		self.net.setInput(cv2.dnn.blobFromImage(canvas))
		outs = [o.reshape(-1, o.shape[-1]) for o in self.net.forward(self.names)]
		best = None
		for i, s in enumerate((8, 16, 32)):
			cls, obj, box, points = outs[len(KINDS) * i:len(KINDS) * (i + 1)]
			score = np.sqrt(np.clip(cls[:, 0], 0, 1) * np.clip(obj[:, 0], 0, 1))
			k = int(score.argmax())
			if score[k] >= DETECT_MIN and (best is None or score[k] > best[4]):
				row, col = divmod(k, DETECT_AT // s)
				w, h = np.exp(box[k, 2:]) * s
				x, y = (col + box[k, 0]) * s - w / 2, (row + box[k, 1]) * s - h / 2
				best = (x / scale, y / scale, w / scale, h / scale, float(score[k]), turn(points[k]))
		return best


# ---- near duplicates ----

def difference_hash(picture):
	"""256 bits, each whether the brightness rises from one cell to its neighbour."""
	grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
	cells = cv2.resize(grey, (17, 16), interpolation=cv2.INTER_AREA).astype(np.int16)
	return (cells[:, 1:] > cells[:, :-1]).ravel()


class Groups:
	"""Disjoint sets, for joining what belongs together."""
	def __init__(self, n):
		self.parent = np.arange(n)

	def root(self, i):
		while self.parent[i] != i:
			self.parent[i] = self.parent[self.parent[i]]
			i = self.parent[i]
		return i

	def join(self, a, b):
		a, b = self.root(a), self.root(b)
		self.parent[max(a, b)] = min(a, b)

	def all(self):
		return np.array([self.root(i) for i in range(len(self.parent))])


def group_scenes(names, hashes):
	"""
	A group number for each picture: near duplicates (mirrored too), and pictures of the same labels
	collected within the same second, which tend to be of one person or one event.
	"""
	groups = Groups(len(names))
	seen = {}
	for i, name in enumerate(names):
		first = seen.setdefault(labels_of(name), i)
		groups.join(first, i)
	signs = hashes.astype(np.float32) * 2 - 1
	# Mirrored, a rise is a fall: the bits of each row come in reverse order and inverted.
	mirrored = -signs.reshape(-1, 16, 16)[:, :, ::-1].reshape(-1, 256)
	for at in range(0, len(names), 2048):
		for other in (signs, mirrored):
			close = signs[at:at + 2048] @ other.T >= 256 - 2 * NEAR
			for a, b in zip(*np.nonzero(close)):
				if a + at < b:
					groups.join(a + at, b)
	return groups.all()


def split(groups, wanted, seed):
	"""True for validation: whole groups in an order drawn by the seed, until `wanted` are there."""
	order = np.random.default_rng(seed).permutation(np.unique(groups))
	counts = {int(g): int(n) for g, n in zip(*np.unique(groups, return_counts=True))}
	chosen, have = set(), 0
	for g in map(int, order):
		if have >= wanted:
			break
		if counts[g] <= wanted // 20:		# a large group would be a poor sample
			chosen.add(g)
			have += counts[g]
	return np.array([int(g) in chosen for g in groups])


# ---- the cache ----

class Faces:
	"""
	All pictures with their labels: pictures (n, 200, 200, 3) mapped from a file, centre and side of
	the square that a margin of 0 would cut out, age, gender, race, validation.
	"""
	def __init__(self, work):
		with np.load(Path(work) / "faces.npz") as z:
			self.names = [str(n) for n in z["names"]]
			self.x, self.y, self.side = z["x"], z["y"], z["side"]
			self.age, self.gender, self.race = z["age"], z["gender"], z["race"]
			self.groups, self.validation, self.found = z["groups"], z["validation"], z["found"]
			self.detector, self.names_hash = str(z["detector"]), str(z["names_hash"])
			self.version, self.seed = int(z["version"]), int(z["seed"])
		self.pictures = np.load(Path(work) / "faces.npy", mmap_mode="r")

	def __len__(self):
		return len(self.names)


def names_hash(names):
	return hashlib.sha256("\n".join(names).encode()).hexdigest()


def prepare(folder, names, detector, work, seed):
	"""
	Reads, finds and groups once; a second call takes what lies in the work folder when it was made
	from the same names by the same detector and seed.
	"""
	work = Path(work)
	detector_hash = common.sha256_file(detector)
	if (work / "faces.npz").exists() and (work / "faces.npy").exists():
		old = Faces(work)
		if (old.version, old.seed, old.detector, old.names_hash) == \
				(CACHE_VERSION, seed, detector_hash, names_hash(names)):
			return old
	work.mkdir(parents=True, exist_ok=True)
	good = [n for n in names if labels_of(n)]
	if len(good) < len(names):
		print(f"{len(names) - len(good)} names are not well formed and are left out")
	missing = [n for n in good if not (Path(folder) / n).exists()]
	if missing:
		raise SystemExit(f"gender_data: {len(missing)} of {len(good)} pictures are not in {folder}, "
			f"{missing[0]} for one; make train-data brings them")

	pictures = np.lib.format.open_memmap(work / "faces.npy.part", mode="w+", dtype=np.uint8,
		shape=(len(good), PICTURE, PICTURE, 3))
	finder, boxes, hashes, kept = FaceFinder(detector), [], [], []
	with common.Progress(len(good), "faces") as bar:
		for name in good:
			picture = cv2.imread(str(Path(folder) / name), cv2.IMREAD_COLOR)
			if picture is None or min(picture.shape[:2]) < 32:
				print(f"{name}: not a picture, left out")
				bar.update()
				continue
			if picture.shape[:2] != (PICTURE, PICTURE):
				picture = cv2.resize(picture, (PICTURE, PICTURE), interpolation=cv2.INTER_AREA)
			boxes.append(finder(picture))
			hashes.append(difference_hash(picture))
			pictures[len(kept)] = picture
			kept.append(name)
			bar.update()
	pictures.flush()
	del pictures

	found = np.array([b is not None for b in boxes])
	b = np.array([b[:4] if b is not None else (np.nan,) * 4 for b in boxes], np.float32)
	low = np.clip(b[:, :2], 0, PICTURE)		# as footfall does with every box
	high = np.clip(b[:, :2] + b[:, 2:], 0, PICTURE)
	x, y = ((low + high) / 2).T
	side = (high - low).mean(axis=1)
	# No face found, or one that is but a part of the picture's: where faces usually are.
	usual = found & (np.abs(x - 100) < 40) & (np.abs(y - 100) < 40) & (side > 60)
	for v in (x, y, side):
		v[~usual] = np.median(v[usual])
	groups = group_scenes(kept, np.array(hashes))
	validation = split(groups, min(VALIDATION, len(kept) // 5), seed)
	labels = [labels_of(n) for n in kept]
	part = work / "faces.part.npz"
	np.savez(part, names=np.array(kept), x=x, y=y, side=side, found=usual, groups=groups,
		validation=validation, age=np.array([v[0] for v in labels], np.int16),
		gender=np.array([v[1] for v in labels], np.int8),
		race=np.array([v[2] for v in labels], np.int8), detector=detector_hash,
		names_hash=names_hash(names), version=CACHE_VERSION, seed=seed)
	os.replace(work / "faces.npy.part", work / "faces.npy")
	os.replace(part, work / "faces.npz")
	print(f"{len(kept)} pictures, a face found in {found.sum()}, as expected in {usual.sum()}; "
		f"{len(np.unique(groups))} groups, {validation.sum()} pictures for validation")
	return Faces(work)


# ---- crops ----

def crop(picture, x, y, side, size=SIZE, angle=0.0, flip=False, stretch=1.0,
		border=cv2.BORDER_REPLICATE, fill=(0, 0, 0)):
	"""
	The square of that side about (x, y), turned, size x size pixels.  As at run time: bilinear from
	the full picture, so that detail aliases in the same way, and the picture's edge repeated.
	"""
	s = side / size
	a = np.deg2rad(angle)
	c, d = np.cos(a) * s, np.sin(a) * s
	m = np.array([[c * stretch, -d, 0], [d * stretch, c, 0]], np.float32)
	if flip:
		m[:, 0] = -m[:, 0]
	m[:, 2] = (x - 0.5, y - 0.5) - m[:, :2] @ ((size - 1) / 2, (size - 1) / 2)
	return cv2.warpAffine(picture, m, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
		borderMode=border, borderValue=fill)


def plain_crop(faces, i, margin=MARGIN, size=SIZE, face_px=None):
	"""What footfall cuts out; face_px: as if the face had only so many pixels in the recording."""
	picture, k = faces.pictures[i], 1.0
	if face_px:
		k = face_px / float(faces.side[i])
		n = max(8, round(PICTURE * k))
		picture, k = cv2.resize(picture, (n, n), interpolation=cv2.INTER_AREA), n / PICTURE
	side = float(faces.side[i]) * (1 + 2 * margin)
	return crop(picture, faces.x[i] * k, faces.y[i] * k, side * k, size)


def _geometry(rng, faces, i, size):
	side = float(faces.side[i])
	if rng.random() < 0.15:		# other detectors' boxes, and pictures that are taken for the face
		scale = rng.uniform(0.75, 1.3)
	else:
		scale = np.exp(np.clip(rng.normal(0, 0.08), -0.2, 0.2))
	dx, dy = np.clip(rng.normal(0, 0.05, 2), -0.15, 0.15) * side
	angle = np.clip(rng.normal(0, 9), -30, 30)
	picture = faces.pictures[i]
	if rng.random() < 0.5:		# as sharp as a camera would have it: no aliasing
		sigma = 0.4 * side * scale / size
		picture = cv2.GaussianBlur(picture, (0, 0), max(sigma, 0.3))
	# In a recording there is something around a face, and no telling what.
	border = (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101, cv2.BORDER_CONSTANT)[
		int(rng.choice(3, p=(0.5, 0.2, 0.3)))]
	return crop(picture, faces.x[i] + dx, faces.y[i] + dy, side * (1 + 2 * MARGIN) * scale, size,
		angle, rng.random() < 0.5, np.exp(np.clip(rng.normal(0, 0.04), -0.1, 0.1)), border,
		tuple(map(int, rng.integers(0, 256, 3))))


def _jpeg(image, quality):
	return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1],
		cv2.IMREAD_COLOR)


def _degrade(rng, image, size):
	"""What a cheap camera far away does: few pixels, blur, blocks, noise."""
	n = size
	if rng.random() < 0.35:
		n = int(np.exp(rng.uniform(np.log(20), np.log(size))))
		image = cv2.resize(image, (n, n), interpolation=cv2.INTER_AREA)
	if rng.random() < 0.15:
		image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.2) * n / size)
	if rng.random() < 0.1:
		length = 3 + 2 * int(rng.integers(0, 3))
		kernel = np.zeros((length, length), np.float32)
		if rng.random() < 0.5:
			kernel[length // 2] = 1 / length
		else:
			kernel[:, length // 2] = 1 / length
		image = cv2.filter2D(image, -1, kernel)
	if rng.random() < 0.15:
		noise = rng.normal(0, rng.uniform(2, 12), image.shape)
		image = np.clip(image + noise, 0, 255).astype(np.uint8)
	if rng.random() < 0.3:
		image = _jpeg(image, int(rng.integers(25, 90)))
	return cv2.resize(image, (size, size)) if n != size else image


def _colour(rng, image):
	if rng.random() < 0.12:
		image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
	elif rng.random() < 0.3:
		grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
		k = rng.uniform(0.3, 1.4)
		image = cv2.addWeighted(image, k, grey, 1 - k, 0)
	if rng.random() < 0.8:
		v = np.arange(256, dtype=np.float32)[:, None] / 255
		v = v ** np.exp(rng.normal(0, 0.2))
		v = (v - 0.5) * rng.uniform(0.65, 1.3) + 0.5 + rng.uniform(-0.15, 0.15)
		v = v * (1 + np.clip(rng.normal(0, 0.06, 3), -0.15, 0.15))
		table = np.clip(v * 255, 0, 255).astype(np.uint8).reshape(256, 1, 3)
		image = cv2.LUT(image, table)
	return image


def _occlude(rng, image, size):
	"""Hands, masks, poles, other people's shoulders."""
	if rng.random() < 0.3:
		w, h = (rng.uniform(0.12, 0.35, 2) * size).astype(int)
		x, y = (rng.uniform(-0.1, 0.9, 2) * size).astype(int)
		x, y = max(x, 0), max(y, 0)
		fill = rng.integers(0, 256, 3) if rng.random() < 0.7 else image[y:y + h, x:x + w][::-1, ::-1]
		image[y:y + h, x:x + w] = fill
	return image


def varied_crop(rng, faces, i, size=SIZE):
	image = _geometry(rng, faces, i, size)
	image = _colour(rng, image)
	image = _degrade(rng, image, size)
	return _occlude(rng, np.ascontiguousarray(image), size)


class Batches:
	"""
	The batches of one epoch as arrays (pictures uint8 (n, size, size, 3), indices), each drawn by
	numbers that depend on seed, epoch and batch alone: resuming repeats nothing and skips nothing.
	"""
	def __init__(self, faces, indices, size, batch, seed, epoch):
		self.faces, self.size, self.key = faces, size, (seed, epoch)
		order = np.random.default_rng((seed, epoch)).permutation(indices)
		whole = len(order) // batch * batch
		self.parts = order[:whole].reshape(-1, batch) if whole else order[None]

	def __len__(self):
		return len(self.parts)

	def __getitem__(self, b):
		cv2.setNumThreads(0)
		rng = np.random.default_rng((*self.key, b))
		chosen = self.parts[b]
		return np.stack([varied_crop(rng, self.faces, i, self.size) for i in chosen]), chosen
