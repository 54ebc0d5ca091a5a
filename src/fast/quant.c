/*
 * From single precision to bytes. A value's bytes stand for equal steps between the least and the largest that was seen, and one
 * of them is zero exactly: padding is. Values that are
 * only copied or chosen from (joined, pooled, enlarged) share one scale, the largest, so that their bytes can be copied. What leaves
 * the region, and what comes after the last convolution, stays in single precision: scores and distances want it, and it is little.
 */
#include "fast/quant.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { STEPS = 255, WEIGHT_MOST = 127 };	/* of a byte, and of one with a sign */

/* ---- which ---- */

/* Nothing that begins with it is a convolution: found from the end. */
static void
find_tails(const struct region *r, bool *tail)
{
	for (int v = 0; v < r->nvalues; v++)
		tail[v] = true;
	for (int i = r->nops - 1; i >= 0; i--) {
		const struct region_op *op = &r->ops[i];
		bool ends = op->kind != REGION_CONV && tail[op->out];
		for (int k = 0; k < op->nin; k++)
			tail[op->in[k]] = tail[op->in[k]] && ends;
		if (op->residual != REGION_NONE)
			tail[op->residual] = false;
	}
}

/* It copies numbers, or chooses from them. */
static bool
copies(const struct region_op *op)
{
	return op->kind == REGION_MAXPOOL || op->kind == REGION_RESIZE || op->kind == REGION_CONCAT || op->kind == REGION_SLICE;
}

/* ---- scales ---- */

static int
find_root(int *parent, int v)
{
	while (parent[v] != v)
		v = parent[v] = parent[parent[v]];
	return v;
}

static void
share_scales(const struct region *r, const struct quant *q, int *parent)
{
	for (int v = 0; v < r->nvalues; v++)
		parent[v] = v;
	for (int i = 0; i < r->nops; i++)
		for (int k = 0; q->ops[i].bytes && copies(&r->ops[i]) && k < r->ops[i].nin; k++)
			parent[find_root(parent, r->ops[i].in[k])] = find_root(parent, r->ops[i].out);
}

static struct quant_value
value_of(struct range g)
{
	float scale = (g.high - g.low) / STEPS;
	return (struct quant_value) { true, scale > 0 ? (struct steps) { scale, (int)lrintf(-g.low / scale) } : (struct steps) { 1, 0 } };
}

static void
choose_scales(const struct region *r, struct quant *q, const struct range *ranges, const bool *tail)
{
	int *parent = mem_array((size_t)r->nvalues, sizeof *parent);
	struct range *all = mem_array((size_t)r->nvalues, sizeof *all);
	share_scales(r, q, parent);
	for (int v = 0; v < r->nvalues; v++) {
		struct range *g = &all[find_root(parent, v)];
		*g = (struct range) { fminf(g->low, ranges[v].low), fmaxf(g->high, ranges[v].high) };
	}
	for (int v = 0; v < r->nvalues; v++)
		q->values[v] = tail[v] ? (struct quant_value) { false, { 1, 0 } } : value_of(all[find_root(parent, v)]);
	free(parent);
	free(all);
}

/* ---- weights ---- */

static void
quantise_weights(const struct region_op *op, struct steps in, struct quant_op *out)
{
	size_t channels = (size_t)op->channels, each = op->nweights / channels;
	out->weights = mem_array(op->nweights, sizeof *out->weights);
	out->scales = mem_array(channels, sizeof *out->scales);
	for (size_t c = 0; c < channels; c++) {
		const float *w = op->weights + c * each;
		float most = 0;
		for (size_t i = 0; i < each; i++)
			most = fmaxf(most, fabsf(w[i]));
		out->scales[c] = most > 0 ? most / WEIGHT_MOST : 1;
		for (size_t i = 0; i < each; i++)
			out->weights[c * each + i] = (int8_t)lrintf(w[i] / out->scales[c]);
	}
	if (op->bias == NULL)
		return;
	out->bias = mem_array(channels, sizeof *out->bias);
	conv8_bias(op, &(struct conv_scales) { .in = in, .weights = out->scales }, out->bias);
}

struct quant *
quant_new(const struct region *r, const struct range *ranges)
{
	struct quant *q = mem_alloc(sizeof *q);
	bool *tail = mem_array((size_t)r->nvalues, sizeof *tail);
	q->values = mem_array((size_t)r->nvalues, sizeof *q->values);
	q->ops = mem_array((size_t)r->nops, sizeof *q->ops);
	q->nops = r->nops;
	find_tails(r, tail);
	for (int i = 0; i < r->nops; i++)
		q->ops[i].bytes = r->ops[i].kind == REGION_CONV || (copies(&r->ops[i]) && !tail[r->ops[i].out]);
	choose_scales(r, q, ranges, tail);
	for (int i = 0; i < r->nops; i++)
		if (r->ops[i].kind == REGION_CONV && q->ops[i].bytes)
			quantise_weights(&r->ops[i], q->values[r->ops[i].in[0]].steps, &q->ops[i]);
	free(tail);
	return q;
}

void
quant_free(struct quant *q)
{
	if (q == NULL)
		return;
	for (int i = 0; i < q->nops; i++) {
		free(q->ops[i].weights);
		free(q->ops[i].scales);
		free(q->ops[i].bias);
	}
	free(q->values);
	free(q->ops);
	free(q);
}
