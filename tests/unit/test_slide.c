/*
 * Our own kernels, each that this processor can run, against the plain twin: every way that a window slides, into and out of
 * channels of something larger, whose other channels stay as they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fast_test.h"

#ifdef FOOTFALL_ONEDNN

#include "fast/script.h"

static uint32_t seed = 1;

static int
random_int(int low, int high)
{
	seed = seed * 1664525 + 1013904223;
	return low + (int)((seed >> 8) % (uint32_t)(high - low + 1));
}

static float *
random_floats(size_t n)
{
	float *v = mem_array(n, sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = (float)random_int(-1000, 1000) / 1000;
	return v;
}

/* A value among others: `all` channels, its own from `first` on. */
struct among {
	struct layout *whole, *own;
	int64_t dims[4];
	int all, first;
	float *floats;
};

static struct among
among(const int64_t dims[4], bool alone)
{
	struct among a = { .all = (int)dims[1] + (alone ? 0 : 24), .first = alone ? 0 : 8 };
	memcpy(a.dims, dims, sizeof a.dims);
	const int64_t whole[4] = { dims[0], a.all, dims[2], dims[3] };
	a.whole = layout_last(whole, LAYOUT_F32);
	a.own = layout_channels(a.whole, dims, a.first);
	a.floats = random_floats(count_of(whole));
	return a;
}

static float
among_at(const struct among *a, int64_t n, int64_t c, int64_t y, int64_t x)
{
	return a->floats[((n * a->dims[2] + y) * a->dims[3] + x) * a->all + a->first + c];
}

static void
among_free(struct among *a)
{
	layout_free(a->whole);
	layout_free(a->own);
	free(a->floats);
}

/* The value as the twin has it: plane by plane. */
static float *
planes_of(const struct among *a)
{
	float *v = mem_array(count_of(a->dims), sizeof *v);
	for (int64_t n = 0, i = 0; n < a->dims[0]; n++)
		for (int64_t c = 0; c < a->dims[1]; c++)
			for (int64_t y = 0; y < a->dims[2]; y++)
				for (int64_t x = 0; x < a->dims[3]; x++)
					v[i++] = among_at(a, n, c, y, x);
	return v;
}

static void
compare(const struct among *to, const float *before, const float *wanted)
{
	const int64_t *d = to->dims;
	float largest = 1;
	for (size_t i = 0; i < count_of(d); i++)
		largest = fmaxf(largest, fabsf(wanted[i]));
	for (int64_t i = 0; i < d[0] * d[2] * d[3]; i++)
		for (int64_t c = 0; c < to->all; c++)
			if (c < to->first || c >= to->first + d[1])
				assert_true(to->floats[i * to->all + c] == before[i * to->all + c]);
	for (int64_t n = 0, i = 0; n < d[0]; n++)
		for (int64_t c = 0; c < d[1]; c++)
			for (int64_t y = 0; y < d[2]; y++)
				for (int64_t x = 0; x < d[3]; x++, i++) {
					float got = among_at(to, n, c, y, x);
					assert_true(isnan(wanted[i]) ? isnan(got) : fabsf(got - wanted[i]) <= 3e-5F * largest);
				}
}

