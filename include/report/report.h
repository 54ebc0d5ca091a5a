/*
 * Floor 3.  Reading a database for people: the aligned table and the HTML page.
 */
#ifndef FOOTFALL_REPORT_REPORT_H
#define FOOTFALL_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "out/out.h"
#include "store/db.h"

struct report_query {
	const char *source;	/* name; NULL: all */
	int64_t run_id;		/* 0: all; else only this one, also where a newer one speaks for the minute */
	bool has_from, has_to;
	int64_t from_ms, to_ms;	/* minutes with from <= start < to */
};

/*
 * One row a minute and source: time (UTC), average people with a small bar, min, max, men, women, unknown, frames, coverage.
 * look: or of enum report_look; width: columns to stay within (0: 80), which may cost columns. ERR_INPUT when nothing matches.
 */
enum report_look {
	REPORT_PLAIN = 0,	/* ASCII only, but for names */
	REPORT_BLOCKS = 1,	/* bars of block characters (UTF-8) */
	REPORT_COLOUR = 2	/* ANSI colours */
};
int report_table(struct db *d, const struct report_query *q, struct out *o, unsigned look, int width, struct err *e);
/* The same rows as JSON lines. */
int report_json(struct db *d, const struct report_query *q, struct out *o, struct err *e);
/* One self-contained page with inline SVG. */
int report_html(struct db *d, const struct report_query *q, struct out *o, struct err *e);

#endif
