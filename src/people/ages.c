/*
 * Percentiles by sorting: a minute of a fast camera holds a few thousand ages, and they are wanted once a minute.
 */
#include "people/ages.h"

#include <stdlib.h>

#include "base/mem.h"

void
ages_add(struct ages *a, int64_t ms)
{
	if (a->n == a->cap) {
		a->cap = a->cap > 0 ? 2 * a->cap : 256;
		a->v = mem_resize(a->v, a->cap, sizeof *a->v);
	}
	a->v[a->n++] = ms > 0 ? ms : 0;
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* percent of 100 of the n sorted ages do not exceed it; n >= 1. */
static int64_t
nearest_rank(const struct ages *a, size_t percent)
{
	return a->v[(percent * a->n + 99) / 100 - 1];
}

struct ages_summary
ages_summary(struct ages *a)
{
	if (a->n == 0)
		return (struct ages_summary){ -1, -1, -1 };
	qsort(a->v, a->n, sizeof *a->v, by_size);
	return (struct ages_summary){ nearest_rank(a, 50), nearest_rank(a, 95), a->v[a->n - 1] };
}

void
ages_clear(struct ages *a)
{
	a->n = 0;
}

void
ages_free(struct ages *a)
{
	free(a->v);
	*a = (struct ages){ 0 };
}
