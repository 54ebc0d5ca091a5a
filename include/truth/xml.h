/*
 * Floor 2.  A pull reader of as much XML 1.0 as annotation files have: elements and text, UTF-8.
 * Attributes are checked and passed over, so are comments and processing instructions.  DOCTYPE is
 * refused: with it come entities that swell to gigabytes ("billion laughs") or name other files, and no
 * annotation needs them.  Errors are ERR_DATA and begin "WHAT:LINE: ".
 */
#ifndef FOOTFALL_TRUTH_XML_H
#define FOOTFALL_TRUTH_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "truth/text.h"

enum { XML_DEPTH = 32 };	/* elements in each other; more is refused */

enum xml_event {
	XML_ERROR = -1,
	XML_END,		/* of the text: the root element is closed */
	XML_OPEN, XML_CLOSE,	/* of the element name[depth - 1]; <a/> gives both */
	XML_TEXT		/* of that element, entities replaced; never empty, and may come in several pieces */
};

struct xml {
	const char *what;
	const char *start, *at, *end;
	struct span name[XML_DEPTH];	/* of the open elements, the root first */
	int depth;
	bool closed;			/* the last element was <a/>, or its end was given: it goes with the next call */
	bool pending;			/* <a/>: XML_CLOSE comes next */
	bool rooted;			/* the root element was seen */
	struct buf text;		/* of XML_TEXT; valid until the next call */
	struct err *e;
};

/* text stays the caller's and must stay. */
int xml_init(struct xml *x, const char *what, struct span text, struct err *e);
enum xml_event xml_next(struct xml *x);
/* Are exactly these elements open (NULL-terminated)? */
bool xml_path(const struct xml *x, const char *const *names);
/* Refuses what stands here; returns -1. */
int xml_fail(struct xml *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void xml_free(struct xml *x);

#endif
