/*
 * Floor 1.  What `footfall db check` found: lines of text, and how many.
 */
#ifndef FOOTFALL_STORE_FINDINGS_H
#define FOOTFALL_STORE_FINDINGS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

enum { FINDINGS_LISTED = 1000 };	/* spelled out; the others are only counted */

struct findings {
	struct buf *text;	/* borrowed; one line each */
	int64_t n;
};

void findings_add(struct findings *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Runs a query and gives each of its rows to each(). */
int findings_query(struct findings *f, struct db *d, const char *sql,
	void (*each)(struct findings *f, struct stmt *s), struct err *e);
/* A column for a message: its text, or "NULL". */
const char *findings_text(const struct stmt *s, int i);

/* Rows that no footfall would have written: values out of range, rows that contradict each other. */
int findings_in_rows(struct findings *f, struct db *d, struct err *e);

#endif
