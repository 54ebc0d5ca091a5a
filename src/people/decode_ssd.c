/*
 * Layouts that count the background as class 0: SSD and Ultra-Light.  The registry's class names
 * leave it out, so that class i of the registry is number i + 1 of the network.
 *
 * ssd         (1, 1, n, 7): picture, class, score, x1, y1, x2, y2 as fractions of the input;
 *             rows that were not filled are zero
 * ultralight  scores (1, n, 1 + nc), boxes (1, n, 4): x1, y1, x2, y2 as fractions, decoded
 */
#include "people/decode_parts.h"

#include <stdio.h>

static void
add_corners(const struct decode *c, const float *b, double score, struct dets *d)
{
	decode_add(d, (double)b[0] * c->in_w, (double)b[1] * c->in_h,
		((double)b[2] - b[0]) * c->in_w, ((double)b[3] - b[1]) * c->in_h, score);
}

int
decode_ssd(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const struct shape shape = { 4, { 1, 1, DECODE_ANY, 7 } };
	const struct tensor *t = decode_shaped(outs, n, &shape, e);
	if (!t)
		return -1;

	const float *p = t->data;
	for (int i = 0; i < t->dims[2]; i++, p += 7) {
		if (p[0] == 0 && p[1] == (float)(c->wanted + 1) && p[2] >= c->min_score)
			add_corners(c, p + 3, p[2], d);
	}
	return 0;
}

int
decode_ultralight(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const struct shape shape = { 3, { 1, DECODE_ANY, 1 + c->nclasses } };
	const struct tensor *scores = tensor_find(outs, n, "scores");
	if (!scores || !decode_fits(scores, &shape)) {
		char expected[64];
		snprintf(expected, sizeof(expected), "scores (1, n, %d)", 1 + c->nclasses);
		return decode_refuse(outs, n, expected, e);
	}
	const int rows = scores->dims[1];
	const struct tensor *boxes = decode_table(outs, n, "boxes", rows, 4, e);
	if (!boxes)
		return -1;

	const size_t step = (size_t)scores->dims[2];
	const float *score = scores->data + 1 + c->wanted, *b = boxes->data;
	for (int i = 0; i < rows; i++, score += step, b += 4) {
		if (*score >= c->min_score)
			add_corners(c, b, *score, d);
	}
	return 0;
}
