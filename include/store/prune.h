/*
 * Floor 1.  Retention: old detections and old minutes are deleted, a little at a time.
 *
 * Detections (frames with their persons and faces) go by whole minutes, whose rows stay; run.pruned_ms says up to
 * where, and run.frames_pruned how many.  Minutes go with their detections and gaps, and finished runs that are empty then; sources stay.
 * A recorded segment's row goes with the minutes when its file is deleted.
 *
 * Old is what the row's time says; of a recording without a known start, what the end of its analysis says.  A recording that is being analysed
 * loses nothing, and a source that somebody is live on nothing of the run's last two minutes.
 */
#ifndef FOOTFALL_STORE_PRUNE_H
#define FOOTFALL_STORE_PRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "conf/settings.h"
#include "store/db.h"

struct prune_plan {
	int64_t detections_ms, minutes_ms;	/* how long they are kept; WHEN_FOREVER: for ever */
};

/*
 * retain.* of settings; detections are kept no longer than minutes.  ERR_CONFIG, naming the setting: no duration.
 */
int prune_plan_from(struct prune_plan *out, const struct settings *s, struct err *e);
bool prune_plan_any(const struct prune_plan *p);	/* is there anything that is not kept for ever? */

/* What goes, or went. */
struct prune_counts {
	int64_t frames, persons, faces, minutes, gaps, runs, segments;
	int64_t frames_from_ms, minutes_from_ms;	/* time of the oldest; meaningful when there are any */
	int64_t bytes;		/* that the file became smaller by */
};

struct pruner;

/*
 * A connection of its own, which one thread at a time uses: for a thread beside the writer, or for `footfall db prune`.  The
 * database must exist; an older schema is migrated.  Codes of db_open.
 */
int pruner_open(struct pruner **out, const char *path, int timeout_ms, const struct prune_plan *plan, struct err *e);
/* From now on.  A round that is under way is begun anew. */
void pruner_plan(struct pruner *p, const struct prune_plan *plan);
/*
 * Deletes some thousand rows in one transaction of some 50 ms, no more, or gives free pages back to the file system.  1: there is more to
 * do, and a writer may want its turn first; 0: all that was due at now_ms (wall clock) when the round began is gone, and the next
 * call begins another; -1: failure, nothing was half done, it can be called again.  A database that is locked is ERR_IO, after the
 * time-out.
 */
int pruner_step(struct pruner *p, int64_t now_ms, struct err *e);
void pruner_counts(const struct pruner *p, struct prune_counts *out);	/* since pruner_open */
/* Does the file become smaller?  One of schema 3 or older keeps its free pages, and fills them again, until pruner_vacuum. */
bool pruner_shrinks(const struct pruner *p);
/* Writes the whole file anew, and so that it becomes smaller from now on; nobody else can write meanwhile. */
int pruner_vacuum(struct pruner *p, struct err *e);
void pruner_close(struct pruner *p);	/* NULL is fine */

/* What a round of pruner_step would delete at now_ms; bytes is 0.  Reads only, one state of the database. */
int prune_foresee(struct db *d, const struct prune_plan *plan, int64_t now_ms, struct prune_counts *out, struct err *e);

#endif
