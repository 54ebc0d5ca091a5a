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
#include "onnx/cut.h"

#include <stdint.h>

#include "onnx/graph.h"

struct head {
	const struct onnx_node *conv;
	const struct onnx_tensor *weight, *bias;
};

/* Initializers that nothing else takes, because they are going to be replaced. */
static const struct onnx_tensor *
own_constant(const struct onnx_graph *g, const struct onnx_node *n, size_t input)
{
	const struct onnx_tensor *t = onnx_initializer(g, n->inputs[input]);
	return t != NULL && t->is_float && onnx_only_taker(g, t->name) == n ? t : NULL;
}

static bool
is_head(const struct onnx_graph *g, const struct onnx_node *n, int64_t channels, struct head *h)
{
	if (!onnx_is(n->op, "Conv") || n->ninputs != 3 || n->noutputs != 1)
		return false;
	const struct onnx_node *taker = onnx_only_taker(g, n->outputs[0]);
	if (taker == NULL || !onnx_is(taker->op, "Reshape"))
		return false;
	const struct onnx_tensor *w = own_constant(g, n, 1), *b = own_constant(g, n, 2);
	*h = (struct head) { n, w, b };
	return w != NULL && b != NULL && w->ndims == 4 && w->dims[0] == channels && w->dims[2] == 1 && w->dims[3] == 1
	    && b->ndims == 1 && b->dims[0] == channels;
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
find_anchors(const struct onnx_graph *g, const struct head *h, double anchors[CUT_ANCHORS][2])
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

/*
 * The rows of a constant that belong to x, y, w, h, objectness and the class wanted, for each anchor. A row is one
 * output channel.
 */
static void
keep_class(const struct onnx_tensor *t, int nclasses, int wanted, struct buf *out)
{
	enum { DIM = 1, TYPE = 2, NAME = 8, RAW = 9, FLOAT = 1, KEPT = 6 };
	size_t row = t->data.n / (size_t)t->dims[0], per_anchor = 5 + (size_t)nclasses;
	struct buf rows = { 0 };
	for (size_t a = 0; a < CUT_ANCHORS; a++) {
		const unsigned char *first = t->data.p + a * per_anchor * row;
		buf_add(&rows, first, 5 * row);
		buf_add(&rows, first + (5 + (size_t)wanted) * row, row);
	}
	wire_put_varint(out, DIM, CUT_ANCHORS * KEPT);
	for (size_t i = 1; i < t->ndims; i++)
		wire_put_varint(out, DIM, (uint64_t)t->dims[i]);
	wire_put_varint(out, TYPE, FLOAT);
	wire_put_bytes(out, NAME, t->name.p, t->name.n);
	wire_put_bytes(out, RAW, rows.data, rows.len);
	buf_free(&rows);
}

static void
write_cut(const struct onnx_graph *g, const struct head *heads, int nclasses, int wanted, struct buf *out)
{
	struct onnx_replacement v[2 * CUT_HEADS] = { 0 };
	struct slice outputs[CUT_HEADS];
	for (size_t i = 0; i < CUT_HEADS; i++) {
		outputs[i] = heads[i].conv->outputs[0];
		v[2 * i].name = heads[i].weight->name;
		v[2 * i + 1].name = heads[i].bias->name;
		keep_class(heads[i].weight, nclasses, wanted, &v[2 * i].tensor);
		keep_class(heads[i].bias, nclasses, wanted, &v[2 * i + 1].tensor);
	}
	onnx_write(g, outputs, CUT_HEADS, v, 2 * CUT_HEADS, out);
	for (size_t i = 0; i < 2 * CUT_HEADS; i++)
		buf_free(&v[i].tensor);
}

bool
cut_yolov5(const void *file, size_t size, int nclasses, int wanted, struct cut *out)
{
	struct onnx_graph g;
	struct head heads[CUT_HEADS], h;
	size_t n = 0;
	bool ok = true;

	*out = (struct cut) { 0 };
	if (wanted < 0 || wanted >= nclasses || onnx_parse((struct slice) { file, size }, &g) != 0)
		return false;
	for (size_t i = 0; i < g.nnodes && ok; i++) {
		if (!is_head(&g, &g.nodes[i], CUT_ANCHORS * (5 + (int64_t)nclasses), &h))
			continue;
		ok = n < CUT_HEADS && find_anchors(&g, &h, out->anchors[n]);
		if (ok)
			heads[n++] = h;
	}
	ok = ok && n == CUT_HEADS;
	if (ok)
		write_cut(&g, heads, nclasses, wanted, &out->model);
	onnx_free(&g);
	return ok;
}

void
cut_free(struct cut *c)
{
	buf_free(&c->model);
}
