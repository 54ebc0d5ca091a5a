/*
 * Precision, recall and F1 against the score, counted a second time plainly.
 */
#include "score_test.h"

#include <math.h>

#include "score/curve.h"

static void
near(double have, double want)
{
	if (!(fabs(have - want) <= 1e-12))
		fail_msg("%.17g, not %.17g", have, want);
}

/* 3 truths; right 0.9, wrong 0.8, right and wrong 0.7 (a tie), wrong 0.2; a second picture with a truth only. */
static struct labels
example(void)
{
	struct labels l = set_new(2, 1);
	set_truth(&l, 0, 0, 0, 0, 10, 10);
	set_truth(&l, 0, 0, 50, 0, 10, 10);
	set_truth(&l, 1, 0, 0, 0, 10, 10);
	set_prediction(&l, 0, 0, 300, 0, 10, 10, 0.8);
	set_prediction(&l, 0, 0, 0, 0, 10, 10, 0.9);
	set_prediction(&l, 0, 0, 400, 0, 10, 10, 0.7);
	set_prediction(&l, 0, 0, 50, 0, 10, 10, 0.7);
	set_prediction(&l, 0, 0, 500, 0, 10, 10, 0.2);
	return l;
}

static void
test_points(void **state)
{
	struct labels l = example();
	struct matches *m = matches_new(&l, &(struct match_options){ 0 });
	struct curve *c = curve_new(m, CURVE_ALL);
	(void)state;
	assert_int_equal(c->npoints, 4);
	assert_int_equal(c->truths, 3);
	near(c->points[0].precision, 1);
	near(c->points[0].recall, 1.0 / 3);
	near(c->points[2].precision, 0.5);
	assert_int_equal(c->points[2].wrong, 2);
	near(curve_best(c)->score, 0.7);
	near(curve_best(c)->f1, 4.0 / 7);
	near(curve_at(c, 0.75).precision, 0.5);
	near(curve_at(c, 0.7).recall, 2.0 / 3);
	near(curve_at(c, 0).precision, 0.4);
	near(curve_at(c, 0.95).precision, -1);
	near(curve_at(c, 0.95).f1, 0);
	struct curve_point p = curve_count(m, 0, 0.75);
	assert_int_equal(p.right, 1);
	assert_int_equal(p.wrong, 1);
	assert_int_equal(p.missed, 2);
	struct curve_image images[2];
	curve_images(m, 0.75, images);
	assert_int_equal(images[0].right, 1);
	assert_int_equal(images[0].wrong, 1);
	assert_int_equal(images[0].missed, 1);
	assert_int_equal(images[1].missed, 1);
	curve_images(m, NAN, images);
	assert_int_equal(images[0].missed, 2);
	curve_free(c);
	matches_free(m);
	labels_free(&l);
}

/* 2/3 at 0.9 (one right, one missed) and again at 0.7 (two right, two wrong): the higher score is the answer. */
static void
test_best_of_equals(void **state)
{
	struct labels l = set_new(1, 1);
	(void)state;
	set_truth(&l, 0, 0, 0, 0, 10, 10);
	set_truth(&l, 0, 0, 50, 0, 10, 10);
	set_prediction(&l, 0, 0, 0, 0, 10, 10, 0.9);
	set_prediction(&l, 0, 0, 300, 0, 10, 10, 0.8);
	set_prediction(&l, 0, 0, 400, 0, 10, 10, 0.75);
	set_prediction(&l, 0, 0, 50, 0, 10, 10, 0.7);
	struct matches *m = matches_new(&l, &(struct match_options){ 0 });
	struct curve *c = curve_new(m, CURVE_ALL);
	near(c->points[0].f1, c->points[3].f1);
	near(curve_best(c)->score, 0.9);
	curve_free(c);
	matches_free(m);
	labels_free(&l);
}

/* Two counts of the same thing, on sets with crowds, ignored truths, ties and several classes. */
static void
test_counts_agree(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 30; seed++) {
		struct labels l = set_random(seed, 8, 3, false);
		struct matches *m = matches_new(&l, &(struct match_options){ 0 });
		struct curve *c = curve_new(m, CURVE_ALL);
		for (int i = 0; i <= 10; i++) {
			struct curve_point p = curve_at(c, i / 10.0);
			uint64_t right = 0, wrong = 0, missed = 0;
			struct curve_image images[8];
			curve_images(m, i / 10.0, images);
			for (int k = 0; k < 8; k++) {
				right += images[k].right;
				wrong += images[k].wrong;
				missed += images[k].missed;
			}
			assert_true(p.right == right && p.wrong == wrong && p.missed == missed);
			for (size_t k = 0; k < 3; k++) {
				struct curve_point q = curve_count(m, k, i / 10.0);
				struct curve *one = curve_new(m, k);
				near(curve_at(one, i / 10.0).f1, q.f1);
				curve_free(one);
				right -= q.right;
				wrong -= q.wrong;
				missed -= q.missed;
			}
			assert_true(right == 0 && wrong == 0 && missed == 0);
		}
		for (size_t i = 0; i < c->npoints; i++)
			assert_true(c->points[i].f1 <= curve_best(c)->f1);
		curve_free(c);
		matches_free(m);
		labels_free(&l);
	}
}

/* More than a hundred faces in one picture are all looked at. */
static void
test_no_limit(void **state)
{
	struct labels l = set_new(1, 1);
	(void)state;
	for (int i = 0; i < 150; i++) {
		set_truth(&l, 0, 0, 20 * i, 0, 10, 10);
		set_prediction(&l, 0, 0, 20 * i, 0, 10, 10, 0.5);
	}
	struct matches *m = matches_new(&l, &(struct match_options){ 0 });
	struct curve *c = curve_new(m, CURVE_ALL);
	near(curve_best(c)->recall, 1);
	curve_free(c);
	matches_free(m);
	labels_free(&l);
}

static void
test_empty(void **state)
{
	struct labels l = set_new(1, 1);
	(void)state;
	set_prediction(&l, 0, 0, 0, 0, 10, 10, 0.5);
	struct matches *m = matches_new(&l, &(struct match_options){ 0 });
	struct curve *c = curve_new(m, CURVE_ALL);
	assert_null(curve_best(c));
	near(curve_at(c, 0).precision, 0);
	near(curve_at(c, 0).recall, -1);
	near(curve_at(c, 0).f1, -1);
	curve_free(c);
	curve_free(NULL);
	matches_free(m);
	labels_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_best_of_equals),
		cmocka_unit_test(test_counts_agree),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_empty)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
