/*
 * What a region means, in plain C: every operation as its definition says, number by number and in double precision. Slow;
 * what the tests compare the fast way with.
 */
#ifndef FOOTFALL_TESTS_FAST_TEST_H
#define FOOTFALL_TESTS_FAST_TEST_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/region.h"

static inline size_t
count_of(const int64_t s[4])
{
	return (size_t)(s[0] * s[1] * s[2] * s[3]);
}

static inline size_t
index_of(const int64_t s[4], int64_t n, int64_t c, int64_t y, int64_t x)
{
	return (size_t)(((n * s[1] + c) * s[2] + y) * s[3] + x);
}

/* The value's number at that place; 0 in the padding, a single row and column stands for all. */
static inline double
number_at(const float *v, const int64_t s[4], int64_t n, int64_t c, int64_t y, int64_t x)
{
	bool one = s[2] == 1 && s[3] == 1;
	return (double)v[index_of(s, n, c, one ? 0 : y, one ? 0 : x)];
}

static inline double
twin_conv(const struct region_op *op, const float *v, const int64_t s[4], int64_t n, int64_t c, int64_t y, int64_t x)
{
	const struct window *w = &op->window;
	int64_t each = s[1] / op->groups, group = c / (op->channels / op->groups);
	double sum = op->bias != NULL ? (double)op->bias[c] : 0;
	for (int64_t i = 0; i < each; i++)
		for (int ky = 0; ky < w->size[0]; ky++)
			for (int kx = 0; kx < w->size[1]; kx++) {
				int64_t iy = y * w->stride[0] - w->before[0] + ky * w->dilation[0];
				int64_t ix = x * w->stride[1] - w->before[1] + kx * w->dilation[1];
				if (iy < 0 || ix < 0 || iy >= s[2] || ix >= s[3])
					continue;
				sum += (double)v[index_of(s, n, group * each + i, iy, ix)]
					* (double)op->weights[((c * each + i) * w->size[0] + ky) * w->size[1] + kx];
			}
	return sum;
}

static inline double
twin_pool(const struct region_op *op, const float *v, const int64_t s[4], int64_t n, int64_t c, int64_t y, int64_t x)
{
	const struct window *w = &op->window;
	double most = -INFINITY, sum = 0;
	int inside = 0;
	for (int ky = 0; ky < w->size[0]; ky++)
		for (int kx = 0; kx < w->size[1]; kx++) {
			int64_t iy = y * w->stride[0] - w->before[0] + ky * w->dilation[0];
			int64_t ix = x * w->stride[1] - w->before[1] + kx * w->dilation[1];
			if (iy < 0 || ix < 0 || iy >= s[2] || ix >= s[3])
				continue;
			double one = (double)v[index_of(s, n, c, iy, ix)];
			most = one > most ? one : most;
			sum += one;
			inside++;
		}
	return op->kind == REGION_MAXPOOL ? most : sum / (op->count_padding ? w->size[0] * w->size[1] : inside);
}

static inline double
twin_mean(const float *v, const int64_t s[4], int64_t n, int64_t c)
{
	double sum = 0;
	for (int64_t i = 0; i < s[2] * s[3]; i++)
		sum += (double)v[index_of(s, n, c, 0, 0) + (size_t)i];
	return sum / (double)(s[2] * s[3]);
}

static inline double
twin_concat(const struct region_op *op, float *const *values, const int64_t (*shapes)[4], int64_t n, int64_t c, int64_t y, int64_t x)
{
	int i = 0;
	for (; c >= shapes[op->in[i]][1]; i++)
		c -= shapes[op->in[i]][1];
	return (double)values[op->in[i]][index_of(shapes[op->in[i]], n, c, y, x)];
}

static inline double
twin_number(const struct region_op *op, float *const *values, const int64_t (*shapes)[4], int64_t n, int64_t c, int64_t y, int64_t x)
{
	const float *v = values[op->in[0]];
	const int64_t *s = shapes[op->in[0]];
	switch (op->kind) {
	case REGION_CONV:
		return twin_conv(op, v, s, n, c, y, x);
	case REGION_MAXPOOL:
	case REGION_AVGPOOL:
		return twin_pool(op, v, s, n, c, y, x);
	case REGION_GLOBALPOOL:
		return twin_mean(v, s, n, c);
	case REGION_RESIZE:
		return (double)v[index_of(s, n, c, y / op->factor, x / op->factor)];
	case REGION_ACT:
		return (double)v[index_of(s, n, c, y, x)];
	case REGION_ADD:
		return number_at(v, s, n, c, y, x) + number_at(values[op->in[1]], shapes[op->in[1]], n, c, y, x);
	case REGION_MUL:
		return number_at(v, s, n, c, y, x) * number_at(values[op->in[1]], shapes[op->in[1]], n, c, y, x);
	case REGION_CONCAT:
		return twin_concat(op, values, shapes, n, c, y, x);
	case REGION_SLICE:
		return (double)v[index_of(s, n, c + op->first, y, x)];
	}
	return NAN;
}

/* A convolution whose own result is smaller than what is added to it repeats. */
static inline void
twin_op(const struct region_op *op, float **values, const int64_t (*shapes)[4])
{
	const int64_t *s = shapes[op->out];
	int64_t own[4];
	struct err e;
	memcpy(own, s, sizeof own);
	if (op->kind == REGION_CONV && region_conv_shape(op, shapes[op->in[0]], own, &e) != 0)
		abort();
	bool one = own[2] == 1 && own[3] == 1;
	for (int64_t n = 0; n < s[0]; n++)
		for (int64_t c = 0; c < s[1]; c++)
			for (int64_t y = 0; y < s[2]; y++)
				for (int64_t x = 0; x < s[3]; x++) {
					float v = (float)twin_number(op, values, shapes, n, c, one ? 0 : y, one ? 0 : x);
					v = act_of(op->act, v);
					if (op->residual != REGION_NONE)
						v = act_of(op->last, v
							+ (float)number_at(values[op->residual], shapes[op->residual], n, c, y, x));
					values[op->out][index_of(s, n, c, y, x)] = v;
				}
}

/* All values of the region, given the inputs in their places; the others are made. */
static inline void
twin_run(const struct region *r, float **values, const int64_t (*shapes)[4])
{
	for (int i = 0; i < r->nops; i++) {
		values[r->ops[i].out] = mem_array(count_of(shapes[r->ops[i].out]), sizeof(float));
		twin_op(&r->ops[i], values, shapes);
	}
}

/* An output as the region hands it out. */
static inline void
twin_output(const struct region_output *o, const float *v, const int64_t s[4], float *out)
{
	for (int64_t n = 0; n < s[0]; n++)
		for (int64_t c = 0; c < s[1]; c++)
			for (int64_t y = 0; y < s[2]; y++)
				for (int64_t x = 0; x < s[3]; x++)
					out[o->rows ? (size_t)(((n * s[2] + y) * s[3] + x) * s[1] + c) : index_of(s, n, c, y, x)]
						= v[index_of(s, n, c, y, x)];
}

#endif
