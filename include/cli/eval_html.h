/*
 * Floor 6.  What the pages of footfall eval share: their facts, their gallery, and writing them.  Private to
 * src/cli/eval_*html.c.
 */
#ifndef FOOTFALL_CLI_EVAL_HTML_H
#define FOOTFALL_CLI_EVAL_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "out/out.h"
#include "report/eval_page.h"

enum { EVAL_FACTS = 16 };

struct eval_facts {
	struct eval_fact v[EVAL_FACTS];
	size_t n;
};

/* value is taken; NULL: there is no such fact. */
void eval_facts_add(struct eval_facts *f, const char *name, bool code, char *value);
void eval_facts_free(struct eval_facts *f);	/* what it holds */

struct eval_gallery {
	struct eval_picture *v;		/* the caller makes room, in new memory */
	size_t n;
};

/* caption and data are taken. */
void eval_gallery_add(struct eval_gallery *g, const char *kind, char *caption, const struct buf *data);
void eval_gallery_free(struct eval_gallery *g);	/* what it holds */

/* A set by the name of its folder or file, in new memory. */
char *eval_html_set(const char *path);
/* Ends the page that was opened at path; written: what became of it, 0 or -1 with the reason in e, which is returned then. */
int eval_html_close(struct out *o, const char *path, int written, struct err *e);

#endif