/* op, of in; the operation's values are 0, 1 (what it makes) and 2 (what is added). */
static void
check(const struct rows *k, struct region *r, const int64_t in[4], bool alone, bool planes)
{
	struct region_op *op = &r->ops[0];
	int64_t shapes[3][4];
	struct err e;
	memcpy(shapes[0], in, sizeof shapes[0]);
	memcpy(shapes[2], in, sizeof shapes[2]);
	if (op->kind == REGION_CONV)
		assert_int_equal(region_conv_shape(op, in, shapes[2], &e), 0);
	assert_int_equal(region_shapes(r, shapes, &e), 0);
	assert_true(slide_can(k, op, in));
	struct among from = among(in, alone || planes), to = among(shapes[1], alone), added = among(shapes[1], !alone);
	float *values[3] = { planes_of(&from), NULL, planes_of(&added) }, *packed = NULL;
	struct layout *plain = layout_plain(in, LAYOUT_F32);
	float *before = mem_array(count_of((const int64_t[4]){ to.dims[0], to.all, to.dims[2], to.dims[3] }), sizeof *before);
	memcpy(before, to.floats, count_of((const int64_t[4]){ to.dims[0], to.all, to.dims[2], to.dims[3] }) * sizeof *before);
	if (op->kind == REGION_CONV) {
		/* one pixel channels last lies as its planes do */
		enum rows_order order = slide_order(k, op, in, slide_planes(op, in) && layout_same(planes ? plain : from.own, plain));
		packed = mem_array(rows_packed(op, order), sizeof *packed);
		rows_pack(k, op, order, packed);
	}
	struct slide *s = slide_new(k, op, in, shapes[1], planes ? plain : from.own, op->residual != REGION_NONE ? added.own : NULL,
		to.own, packed);
	assert_non_null(s);
	void *scratch = aligned_alloc(64, slide_scratch(s) / 64 * 64 + 64);
	memset(scratch, 255, slide_scratch(s) / 64 * 64 + 64);
	slide_point(s, SLOT_SOURCE, planes ? values[0] : from.floats);
	slide_point(s, SLOT_RESULT, to.floats);
	slide_point(s, SLOT_SCRATCH, scratch);
	if (op->residual != REGION_NONE)
		slide_point(s, SLOT_SECOND, added.floats);
	slide_run(s);
	slide_run(s);
	twin_run(r, values, (const int64_t (*)[4])shapes);
	compare(&to, before, values[1]);
	slide_free(s);
	free(scratch);
	free(packed);
	free(before);
	layout_free(plain);
	for (int i = 0; i < 3; i++)
		free(values[i]);
	among_free(&from);
	among_free(&to);
	among_free(&added);
	region_free(r);
}

static struct region *
region_of(enum region_op_kind kind)
{
	struct region *r = region_new();
	r->nvalues = 3;
	r->inputs = mem_array(2, sizeof *r->inputs);
	r->ninputs = 2;
	r->inputs[1] = 2;
	region_add(r, kind, (int[]){ 0 }, 1, 1);
	return r;
}

static struct region *
conv(int from, int to, int groups, int size, int stride, int pad, bool added)
{
	struct region *r = region_of(REGION_CONV);
	struct region_op *op = &r->ops[0];
	op->window = (struct window) { { size, size }, { stride, stride }, { 1, 1 }, { pad, pad }, { pad, pad }, false };
	op->channels = to;
	op->groups = groups;
	op->nweights = (size_t)(to * (from / groups) * size * size);
	op->weights = random_floats(op->nweights);
	for (size_t i = 0; i < op->nweights; i++)
		op->weights[i] /= sqrtf((float)(op->nweights / (size_t)to));
	op->bias = added ? NULL : random_floats((size_t)to);
	op->residual = added ? 2 : REGION_NONE;
	return r;
}

static const struct act acts[] = {
	{ ACT_NONE, 0, 0 }, { ACT_RELU, 0, 0 }, { ACT_RELU, 0.1F, 0 }, { ACT_CLIP, -0.5F, 0.5F }, { ACT_SIGMOID, 0, 0 },
	{ ACT_SILU, 0, 0 }, { ACT_HARDSIGMOID, 0.2F, 0.5F }, { ACT_HARDSWISH, 0, 0 }, { ACT_LINEAR, -1.5F, 0.25F }
};

enum { ACTS = sizeof acts / sizeof *acts };

