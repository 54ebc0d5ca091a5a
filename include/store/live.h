/*
 * Floor 1.  What a live source writes beside what recordings write: runs that are never taken up again, gaps, and how the
 * minutes were.
 *
 * A store writes one source at a time.  Several stores on one file may be open in one thread, in turn: each must have
 * committed (store_commit) before another writes, because SQLite has one writer.  All functions here are part of the open transaction or begin
 * one; nothing but live_begin, store_end and store_commit makes it last.  When one fails, what is not committed is given up and
 * the run takes no more (as with store_frame); live_begin begins another.
 *
 * Who is live on a source holds a lock on the byte of its id in the file DATABASE-live (an OFD lock of fcntl, which the
 * kernel drops with the process).  It is not a lock on the database itself: to close any other descriptor of that drops SQLite's.  The
 * file stays empty, and stays: a lock on a file that can be deleted would protect nothing.
 */
#ifndef FOOTFALL_STORE_LIVE_H
#define FOOTFALL_STORE_LIVE_H

#include <stdint.h>

#include "base/err.h"
#include "store/store.h"

/*
 * Always a new run; spec->input_sha256 must be NULL.  Runs of that source that were live and have no end become "interrupted", in
 * the same transaction: ended_ms is the last moment that their rows tell of (last frame, start or end of a gap, else started_ms), frames_dropped
 * at least what their minutes hold, error says that no end was written; their open gaps stay open (to_ms NULL).
 * The run that this store had begun before is to be ended first (store_end), else it becomes one of those.
 * The source is claimed until store_close; ERR_UNAVAILABLE: another footfall, or another store of this process, is live on it.
 */
int live_begin(struct store *s, const struct store_run *spec, struct store_begun *out, struct err *e);
/* Name of its source as it stands in the database; valid until the next live_begin or store_close. */
const char *live_source(const struct store *s);

struct minute_health {
	int64_t age_median_ms, age_p95_ms, age_max_ms;	/* from capture to commit, of its frames; all -1: not known (NULL) */
	int64_t frozen;		/* of its frames: the picture stood still to the last bit */
	int64_t dark;		/* of its frames: too dark, or covered */
	int64_t moved;		/* sudden changes of view in it */
};

/*
 * Of the window that begins at start_ms in the current run, also after its frames were committed; replaces what is there.
 * frozen and dark are not more than its frames so far.  A window without a frame has no row, and so no health: nothing is done.
 */
int store_minute_health(struct store *s, int64_t start_ms, const struct minute_health *h, struct err *e);

/*
 * A stretch of the current run in which no frame came.  reason: "connect", "closed", "stall", "crash" (camera_why_name), "clock",
 * "size".  detail: one line for people, without credentials; NULL: none.  A gap may begin before the first frame of the run.
 */
int gap_begin(struct store *s, int64_t from_ms, const char *reason, const char *detail, int64_t *id, struct err *e);
/* A to_ms before its beginning, which a clock that was set back gives, is taken as its beginning. */
int gap_end(struct store *s, int64_t id, int64_t to_ms, struct err *e);

#endif
