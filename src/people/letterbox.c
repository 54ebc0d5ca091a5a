/*
 * From a picture to a network's input and back.
 */
#include "people/letterbox.h"

#include <assert.h>
#include <math.h>

static int
scaled(int size, double k, int most)
{
	double r = round(size * k);
	return r < 1 ? 1 : r > most ? most : (int)r;
}

struct letterbox
letterbox_fit(int src_w, int src_h, int in_w, int in_h, enum letterbox_rule rule)
{
	assert(src_w > 0 && src_h > 0 && in_w > 0 && in_h > 0);
	struct letterbox l = {
		.in_w = in_w, .in_h = in_h, .w = in_w, .h = in_h, .src_w = src_w, .src_h = src_h
	};
	if (rule == LETTERBOX_STRETCH)
		return l;

	double k = fmin((double)in_w / src_w, (double)in_h / src_h);
	l.w = scaled(src_w, k, in_w);
	l.h = scaled(src_h, k, in_h);
	if (rule == LETTERBOX_CENTRE) {
		l.x = (in_w - l.w) / 2;
		l.y = (in_h - l.h) / 2;
	}
	return l;
}

void
letterbox_flexible(int src_w, int src_h, int longest, int stride, int *in_w, int *in_h)
{
	assert(src_w > 0 && src_h > 0 && stride > 0 && longest >= stride && longest % stride == 0);
	int longer = src_w > src_h ? src_w : src_h;
	int shorter = src_w > src_h ? src_h : src_w;

	/* Rounded as the picture will be, so that no stride is spent on a fraction of a pixel. */
	int need = scaled(shorter, (double)longest / longer, longest);
	int other = (need + stride - 1) / stride * stride;
	*in_w = src_w > src_h ? longest : other;
	*in_h = src_w > src_h ? other : longest;
}

void
letterbox_back_point(const struct letterbox *l, double *x, double *y)
{
	*x = (*x - l->x) * l->src_w / l->w;
	*y = (*y - l->y) * l->src_h / l->h;
}

struct box
letterbox_back(const struct letterbox *l, struct box b)
{
	letterbox_back_point(l, &b.x, &b.y);
	b.w = b.w * l->src_w / l->w;
	b.h = b.h * l->src_h / l->h;
	return b;
}

struct box
letterbox_forth(const struct letterbox *l, struct box b)
{
	return (struct box){
		b.x * l->w / l->src_w + l->x, b.y * l->h / l->src_h + l->y,
		b.w * l->w / l->src_w, b.h * l->h / l->src_h
	};
}
