/*
 * Floor 1.  What footfall writes: sources, models, runs, frames with their persons and
 * faces, minutes.  The schema and its guarantees are described in footfall(1) and src/store/schema.c.
 *
 * Frames are added in order; every so often (store_frame decides by rows and time) the transaction is committed,
 * always with the minute rows that belong to the frames in it, and the run's counters and last_ms. So whatever is in the file agrees
 * with itself at every instant.
 */
#ifndef FOOTFALL_STORE_STORE_H
#define FOOTFALL_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/result.h"
#include "base/sha256.h"
#include "store/db.h"

enum { STORE_APPLICATION_ID = 0x666F6F74, STORE_SCHEMA = 4 };

/* Opens a database for reading and checks application_id and user_version (a newer schema is ERR_DATA and says so; an older one is told to be migrated by any writing command). */
int store_open_read(struct db **out, const char *path, int timeout_ms, struct err *e);

struct store;

/* Opens or makes a database for writing: WAL, foreign keys, schema made or migrated in one transaction. */
int store_open(struct store **out, const char *path, int timeout_ms, struct err *e);
void store_close(struct store *s);	/* rolls back what was not committed; checkpoints */
struct db *store_db(struct store *s);

struct store_model {
	const char *name, *task, *family;	/* task: "person", "face", "gender" */
	const char *sha256;
};

struct store_run {
	const char *source_name;	/* NULL: from uri's file name, made unique against other uris by prefixing parent folders ("b/rec.avi") */
	const char *kind;		/* "file", "images", "camera", "stream" */
	const char *uri;		/* already redacted */
	int width, height;
	const char *clock;		/* where the start time came from: "option", "name", "container", "none", "wall" */
	const struct store_model *person, *face, *gender;	/* NULL: stage off */
	const char *settings;		/* JSON, only what can change rows */
	const char *version, *opencv;
	const char *input_sha256;	/* NULL for live sources */
};

enum store_begin {
	STORE_NEW,		/* nothing stored yet */
	STORE_CONTINUED,	/* an unfinished run with the same source, input, models and settings */
	STORE_COMPLETE		/* the same, complete: nothing to do */
};

struct store_begun {
	enum store_begin how;
	int64_t run_id;
	int64_t frames_analyzed;	/* stored already */
	int64_t frames_pruned;		/* of them, those that retention deleted; of a complete run with such the fields below are unset */
	int64_t last_number;		/* number of the last stored frame, -1 when none */
	int64_t seen_number;		/* of the last one that took no earlier result, -1 when none */
	int64_t last_ms, before_last_ms;	/* times of the last two stored frames; meaningful for frames_analyzed >= 1 and >= 2 */
	bool has_minute;
	struct minute minute;		/* the row of the last stored frame's window */
};

/*
 * Finds the run that spec describes (same source, input_sha256, models by sha256 and settings; version and opencv too), or makes a new one with
 * status "running".  force: an equal run is deleted with all its rows in the same transaction, and a new one made.
 */
int store_begin(struct store *s, const struct store_run *spec, bool force, struct store_begun *out, struct err *e);

/*
 * Adds one analysed frame and the minute rows (upserted, n of them, 1 or 2) as they stand with it.
 * frames_read: frames read so far.  persons get ids; a face's person index becomes person_id.
 * ERR_FAIL when the frame is already there: somebody else is writing this run.
 */
int store_frame(struct store *s, const struct frame_result *r, const struct minute *minutes, size_t n, int64_t frames_read, struct err *e);
int store_commit(struct store *s, struct err *e);	/* what is pending, now */

/* Ends the run: commits everything with status ("complete", "interrupted", "failed"), counters and error (NULL: none). */
int store_end(struct store *s, const char *status, int64_t frames_read, int64_t frames_dropped, const char *error, struct err *e);

/* Reads the stored result of one frame of the current run into r (cleared first).  1 found, 0 not, -1 failure. */
int store_load_frame(struct store *s, int64_t number, struct frame_result *r, struct err *e);

#endif
