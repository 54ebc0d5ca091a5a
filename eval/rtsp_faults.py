#!/usr/bin/env python3
"""A network camera with all its faults, and what footfall makes of it.

  rtsp_faults.py FOOTFALL RECORDING [--minutes 10] [--faults 20] [--kinds kill,stop,restart,size,switch] [--seed N]
                 [--truth MOT.txt] [--out FOLDER] [--serve] [-- LIVE-OPTION...]

Starts rtsp_server.py (a recording in a loop, behind a password) and `footfall live`, and at random moments
  kill     kills the server (SIGKILL) and starts it again some seconds later
  stop     stops it (SIGSTOP: connections stay open, nothing comes) for longer than live.stall, then lets it go on
  restart  ends it and starts it at once
  size     kills it, and starts it with another resolution
  switch   changes the resolution in mid-stream
When frames stopped and when footfall was served again is noted here and by the server.  Afterwards it is compared:
  - every outage has its row in the table gap, both ends within 2 seconds, and there is no other gap (a switch may have one);
  - coverage of each whole minute is 60 s less its outages; no minute has nobody in it; with --truth (of RECORDING) its
    people_avg is within 25 % of what was to be seen in its frames;
  - each resolution is in its runs; `db check` is content; the program lived, and ended with 0 within 2 s of SIGTERM;
  - memory, file descriptors and threads stay flat (samples.csv, samples.svg);
  - the password is nowhere: stdout, stderr, the database's bytes (WAL included), argument lists, and with --serve the page,
    its JSON and /metrics.
Prints the outages and "ok ..."/"not ok ..." lines.  Exit status: 0 all ok, 1 not, 69 no GStreamer here (rtsp_server.py says what to install).
"""
import argparse, base64, contextlib, csv, os, queue, random, re, signal, socket, sqlite3, subprocess, sys, tempfile, threading
import time, urllib.parse, urllib.request

import watch

HERE = os.path.dirname(os.path.abspath(__file__))
USER, PASSWORD = "watcher", "Xy7sEcReT4footfall"


def now_ms():
	return int(time.time() * 1000)


class Server:
	"""The camera.  starts: [(ms, fps, frames)]; plays: [ms], when somebody began to watch."""

	def __init__(self, recording, port, fps, sizes, cache):
		self.recording, self.port, self.fps, self.sizes, self.cache = recording, port, fps, sizes, cache
		self.starts, self.plays, self.size, self.process = [], [], 0, None

	def start(self):
		for attempt in range(50):
			ready = queue.Queue()
			# Debian's own interpreter: GStreamer's modules are its packages.
			python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
			self.process = subprocess.Popen([python, f"{HERE}/rtsp_server.py", self.recording, "--port", str(self.port),
				"--fps", str(self.fps), "--size", self.sizes[self.size], "--other-size", self.sizes[1 - self.size],
				"--user", f"{USER}:{PASSWORD}", "--cache", self.cache], stdout=subprocess.PIPE, text=True)
			threading.Thread(target=self.listen, args=(self.process.stdout, ready), daemon=True).start()
			if ready.get(timeout=300):
				return
			status = self.process.wait()
			# The port of one that was killed may be held for a moment.
			if status != 69 or not self.starts:
				sys.exit(status)
			time.sleep(0.2)
		sys.exit(1)

	def listen(self, pipe, ready):
		for line in pipe:
			words = line.split()
			if words[0] == "start":
				self.starts.append((int(words[1]), float(words[3]), int(words[5])))
				ready.put(True)
			elif words[0] == "play":
				self.plays.append(int(words[1]))
		ready.put(False)

	def signal(self, s):
		self.process.send_signal(s)
		if s in (signal.SIGKILL, signal.SIGTERM):
			self.process.wait()

	def frame_at(self, ms):
		"""Index of the recording's frame that was shown then."""
		for start, fps, frames in reversed(self.starts):
			if ms >= start:
				return int((ms - start) / 1000 * fps) % frames
		return None


def free_port():
	with socket.socket() as s:
		s.bind(("127.0.0.1", 0))
		return s.getsockname()[1]


def inject(server, kind, length):
	"""One fault.  Returns when frames stopped, when they could flow again; the same twice where they never stopped."""
	began = now_ms()
	if kind == "switch":
		server.signal(signal.SIGUSR1)
		server.size = 1 - server.size
		return began, began
	if kind == "stop":
		server.signal(signal.SIGSTOP)
		time.sleep(length)
		server.signal(signal.SIGCONT)
		return began, now_ms()
	server.signal(signal.SIGTERM if kind == "restart" else signal.SIGKILL)
	if kind != "restart":
		time.sleep(length)
	if kind == "size":
		server.size = 1 - server.size
	server.start()
	return began, server.starts[-1][0]


