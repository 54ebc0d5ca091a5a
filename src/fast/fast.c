/*
 * What was chosen, and layers of regions. Without oneDNN there are no such layers, and all this says so.
 */
#include "fast/fast.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Set before any thread is started. */
static enum { LAYERS_FAST, LAYERS_OPENCV } layers;
static enum { F32, BF16, INT8 } precision;
static const char *const precision_names[] = { [F32] = "f32", [BF16] = "bf16", [INT8] = "int8" };
static const char *calibration;

#ifdef FOOTFALL_ONEDNN

#include "fast/observe.h"
#include "fast/onednn.h"
#include "fast/quant.h"
#include "fast/run.h"
#include "fast/slide.h"

static enum onednn_isa limit;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_limited;		/* the limit could be set */

static const char *const isa_names[] = {
	[ONEDNN_AUTO] = "auto", [ONEDNN_SSE41] = "sse41", [ONEDNN_AVX2] = "avx2", [ONEDNN_AVX512] = "avx512", [ONEDNN_AMX] = "amx"
};

static void
choose_isa(const char *name)
{
	limit = ONEDNN_AUTO;
	for (size_t i = 0; i < sizeof isa_names / sizeof *isa_names; i++)
		if (strcmp(isa_names[i], name) == 0)
			limit = (enum onednn_isa)i;
}

static void
set_limit(void)
{
	is_limited = onednn_limit(limit);
}

int
fast_ready(struct err *e)
{
	const char *trouble = onednn_trouble();
	if (layers == LAYERS_OPENCV) {
		if (precision != F32)
			return err_set(e, ERR_CONFIG, "inference.precision: %s needs inference.layers = fast", precision_names[precision]);
		return 0;
	}
	if (trouble != NULL && precision != F32)
		return err_set(e, ERR_CONFIG, "inference.precision: no %s: oneDNN %s cannot be used: %s", precision_names[precision],
			onednn_version(), trouble);
	pthread_once(&once, set_limit);
	if (!is_limited)
		return err_set(e, ERR_CONFIG, "inference.isa: oneDNN %s finds no %s in this processor, only %s", onednn_version(),
			isa_names[limit], isa_names[onednn_level()]);
	if (precision == INT8 && !onednn_int8())
		return err_set(e, ERR_CONFIG, "inference.precision: this processor%s multiplies no bytes (avx512_vnni or avx_vnni): only f32",
			limit != ONEDNN_AUTO ? ", as limited by inference.isa," : "");
	if (precision == BF16 && !onednn_bf16())
		return err_set(e, ERR_CONFIG, "inference.precision: this processor%s multiplies no bfloat16 (avx512_bf16 or AMX): only f32",
			limit != ONEDNN_AUTO ? ", as limited by inference.isa," : "");
	return 0;
}

bool
fast_in_use(void)
{
	return layers == LAYERS_FAST && onednn_trouble() == NULL;
}

static char arithmetic[64];

static void
describe_arithmetic(void)
{
	/* bfloat16 is the library's alone */
	snprintf(arithmetic, sizeof arithmetic, "%soneDNN %s %s %s", precision != BF16 && slide_rows() != NULL ? "rows+" : "",
		onednn_version(), isa_names[onednn_level()], precision_names[precision]);
}

const char *
fast_arithmetic(void)
{
	static pthread_once_t described = PTHREAD_ONCE_INIT;
	struct err ignored;
	if (!fast_in_use() || fast_ready(&ignored) != 0)
		return "opencv";
	pthread_once(&described, describe_arithmetic);
	return arithmetic;
}

const char *
fast_library(void)
{
	return onednn_version();
}

void
fast_about(struct buf *out)
{
	const char *trouble = onednn_trouble();
	if (trouble != NULL)
		buf_printf(out, "not used: %s", trouble);
	else
		buf_printf(out, "%s%s%s", isa_names[onednn_level()], onednn_int8() ? ", int8" : "",
			onednn_bf16() ? ", bf16" : "");
}

/* ---- a region as a layer ---- */

struct fast_layer {
	struct region *region;
	struct runner *runner;
	int64_t (*shapes)[4];		/* of the region's values */
	int64_t (*in)[4], (*out)[4];
	int *nout;
	const float **from;
	float **to;
	int given;			/* outputs that are the caller's: those behind them are watched */
	int *seen;			/* of each of those: which value; or NULL */
	struct calibrated *watched;	/* what is seen of them */
};

static int
read_inputs(struct fast_layer *l, const struct vision_array *in, size_t nin, struct err *e)
{
	if (nin != (size_t)l->region->ninputs)
		return err_set(e, ERR_DATA, "%zu inputs for a region with %d", nin, l->region->ninputs);
	for (size_t i = 0; i < nin; i++) {
		if (in[i].ndims != 4)
			return err_set(e, ERR_DATA, "a value of %d dimensions for a region that takes four", in[i].ndims);
		for (int k = 0; k < 4; k++)
			l->in[i][k] = in[i].dims[k];
	}
	return 0;
}

/* The outputs' dimensions where what the inputs do not know (0) is so many. */
static int
shapes_with(struct fast_layer *l, int64_t unknown, struct vision_array *out, struct err *e)
{
	const struct region *r = l->region;
	for (int i = 0; i < r->ninputs; i++)
		for (int k = 0; k < 4; k++)
			l->shapes[r->inputs[i]][k] = l->in[i][k] > 0 ? l->in[i][k] : unknown;
	if (region_shapes(r, l->shapes, e) != 0)
		return -1;
	for (int i = 0; i < l->given; i++) {
		int64_t dims[4];
		int ndims = region_output_shape(r, i, (const int64_t (*)[4])l->shapes, dims);
		for (int k = 0; k < ndims; k++)
			out[i].dims[k] = out[i].ndims == 0 || out[i].dims[k] == dims[k] ? (int)dims[k] : 0;
		out[i].ndims = ndims;
	}
	return 0;
}

