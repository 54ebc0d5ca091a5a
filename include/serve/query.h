/*
 * Floor 4.  What the page, its JSON and the metrics tell, read from the database.  Every function here is one short read
 * transaction: a writer never waits for a reader, but its log grows for as long as one reads.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_QUERY_H
#define FOOTFALL_SERVE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

enum {
	QUERY_FRESH_MS = 15000,		/* an older frame says nothing of now */
	QUERY_QUIET_MS = 60000,		/* a live source that gave nothing for so long is ill */
	QUERY_MOST = 10000,		/* entries of an answer */
	QUERY_DAYS = 400
};
#define QUERY_YEARS_MS (INT64_C(10) * 366 * 86400 * 1000)	/* longest time that is asked for at once */

/* A database is input like any other: these keep sums and differences of what it holds within their range. */
#define QUERY_TIME_LEAST INT64_C(-62167219200000)	/* years 0000 to 9999 */
#define QUERY_TIME_MOST INT64_C(253402300800000)
#define QUERY_COUNT_MOST INT64_C(10000000000)
int64_t query_count(const struct stmt *s, int i);
int64_t query_time(const struct stmt *s, int i);

struct query_gap {
	int64_t from_ms, to_ms;		/* to_ms INT64_MAX: open */
	char *reason, *detail;		/* detail may be NULL */
};

struct query_gap_count {
	char *reason;
	int64_t n;
};

/* How a source is. */
struct query_source {
	int64_t id;
	char *name, *kind, *uri;
	int64_t width, height;		/* 0: not known */
	/* the newest run; run 0: there is none */
	int64_t run, started_ms;
	char *status;			/* NULL without a run */
	bool live;			/* it is running */
	bool wall;			/* its frames' times are those of the wall clock */
	bool has_frame, has_people;	/* people: of the newest frame, when it runs, that is fresh and no gap is open */
	int64_t frame_ms, people, men, women;
	double fps;			/* these are NaN where there is nothing to tell */
	double age_ms, age_p95_ms;
	double coverage;		/* of the last 60 minutes that ended, or since the source began */
	int64_t dropped;		/* in the last 60 minutes */
	int64_t reconnects;		/* in the last 24 hours */
	bool has_gap;
	struct query_gap gap;		/* open now */
	bool frozen, dark, moved;	/* in the minute that ended last */
	bool has_ended;
	int64_t ended_ms;		/* start of the newest minute that has ended */
	int64_t frames;			/* of the newest run */
	struct query_gap_count *gaps;	/* those of the last 24 hours, by reason */
	size_t ngaps;
};

struct query_now {
	int64_t time_ms;
	struct query_source *sources;
	size_t n;
};

int query_now(struct db *d, int64_t now_ms, struct query_now *out, struct err *e);
void query_now_free(struct query_now *v);	/* what it holds */

struct query_minute {
	int64_t t;			/* its start */
	int64_t frames, covered_ms, dropped;
	int64_t people, men, women, unknown;	/* sums over the frames */
	int64_t min, max;
	int64_t length_ms;		/* that it stands for */
	double age_p95_ms;		/* the largest; NaN: not known */
};

struct query_minutes {
	int64_t source_id;
	int64_t from_ms, to_ms;		/* as asked for, at whole minutes */
	int64_t step;			/* minutes that an entry stands for */
	struct query_minute *v;
	size_t n;
	struct query_gap *gaps;		/* that touch it, at most QUERY_MOST */
	size_t ngaps;
};

/*
 * Entries of step minutes from from_ms (floored to a minute) on; those without frames are left out.  Where runs hold
 * the same minute, those of a camera are added up, of a recording the newest speaks, as in the views of the schema.  1 found; 0: no such source; -1.
 * ERR_USAGE: it would be more than QUERY_MOST entries, or more than QUERY_YEARS_MS.
 */
int query_minutes(struct db *d, const char *source, int64_t from_ms, int64_t to_ms, int64_t step, struct query_minutes *out,
	struct err *e);
void query_minutes_free(struct query_minutes *v);

/*
 * Days (numbered from 1970-01-01) of which there are minutes, newest first, at most QUERY_DAYS; zone_minutes: what is to be added to UTC.
 * 1 found; 0: no such source; -1.
 */
int query_days(struct db *d, const char *source, int64_t zone_minutes, int64_t **out, size_t *n, struct err *e);

/* 1: there is such a source. */
int query_source(struct db *d, const char *source, int64_t *id, bool *adds, struct err *e);

/* Live sources that have given nothing for QUERY_QUIET_MS. */
int query_quiet(struct db *d, int64_t now_ms, int64_t *n, struct err *e);

#endif
