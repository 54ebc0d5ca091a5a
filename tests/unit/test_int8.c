/*
 * Regions on bytes: exactly their plain twins where all numbers are whole steps, near them where they are not.
 */
#include "fast/fast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fast_test.h"

static struct err e;
static uint32_t seed;

static int
random_int(int low, int high)
{
	seed = seed * 1664525 + 1013904223;
	return low + (int)((seed >> 8) % (uint32_t)(high - low + 1));
}

static struct region *
region_of(int nvalues, int output)
{
	struct region *r = region_new();
	r->nvalues = nvalues;
	r->ninputs = r->noutputs = 1;
	r->inputs = mem_array(1, sizeof *r->inputs);
	r->outputs = mem_array(1, sizeof *r->outputs);
	r->outputs[0].value = output;
	return r;
}

/* Weights are whole numbers, with 127 in each channel: as bytes they are the same. What comes out is about as large as what goes in. */
static struct region_op *
add_conv(struct region *r, int in, int out, const int channels[2], int groups, int size, int stride, float scale)
{
	struct region_op *op = region_add(r, REGION_CONV, &in, 1, out);
	op->window = (struct window) { { size, size }, { stride, stride }, { 1, 1 }, { size / 2, size / 2 }, { size / 2, size / 2 }, false };
	op->channels = channels[1];
	op->groups = groups;
	size_t each = (size_t)(channels[0] / groups * size * size);
	op->nweights = each * (size_t)channels[1];
	op->weights = mem_array(op->nweights, sizeof *op->weights);
	op->bias = mem_array((size_t)channels[1], sizeof *op->bias);
	for (size_t i = 0; i < op->nweights; i++)
		op->weights[i] = scale * (float)(i % each == 0 ? 127 : random_int(-127, 127));
	for (int i = 0; i < channels[1]; i++)
		op->bias[i] = scale * (float)random_int(-500, 500);
	return op;
}

/* What int8 makes of numbers from low to high, against the twin: the largest difference, over the largest number. Takes r and again, which are alike. */
static double
difference(struct region *r, struct region *again, const int64_t in[4], int low, int high, float step)
{
	struct vision_layer watching, bytes;
	struct vision_array from = { .ndims = 4 }, to = { 0 };
	const size_t n = (size_t)r->nvalues;
	int64_t (*shapes)[4] = mem_array(n, sizeof *shapes);
	float **values = mem_array(n, sizeof(float *));
	struct calibrated seen = { r->nops, r->nvalues, mem_array(n, sizeof *seen.ranges) };
	const struct region_output given = r->outputs[0];

	memcpy(shapes[0], in, sizeof *shapes);
	values[0] = mem_array(count_of(in), sizeof(float));
	for (size_t i = 0; i < count_of(in); i++)
		values[0][i] = step * (float)(i == 0 ? low : i == 1 ? high : random_int(low, high));
	for (int k = 0; k < 4; k++)
		from.dims[k] = (int)in[k];
	from.data = values[0];
	assert_int_equal(region_shapes(r, shapes, &e), 0);
	twin_run(r, values, (const int64_t (*)[4])shapes);
	const size_t count = count_of(shapes[given.value]);
	to.data = mem_array(count, sizeof(float));

	assert_int_equal(fast_layer(r, NULL, &seen, &watching, &e), 0);
	assert_int_equal(watching.shape(watching.self, &from, 1, &to, &e), 0);
	assert_int_equal(watching.run(watching.self, &from, 1, &to, &e), 0);
	double largest = 0, worst = 0;
	for (size_t i = 0; i < count; i++) {
		largest = fmax(largest, fabs((double)values[given.value][i]));
		worst = fmax(worst, fabs((double)values[given.value][i] - (double)to.data[i]));
	}
	assert_true(worst <= 1e-4 * largest);
	/* all that can be is seen: the twin's numbers lie within */
	for (size_t v = 0; v < n; v++)
		for (size_t i = 0; i < count_of(shapes[v]); i++)
			assert_true((double)values[v][i] >= (double)seen.ranges[v].low - 1e-4 * largest - 1e-4
				&& (double)values[v][i] <= (double)seen.ranges[v].high + 1e-4 * largest + 1e-4);

	assert_int_equal(fast_layer(again, &seen, NULL, &bytes, &e), 0);
	assert_int_equal(bytes.shape(bytes.self, &from, 1, &to, &e), 0);
	memset(to.data, 0, count * sizeof(float));
	if (bytes.run(bytes.self, &from, 1, &to, &e) != 0)
		fail_msg("%s", e.msg);
	worst = 0;
	for (size_t i = 0; i < count; i++)
		worst = fmax(worst, fabs((double)values[given.value][i] - (double)to.data[i]));
	watching.free(watching.self);
	bytes.free(bytes.self);
	for (size_t v = 0; v < n; v++)
		free(values[v]);
	free(values);
	free(shapes);
	free(seen.ranges);
	free(to.data);
	return worst / largest;
}