/*
 * While OpenCV reads a network that takes any size it asks with unknown sizes. What depends on them is what two guesses
 * disagree on.
 */
static int
tell_shapes(void *self, const struct vision_array *in, size_t nin, struct vision_array *out, struct err *e)
{
	struct fast_layer *l = self;
	if (read_inputs(l, in, nin, e) != 0)
		return -1;
	for (int i = 0; i < l->given; i++)
		out[i].ndims = 0;
	return shapes_with(l, 512, out, e) == 0 ? shapes_with(l, 1024, out, e) : -1;
}

static int
run_watched(struct fast_layer *l, struct err *e)
{
	const int n = l->region->noutputs;
	size_t *counts = mem_array((size_t)n, sizeof *counts);
	for (int i = l->given; i < n; i++) {
		counts[i] = 1;
		for (int k = 0; k < l->nout[i]; k++)
			counts[i] *= (size_t)l->out[i][k];
		l->to[i] = mem_array(counts[i], sizeof **l->to);
	}
	int rc = runner_run(l->runner, l->from, l->to, e);
	for (int i = l->given; i < n; i++) {
		if (rc == 0)
			observe_numbers(&l->watched->ranges[l->seen[i - l->given]], l->to[i], counts[i]);
		free(l->to[i]);
	}
	free(counts);
	return rc;
}

static int
run(void *self, const struct vision_array *in, size_t nin, struct vision_array *out, struct err *e)
{
	struct fast_layer *l = self;
	if (read_inputs(l, in, nin, e) != 0
		|| runner_shape(l->runner, (const int64_t (*)[4])l->in, l->out, l->nout, e) != 0)
		return -1;
	for (size_t i = 0; i < nin; i++)
		l->from[i] = in[i].data;
	for (int i = 0; i < l->given; i++) {
		bool same = out[i].ndims == l->nout[i];
		for (int k = 0; same && k < out[i].ndims; k++)
			same = out[i].dims[k] == l->out[i][k];
		if (!same)
			return err_set(e, ERR_DATA, "room of another shape than a region makes");
		l->to[i] = out[i].data;
	}
	return l->watched != NULL ? run_watched(l, e) : runner_run(l->runner, l->from, l->to, e);
}

static void
free_layer(void *self)
{
	struct fast_layer *l = self;
	runner_free(l->runner);
	free(l->shapes);
	free(l->in);
	free(l->out);
	free(l->nout);
	free(l->from);
	free(l->to);
	free(l->seen);
	free(l);
}

int
fast_layer(struct region *r, const struct calibrated *known, struct calibrated *watched, struct vision_layer *out, struct err *e)
{
	const size_t nout = (size_t)r->noutputs;
	int *seen = watched != NULL ? observe_all(r) : NULL;
	struct quant *quant = precision == INT8 && known != NULL && calibration_covers(r) ? quant_new(r, known->ranges) : NULL;
	struct runner *runner = runner_new(r, precision == BF16 ? LAYOUT_BF16 : LAYOUT_F32, quant);
	if (runner == NULL) {
		free(seen);
		return err_set(e, ERR_FAIL, "oneDNN %s does not start", onednn_version());
	}
	struct fast_layer *l = mem_alloc(sizeof *l);
	size_t nin = (size_t)r->ninputs, all = (size_t)r->noutputs;
	*l = (struct fast_layer) {
		.region = r, .runner = runner, .shapes = mem_array((size_t)r->nvalues, sizeof *l->shapes),
		.in = mem_array(nin, sizeof *l->in), .out = mem_array(all, sizeof *l->out), .nout = mem_array(all, sizeof *l->nout),
		.from = mem_array(nin, sizeof *l->from), .to = mem_array(all, sizeof *l->to), .given = (int)nout, .seen = seen,
		.watched = watched
	};
	*out = (struct vision_layer) { .self = l, .noutputs = nout, .shape = tell_shapes, .run = run, .free = free_layer };
	return 0;
}

#else

static void
choose_isa(const char *name)
{
	(void)name;
}

int
fast_ready(struct err *e)
{
	if (layers == LAYERS_OPENCV && precision != F32)
		return err_set(e, ERR_CONFIG, "inference.precision: %s needs inference.layers = fast", precision_names[precision]);
	if (precision != F32)
		return err_set(e, ERR_CONFIG, "inference.precision: this build has no %s: it was made without oneDNN (libdnnl-dev)",
			precision_names[precision]);
	return 0;
}

bool
fast_in_use(void)
{
	return false;
}

const char *
fast_arithmetic(void)
{
	return "opencv";
}

const char *
fast_library(void)
{
	return NULL;
}

void
fast_about(struct buf *out)
{
	buf_puts(out, "not built in: networks run several times slower (install libdnnl-dev, or your system's like, and build again)");
}

int
fast_layer(struct region *r, const struct calibrated *known, struct calibrated *watched, struct vision_layer *out, struct err *e)
{
	(void)known;
	(void)watched;
	region_free(r);
	*out = (struct vision_layer) { 0 };
	return err_set(e, ERR_FAIL, "this build has no layers of its own");
}

#endif

void
fast_choose(const struct fast_choice *c)
{
	layers = strcmp(c->layers, "opencv") == 0 ? LAYERS_OPENCV : LAYERS_FAST;
	precision = strcmp(c->precision, "bf16") == 0 ? BF16 : strcmp(c->precision, "int8") == 0 ? INT8 : F32;
	calibration = c->calibration;
	choose_isa(c->isa);
}

const char *
fast_calibration(void)
{
	return precision == INT8 ? calibration : NULL;
}
