/*
 * The arithmetic between MTCNN's networks.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "people/mtcnn.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-5 * (1 + fabs(b));
}

static void
scales(void **state)
{
	(void)state;
	double s[32];
	/* 240 * 12 / 20 = 144: 144, 102, 72.4, 51.3, 36.4, 25.8, 18.3, 13.0; then 9.2. */
	size_t n = mtcnn_scales(320, 240, 20, s, 32);
	assert_int_equal(n, 8);
	assert_true(near(s[0], 0.6) && near(s[1], 0.6 * 0.709) && near(s[7], 0.6 * pow(0.709, 7)));
	assert_int_equal(mtcnn_scales(320, 240, 20, s, 3), 3);
	assert_int_equal(mtcnn_scales(320, 240, 20, s, 0), 0);
	assert_int_equal(mtcnn_scales(20000, 20, 20, s, 32), 1);	/* exactly one cell high */
	assert_int_equal(mtcnn_scales(20000, 19, 20, s, 32), 0);
	assert_int_equal(mtcnn_scales(1, 1, 20, s, 32), 0);
	assert_int_equal(mtcnn_scales(320, 240, 0, s, 32), 0);
	assert_int_equal(mtcnn_scales(320, 240, -5, s, 32), 0);
	assert_int_equal(mtcnn_scales(320, 240, NAN, s, 32), 0);
}

static void
regress_and_square(void **state)
{
	(void)state;
	struct det d = { .x = 10, .y = 20, .w = 40, .h = 20 };
	mtcnn_regress(&d, (float[4]){ 0.1f, -0.5f, 0.25f, 0.5f });
	assert_true(near(d.x, 14) && near(d.y, 10) && near(d.w, 46) && near(d.h, 40));
	mtcnn_square(&d);
	assert_true(near(d.w, 46) && near(d.h, 46) && near(d.x, 14) && near(d.y, 7));
}

/* A map of 3 cells along the picture's width and 2 along its height. */
static struct tensor
map(const float *data, int channels)
{
	return (struct tensor){ .name = "map", .ndims = 4, .dims = { 1, channels, 3, 2 },
		.data = data };
}

static void
proposes(void **state)
{
	(void)state;
	float prob[12] = {0}, reg[24] = {0};
	struct dets d = {0};
	struct err e = {0};
	prob[6 + 2 * 2 + 1] = 0.9f;		/* x cell 2, y cell 1 */
	prob[6 + 0] = 0.5f;			/* below */
	reg[0 * 6 + 5] = 0.5f;			/* x1 */
	reg[3 * 6 + 5] = -0.25f;		/* y2 */
	struct tensor p = map(prob, 2), r = map(reg, 4);
	assert_int_equal(mtcnn_propose(&p, &r, 0.5, 0.6, &d, &e), 0);
	assert_int_equal(d.n, 1);
	/*
	 * Cell 2, 1 at half size: 8, 4, 24 wide; moved by half its width at the left, by a quarter
	 * at the bottom.
	 */
	assert_true(near(d.v[0].x, 20) && near(d.v[0].y, 4) && near(d.v[0].w, 12)
		&& near(d.v[0].h, 18));
	assert_true(near(d.v[0].score, 0.9));
	dets_free(&d);
}

static void
hostile_numbers(void **state)
{
	(void)state;
	float prob[12], reg[24];
	struct dets d = {0};
	struct err e = {0};
	struct tensor p = map(prob, 2), r = map(reg, 4);
	for (int i = 0; i < 12; i++)
		prob[i] = i % 2 ? NAN : 1;
	for (int i = 0; i < 24; i++)
		reg[i] = i < 6 ? NAN : 0;
	assert_int_equal(mtcnn_propose(&p, &r, 0.5, 0.6, &d, &e), 0);
	assert_int_equal(d.n, 0);
	for (int i = 0; i < 24; i++)
		reg[i] = i < 6 ? 1 : 0;		/* x1 moved onto x2: no width left */
	assert_int_equal(mtcnn_propose(&p, &r, 0.5, 0.6, &d, &e), 0);
	assert_int_equal(d.n, 0);
	dets_free(&d);
}

static void
wrong_shapes(void **state)
{
	(void)state;
	float data[32] = {0};
	struct dets d = {0};
	struct err e = {0};
	struct tensor p = map(data, 2), r = map(data, 4);
	p.dims[1] = 3;
	assert_int_equal(mtcnn_propose(&p, &r, 0.5, 0.6, &d, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_non_null(strstr(e.msg, "(1, 3, 3, 2)"));
	p.dims[1] = 2;
	r.dims[3] = 1;
	assert_int_equal(mtcnn_propose(&p, &r, 0.5, 0.6, &d, &e), -1);
	r.dims[3] = 2;
	p.ndims = 3;
	assert_int_equal(mtcnn_propose(&p, &r, 0.5, 0.6, &d, &e), -1);
	p.ndims = 4;
	p.dims[2] = r.dims[2] = 0;
	assert_int_equal(mtcnn_propose(&p, &r, 0.5, 0.6, &d, &e), 0);
	assert_int_equal(d.n, 0);
	dets_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scales),
		cmocka_unit_test(regress_and_square),
		cmocka_unit_test(proposes),
		cmocka_unit_test(hostile_numbers),
		cmocka_unit_test(wrong_shapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
