/*
 * Made-up evaluations for the tests of the pages, such as a network on a small set would give.
 */
#ifndef EVAL_PAGE_TEST_H
#define EVAL_PAGE_TEST_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/eval_page.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define NO_NUMBER ((double)NAN)

/* Enough of a JPEG for a page, which does not look inside. */
static const unsigned char tiny_jpeg[] = { 0xFF, 0xD8, 0xFF, 0xD9 };

static const struct eval_fact facts[] = {
	{ "Data set", "pennfudan, 170 pictures", false },
	{ "Its SHA-256", "9a0f4c1be5d27a0c3c9b5f7bb0a9f6f1c5d8e4f7a2b3c4d5e6f708192a3b4c5d", true },
	{ "Network", "yolov5n", false },
	{ "Its SHA-256", "4f1d0ad3e5d27a0c3c9b5f7bb0a9f6f1c5d8e4f7a2b3c4d5e6f708192a3b4c5d", true },
	{ "Settings", "input.square = true\ninference.precision = f32\nnms.iou = 0.45\nperson.min_score = 0.001", true },
	{ "Resamples", "1,000, seed 1", false },
	{ "Took", NULL, false },
	{ "Made with", "footfall 0.1.0, OpenCV 4.6.0", false },
};

struct made_boxes {
	struct eval_boxes_page page;
	struct score score;
	struct curve curve;
	struct interval figures[SCORE_FIGURES], pr[AVERAGE_101];
	struct score_class classes[2];
	struct eval_class_row rows[2];
	struct eval_difference differences[3];
	struct eval_picture pictures[3];
};

static void
make_interval(struct interval *i, double value, double half)
{
	*i = (struct interval) { value, fmax(value - half, 0), fmin(value + half, 1), 1000 };
}

static __attribute__((unused)) void
make_boxes(struct made_boxes *m)
{
	static const double figures[SCORE_FIGURES] = {
		0.553, 0.846, 0.612, 0.118, 0.437, 0.681, 0.246, 0.588, 0.633, 0.201, 0.541, 0.748, 0.849, 0.829, 0, 0, 0
	};
	enum { POINTS = 1000, TRUTHS = 423 };
	double found = 0;

	*m = (struct made_boxes) { 0 };
	m->curve = (struct curve) { .points = calloc(POINTS, sizeof *m->curve.points), .npoints = POINTS, .truths = TRUTHS };
	for (int i = 0; i < POINTS; i++) {
		double score = 0.96 * pow(1 - i / (double)POINTS, 1.6) + 0.001;
		found += fmin(1, 0.99 / (1 + exp((i - 370) / 55.0)) + 0.02);
		uint64_t right = found < TRUTHS ? (uint64_t)found : TRUTHS;
		m->curve.points[i] = curve_point(score, right, (uint64_t)i + 1 - right, TRUTHS - right);
	}
	const struct curve_point *best = curve_best(&m->curve);
	m->score = (struct score) {
		.nimages = 170, .nclasses = 1, .truths = TRUTHS, .ignored = 12, .predictions = POINTS, .threshold = best->score,
		.curve = &m->curve, .classes = m->classes
	};
	for (int f = 0; f < SCORE_FIGURES; f++) {
		double v = f == SCORE_PRECISION ? best->precision : f == SCORE_RECALL ? best->recall : f == SCORE_F1 ? best->f1 : figures[f];
		m->score.figures[f] = v;
		make_interval(&m->figures[f], v, 0.02 + 0.05 * (1 - v));
	}
	for (int r = 0; r < AVERAGE_101; r++) {
		double v = r > 91 ? 0 : 1 - 0.02 * r / 100 - pow(r / 100.0, 9) * 0.9;
		m->score.pr_curve[r] = v;
		make_interval(&m->pr[r], v, r > 94 ? 0 : 0.01 + 0.12 * pow(r / 100.0, 4));
		m->pr[r].low = fmin(m->pr[r].low, v);
		m->pr[r].high = r > 91 && r < 94 ? 0.3 : m->pr[r].high;
	}
	m->differences[0] = (struct eval_difference) { "VOC, all points", "Area under the envelope, not 101 samples of it", NO_NUMBER, 0.849 };
	m->differences[1] = (struct eval_difference) { "VOC, 11 points", "Eleven samples, as until 2009", NO_NUMBER, 0.829 };
	m->differences[2] = (struct eval_difference) { "Only predictions with score 0.25 or better",
		"A detector\u2019s usual threshold takes away the tail of the curve", 0.487, 0.771 };
	m->pictures[0] = (struct eval_picture) { "Misses", "FudanPed00012.png: 3 of 5 missed", tiny_jpeg, sizeof tiny_jpeg };
	m->pictures[1] = (struct eval_picture) { "Misses", "FudanPed00055.png: 1 of 2 missed", tiny_jpeg, sizeof tiny_jpeg };
	m->pictures[2] = (struct eval_picture) { "False alarms", "PennPed00017.png: score 0.91", tiny_jpeg, sizeof tiny_jpeg };
	for (int i = 0; i < 2; i++) {
		for (int f = 0; f < SCORE_FIGURES; f++)
			m->classes[i].figures[f] = i == 0 ? m->score.figures[f] : -1;
		m->classes[i].truths = i == 0 ? TRUTHS : 0;
		m->classes[i].predictions = POINTS;
		m->rows[i] = (struct eval_class_row) { i == 0 ? "person" : "dog", &m->classes[i] };
	}
	m->page = (struct eval_boxes_page) {
		.common = {
			.head = { "Person detection", "pennfudan", "yolov5n", "COCO protocol: 101 points, IoU .50:.95, 100 a picture",
			    INT64_C(1795228200000) },
			.facts = facts, .nfacts = COUNT(facts), .pictures = m->pictures, .npictures = 3, .resamples = 1000
		},
		.score = &m->score, .figures = m->figures, .pr_curve = m->pr, .classes = m->rows, .nclasses = 1,
		.sizes = { TRUTHS, 12, 98, 313 }, .differences = m->differences, .ndifferences = 3
	};
}

