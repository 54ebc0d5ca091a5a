/*
 * COCO's rules one at a time, by hand; the figures as a whole are compared with pycocotools' in test_score_ref.c.
 */
#include "score_test.h"

#include <math.h>
#include <string.h>

#include "score/order.h"
#include "score/score.h"

static void
figures(const struct labels *l, const struct match_options *o, const uint16_t *weights, double out[COCO_FIGURES])
{
	struct matches *m = matches_new(l, o);
	struct coco *c = coco_new(m, &(struct coco_options){ .most = 100, .least_score = -INFINITY });
	struct coco_scratch *s = coco_scratch_new(c);
	double curve[AVERAGE_101], sum = 0;
	coco_figures(c, weights, s, out, curve);
	for (int r = 0; r < AVERAGE_101; r++)
		sum += curve[r];
	/* the curve is what AP50 is the mean of */
	assert_true(fabs(sum / AVERAGE_101 - out[COCO_AP50]) < 1e-12);
	coco_scratch_free(s);
	coco_free(c);
	matches_free(m);
}

static void
near(double have, double want)
{
	if (!(fabs(have - want) <= 1e-9))
		fail_msg("%.10g, not %.10g", have, want);
}

static void
test_order(void **state)
{
	const double scores[] = { 0.5, NAN, -1, 0.9, -0.0, 0.0, 0.5, INFINITY, -INFINITY, 5e-324 };
	const uint32_t want[] = { 7, 3, 0, 6, 9, 4, 5, 2, 8, 1 };
	uint32_t order[10], keys[] = { 2, 0, 1, 0, 2 }, by_key[5];
	(void)state;
	order_by_score(scores, 10, order);
	assert_memory_equal(order, want, sizeof want);
	order_by_score(scores, 0, order);
	order_by_key(keys, 5, 3, NULL, by_key);
	assert_memory_equal(by_key, ((uint32_t[]){ 1, 3, 2, 0, 4 }), sizeof by_key);
}

static void
test_iou(void **state)
{
	struct box a = { 0, 0, 10, 10 }, b = { 5, 0, 10, 10 }, none = { 3, 3, 0, 5 }, nan = { NAN, 0, 10, 10 };
	struct box wide = { -1e308, 0, INFINITY, 10 };
	(void)state;
	near(match_iou(a, b, false), 1.0 / 3);
	near(match_iou(a, b, true), 0.5);
	near(match_iou(a, (struct box){ 10, 0, 5, 5 }, false), 0);
	near(match_iou(none, a, true), 0);
	near(match_iou(a, none, false), 0);
	near(match_iou(nan, a, false), 0);
	near(match_iou(wide, a, false), 0);
	near(match_overlap(0), 0.5);
	assert_true(match_overlap(5) == 0.75 && match_overlap(9) == 0.95);
}

static void
test_perfect_and_empty(void **state)
{
	double out[COCO_FIGURES];
	struct labels l = set_new(2, 3);
	(void)state;
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	for (int f = 0; f < COCO_FIGURES; f++)
		near(out[f], -1);
	set_truth(&l, 0, 1, 10, 10, 50, 50);
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	near(out[COCO_AP], 0);
	near(out[COCO_AR100], 0);
	near(out[COCO_APS], -1);
	near(out[COCO_APM], 0);
	set_prediction(&l, 0, 1, 10, 10, 50, 50, 0.3);
	/* a class without truths costs nothing */
	set_prediction(&l, 1, 2, 10, 10, 50, 50, 0.9);
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	near(out[COCO_AP], 1);
	near(out[COCO_AR1], 1);
	near(out[COCO_APL], -1);
	labels_free(&l);
	l = set_new(0, 0);
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	near(out[COCO_AP], -1);
	labels_free(&l);
	labels_free(NULL);
	matches_free(NULL);
	coco_free(NULL);
	coco_scratch_free(NULL);
	score_free(NULL);
}

/* What pycocotools does with a truth whose id is 0, and what it should do. */
static void
test_id_zero(void **state)
{
	double out[COCO_FIGURES];
	struct labels l = set_new(1, 1);
	(void)state;
	set_truth(&l, 0, 0, 10, 10, 50, 50)->id = 0;
	set_prediction(&l, 0, 0, 10, 10, 50, 50, 0.3);
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	near(out[COCO_AP], 1);
	figures(&l, &(struct match_options){ .id_zero_quirk = true }, NULL, out);
	near(out[COCO_AP], 0);
	labels_free(&l);
}

