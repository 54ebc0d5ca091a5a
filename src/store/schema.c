/*
 * The tables, as a numbered list of migrations; user_version of a file is the number of
 * those that it has seen.  What a row means stands here, beside its columns.
 *
 * A migration that was released is never edited; the next change is a new one.  Each runs in the one transaction
 * that also moves user_version, so a file is never between two schemas.
 */
#include "store/schema.h"

#include "store/store.h"

static const char *const first[] = {
"CREATE TABLE source (\n"
"	id INTEGER PRIMARY KEY,\n"
"	uuid TEXT NOT NULL UNIQUE,\n"
"	name TEXT NOT NULL UNIQUE CHECK (name <> ''),\n"
"	kind TEXT NOT NULL CHECK (kind IN ('file', 'images', 'camera', 'stream')),\n"
"	uri TEXT NOT NULL,			-- credentials removed\n"
"	width INTEGER CHECK (width > 0),	-- pixels, of the newest run; NULL: not known\n"
"	height INTEGER CHECK (height > 0)\n"
") STRICT",
"CREATE INDEX source_uri ON source (uri, kind)",

"CREATE TABLE model (\n"
"	id INTEGER PRIMARY KEY,\n"
"	name TEXT NOT NULL,\n"
"	task TEXT NOT NULL CHECK (task IN ('person', 'face', 'gender')),\n"
"	family TEXT NOT NULL,\n"
"	sha256 TEXT NOT NULL,			-- of its files\n"
"	UNIQUE (sha256, task)\n"
") STRICT",

"CREATE TABLE run (\n"
"	id INTEGER PRIMARY KEY,\n"
"	uuid TEXT NOT NULL UNIQUE,\n"
"	source_id INTEGER NOT NULL REFERENCES source (id),\n"
"	status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted', 'failed')),\n"
"	started_ms INTEGER NOT NULL,		-- wall clock\n"
"	ended_ms INTEGER,			-- wall clock; NULL while running\n"
"	first_ms INTEGER,			-- time of the first and the last frame; NULL: no frame yet\n"
"	last_ms INTEGER,\n"
"	clock TEXT NOT NULL CHECK (clock IN ('option', 'name', 'container', 'none', 'wall')),\n"
"	person_model_id INTEGER REFERENCES model (id),	-- NULL: the stage was off\n"
"	face_model_id INTEGER REFERENCES model (id),\n"
"	gender_model_id INTEGER REFERENCES model (id),\n"
"	settings TEXT NOT NULL,			-- JSON: all that can change rows\n"
"	version TEXT NOT NULL,\n"
"	opencv TEXT NOT NULL,\n"
"	input_sha256 TEXT,			-- NULL: live\n"
"	frames_read INTEGER NOT NULL DEFAULT 0,\n"
"	frames_analyzed INTEGER NOT NULL DEFAULT 0 CHECK (frames_analyzed >= 0),\n"
"	frames_dropped INTEGER NOT NULL DEFAULT 0 CHECK (frames_dropped >= 0),\n"
"	error TEXT,\n"
"	CHECK (frames_read >= frames_analyzed),\n"
"	CHECK ((status = 'running') = (ended_ms IS NULL)),\n"
"	CHECK ((frames_analyzed = 0) = (first_ms IS NULL) AND (first_ms IS NULL) = (last_ms IS NULL)),\n"
"	CHECK (first_ms <= last_ms)\n"
") STRICT",
"CREATE INDEX run_input ON run (source_id, input_sha256)",

"CREATE TABLE frame (\n"
"	id INTEGER PRIMARY KEY,\n"
"	run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,\n"
"	number INTEGER NOT NULL CHECK (number >= 0),	-- in the recording, from 0\n"
/* years 1 to 9999: what RFC 3339 can write */
"	time_ms INTEGER NOT NULL CHECK (time_ms BETWEEN -62135596800000 AND 253402300799999),\n"
"	UNIQUE (run_id, number)\n"
") STRICT",

/* Boxes: pixels of the original frame. The upper bounds only keep infinity out. */
"CREATE TABLE person (\n"
"	id INTEGER PRIMARY KEY,\n"
"	frame_id INTEGER NOT NULL REFERENCES frame (id) ON DELETE CASCADE,\n"
"	track_id INTEGER,			-- NULL: not tracked\n"
"	score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),\n"
"	x REAL NOT NULL CHECK (x BETWEEN 0 AND 1e9),\n"
"	y REAL NOT NULL CHECK (y BETWEEN 0 AND 1e9),\n"
"	w REAL NOT NULL CHECK (w BETWEEN 0 AND 1e9),\n"
"	h REAL NOT NULL CHECK (h BETWEEN 0 AND 1e9)\n"
") STRICT",
"CREATE INDEX person_frame ON person (frame_id)",

"CREATE TABLE face (\n"
"	id INTEGER PRIMARY KEY,\n"
"	frame_id INTEGER NOT NULL REFERENCES frame (id) ON DELETE CASCADE,\n"
"	person_id INTEGER REFERENCES person (id) ON DELETE SET NULL,	-- NULL: in no person's box\n"
"	score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),\n"
"	x REAL NOT NULL CHECK (x BETWEEN 0 AND 1e9),\n"
"	y REAL NOT NULL CHECK (y BETWEEN 0 AND 1e9),\n"
"	w REAL NOT NULL CHECK (w BETWEEN 0 AND 1e9),\n"
"	h REAL NOT NULL CHECK (h BETWEEN 0 AND 1e9),\n"
"	gender TEXT CHECK (gender IN ('female', 'male')),	-- NULL: unknown\n"
"	p_female REAL CHECK (p_female BETWEEN 0 AND 1),		-- NULL: not classified\n"
"	CHECK (gender IS NULL OR p_female IS NOT NULL)\n"
") STRICT",
"CREATE INDEX face_frame ON face (frame_id)",
/* one face for a person */
"CREATE UNIQUE INDEX face_person ON face (person_id) WHERE person_id IS NOT NULL",

"CREATE TABLE minute (\n"
"	run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,\n"
"	start_ms INTEGER NOT NULL CHECK (start_ms % 60000 = 0),\n"
"	frames INTEGER NOT NULL CHECK (frames > 0),\n"
"	covered_ms INTEGER NOT NULL CHECK (covered_ms BETWEEN 0 AND 60000),\n"
"	dropped INTEGER NOT NULL CHECK (dropped >= 0),\n"
"	people_sum INTEGER NOT NULL,		-- sums are over the frames\n"
"	people_min INTEGER NOT NULL CHECK (people_min >= 0),\n"
"	people_max INTEGER NOT NULL,\n"
"	men_sum INTEGER NOT NULL CHECK (men_sum >= 0),\n"
"	women_sum INTEGER NOT NULL CHECK (women_sum >= 0),\n"
"	unknown_sum INTEGER NOT NULL CHECK (unknown_sum >= 0),\n"
"	faces_sum INTEGER NOT NULL CHECK (faces_sum >= 0),\n"
"	PRIMARY KEY (run_id, start_ms),\n"
"	CHECK (men_sum + women_sum + unknown_sum = people_sum),\n"
"	CHECK (people_sum BETWEEN people_min * frames AND people_max * frames)\n"
") STRICT, WITHOUT ROWID",

"CREATE TABLE evaluation (\n"
"	id INTEGER PRIMARY KEY,\n"
"	uuid TEXT NOT NULL UNIQUE,\n"
"	kind TEXT NOT NULL CHECK (kind IN ('detect', 'face', 'gender', 'score')),\n"
"	dataset TEXT NOT NULL,\n"
"	dataset_sha256 TEXT,\n"
"	person_model_id INTEGER REFERENCES model (id),\n"
"	face_model_id INTEGER REFERENCES model (id),\n"
"	gender_model_id INTEGER REFERENCES model (id),\n"
"	settings TEXT NOT NULL,			-- JSON\n"
"	started_ms INTEGER NOT NULL,\n"
"	ended_ms INTEGER,\n"
"	items INTEGER NOT NULL DEFAULT 0 CHECK (items >= 0),\n"
"	rejected INTEGER NOT NULL DEFAULT 0 CHECK (rejected >= 0)\n"
") STRICT",

"CREATE TABLE metric (\n"
"	evaluation_id INTEGER NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE,\n"
"	name TEXT NOT NULL,\n"
"	slice TEXT NOT NULL DEFAULT '',		-- empty: all items\n"
"	value REAL NOT NULL,\n"
"	low REAL,				-- 95 % interval; NULL: not computed\n"
"	high REAL,\n"
"	n INTEGER NOT NULL CHECK (n >= 0),\n"
"	PRIMARY KEY (evaluation_id, name, slice)\n"
") STRICT, WITHOUT ROWID",

/* For readers: where several runs of a source hold the same minute, the newest one speaks. */
"CREATE VIEW people_per_minute AS\n"
"SELECT s.name AS source, strftime('%Y-%m-%dT%H:%M:%SZ', m.start_ms / 1000, 'unixepoch') AS time_utc,\n"
"	m.start_ms / 1000 AS time, CAST(m.people_sum AS REAL) / m.frames AS people_avg,\n"
"	m.people_min, m.people_max, m.frames, m.covered_ms / 60000.0 AS coverage\n"
"FROM minute m JOIN run r ON r.id = m.run_id JOIN source s ON s.id = r.source_id\n"
"WHERE NOT EXISTS (SELECT 1 FROM run n JOIN minute k ON k.run_id = n.id\n"
"	WHERE n.source_id = r.source_id AND n.id > r.id AND k.start_ms = m.start_ms)",

"CREATE VIEW gender_per_minute AS\n"
"SELECT s.name AS source, strftime('%Y-%m-%dT%H:%M:%SZ', m.start_ms / 1000, 'unixepoch') AS time_utc,\n"
"	m.start_ms / 1000 AS time, CAST(m.men_sum AS REAL) / m.frames AS men_avg,\n"
"	CAST(m.women_sum AS REAL) / m.frames AS women_avg, CAST(m.unknown_sum AS REAL) / m.frames AS unknown_avg,\n"
"	m.frames, m.covered_ms / 60000.0 AS coverage\n"
"FROM minute m JOIN run r ON r.id = m.run_id JOIN source s ON s.id = r.source_id\n"
"WHERE NOT EXISTS (SELECT 1 FROM run n JOIN minute k ON k.run_id = n.id\n"
"	WHERE n.source_id = r.source_id AND n.id > r.id AND k.start_ms = m.start_ms)",

"PRAGMA application_id = 0x666F6F74",
"PRAGMA user_version = 1",
NULL
};