def wait_for_frames(db, after_ms, process, limit_s):
	"""Until a frame later than that is in the database: footfall has it."""
	end = time.monotonic() + limit_s
	while time.monotonic() < end and process.poll() is None:
		try:
			with contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=10)) as c:
				if c.execute("SELECT 1 FROM frame WHERE time_ms > ? LIMIT 1", (after_ms,)).fetchone():
					return True
		except sqlite3.OperationalError:
			pass
		time.sleep(0.2)
	return False


def fetch(port, path):
	try:
		with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as r:
			# An endless stream of events would not end by itself.
			return r.read(1 << 20) if "event-stream" not in r.headers.get("Content-Type", "") else r.readline()
	except OSError as why:
		return f"{path}: {why}".encode()


def truths(path):
	counts = {}
	with open(path) as f:
		for line in f:
			frame = int(line.split(",")[0]) - 1
			counts[frame] = counts.get(frame, 0) + 1
	return counts


class Report:
	bad = 0

	def say(self, good, text):
		self.bad += not good
		print(("ok " if good else "not ok ") + text, flush=True)


def compare_gaps(report, faults, gaps, first_ms, tolerance_ms):
	left = list(gaps)
	print(f"\n{'fault':8} {'began':>9} {'stopped for':>11} {'unseen for':>10}  {'gap':8} {'from off':>9} {'to off':>9}")
	worst = 0
	for kind, began, back, served in faults:
		near = [g for g in left if abs(g[0] - began) <= tolerance_ms]
		best = min(near, key=lambda g: abs((g[1] or 1 << 60) - served), default=None)
		at = f"{(began - first_ms) / 1000:8.1f}s"
		if best is None:
			print(f"{kind:8} {at} {(back - began) / 1000:10.1f}s {(served - began) / 1000:9.1f}s  {'none':8}")
			if kind != "switch":
				report.say(False, f"{kind} at {at.strip()} has no gap")
			continue
		left.remove(best)
		start, end = best[0] - began, (best[1] - served) if best[1] is not None else None
		print(f"{kind:8} {at} {(back - began) / 1000:10.1f}s {(served - began) / 1000:9.1f}s  {best[2]:8} {start / 1000:+8.2f}s "
			+ (f"{end / 1000:+8.2f}s" if end is not None else "    open"))
		if end is None or abs(end) > tolerance_ms:
			report.say(False, f"the gap of {kind} at {at.strip()} does not end when frames came again")
		worst = max(worst, abs(start), abs(end or 0))
	print()
	outages = [f for f in faults if f[0] != "switch"]
	if not report.bad:
		report.say(True, f"{len(outages)} outages, {len(faults) - len(outages)} switches in mid-stream: every outage has its gap, "
			f"ends off by at most {worst / 1000:.2f} s")
	for g in left:
		report.say(False, f"a gap where nothing was wrong: {(g[0] - first_ms) / 1000:.1f}s, {g[2]}, {g[3]}")


def compare_minutes(report, db, server, faults, truth, gap_ms):
	minutes = db.execute("SELECT CAST(time AS INTEGER) * 1000, frames, coverage, people_avg FROM people_per_minute ORDER BY time").fetchall()
	frames = [t for (t,) in db.execute("SELECT time_ms FROM frame ORDER BY time_ms")]
	if not frames:
		report.say(False, "no frame was stored")
		return
	print(f"{'minute':>6} {'frames':>7} {'seen':>7} {'outages':>8} {'people':>7} {'truth':>6}")
	good = True
	for i, (start, n, coverage, people) in enumerate(minutes):
		# Of each outage the last frame before it stands for up to live.gap.
		here = [(max(b, start), min(e, start + 60000)) for k, b, _back, e in faults if k != "switch" and b < start + 60000 and e > start]
		out = sum(e - b for b, e in here)
		expected = ""
		inside = [t for t in frames if start <= t < start + 60000]
		if truth and inside:
			# Seen a moment later than shown.
			shown = [server.frame_at(t - 300) for t in inside]
			expected = sum(truth.get(k, 0) for k in shown if k is not None) / len(inside)
		print(f"{i:6} {n:7} {coverage * 60:6.1f}s {out / 1000:7.1f}s {people or 0:7.2f} {expected if expected == '' else f'{expected:6.2f}'}")
		if n > 0 and not people:
			report.say(False, f"minute {i} says that nobody was there")
			good = False
		if expected and people is not None and n >= 50 and abs(people - expected) > 0.25 * expected:
			report.say(False, f"minute {i}: {people:.2f} people, {expected:.2f} were to be seen")
			good = False
		whole = frames[0] <= start + 1000 and frames[-1] >= start + 59000
		unseen = 60000 - coverage * 60000
		if whole and not out - len(here) * (gap_ms + 1000) - 1500 <= unseen <= out + len(here) * 1000 + 1500:
			report.say(False, f"minute {i}: {unseen / 1000:.1f} s not seen, outages of {out / 1000:.1f} s")
			good = False
	stored = db.execute("SELECT count(*) FROM minute WHERE frames = 0 AND people_sum = 0 AND covered_ms > 0").fetchone()[0]
	report.say(not stored, "no minute without frames claims to have been seen")
	if good:
		report.say(True, f"{len(minutes)} minutes: coverage is what the outages leave, nobody vanished" + (", counts as the truth says" if truth else ""))


