/*
 * Floor 1.  Which rows of a run are too old.  For src/store/prune*.c only.
 */
#ifndef FOOTFALL_STORE_PRUNE_PARTS_H
#define FOOTFALL_STORE_PRUNE_PARTS_H

#include "store/prune.h"

/* What decides about a run. */
struct prune_run {
	int64_t id, source;
	bool running, live;
	bool timeless;			/* when it was filmed is not known */
	bool ended, pruned, has_frame, has_minute;	/* are these known: */
	int64_t ended_ms, pruned_ms, first_frame_ms, first_minute_ms;
	int64_t last_ms;		/* of its last frame, else its end, else its start */
};

/* Parameter :after.  Runs by id, one by one. */
extern const char prune_runs[];
/* The run after the one with that id, with a statement of prune_runs.  1, 0: none, -1. */
int prune_next(struct stmt *s, int64_t after, struct prune_run *out, struct err *e);

/* The moment before which rows are too old; PRUNE_NOTHING when they are kept for ever. */
#define PRUNE_NOTHING INT64_MIN
#define PRUNE_ALL (INT64_C(253402300800000))	/* the year 10000 */
int64_t prune_cutoff(int64_t kept_ms, int64_t now_ms);
/* The same of one run, a whole minute.  Looks whether somebody is live on its source where that matters. */
int prune_limit(struct db *d, const struct prune_run *r, int64_t cutoff, int64_t *limit_ms, struct err *e);
/* That limit for frames: those of minutes that were begun to be deleted go too. */
int64_t prune_frame_limit(const struct prune_run *r, int64_t limit_ms);

/* Parameters :after and :cutoff: ids of what goes when the minutes are gone, by id. */
extern const char prune_gaps[], prune_segments[];

#endif