static __attribute__((unused)) void
free_boxes(struct made_boxes *m)
{
	free(m->curve.points);
}

/* One view: its score, intervals and slices. */
struct made_view {
	struct gender_score score;
	struct interval figures[GENDER_FIGURES];
	struct gender_slice ages[7], races[5], sizes[3], genders[2];
	struct gender_slices held[4];
	struct eval_slices slices[4];
};

struct made_gender {
	struct eval_gender_page page;
	struct made_view views[2];
	struct eval_picture pictures[3];
};

static void
make_slices(struct made_view *v, size_t k, const char *by, struct gender_slice *s, const char *const *values, size_t n, double loss)
{
	static const double accuracies[] = { 0.812, 0.904, 0.951, 0.962, 0.957, 0.933, 0.871 };
	size_t best = 0, worst = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t items = 40 + 60 * ((i * 5 + 3) % 7);
		double a = accuracies[i] - loss;
		s[i] = (struct gender_slice) {
			.value = values[i], .items = items, .no_face = loss > 0 ? items / 30 : 0, .abstained = 2,
			.accuracy = { a, a - 0.35 / sqrt((double)items), fmin(a + 0.3 / sqrt((double)items), 1), 0 },
			.f1_female = a - 0.01, .f1_male = a + 0.01, .f1_macro = a
		};
		best = a > s[best].accuracy.value ? i : best;
		worst = a < s[worst].accuracy.value ? i : worst;
	}
	v->held[k] = (struct gender_slices) {
		.slices = s, .nslices = n, .small_groups = k == 0 ? 2 : 0, .small_items = k == 0 ? 11 : 0,
		.gap = { s[best].accuracy.value - s[worst].accuracy.value, 0.061, 0.243, 0 }, .best = best, .worst = worst, .f1_gap = 0.148
	};
	v->slices[k] = (struct eval_slices) { by, &v->held[k], k == 0 ? "90-99, 100-109" : NULL };
}

