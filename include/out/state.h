/*
 * Floor 1.  What the writers of JSON and CSV remember between calls.  Private to src/out, so that
 * struct out itself, with its streams, stays inside out.c.
 */
#ifndef FOOTFALL_OUT_STATE_H
#define FOOTFALL_OUT_STATE_H

#include <stdbool.h>

#include "out/out.h"

enum { OUT_DEPTH = 16 };

struct out_state {
	int depth;			/* of open JSON objects and arrays */
	char close[OUT_DEPTH];		/* '}' or ']' of each */
	bool some[OUT_DEPTH];		/* it has a member already */
	bool field;			/* the CSV row has a field already */
};

struct out_state *out_state(struct out *o);

#endif
