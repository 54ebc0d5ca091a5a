/*
 * How YOLOX and the first YOLOv5 begin ("focus"): every second row and column, four times, one beside the other as channels, and a
 * convolution of that. It is a convolution of the picture itself, with a window and a stride of twice the size.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "onnx/plan_parts.h"
#include "onnx/values.h"

enum { QUARTERS = 4, STEPS = 2 };

/* What a quarter is taken from, and its first row and column. */
struct quarter {
	struct slice of;
	int first[2];
	const struct onnx_node *slices[STEPS];
	int n;
};

/* Every second of the rows or columns to the very end: which of the two, and the first of them. */
static bool
every_second(const struct onnx_graph *g, const struct onnx_node *n, int *side, int *first)
{
	enum { DATA, FROM, TO, AXIS, STEP, INPUTS };
	int64_t v[INPUTS];
	if (!onnx_is(n->op, "Slice") || n->ninputs != INPUTS || n->noutputs != 1)
		return false;
	for (int i = FROM; i < INPUTS; i++)
		if (onnx_integers(g, n->inputs[i], &v[i], 1) != 1)
			return false;
	*side = (int)(v[AXIS] < 0 ? v[AXIS] + 2 : v[AXIS] - 2);
	*first = (int)v[FROM];
	return v[STEP] == 2 && (v[FROM] == 0 || v[FROM] == 1) && v[TO] >= REGION_SIDE
		&& v[AXIS] >= -2 && v[AXIS] <= 3 && (*side == 0 || *side == 1);
}

static bool
find_quarter(const struct onnx_graph *g, struct slice value, struct quarter *q)
{
	bool seen[2] = { false, false };
	*q = (struct quarter) { .of = value };
	while (q->n < STEPS) {
		const struct onnx_node *n = onnx_maker(g, q->of);
		int side, first;
		if (n == NULL || !every_second(g, n, &side, &first) || seen[side] || onnx_only_taker(g, q->of) == NULL)
			return false;
		seen[side] = true;
		q->first[side] = first;
		q->slices[q->n++] = n;
		q->of = n->inputs[0];
	}
	return true;
}

/* The Concat before the convolution, its quarters, and what they are quarters of. */
static const struct onnx_node *
find_focus(const struct planner *p, const struct onnx_node *conv, struct quarter q[QUARTERS])
{
	const struct onnx_node *concat = onnx_maker(p->g, conv->inputs[0]);
	if (concat == NULL || !onnx_is(concat->op, "Concat") || concat->ninputs != QUARTERS || concat->noutputs != 1
		|| onnx_attribute(concat, "axis", 0) != 1 || onnx_only_taker(p->g, conv->inputs[0]) != conv
		|| p->is_output[p->first[concat - p->g->nodes]])
		return NULL;
	for (int i = 0; i < QUARTERS; i++) {
		if (!find_quarter(p->g, concat->inputs[i], &q[i]) || !onnx_same(q[i].of, q[0].of))
			return NULL;
		for (int k = 0; k < STEPS; k++)
			if (p->is_output[p->first[q[i].slices[k] - p->g->nodes]])
				return NULL;
	}
	return concat;
}

/* Weight (i, j) of a channel of a quarter meets row 2 i + first, column 2 j + first of the picture. */
static void
spread(struct region_op *op, const struct quarter q[QUARTERS])
{
	const struct window *w = &op->window;
	size_t rows = (size_t)w->size[0], columns = (size_t)w->size[1], each = op->nweights / (size_t)op->channels;
	size_t channels = each / (QUARTERS * rows * columns);
	float *v = mem_array(op->nweights, sizeof *v);
	for (size_t i = 0; i < op->nweights; i++) {
		size_t out = i / each, in = i % each / (rows * columns), y = i / columns % rows, x = i % columns;
		const struct quarter *part = &q[in / channels];
		y = 2 * y + (size_t)part->first[0];
		x = 2 * x + (size_t)part->first[1];
		v[((out * channels + in % channels) * 2 * rows + y) * 2 * columns + x] += op->weights[i];
	}
	free(op->weights);
	op->weights = v;
}

void
plan_focus(struct planner *p, size_t node, struct region_op *op)
{
	struct quarter q[QUARTERS];
	struct window *w = &op->window;
	const struct onnx_node *concat = find_focus(p, &p->g->nodes[node], q);
	int of = concat != NULL ? plan_value_of(p, q[0].of) : REGION_NONE;
	size_t channels = op->nweights / (size_t)op->channels / (size_t)(w->size[0] * w->size[1]);
	if (of == REGION_NONE || !p->values[of].four || op->groups != 1 || channels % QUARTERS != 0
		|| w->stride[0] != 1 || w->stride[1] != 1 || w->dilation[0] != 1 || w->dilation[1] != 1)
		return;
	spread(op, q);
	op->in[0] = of;
	for (int side = 0; side < 2; side++) {
		w->size[side] *= 2;
		w->stride[side] = 2;
		w->before[side] *= 2;
		w->after[side] *= 2;
	}
	p->why[concat - p->g->nodes] = NULL;
	for (int i = 0; i < QUARTERS; i++)
		for (int k = 0; k < STEPS; k++)
			p->why[q[i].slices[k] - p->g->nodes] = NULL;
}
