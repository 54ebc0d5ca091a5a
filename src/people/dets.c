/*
 * A list of candidates that grows.
 */
#include "people/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct det *
dets_add(struct dets *d)
{
	if (d->n == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 64;
		d->v = mem_resize(d->v, d->cap, sizeof(*d->v));
	}
	struct det *v = &d->v[d->n++];
	memset(v, 0, sizeof(*v));
	return v;
}

void
dets_clear(struct dets *d)
{
	d->n = 0;
}

void
dets_free(struct dets *d)
{
	free(d->v);
	*d = (struct dets){0};
}
