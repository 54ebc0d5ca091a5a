/*
 * Fuzz target: any bytes as an ONNX model. The first byte is the number of classes and the second the one wanted, so that
 * a model that can be cut is not one in a thousand. What was cut, by any family's way, can be read again.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "onnx/cut_parts.h"
#include "onnx/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every name looked up, every constant read. */
static void
look_around(const struct onnx_graph *g)
{
	struct onnx_tensor t;
	int64_t v[8];

	assert(g->nnodes <= ONNX_MOST && g->ntensors <= ONNX_MOST);
	for (size_t i = 0; i < g->nnodes; i++) {
		const struct onnx_node *n = &g->nodes[i];
		for (size_t k = 0; k < n->noutputs; k++) {
			const struct onnx_node *maker = onnx_maker(g, n->outputs[k]);
			assert(maker ? maker <= n : n->outputs[k].n == 0);
			if (onnx_constant(g, n->outputs[k], &t))
				(void)onnx_float(&t, t.count - 1);
			assert(onnx_integers(g, n->outputs[k], v, 8) <= 8);
		}
		(void)onnx_attribute(n, "axis", 0);
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
	assert(g.noutputs >= CUT_HEADS && g.noutputs <= CUT_SOURCES);
	assert(c->any_size == cut_any_size(&g));
	look_around(&g);
	onnx_free(&g);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static cut_fn *const cuts[] = { cut_yolov5, cut_yolov8, cut_yolox, cut_nanodet };
	struct onnx_graph g;

	if (size < 2)
		return 0;
	if (onnx_parse((struct slice){ data + 2, size - 2 }, &g) == 0) {
		look_around(&g);
		(void)cut_any_size(&g);
		onnx_free(&g);
	}
	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
		struct cut c;
		if (cuts[i](data + 2, size - 2, data[0], data[1], &c)) {
			assert(data[1] < data[0]);
			check_cut(&c);
			for (int k = 0; cuts[i] == cut_yolov5 && k < CUT_HEADS * CUT_ANCHORS; k++)
				assert(c.anchors[k / CUT_ANCHORS][k % CUT_ANCHORS][0] > 0
					&& c.anchors[k / CUT_ANCHORS][k % CUT_ANCHORS][1] > 0);
		} else {
			assert(c.model.len == 0);
		}
		cut_free(&c);
	}
	return 0;
}
