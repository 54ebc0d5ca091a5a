/*
 * Weights in the layouts that primitives want. A network's shapes change, its weights do not: they are converted once for each
 * layout.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "fast/script.h"

enum { LINE = 64 };	/* bytes; what begins with one is read faster */

/* Takes its layout and data. */
static void
keep(struct weights *w, struct weight one)
{
	if (w->n == w->cap)
		w->v = mem_resize(w->v, w->cap = 2 * w->cap + 64, sizeof *w->v);
	w->v[w->n++] = one;
}

const float *
weights_pack(struct weights *w, const struct rows *k, const struct region_op *op, enum rows_order order)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].of == op->weights && w->v[i].layout == NULL && w->v[i].order == order)
			return w->v[i].data;
	float *data = aligned_alloc(LINE, (rows_packed(op, order) * sizeof *data + LINE - 1) / LINE * LINE);
	if (data == NULL)
		return NULL;
	rows_pack(k, op, order, data);
	keep(w, (struct weight) { .of = op->weights, .order = order, .data = data });
	return data;
}

void *
weights_get(struct weights *w, struct engine *g, const void *of, const struct layout *plain, const struct layout *wanted)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].of == of && w->v[i].layout != NULL && layout_same(w->v[i].layout, wanted))
			return w->v[i].data;
	struct primitive *p = primitive_reorder(g, plain, wanted);
	struct layout *copy = layout_copy(wanted);
	size_t bytes = (layout_bytes(wanted) + LINE - 1) / LINE * LINE;
	void *data = aligned_alloc(LINE, bytes);
	const struct layout *scratch = p != NULL ? primitive_layout(p, SLOT_SCRATCH) : NULL;
	void *extra = scratch != NULL ? aligned_alloc(LINE, (layout_bytes(scratch) + LINE - 1) / LINE * LINE) : NULL;
	bool ok = p != NULL && copy != NULL && data != NULL && (scratch == NULL || extra != NULL)
		&& primitive_point(p, SLOT_SOURCE, (void *)(uintptr_t)of) && primitive_point(p, SLOT_RESULT, data)
		&& (scratch == NULL || primitive_point(p, SLOT_SCRATCH, extra)) && primitive_run(p);
	primitive_free(p);
	free(extra);
	if (!ok) {
		layout_free(copy);
		free(data);
		return NULL;
	}
	keep(w, (struct weight) { .of = of, .layout = copy, .data = data });
	return data;
}

void
weights_free(struct weights *w)
{
	for (size_t i = 0; i < w->n; i++) {
		layout_free(w->v[i].layout);
		free(w->v[i].data);
	}
	free(w->v);
	*w = (struct weights) { 0 };
}
