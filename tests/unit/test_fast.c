/*
 * Regions on oneDNN against their plain twins: each operation alone in many shapes, and chains as networks have them, for each
 * instruction set that this processor has (each in a process of its own: the library takes a limit only once).
 */
#include "fast/fast.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fast_test.h"

static _Thread_local struct err e;
static _Thread_local uint32_t seed;

/* Cases run in processes and threads of their own, where cmocka's failures have no home. */
static _Noreturn void
wrong(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(1);
}

/* -1..1, the same on every machine. */
static float
random_float(void)
{
	seed = seed * 1664525 + 1013904223;
	return (float)(seed >> 8) / 8388608 - 1;
}

static int
random_int(int low, int high)
{
	seed = seed * 1664525 + 1013904223;
	return low + (int)((seed >> 8) % (uint32_t)(high - low + 1));
}

static struct region *
region_of(int nvalues, int ninputs)
{
	struct region *r = region_new();
	r->nvalues = nvalues;
	r->ninputs = ninputs;
	r->inputs = mem_array((size_t)ninputs, sizeof *r->inputs);
	for (int i = 0; i < ninputs; i++)
		r->inputs[i] = i;
	return r;
}

static void
give(struct region *r, struct region_output o)
{
	r->outputs = mem_resize(r->outputs, (size_t)r->noutputs + 1, sizeof *r->outputs);
	r->outputs[r->noutputs++] = o;
}

static struct region_op *
add_conv(struct region *r, int in, int out, int from, int to, int groups, struct window w, bool biased)
{
	struct region_op *op = region_add(r, REGION_CONV, &in, 1, out);
	op->window = w;
	op->channels = to;
	op->groups = groups;
	op->nweights = (size_t)(to * (from / groups) * w.size[0] * w.size[1]);
	op->weights = mem_array(op->nweights, sizeof *op->weights);
	/* so that what comes out is about as large as what goes in */
	float scale = sqrtf(3 / (float)(op->nweights / (size_t)to));
	for (size_t i = 0; i < op->nweights; i++)
		op->weights[i] = scale * random_float();
	if (biased) {
		op->bias = mem_array((size_t)to, sizeof *op->bias);
		for (int i = 0; i < to; i++)
			op->bias[i] = random_float();
	}
	return op;
}

static struct window
window_of(int size, int stride, int pad)
{
	return (struct window) { { size, size }, { stride, stride }, { 1, 1 }, { pad, pad }, { pad, pad }, false };
}

/* What a layer makes of inputs of these shapes, against the twin. Relative to the largest number of the output. */
static void
check_layer(const struct vision_layer *l, const struct region *r, const int64_t (*in)[4], double tolerance)
{
	size_t n = (size_t)r->nvalues;
	int64_t (*shapes)[4] = mem_array(n, sizeof *shapes);
	float **values = mem_array(n, sizeof(float *));
	struct vision_array from[4] = { 0 }, to[8] = { 0 };
	for (int i = 0; i < r->ninputs; i++) {
		memcpy(shapes[i], in[i], sizeof *shapes);
		values[i] = mem_array(count_of(in[i]), sizeof(float));
		for (size_t k = 0; k < count_of(in[i]); k++)
			values[i][k] = random_float();
		from[i].ndims = 4;
		from[i].data = values[i];
		for (int k = 0; k < 4; k++)
			from[i].dims[k] = (int)in[i][k];
	}
	if (region_shapes(r, shapes, &e) != 0)
		wrong("%s", e.msg);
	twin_run(r, values, (const int64_t (*)[4])shapes);
	if (l->shape(l->self, from, (size_t)r->ninputs, to, &e) != 0)
		wrong("%s", e.msg);
	for (int i = 0; i < r->noutputs; i++)
		to[i].data = mem_array(count_of(shapes[r->outputs[i].value]), sizeof(float));
	if (l->run(l->self, from, (size_t)r->ninputs, to, &e) != 0)
		wrong("%s", e.msg);
	for (int i = 0; i < r->noutputs; i++) {
		const int64_t *s = shapes[r->outputs[i].value];
		float *wanted = mem_array(count_of(s), sizeof *wanted);
		double largest = 1;
		twin_output(&r->outputs[i], values[r->outputs[i].value], s, wanted);
		for (size_t k = 0; k < count_of(s); k++)
			largest = fmax(largest, fabs((double)wanted[k]));
		for (size_t k = 0; k < count_of(s); k++)
			if (!(fabs((double)wanted[k] - (double)to[i].data[k]) <= tolerance * largest))
				wrong("output %d, number %zu: %g, not %g", i, k, (double)to[i].data[k], (double)wanted[k]);
		free(wanted);
		free(to[i].data);
	}
	for (size_t i = 0; i < n; i++)
		free(values[i]);
	free(values);
	free(shapes);
}