static void
make_view(struct made_view *v, double loss)
{
	static const char *const ages[] = { "0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69" };
	static const char *const races[] = { "White (0)", "Black (1)", "Asian (2)", "Indian (3)", "Others (4)" };
	static const char *const sizes[] = { "below 64 pixels", "64 to 127", "128 and more" };
	static const char *const genders[] = { "female", "male" };
	static const double figures[GENDER_FIGURES] = { 0.927, 0.939, 0.924, 0.93, 0.927, 0.936, 0.912, 0.919, 0.941, 0.979, 0.034 };
	struct gender_score *s = &v->score;
	uint64_t lost = loss > 0 ? 41 : 0;

	*s = (struct gender_score) {
		.items = 1284, .no_face = lost, .abstained = 16,
		.confusion = { 566 - lost / 2, 48, 7 + lost / 2, 39, 615 - (lost - lost / 2), 9 + lost - lost / 2 }
	};
	for (int f = 0; f < GENDER_FIGURES; f++) {
		s->figures[f] = f == GENDER_ECE || f == GENDER_AUC ? figures[f] : figures[f] - loss;
		make_interval(&v->figures[f], s->figures[f], f == GENDER_ECE ? 0.009 : 0.015);
	}
	for (int b = 0; b < GENDER_BINS; b++) {
		static const uint64_t counts[] = { 520, 62, 31, 22, 17, 19, 24, 36, 71, 466 };
		double mid = (b + 0.5) / 10;
		s->bins[b] = (struct gender_bin) { b / 10.0, (b + 1) / 10.0, counts[b], mid, 1 / (1 + exp(-5.2 * (mid - 0.5))) };
	}
	s->bins[4].n = loss > 0 ? 0 : 17;
	if (loss > 0)
		s->bins[4].p_mean = s->bins[4].share = NO_NUMBER;
	for (int i = 0; i < GENDER_CUTS; i++) {
		double c = 0.5 + i / 100.0, part = pow(i / 50.0, 2.4) * 0.55;
		s->cuts[i] = (struct gender_cut) { c, i == 50 ? 1 : part, i == 50 ? NO_NUMBER : 0.939 - loss / 3 + 0.055 * (1 - pow(1 - part, 3)),
		    i == 50 ? 0 : (uint64_t)(1284 * (1 - part)) };
	}
	make_slices(v, 0, "Age band", v->ages, ages, COUNT(ages), loss);
	make_slices(v, 1, "Race label", v->races, races, COUNT(races), loss);
	make_slices(v, 2, "Face size", v->sizes, sizes, COUNT(sizes), loss);
	make_slices(v, 3, "Gender", v->genders, genders, COUNT(genders), loss);
}

static __attribute__((unused)) void
make_gender(struct made_gender *m)
{
	static const char *const rejected[] = {
		"24_0_1_20170116220224657 .jpg", "39_1_20170116174525125.jpg", "61_1_20170109142408075.jpg", "61_1_20170109150557335.jpg"
	};

	*m = (struct made_gender) { 0 };
	make_view(&m->views[0], 0);
	make_view(&m->views[1], 0.031);
	for (int i = 0; i < 3; i++)
		m->pictures[i] = (struct eval_picture) { i < 2 ? "Female, said male" : "Male, said female", "1_1_3_2017.jpg: p(female) 0.02",
		    tiny_jpeg, sizeof tiny_jpeg };
	m->page = (struct eval_gender_page) {
		.common = {
			.head = { "Gender", "utkface", "gender_googlenet", NULL, INT64_C(1795228200000) },
			.facts = facts, .nfacts = COUNT(facts), .pictures = m->pictures, .npictures = 3, .resamples = 1000
		},
		.given = { &m->views[0].score, m->views[0].figures, m->views[0].slices, 4 },
		.found = { &m->views[1].score, m->views[1].figures, m->views[1].slices, 4 },
		.rejected = 4, .rejected_names = rejected, .nrejected_names = COUNT(rejected), .minimum = 30, .min_score = 0.6
	};
}

#endif
