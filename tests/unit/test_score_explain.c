/*
 * Every reason for a difference, each in a set that has it.
 */
#include "score_test.h"

#include <math.h>

#include "score/explain.h"
#include "score/score.h"

static void
near(double have, double want)
{
	if (!(fabs(have - want) <= 1e-9))
		fail_msg("%.10g, not %.10g", have, want);
}

static void
test_reasons(void **state)
{
	struct explain x;
	struct labels l = set_new(2, 2);
	(void)state;
	set_truth(&l, 0, 0, 0, 0, 20, 20)->id = 0;
	set_truth(&l, 0, 0, 100, 100, 200, 200)->area = 30000;
	set_truth(&l, 1, 0, 0, 0, 100, 100)->crowd = true;
	set_truth(&l, 1, 0, 300, 300, 40, 40)->ignore = true;
	set_prediction(&l, 0, 0, 0, 0, 20, 20, 0.9);
	set_prediction(&l, 1, 0, 10, 10, 20, 20, 0.8);
	set_prediction(&l, 1, 1, 10, 10, 20, 20, 0.8);
	for (int i = 0; i < 104; i++)
		set_prediction(&l, 0, 0, 500, 500, 10, 10, 0.6);
	set_prediction(&l, 0, 0, 100, 100, 200, 200, 0.2);
	explain(&l, 2, &x);

	/* the second truth is found by the 106th prediction of its picture: not within the hundred */
	near(x.coco.ap, 51.0 / 101);
	assert_int_equal(x.beyond_100, 6);
	assert_int_equal(x.pictures_beyond_100, 1);
	near(x.any_number.ap50, (51 + 50 * 2 / 106.0) / 101);
	near(x.voc_101, x.any_number.ap50);
	near(x.voc_all, 0.5 + 0.5 * 2 / 106);
	near(x.voc_11, (6 + 5 * 2 / 106.0) / 11);
	assert_int_equal(x.crowds, 1);
	assert_int_equal(x.ignored, 1);
	assert_int_equal(x.excused, 1);
	assert_true(x.without_ignored.ap <= x.coco.ap);
	assert_int_equal(x.small, 1);
	assert_int_equal(x.medium, 0);
	assert_int_equal(x.large, 1);
	assert_int_equal(x.area_not_box, 1);
	near(x.lowest, 0.2);
	near(x.highest, 0.9);
	assert_int_equal(x.below_001, 0);
	assert_true(x.cut);
	near(x.floors[0].coco.ap, x.coco.ap);
	near(x.floors[4].score, 0.5);
	assert_int_equal(x.floors[4].predictions, 107);
	assert_int_equal(x.id_zero, 1);
	near(x.with_quirk.ap, 0);
	assert_int_equal(x.classes_without_truths, 1);
	assert_int_equal(x.predictions_there, 1);
	labels_free(&l);
}

static void
test_agrees_with_score(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 10; seed++) {
		struct explain x;
		struct labels l = set_random(seed, 10, 3, false);
		struct score *s = score_new(&l, &(struct score_options){ .threshold = NAN });
		explain(&l, 1, &x);
		near(x.coco.ap, s->figures[SCORE_AP]);
		near(x.coco.ap50, s->figures[SCORE_AP50]);
		near(x.voc_all, s->figures[SCORE_VOC_AP50]);
		near(x.voc_11, s->figures[SCORE_VOC07_AP50]);
		assert_int_equal(x.cut, x.lowest >= 0.01);
		near(x.with_quirk.ap, x.coco.ap);
		score_free(s);
		labels_free(&l);
	}
}

static void
test_empty(void **state)
{
	struct explain x;
	struct labels l = set_new(0, 0);
	(void)state;
	explain(&l, 1, &x);
	near(x.coco.ap, -1);
	near(x.voc_all, -1);
	assert_true(isnan(x.lowest) && !x.cut);
	labels_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_agrees_with_score),
		cmocka_unit_test(test_empty)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