static double tolerance = 2e-5;

/* Takes r: as it is, and fused, in two sizes one after the other, and back. */
static void
check(struct region *r, const int64_t (*in)[4])
{
	struct vision_layer l;
	int64_t larger[4][4];
	for (int i = 0; i < r->ninputs; i++)
		memcpy(larger[i], (const int64_t[4]){ in[i][0] + 1, in[i][1], in[i][2] > 1 ? in[i][2] + 8 : 1, in[i][3] > 1 ? in[i][3] + 16 : 1 },
			sizeof *larger);
	if (fast_layer(r, NULL, NULL, &l, &e) != 0)
		wrong("%s", e.msg);
	check_layer(&l, r, in, tolerance);
	check_layer(&l, r, (const int64_t (*)[4])larger, tolerance);
	check_layer(&l, r, in, tolerance);
	l.free(l.self);
}

/* ---- cases ---- */

static const struct act acts[] = {
	{ ACT_NONE, 0, 0 }, { ACT_RELU, 0, 0 }, { ACT_RELU, 0.1F, 0 }, { ACT_CLIP, 0, 6 }, { ACT_CLIP, -FLT_MAX, 0.5F },
	{ ACT_SIGMOID, 0, 0 }, { ACT_SILU, 0, 0 }, { ACT_HARDSIGMOID, 0.2F, 0.5F }, { ACT_HARDSWISH, 0, 0 }, { ACT_TANH, 0, 0 },
	{ ACT_LINEAR, -1.5F, 0.25F }
};

enum { ACTS = sizeof acts / sizeof *acts };

static void
convolutions(void)
{
	static const int channels[][3] = {	/* in, out, groups */
		{ 3, 16, 1 }, { 16, 16, 1 }, { 1, 8, 1 }, { 16, 18, 1 }, { 24, 40, 1 }, { 7, 5, 1 }, { 64, 32, 1 }, { 16, 16, 16 },
		{ 10, 10, 10 }, { 1, 1, 1 }, { 33, 33, 33 }, { 16, 32, 16 }, { 12, 8, 4 }, { 32, 32, 2 }, { 5, 10, 5 }
	};
	for (size_t i = 0; i < 6 * sizeof channels / sizeof *channels; i++) {
		const int *c = channels[i / 6];
		struct window w = window_of(random_int(1, 5), random_int(1, 2), random_int(0, 2));
		if (i % 6 == 0)
			w = window_of(1, 1, 0);
		if (i % 6 == 1)
			w = window_of(3, 1, 1);
		if (i % 6 == 5) {	/* each side its own */
			w.size[1] = random_int(1, 3);
			w.stride[0] = random_int(1, 3);
			w.dilation[0] = random_int(1, 3);
			w.before[1] = random_int(0, 1);
			w.after[0] = random_int(0, 2);
		}
		struct region *r = region_of(2, 1);
		add_conv(r, 0, 1, c[0], c[1], c[2], w, i % 4 != 0)->act = acts[i % ACTS];
		give(r, (struct region_output) { .value = 1 });
		check(r, &(const int64_t[4]){ random_int(1, 3), c[0], random_int(11, 20), random_int(11, 20) });
	}
}

static void
activations(void)
{
	for (int i = 1; i < ACTS; i++) {
		struct region *r = region_of(2, 1);
		region_add(r, REGION_ACT, (int[]){ 0 }, 1, 1)->act = acts[i];
		give(r, (struct region_output) { .value = 1 });
		check(r, &(const int64_t[4]){ 1, 5, 7, 9 });
	}
}

