/*
 * A region made ready for one set of shapes is a script: a list of the library's primitives and of operations of our own kernels,
 * each with the memory that it works on. Our own take and make values channels last; else layouts are the library's choice for each
 * convolution. The operations between them take values as they lie, so conversions happen where two convolutions disagree and at the
 * borders. Values share one block of memory: one that is not needed any more makes room for others.
 */
#include "fast/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/script.h"
#include "fast/script_int8.h"

enum { KEPT = 8 };	/* scripts: batches of 1 to 8 faces */

struct runner {
	struct region *region;
	struct engine *engine;
	enum layout_type type;
	struct quant *quant;		/* or NULL */
	struct script *scripts[KEPT];	/* the latest used first */
	struct weights weights;
	struct script *now;		/* of the latest runner_shape */
	void *block;			/* what all scripts use */
	size_t bytes;
};

struct runner *
runner_new(struct region *region, enum layout_type type, struct quant *quant)
{
	struct runner *r = mem_alloc(sizeof *r);
	onednn_alone();
	*r = (struct runner) { .region = region, .engine = engine_new(), .type = type, .quant = quant };
	if (r->engine != NULL)
		return r;
	runner_free(r);
	return NULL;
}

void
runner_free(struct runner *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < KEPT; i++)
		script_free(r->scripts[i]);
	weights_free(&r->weights);
	engine_free(r->engine);
	region_free(r->region);
	quant_free(r->quant);
	free(r->block);
	free(r);
}

static bool
is_for(const struct region *g, const struct script *s, const int64_t (*in)[4])
{
	for (int i = 0; i < g->ninputs; i++)
		if (memcmp(s->shapes[g->inputs[i]], in[i], sizeof in[i]) != 0)
			return false;
	return true;
}

/* Moves scripts[i] to the front. */
static void
use_first(struct runner *r, int i)
{
	struct script *s = r->scripts[i];
	memmove(&r->scripts[1], &r->scripts[0], (size_t)i * sizeof s);
	r->scripts[0] = r->now = s;
}

static int
find_script(struct runner *r, const int64_t (*in)[4], struct err *e)
{
	for (int i = 0; i < KEPT && r->scripts[i] != NULL; i++) {
		if (is_for(r->region, r->scripts[i], in)) {
			use_first(r, i);
			return 0;
		}
	}
	script_free(r->scripts[KEPT - 1]);
	r->scripts[KEPT - 1] = NULL;
	r->now = NULL;
	r->scripts[KEPT - 1] = r->quant != NULL ? script_new_int8(r->region, r->quant, in, r->engine, &r->weights, e)
		: script_new(r->region, in, r->engine, r->type, &r->weights, e);
	if (r->scripts[KEPT - 1] == NULL)
		return -1;
	use_first(r, KEPT - 1);
	return 0;
}

/* The memory of all scripts is as large as the largest needs; they are not run at the same time. */
static int
make_room(struct runner *r, struct err *e)
{
	enum { LINE = 64 };
	if (r->now->bytes > r->bytes) {
		free(r->block);
		r->bytes = r->now->bytes;
		r->block = aligned_alloc(LINE, (r->bytes + LINE - 1) / LINE * LINE);
		if (r->block == NULL) {
			r->bytes = 0;
			return err_set(e, ERR_DATA, "no memory for %zu bytes of values in a network", r->now->bytes);
		}
	}
	return script_place(r->now, r->block, e);
}

int
runner_shape(struct runner *r, const int64_t (*in)[4], int64_t (*out)[4], int *nout, struct err *e)
{
	onednn_alone();
	if (find_script(r, in, e) != 0 || make_room(r, e) != 0)
		return -1;
	for (int i = 0; i < r->region->noutputs; i++)
		nout[i] = region_output_shape(r->region, i, (const int64_t (*)[4])r->now->shapes, out[i]);
	return 0;
}

int
runner_run(struct runner *r, const float *const *in, float *const *out, struct err *e)
{
	onednn_alone();
	if (r->now == NULL)
		return err_set(e, ERR_FAIL, "a region is run before its shapes are known");
	return script_run(r->now, in, out, e);
}
