#!/usr/bin/env python3
"""Does live mode grow?  Hours of it, looked at every few seconds from outside.

  soak.py FOOTFALL [--minutes 60] [--frames N] [--source ADDRESS] [--rate FPS] [--size 320x240] [--out FOLDER]
          [--every 5] [--limit 32] [-- LIVE-OPTION...]

Without --source frames come on standard input, made here (squares wander over noise), as fast as they are taken or at --rate.
A recording: --source vtest.avi -- --realtime --loop.  Ends after --minutes, or when --frames came (analysed or
dropped), whichever is first.  Every sample is a row of samples.csv (resident memory, descriptors and threads of footfall and of its
capture processes, sizes of the database and its WAL), which samples.svg draws.

Exit status: 1 when over the second half resident memory rises by more than --limit KiB a minute (straight line, by least
squares; below 10 minutes that says little), descriptors or threads end above where they were at the half, the WAL exceeds
64 MiB, `db check` finds something, or footfall ends by itself or badly.
"""
import argparse, contextlib, csv, os, random, signal, sqlite3, subprocess, sys, tempfile, threading, time

import watch


def generate(pipe, size, rate, done):
	"""YUV4MPEG2 until nobody reads."""
	width, height = (int(n) for n in size.split("x"))
	chance, frames = random.Random(1), []
	for i in range(50):
		luma = bytearray(chance.randbytes(width * height))
		x, y = (width - 40) * i // 50, (height - 80) * (i * 7 % 50) // 50
		for row in range(y, min(height, y + 80)):
			luma[row * width + x:row * width + x + 40] = bytes([20 + i * 4]) * min(40, width - x)
		frames.append(b"FRAME\n" + bytes(luma) + bytes([128]) * (2 * ((width + 1) // 2) * ((height + 1) // 2)))
	try:
		pipe.write(f"YUV4MPEG2 W{width} H{height} F{rate or 1000}:1 Ip A1:1 C420\n".encode())
		start, n = time.monotonic(), 0
		while not done.is_set():
			pipe.write(frames[n % len(frames)])
			n += 1
			if rate:
				time.sleep(max(0, start + n / rate - time.monotonic()))
	except (BrokenPipeError, ValueError):
		pass


def frames_so_far(db):
	try:
		with contextlib.closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=10)) as c:
			return c.execute("SELECT coalesce(sum(frames), 0), coalesce(sum(dropped), 0) FROM minute").fetchone()
	except sqlite3.OperationalError:
		return 0, 0


def main():
	p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	p.add_argument("footfall")
	p.add_argument("--minutes", type=float, default=60)
	p.add_argument("--frames", type=int, default=0)
	p.add_argument("--source")
	p.add_argument("--rate", type=int, default=0)
	p.add_argument("--size", default="320x240")
	p.add_argument("--every", type=float, default=5)
	p.add_argument("--limit", type=float, default=32, help="KiB a minute")
	p.add_argument("--out")
	at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
	a, options = p.parse_args(sys.argv[1:at]), sys.argv[at + 1:]
	out = os.path.abspath(a.out) if a.out else tempfile.mkdtemp(prefix="soak.")
	os.makedirs(out, exist_ok=True)
	db = os.path.join(out, "soak.db")
	if os.path.exists(db):
		p.error(f"{db} is there already: another --out")
	footfall = subprocess.Popen([a.footfall, "live", "-d", db, "--json", *options, a.source or "-"],
		stdin=subprocess.DEVNULL if a.source else subprocess.PIPE,
		stdout=open(os.path.join(out, "stdout"), "w"), stderr=open(os.path.join(out, "stderr"), "w"))
	done = threading.Event()
	if not a.source:
		threading.Thread(target=generate, args=(footfall.stdin, a.size, a.rate, done), daemon=True).start()

	samples, began = [], time.monotonic()
	with open(os.path.join(out, "samples.csv"), "w", newline="") as f:
		table = None
		while time.monotonic() < began + a.minutes * 60 and footfall.poll() is None:
			time.sleep(a.every)
			row = watch.look_at_all(footfall.pid)
			if row is None:
				break
			frames, dropped = frames_so_far(db)
			row = {"t": round(time.monotonic() - began, 1), "frames": frames, "dropped": dropped, **row,
				"db": watch.size(db), "wal": watch.size(db + "-wal")}
			samples.append(row)
			table = table or csv.DictWriter(f, row.keys())
			if len(samples) == 1:
				table.writeheader()
			table.writerow(row)
			f.flush()
			if a.frames and frames + dropped >= a.frames:
				break
	lived = footfall.poll() is None
	footfall.send_signal(signal.SIGTERM)
	try:
		status = footfall.wait(30)
	except subprocess.TimeoutExpired:
		footfall.kill()
		status = "none, 30 s after SIGTERM"
	done.set()

	bad = 0

	def say(good, text):
		nonlocal bad
		bad += not good
		print(("ok " if good else "not ok ") + text)

	say(lived and status == 0, f"it ran for {(time.monotonic() - began) / 60:.1f} minutes and ended with status {status}")
	if len(samples) < 4:
		say(False, f"{len(samples)} samples are too few (--every)")
		return 1
	line = lambda key, k=1.0: [(s["t"] / 60, s[key] * k) for s in samples]
	watch.draw(os.path.join(out, "samples.svg"), f"footfall live, {samples[-1]['frames']} frames analysed, {samples[-1]['dropped']} dropped",
		[("resident memory, MiB", [("footfall", line("rss", 1 / 1024)), ("capture", line("children_rss", 1 / 1024))]),
		("descriptors and threads", [("descriptors", line("fds")), ("threads", line("threads")), ("capture: descriptors", line("children_fds"))]),
		("database and WAL, MiB", [("database", line("db", 2 ** -20)), ("WAL", line("wal", 2 ** -20))])])
	half = samples[len(samples) // 2:]
	for key, name in (("rss", "footfall"), ("children_rss", "capture")):
		rise = watch.slope([(s["t"] / 60, s[key]) for s in half])
		say(rise <= a.limit, f"{name}: {half[-1][key] / 1024:.1f} MiB at the end, {rise:+.1f} KiB a minute over the second half")
	for key in ("fds", "threads", "children_fds", "children_threads"):
		tail = half[-max(1, len(half) // 4):]
		before, after = half[0][key], watch.median([s[key] for s in tail])
		say(after <= before, f"{key}: {before} at the half, {after} at the end")
	say(max(s["wal"] for s in samples) <= 64 << 20, f"WAL: at most {max(s['wal'] for s in samples) / 2 ** 20:.1f} MiB")
	check = subprocess.run([a.footfall, "db", "check", "-d", db], capture_output=True, text=True)
	say(check.returncode == 0, "db check" + ("" if check.returncode == 0 else f": {check.stdout}{check.stderr}"))
	frames, dropped = frames_so_far(db)
	print(f"# {frames} frames analysed, {dropped} dropped, {watch.size(db)} bytes; all in {out}")
	return 1 if bad else 0


if __name__ == "__main__":
	sys.exit(main())