static void
pools(void)
{
	for (int i = 0; i < 24; i++) {
		struct region *r = region_of(3, 1);
		/* behind a convolution the value lies in the library's layout */
		int in = i % 2 == 0 ? 0 : 1, channels = i % 2 == 0 ? 6 : 20;
		enum region_op_kind kind = i % 8 < 5 ? REGION_MAXPOOL : i % 8 < 7 ? REGION_AVGPOOL : REGION_GLOBALPOOL;
		if (in == 1)
			add_conv(r, 0, 1, 6, channels, 1, window_of(1, 1, 0), true);
		struct region_op *op = region_add(r, kind, &in, 1, 2);
		int size = random_int(2, 5);
		op->window = window_of(size, random_int(1, 3), random_int(0, size - 1));
		op->window.ceil = kind == REGION_MAXPOOL && i % 3 == 0;
		op->count_padding = i % 8 == 6;
		give(r, (struct region_output) { .value = 2 });
		check(r, &(const int64_t[4]){ random_int(1, 2), 6, random_int(9, 17), random_int(9, 17) });
	}
}

static void
pairs(void)
{
	for (int i = 0; i < 8; i++) {
		struct region *r = region_of(3, 2);
		struct region_op *op = region_add(r, i % 2 ? REGION_ADD : REGION_MUL, (int[]){ i / 4, 1 - i / 4 }, 2, 2);
		op->act = acts[i];
		give(r, (struct region_output) { .value = 2 });
		/* of one shape, or one row and column against many */
		bool small = i / 2 % 2 == 1;
		check(r, (const int64_t[2][4]){ { 2, 9, 6, 7 }, { 2, 9, small ? 1 : 6, small ? 1 : 7 } });
	}
}

/* Channels that fill the library's blocks, and those that do not. */
static void
parts(void)
{
	static const int split[][3] = { { 32, 0, 16 }, { 32, 16, 16 }, { 64, 32, 32 }, { 20, 3, 9 }, { 48, 16, 8 }, { 16, 0, 16 } };
	for (size_t i = 0; i < sizeof split / sizeof *split; i++) {
		const int all = split[i][0], first = split[i][1], n = split[i][2];
		struct region *r = region_of(9, 1);
		add_conv(r, 0, 1, 4, all, 1, window_of(3, 1, 1), true);
		struct region_op *op = region_add(r, REGION_SLICE, (int[]){ 1 }, 1, 2);
		op->first = first;
		op->channels = n;
		/* into a convolution with itself as the residual, an activation, a sum, a pool, and one value again */
		add_conv(r, 2, 3, n, n, 1, window_of(3, 1, 1), true)->residual = 2;
		region_add(r, REGION_ACT, (int[]){ 2 }, 1, 4)->act.kind = ACT_SILU;
		region_add(r, REGION_ADD, (int[]){ 2, 3 }, 2, 5);
		region_add(r, REGION_MAXPOOL, (int[]){ 2 }, 1, 6)->window = window_of(3, 1, 1);
		region_add(r, REGION_ADD, (int[]){ 2, 2 }, 2, 7);
		region_add(r, REGION_CONCAT, (int[]){ 1, 2, 3, 4, 5, 6, 7, 2 }, 8, 8);
		give(r, (struct region_output) { .value = 8 });
		give(r, (struct region_output) { .value = 2 });
		check(r, &(const int64_t[4]){ 1, 4, 10, 12 });
	}
}

