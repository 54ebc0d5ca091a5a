/*
 * What the cuts of the families share: finding the head convolutions behind an output, and writing the network anew with fewer
 * channels in them.
 */
#include "onnx/cut_parts.h"

#include <assert.h>

#include "onnx/values.h"

bool
cut_head(const struct onnx_graph *g, const struct onnx_node *n, struct cut_head *h)
{
	if (!onnx_is(n->op, "Conv") || n->ninputs != 3 || n->noutputs != 1 || onnx_attribute(n, "group", 1) != 1)
		return false;
	const struct onnx_tensor *w = onnx_initializer(g, n->inputs[1]), *b = onnx_initializer(g, n->inputs[2]);
	if (w == NULL || b == NULL || !w->is_float || !b->is_float || w->ndims != 4 || w->dims[2] != 1 || w->dims[3] != 1
	    || b->ndims != 1 || b->dims[0] != w->dims[0])
		return false;
	*h = (struct cut_head) { n, w, b, (size_t)w->dims[0] };
	return true;
}

bool
cut_owns(const struct onnx_graph *g, const struct cut_head *h)
{
	return onnx_only_taker(g, h->weight->name) == h->conv && onnx_only_taker(g, h->bias->name) == h->conv;
}

bool
cut_is_one_of(struct slice op, const char *const *names)
{
	for (; *names != NULL; names++)
		if (onnx_is(op, *names))
			return true;
	return false;
}

/* A hostile graph may run in circles, or double its paths with every step. */
enum { STEPS = 12, VISITS = 100 };

static bool
look_behind(const struct onnx_graph *g, struct slice value, unsigned met, int steps, int *visits, struct cut_sources *s)
{
	static const char *const arranging[] = { "Reshape", "Transpose", "Split", "Slice", "Flatten", "Squeeze", "Unsqueeze",
		"Identity", NULL };
	const struct onnx_node *n = onnx_maker(g, value);
	if (n == NULL || n->ninputs == 0 || steps == 0 || --*visits < 0)
		return false;
	if (onnx_is(n->op, "Conv")) {
		for (size_t i = 0; i < s->n; i++)
			if (s->conv[i] == n)
				return false;
		if (s->n == CUT_SOURCES)
			return false;
		s->conv[s->n] = n;
		s->met[s->n++] = met;
		return true;
	}
	if (onnx_is(n->op, "Concat")) {
		for (size_t i = 0; i < n->ninputs; i++)
			if (!look_behind(g, n->inputs[i], met, steps - 1, visits, s))
				return false;
		return true;
	}
	if (onnx_is(n->op, "Sigmoid"))
		met |= CUT_SIGMOID;
	else if (onnx_is(n->op, "Softmax"))
		met |= CUT_SOFTMAX;
	else if (!cut_is_one_of(n->op, arranging))
		return false;
	return look_behind(g, n->inputs[0], met, steps - 1, visits, s);
}

bool
cut_sources(const struct onnx_graph *g, struct slice value, struct cut_sources *s)
{
	int visits = VISITS;
	*s = (struct cut_sources) { 0 };
	return look_behind(g, value, 0, STEPS, &visits, s);
}

struct slice
cut_output(const struct onnx_graph *g, size_t i)
{
	return onnx_value_name(g->outputs[i]);
}

void
cut_keep_row(struct cut_keep *k, size_t row)
{
	assert(k->nrows < CUT_ROWS && row < k->head.channels);
	k->rows[k->nrows++] = row;
}

/* The rows of a head's constant that stay. A row is one output channel. */
static void
keep_rows(const struct cut_keep *k, const struct onnx_tensor *t, struct onnx_replacement *out)
{
	enum { DIM = 1, TYPE = 2, NAME = 8, RAW = 9, FLOAT = 1 };
	size_t row = t->data.n / (size_t)t->dims[0];
	struct buf rows = { 0 };
	for (size_t i = 0; i < k->nrows; i++)
		buf_add(&rows, t->data.p + k->rows[i] * row, row);
	out->name = t->name;
	wire_put_varint(&out->tensor, DIM, k->nrows);
	for (size_t i = 1; i < t->ndims; i++)
		wire_put_varint(&out->tensor, DIM, (uint64_t)t->dims[i]);
	wire_put_varint(&out->tensor, TYPE, FLOAT);
	wire_put_bytes(&out->tensor, NAME, t->name.p, t->name.n);
	wire_put_bytes(&out->tensor, RAW, rows.data, rows.len);
	buf_free(&rows);
}

void
cut_write(const struct onnx_graph *g, const struct slice *outputs, size_t noutputs, const struct cut_keep *keep,
	size_t n, struct cut *out)
{
	struct onnx_replacement v[2 * CUT_HEADS] = { 0 };
	struct onnx_graph written;
	assert(n <= CUT_HEADS);
	for (size_t i = 0; i < n; i++) {
		keep_rows(&keep[i], keep[i].head.weight, &v[2 * i]);
		keep_rows(&keep[i], keep[i].head.bias, &v[2 * i + 1]);
	}
	onnx_write(g, outputs, noutputs, v, 2 * n, &out->model);
	for (size_t i = 0; i < 2 * n; i++)
		buf_free(&v[i].tensor);

	int parsed = onnx_parse((struct slice) { (const unsigned char *)out->model.data, out->model.len }, &written);
	out->any_size = parsed == 0 && cut_any_size(&written);
	if (parsed == 0)
		onnx_free(&written);
}

bool
cut_file(const void *file, size_t size, int nclasses, int wanted, cut_graph_fn *f, struct cut *out)
{
	struct onnx_graph g;
	*out = (struct cut) { 0 };
	if (wanted < 0 || wanted >= nclasses || onnx_parse((struct slice) { file, size }, &g) != 0)
		return false;
	bool ok = f(&g, (size_t)nclasses, (size_t)wanted, out);
	onnx_free(&g);
	return ok;
}

void
cut_free(struct cut *c)
{
	buf_free(&c->model);
}
