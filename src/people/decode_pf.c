/*
 * footfall-pf: raw heads, one output for each stride, named stride_8, stride_16 and so on, of shape
 * (1, 5 * classes, h, w).  Class c has the planes 5c to 5c + 4: left, top, right, bottom, score.
 *
 *	a side lies exp(min(v, 8)) * stride pixels from the cell's centre ((column + 0.5) * stride, (row + 0.5) * stride)
 *	score = sigmoid(v)
 *
 * Each class has boxes of its own, so a face and the person it belongs to may share a cell.  Cells are judged by the raw
 * score: one comparison for each, and no exp but for those that are kept.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "people/decode_parts.h"

enum { PLANES = 5, SIDES = 4 };

/* The stride that an output's name states; 0: it states none. */
static int
stride_of(const struct tensor *t)
{
	static const char head[] = "stride_";
	int64_t v;

	if (strncmp(t->name, head, sizeof(head) - 1) != 0 || num_int(t->name + sizeof(head) - 1, &v) != 0
		|| v < 1 || v > 1024)
		return 0;
	return (int)v;
}

/* Do name, shape and input agree? */
static bool
is_map(const struct decode *c, const struct tensor *t)
{
	const int s = stride_of(t);

	return s > 0 && c->in_h % s == 0 && c->in_w % s == 0
		&& decode_fits(t, &(struct shape) { 4, { 1, PLANES * c->nclasses, c->in_h / s, c->in_w / s } });
}

static void
add(const float *cell, size_t plane, double column, double row, double stride, double min_score, struct dets *d)
{
	const double score = 1 / (1 + exp(-(double)cell[SIDES * plane]));
	double side[SIDES];

	if (!(score >= min_score))
		return;
	for (size_t i = 0; i < SIDES; i++) {
		/* Not fmin, which would make a number of NaN. */
		const double v = (double)cell[i * plane];
		side[i] = exp(v > 8 ? 8 : v) * stride;
	}
	decode_add(d, (column + 0.5) * stride - side[0], (row + 0.5) * stride - side[1],
		side[0] + side[2], side[1] + side[3], score);
}

static void
decode_map(const struct decode *c, const struct tensor *t, struct dets *d)
{
	const size_t height = (size_t)t->dims[2], width = (size_t)t->dims[3], plane = height * width;
	const float *first = t->data + PLANES * plane * (size_t)c->wanted, *score = first + SIDES * plane;
	/* Rounded down: the score itself decides. */
	const float least = nextafterf((float)decode_least_raw(c->min_score), -INFINITY);
	const double stride = stride_of(t);

	for (size_t k = 0; k < plane; k++)
		if (score[k] >= least)
			add(first + k, plane, (double)(k % width), (double)(k / width), stride, c->min_score, d);
}

int
decode_pf(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d, struct err *e)
{
	bool ok = n > 0;

	for (size_t i = 0; i < n && ok; i++) {
		ok = is_map(c, &outs[i]);
		for (size_t k = 0; k < i; k++)
			ok = ok && stride_of(&outs[i]) != stride_of(&outs[k]);
	}
	if (!ok) {
		char expected[128];
		snprintf(expected, sizeof(expected), "maps stride_N (1, %d, height / N, width / N) of an input of %dx%d",
			PLANES * c->nclasses, c->in_w, c->in_h);
		return decode_refuse(outs, n, expected, e);
	}
	for (size_t i = 0; i < n; i++)
		decode_map(c, &outs[i], d);
	return 0;
}
