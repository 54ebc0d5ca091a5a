/*
 * What a YOLOv5 export looks like at its end, for each of three maps:
 *
 *	Conv (3 * (5 + nc) channels) - Reshape - Transpose (- Reshape) - Sigmoid - Split or Slice
 *	    - [x, y]: ... Mul, Add the cell, Mul the stride
 *	    - [w, h]: Mul 2 - Pow 2 - Mul the anchors
 *	    - Concat - Reshape - Concat of the three
 *
 * The anchors stand in the file (training may have changed them), behind the Pow.
 */
#include "onnx/cut_parts.h"

static bool
is_head(const struct onnx_graph *g, const struct onnx_node *n, size_t channels, struct cut_head *h)
{
	if (!cut_head(g, n, h) || h->channels != channels || !cut_owns(g, h))
		return false;
	const struct onnx_node *taker = onnx_only_taker(g, n->outputs[0]);
	return taker != NULL && onnx_is(taker->op, "Reshape");
}

/* Is value made from `from`, within the few steps between a head and its Pow? */
static bool
comes_from(const struct onnx_graph *g, struct slice value, const struct onnx_node *from, int steps)
{
	const struct onnx_node *n = onnx_maker(g, value);
	if (n == from)
		return true;
	if (n == NULL || steps == 0)
		return false;
	/* on this path the data is always a node's first input */
	return n->ninputs > 0 && comes_from(g, n->inputs[0], from, steps - 1);
}

/*
 * (1, 3, 1, 1, 2), or written out for every cell as (1, 3, h, w, 2) or (1, 3 * h * w, 2): in all of them a third
 * of the numbers belongs to one anchor, and is the same pair again and again.
 */
static bool
read_anchors(const struct onnx_tensor *t, double anchors[CUT_ANCHORS][2])
{
	if (t->ndims < 2 || t->dims[t->ndims - 1] != 2 || t->count == 0 || t->count % (2 * CUT_ANCHORS) != 0)
		return false;
	size_t third = t->count / CUT_ANCHORS;
	for (size_t i = 0; i < t->count; i++) {
		double v = (double)onnx_float(t, i), *anchor = &anchors[i / third][i % 2];
		if (i % third < 2)
			*anchor = v;
		if (!(v > 0 && v < 1e5) || v != *anchor)
			return false;
	}
	return true;
}

static bool
find_anchors(const struct onnx_graph *g, const struct cut_head *h, double anchors[CUT_ANCHORS][2])
{
	for (size_t i = 0; i < g->nnodes; i++) {
		const struct onnx_node *pow = &g->nodes[i];
		if (!onnx_is(pow->op, "Pow") || pow->noutputs != 1 || pow->ninputs < 1
		    || !comes_from(g, pow->inputs[0], h->conv, 8))
			continue;
		const struct onnx_node *mul = onnx_only_taker(g, pow->outputs[0]);
		struct onnx_tensor t;
		if (mul == NULL || !onnx_is(mul->op, "Mul") || mul->ninputs != 2)
			return false;
		size_t other = onnx_same(mul->inputs[0], pow->outputs[0]) ? 1 : 0;
		return onnx_constant(g, mul->inputs[other], &t) && read_anchors(&t, anchors);
	}
	return false;
}

/* x, y, w, h, objectness and the class wanted, for each anchor. */
static void
keep_class(struct cut_keep *k, size_t nclasses, size_t wanted)
{
	for (size_t a = 0; a < CUT_ANCHORS; a++) {
		size_t first = a * (5 + nclasses);
		for (size_t i = 0; i < 5; i++)
			cut_keep_row(k, first + i);
		cut_keep_row(k, first + 5 + wanted);
	}
}

static bool
cut(const struct onnx_graph *g, size_t nclasses, size_t wanted, struct cut *out)
{
	struct cut_keep keep[CUT_HEADS] = { 0 };
	struct slice outputs[CUT_HEADS];
	struct cut_head h;
	size_t n = 0;
	for (size_t i = 0; i < g->nnodes; i++) {
		if (!is_head(g, &g->nodes[i], CUT_ANCHORS * (5 + nclasses), &h))
			continue;
		if (n == CUT_HEADS || !find_anchors(g, &h, out->anchors[n]))
			return false;
		keep[n].head = h;
		keep_class(&keep[n], nclasses, wanted);
		outputs[n++] = h.conv->outputs[0];
	}
	if (n != CUT_HEADS)
		return false;
	cut_write(g, outputs, CUT_HEADS, keep, CUT_HEADS, out);
	return true;
}

bool
cut_yolov5(const void *file, size_t size, int nclasses, int wanted, struct cut *out)
{
	return cut_file(file, size, nclasses, wanted, cut, out);
}
