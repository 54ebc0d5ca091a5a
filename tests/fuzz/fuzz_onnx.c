/*
 * Fuzz target: any bytes as an ONNX model. The first byte is the number of classes and the second the one wanted, so that
 * a model that can be cut is not one in a thousand. What was cut can be read again.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "onnx/cut.h"
#include "onnx/graph.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every name looked up, every constant read. */
static void
look_around(const struct onnx_graph *g)
{
	struct onnx_tensor t;

	assert(g->nnodes <= ONNX_MOST && g->ntensors <= ONNX_MOST);
	for (size_t i = 0; i < g->nnodes; i++) {
		const struct onnx_node *n = &g->nodes[i];
		for (size_t k = 0; k < n->noutputs; k++) {
			const struct onnx_node *maker = onnx_maker(g, n->outputs[k]);
			assert(maker ? maker <= n : n->outputs[k].n == 0);
			if (onnx_constant(g, n->outputs[k], &t))
				(void)onnx_float(&t, t.count - 1);
		}
		for (size_t k = 0; k < n->ninputs; k++) {
			const struct onnx_node *taker = onnx_only_taker(g, n->inputs[k]);
			assert(!taker || taker == n);
		}
	}
	for (size_t i = 0; i < g->ntensors; i++) {
		if (g->tensors[i].is_float)
			(void)onnx_float(&g->tensors[i], g->tensors[i].count - 1);
	}
}

static void
check_cut(const struct cut *c)
{
	struct onnx_graph g;

	assert(onnx_parse((struct slice){ (const unsigned char *)c->model.data, c->model.len }, &g) == 0);
	assert(g.noutputs == CUT_HEADS);
	look_around(&g);
	onnx_free(&g);
	for (int i = 0; i < CUT_HEADS; i++) {
		for (int a = 0; a < CUT_ANCHORS; a++)
			assert(c->anchors[i][a][0] > 0 && c->anchors[i][a][1] > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct onnx_graph g;
	struct cut c;

	if (size < 2)
		return 0;
	if (onnx_parse((struct slice){ data + 2, size - 2 }, &g) == 0) {
		look_around(&g);
		onnx_free(&g);
	}
	if (cut_yolov5(data + 2, size - 2, data[0], data[1], &c)) {
		assert(data[1] < data[0]);
		check_cut(&c);
	}
	cut_free(&c);
	return 0;
}
