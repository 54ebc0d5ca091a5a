#!/usr/bin/env python3
"""Rows as a week and a day of live cameras would leave them, for the page's test and for pictures of it.

    page_data.py DATABASE       a database that footfall made; the rows are added

A camera and two streams, one of them with a hostile name and no picture.  What the numbers are depends on nothing but the time of
day.  AHEAD: the newest frames are that much ahead of the clock, so that they stay fresh on a slow machine.
"""
import math
import sqlite3
import sys
import time
import uuid

MINUTE, HOUR, DAY = 60000, 3600000, 86400000
AHEAD = 10 * MINUTE
HALL, HOSTILE, NORTH = "Main hall", "<img src=x onerror=alert(1)>", "Car park, north entrance"
# of HALL, minutes before now: (first, last) without frames, reason
GAPS = ((95, 80, "stall"), (31, 31, "crash"), (1500, 1460, "connect"))


def people_at(t, size):
	local = time.localtime(t / 1000)
	hour = local.tm_hour + local.tm_min / 60
	waves = 1 + 0.2 * math.sin(t / 500000) + 0.12 * math.sin(t / 170000) + 0.08 * math.sin(t / 61000)
	if local.tm_yday % 2:
		waves *= 1.2
	day = sum(a * math.exp(-((hour - at) / wide) ** 2) for a, at, wide in ((1, 8.5, 2), (1.3, 13, 2.4), (0.8, 17.5, 2)))
	return size * (0.02 + day) * waves


def add_source(db, name, kind, uri, since, model):
	"""A source with a run that began then and is running; the run's id."""
	source = db.execute("INSERT INTO source (uuid, name, kind, uri, width, height) VALUES (?, ?, ?, ?, 1280, 720)",
		(str(uuid.uuid4()), name, kind, uri)).lastrowid
	return db.execute("INSERT INTO run (uuid, source_id, status, started_ms, clock, person_model_id, settings, version, opencv)"
		" VALUES (?, ?, 'running', ?, 'wall', ?, '{}', '0', '0')", (str(uuid.uuid4()), source, since, model)).lastrowid


def add_frame(db, run, t, women, men, unknown):
	"""The newest frame of a run: what the page takes for now."""
	number = db.execute("SELECT coalesce(max(number) + 1, 0) FROM frame WHERE run_id = ?", (run,)).fetchone()[0]
	frame = db.execute("INSERT INTO frame (run_id, number, time_ms) VALUES (?, ?, ?)", (run, number, t)).lastrowid
	for gender in ["female"] * women + ["male"] * men + [None] * unknown:
		person = db.execute("INSERT INTO person (frame_id, score, x, y, w, h) VALUES (?, 0.9, 1, 1, 9, 9)", (frame,)).lastrowid
		if gender is not None:
			db.execute("INSERT INTO face (frame_id, person_id, score, x, y, w, h, gender, p_female)"
				" VALUES (?, ?, 0.9, 1, 1, 3, 3, ?, ?)", (frame, person, gender, gender == "female"))
	db.execute("UPDATE run SET frames_read = frames_read + 1, frames_analyzed = frames_analyzed + 1,"
		" first_ms = coalesce(first_ms, ?1), last_ms = max(coalesce(last_ms, ?1), ?1) WHERE id = ?2", (t, run))


def add_minute(db, run, t, people, frames=400, dark=0):
	total = round(people * frames)
	men, women = round(0.4 * total), round(0.35 * total)
	spread = 1 + 0.3 * people
	db.execute("INSERT INTO minute (run_id, start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max, men_sum, women_sum,"
		" unknown_sum, faces_sum, age_median_ms, age_p95_ms, age_max_ms, dark) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		(run, t, frames, 59600, t // MINUTE % 30, total, max(0, math.floor(people - spread)), math.ceil(people + spread), men, women,
			total - men - women, men + women, 180 + t // MINUTE % 200, 400 + t // MINUTE % 300, 900, dark))


def add_gap(db, run, start, end, reason, detail=None):
	db.execute("INSERT INTO gap (run_id, from_ms, to_ms, reason, detail) VALUES (?, ?, ?, ?, ?)", (run, start, end, reason, detail))


def fill(path, days=8):
	"""Adds all; {name: run}."""
	db = sqlite3.connect(path)
	now = int(time.time() * 1000)
	this = now // MINUTE * MINUTE
	model = db.execute("INSERT INTO model (name, task, family, sha256) VALUES ('rows', 'person', 'yolov5', 'rows')").lastrowid
	runs = {}
	for name, kind, uri, size, last in ((HALL, "camera", "/dev/video0", 9, 1), (HOSTILE, "stream", "rtsp://192.0.2.7/stream1", 6, 25),
			(NORTH, "stream", "rtsp://192.0.2.9/1", 3, 0)):
		run = runs[name] = add_source(db, name, kind, uri, now - days * DAY, model)
		for t in range(this - days * DAY, this - (last - 1) * MINUTE, MINUTE):
			before = (this - t) // MINUTE
			if name == HALL and any(a >= before >= b for a, b, _ in GAPS):
				continue
			add_minute(db, run, t, people_at(t, size), dark=400 if name == NORTH and before < 5 else 0)
	for a, b, reason in GAPS:
		add_gap(db, runs[HALL], this - a * MINUTE, this - (b - 1) * MINUTE, reason)
	add_gap(db, runs[HOSTILE], this - 24 * MINUTE, None, "connect", "No route to host")
	add_frame(db, runs[HALL], now + AHEAD, 4, 5, 3)
	add_frame(db, runs[HOSTILE], this - 24 * MINUTE, 1, 1, 0)
	add_frame(db, runs[NORTH], now + AHEAD, 1, 1, 1)
	db.commit()
	db.close()
	return runs


if __name__ == "__main__":
	fill(sys.argv[1])