def flat(report, samples, out, outages):
	with open(os.path.join(out, "samples.csv"), "w", newline="") as f:
		w = csv.DictWriter(f, samples[0].keys())
		w.writeheader()
		w.writerows(samples)
	line = lambda key, k=1.0: [(s["t"] / 60, s[key] * k) for s in samples]
	watch.draw(os.path.join(out, "samples.svg"), f"footfall live, {outages} outages of its camera",
		[("resident memory, MiB", [("footfall", line("rss", 1 / 1024)), ("capture", line("children_rss", 1 / 1024))]),
		("file descriptors, threads", [("descriptors", line("fds")), ("threads", line("threads"))])])
	if samples[-1]["t"] - samples[0]["t"] < 60:
		return
	# The first part is start-up: caches fill, the networks' memory settles.
	third = len(samples) // 3
	early, late = samples[third:2 * third], samples[2 * third:]
	for key, name, allowed in (("rss", "memory in KiB", 8192), ("fds", "file descriptors", 2), ("threads", "threads", 2)):
		a, b = (watch.median([s[key] for s in part]) for part in (early, late))
		report.say(b <= a + allowed, f"{name}: {a} in the middle third, {b} in the last")


def main():
	p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	p.add_argument("footfall")
	p.add_argument("recording")
	p.add_argument("--minutes", type=float, default=10)
	p.add_argument("--faults", type=int, default=20)
	p.add_argument("--kinds", default="kill,stop,restart,size,switch")
	p.add_argument("--seed", type=int, default=random.randrange(1 << 30))
	p.add_argument("--fps", type=int, default=10)
	p.add_argument("--sizes", default="768x576,640x480", help="two")
	p.add_argument("--stall", type=float, default=3, help="live.stall of footfall, seconds")
	p.add_argument("--tolerance", type=float, default=2, help="seconds")
	p.add_argument("--truth")
	p.add_argument("--out", help="folder for the database, logs, samples and plot")
	p.add_argument("--serve", action="store_true")
	at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
	a, live_options = p.parse_args(sys.argv[1:at]), sys.argv[at + 1:]
	chance, report = random.Random(a.seed), Report()
	out = os.path.abspath(a.out) if a.out else tempfile.mkdtemp(prefix="rtsp_faults.")
	os.makedirs(out, exist_ok=True)
	print(f"# seed {a.seed}, everything in {out}")

	server = Server(a.recording, free_port(), a.fps, a.sizes.split(","), out)
	server.start()
	db, page = os.path.join(out, "live.db"), free_port()
	for name in ("", "-wal", "-shm"):
		if os.path.exists(db + name):
			os.remove(db + name)
	address = os.path.join(out, "address")
	with open(os.open(address, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
		f.write(f"rtsp://{USER}:{PASSWORD}@127.0.0.1:{server.port}/cam\n")
	command = [a.footfall, "live", "-d", db, "--json", "-v", "-o", f"live.stall={a.stall}", *live_options, f"cam=@{address}"]
	if a.serve:
		command[2:2] = ["--serve", "-o", f"serve.port={page}"]
	began = time.monotonic()
	footfall = subprocess.Popen(command, stdout=open(os.path.join(out, "stdout"), "w"), stderr=open(os.path.join(out, "stderr"), "w"))

	samples, shown, done, paths = [], set(), threading.Event(), ["/", "/metrics", "/healthz"]

	def watcher():
		while not done.wait(min(5, a.minutes * 60 / 60)):
			row = watch.look_at_all(footfall.pid)
			if row:
				samples.append({"t": round(time.monotonic() - began, 1), **row, "db": watch.size(db), "wal": watch.size(db + "-wal")})
				shown.add(watch.command_lines(footfall.pid))
			if a.serve:
				body = fetch(page, "/")
				paths[3:] = sorted({p.decode() for p in re.findall(rb"/api/[a-z_/.]+", body + fetch(page, "/api/"))})
				shown.update(fetch(page, path) for path in paths)

	faults = []
	try:
		if not wait_for_frames(db, 0, footfall, 60):
			with open(os.path.join(out, "stderr")) as f:
				report.say(False, f"no frame arrived in the first minute: {f.read()[-500:].strip() or 'footfall said nothing'}")
			return 1
		threading.Thread(target=watcher, daemon=True).start()
		first = now_ms()
		kinds = a.kinds.split(",")
		order = [kinds[i % len(kinds)] for i in range(a.faults)]
		chance.shuffle(order)
		each = a.minutes * 60 / (a.faults + 1)
		for i, kind in enumerate(order):
			due = began + each * (i + 0.5 + chance.random() * 0.5)
			time.sleep(max(1.5, due - time.monotonic()))
			if footfall.poll() is not None:
				break
			longest = max(2.0, min(12.0, each / 3))
			length = chance.uniform(0.5, longest) + (a.stall + 1 if kind == "stop" else 0)
			stopped, back = inject(server, kind, length)
			came = wait_for_frames(db, back + (500 if kind == "switch" else 0), footfall, 60)
			report.say(came, f"{kind}: frames again") if not came else None
			served = next((t for t in server.plays if t >= back - 100), None) if kind != "switch" else back
			faults.append((kind, stopped, back, served or now_ms()))
		time.sleep(max(2, began + a.minutes * 60 - time.monotonic()))
	except KeyboardInterrupt:
		pass
	finally:
		done.set()
		lived = footfall.poll() is None
		if lived:
			footfall.send_signal(signal.SIGTERM)
		asked = time.monotonic()
		try:
			status = footfall.wait(30)
		except subprocess.TimeoutExpired:
			footfall.kill()
			status = "none, 30 s after SIGTERM"
		took = time.monotonic() - asked
		server.process.send_signal(signal.SIGCONT)
		server.signal(signal.SIGKILL)

	# WAL included: what was never checkpointed is looked at too.
	stored = b"".join(open(db + n, "rb").read() for n in ("", "-wal") if os.path.exists(db + n))
	report.say(lived, f"it lived through {len(faults)} faults")
	report.say(status == 0 and took < a.tolerance, f"SIGTERM ended it with status {status} in {took:.2f} s")
	with contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as c:
		compare_gaps(report, faults, c.execute("SELECT from_ms, to_ms, reason, detail FROM gap ORDER BY from_ms").fetchall(),
			first, a.tolerance * 1000)
		gap = next((float(o.split("=")[1]) for o in live_options if o.startswith("live.gap=")), 2) * 1000
		compare_minutes(report, c, server, faults, truths(a.truth) if a.truth else None, gap)
		if any(k in ("size", "switch") for k, *_ in faults):
			sizes = c.execute("SELECT count(*) FROM run").fetchone()[0]
			report.say(sizes > 1, f"{sizes} runs: another resolution begins another")
	check = subprocess.run([a.footfall, "db", "check", "-d", db], capture_output=True, text=True)
	report.say(check.returncode == 0, "db check" + ("" if check.returncode == 0 else f": {check.stdout}{check.stderr}"))
	if samples:
		flat(report, samples, out, sum(k != "switch" for k, *_ in faults))
	logs = b"".join(open(os.path.join(out, n), "rb").read() for n in ("stdout", "stderr"))
	secrets = [PASSWORD.encode(), urllib.parse.quote(PASSWORD).encode(), base64.b64encode(f"{USER}:{PASSWORD}".encode())]
	for name, data in (("stdout and stderr", logs), ("the database and its WAL", stored), ("argument lists, environments"
		+ (f", {len(paths)} pages" if a.serve else ""), b"".join(shown))):
		report.say(not any(s in data for s in secrets), f"the password is not in {name} ({len(data)} bytes)")
	print(f"# {len(logs.splitlines())} lines of log, {watch.size(db)} bytes of database")
	return 1 if report.bad else 0


if __name__ == "__main__":
	sys.exit(main())
