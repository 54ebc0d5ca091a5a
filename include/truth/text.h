/*
 * Floor 2.  Text of label files: pieces of it, and rows of fields.
 */
#ifndef FOOTFALL_TRUTH_TEXT_H
#define FOOTFALL_TRUTH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

/* Label files larger than this (unpacked) are refused. */
#define TEXT_MAX ((size_t)1 << 30)

/* Boxes that reach further (in pixels) are refused: no picture does, and areas of such boxes may overflow. */
#define BOX_MAX 1e9

/* A piece of a text, not terminated. */
struct span {
	const char *s;
	size_t n;
};

static inline bool
span_is(struct span s, const char *word)
{
	return s.n == strlen(word) && memcmp(s.s, word, s.n) == 0;
}

/* For "%.*s" in messages: the first 60 bytes. */
#define SPAN_SHOWN(span) ((int)((span).n < 60 ? (span).n : 60)), (span).s

/*
 * Is it text: UTF-8 without NUL?  A byte order mark is cut off.  ERR_DATA names what is wrong: the
 * line of the first byte that is no UTF-8, UTF-16 by its mark, compressed or binary data.
 */
int text_check(const char *what, struct span *text, struct err *e);
/* Adds the character to b, as UTF-8. */
void text_put(struct buf *b, uint32_t character);

enum { ROW_FIELDS = 64 };

enum rows_kind {
	ROWS_SPACES,		/* fields between spaces and tabs */
	ROWS_CSV		/* RFC 4180: commas, quotes, line ends within quotes */
};

/* Rows of a text whose lines end in LF or CRLF; empty lines are passed over. */
struct rows {
	enum rows_kind kind;
	const char *what;		/* names the text in messages */
	const char *at, *end;
	size_t line;			/* of the row, from 1 */
	size_t next_line;
	struct span text;		/* the row as it stands, without its end and the spaces around it */
	size_t nfields;			/* all that it has */
	const char *field[ROW_FIELDS];	/* the first of them, terminated; valid until the next row */
	struct buf kept;		/* the fields' text */
};

/* Starts on text, which stays the caller's and must stay; checks it as text_check does. */
int rows_init(struct rows *r, enum rows_kind kind, const char *what, struct span text, struct err *e);
/* 1: a row; 0: the end; -1: ERR_DATA, a quote that has no end or stands amid a field. */
int rows_next(struct rows *r, struct err *e);
/* Refuses the row: "WHAT:LINE: ..."; returns -1. */
int rows_refuse(const struct rows *r, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void rows_free(struct rows *r);

#endif
