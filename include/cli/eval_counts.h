/*
 * Floor 6.  What footfall eval counts found, between its parts.  Private to src/cli/eval_counts*.c.
 */
#ifndef FOOTFALL_CLI_EVAL_COUNTS_H
#define FOOTFALL_CLI_EVAL_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/cli.h"
#include "out/out.h"
#include "score/counts.h"
#include "store/db.h"

/* With fewer minutes than this a resample of them says nothing, and no interval is given. */
enum { COUNTS_LEAST = 5 };

struct counted_minute {
	int64_t start_ms;
	int64_t frames;			/* of the run that the truth speaks of */
	double truth, counted;		/* people in a frame, on average */
};

struct counts_result {
	const char *truth;		/* path, as the user gave it */
	const char *kind;		/* "mot" or "minutes" */
	char *source, *network;		/* network: of persons, else of faces */
	bool faces;			/* no person stage ran: each face counted as a person */
	bool in_recording;		/* times count from the start of the recording */
	int64_t run;
	struct counted_minute *minutes;	/* by start_ms */
	size_t n;
	size_t minutes_alone;		/* true minutes of which the run has no frame */
	int64_t frames;			/* of the run, compared */
	int64_t frames_alone;		/* of which the truth says nothing */
	struct interval figures[COUNTS_FIGURES];	/* over minutes; low and high NaN with fewer than COUNTS_LEAST */
	bool has_frames;		/* the truth is frame by frame: */
	struct interval of_frames[COUNTS_FIGURES];	/* values alone: frames that follow each other are no independent draws */
	int64_t marked;			/* true boxes in those frames that are marked as hard to see (conf 0) ... */
	struct interval without_marked[COUNTS_FIGURES];	/* ... and the frames' figures without them */
	size_t resamples;		/* 0: no intervals were asked for */
	uint64_t seed;
	int64_t evaluation;		/* its row in the database; 0: it is not stored */
	const char *db;
};

/* A stored run with frames. */
struct counted_run {
	int64_t id, start_ms;
	char *source, *clock;
	bool by_person;			/* false: each face is a person */
	char *model, *task, *family, *sha256;	/* of persons, else of faces */
};

/* --source and --run: of those asked for the newest complete one, else the newest.  ERR_USAGE, ERR_INPUT. */
int counts_find_run(const struct cli *c, struct db *d, struct counted_run *r, struct err *e);
void counts_free_run(struct counted_run *r);	/* what it holds */

void counts_print_text(const struct counts_result *r, struct out *o);
void counts_print_json(const struct counts_result *r, struct out *o);

#endif
