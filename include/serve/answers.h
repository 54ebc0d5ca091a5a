/*
 * Floor 4.  What was read, as JSON, CSV and the Prometheus text format.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_ANSWERS_H
#define FOOTFALL_SERVE_ANSWERS_H

#include <stdbool.h>

#include "base/buf.h"
#include "serve/query.h"

/* All append one document. */
void answer_now(struct buf *b, const struct query_now *v, bool pictures);
void answer_minutes(struct buf *b, const char *source, const struct query_minutes *v);
void answer_minutes_csv(struct buf *b, const char *source, const struct query_minutes *v);
void answer_days(struct buf *b, const char *source, const int64_t *days, size_t n);
void answer_error(struct buf *b, const char *message);

/* What is not in the database. */
struct metrics_own {
	bool up;			/* the database could be read; else v is empty */
	const char *sqlite, *microhttpd;
	int64_t rss_bytes, descriptors, threads;	/* -1: not known */
	double start_s;			/* of the process, since 1970; NaN: not known */
	int64_t database_bytes, log_bytes;		/* -1: not known */
};

/* Prometheus' text format, version 0.0.4. */
void answer_metrics(struct buf *b, const struct query_now *v, const struct metrics_own *own);

#endif
