/*
 * Reading ONNX. Field numbers are those of onnx.proto.
 */
#include "onnx/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MODEL_GRAPH = 7 };
enum { GRAPH_NODE = 1, GRAPH_TENSOR = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12, GRAPH_SPARSE = 15 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_OP = 4, NODE_ATTRIBUTE = 5 };
enum { TENSOR_DIM = 1, TENSOR_TYPE = 2, TENSOR_FLOATS = 4, TENSOR_NAMED = 8, TENSOR_RAW = 9 };
enum { ATTRIBUTE_TENSOR = 5 };
enum { VALUE_NAME = 1 };
enum { TYPE_FLOAT = 1 };

bool
onnx_same(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
onnx_is(struct slice a, const char *text)
{
	return onnx_same(a, (struct slice) { (const unsigned char *)text, strlen(text) });
}

static int
push(struct slice **v, size_t *n, struct slice s)
{
	if (*n == ONNX_MOST)
		return -1;
	/* doubling, by the number alone */
	if ((*n & (*n - 1)) == 0)
		*v = mem_resize(*v, *n == 0 ? 1 : 2 * *n, sizeof **v);
	(*v)[(*n)++] = s;
	return 0;
}

static int
parse_node(struct slice raw, struct onnx_node *out)
{
	struct slice rest = raw;
	struct wire_field f;
	int r;
	*out = (struct onnx_node) { .raw = raw };
	while ((r = wire_next(&rest, &f)) == 1) {
		if (f.type != WIRE_BYTES)
			continue;
		int pushed = 0;
		if (f.number == NODE_INPUT)
			pushed = push(&out->inputs, &out->ninputs, f.bytes);
		else if (f.number == NODE_OUTPUT)
			pushed = push(&out->outputs, &out->noutputs, f.bytes);
		else if (f.number == NODE_OP)
			out->op = f.bytes;
		if (pushed != 0)
			return -1;
	}
	return r;
}

static int
add_dim(struct onnx_tensor *t, uint64_t v)
{
	if (t->ndims == ONNX_DIMS || v > INT32_MAX)
		return -1;
	t->dims[t->ndims++] = (int64_t)v;
	return 0;
}

static int
add_dims(struct onnx_tensor *t, const struct wire_field *f)
{
	if (f->type == WIRE_VARINT)
		return add_dim(t, f->value);
	struct slice packed = f->bytes;
	uint64_t v;
	while (packed.n > 0)
		if (wire_varint(&packed, &v) != 0 || add_dim(t, v) != 0)
			return -1;
	return 0;
}

/* Floats lie in raw_data, or packed in float_data: the same bytes on the wire. */
static int
parse_tensor(struct slice raw, struct onnx_tensor *out)
{
	struct slice rest = raw;
	struct wire_field f;
	uint64_t type = 0;
	bool known = true;
	int r;
	*out = (struct onnx_tensor) { .raw = raw };
	while ((r = wire_next(&rest, &f)) == 1) {
		if (f.number == TENSOR_DIM && (f.type == WIRE_VARINT || f.type == WIRE_BYTES))
			known = known && add_dims(out, &f) == 0;
		else if (f.number == TENSOR_TYPE && f.type == WIRE_VARINT)
			type = f.value;
		else if (f.number == TENSOR_NAMED && f.type == WIRE_BYTES)
			out->name = f.bytes;
		else if ((f.number == TENSOR_RAW || f.number == TENSOR_FLOATS) && f.type == WIRE_BYTES)
			out->data = f.bytes;
	}
	out->count = 1;
	for (size_t i = 0; i < out->ndims && known; i++) {
		known = out->dims[i] == 0 || out->count <= SIZE_MAX / 8 / (size_t)out->dims[i];
		out->count *= (size_t)out->dims[i];
	}
	out->is_float = known && type == TYPE_FLOAT && out->count > 0 && out->data.n == 4 * out->count;
	return r;
}

struct slice
onnx_value_name(struct slice value)
{
	struct wire_field f;
	while (wire_next(&value, &f) == 1)
		if (f.number == VALUE_NAME && f.type == WIRE_BYTES)
			return f.bytes;
	return (struct slice) { 0 };
}

/* -1: a name is too long. */
static int
index_names(struct onnx_graph *g)
{
	int r = 0;
	for (size_t i = 0; i < g->nnodes; i++) {
		for (size_t k = 0; k < g->nodes[i].noutputs; k++)
			r |= bearers_add(&g->makers, g->nodes[i].outputs[k], i);
		for (size_t k = 0; k < g->nodes[i].ninputs; k++)
			r |= bearers_add(&g->takers, g->nodes[i].inputs[k], i);
	}
	for (size_t i = 0; i < g->ntensors; i++)
		r |= bearers_add(&g->constants, g->tensors[i].name, i);
	for (size_t i = 0; i < g->ninputs; i++)
		r |= bearers_add(&g->entries, onnx_value_name(g->inputs[i]), i);
	bearers_sort(&g->makers);
	bearers_sort(&g->takers);
	bearers_sort(&g->constants);
	bearers_sort(&g->entries);
	return r;
}

static int
add_node(struct onnx_graph *g, struct slice raw, size_t *cap, size_t *values)
{
	if (g->nnodes == ONNX_MOST)
		return -1;
	if (g->nnodes == *cap)
		g->nodes = mem_resize(g->nodes, *cap = *cap * 2 + 64, sizeof *g->nodes);
	struct onnx_node *n = &g->nodes[g->nnodes++];
	if (parse_node(raw, n) != 0)
		return -1;
	*values += n->ninputs + n->noutputs;
	return *values <= ONNX_MOST_VALUES ? 0 : -1;
}

static int
add_tensor(struct onnx_graph *g, struct slice raw, size_t *cap)
{
	if (g->ntensors == ONNX_MOST)
		return -1;
	if (g->ntensors == *cap)
		g->tensors = mem_resize(g->tensors, *cap = *cap * 2 + 64, sizeof *g->tensors);
	return parse_tensor(raw, &g->tensors[g->ntensors++]);
}

static int
parse_graph(struct slice rest, struct onnx_graph *g)
{
	struct wire_field f;
	size_t cap_nodes = 0, cap_tensors = 0, values = 0;
	int r;
	while ((r = wire_next(&rest, &f)) == 1) {
		int added = 0;
		if (f.type != WIRE_BYTES)
			continue;
		if (f.number == GRAPH_INPUT)
			added = push(&g->inputs, &g->ninputs, f.bytes);
		else if (f.number == GRAPH_OUTPUT)
			added = push(&g->outputs, &g->noutputs, f.bytes);
		else if (f.number == GRAPH_NODE)
			added = add_node(g, f.bytes, &cap_nodes, &values);
		else if (f.number == GRAPH_TENSOR)
			added = add_tensor(g, f.bytes, &cap_tensors);
		else if (f.number == GRAPH_SPARSE)	/* would be lost when the graph is written */
			added = -1;
		if (added != 0)
			return -1;
	}
	return r == 0 ? index_names(g) : -1;
}

int
onnx_parse(struct slice file, struct onnx_graph *g)
{
	struct wire_field f;
	bool found = false;
	int r;
	*g = (struct onnx_graph) { 0 };
	while ((r = wire_next(&file, &f)) == 1) {
		bool is_graph = f.number == MODEL_GRAPH && f.type == WIRE_BYTES;
		if (is_graph ? found || parse_graph(f.bytes, g) != 0 : push(&g->model, &g->nmodel, f.raw) != 0)
			break;
		found = found || is_graph;
	}
	if (r == 0 && found)
		return 0;
	onnx_free(g);
	return -1;
}

void
onnx_free(struct onnx_graph *g)
{
	for (size_t i = 0; i < g->nnodes; i++) {
		free(g->nodes[i].inputs);
		free(g->nodes[i].outputs);
	}
	free(g->model);
	free(g->nodes);
	free(g->tensors);
	free(g->inputs);
	free(g->outputs);
	bearers_free(&g->makers);
	bearers_free(&g->takers);
	bearers_free(&g->constants);
	bearers_free(&g->entries);
	*g = (struct onnx_graph) { 0 };
}

const struct onnx_node *
onnx_maker(const struct onnx_graph *g, struct slice value)
{
	const struct name *first;
	return bearers_find(&g->makers, value, &first) > 0 ? &g->nodes[first->at] : NULL;
}

const struct onnx_node *
onnx_only_taker(const struct onnx_graph *g, struct slice value)
{
	const struct name *first;
	size_t n = bearers_find(&g->takers, value, &first);
	/* a node may take a value twice; they are in the order of the nodes */
	return n > 0 && first[0].at == first[n - 1].at ? &g->nodes[first->at] : NULL;
}

const struct onnx_tensor *
onnx_initializer(const struct onnx_graph *g, struct slice value)
{
	const struct name *first;
	return bearers_find(&g->constants, value, &first) > 0 ? &g->tensors[first->at] : NULL;
}

/* The tensor in the attribute of a Constant node. */
static bool
constant_of(const struct onnx_node *n, struct onnx_tensor *out)
{
	struct slice node = n->raw;
	struct wire_field f, a;
	while (wire_next(&node, &f) == 1) {
		if (f.number != NODE_ATTRIBUTE || f.type != WIRE_BYTES)
			continue;
		struct slice attribute = f.bytes;
		while (wire_next(&attribute, &a) == 1)
			if (a.number == ATTRIBUTE_TENSOR && a.type == WIRE_BYTES)
				return parse_tensor(a.bytes, out) == 0 && out->is_float;
	}
	return false;
}

bool
onnx_constant(const struct onnx_graph *g, struct slice value, struct onnx_tensor *out)
{
	const struct onnx_tensor *t = onnx_initializer(g, value);
	if (t != NULL) {
		*out = *t;
		return t->is_float;
	}
	const struct onnx_node *n = onnx_maker(g, value);
	return n != NULL && onnx_is(n->op, "Constant") && constant_of(n, out);
}

float
onnx_float(const struct onnx_tensor *t, size_t i)
{
	const unsigned char *p = t->data.p + 4 * i;
	uint32_t bits = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	float v;
	memcpy(&v, &bits, sizeof v);
	return v;
}
