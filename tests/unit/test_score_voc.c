/*
 * VOC's figures against published ones, and its rule where it differs from COCO's.
 */
#include "score_test.h"

#include <math.h>

#include "score/average.h"
#include "score/voc.h"

static void
figures(const struct labels *l, double overlap, double out[VOC_FIGURES])
{
	struct matches *m = matches_new(l, &(struct match_options){ .voc_overlap = overlap });
	struct voc *v = voc_new(m);
	struct voc_scratch *s = voc_scratch_new(v);
	voc_figures(v, NULL, s, out);
	voc_scratch_free(s);
	voc_free(v);
	matches_free(m);
}

static void
near(double have, double want, double within)
{
	if (!(fabs(have - want) <= within))
		fail_msg("%.10g, not %.10g", have, want);
}

/* 9 truths, 12 predictions of which the 1st, 2nd, 3rd, 5th, 7th and 10th are right. */
static void
test_formula(void **state)
{
	static const double found[] = { 1, 2, 3, 4, 5, 6 }, shown[] = { 1, 2, 3, 5, 7, 10 };
	double need[AVERAGE_101], need_11[AVERAGE_11], at[AVERAGE_101] = { 0 };
	(void)state;
	average_need_101(9, need);
	average_need_11(9, need_11);
	near(average_all(found, shown, 6, 9), 0.56825, 0.000005);
	near(average_11(found, shown, 6, need_11), 0.55584, 0.000005);
	near(average_101(found, shown, 6, need, at), 0.56690, 0.000005);
	near(at[0], 1, 1e-12);
	near(at[34], 0.8, 1e-12);
	near(at[100], 0, 0);
}

static void
test_no_list(void **state)
{
	double need[AVERAGE_101], need_11[AVERAGE_11];
	(void)state;
	average_need_101(3, need);
	average_need_11(3, need_11);
	near(average_all(NULL, NULL, 0, 3), 0, 0);
	near(average_11(NULL, NULL, 0, need_11), 0, 0);
	near(average_101(NULL, NULL, 0, need, NULL), 0, 0);
}

/* The least number found at which found / wanted, as a double, reaches the level. */
static void
test_need(void **state)
{
	(void)state;
	for (int wanted = 1; wanted < 400; wanted++) {
		double need[AVERAGE_101];
		average_need_101(wanted, need);
		for (int r = 0; r < AVERAGE_101; r++) {
			int k = 0;
			while ((double)k / wanted < (r == 100 ? 1 : r * 0.01))
				k++;
			assert_int_equal((int)need[r], k);
		}
	}
}

/* The toy example of review_object_detection_metrics: corners of the one class that has truths and predictions. */
static struct labels
toy(void)
{
	static const struct { uint32_t image; double x0, y0, x1, y1; } truths[] = {
		{ 0, 1, 49, 341, 499 }, { 2, 160, 1, 448, 375 }, { 3, 28, 1, 335, 496 }, { 4, 40, 4, 484, 370 },
		{ 5, 170, 44, 459, 251 }, { 5, 72, 123, 387, 334 }, { 6, 60, 123, 220, 305 }, { 6, 243, 105, 437, 317 },
		{ 7, 1, 16, 352, 272 }, { 7, 130, 139, 500, 366 }, { 8, 34, 1, 281, 283 }, { 9, 1, 39, 248, 300 } };
	static const struct { uint32_t image; double score, x0, y0, x1, y1; } predictions[] = {
		{ 0, 0.94, 12, 44, 344, 481 }, { 1, 0.85, 220, 344, 400, 431 }, { 2, 0.95, 166, 0, 477, 365 },
		{ 3, 0.92, 49, 7, 318, 500 }, { 4, 0.95, 6, 55, 495, 402 }, { 5, 0.81, 65, 74, 370, 331 },
		{ 6, 0.86, 67, 117, 229, 304 }, { 6, 0.76, 281, 109, 444, 320 }, { 7, 0.89, 7, 9, 349, 265 },
		{ 7, 0.82, 151, 123, 503, 375 }, { 8, 0.99, 29, 0, 268, 287 }, { 9, 0.98, 47, 43, 226, 298 } };
	struct labels l = set_new(10, 1);
	for (size_t i = 0; i < sizeof truths / sizeof *truths; i++)
		set_truth(&l, truths[i].image, 0, truths[i].x0, truths[i].y0, truths[i].x1 - truths[i].x0, truths[i].y1 - truths[i].y0);
	for (size_t i = 0; i < sizeof predictions / sizeof *predictions; i++)
		set_prediction(&l, predictions[i].image, 0, predictions[i].x0, predictions[i].y0,
			predictions[i].x1 - predictions[i].x0, predictions[i].y1 - predictions[i].y0, predictions[i].score);
	return l;
}