static void
convolutions(const struct rows *k)
{
	static const int shapes[][6] = {	/* channels in and out, groups, size, stride, padding */
		{ 3, 16, 1, 3, 2, 1 }, { 3, 48, 1, 6, 2, 2 }, { 1, 16, 1, 5, 1, 2 }, { 4, 32, 1, 1, 1, 0 }, { 16, 16, 1, 1, 1, 0 },
		{ 24, 32, 1, 1, 1, 0 }, { 7, 80, 1, 1, 1, 0 }, { 16, 96, 1, 1, 2, 0 }, { 16, 16, 1, 3, 1, 1 }, { 48, 32, 1, 3, 1, 1 },
		{ 32, 80, 1, 3, 1, 1 }, { 16, 64, 1, 3, 1, 0 }, { 16, 32, 1, 3, 2, 1 }, { 20, 16, 1, 3, 1, 1 }, { 16, 48, 1, 5, 1, 2 },
		{ 16, 112, 1, 2, 2, 0 }, { 16, 16, 16, 3, 1, 1 }, { 64, 64, 64, 3, 2, 1 }, { 32, 32, 32, 5, 1, 2 }, { 48, 48, 48, 1, 1, 0 },
		{ 16, 16, 16, 3, 1, 0 }, { 32, 32, 32, 2, 1, 1 }, { 16, 16, 1, 1, 1, 1 }, { 16, 32, 1, 3, 1, 3 }
	};
	for (size_t i = 0; i < 4 * sizeof shapes / sizeof *shapes; i++) {
		const int *s = shapes[i / 4];
		struct region *r = conv(s[0], s[1], s[2], s[3], s[4], s[5], i % 4 == 3);
		const int64_t in[4] = { random_int(1, 2), s[0], random_int(6, 14), random_int(i % 4 == 2 ? 5 : 6, i % 4 == 2 ? 7 : 60) };
		r->ops[0].act = acts[i % ACTS];
		r->ops[0].last = acts[i / 4 % ACTS];
		check(k, r, in, i % 2 == 0, s[0] <= 4 && i % 4 < 2);
	}
}

/* Far beyond where e to the x is a number. */
static void
extremes(const struct rows *k)
{
	for (int i = 0; i < ACTS; i++) {
		struct region *r = conv(16, 16, 1, 1, 1, 0, false);
		for (size_t n = 0; n < r->ops[0].nweights; n++)
			r->ops[0].weights[n] *= 1000;
		r->ops[0].act = acts[i];
		check(k, r, (const int64_t[4]){ 1, 16, 4, 9 }, true, false);
		r = conv(16, 32, 1, 3, 1, 1, false);
		r->ops[0].bias[3] = NAN;
		r->ops[0].act = acts[i];
		check(k, r, (const int64_t[4]){ 1, 16, 4, 9 }, true, false);
	}
}

/* Windows of any kind on maps of any size, from one pixel on: narrower than a tile, smaller than the window, all padding. */
static void
anything(const struct rows *k)
{
	for (int i = 0; i < 400; i++) {
		const int kind = random_int(0, 5), channels = 16 * random_int(1, 3);
		const int from = kind == 0 ? channels : kind == 1 ? random_int(1, 4) : kind == 2 ? random_int(5, 40) : 16 * random_int(1, 3);
		const bool pool = kind == 3, added = !pool && i % 3 == 0;
		struct region *r = pool ? region_of(REGION_MAXPOOL) : conv(from, channels, kind == 0 ? channels : 1, 1, 1, 0, added);
		struct region_op *op = &r->ops[0];
		const int64_t in[4] = { random_int(1, 2), from, random_int(1, 9), random_int(1, 12) };
		for (int side = 0; side < 2; side++) {
			int size = op->window.size[side] = kind == 5 ? 3 : random_int(1, 5);
			op->window.stride[side] = kind == 5 ? 1 : random_int(1, 4);
			op->window.dilation[side] = 1;
			op->window.before[side] = random_int(0, pool ? size - 1 : 6);
			op->window.after[side] = random_int(0, pool ? size - 1 : 6);
			/* it fits, once at least */
			if (in[2 + side] + op->window.before[side] + op->window.after[side] < size)
				op->window.before[side] = size - 1;
		}
		if (!pool) {
			free(op->weights);
			op->nweights = (size_t)(channels * (from / op->groups) * op->window.size[0] * op->window.size[1]);
			op->weights = random_floats(op->nweights);
		}
		op->act = acts[random_int(0, ACTS - 1)];
		op->last = acts[added ? random_int(0, ACTS - 1) : 0];
		check(k, r, in, i % 2 == 0, kind == 1 && i % 4 < 2);
	}
}

