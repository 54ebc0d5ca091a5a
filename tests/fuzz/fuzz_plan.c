/*
 * Fuzz target: any bytes as an ONNX model for the planner. Whatever regions it makes hold together: values within range and
 * made before they are taken, weights as many as they say; what it writes is a network that can be read again.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "onnx/graph.h"
#include "onnx/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_values(const struct region *r)
{
	bool *made = mem_array((size_t)r->nvalues, sizeof *made);
	for (int i = 0; i < r->ninputs; i++)
		made[r->inputs[i]] = true;
	for (int i = 0; i < r->nops; i++) {
		const struct region_op *op = &r->ops[i];
		for (int k = 0; k < op->nin; k++)
			assert(op->in[k] >= 0 && op->in[k] < r->nvalues && made[op->in[k]]);
		assert(op->residual == REGION_NONE || made[op->residual]);
		assert(op->out >= 0 && op->out < r->nvalues && !made[op->out]);
		made[op->out] = true;
	}
	for (int i = 0; i < r->noutputs; i++)
		assert(made[r->outputs[i].value]);
	free(made);
}

static void
check_region(const struct region *r)
{
	int64_t (*shapes)[4] = mem_array((size_t)r->nvalues, sizeof *shapes);
	struct err e;
	check_values(r);
	assert(r->ninputs > 0 && r->noutputs > 0 && r->nops > 0);
	for (int i = 0; i < r->ninputs; i++)
		memcpy(shapes[r->inputs[i]], (const int64_t[4]){ 1, 3, 16, 24 }, sizeof *shapes);
	if (region_shapes(r, shapes, &e) == 0) {
		for (int i = 0; i < r->noutputs; i++) {
			int64_t out[4];
			int n = region_output_shape(r, i, (const int64_t (*)[4])shapes, out);
			for (int k = 0; k < n; k++)
				assert(out[k] > 0);
		}
	}
	free(shapes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan p;
	struct onnx_graph g;
	plan_make(data, size, &p);
	assert((p.nregions > 0) == (p.model.len > 0));
	for (size_t i = 0; i < p.nregions; i++)
		check_region(p.regions[i]);
	if (p.model.len > 0) {
		assert(onnx_parse((struct slice) { (const unsigned char *)p.model.data, p.model.len }, &g) == 0);
		onnx_free(&g);
	}
	plan_free(&p);
	return 0;
}
