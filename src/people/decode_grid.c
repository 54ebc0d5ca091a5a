/*
 * Layouts that leave the grid to the reader: YOLOX, NanoDet, FastestDet.
 *
 * yolox       (1, cells, 5 + nc), strides 8, 16, 32, row by row: cx = (x + col) * stride,
 *             w = exp(w) * stride, ...; objectness and classes are probabilities
 * nanodet     per stride classes (1, n, nc) and distances (1, n, 32): left, top, right, bottom
 *             from the cell's centre, each the mean of a distribution over 8 bins, in strides;
 *             the centre is col * stride + (stride - 1) / 2
 * fastestdet  (1, 5 + nc, rows, cols) in planes: objectness, dx, dy, w, h, classes;
 *             cx = (col + tanh dx) / cols, w = sigmoid(w), of the input's size;
 *             score = objectness^0.6 * class^0.4
 */
#include "people/decode_parts.h"

#include <math.h>

static const int STRIDES[] = { 8, 16, 32 };
enum { NSTRIDES = 3, BINS = 8 };

int
decode_yolox(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const int cells = (int)decode_cells(c->in_w, c->in_h, STRIDES, NSTRIDES);
	const struct shape shape = { 3, { 1, cells, 5 + c->nclasses } };
	const struct tensor *t = decode_shaped(outs, n, &shape, e);
	if (!t)
		return -1;

	const float min = (float)c->min_score;
	const size_t step = (size_t)t->dims[2];
	const float *p = t->data;
	for (int s = 0; s < NSTRIDES; s++) {
		const int stride = STRIDES[s], cols = c->in_w / stride, rows = c->in_h / stride;
		for (int row = 0; row < rows; row++) {
			for (int col = 0; col < cols; col++, p += step) {
				if (!(p[4] >= min))
					continue;
				double score = (double)p[4] * p[5 + c->wanted];
				if (!(score >= c->min_score))
					continue;
				double w = exp(p[2]) * stride, h = exp(p[3]) * stride;
				double cx = ((double)p[0] + col) * stride, cy = ((double)p[1] + row) * stride;
				decode_add(d, cx - w / 2, cy - h / 2, w, h, score);
			}
		}
	}
	return 0;
}

/* The mean of a distribution that is given by the logarithms of its weights. */
static double
expectation(const float *logits)
{
	float most = logits[0];
	for (int i = 1; i < BINS; i++)
		most = fmaxf(most, logits[i]);
	double sum = 0, mean = 0;
	for (int i = 0; i < BINS; i++) {
		double w = exp((double)logits[i] - most);
		sum += w;
		mean += w * i;
	}
	return mean / sum;
}

static void
nanodet_stride(const struct decode *c, int stride, const float *classes, const float *sides,
	struct dets *d)
{
	const int cols = c->in_w / stride, rows = c->in_h / stride;
	const float *score = classes + c->wanted;

	for (int row = 0; row < rows; row++) {
		for (int col = 0; col < cols; col++, score += c->nclasses, sides += 4 * BINS) {
			if (!(*score >= c->min_score))
				continue;
			double cx = col * stride + (stride - 1) / 2.0;
			double cy = row * stride + (stride - 1) / 2.0;
			double left = expectation(sides) * stride;
			double top = expectation(sides + BINS) * stride;
			double right = expectation(sides + 2 * BINS) * stride;
			double bottom = expectation(sides + 3 * BINS) * stride;
			decode_add(d, cx - left, cy - top, left + right, top + bottom, *score);
		}
	}
}

int
decode_nanodet(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const struct tensor *classes[NSTRIDES], *sides[NSTRIDES];

	/* The names of the outputs are numbers that change with each export; the shapes do not. */
	for (int s = 0; s < NSTRIDES; s++) {
		const int cells = (int)decode_cells(c->in_w, c->in_h, &STRIDES[s], 1);
		size_t from = 0;
		const struct shape by_class = { 3, { 1, cells, c->nclasses } };
		const struct shape by_side = { 3, { 1, cells, 4 * BINS } };
		classes[s] = decode_shaped(outs, n, &by_class, e);
		if (!classes[s])
			return -1;
		/* With as many classes as bins only the order tells: the classes come first. */
		if (c->nclasses == 4 * BINS)
			from = (size_t)(classes[s] - outs) + 1;
		sides[s] = decode_shaped(outs + from, n - from, &by_side, e);
		if (!sides[s])
			return -1;
	}
	for (int s = 0; s < NSTRIDES; s++)
		nanodet_stride(c, STRIDES[s], classes[s]->data, sides[s]->data, d);
	return 0;
}

static double
sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

int
decode_fastestdet(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	const int cols = c->in_w / 16, rows = c->in_h / 16;
	const struct shape shape = { 4, { 1, 5 + c->nclasses, rows, cols } };
	const struct tensor *t = decode_shaped(outs, n, &shape, e);
	if (!t)
		return -1;

	/* Even a certain class cannot lift an objectness below this over min_score. */
	const double floor = pow(c->min_score, 1 / 0.6);
	const size_t plane = (size_t)rows * (size_t)cols;
	const float *class = t->data + (size_t)(5 + c->wanted) * plane;
	for (size_t i = 0; i < plane; i++) {
		const float *p = t->data + i;
		if (!(p[0] >= floor * (1 - 1e-6)))
			continue;
		double score = pow(p[0], 0.6) * pow(class[i], 0.4);
		if (!(score >= c->min_score))
			continue;
		double w = sigmoid(p[3 * plane]) * c->in_w, h = sigmoid(p[4 * plane]) * c->in_h;
		double cx = ((double)(i % (size_t)cols) + tanh(p[plane])) / cols * c->in_w;
		double cy = ((double)(i / (size_t)cols) + tanh(p[2 * plane])) / rows * c->in_h;
		decode_add(d, cx - w / 2, cy - h / 2, w, h, score);
	}
	return 0;
}