/* A crowd excuses any number; an ignored truth one; taken for not there, neither. */
static void
test_crowd_and_ignored(void **state)
{
	double out[COCO_FIGURES];
	struct labels l = set_new(1, 1);
	(void)state;
	set_truth(&l, 0, 0, 400, 0, 20, 20);
	set_truth(&l, 0, 0, 0, 0, 300, 300)->crowd = true;
	for (int i = 0; i < 3; i++)
		set_prediction(&l, 0, 0, 50 * i, 0, 20, 20, 0.9);
	set_prediction(&l, 0, 0, 400, 0, 20, 20, 0.5);
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	near(out[COCO_AP], 1);
	near(out[COCO_AR1], 0);
	figures(&l, &(struct match_options){ .without_ignored = true }, NULL, out);
	near(out[COCO_AP], 0.25);
	l.truths[1] = (struct truth){ .box = { 0, 0, 20, 20 }, .area = 400, .ignore = true, .id = 9 };
	set_prediction(&l, 0, 0, 0, 0, 20, 20, 0.95);
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	/* the second prediction on it and the two beside it are wrong */
	near(out[COCO_AP], 0.25);
	labels_free(&l);
}

static void
test_area_ranges(void **state)
{
	double out[COCO_FIGURES];
	struct labels l = set_new(1, 1);
	(void)state;
	/* on the edge of small and medium: in both */
	set_truth(&l, 0, 0, 0, 0, 32, 32);
	set_prediction(&l, 0, 0, 0, 0, 32, 32, 0.5);
	/* a large mistake does not count among the small */
	set_prediction(&l, 0, 0, 200, 200, 200, 200, 0.9);
	/* beyond 1e10 nothing counts */
	set_truth(&l, 0, 0, 0, 0, 2e5, 2e5);
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	near(out[COCO_APS], 1);
	near(out[COCO_APM], 1);
	near(out[COCO_APL], -1);
	near(out[COCO_AP], 0.5);
	near(out[COCO_ARS], 1);
	labels_free(&l);
}

/* Ties: pictures by id, not by place; within one, as they came. */
static void
test_ties(void **state)
{
	struct labels l = set_new(2, 1);
	(void)state;
	l.images[0].id = 7;
	l.images[1].id = -3;
	set_prediction(&l, 0, 0, 0, 0, 1, 1, 0.5);
	set_prediction(&l, 1, 0, 0, 0, 1, 1, 0.5);
	set_prediction(&l, 1, 0, 0, 0, 2, 2, 0.5);
	set_prediction(&l, 0, 0, 0, 0, 2, 2, 0.6);
	struct matches *m = matches_new(&l, &(struct match_options){ 0 });
	assert_memory_equal(m->classes[0].prediction, ((uint32_t[]){ 3, 1, 2, 0 }), 4 * sizeof(uint32_t));
	assert_memory_equal(m->classes[0].rank, ((uint32_t[]){ 0, 0, 1, 1 }), 4 * sizeof(uint32_t));
	matches_free(m);
	labels_free(&l);
}

static void
test_hundred(void **state)
{
	double out[COCO_FIGURES];
	struct labels l = set_new(1, 1);
	(void)state;
	set_truth(&l, 0, 0, 0, 0, 10, 10);
	for (int i = 0; i < 100; i++)
		set_prediction(&l, 0, 0, 500, 500, 10, 10, 0.9);
	set_prediction(&l, 0, 0, 0, 0, 10, 10, 0.1);
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	near(out[COCO_AR100], 0);
	l.predictions[99].score = 0.05;
	figures(&l, &(struct match_options){ 0 }, NULL, out);
	near(out[COCO_AR100], 1);
	near(out[COCO_AR10], 0);
	near(out[COCO_AP], 0.01);
	labels_free(&l);
}