static void
need_int8(void)
{
	fast_choose(&(struct fast_choice){ "fast", "auto", "int8", "auto" });
	if (fast_library() == NULL || fast_ready(&e) != 0) {
		print_message("%s\n", fast_library() == NULL ? "built without oneDNN" : e.msg);
		skip();
	}
}

/* One operation, or a few, made twice alike. */
static struct region *
conv_alone(int from, int to, int groups, int size, int stride)
{
	seed = 7;
	struct region *r = region_of(2, 1);
	add_conv(r, 0, 1, (const int[2]){ from, to }, groups, size, stride, 1);
	return r;
}

static void
test_convolutions(void **state)
{
	static const struct { int from, to, groups, size, stride; int64_t height, width; } cases[] = {
		{ 3, 16, 1, 3, 2, 20, 24 }, { 16, 24, 1, 1, 1, 9, 7 }, { 32, 32, 1, 3, 1, 12, 12 }, { 5, 7, 1, 5, 2, 11, 13 },
		{ 32, 64, 2, 3, 1, 8, 8 }, { 1, 1, 1, 3, 1, 4, 4 }
	};
	/* without a sign; with one; nothing but below zero and zero */
	static const int ends[][2] = { { 0, 255 }, { -100, 155 }, { -255, 0 } };
	(void)state;
	need_int8();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
			struct region *r = conv_alone(cases[i].from, cases[i].to, cases[i].groups, cases[i].size, cases[i].stride);
			struct region *again = conv_alone(cases[i].from, cases[i].to, cases[i].groups, cases[i].size, cases[i].stride);
			double worst = difference(r, again, (const int64_t[4]){ 2, cases[i].from, cases[i].height, cases[i].width },
				ends[k][0], ends[k][1], 1);
			if (worst > 1e-6)
				fail_msg("case %zu, %d..%d: off by %g of the largest", i, ends[k][0], ends[k][1], worst);
		}
}

/* conv, act, and what `between` makes of it, then a convolution again. */
static struct region *
around(enum region_op_kind between, struct act act)
{
	seed = 11;
	struct region *r = region_of(6, 5);
	const float scale = 1.0F / 2000;
	struct region_op *op = add_conv(r, 0, 1, (const int[2]){ 8, 16 }, 1, 3, 1, scale);
	op->act = act;
	int channels = 16;
	const int both[2] = { 1, 2 };
	switch (between) {
	case REGION_CONCAT:
		add_conv(r, 0, 2, (const int[2]){ 8, 16 }, 1, 1, 1, scale)->act = act;
		region_add(r, REGION_CONCAT, both, 2, 3);
		channels = 32;
		break;
	case REGION_ADD:
		add_conv(r, 0, 2, (const int[2]){ 8, 16 }, 1, 1, 1, scale)->act = act;
		region_add(r, REGION_ADD, both, 2, 3);
		break;
	case REGION_MUL:
		add_conv(r, 0, 2, (const int[2]){ 8, 16 }, 1, 1, 1, scale)->act = (struct act) { .kind = ACT_SIGMOID };
		region_add(r, REGION_MUL, both, 2, 3);
		break;
	case REGION_SLICE:
		op = region_add(r, REGION_SLICE, both, 1, 3);
		op->first = 4;
		op->channels = channels = 8;
		break;
	case REGION_RESIZE:
		region_add(r, REGION_RESIZE, both, 1, 3)->factor = 2;
		break;
	case REGION_MAXPOOL:
	case REGION_AVGPOOL:
		region_add(r, between, both, 1, 3)->window =
			(struct window) { { 5, 5 }, { 1, 1 }, { 1, 1 }, { 2, 2 }, { 2, 2 }, false };
		break;
	case REGION_ACT:
		region_add(r, REGION_ACT, both, 1, 3)->act = (struct act) { .kind = ACT_TANH };
		break;
	case REGION_CONV:
		/* what is added, before or after the function */
		op = add_conv(r, 1, 3, (const int[2]){ 16, 16 }, 1, 3, 1, scale);
		op->act = act;
		op->residual = 1;
		break;
	case REGION_GLOBALPOOL:
		region_add(r, REGION_GLOBALPOOL, both, 1, 3);
		break;
	}
	add_conv(r, 3, 4, (const int[2]){ channels, 12 }, 1, 3, 1, scale);
	/* behind the last convolution nothing is rounded */
	region_add(r, REGION_ACT, (const int[1]){ 4 }, 1, 5)->act = (struct act) { .kind = ACT_LINEAR, .alpha = 2, .beta = -1 };
	return r;
}

static void
test_between(void **state)
{
	static const enum region_op_kind kinds[] = { REGION_CONCAT, REGION_ADD, REGION_MUL, REGION_SLICE, REGION_RESIZE, REGION_MAXPOOL,
		REGION_AVGPOOL, REGION_ACT, REGION_CONV, REGION_GLOBALPOOL };
	static const struct act acts[] = { { ACT_NONE, 0, 0 }, { ACT_RELU, 0, 0 }, { ACT_RELU, 0.1F, 0 }, { ACT_CLIP, 0, 6 },
		{ ACT_SILU, 0, 0 }, { ACT_HARDSWISH, 0, 0 }, { ACT_HARDSIGMOID, 0.2F, 0.5F } };
	(void)state;
	need_int8();
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		for (size_t k = 0; k < sizeof acts / sizeof *acts; k++) {
			double worst = difference(around(kinds[i], acts[k]), around(kinds[i], acts[k]), (const int64_t[4]){ 1, 8, 10, 14 },
				-128, 127, 1);
			if (worst > 0.05)
				fail_msg("operation %d, function %d: off by %g of the largest", (int)kinds[i], (int)acts[k].kind, worst);
		}
}

