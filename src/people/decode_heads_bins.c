/*
 * Networks cut at their head convolutions (onnx/cut.h) whose boxes are distances from a point of the cell to the four sides,
 * each the mean of a distribution over bins, in strides (https://arxiv.org/abs/2006.04388, general distribution):
 *
 *	yolov8	three maps (1, 64, h, w) of 16 bins a side, from the cell's centre, (column + 0.5) * stride;
 *		three (1, 1, h, w) of the class
 *	nanodet	three maps (1, 33, h, w), class and 8 bins a side, from column * stride + (stride - 1) / 2
 *
 * Maps belong together by their size: the order of a network's outputs is OpenCV's choice. The score is the sigmoid of the
 * class, so a cell is judged by that.
 */
#include <math.h>

#include "people/decode_heads.h"
#include "people/decode_parts.h"

enum { MAPS = 3, SIDES = 4, YOLO_BINS = 16, NANO_BINS = 8 };

struct cells {
	const float *class, *sides;
	size_t width, plane;
	double stride, point;	/* within a cell, pixels */
	int bins;
};

static void
decode_cells_of(const struct decode *c, const struct cells *m, struct dets *d)
{
	const double least = decode_least_raw(c->min_score);
	for (size_t k = 0; k < m->plane; k++) {
		if (!((double)m->class[k] >= least))
			continue;
		double score = heads_sigmoid((double)m->class[k]), side[SIDES];
		if (!(score >= c->min_score))
			continue;
		for (int i = 0; i < SIDES; i++)
			side[i] = m->stride * heads_mean(m->sides + (size_t)(i * m->bins) * m->plane + k, m->plane, m->bins);
		double x = (double)(k % m->width) * m->stride + m->point, y = (double)(k / m->width) * m->stride + m->point;
		decode_add(d, x - side[0], y - side[1], side[0] + side[2], side[1] + side[3], score);
	}
}

static struct cells
cells_of(const struct decode *c, const struct tensor *sides)
{
	struct cells m = { .width = (size_t)sides->dims[3], .sides = sides->data };
	m.plane = m.width * (size_t)sides->dims[2];
	m.stride = (double)c->in_w / (double)m.width;
	return m;
}

int
decode_yolov8_heads(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d, struct err *e)
{
	const struct tensor *sides[MAPS], *class[MAPS];
	size_t maps = 0;
	bool ok = n == 2 * MAPS;
	for (size_t i = 0; i < n && ok; i++) {
		if (!heads_is_map(c, &outs[i], SIDES * YOLO_BINS))
			continue;
		ok = maps < MAPS && (class[maps] = heads_beside(c, outs, n, &outs[i], 0)) != NULL
		    && heads_beside(c, outs, n, &outs[i], 1) == NULL;
		if (ok)
			sides[maps++] = &outs[i];
	}
	if (!ok || maps != MAPS)
		return decode_refuse(outs, n, "three maps (1, 64, height / stride, width / stride), and one channel for each", e);
	for (size_t i = 0; i < MAPS; i++) {
		struct cells m = cells_of(c, sides[i]);
		m.class = class[i]->data;
		m.bins = YOLO_BINS;
		m.point = m.stride / 2;
		decode_cells_of(c, &m, d);
	}
	return 0;
}

int
decode_nanodet_heads(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d, struct err *e)
{
	bool ok = n == MAPS;
	for (size_t i = 0; i < n && ok; i++)
		ok = heads_is_map(c, &outs[i], 1 + SIDES * NANO_BINS);
	if (!ok)
		return decode_refuse(outs, n, "three maps (1, 33, height / stride, width / stride)", e);
	for (size_t i = 0; i < MAPS; i++) {
		struct cells m = cells_of(c, &outs[i]);
		m.class = m.sides;
		m.sides += m.plane;
		m.bins = NANO_BINS;
		m.point = (m.stride - 1) / 2;
		decode_cells_of(c, &m, d);
	}
	return 0;
}