/* Residuals: still needed later or not, the very input, before and after the activation, of one row and column. */
static void
residuals(void)
{
	for (int i = 0; i < 20; i++) {
		struct region *r = region_of(6, 1);
		int channels = i % 2 ? 16 : 10;
		add_conv(r, 0, 1, 3, channels, 1, window_of(3, 1, 1), true)->act.kind = ACT_RELU;
		add_conv(r, 1, 2, channels, channels, 1, window_of(3, 1, 1), true)->act.kind = ACT_SILU;
		struct region_op *op = add_conv(r, i % 4 < 2 ? 2 : 1, 3, channels, channels, i % 3 == 0 ? channels : 1,
			window_of(3, 1, 1), true);
		op->residual = 1;
		op->act = acts[i % ACTS];
		op->last = acts[i * 7 % ACTS];
		region_add(r, REGION_GLOBALPOOL, (int[]){ 3 }, 1, 4);
		op = add_conv(r, i % 5 == 0 ? 4 : 3, 5, channels, channels, 1, window_of(1, 1, 0), true);
		op->residual = i % 5 == 0 ? 3 : 4;
		op->act = acts[i * 3 % ACTS];
		give(r, (struct region_output) { .value = 5 });
		if (i % 5 == 1)
			give(r, (struct region_output) { .value = 1 });
		check(r, &(const int64_t[4]){ random_int(1, 2), 3, 12, 9 });
	}
}

/* As networks have it: backbone, pyramid up and down, heads as they are and as rows. */
static void
network(void)
{
	for (int fused = 0; fused < 2; fused++) {
		struct region *r = region_of(16, 1), *plain;
		add_conv(r, 0, 1, 3, 16, 1, window_of(3, 2, 1), true);
		region_add(r, REGION_ACT, (int[]){ 1 }, 1, 2)->act.kind = ACT_RELU;
		add_conv(r, 2, 3, 16, 16, 1, window_of(3, 1, 1), true);
		region_add(r, REGION_ADD, (int[]){ 3, 2 }, 2, 4);
		region_add(r, REGION_ACT, (int[]){ 4 }, 1, 5)->act.kind = ACT_RELU;
		region_add(r, REGION_MAXPOOL, (int[]){ 5 }, 1, 6)->window = window_of(5, 1, 2);
		region_add(r, REGION_CONCAT, (int[]){ 5, 6 }, 2, 7);
		add_conv(r, 7, 8, 32, 24, 1, window_of(3, 2, 1), true);
		region_add(r, REGION_ACT, (int[]){ 8 }, 1, 9)->act.kind = ACT_SIGMOID;
		region_add(r, REGION_MUL, (int[]){ 8, 9 }, 2, 10);
		region_add(r, REGION_RESIZE, (int[]){ 10 }, 1, 11)->factor = 2;
		region_add(r, REGION_CONCAT, (int[]){ 11, 5 }, 2, 12);
		add_conv(r, 12, 13, 40, 40, 40, window_of(1, 1, 0), true);
		add_conv(r, 13, 14, 40, 6, 1, window_of(1, 1, 0), true);
		region_add(r, REGION_ACT, (int[]){ 14 }, 1, 15)->act.kind = ACT_SIGMOID;
		give(r, (struct region_output) { .value = 14 });
		give(r, (struct region_output) { .value = 15, .rows = true, .width = 3 });
		give(r, (struct region_output) { .value = 10, .rows = true, .width = 24, .one = true });
		plain = r;
		if (fused)
			region_fuse(r);
		if (plain->nops != (fused ? 10 : 15))
			wrong("%d operations", plain->nops);
		check(r, &(const int64_t[4]){ 2, 3, 32, 48 });
	}
}

/* Large enough that our own kernels pass rows to each other; a value that another takes too stays. */
static void
joined(void)
{
	struct region *r = region_of(8, 1);
	struct vision_layer l;
	add_conv(r, 0, 1, 3, 16, 1, window_of(3, 2, 1), true)->act.kind = ACT_RELU;
	add_conv(r, 1, 2, 16, 16, 1, window_of(1, 1, 0), true);
	add_conv(r, 2, 3, 16, 16, 16, window_of(3, 1, 1), true)->act.kind = ACT_RELU;
	region_add(r, REGION_MAXPOOL, (int[]){ 3 }, 1, 4)->window = window_of(2, 2, 0);
	add_conv(r, 4, 5, 16, 16, 1, window_of(3, 1, 1), true)->act.kind = ACT_SILU;
	region_add(r, REGION_MAXPOOL, (int[]){ 1 }, 1, 6)->window = window_of(2, 2, 0);
	region_add(r, REGION_ADD, (int[]){ 5, 6 }, 2, 7);
	give(r, (struct region_output) { .value = 7 });
	if (fast_layer(r, NULL, NULL, &l, &e) != 0)
		wrong("%s", e.msg);
	check_layer(&l, r, &(const int64_t[4]){ 1, 3, 258, 258 }, tolerance);
	l.free(l.self);
}

