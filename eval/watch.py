"""What the trials of live mode share: looking at a process from outside, and drawing.  Python's standard library only."""
import os


def family(pid):
	"""A process and its children, and theirs."""
	found = [pid]
	for p in found:
		try:
			for task in os.listdir(f"/proc/{p}/task"):
				with open(f"/proc/{p}/task/{task}/children") as f:
					found += [int(c) for c in f.read().split()]
		except (FileNotFoundError, ProcessLookupError):
			pass
	return found


def look(pid):
	"""{rss in KiB, fds, threads} of one process, or None when it is gone."""
	try:
		with open(f"/proc/{pid}/status") as f:
			status = dict(line.split(":", 1) for line in f)
		if "VmRSS" not in status:
			return None
		# Without what is shared: slots of frames would count once for each process.
		rss = int(status["RssAnon"].split()[0]) + int(status["RssFile"].split()[0])
		return {"rss": rss, "fds": len(os.listdir(f"/proc/{pid}/fd")), "threads": int(status["Threads"])}
	except (FileNotFoundError, ProcessLookupError, PermissionError):
		return None


def look_at_all(pid):
	"""The process itself, and its children added up (their number too)."""
	own = look(pid)
	if own is None:
		return None
	children = [c for c in map(look, family(pid)[1:]) if c]
	row = dict(own, children=len(children))
	for key in own:
		row[f"children_{key}"] = sum(c[key] for c in children)
	return row


def command_lines(pid):
	"""Bytes of the argument lists and environments of the process and its children: what `ps axe` would show."""
	seen = b""
	for p in family(pid):
		for name in ("cmdline", "environ"):
			try:
				with open(f"/proc/{p}/{name}", "rb") as f:
					seen += f.read() + b"\n"
			except OSError:
				pass
	return seen


def size(path):
	try:
		return os.path.getsize(path)
	except FileNotFoundError:
		return 0


def slope(points):
	"""Of a straight line through (x, y), by least squares."""
	n = len(points)
	mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
	spread = sum((x - mx) ** 2 for x, _ in points)
	return sum((x - mx) * (y - my) for x, y in points) / spread if spread else 0.0


def median(values):
	return sorted(values)[len(values) // 2]


COLOURS = ["#0b6bcb", "#c4320a", "#1a7f37", "#8250df"]


def draw(path, title, panels, unit="minutes"):
	"""An SVG of panels, one under the other: [(label, [(name, [(x, y), ...]), ...]), ...]; every y axis begins at 0."""
	width, height, left, top = 900, 170, 80, 50
	out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top + height * len(panels) + 20}" '
		'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="#fff"/>',
		f'<text x="{left}" y="24" font-size="16">{title}</text>']
	end = max((x for _, lines in panels for _, points in lines for x, _ in points), default=0) or 1
	for i, (label, lines) in enumerate(panels):
		y0, h = top + height * i + 20, height - 55
		most = max((y for _, points in lines for _, y in points), default=0) or 1
		out.append(f'<text x="{left}" y="{y0 - 6}" fill="#444">{label}</text>')
		for part in (0, 0.5, 1):
			y = y0 + h * (1 - part)
			out.append(f'<path d="M{left} {y:.1f}H{width - 20}" stroke="#ddd"/>'
				f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#444">{most * part:.4g}</text>')
		for part in (0, 0.25, 0.5, 0.75, 1):
			x = left + (width - 20 - left) * part
			out.append(f'<text x="{x:.1f}" y="{y0 + h + 16}" text-anchor="middle" fill="#444">{end * part:.3g}</text>')
		for k, (name, points) in enumerate(lines):
			at = " ".join(f"{left + (width - 20 - left) * x / end:.1f},{y0 + h * (1 - y / most):.1f}" for x, y in points)
			out.append(f'<polyline points="{at}" fill="none" stroke="{COLOURS[k % 4]}" stroke-width="1.5"/>')
			out.append(f'<text x="{width - 20 - 190 * (len(lines) - 1 - k)}" y="{y0 - 6}" text-anchor="end" fill="{COLOURS[k % 4]}">{name}</text>')
	out.append(f'<text x="{width - 20}" y="{top + height * len(panels) + 10}" text-anchor="end" fill="#444">{unit}</text></svg>')
	with open(path, "w") as f:
		f.write("\n".join(out) + "\n")
