/*
 * Writing ONNX: what is kept is copied as it lay in the file, byte for byte.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "onnx/graph.h"

enum { MODEL_GRAPH = 7 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_TENSOR = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { VALUE_NAME = 1, VALUE_TYPE = 2, TYPE_TENSOR = 1, TENSOR_TYPE_ELEMENT = 1, TENSOR_TYPE_SHAPE = 2 };
enum { TYPE_FLOAT = 1 };

/* What is needed, by its number; and the nodes among it whose inputs have not been looked at yet. */
struct needed {
	bool *nodes, *tensors, *inputs;
	size_t *open, nopen;
};

static void
need(const struct onnx_graph *g, struct slice value, struct needed *m)
{
	const struct name *found;
	if (bearers_find(&g->constants, value, &found) > 0) {
		m->tensors[found->at] = true;
	} else if (bearers_find(&g->entries, value, &found) > 0) {
		m->inputs[found->at] = true;
	} else if (bearers_find(&g->makers, value, &found) > 0 && !m->nodes[found->at]) {
		m->nodes[found->at] = true;
		m->open[m->nopen++] = found->at;
	}
}

/* With an own stack, because a hostile graph may be deep; each node comes onto it once. */
static void
mark(const struct onnx_graph *g, const struct slice *wanted, size_t n, struct needed *m)
{
	*m = (struct needed) {
		.nodes = mem_array(g->nnodes, sizeof *m->nodes), .tensors = mem_array(g->ntensors, sizeof *m->tensors),
		.inputs = mem_array(g->ninputs, sizeof *m->inputs), .open = mem_array(g->nnodes, sizeof *m->open)
	};
	for (size_t i = 0; i < n; i++)
		need(g, wanted[i], m);
	while (m->nopen > 0) {
		const struct onnx_node *node = &g->nodes[m->open[--m->nopen]];
		for (size_t i = 0; i < node->ninputs; i++)
			need(g, node->inputs[i], m);
	}
}

static void
put_tensor(const struct onnx_tensor *t, const struct onnx_replacement *v, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (onnx_same(v[i].name, t->name)) {
			wire_put_bytes(out, GRAPH_TENSOR, v[i].tensor.data, v[i].tensor.len);
			return;
		}
	}
	wire_put_bytes(out, GRAPH_TENSOR, t->raw.p, t->raw.n);
}

/* A float output of an unstated shape: OpenCV wants the field, and asks for nothing in it. */
static void
put_output(struct slice name, struct buf *out)
{
	struct buf element = { 0 }, type = { 0 }, value = { 0 };
	wire_put_varint(&element, TENSOR_TYPE_ELEMENT, TYPE_FLOAT);
	wire_put_bytes(&element, TENSOR_TYPE_SHAPE, "", 0);
	wire_put_bytes(&type, TYPE_TENSOR, element.data, element.len);
	wire_put_bytes(&value, VALUE_NAME, name.p, name.n);
	wire_put_bytes(&value, VALUE_TYPE, type.data, type.len);
	wire_put_bytes(out, GRAPH_OUTPUT, value.data, value.len);
	buf_free(&element);
	buf_free(&type);
	buf_free(&value);
}

void
onnx_write(const struct onnx_graph *g, const struct slice *wanted, size_t nwanted, const struct onnx_replacement *v,
	size_t n, struct buf *out)
{
	struct needed m;
	struct buf graph = { 0 };
	mark(g, wanted, nwanted, &m);
	for (size_t i = 0; i < g->nnodes; i++)
		if (m.nodes[i])
			wire_put_bytes(&graph, GRAPH_NODE, g->nodes[i].raw.p, g->nodes[i].raw.n);
	wire_put_bytes(&graph, GRAPH_NAME, "cut", 3);
	for (size_t i = 0; i < g->ntensors; i++)
		if (m.tensors[i])
			put_tensor(&g->tensors[i], v, n, &graph);
	for (size_t i = 0; i < g->ninputs; i++)
		if (m.inputs[i])
			wire_put_bytes(&graph, GRAPH_INPUT, g->inputs[i].p, g->inputs[i].n);
	for (size_t i = 0; i < nwanted; i++)
		put_output(wanted[i], &graph);
	for (size_t i = 0; i < g->nmodel; i++)
		buf_add(out, g->model[i].p, g->model[i].n);
	wire_put_bytes(out, MODEL_GRAPH, graph.data, graph.len);
	buf_free(&graph);
	free(m.nodes);
	free(m.tensors);
	free(m.inputs);
	free(m.open);
}