/* What is concatenated is written to its place where it is made: whatever makes it, and whoever else takes it. */
static void
places(void)
{
	for (int i = 0; i < 4; i++) {
		struct region *r = region_of(18, 1);
		const int half = i == 3 ? 12 : 16;	/* no kernel of ours makes 12 */
		add_conv(r, 0, 1, 3, 2 * half, 1, window_of(3, 1, 1), true)->act.kind = ACT_SILU;
		struct region_op *op = region_add(r, REGION_SLICE, (int[]){ 1 }, 1, 2);
		op->channels = half;
		op = region_add(r, REGION_SLICE, (int[]){ 1 }, 1, 3);
		op->first = op->channels = half;
		add_conv(r, 3, 4, half, half, 1, window_of(3, 1, 1), true);
		op = add_conv(r, 4, 5, half, half, 1, window_of(3, 1, 1), true);
		op->residual = 3;
		/* the parts of one in their order, or not */
		region_add(r, REGION_CONCAT, (int[]){ i == 1 ? 3 : 2, i == 1 ? 2 : 3, 5, 4, 5 }, 5, 6);
		add_conv(r, 6, 7, 5 * half, half, 1, window_of(1, 1, 0), true)->act.kind = ACT_RELU;
		region_add(r, REGION_MAXPOOL, (int[]){ 7 }, 1, 8)->window = window_of(5, 1, 2);
		region_add(r, REGION_MAXPOOL, (int[]){ 8 }, 1, 9)->window = window_of(3, 1, 1);
		region_add(r, REGION_AVGPOOL, (int[]){ 9 }, 1, 10)->window = window_of(3, 1, 1);
		region_add(r, REGION_CONCAT, (int[]){ 8, 7, 10, 9 }, 4, 11);
		region_add(r, REGION_MAXPOOL, (int[]){ 11 }, 1, 12)->window = window_of(2, 2, 0);
		add_conv(r, 12, 13, 4 * half, half, 1, window_of(1, 1, 0), true);
		region_add(r, REGION_RESIZE, (int[]){ 13 }, 1, 14)->factor = 2;
		region_add(r, REGION_ADD, (int[]){ 14, 9 }, 2, 15)->act.kind = ACT_RELU;
		region_add(r, REGION_CONCAT, (int[]){ 14, i == 2 ? 14 : 15, 9, 0 }, 4, 16);
		add_conv(r, 16, 17, 3 * half + 3, 16, 1, window_of(3, 2, 1), true);
		give(r, (struct region_output) { .value = 17 });
		give(r, (struct region_output) { .value = i == 0 ? 5 : 8 });
		give(r, (struct region_output) { .value = 14, .rows = true, .width = half });
		check(r, &(const int64_t[4]){ 1 + i % 2, 3, 20, 26 });
	}
}

/* What is added to a convolution is a concatenation whose parts, or the parts of whose parts, are wanted once more. */
static void
wholes(void)
{
	for (int i = 0; i < 12; i++) {
		struct region *r = region_of(10, 1);
		const int half = i % 2 == 0 ? 16 : 32;
		struct window w = window_of(3, 1, 1);
		add_conv(r, 0, 1, 3, half, 1, w, true);
		add_conv(r, 0, 2, 3, half, 1, w, true)->act.kind = ACT_RELU;
		region_add(r, REGION_CONCAT, (int[]){ 1, 2 }, 2, 3);
		/* by the library: more weights than stay at hand, spread, in groups */
		if (i % 3 == 0)
			w = window_of(9, 1, 4);
		if (i % 3 == 1)
			w = (struct window) { { 3, 3 }, { 1, 1 }, { 2, 2 }, { 2, 2 }, { 2, 2 }, false };
		struct region_op *op = add_conv(r, 2, 4, half, 2 * half, i % 3 == 2 ? 2 : 1, w, true);
		op->residual = 3;
		op->last = acts[i % ACTS];
		if (i >= 6) {	/* pixel by pixel: channels last */
			op->window = window_of(1, 1, 0);
			op->groups = 1;
			op->nweights = (size_t)(2 * half * half);
			free(op->weights);
			op->weights = mem_array(op->nweights, sizeof *op->weights);
			for (size_t k = 0; k < op->nweights; k++)
				op->weights[k] = random_float() / 8;
			op->act.kind = ACT_TANH;	/* of which we have no kernel */
		}
		region_add(r, REGION_ADD, (int[]){ 1, 2 }, 2, 5);
		region_add(r, REGION_MAXPOOL, (int[]){ 1 }, 1, 6)->window = window_of(3, 1, 1);
		give(r, (struct region_output) { .value = 4 });
		give(r, (struct region_output) { .value = 5 });
		give(r, (struct region_output) { .value = 6 });
		give(r, (struct region_output) { .value = 1, .rows = true, .width = half });
		check(r, &(const int64_t[4]){ 1 + i % 2, 3, 12, 14 });
	}
}