/*
 * Evaluations: figures can be compared later without the labels' files.  No release before wrote evaluations; rows that
 * are there all the same are kept.  A CHECK cannot be changed in place, so the two tables are made anew.
 */
static const char *const second[] = {
"CREATE TABLE new_evaluation (\n"
"	id INTEGER PRIMARY KEY,\n"
"	uuid TEXT NOT NULL UNIQUE,\n"
"	kind TEXT NOT NULL CHECK (kind IN ('score', 'detect', 'face', 'gender', 'counts')),\n"
"	dataset TEXT NOT NULL,			-- path of the truth\n"
"	dataset_sha256 TEXT,			-- of its contents\n"
"	person_model_id INTEGER REFERENCES model (id),\n"
"	face_model_id INTEGER REFERENCES model (id),\n"
"	gender_model_id INTEGER REFERENCES model (id),\n"
"	settings TEXT NOT NULL,			-- JSON: all that can change answers\n"
"	started_ms INTEGER NOT NULL,		-- wall clock\n"
"	ended_ms INTEGER,			-- NULL: not all answers are there\n"
"	items INTEGER NOT NULL DEFAULT 0 CHECK (items >= 0),\n"
"	rejected INTEGER NOT NULL DEFAULT 0 CHECK (rejected >= 0),\n"
"	input TEXT,				-- what was evaluated: a file of predictions, a folder of pictures\n"
"	run_id INTEGER REFERENCES run (id) ON DELETE SET NULL,	-- the run that was counted against the truth\n"
"	scoring TEXT,				-- JSON: what was asked of the scoring\n"
"	version TEXT NOT NULL DEFAULT '',\n"
"	opencv TEXT NOT NULL DEFAULT ''		-- empty: no network ran\n"
") STRICT",
"INSERT INTO new_evaluation (id, uuid, kind, dataset, dataset_sha256, person_model_id, face_model_id, gender_model_id,\n"
"	settings, started_ms, ended_ms, items, rejected)\n"
"SELECT id, uuid, kind, dataset, dataset_sha256, person_model_id, face_model_id, gender_model_id,\n"
"	settings, started_ms, ended_ms, items, rejected FROM evaluation",

"CREATE TABLE new_metric (\n"
"	evaluation_id INTEGER NOT NULL REFERENCES new_evaluation (id) ON DELETE CASCADE,\n"
"	name TEXT NOT NULL,\n"
"	slice TEXT NOT NULL DEFAULT '',		-- empty: all items\n"
"	value REAL NOT NULL,			-- of boxes -1: nothing is to be found\n"
"	low REAL,				-- 95 % interval; NULL: not computed\n"
"	high REAL,\n"
"	n INTEGER NOT NULL CHECK (n >= 0),\n"
"	number INTEGER NOT NULL DEFAULT 0,	-- place in the order in which they are shown\n"
"	PRIMARY KEY (evaluation_id, name, slice)\n"
") STRICT, WITHOUT ROWID",
"INSERT INTO new_metric (evaluation_id, name, slice, value, low, high, n)\n"
"SELECT evaluation_id, name, slice, value, low, high, n FROM metric",
"DROP TABLE metric",
"DROP TABLE evaluation",
"ALTER TABLE new_evaluation RENAME TO evaluation",
"ALTER TABLE new_metric RENAME TO metric",
"CREATE INDEX evaluation_set ON evaluation (dataset_sha256, kind)",
"CREATE INDEX evaluation_run ON evaluation (run_id) WHERE run_id IS NOT NULL",

/* A labelled set, once, however often it is evaluated on; boxes as everywhere. */
"CREATE TABLE label_set (\n"
"	id INTEGER PRIMARY KEY,\n"
"	sha256 TEXT NOT NULL UNIQUE\n"
") STRICT",
"CREATE TABLE label_image (\n"
"	set_id INTEGER NOT NULL REFERENCES label_set (id) ON DELETE CASCADE,\n"
"	number INTEGER NOT NULL CHECK (number >= 0),\n"
"	id INTEGER NOT NULL,			-- as the labels give it\n"
"	name TEXT NOT NULL,\n"
"	width INTEGER NOT NULL,			-- 0: not known\n"
"	height INTEGER NOT NULL,\n"
"	PRIMARY KEY (set_id, number)\n"
") STRICT, WITHOUT ROWID",
"CREATE TABLE label_class (\n"
"	set_id INTEGER NOT NULL REFERENCES label_set (id) ON DELETE CASCADE,\n"
"	number INTEGER NOT NULL CHECK (number >= 0),\n"
"	id INTEGER NOT NULL,\n"
"	name TEXT NOT NULL,\n"
"	PRIMARY KEY (set_id, number)\n"
") STRICT, WITHOUT ROWID",
"CREATE TABLE label_truth (\n"
"	set_id INTEGER NOT NULL REFERENCES label_set (id) ON DELETE CASCADE,\n"
"	number INTEGER NOT NULL CHECK (number >= 0),\n"
"	image INTEGER NOT NULL,			-- numbers of its picture and class\n"
"	class INTEGER NOT NULL,\n"
"	id INTEGER NOT NULL,\n"
"	x REAL NOT NULL,\n"
"	y REAL NOT NULL,\n"
"	w REAL NOT NULL,\n"
"	h REAL NOT NULL,\n"
"	area REAL NOT NULL,			-- of the object, for ranges of size\n"
"	crowd INTEGER NOT NULL CHECK (crowd IN (0, 1)),\n"
"	ignore INTEGER NOT NULL CHECK (ignore IN (0, 1)),\n"
"	PRIMARY KEY (set_id, number)\n"
") STRICT, WITHOUT ROWID",

/* Pictures whose predictions are there. */
"CREATE TABLE evaluation_image (\n"
"	evaluation_id INTEGER NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE,\n"
"	image INTEGER NOT NULL CHECK (image >= 0),	-- its number in the labelled set\n"
"	skipped INTEGER NOT NULL CHECK (skipped IN (0, 1)),	-- 1: it could not be had, its truths do not count\n"
"	PRIMARY KEY (evaluation_id, image)\n"
") STRICT, WITHOUT ROWID",
"CREATE TABLE prediction (\n"
"	evaluation_id INTEGER NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE,\n"
"	image INTEGER NOT NULL CHECK (image >= 0),\n"
"	number INTEGER NOT NULL CHECK (number >= 0),	-- in its picture\n"
"	class INTEGER NOT NULL CHECK (class >= 0),\n"
"	score REAL NOT NULL,\n"
"	x REAL NOT NULL,\n"
"	y REAL NOT NULL,\n"
"	w REAL NOT NULL,\n"
"	h REAL NOT NULL,\n"
"	PRIMARY KEY (evaluation_id, image, number)\n"
") STRICT, WITHOUT ROWID",

"CREATE TABLE evaluation_item (\n"
"	evaluation_id INTEGER NOT NULL REFERENCES evaluation (id) ON DELETE CASCADE,\n"
"	view TEXT NOT NULL CHECK (view IN ('given', 'end_to_end')),	-- a face; or found by the face network\n"
"	number INTEGER NOT NULL CHECK (number >= 0),\n"
"	name TEXT NOT NULL,\n"
"	truth TEXT NOT NULL CHECK (truth IN ('female', 'male')),\n"
"	p_female REAL CHECK (p_female BETWEEN 0 AND 1),	-- NULL: no answer\n"
"	no_face INTEGER NOT NULL CHECK (no_face IN (0, 1)),\n"
"	slices TEXT,				-- JSON: the group it is in, by property\n"
"	PRIMARY KEY (evaluation_id, view, number)\n"
") STRICT, WITHOUT ROWID",
"PRAGMA user_version = 2",
NULL
};

