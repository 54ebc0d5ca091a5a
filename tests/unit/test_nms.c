/*
 * Suppression, and the list that it works on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/decode.h"
#include "people/mtcnn.h"

static void
add(struct dets *d, double x, double y, double w, double h, double score)
{
	struct det *v = dets_add(d);
	v->x = x;
	v->y = y;
	v->w = w;
	v->h = h;
	v->score = score;
}

static void
list(void **state)
{
	(void)state;
	struct dets d = {0};
	for (int i = 0; i < 1000; i++)
		add(&d, i, 0, 1, 1, 0.5);
	assert_int_equal(d.n, 1000);
	assert_true(d.v[999].x == 999 && d.v[0].x == 0 && !d.v[999].has_points);
	dets_clear(&d);
	assert_int_equal(d.n, 0);
	d.v[0].has_points = true;
	assert_false(dets_add(&d)->has_points);
	dets_free(&d);
	dets_free(&d);
	assert_null(d.v);
}

static void
best_survives(void **state)
{
	(void)state;
	struct dets d = {0};
	add(&d, 0, 0, 10, 10, 0.5);
	add(&d, 1, 0, 10, 10, 0.9);		/* IoU with the first: 9 / 11 */
	add(&d, 100, 0, 10, 10, 0.7);
	nms(&d, 0.45);
	assert_int_equal(d.n, 2);
	assert_true(d.v[0].score == 0.9 && d.v[1].score == 0.7);
	dets_free(&d);
}

static void
limit_is_exclusive(void **state)
{
	(void)state;
	struct dets d = {0};
	add(&d, 0, 0, 10, 10, 0.9);
	add(&d, 0, 0, 10, 5, 0.8);		/* IoU exactly 0.5 */
	nms(&d, 0.5);
	assert_int_equal(d.n, 2);
	nms(&d, 0.49);
	assert_int_equal(d.n, 1);
	dets_free(&d);
}

/* A suppressed box suppresses nobody: A kills B, and C, which only B overlaps, stays. */
static void
suppressed_do_not_count(void **state)
{
	(void)state;
	struct dets d = {0};
	add(&d, 0, 0, 10, 10, 0.9);
	add(&d, 4, 0, 10, 10, 0.8);
	add(&d, 8, 0, 10, 10, 0.7);
	nms(&d, 0.3);
	assert_int_equal(d.n, 2);
	assert_true(d.v[0].x == 0 && d.v[1].x == 8);
	dets_free(&d);
}

static void
one_keeps_all(void **state)
{
	(void)state;
	struct dets d = {0};
	add(&d, 0, 0, 10, 10, 0.1);
	add(&d, 0, 0, 10, 10, 0.9);
	add(&d, 0, 0, 10, 10, 0.5);
	nms(&d, 1);
	assert_int_equal(d.n, 3);
	assert_true(d.v[0].score == 0.9 && d.v[1].score == 0.5 && d.v[2].score == 0.1);
	nms(&d, 0);
	assert_int_equal(d.n, 1);
	dets_free(&d);
}

static void
ties_by_place(void **state)
{
	(void)state;
	/* The same boxes in every order, equal scores: the same survivors in the same order. */
	static const int orders[6][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}
	};
	for (int k = 0; k < 6; k++) {
		struct dets d = {0};
		for (int i = 0; i < 3; i++)
			add(&d, 3 * orders[k][i], 0, 10, 10, 0.5);
		nms(&d, 0.4);
		assert_int_equal(d.n, 2);
		assert_true(d.v[0].x == 0 && d.v[1].x == 6);
		dets_free(&d);
	}
}

static void
nothing(void **state)
{
	(void)state;
	struct dets d = {0};
	nms(&d, 0.5);
	nms_min(&d, 0.5);
	assert_int_equal(d.n, 0);
	add(&d, 0, 0, 0, 0, 0.5);
	add(&d, 0, 0, 0, 0, 0.5);
	nms(&d, 0);			/* boxes without area overlap nothing */
	assert_int_equal(d.n, 2);
	nms_min(&d, 0);
	assert_int_equal(d.n, 2);
	dets_free(&d);
}

static void
min_mode(void **state)
{
	(void)state;
	struct dets d = {0};
	add(&d, 0, 0, 100, 100, 0.8);
	add(&d, 10, 10, 10, 10, 0.9);		/* inside: IoU 0.01, but all of the smaller */
	nms(&d, 0.5);
	assert_int_equal(d.n, 2);
	nms_min(&d, 0.7);
	assert_int_equal(d.n, 1);
	assert_true(d.v[0].score == 0.9);
	dets_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list),
		cmocka_unit_test(best_survives),
		cmocka_unit_test(limit_is_exclusive),
		cmocka_unit_test(suppressed_do_not_count),
		cmocka_unit_test(one_keeps_all),
		cmocka_unit_test(ties_by_place),
		cmocka_unit_test(nothing),
		cmocka_unit_test(min_mode),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