/* Heads of a few channels, with and without what works on each channel by itself after them, are few operations then. */
static void
heads(void)
{
	static const int channels[] = { 1, 4, 10, 1 };
	for (int i = 0; i < 3; i++) {
		struct region *r = region_of(12, 1);
		add_conv(r, 0, 1, 3, 16, 1, window_of(3, 1, 1), true)->act.kind = ACT_RELU;
		for (int k = 0; k < 4; k++) {
			add_conv(r, 1, 2 + k, 16, channels[k], 1, window_of(1, 1, 0), k != 2);
			add_conv(r, 2 + k, 6 + k, channels[k], channels[k], channels[k], window_of(3, 1, 1), k != 1);
		}
		region_add(r, REGION_ACT, (int[]){ 6 }, 1, 10)->act.kind = ACT_SIGMOID;
		region_add(r, REGION_ACT, (int[]){ 8 }, 1, 11)->act.kind = ACT_SILU;
		for (int k = 7; k < 12; k += k == 7 ? 2 : 1)
			give(r, (struct region_output) { .value = k, .rows = k != 9, .width = 1 });
		if (i == 1)	/* one is taken by another too */
			give(r, (struct region_output) { .value = 4 });
		if (i == 2)	/* one is of another kind */
			r->ops[4].act.kind = ACT_RELU;
		region_fuse(r);
		if (i == 0 && r->nops != 9)
			wrong("%d operations", r->nops);
		check(r, &(const int64_t[4]){ 1 + i, 3, 9, 11 });
	}
}

/* Networks that work side by side share nothing but the library. */
static void *
run_network(void *unused)
{
	(void)unused;
	network();
	return NULL;
}

static void
threads(void)
{
	enum { THREADS = 4 };
	pthread_t t[THREADS];
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, run_network, NULL) != 0)
			wrong("no thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "convolutions", convolutions }, { "activations", activations }, { "pools", pools }, { "pairs", pairs }, { "parts", parts },
	{ "residuals", residuals }, { "network", network }, { "joined", joined }, { "places", places }, { "wholes", wholes },
	{ "heads", heads },
	{ "threads", threads }
};

/* ---- instruction sets ---- */

enum { FINE = 0, NOT_HERE = 77 };

/* In a child: all cases with that limit. */
static int
run_with(const char *isa, const char *precision)
{
	pid_t child = fork();
	if (child == 0) {
		fast_choose(&(struct fast_choice){ "fast", isa, precision, "auto" });
		if (fast_ready(&e) != 0)
			_exit(NOT_HERE);
		/* our own kernels are for single precision, from AVX2 on */
		bool own = strcmp(isa, "sse41") != 0 && strcmp(precision, "f32") == 0;
		if (strcmp(isa, "auto") != 0 && (strncmp(fast_arithmetic(), "rows+oneDNN ", 12) == 0) != own)
			wrong("%s", fast_arithmetic());
		tolerance = strcmp(precision, "bf16") == 0 ? 0.05 : tolerance;
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			seed = 1;
			cases[i].run();
		}
		_exit(FINE);
	}
	int status = -1;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_isa(void **state)
{
	const char *const *wish = *state;
	if (fast_library() == NULL) {
		print_message("built without oneDNN\n");
		skip();
	}
#ifdef __SANITIZE_THREAD__
	/* what it looks for does not depend on the instructions, and each set takes it a minute */
	if (strcmp(wish[0], "auto") != 0) {
		print_message("one set of instructions is enough to look for races\n");
		skip();
	}
#endif
	int status = run_with(wish[0], wish[1]);
	if (status == NOT_HERE) {
		print_message("this processor has no %s %s\n", wish[0], wish[1]);
		skip();
	}
	assert_int_equal(status, FINE);
}

