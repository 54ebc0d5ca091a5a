/*
 * Counts per minute, by hand and at their ends.
 */
#include "score_test.h"

#include <math.h>

#include "score/counts.h"

static void
near(double have, double want)
{
	if (!(fabs(have - want) <= 1e-12))
		fail_msg("%.17g, not %.17g", have, want);
}

static void
test_by_hand(void **state)
{
	const struct counts_minute minutes[] = { { 4, 2 }, { 6, 3 }, { 8, 6 }, { 2, 3 } };
	struct interval v[COUNTS_FIGURES], again[COUNTS_FIGURES];
	(void)state;
	counts_score(minutes, 4, &(struct bootstrap_options){ .seed = 1 }, v);
	near(v[COUNTS_BIAS].value, -6.0 / 4);
	near(v[COUNTS_MAE].value, 8.0 / 4);
	near(v[COUNTS_FACTOR].value, 20.0 / 14);
	/* 11 / sqrt(20 * 9) around the means 5 and 3.5: products 1.5 - .5 + 7.5 + 1.5 = 10 */
	near(v[COUNTS_CORRELATION].value, 10 / sqrt(20.0 * 9));
	assert_true(v[COUNTS_FACTOR].low < v[COUNTS_FACTOR].value && v[COUNTS_FACTOR].value < v[COUNTS_FACTOR].high);
	counts_score(minutes, 4, &(struct bootstrap_options){ .seed = 1, .threads = 3 }, again);
	for (int f = 0; f < COUNTS_FIGURES; f++)
		assert_true(v[f].low == again[f].low && v[f].high == again[f].high);
}

static void
test_undefined(void **state)
{
	const struct counts_minute same[] = { { 5, 5 }, { 5, 4 } }, none[] = { { 3, 0 }, { 1, 0 } };
	struct interval v[COUNTS_FIGURES];
	(void)state;
	counts_score(NULL, 0, &(struct bootstrap_options){ 0 }, v);
	for (int f = 0; f < COUNTS_FIGURES; f++)
		assert_true(isnan(v[f].value) && isnan(v[f].low));
	counts_score(same, 2, &(struct bootstrap_options){ 0 }, v);
	assert_true(isnan(v[COUNTS_CORRELATION].value));
	near(v[COUNTS_FACTOR].value, 10.0 / 9);
	counts_score(none, 2, &(struct bootstrap_options){ 0 }, v);
	assert_true(isnan(v[COUNTS_FACTOR].value));
	near(v[COUNTS_BIAS].value, -2);
	counts_score(none, 1, &(struct bootstrap_options){ 0 }, v);
	near(v[COUNTS_MAE].value, 3);
	assert_true(isnan(v[COUNTS_MAE].low));
}

/* Large counts that hardly differ: the correlation must not cancel away. */
static void
test_far_from_zero(void **state)
{
	struct counts_minute m[50];
	struct interval v[COUNTS_FIGURES];
	(void)state;
	for (int i = 0; i < 50; i++)
		m[i] = (struct counts_minute){ 1e9 + i, 2e9 + 3 * i };
	counts_score(m, 50, &(struct bootstrap_options){ .resamples = 50 }, v);
	near(v[COUNTS_CORRELATION].value, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_undefined),
		cmocka_unit_test(test_far_from_zero)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
