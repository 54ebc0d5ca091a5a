/*
 * A sorted array, searched by halving: no hash that a file could be made to collide in.
 */
#include "onnx/names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int
by_name(struct slice a, struct slice b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static int
by_name_and_place(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int c = by_name(x->name, y->name);
	return c != 0 ? c : (x->at > y->at) - (x->at < y->at);
}

int
bearers_add(struct bearers *t, struct slice name, size_t at)
{
	if (name.n == 0)
		return 0;
	if (name.n > NAMES_LONGEST)
		return -1;
	if (t->n == t->cap)
		t->v = mem_resize(t->v, t->cap = 2 * t->cap + 64, sizeof *t->v);
	t->v[t->n++] = (struct name) { name, at };
	return 0;
}

void
bearers_sort(struct bearers *t)
{
	if (t->n > 1)
		qsort(t->v, t->n, sizeof *t->v, by_name_and_place);
}

/* How many entries come before the name; with_equal: and it is not before them either. */
static size_t
count_before(const struct bearers *t, struct slice name, bool with_equal)
{
	size_t low = 0, high = t->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = by_name(t->v[middle].name, name);
		if (c < 0 || (with_equal && c == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
bearers_find(const struct bearers *t, struct slice name, const struct name **first)
{
	*first = NULL;
	if (name.n == 0 || t->n == 0)
		return 0;
	size_t from = count_before(t, name, false), to = count_before(t, name, true);
	if (from < to)
		*first = &t->v[from];
	return to - from;
}

void
bearers_free(struct bearers *t)
{
	free(t->v);
	*t = (struct bearers) { 0 };
}
