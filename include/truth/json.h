/*
 * Floor 2.  A pull reader of JSON (RFC 8259, strictly): no tree, the caller asks for what should
 * come next and passes over the rest.
 *
 *	json_object(&j);
 *	while (json_member(&j, &key)) {
 *		if (span_is(key, "id"))
 *			json_int(&j, &id);
 *		else
 *			json_skip(&j);
 *	}
 *	json_end(&j);
 *	if (j.failed) ...
 *
 * The first failure stays: later calls do nothing, give 0 or false, and loops end by themselves.  Errors
 * are ERR_DATA and begin "WHAT:LINE:COLUMN: ", columns being characters, from 1.  After json_member
 * and json_item said true, exactly one value is to be read.  Duplicate keys come twice, so that the
 * last one wins; what was passed over has been checked like everything else.
 */
#ifndef FOOTFALL_TRUTH_JSON_H
#define FOOTFALL_TRUTH_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "truth/text.h"

enum { JSON_DEPTH = 64 };	/* of nested objects and arrays; more is refused */

enum json_kind { JSON_NONE, JSON_OBJECT, JSON_ARRAY, JSON_TEXT, JSON_NUMBER, JSON_BOOL, JSON_NULL };

struct json {
	const char *what;
	const char *start, *at, *end;
	const char *value;		/* where the last value or key began, for messages */
	int depth;
	bool first;			/* nothing was read since the innermost object or array was opened */
	bool failed;
	/* Let NaN and Infinity, and 1e999, through for a caller who refuses them with a better reason. */
	bool pass_infinite;
	struct buf text;		/* the last text that had escapes */
	struct err *e;
};

/* text stays the caller's and must stay, and text.s[text.n] must be NUL, as in a struct buf. */
void json_init(struct json *j, const char *what, struct span text, struct err *e);
void json_free(struct json *j);

/* What stands next; JSON_NONE: nothing that begins a value. */
enum json_kind json_kind(struct json *j);

void json_object(struct json *j);
bool json_member(struct json *j, struct span *key);	/* key is valid until the next call */
void json_array(struct json *j);
bool json_item(struct json *j);

double json_real(struct json *j);
/* Whole numbers, also when written 3.0 or 3e2; refused outside of 64 bits, or of 2^53 when so written. */
int64_t json_int(struct json *j);
/* true, false, or a number that is 0 or 1. */
bool json_flag(struct json *j);
struct span json_text(struct json *j);			/* valid until the next call */
void json_skip(struct json *j);				/* any value */
void json_end(struct json *j);				/* nothing but white space may follow */

/* Remembers the value that stands next in *place, to come back to later, and passes over it. */
void json_mark(struct json *j, const char **place);
/* Goes to a marked value, as a reader that has it before it. */
void json_go(struct json *j, const char *place);

/* Fails at the last value read; returns -1. */
int json_fail(struct json *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
