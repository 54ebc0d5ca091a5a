/*
 * Non-maximum suppression.  Class-aware by construction: one run of a network decodes one class,
 * so boxes of different classes never meet in one list.
 */
#include "people/decode.h"

#include <math.h>
#include <stdlib.h>

#include "base/box.h"
#include "people/mtcnn.h"

static int
by_number(double a, double b)
{
	return (a > b) - (a < b);
}

/* A total order, so that qsort, which is not stable, gives the same order everywhere. */
static int
best_first(const void *va, const void *vb)
{
	const struct det *a = va, *b = vb;
	int c = by_number(b->score, a->score);
	if (c == 0)
		c = by_number(a->x, b->x);
	if (c == 0)
		c = by_number(a->y, b->y);
	if (c == 0)
		c = by_number(a->w, b->w);
	if (c == 0)
		c = by_number(a->h, b->h);
	return c;
}

static struct box
box_of(const struct det *d)
{
	return (struct box){d->x, d->y, d->w, d->h};
}

static double
over_union(const struct det *a, const struct det *b)
{
	return box_iou(box_of(a), box_of(b));
}

static double
over_smaller(const struct det *a, const struct det *b)
{
	double w = fmin(a->x + a->w, b->x + b->w) - fmax(a->x, b->x);
	double h = fmin(a->y + a->h, b->y + b->h) - fmax(a->y, b->y);
	double smaller = fmin(box_area(box_of(a)), box_area(box_of(b)));
	return w > 0 && h > 0 && smaller > 0 ? w * h / smaller : 0;
}

static void
suppress(struct dets *d, double limit, double (*overlap)(const struct det *, const struct det *))
{
	if (d->n < 2)
		return;
	qsort(d->v, d->n, sizeof(*d->v), best_first);
	if (limit >= 1)
		return;

	size_t kept = 0;
	for (size_t i = 0; i < d->n; i++) {
		size_t k = 0;
		while (k < kept && !(overlap(&d->v[i], &d->v[k]) > limit))
			k++;
		if (k == kept)
			d->v[kept++] = d->v[i];
	}
	d->n = kept;
}

void
nms(struct dets *d, double iou)
{
	suppress(d, iou, over_union);
}

void
nms_min(struct dets *d, double threshold)
{
	suppress(d, threshold, over_smaller);
}
