/*
 * YOLOX cut at its head convolutions (onnx/cut.h): for each of three strides a map (1, 4, h, w) of x, y, w, h, as YOLOX gives them
 * uncut, and two (1, 1, h, w), objectness and class before the sigmoid:
 *
 *	cx = (x + column) * stride	w = exp(w) * stride	score = s(objectness) * s(class)
 *
 * Maps belong together by their size: the order of a network's outputs is OpenCV's choice. Which of the two is the objectness does not
 * matter: the score is at most either.
 */
#include <math.h>

#include "people/decode_heads.h"
#include "people/decode_parts.h"

enum { MAPS = 3 };

static void
add(const struct decode *c, const float *box, size_t plane, double column, double row, double stride, double score,
	struct dets *d)
{
	if (!(score >= c->min_score))
		return;
	double cx = ((double)box[0] + column) * stride, cy = ((double)box[plane] + row) * stride;
	double w = exp((double)box[2 * plane]) * stride, h = exp((double)box[3 * plane]) * stride;
	decode_add(d, cx - w / 2, cy - h / 2, w, h, score);
}

static void
decode_map(const struct decode *c, const struct tensor *boxes, const float *a, const float *b, struct dets *d)
{
	const size_t width = (size_t)boxes->dims[3], plane = (size_t)boxes->dims[2] * width;
	const double stride = (double)c->in_w / (double)width, least = decode_least_raw(c->min_score);
	for (size_t k = 0; k < plane; k++)
		if ((double)a[k] >= least && (double)b[k] >= least)
			add(c, boxes->data + k, plane, (double)(k % width), (double)(k / width), stride,
			    heads_sigmoid((double)a[k]) * heads_sigmoid((double)b[k]), d);
}

int
decode_yolox_heads(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d, struct err *e)
{
	const struct tensor *boxes[MAPS], *a[MAPS], *b[MAPS];
	size_t maps = 0;
	bool ok = n == 3 * MAPS;
	for (size_t i = 0; i < n && ok; i++) {
		if (!heads_is_map(c, &outs[i], 4))
			continue;
		ok = maps < MAPS && (a[maps] = heads_beside(c, outs, n, &outs[i], 0)) != NULL
		    && (b[maps] = heads_beside(c, outs, n, &outs[i], 1)) != NULL
		    && heads_beside(c, outs, n, &outs[i], 2) == NULL;
		if (ok)
			boxes[maps++] = &outs[i];
	}
	if (!ok || maps != MAPS)
		return decode_refuse(outs, n, "three maps (1, 4, height / stride, width / stride), and two channels for each", e);
	for (size_t i = 0; i < MAPS; i++)
		decode_map(c, boxes[i], a[i]->data, b[i]->data, d);
	return 0;
}
