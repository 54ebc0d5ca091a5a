/*
 * Layouts whose boxes the network has decoded itself: YOLOv5, YOLOv8 and YOLO11, end-to-end
 * exports, Darknet.
 *
 * yolov5   (1, 3 * cells, 5 + nc)  cx, cy, w, h in input pixels, objectness, class scores;
 *                                  score = objectness * class
 * yolov8   (1, 4 + nc, cells)      the same as rows, without objectness
 * end2end  (1, n, 6)               x1, y1, x2, y2 in input pixels, score, class; suppressed
 * darknet  (n, 5 + nc) per [yolo]  cx, cy, w, h as fractions, objectness, class scores that are
 *                                  multiplied by it already (OpenCV leaves out those below 0.2)
 *
 * The number of rows tells YOLOv5 (three anchors a cell) from YOLOX (one), so it is checked too.
 */
#include "people/decode_parts.h"

#include <stdio.h>

/* Strides of the usual heads, and the one that the large (P6) variants add. */
static const int STRIDES[] = { 8, 16, 32, 64 };

static struct det *
add_centred(struct dets *d, double cx, double cy, double w, double h, double score)
{
	return decode_add(d, cx - w / 2, cy - h / 2, w, h, score);
}

/* The output with per_cell rows for each cell of three strides, or four; dims[across] of them. */
static const struct tensor *
by_cells(const struct decode *c, const struct tensor *outs, size_t n, int per_cell, int across,
	int numbers, struct err *e)
{
	int64_t small = per_cell * decode_cells(c->in_w, c->in_h, STRIDES, 3);
	int64_t large = per_cell * decode_cells(c->in_w, c->in_h, STRIDES, 4);
	int along = across == 1 ? 2 : 1;

	for (size_t i = 0; i < n; i++) {
		const struct tensor *t = &outs[i];
		if (t->ndims == 3 && t->dims[0] == 1 && t->dims[along] == numbers
			&& (t->dims[across] == small || t->dims[across] == large))
			return t;
	}
	char expected[128];
	long long a = across == 1 ? small : numbers, b = across == 1 ? numbers : small;
	snprintf(expected, sizeof(expected), "(1, %lld, %lld) for %d classes at %dx%d", a, b,
		c->nclasses, c->in_w, c->in_h);
	decode_refuse(outs, n, expected, e);
	return NULL;
}

int
decode_yolov5(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const struct tensor *t = by_cells(c, outs, n, 3, 1, 5 + c->nclasses, e);
	if (!t)
		return -1;

	const float min = (float)c->min_score;
	const size_t step = (size_t)t->dims[2];
	const float *p = t->data;
	for (int i = 0; i < t->dims[1]; i++, p += step) {
		/* A class score is at most 1, so nearly every row ends here. */
		if (!(p[4] >= min))
			continue;
		double score = (double)p[4] * p[5 + c->wanted];
		if (score >= c->min_score)
			add_centred(d, p[0], p[1], p[2], p[3], score);
	}
	return 0;
}

int
decode_yolov8(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const struct tensor *t = by_cells(c, outs, n, 1, 2, 4 + c->nclasses, e);
	if (!t)
		return -1;

	const size_t cells = (size_t)t->dims[2];
	const float *cx = t->data, *cy = cx + cells, *w = cy + cells, *h = w + cells;
	const float *score = h + cells + (size_t)c->wanted * cells;
	for (size_t i = 0; i < cells; i++) {
		if (score[i] >= c->min_score)
			add_centred(d, cx[i], cy[i], w[i], h[i], score[i]);
	}
	return 0;
}

int
decode_end2end(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const struct shape shape = { 3, { 1, DECODE_ANY, 6 } };
	const struct tensor *t = decode_shaped(outs, n, &shape, e);
	if (!t)
		return -1;

	const float *p = t->data;
	for (int i = 0; i < t->dims[1]; i++, p += 6) {
		if (p[4] >= c->min_score && p[5] == (float)c->wanted)
			decode_add(d, p[0], p[1], (double)p[2] - p[0], (double)p[3] - p[1], p[4]);
	}
	return 0;
}

int
decode_darknet(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const struct shape plain = { 2, { DECODE_ANY, 5 + c->nclasses } };
	const struct shape batch = { 3, { 1, DECODE_ANY, 5 + c->nclasses } };

	for (size_t i = 0; i < n; i++) {
		if (!decode_fits(&outs[i], &plain) && !decode_fits(&outs[i], &batch)) {
			decode_shaped(&outs[i], 1, &plain, e);
			return -1;
		}
	}
	if (n == 0)
		return decode_refuse(outs, n, "an output for each [yolo] layer", e);

	const float min = (float)c->min_score;
	for (size_t i = 0; i < n; i++) {
		const struct tensor *t = &outs[i];
		const int rows = t->dims[t->ndims - 2];
		const size_t step = (size_t)t->dims[t->ndims - 1];
		const float *p = t->data;
		for (int r = 0; r < rows; r++, p += step) {
			if (!(p[4] >= min))
				continue;
			double score = p[5 + c->wanted];
			if (score >= c->min_score)
				add_centred(d, (double)p[0] * c->in_w, (double)p[1] * c->in_h,
					(double)p[2] * c->in_w, (double)p[3] * c->in_h, score);
		}
	}
	return 0;
}
