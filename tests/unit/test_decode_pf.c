/*
 * footfall-pf's raw heads: boxes reckoned by hand, any size of input, shapes that do not fit, and numbers that are none.
 */
#include "decode_test.h"

enum { NC = 2, LEFT = 0, TOP = 1, RIGHT = 2, BOTTOM = 3, SCORE = 4 };

static const struct decode SMALL = { .in_w = 96, .in_h = 64, .nclasses = NC, .wanted = 0, .min_score = 0.3 };

/* The three maps of an input, in no order, in which nothing is found. */
static void
make(struct tensor t[3], const struct decode *c)
{
	static const int strides[] = { 16, 32, 8 };
	for (int i = 0; i < 3; i++) {
		char name[16];
		snprintf(name, sizeof name, "stride_%d", strides[i]);
		t[i] = ZEROS(name, 1, 5 * c->nclasses, c->in_h / strides[i], c->in_w / strides[i]);
		size_t plane = (size_t)(t[i].dims[2] * t[i].dims[3]);
		for (size_t k = 0; k < tensor_count(&t[i]); k++)
			if (k / plane % 5 == SCORE)
				*at(&t[i], k) = -20;
	}
}

/* Cell (row, column) of class k of a map: left, top, right, bottom, score. */
static void
set(const struct tensor *t, int k, int row, int column, const float v[5])
{
	size_t plane = (size_t)(t->dims[2] * t->dims[3]);
	for (size_t i = 0; i < 5; i++)
		*at(t, (5 * (size_t)k + i) * plane + (size_t)(row * t->dims[3] + column)) = v[i];
}

#define SET(t, k, row, column, ...) set(t, k, row, column, (const float[]){ __VA_ARGS__ })

static void
by_hand(void **state)
{
	(void)state;
	struct tensor t[3];
	struct dets d = { 0 };
	struct decode c = SMALL;
	const float ln2 = logf(2);
	make(t, &c);
	/* stride 8, cell (3, 5): centre 44, 28; sides 8, 16, 4, 8 */
	SET(&t[2], 0, 3, 5, 0, ln2, -ln2, 0, 0);
	/* stride 32, cell (1, 2): centre 80, 48; sides 32 each */
	SET(&t[1], 0, 1, 2, 0, 0, 0, 0, 3);
	/* a face in the very cell of the first: sides 1, 2, 3, 4 */
	SET(&t[2], 1, 3, 5, logf(1 / 8.0f), logf(2 / 8.0f), logf(3 / 8.0f), logf(4 / 8.0f), 1);
	/* stride 16, cell (0, 0): centre 8, 8; sides 16: reaches out of the input, which is not its business */
	SET(&t[0], 1, 0, 0, 0, 0, 0, 0, 2);
	finds(decode_pf, &c, t, 3, &d, 2);
	is_det(&d.v[0], 48, 16, 64, 64, 1 / (1 + exp(-3)));
	is_det(&d.v[1], 36, 12, 12, 24, 0.5);
	assert_false(d.v[0].has_points);
	c.wanted = 1;
	finds(decode_pf, &c, t, 3, &d, 2);
	is_det(&d.v[0], -8, -8, 32, 32, 1 / (1 + exp(-2)));
	is_det(&d.v[1], 43, 26, 4, 6, 1 / (1 + exp(-1)));
	/* one map alone is a network of one stride */
	finds(decode_pf, &c, t, 1, &d, 1);
	dets_free(&d);
	drop(t, 3);
}

static void
at_the_threshold(void **state)
{
	(void)state;
	static const double thresholds[] = { 0, 1e-9, 0.001, 0.25, 0.5, 0.731, 0.9, 0.999999, 1 - 1e-12, 1 };
	struct tensor t[3];
	struct dets d = { 0 };
	struct decode c = SMALL;
	make(t, &c);
	for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++) {
		c.min_score = thresholds[i];
		for (int k = -300; k <= 300; k++) {
			const float v = i % 2 == 0 ? (float)k / 10 : (float)(log(c.min_score / (1 - c.min_score)) + k * 1e-6);
			SET(&t[1], 0, 0, 0, 0, 0, 0, 0, v);
			size_t others = c.min_score <= 1 / (1 + exp(20)) ? 96 + 24 + 6 - 1 : 0;
			finds(decode_pf, &c, t, 3, &d, others + (1 / (1 + exp(-(double)v)) >= c.min_score));
		}
	}
	dets_free(&d);
	drop(t, 3);
}