/* The motion gate.  What was analysed before was analysed without it. */
static const char *const third[] = {
/* 1: its persons and faces are those of the frame before it */
"ALTER TABLE frame ADD COLUMN gated INTEGER NOT NULL DEFAULT 0 CHECK (gated IN (0, 1))",
/* of its frames, those */
"ALTER TABLE minute ADD COLUMN gated INTEGER NOT NULL DEFAULT 0 CHECK (gated BETWEEN 0 AND frames)",
"PRAGMA user_version = 3",
NULL
};

/* Cameras. What was stored before is of no camera, and nothing of it was pruned. */
static const char *const fourth[] = {
"ALTER TABLE run ADD COLUMN pruned_ms INTEGER	-- frames before it were deleted by retention; a whole minute; NULL: none were\n"
"	CHECK (pruned_ms % 60000 = 0)",
"ALTER TABLE run ADD COLUMN frames_pruned INTEGER NOT NULL DEFAULT 0	-- of frames_analyzed, those\n"
"	CHECK (frames_pruned BETWEEN 0 AND frames_analyzed AND (frames_pruned = 0) = (pruned_ms IS NULL))",

/* from capture to commit, of its frames; NULL: a recording, or a minute that has not ended */
"ALTER TABLE minute ADD COLUMN age_median_ms INTEGER CHECK (age_median_ms >= 0)",
"ALTER TABLE minute ADD COLUMN age_p95_ms INTEGER CHECK (age_p95_ms >= age_median_ms)",
"ALTER TABLE minute ADD COLUMN age_max_ms INTEGER CHECK (age_max_ms >= age_p95_ms\n"
"	AND (age_max_ms IS NULL) = (age_p95_ms IS NULL) AND (age_p95_ms IS NULL) = (age_median_ms IS NULL))",
"ALTER TABLE minute ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0	-- of its frames: the picture stood still to the last bit\n"
"	CHECK (frozen BETWEEN 0 AND frames)",
"ALTER TABLE minute ADD COLUMN dark INTEGER NOT NULL DEFAULT 0		-- of its frames: too dark, or covered\n"
"	CHECK (dark BETWEEN 0 AND frames)",
"ALTER TABLE minute ADD COLUMN moved INTEGER NOT NULL DEFAULT 0		-- sudden changes of view in it\n"
"	CHECK (moved >= 0)",

/* No frame came from a live source. */
"CREATE TABLE gap (\n"
"	id INTEGER PRIMARY KEY,\n"
"	run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,\n"
"	from_ms INTEGER NOT NULL,\n"
"	to_ms INTEGER CHECK (to_ms >= from_ms),	-- NULL: still open, or the program was killed in it\n"
"	reason TEXT NOT NULL CHECK (reason IN ('connect', 'closed', 'stall', 'crash', 'clock', 'size')),\n"
"	detail TEXT				-- for people, without credentials\n"
") STRICT",
"CREATE INDEX gap_run ON gap (run_id, from_ms)",

/* A recorded segment of video; its row is added when the file is whole. */
"CREATE TABLE segment (\n"
"	id INTEGER PRIMARY KEY,\n"
"	run_id INTEGER REFERENCES run (id) ON DELETE SET NULL,\n"
"	source TEXT NOT NULL CHECK (source <> ''),	-- its name, for when the run is gone\n"
"	path TEXT NOT NULL CHECK (path <> '' AND path NOT GLOB '/*'),	-- in the folder\n"
"	folder TEXT NOT NULL CHECK (folder GLOB '/*'),\n"
"	start_ms INTEGER NOT NULL,		-- of its first and last frame\n"
"	end_ms INTEGER NOT NULL,\n"
"	first_number INTEGER NOT NULL CHECK (first_number >= 0),	-- frame.number of the run\n"
"	last_number INTEGER NOT NULL,\n"
"	frames INTEGER NOT NULL CHECK (frames > 0),\n"
"	bytes INTEGER NOT NULL CHECK (bytes >= 0),\n"
"	sha256 TEXT CHECK (length(sha256) = 64),	-- NULL: not computed\n"
"	blurred INTEGER NOT NULL CHECK (blurred IN (0, 1)),	-- 1: faces that were found are unrecognisable\n"
"	uploaded_ms INTEGER,			-- wall clock; NULL: not uploaded\n"
"	deleted_ms INTEGER,			-- wall clock at which the file was deleted; NULL: it is there\n"
"	CHECK (start_ms <= end_ms),\n"
"	CHECK (first_number <= last_number)\n"
") STRICT",
"CREATE INDEX segment_run ON segment (run_id) WHERE run_id IS NOT NULL",
"CREATE INDEX segment_kept ON segment (folder, start_ms) WHERE deleted_ms IS NULL",

/*
 * For readers: where several runs of a recording hold the same minute, the newest one speaks; those of a camera saw
 * different parts of it, and are added up.  A camera has many runs and a recording few, so the one goes over its
 * minutes once, in groups, and the other asks each minute whether there is a newer one.  CROSS JOIN is SQLite's way to fix the
 * order of the loops: else it would ask that of a camera's minutes too, before it knows whose they are.
 */
"DROP VIEW people_per_minute",
"DROP VIEW gender_per_minute",
"CREATE VIEW people_per_minute AS\n"
"SELECT s.name AS source, strftime('%Y-%m-%dT%H:%M:%SZ', m.start_ms / 1000, 'unixepoch') AS time_utc,\n"
"	m.start_ms / 1000 AS time, CAST(m.people_sum AS REAL) / m.frames AS people_avg,\n"
"	m.people_min, m.people_max, m.frames, m.covered_ms / 60000.0 AS coverage\n"
"FROM source s CROSS JOIN run r ON r.source_id = s.id CROSS JOIN minute m ON m.run_id = r.id\n"
"WHERE s.kind NOT IN ('camera', 'stream')\n"
"	AND NOT EXISTS (SELECT 1 FROM run n JOIN minute k ON k.run_id = n.id\n"
"		WHERE n.source_id = r.source_id AND n.id > r.id AND k.start_ms = m.start_ms)\n"
"UNION ALL\n"
"SELECT s.name, strftime('%Y-%m-%dT%H:%M:%SZ', m.start_ms / 1000, 'unixepoch'),\n"
"	m.start_ms / 1000, CAST(sum(m.people_sum) AS REAL) / sum(m.frames),\n"
"	min(m.people_min), max(m.people_max), sum(m.frames), min(sum(m.covered_ms), 60000) / 60000.0\n"
"FROM source s CROSS JOIN run r ON r.source_id = s.id CROSS JOIN minute m ON m.run_id = r.id\n"
"WHERE s.kind IN ('camera', 'stream')\n"
"GROUP BY s.name, m.start_ms / 1000",

"CREATE VIEW gender_per_minute AS\n"
"SELECT s.name AS source, strftime('%Y-%m-%dT%H:%M:%SZ', m.start_ms / 1000, 'unixepoch') AS time_utc,\n"
"	m.start_ms / 1000 AS time, CAST(m.men_sum AS REAL) / m.frames AS men_avg,\n"
"	CAST(m.women_sum AS REAL) / m.frames AS women_avg, CAST(m.unknown_sum AS REAL) / m.frames AS unknown_avg,\n"
"	m.frames, m.covered_ms / 60000.0 AS coverage\n"
"FROM source s CROSS JOIN run r ON r.source_id = s.id CROSS JOIN minute m ON m.run_id = r.id\n"
"WHERE s.kind NOT IN ('camera', 'stream')\n"
"	AND NOT EXISTS (SELECT 1 FROM run n JOIN minute k ON k.run_id = n.id\n"
"		WHERE n.source_id = r.source_id AND n.id > r.id AND k.start_ms = m.start_ms)\n"
"UNION ALL\n"
"SELECT s.name, strftime('%Y-%m-%dT%H:%M:%SZ', m.start_ms / 1000, 'unixepoch'),\n"
"	m.start_ms / 1000, CAST(sum(m.men_sum) AS REAL) / sum(m.frames),\n"
"	CAST(sum(m.women_sum) AS REAL) / sum(m.frames), CAST(sum(m.unknown_sum) AS REAL) / sum(m.frames),\n"
"	sum(m.frames), min(sum(m.covered_ms), 60000) / 60000.0\n"
"FROM source s CROSS JOIN run r ON r.source_id = s.id CROSS JOIN minute m ON m.run_id = r.id\n"
"WHERE s.kind IN ('camera', 'stream')\n"
"GROUP BY s.name, m.start_ms / 1000",
"PRAGMA user_version = 4",
NULL
};