/* As YOLOv5 has it: two branches, one with residuals, joined; with what was added too, or without. */
static struct region *
block(struct act last, bool again)
{
	const struct act silu = { .kind = ACT_SILU };
	seed = 13;
	struct region *r = region_of(9, 8);
	add_conv(r, 0, 1, (const int[2]){ 3, 32 }, 1, 3, 2, 1.0F / 1000)->act = silu;
	add_conv(r, 1, 2, (const int[2]){ 32, 16 }, 1, 1, 1, 1.0F / 400)->act = silu;
	add_conv(r, 1, 3, (const int[2]){ 32, 16 }, 1, 1, 1, 1.0F / 400)->act = silu;
	add_conv(r, 2, 4, (const int[2]){ 16, 16 }, 1, 1, 1, 1.0F / 400)->act = silu;
	struct region_op *op = add_conv(r, 4, 5, (const int[2]){ 16, 16 }, 1, 3, 1, 1.0F / 800);
	op->act = silu;
	op->residual = 2;
	op->last = last;
	region_add(r, REGION_CONCAT, (const int[3]){ 5, 3, 2 }, again ? 3 : 2, 6);
	add_conv(r, 6, 7, (const int[2]){ again ? 48 : 32, 32 }, 1, 1, 1, 1.0F / 400)->act = silu;
	add_conv(r, 7, 8, (const int[2]){ 32, 18 }, 1, 1, 1, 1.0F / 400);
	return r;
}

static void
test_block(void **state)
{
	static const struct act lasts[] = { { ACT_NONE, 0, 0 }, { ACT_RELU, 0, 0 }, { ACT_SILU, 0, 0 } };
	(void)state;
	need_int8();
	for (size_t i = 0; i < 2 * sizeof lasts / sizeof *lasts; i++) {
		const struct act last = lasts[i / 2];
		double worst = difference(block(last, i % 2 != 0), block(last, i % 2 != 0), (const int64_t[4]){ 1, 3, 32, 48 }, 0, 255, 1.0F / 255);
		if (worst > 0.05)
			fail_msg("block %zu: off by %g of the largest", i, worst);
	}
}

/* A calibration that saw nothing: results are of no use, but they are numbers. */
static void
test_unseen(void **state)
{
	struct vision_layer l;
	struct vision_array from = { .ndims = 4, .dims = { 1, 3, 32, 32 } }, to = { 0 };
	struct range ranges[9] = { { 0, 0 } };
	(void)state;
	need_int8();
	ranges[4] = (struct range) { -1e30F, 1e30F };
	ranges[5] = (struct range) { -1e-30F, 1e-38F };
	ranges[6] = (struct range) { -1e-45F, 0 };
	const struct calibrated seen = { 8, 9, ranges };
	assert_int_equal(fast_layer(block((struct act) { .kind = ACT_NONE }, false), &seen, NULL, &l, &e), 0);
	from.data = mem_array(3 * 32 * 32, sizeof(float));
	from.data[5] = 1;
	assert_int_equal(l.shape(l.self, &from, 1, &to, &e), 0);
	to.data = mem_array(18 * 16 * 16, sizeof(float));
	assert_int_equal(l.run(l.self, &from, 1, &to, &e), 0);
	free(from.data);
	free(to.data);
	l.free(l.self);
}

static void
test_covers(void **state)
{
	(void)state;
	struct region *deep = region_of(4, 3), *plain = block((struct act) { .kind = ACT_NONE }, false), *none = region_of(2, 1);
	add_conv(deep, 0, 1, (const int[2]){ 8, 8 }, 8, 3, 1, 1);
	add_conv(deep, 1, 2, (const int[2]){ 8, 8 }, 1, 1, 1, 1);
	add_conv(deep, 2, 3, (const int[2]){ 8, 8 }, 1, 1, 1, 1);
	region_add(none, REGION_ACT, (const int[1]){ 0 }, 1, 1);
	assert_false(calibration_covers(deep));
	assert_true(calibration_covers(plain));
	assert_false(calibration_covers(none));
	region_free(deep);
	region_free(plain);
	region_free(none);
}

static void
test_refused(void **state)
{
	(void)state;
	fast_choose(&(struct fast_choice){ "opencv", "auto", "int8", "auto" });
	assert_int_equal(fast_ready(&e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_string_equal(fast_calibration(), "auto");
	fast_choose(&(struct fast_choice){ "fast", "auto", "f32", "auto" });
	assert_null(fast_calibration());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_convolutions), cmocka_unit_test(test_between), cmocka_unit_test(test_block),
		cmocka_unit_test(test_unseen), cmocka_unit_test(test_covers), cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
