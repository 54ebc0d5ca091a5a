/*
 * Floor 1, pure.  Which things bear a name. Thousands of names are looked up in a graph, and a hostile one makes
 * them many: finding one must not mean looking at all.
 */
#ifndef FOOTFALL_ONNX_NAMES_H
#define FOOTFALL_ONNX_NAMES_H

#include <stddef.h>

#include "onnx/wire.h"

enum { NAMES_LONGEST = 1024 };

struct name {
	struct slice name;
	size_t at;		/* what bears it: an index into an array of the caller's */
};

struct bearers {
	struct name *v;
	size_t n, cap;
};

/* The empty name stands for a value left out: it names nothing, and is not taken. -1: longer than NAMES_LONGEST. */
int bearers_add(struct bearers *t, struct slice name, size_t at);
/* After the last bearers_add, before the first bearers_find. */
void bearers_sort(struct bearers *t);
/* How many bear the name; *first is the one with the least `at`, the others follow it in order. */
size_t bearers_find(const struct bearers *t, struct slice name, const struct name **first);
void bearers_free(struct bearers *t);

#endif