/* Weights are the same as pictures that stand as often. */
static void
test_weights(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		enum { PICTURES = 6 };
		uint16_t weights[PICTURES];
		uint32_t place[PICTURES], total = 0;
		struct labels l = set_random(seed, PICTURES, 3, true);
		for (uint32_t i = 0; i < PICTURES; i++) {
			weights[i] = (uint16_t)((seed + 5 * i) % 4);
			place[i] = total;
			total += weights[i];
		}
		struct labels copies = set_new(total, 3);
		for (size_t t = 0; t < l.ntruths; t++) {
			struct truth *a = &l.truths[t];
			for (uint32_t k = 0; k < weights[a->image]; k++) {
				struct truth *b = set_truth(&copies, place[a->image] + k, a->class_index, a->box.x, a->box.y, a->box.w, a->box.h);
				b->crowd = a->crowd;
				b->ignore = a->ignore;
			}
		}
		for (size_t p = 0; p < l.npredictions; p++) {
			struct prediction *a = &l.predictions[p];
			for (uint32_t k = 0; k < weights[a->image]; k++)
				set_prediction(&copies, place[a->image] + k, a->class_index, a->box.x, a->box.y, a->box.w, a->box.h, a->score);
		}
		double weighted[COCO_FIGURES], copied[COCO_FIGURES];
		figures(&l, &(struct match_options){ 0 }, weights, weighted);
		figures(&copies, &(struct match_options){ 0 }, NULL, copied);
		for (int f = 0; f < COCO_FIGURES; f++)
			near(weighted[f], copied[f]);
		struct voc_scratch *s;
		double voc_weighted[VOC_FIGURES], voc_copied[VOC_FIGURES];
		struct matches *m = matches_new(&l, &(struct match_options){ 0 });
		struct voc *v = voc_new(m);
		voc_figures(v, weights, s = voc_scratch_new(v), voc_weighted);
		voc_scratch_free(s);
		voc_free(v);
		matches_free(m);
		m = matches_new(&copies, &(struct match_options){ 0 });
		v = voc_new(m);
		voc_figures(v, NULL, s = voc_scratch_new(v), voc_copied);
		voc_scratch_free(s);
		voc_free(v);
		matches_free(m);
		for (int f = 0; f < VOC_FIGURES; f++)
			near(voc_weighted[f], voc_copied[f]);
		labels_free(&copies);
		labels_free(&l);
	}
}

static void
test_threads(void **state)
{
	struct labels l = set_random(3, 20, 7, false);
	(void)state;
	struct score *one = score_new(&l, &(struct score_options){ .threshold = NAN });
	struct score *four = score_new(&l, &(struct score_options){ .threshold = NAN, .threads = 4 });
	assert_memory_equal(one->figures, four->figures, sizeof one->figures);
	assert_int_equal(one->predictions, l.npredictions);
	assert_int_equal(one->truths + one->ignored, l.ntruths);
	score_free(one);
	score_free(four);
	labels_free(&l);
}

/* Whatever a file may hold: nothing is read or written out of bounds, and every figure is -1 or a share. */
static void
test_hostile_numbers(void **state)
{
	static const double odd[] = { NAN, INFINITY, -INFINITY, -5, 0, 1e308, 5e-324, 100 };
	struct labels l = set_new(2, 2);
	(void)state;
	for (uint32_t i = 0; i < 512; i++) {
		double x = odd[i % 8], y = odd[i / 8 % 8], w = odd[i / 64 % 8];
		set_truth(&l, i % 2, i / 2 % 2, x, y, w, y)->crowd = i % 5 == 0;
		set_prediction(&l, i % 2, i / 2 % 2, x, y, w, y, odd[(i + 3) % 8]);
		set_prediction(&l, i % 2, i / 2 % 2, x, w, y, w, odd[(i + 5) % 8]);
	}
	struct score *s = score_new(&l, &(struct score_options){ .threshold = NAN, .threads = 2 });
	for (int f = 0; f < SCORE_FIGURES; f++)
		assert_true(s->figures[f] == -1 || (s->figures[f] >= 0 && s->figures[f] <= 1));
	score_free(s);
	labels_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_iou),
		cmocka_unit_test(test_perfect_and_empty),
		cmocka_unit_test(test_id_zero),
		cmocka_unit_test(test_crowd_and_ignored),
		cmocka_unit_test(test_area_ranges),
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_hundred),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_hostile_numbers)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
