#!/usr/bin/env python3
"""How old is a result when the networks are slower than the camera?  footfall beside a naive loop.

  latency.py FOOTFALL RECORDING [--minutes 10] [--fps 30] [--out FOLDER] [-- LIVE-OPTION...]
  latency.py --naive ADDRESS WORK_MS SECONDS           (the naive loop alone; one "seconds lag" line each second)

A camera (rtsp_server.py) shows RECORDING at --fps.  A trial of 20 seconds tells how many frames a second footfall analyses here with
these options (a heavy network, -o inference.threads=1).  Then both watch at the same time:
  - footfall: age of results from capture to commit, per minute (median, 95th, maximum), and frames dropped, from its database;
  - the loop that everybody writes first, in Python: read a frame, take as long for it as footfall takes, read the next.  Its lag is how much
    less the frames' time stamps advanced than the clock on the wall.
Prints both as a table, writes latency.csv and latency.svg.  Exit status: 0 the age of footfall's results stays bounded (95th percentile of
every minute below 2 s, --limit), 1 not, 69 no GStreamer, or no Python with cv2 (PYTHON names one).
"""
import argparse, contextlib, csv, os, signal, socket, sqlite3, subprocess, sys, tempfile, time

import watch

HERE = os.path.dirname(os.path.abspath(__file__))


def naive(address, work_ms, seconds):
	import cv2
	os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
	video = cv2.VideoCapture(address, cv2.CAP_FFMPEG)
	first = None
	begun = told = time.monotonic()
	while time.monotonic() < begun + seconds:
		good, _picture = video.read()
		if not good:
			print("naive: the stream ended", file=sys.stderr)
			return 1
		pts, now = video.get(cv2.CAP_PROP_POS_MSEC) / 1000, time.monotonic()
		first = first or (now, pts)
		lag = (now - first[0]) - (pts - first[1])
		if now >= told + 1:
			print(f"{now - begun:.1f} {lag:.3f}", flush=True)
			told = now
		time.sleep(work_ms / 1000)
	return 0


def find_python():
	for python in (os.environ.get("PYTHON"), sys.executable, "/usr/bin/python3"):
		if python and subprocess.run([python, "-c", "import cv2"], capture_output=True).returncode == 0:
			return python
	print("latency: no Python with cv2 here (apt-get install python3-opencv, or PYTHON=...)", file=sys.stderr)
	sys.exit(69)


def live(footfall, options, address, folder, name):
	with open(os.path.join(folder, "address"), "w") as f:
		f.write(address + "\n")
	logs = [open(os.path.join(folder, f"{name}.{s}"), "w") for s in ("out", "err")]
	return subprocess.Popen([footfall, "live", "-d", os.path.join(folder, f"{name}.db"), "--json", *options,
		f"cam=@{folder}/address"], stdout=logs[0], stderr=logs[1])


def end(process):
	process.send_signal(signal.SIGTERM)
	return process.wait(30)


def query(folder, name, sql):
	with contextlib.closing(sqlite3.connect(f"file:{folder}/{name}.db?mode=ro", uri=True)) as c:
		return c.execute(sql).fetchall()