static void
others(const struct rows *k)
{
	for (int i = 0; i < 12; i++) {
		struct region *r = region_of(i % 3 == 2 ? REGION_RESIZE : REGION_MAXPOOL);
		int size = random_int(1, 5), pad = random_int(0, size - 1);
		r->ops[0].window = (struct window) {
			{ size, size }, { random_int(1, 3), random_int(1, 2) }, { 1, 1 }, { pad, pad }, { pad, pad }, false
		};
		r->ops[0].factor = random_int(1, 3);
		r->ops[0].act = acts[r->ops[0].kind == REGION_MAXPOOL ? i % ACTS : 0];
		const int64_t in[4] = { random_int(1, 2), 16 * random_int(1, 6), random_int(5, 9), random_int(5, 14) };
		check(k, r, in, i % 2 == 0, false);
	}
}

/* Three operations, each after each, that pass rows to each other. */
static void
add_any(struct region *r, int at)
{
	static const int menu[][4] = {	/* groups, size, stride, padding; no groups: a pool */
		{ 1, 1, 1, 0 }, { 1, 3, 1, 1 }, { 1, 3, 2, 1 }, { 1, 5, 1, 2 }, { 16, 3, 1, 1 }, { 16, 3, 2, 1 }, { 0, 2, 2, 0 },
		{ 0, 3, 1, 1 }, { 1, 1, 2, 0 }, { 1, 2, 1, 1 }
	};
	const int *m = menu[random_int(0, sizeof menu / sizeof *menu - 1)];
	struct region_op *op = region_add(r, m[0] > 0 ? REGION_CONV : REGION_MAXPOOL, (int[]){ at }, 1, at + 1);
	op->window = (struct window) { { m[1], m[1] }, { m[2], m[2] }, { 1, 1 }, { random_int(0, m[3]), random_int(0, m[3]) },
		{ random_int(0, m[3]), random_int(0, m[3]) }, false };
	op->act = acts[random_int(0, ACTS - 1)];
	if (m[0] == 0)
		return;
	op->channels = 16;
	op->groups = m[0];
	op->nweights = (size_t)(16 * 16 / m[0] * m[1] * m[1]);
	op->weights = random_floats(op->nweights);
	for (size_t i = 0; i < op->nweights; i++)
		op->weights[i] /= sqrtf((float)(op->nweights / 16));
}

enum { CHAIN = 3 };

static void
chain(const struct rows *k)
{
	struct region *r = region_new();
	int64_t shapes[CHAIN + 1][4] = { { random_int(1, 2), 16, random_int(1, 30), random_int(1, 20) } };
	struct err e;
	r->nvalues = CHAIN + 1;
	r->inputs = mem_array(1, sizeof *r->inputs);
	r->ninputs = 1;
	for (int i = 0; i < CHAIN; i++)
		add_any(r, i);
	if (region_shapes(r, shapes, &e) != 0) {
		/* a window is larger than what is left for it */
		region_free(r);
		return;
	}
	struct among from = among(shapes[0], false), to = among(shapes[CHAIN], false);
	float *values[CHAIN + 1] = { planes_of(&from) }, *packed[CHAIN] = { NULL };
	const size_t all = count_of(shapes[CHAIN]) / 16 * (size_t)to.all;
	float *before = mem_array(all, sizeof *before);
	memcpy(before, to.floats, all * sizeof *before);
	struct slide *s = NULL;
	for (int i = 0; i < CHAIN; i++) {
		const struct region_op *op = &r->ops[i];
		struct layout *in = layout_last(shapes[i], LAYOUT_F32), *out = layout_last(shapes[i + 1], LAYOUT_F32);
		enum rows_order order = slide_order(k, op, shapes[i], false);
		if (op->kind == REGION_CONV) {
			packed[i] = mem_array(rows_packed(op, order), sizeof(float));
			rows_pack(k, op, order, packed[i]);
		}
		struct slide *next = slide_new(k, op, shapes[i], shapes[i + 1], i == 0 ? from.own : in, NULL, i == CHAIN - 1 ? to.own : out,
			packed[i]);
		assert_non_null(next);
		if (s != NULL) {
			assert_true(slide_joins(s));
			slide_join(s, next);
		}
		s = next;
		layout_free(in);
		layout_free(out);
	}
	/* not a float more than it says */
	const size_t bytes = slide_scratch(s);
	float *scratch = mem_array(bytes / sizeof *scratch, sizeof *scratch);
	memset(scratch, 255, bytes);
	slide_point(s, SLOT_SOURCE, from.floats);
	slide_point(s, SLOT_RESULT, to.floats);
	slide_point(s, SLOT_SCRATCH, scratch);
	slide_run(s);
	slide_run(s);
	twin_run(r, values, (const int64_t (*)[4])shapes);
	compare(&to, before, values[CHAIN]);
	slide_free(s);
	free(scratch);
	free(before);
	for (int i = 0; i < CHAIN; i++)
		free(packed[i]);
	for (int i = 0; i <= CHAIN; i++)
		free(values[i]);
	among_free(&from);
	among_free(&to);
	region_free(r);
}