static const char *const *const migrations[STORE_SCHEMA] = { first, second, third, fourth };

const struct schema_object schema_objects[] = {
	{ "table", "source" }, { "table", "model" }, { "table", "run" }, { "table", "frame" },
	{ "table", "person" }, { "table", "face" }, { "table", "minute" }, { "table", "evaluation" },
	{ "table", "metric" }, { "table", "label_set" }, { "table", "label_image" },
	{ "table", "label_class" }, { "table", "label_truth" }, { "table", "evaluation_image" },
	{ "table", "prediction" }, { "table", "evaluation_item" }, { "table", "gap" }, { "table", "segment" },
	{ "index", "evaluation_set" }, { "index", "evaluation_run" },
	{ "index", "source_uri" }, { "index", "run_input" },
	{ "index", "gap_run" }, { "index", "segment_run" }, { "index", "segment_kept" },
	{ "index", "person_frame" }, { "index", "face_frame" }, { "index", "face_person" },
	{ "view", "people_per_minute" }, { "view", "gender_per_minute" },
	{ NULL, NULL }
};

/* The schema number: 0 for a database with nothing in it, -1 for one that is not ours or not for us. */
static int
schema_number(struct db *d, struct err *e)
{
	int64_t id, version, objects;
	if (db_int(d, "PRAGMA application_id", &id, e) != 0
	    || db_int(d, "PRAGMA user_version", &version, e) != 0
	    || db_int(d, "SELECT count(*) FROM sqlite_schema", &objects, e) != 0)
		return -1;
	if (id == 0 && version == 0 && objects == 0)
		return 0;
	if (id != STORE_APPLICATION_ID)
		return err_set(e, ERR_DATA, "%s is a database of another program (application_id 0x%08X): "
		    "name another file with --db", db_path(d), (unsigned)id);
	if (version > STORE_SCHEMA)
		return err_set(e, ERR_DATA, "%s was made by a newer footfall (schema %lld; this one knows %d)",
		    db_path(d), (long long)version, STORE_SCHEMA);
	if (version < 1)
		return err_set(e, ERR_DATA, "%s is damaged: it says schema %lld, which never was",
		    db_path(d), (long long)version);
	return (int)version;
}

