/*
 * Gender figures by hand where scikit-learn has no word for it: missed faces, abstaining, slices.
 */
#include "score_test.h"

#include <math.h>
#include <string.h>

#include "score/gender_score.h"

static void
near(double have, double want)
{
	if (!(fabs(have - want) <= 1e-12))
		fail_msg("%.17g, not %.17g", have, want);
}

#define F GENDER_FEMALE
#define M GENDER_MALE

static const struct gender_item items[] = {
	{ F, false, 0.9 }, { F, false, 0.8 }, { F, false, 0.3 }, { F, true, NAN },
	{ M, false, 0.1 }, { M, false, 0.6 }, { M, false, 0.5 }, { M, true, 0.2 }
};
enum { ITEMS = sizeof items / sizeof *items };

static void
test_missed(void **state)
{
	struct gender_score g;
	(void)state;
	gender_score(items, ITEMS, 0, &g);
	assert_int_equal(g.items, 8);
	assert_int_equal(g.no_face, 2);
	/* exactly one half is no answer */
	assert_int_equal(g.abstained, 1);
	assert_int_equal(g.confusion.female_female, 2);
	assert_int_equal(g.confusion.female_male, 1);
	assert_int_equal(g.confusion.female_none, 1);
	assert_int_equal(g.confusion.male_female, 1);
	assert_int_equal(g.confusion.male_male, 1);
	assert_int_equal(g.confusion.male_none, 2);
	near(g.figures[GENDER_ACCURACY], 3.0 / 8);
	near(g.figures[GENDER_ACCURACY_ANSWERED], 3.0 / 5);
	near(g.figures[GENDER_RECALL_FEMALE], 2.0 / 4);
	near(g.figures[GENDER_PRECISION_FEMALE], 2.0 / 3);
	near(g.figures[GENDER_RECALL_MALE], 1.0 / 4);
	near(g.figures[GENDER_F1_MALE], 2.0 / 6);
	/* of the 3 x 3 pairs that have an answer, .3 loses to .6 and .5 */
	near(g.figures[GENDER_AUC], 7.0 / 9);
}

static void
test_abstaining(void **state)
{
	struct gender_score g;
	(void)state;
	gender_score(items, ITEMS, 0.75, &g);
	assert_int_equal(g.abstained, 3);
	near(g.figures[GENDER_ACCURACY_ANSWERED], 1);
	near(g.cuts[0].certainty, 0.5);
	near(g.cuts[0].abstained, 1.0 / 6);
	near(g.cuts[0].accuracy, 3.0 / 5);
	near(g.cuts[25].certainty, 0.75);
	near(g.cuts[25].abstained, 0.5);
	near(g.cuts[25].accuracy, 1);
	assert_int_equal(g.cuts[50].answered, 0);
	assert_true(isnan(g.cuts[50].accuracy));
	near(g.cuts[50].abstained, 1);
}

static void
test_bins(void **state)
{
	const struct gender_item edge[] = { { F, false, 0 }, { M, false, 0.1 }, { F, false, 1 }, { F, false, 0.95 } };
	struct gender_score g;
	(void)state;
	gender_score(edge, 4, 0, &g);
	assert_int_equal(g.bins[0].n, 2);
	assert_int_equal(g.bins[9].n, 2);
	assert_int_equal(g.bins[5].n, 0);
	assert_true(isnan(g.bins[5].p_mean));
	near(g.bins[0].share, 0.5);
	near(g.bins[9].p_mean, 0.975);
	near(g.figures[GENDER_ECE], (2 * 0.45 + 2 * 0.025) / 4);
}