static void
sizes(void **state)
{
	(void)state;
	static const int size[][2] = { { 32, 32 }, { 32, 96 }, { 160, 64 }, { 640, 384 }, { 1280, 736 } };
	for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
		struct tensor t[3];
		struct dets d = { 0 };
		struct decode c = SMALL;
		c.in_w = size[i][0];
		c.in_h = size[i][1];
		make(t, &c);
		/* the last cell of each map: its right bottom corner is the input's */
		for (int k = 0; k < 3; k++)
			SET(&t[k], 0, t[k].dims[2] - 1, t[k].dims[3] - 1, 0, 0, -logf(2), -logf(2), 5);
		finds(decode_pf, &c, t, 3, &d, 3);
		for (int k = 0; k < 3; k++) {
			assert_true(fabs(d.v[k].x + d.v[k].w - c.in_w) < 1e-3 && fabs(d.v[k].y + d.v[k].h - c.in_h) < 1e-3);
			assert_true(fabs(d.v[k].w - 1.5 * c.in_w / t[k].dims[3]) < 1e-3);
		}
		dets_free(&d);
		drop(t, 3);
	}
}

static void
not_finite(void **state)
{
	(void)state;
	struct tensor t[3];
	struct dets d = { 0 };
	struct decode c = SMALL;
	make(t, &c);
	for (int i = 0; i < 5; i++) {
		float v[5] = { 0, 0, 0, 0, 4 };
		v[i] = NAN;
		set(&t[2], 0, 1, 1, v);
		finds(decode_pf, &c, t, 3, &d, 0);
		v[i] = -INFINITY;
		set(&t[2], 0, 1, 1, v);
		/* a side of no length is one; a score of nothing is none */
		finds(decode_pf, &c, t, 3, &d, i < SCORE);
		v[i] = INFINITY;
		set(&t[2], 0, 1, 1, v);
		finds(decode_pf, &c, t, 3, &d, 1);
		assert_true(isfinite(d.v[0].w) && d.v[0].score <= 1);
	}
	/* sides are cut at e^8 strides */
	SET(&t[2], 0, 1, 1, 100, 8, 3e38f, 8.0001f, 4);
	finds(decode_pf, &c, t, 3, &d, 1);
	is_det(&d.v[0], 12 - 8 * exp(8), 12 - 8 * exp(8), 16 * exp(8), 16 * exp(8), 1 / (1 + exp(-4)));
	/* a box without any length */
	SET(&t[2], 0, 1, 1, -INFINITY, 0, -INFINITY, 0, 4);
	finds(decode_pf, &c, t, 3, &d, 0);
	/* NaN everywhere */
	for (size_t k = 0; k < tensor_count(&t[2]); k++)
		*at(&t[2], k) = NAN;
	c.min_score = 0;
	finds(decode_pf, &c, t, 3, &d, 24 + 6);
	dets_free(&d);
	drop(t, 3);
}

static void
bad_shapes(void **state)
{
	(void)state;
	struct tensor good[3];
	struct tensor bad[] = {
		ZEROS("stride_8", 1, 10, 12, 8), ZEROS("stride_8", 1, 10, 8, 11), ZEROS("stride_8", 1, 10, 4, 6),
		ZEROS("stride_8", 1, 9, 8, 12), ZEROS("stride_8", 1, 15, 8, 12), ZEROS("stride_8", 2, 10, 8, 12),
		ZEROS("stride_8", 0, 10, 8, 12), ZEROS("stride_8", 10, 8, 12), ZEROS("stride_8", 1, 10, 96), ZEROS("stride_8", 960),
		ZEROS("stride_8", 1, 1, 10, 8, 12), ZEROS("stride_8", 1, 10, 0, 12), ZEROS("stride_16", 1, 10, 8, 12),
		ZEROS("stride_", 1, 10, 8, 12), ZEROS("stride_0", 1, 10, 8, 12), ZEROS("stride_-8", 1, 10, 8, 12),
		ZEROS("stride_8x", 1, 10, 8, 12), ZEROS("stride_7", 1, 10, 9, 13), ZEROS("stride_99999999999999999999", 1, 10, 8, 12),
		ZEROS("stride_4294967304", 1, 10, 8, 12), ZEROS("output0", 1, 10, 8, 12), ZEROS("", 1, 10, 8, 12),
		/* a second map of the same stride */
		ZEROS("stride_16", 1, 10, 4, 6), ZEROS("stride_016", 1, 10, 4, 6),
	};
	struct decode c = SMALL;
	make(good, &c);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tensor t[3] = { good[0], good[1], bad[i] };
		refuses(decode_pf, &c, t, 3, bad[i].name, "maps stride_N (1, 10, height / N, width / N) of an input of 96x64");
	}
	refuses(decode_pf, &c, good, 0, "nothing", "maps stride_N");
	struct tensor negative = good[2];
	negative.dims[3] = -12;
	refuses(decode_pf, &c, &negative, 1, "(1, 10, 8, -12)", "maps stride_N");
	/* the right maps of another input */
	c.in_w = 64;
	refuses(decode_pf, &c, good, 3, "stride_16 (1, 10, 4, 6)", "of an input of 64x64");
	drop(good, 3);
	drop(bad, sizeof bad / sizeof *bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(at_the_threshold),
		cmocka_unit_test(sizes),
		cmocka_unit_test(not_finite),
		cmocka_unit_test(bad_shapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
