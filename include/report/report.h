/*
 * Floor 4.  Reading a database for people: the aligned table and the HTML page.
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
	bool has_from, has_to;
	int64_t from_ms, to_ms;	/* minutes with from <= start < to */
};

/*
 * One row a minute and source: time (UTC), average people with a small bar, min, max, men, women, unknown, frames, coverage.
 * colour: ANSI colours and block characters allowed; width: columns to stay within (0: 80). ERR_INPUT when nothing matches.
 */
int report_table(struct db *d, const struct report_query *q, struct out *o, bool colour, int width, struct err *e);
/* The same rows as JSON lines. */
int report_json(struct db *d, const struct report_query *q, struct out *o, struct err *e);
/* One self-contained page with inline SVG. */
int report_html(struct db *d, const struct report_query *q, struct out *o, struct err *e);

#endif