def main():
	p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	p.add_argument("footfall")
	p.add_argument("recording")
	p.add_argument("--minutes", type=float, default=10)
	p.add_argument("--fps", type=int, default=30)
	p.add_argument("--limit", type=float, default=2)
	p.add_argument("--out")
	at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
	a, options = p.parse_args(sys.argv[1:at]), sys.argv[at + 1:]
	python = find_python()
	folder = os.path.abspath(a.out) if a.out else tempfile.mkdtemp(prefix="latency.")
	os.makedirs(folder, exist_ok=True)
	if os.path.exists(os.path.join(folder, "live.db")):
		p.error(f"{folder}/live.db is there already: another --out")
	with socket.socket() as s:
		s.bind(("127.0.0.1", 0))
		port = s.getsockname()[1]
	address = f"rtsp://127.0.0.1:{port}/cam"
	debian = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
	server = subprocess.Popen([debian, f"{HERE}/rtsp_server.py", a.recording, "--port", str(port), "--fps", str(a.fps)],
		stdout=subprocess.PIPE, text=True)
	try:
		if not server.stdout.readline().startswith("start"):
			return server.wait()
		trial = live(a.footfall, options, address, folder, "trial")
		time.sleep(20)
		end(trial)
		(rate, came), = query(folder, "trial", "SELECT count(*) * 1000.0 / (max(time_ms) - min(time_ms)), "
			"(SELECT sum(frames + dropped) FROM minute) FROM frame")
		work_ms = 1000 / rate
		print(f"# the camera shows {a.fps} frames a second, footfall analyses {rate:.1f}: {work_ms:.0f} ms for a frame; all in {folder}")
		if rate > 0.8 * a.fps:
			print("# that is nearly all of them: choose a heavier network or a higher --fps to see a difference")
		began = time.monotonic()
		both = live(a.footfall, options, address, folder, "live")
		loop = subprocess.Popen([python, os.path.abspath(__file__), "--naive", address, str(work_ms), str(a.minutes * 60)],
			stdout=subprocess.PIPE, text=True)
		lags = [tuple(float(w) for w in line.split()) for line in loop.stdout]
		loop.wait()
		# The loop may have lost its stream before: servers let go of readers that are too slow.
		time.sleep(max(0, began + a.minutes * 60 - time.monotonic()))
		status = end(both)
	finally:
		server.send_signal(signal.SIGTERM)
	minutes = query(folder, "live", "SELECT m.start_ms, m.frames, m.dropped, m.age_median_ms, m.age_p95_ms, m.age_max_ms FROM minute m "
		"ORDER BY m.start_ms")
	first = query(folder, "live", "SELECT min(time_ms) FROM frame")[0][0]

	rows, ages = [], {"median": [], "95th": [], "max": []}
	print(f"{'minute':>6} {'frames':>7} {'dropped':>8} {'age median':>11} {'95th':>8} {'max':>8} {'naive lag':>10}")
	for start, frames, dropped, *age in minutes:
		t = max(0, start + 60000 - first) / 60000
		lag = [l for s, l in lags if t - 1 <= s / 60 < t]
		rows.append([round(t, 2), frames, dropped, *age, round(lag[-1], 2) if lag else None])
		print(f"{t:6.1f} {frames:7} {dropped:8} " + " ".join("     -  " if v is None else f"{v / 1000:7.2f}s" for v in age)
			+ (f" {lag[-1]:9.1f}s" if lag else "         -"))
		for name, v in zip(ages, age):
			if v is not None:
				ages[name].append((t, v / 1000))
	with open(os.path.join(folder, "latency.csv"), "w", newline="") as f:
		csv.writer(f).writerows([["minute", "frames", "dropped", "age_median_ms", "age_p95_ms", "age_max_ms", "naive_lag_s"], *rows])
	slow = [(s / 60, l) for s, l in lags]
	watch.draw(os.path.join(folder, "latency.svg"), f"camera {a.fps} frames/s, networks {rate:.1f} frames/s: how old is what is known?",
		[("seconds", [("naive read-infer loop", slow), ("footfall, 95th percentile", ages["95th"])]),
		("seconds, footfall alone", [(n, v) for n, v in ages.items()])])
	bounded = ages["95th"] and max(v for _, v in ages["95th"]) <= a.limit
	print(("ok" if bounded and status == 0 else "not ok") + " footfall: 95th percentile of a minute at most "
		f"{max((v for _, v in ages['95th']), default=0):.2f} s; naive loop: {max((l for _, l in lags), default=0):.1f} s behind at most"
		+ (f", {lags[-1][1]:.1f} s at the end" if lags else ", which gave nothing"))
	return 0 if bounded and status == 0 else 1


if __name__ == "__main__":
	if sys.argv[1:2] == ["--naive"]:
		sys.exit(naive(sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
	sys.exit(main())
