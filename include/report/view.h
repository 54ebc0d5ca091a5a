/*
 * Floor 3.  What a report shows, read from a database in one consistent look: per source the
 * runs that count, and its minutes.
 *
 * Where several runs of a recording hold the same minute, the newest one speaks; those of a camera or stream are added
 * up, because each saw another part of it.  So do the database's own views.
 */
#ifndef FOOTFALL_REPORT_VIEW_H
#define FOOTFALL_REPORT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "report/report.h"
#include "store/db.h"

#define DAY_MS INT64_C(86400000)

/* A minute, or the sum of several. */
struct report_bin {
	int64_t start_ms, width_ms;
	int64_t minutes;		/* minute rows in it */
	int64_t frames, covered_ms, dropped;
	int64_t people_sum, people_min, people_max;	/* min and max: 0 without frames */
	int64_t gender_frames;		/* those frames of runs with a gender stage, and of them: */
	int64_t gender_people, men_sum, women_sum, unknown_sum;
	int64_t face_frames;		/* those frames of runs with a face stage */
	int64_t faces_sum;
	int64_t gate_frames;		/* those frames of runs with the motion gate, and of them: */
	int64_t gated;			/* those that took an earlier result */
	int64_t aged;			/* minutes that know how old results were when they were stored, and the worst of them: */
	int64_t age_median_ms, age_p95_ms, age_max_ms;
	int64_t frozen, dark;		/* of the frames */
	int64_t moved;			/* sudden changes of view */
	size_t run;			/* of a minute, while it is being loaded: index of its run */
};

/* Adds what was seen, whatever the times; width_ms and start_ms stay. */
void report_bin_add(struct report_bin *to, const struct report_bin *more);
/* Averages over frames; NaN without any. */
double report_bin_people(const struct report_bin *b);
double report_bin_men(const struct report_bin *b);
double report_bin_women(const struct report_bin *b);
double report_bin_unknown(const struct report_bin *b);
double report_bin_faces(const struct report_bin *b);
/* The part of the frames that took an earlier result; NaN where there was no gate. */
double report_bin_gated(const struct report_bin *b);
/* The part of it that was seen, 0..1. */
double report_bin_coverage(const struct report_bin *b);
/* Less than 95 % was seen: such a bin is marked. */
bool report_bin_partial(const struct report_bin *b);

struct report_network {
	char *name, *sha256;		/* NULL: the stage did not run */
};

struct report_run {
	int64_t id;
	char *status, *clock;
	int64_t started_ms, ended_ms;	/* ended_ms 0: not ended */
	struct report_network person, face, gender;
	char *settings;			/* "name = value" lines */
	char *version, *opencv, *input_sha256, *error;	/* the last two may be NULL */
	int64_t frames_read, frames_analyzed, frames_dropped;
	bool gate;			/* the motion gate was on, and in all its minutes so many frames took an earlier result: */
	int64_t gated;
	bool speaks;			/* some of the minutes are its own */
};

/* A stretch in which no frame came from a camera. */
struct report_gap {
	int64_t from_ms, to_ms;		/* an end that was not written is the beginning of the next run */
	bool open;			/* there is no such end either; to_ms is then from_ms */
	char *reason, *detail;		/* detail may be NULL */
};

struct report_source {
	char *name, *kind;
	int64_t id;
	int64_t width, height;
	struct report_run *runs;	/* those that speak, oldest first */
	size_t nruns;
	size_t left_out;		/* older runs with minutes in the period, all of them spoken for by newer ones */
	struct report_bin *minutes;	/* by rising start_ms, at most one each; at least one */
	size_t nminutes;
	struct report_bin total;	/* of all minutes; start_ms and width_ms span them */
	struct report_gap *gaps;	/* that touch the period, by rising from_ms */
	size_t ngaps;
	bool adds_up;			/* runs that hold the same minute saw different parts of it */
	bool live;			/* watched as it happened: drops, ages, gaps and marks mean something */
	bool in_recording;		/* no start is known: times count from the recording's first frame */
};

struct report_view {
	struct report_source *sources;	/* by first minute, then name */
	size_t nsources;
	struct report_bin total;	/* of all sources */
};

/*
 * ERR_INPUT: no such source, or no minutes (in that period); says what there is.  ERR_DATA: a row that
 * cannot be.  v is to be freed in any case.
 */
int report_view_load(struct report_view *v, struct db *d, const struct report_query *q, struct err *e);
void report_view_free(struct report_view *v);

/* Of minute i: the gaps from gaps[*from] on are those that began in it, or after the minute before it; of the last one also those after it.  Returns how many. */
size_t report_gaps_of(const struct report_source *s, size_t i, size_t *from);

/*
 * Bins as wide as it takes for at most 240 of them to span the source: 1, 5, 15 or 60 minutes, else days (however
 * many).  Only bins with minutes are there.  *n of them; free() the result.
 */
struct report_bin *report_bins(const struct report_source *s, int64_t *width_ms, size_t *n);
/* The minute with the highest average, of those at least half seen if there are any; NULL without frames. */
const struct report_bin *report_busiest(const struct report_source *s);

#endif