static int
migrate(struct db *d, const char *const *sql, struct err *e)
{
	for (; *sql != NULL; sql++) {
		if (db_exec(d, *sql, e) != 0)
			return -1;
	}
	return 0;
}

int
schema_readable(struct db *d, struct err *e)
{
	int number = schema_number(d, e);
	if (number < 0)
		return -1;
	if (number == 0)
		return err_set(e, ERR_DATA, "%s is empty: `footfall analyze` fills one", db_path(d));
	if (number < STORE_SCHEMA)
		return err_set(e, ERR_DATA, "%s is of an older schema (%d; this footfall reads %d): "
		    "`footfall db rebuild` migrates it, as does every command that writes", db_path(d), number, STORE_SCHEMA);
	return 0;
}

int
schema_make(struct db *d, struct err *e)
{
	/* look before locking: nothing is written to a file that is not ours */
	int number = schema_number(d, e);
	if (number < 0)
		return -1;
	/* free pages can be given back later, a few at a time; to be said before anything is written */
	if (number == 0 && db_exec(d, "PRAGMA auto_vacuum = INCREMENTAL", e) != 0)
		return -1;
	if (db_use_wal(d, e) != 0)
		return -1;
	if (number == STORE_SCHEMA)
		return 0;
	if (db_begin(d, e) != 0)
		return -1;
	/* again: another process may have been first */
	number = schema_number(d, e);
	if (number < 0)
		goto fail;
	for (int i = number; i < STORE_SCHEMA; i++) {
		if (migrate(d, migrations[i], e) != 0)
			goto fail;
	}
	if (db_commit(d, e) != 0)
		goto fail;
	return 0;
fail:
	db_rollback(d);
	return -1;
}