static void
test_refuses(void **state)
{
	(void)state;
	fast_choose(&(struct fast_choice){ "opencv", "auto", "f32", "auto" });
	assert_int_equal(fast_ready(&e), 0);
	assert_false(fast_in_use());
	assert_string_equal(fast_arithmetic(), "opencv");
	fast_choose(&(struct fast_choice){ "opencv", "auto", "bf16", "auto" });
	assert_int_equal(fast_ready(&e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	fast_choose(&(struct fast_choice){ "fast", "auto", "f32", "auto" });
	if (fast_library() == NULL)
		skip();
	assert_int_equal(fast_ready(&e), 0);
	assert_true(fast_in_use());
}

static void
test_hostile_shapes(void **state)
{
	(void)state;
	if (fast_library() == NULL)
		skip();
	struct vision_layer l;
	struct region *r = region_of(2, 1);
	struct vision_array in = { .ndims = 4, .dims = { 1, 3, 8, 8 } }, out = { 0 };
	add_conv(r, 0, 1, 3, 4, 1, window_of(5, 1, 0), true);
	give(r, (struct region_output) { .value = 1 });
	fast_choose(&(struct fast_choice){ "fast", "auto", "f32", "auto" });
	assert_int_equal(fast_ready(&e), 0);
	assert_int_equal(fast_layer(r, NULL, NULL, &l, &e), 0);
	assert_int_equal(l.shape(l.self, &in, 1, &out, &e), 0);
	assert_int_equal(out.dims[2], 4);
	static const int bad[][4] = { { 1, 4, 8, 8 }, { 1, 3, 4, 8 }, { 1, 3, 1 << 30, 1 << 30 }, { 1 << 20, 3, 1 << 10, 1 << 10 } };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		memcpy(in.dims, bad[i], sizeof bad[i]);
		assert_int_equal(l.shape(l.self, &in, 1, &out, &e), -1);
		assert_int_equal(l.run(l.self, &in, 1, &out, &e), -1);
	}
	in.ndims = 3;
	assert_int_equal(l.shape(l.self, &in, 1, &out, &e), -1);
	assert_int_equal(l.shape(l.self, &in, 0, &out, &e), -1);
	/* sizes that are not known yet stay so */
	in = (struct vision_array) { .ndims = 4, .dims = { 0, 3, 0, 20 } };
	assert_int_equal(l.shape(l.self, &in, 1, &out, &e), 0);
	assert_memory_equal(out.dims, ((int[4]){ 0, 4, 0, 16 }), sizeof out.dims);
	l.free(l.self);
}

int
main(void)
{
	static const char *wishes[][2] = {
		{ "auto", "f32" }, { "sse41", "f32" }, { "avx2", "f32" }, { "avx512", "f32" }, { "amx", "f32" }, { "avx512", "bf16" },
		{ "amx", "bf16" }
	};
	const struct CMUnitTest tests[] = {
		{ "auto", test_isa, NULL, NULL, wishes[0] }, { "sse41", test_isa, NULL, NULL, wishes[1] },
		{ "avx2", test_isa, NULL, NULL, wishes[2] }, { "avx512", test_isa, NULL, NULL, wishes[3] },
		{ "amx", test_isa, NULL, NULL, wishes[4] }, { "avx512 bf16", test_isa, NULL, NULL, wishes[5] },
		{ "amx bf16", test_isa, NULL, NULL, wishes[6] },
		cmocka_unit_test(test_refuses), cmocka_unit_test(test_hostile_shapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