static void
test_nothing(void **state)
{
	struct gender_score g;
	struct interval v[GENDER_FIGURES];
	struct gender_slices s;
	const struct gender_item women[] = { { F, false, 0.9 }, { F, false, 0.8 } };
	(void)state;
	gender_score(NULL, 0, 0, &g);
	for (int f = 0; f < GENDER_FIGURES; f++)
		assert_true(isnan(g.figures[f]));
	assert_true(isnan(g.cuts[0].abstained));
	gender_intervals(NULL, 0, 0, &(struct bootstrap_options){ 0 }, v);
	assert_true(isnan(v[GENDER_ACCURACY].low));
	gender_slices(NULL, NULL, 0, 0, 1, &s);
	assert_int_equal(s.nslices, 0);
	assert_true(isnan(s.gap.value));
	gender_slices_free(&s);
	/* one gender alone: its figures, and none for the other */
	gender_score(women, 2, 0, &g);
	near(g.figures[GENDER_F1_FEMALE], 1);
	assert_true(isnan(g.figures[GENDER_F1_MALE]) && isnan(g.figures[GENDER_F1_MACRO]) && isnan(g.figures[GENDER_AUC]));
}

static void
test_slices(void **state)
{
	static const char *const values[ITEMS] = { "b", "a", "b", "b", "a", NULL, "b", "z" };
	struct gender_slices s;
	(void)state;
	gender_slices(items, values, ITEMS, 0, 2, &s);
	assert_int_equal(s.nslices, 2);
	assert_int_equal(s.small_groups, 1);
	assert_int_equal(s.small_items, 1);
	assert_int_equal(s.without_value, 1);
	assert_string_equal(s.slices[0].value, "a");
	assert_int_equal(s.slices[0].items, 2);
	near(s.slices[0].accuracy.value, 1);
	assert_string_equal(s.slices[1].value, "b");
	assert_int_equal(s.slices[1].items, 4);
	assert_int_equal(s.slices[1].no_face, 1);
	assert_int_equal(s.slices[1].abstained, 1);
	near(s.slices[1].accuracy.value, 0.25);
	assert_int_equal(s.best, 0);
	assert_int_equal(s.worst, 1);
	near(s.gap.value, 0.75);
	assert_true(s.gap.low < 0.75 && s.gap.high > 0.75 && s.gap.high <= 1);
	near(s.slices[0].f1_macro, 1);
	/* b: one of three women found, and one man unanswered, for whom a woman was taken */
	near(s.slices[1].f1_female, 0.5);
	near(s.slices[1].f1_male, 0);
	near(s.f1_gap, 0.75);
	gender_slices_free(&s);
	gender_slices(items, values, ITEMS, 0, 100, &s);
	assert_int_equal(s.nslices, 0);
	assert_int_equal(s.small_groups, 3);
	gender_slices_free(&s);
}

static void
test_intervals(void **state)
{
	enum { N = 400 };
	struct gender_item many[N];
	struct interval one[GENDER_FIGURES], four[GENDER_FIGURES];
	(void)state;
	for (int i = 0; i < N; i++)
		many[i] = (struct gender_item){ i % 2 == 0 ? F : M, i % 17 == 0, (i * 7 % 100) / 100.0 * 0.6 + (i % 2 == 0 ? 0.4 : 0) };
	gender_intervals(many, N, 0.5, &(struct bootstrap_options){ .seed = 2 }, one);
	gender_intervals(many, N, 0.5, &(struct bootstrap_options){ .seed = 2, .threads = 4 }, four);
	for (int f = 0; f < GENDER_FIGURES; f++) {
		assert_true(one[f].low == four[f].low && one[f].high == four[f].high);
		assert_true(one[f].low < one[f].high);
		/* resampling adds to a calibration error, so its interval may lie above it */
		assert_true(f == GENDER_ECE || (one[f].low < one[f].value && one[f].value < one[f].high));
	}
	/* about 1.96 sqrt(p (1 - p) / n) each way */
	double p = one[GENDER_ACCURACY].value, half = 1.96 * sqrt(p * (1 - p) / N);
	assert_true(fabs(one[GENDER_ACCURACY].high - p - half) < 0.01);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_abstaining),
		cmocka_unit_test(test_bins),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_intervals)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