static void
test_toy(void **state)
{
	double out[VOC_FIGURES];
	struct labels l = toy();
	(void)state;
	figures(&l, 0.5, out);
	near(out[VOC_11], 0.8864, 0.00005);
	near(out[VOC_ALL], 0.8958, 0.00005);
	figures(&l, 0.75, out);
	near(out[VOC_11], 0.4924, 0.00005);
	near(out[VOC_ALL], 0.5097, 0.00005);
	labels_free(&l);
}

/* Two truths side by side; the second prediction overlaps the taken one more, so it is wrong and the other is missed. */
static void
test_taken_is_wrong(void **state)
{
	double out[VOC_FIGURES];
	struct labels l = set_new(1, 1);
	(void)state;
	set_truth(&l, 0, 0, 0, 0, 100, 100);
	set_truth(&l, 0, 0, 20, 0, 100, 100);
	set_prediction(&l, 0, 0, 0, 0, 100, 100, 0.9);
	set_prediction(&l, 0, 0, 5, 0, 100, 100, 0.8);
	struct matches *m = matches_new(&l, &(struct match_options){ 0 });
	assert_int_equal(m->classes[0].marks[1] & MARK_VOC_TRUE, 0);
	assert_int_equal(m->classes[0].found[AREA_ALL][1] & 1, 1);
	assert_int_equal(m->classes[0].taken[1], 1);
	matches_free(m);
	figures(&l, 0.5, out);
	near(out[VOC_ALL], 0.5, 1e-12);
	labels_free(&l);
}

static void
test_difficult(void **state)
{
	double out[VOC_FIGURES];
	struct labels l = set_new(2, 2);
	(void)state;
	set_truth(&l, 0, 0, 0, 0, 100, 100)->ignore = true;
	set_truth(&l, 0, 0, 200, 0, 100, 100);
	set_truth(&l, 1, 1, 0, 0, 10, 10)->ignore = true;
	/* Twice on the difficult one: neither is wrong. */
	set_prediction(&l, 0, 0, 0, 0, 100, 100, 0.9);
	set_prediction(&l, 0, 0, 1, 0, 100, 100, 0.8);
	set_prediction(&l, 0, 0, 200, 0, 100, 100, 0.7);
	set_prediction(&l, 1, 1, 50, 50, 10, 10, 0.9);
	figures(&l, 0.5, out);
	near(out[VOC_ALL], 1, 1e-12);
	near(out[VOC_11], 1, 1e-12);
	labels_free(&l);
}

/* A crowd excuses what lies in it, but does not take away what belongs to a truth. */
static void
test_crowd(void **state)
{
	double out[VOC_FIGURES];
	struct labels l = set_new(1, 1);
	(void)state;
	set_truth(&l, 0, 0, 0, 0, 400, 400)->crowd = true;
	set_truth(&l, 0, 0, 10, 10, 50, 50);
	set_prediction(&l, 0, 0, 200, 200, 50, 50, 0.9);
	set_prediction(&l, 0, 0, 12, 12, 50, 50, 0.8);
	figures(&l, 0.5, out);
	near(out[VOC_ALL], 1, 1e-12);
	/* most of it lies outside */
	set_prediction(&l, 0, 0, 350, 350, 100, 100, 0.95);
	figures(&l, 0.5, out);
	near(out[VOC_ALL], 0.5, 1e-12);
	labels_free(&l);
}

static void
test_nothing_to_find(void **state)
{
	double out[VOC_FIGURES];
	struct labels l = set_new(1, 1);
	(void)state;
	set_prediction(&l, 0, 0, 0, 0, 10, 10, 0.5);
	figures(&l, 0.5, out);
	near(out[VOC_ALL], -1, 0);
	labels_free(&l);
	l = set_new(0, 0);
	figures(&l, 0.5, out);
	near(out[VOC_11], -1, 0);
	labels_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula),
		cmocka_unit_test(test_no_list),
		cmocka_unit_test(test_need),
		cmocka_unit_test(test_toy),
		cmocka_unit_test(test_taken_is_wrong),
		cmocka_unit_test(test_difficult),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_nothing_to_find)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