static void
test_kernels(void **state)
{
	const struct rows *k = (*(const struct rows *(**)(void))*state)();
	if (k == NULL) {
		print_message("this processor has no such instructions\n");
		skip();
	}
	convolutions(k);
	anything(k);
	extremes(k);
	others(k);
	for (int i = 0; i < 200; i++)
		chain(k);
}

/* A network's shapes change, and with them the order in which a convolution wants its weights. */
static void
test_weights(void **state)
{
	(void)state;
	const struct rows k = { .lanes = 8, .widest = 3 };
	struct weights w = { 0 };
	struct region *r = conv(3, 8, 1, 3, 1, 1, false);
	const float *pixels = weights_pack(&w, &k, &r->ops[0], ROWS_PIXELS), *planes = weights_pack(&w, &k, &r->ops[0], ROWS_PLANES);
	assert_ptr_not_equal(pixels, planes);
	assert_ptr_equal(weights_pack(&w, &k, &r->ops[0], ROWS_PIXELS), pixels);
	/* of the first channel: the second plane's first number */
	assert_true(pixels[8] == r->ops[0].weights[9] && planes[9 * 8] == r->ops[0].weights[9]);
	weights_free(&w);
	region_free(r);
}

/* What there is no kernel for is left to others. */
static void
test_cannot(void **state)
{
	(void)state;
	const struct rows k = { .lanes = 16, .widest = 4 };
	struct region *r = conv(32, 32, 1, 3, 1, 1, false);
	struct region_op *op = &r->ops[0];
	const int64_t in[4] = { 1, 32, 9, 9 };
	assert_true(slide_can(&k, op, in));
	op->window.dilation[0] = 2;
	assert_false(slide_can(&k, op, in));
	op->window.dilation[0] = 1;
	op->act.kind = ACT_TANH;
	assert_false(slide_can(&k, op, in));
	op->act.kind = ACT_NONE;
	op->groups = 2;
	assert_false(slide_can(&k, op, in));
	op->groups = 1;
	op->channels = 18;
	assert_false(slide_can(&k, op, in));
	region_free(r);
	const int64_t dims[4] = { 1, 16, 4, 4 };
	struct layout *planes = layout_plain(dims, LAYOUT_F32), *last = layout_last(dims, LAYOUT_F32);
	assert_null(slide_new(&k, NULL, dims, dims, planes, NULL, last, NULL));
	assert_null(slide_new(&k, NULL, dims, dims, last, NULL, planes, NULL));
	assert_null(slide_new(&k, NULL, dims, dims, last, planes, last, NULL));
	layout_free(planes);
	layout_free(last);
}

int
main(void)
{
	static const struct rows *(*kernels[])(void) = { rows_avx2, rows_avx512 };
	const struct CMUnitTest tests[] = {
		{ "avx2", test_kernels, NULL, NULL, &kernels[0] }, { "avx512", test_kernels, NULL, NULL, &kernels[1] },
		cmocka_unit_test(test_weights), cmocka_unit_test(test_cannot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void
test_none(void **state)
{
	(void)state;
	print_message("built without oneDNN\n");
	skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_none) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
