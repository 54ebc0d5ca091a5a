/*
 * Small labelled sets for the tests of score/.
 */
#ifndef FOOTFALL_TESTS_SCORE_TEST_H
#define FOOTFALL_TESTS_SCORE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "score/labels.h"

/* Pictures with ids 1, 2 ..., classes with ids 1, 2 ... */
static inline struct labels
set_new(size_t nimages, size_t nclasses)
{
	struct labels l = { .nimages = nimages, .nclasses = nclasses };
	l.images = mem_array(nimages, sizeof *l.images);
	l.classes = mem_array(nclasses, sizeof *l.classes);
	for (size_t i = 0; i < nimages; i++)
		l.images[i] = (struct label_image){ .name = mem_strdup(""), .id = (int64_t)i + 1 };
	for (size_t i = 0; i < nclasses; i++)
		l.classes[i] = (struct label_class){ .name = mem_strdup(""), .id = (int64_t)i + 1 };
	return l;
}

static inline struct truth *
set_truth(struct labels *l, uint32_t image, uint32_t class_index, double x, double y, double w, double h)
{
	l->truths = mem_resize(l->truths, l->ntruths + 1, sizeof *l->truths);
	struct truth *t = &l->truths[l->ntruths++];
	*t = (struct truth){ .image = image, .class_index = class_index, .box = { x, y, w, h }, .area = w * h, .id = (int64_t)l->ntruths };
	return t;
}

static inline void
set_prediction(struct labels *l, uint32_t image, uint32_t class_index, double x, double y, double w, double h, double score)
{
	l->predictions = mem_resize(l->predictions, l->npredictions + 1, sizeof *l->predictions);
	l->predictions[l->npredictions++] = (struct prediction){ .image = image, .class_index = class_index, .box = { x, y, w, h }, .score = score };
}

static inline uint32_t
set_next(uint64_t *x, uint32_t n)
{
	*x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*x >> 33) % n;
}

static inline struct box
set_box(uint64_t *x)
{
	struct box b = { 0 };
	b.x = set_next(x, 300);
	b.y = set_next(x, 300);
	b.w = 1 + set_next(x, 150);
	b.h = 1 + set_next(x, 150);
	return b;
}

/* A set like those that networks leave behind; the same for the same seed.  distinct: no two scores are equal. */
static inline struct labels
set_random(uint64_t seed, size_t nimages, size_t nclasses, bool distinct)
{
	struct labels l = set_new(nimages, nclasses);
	uint64_t x = seed;
	for (uint32_t i = 0; i < nimages * nclasses; i++) {
		uint32_t image = (uint32_t)(i / nclasses), class_index = (uint32_t)(i % nclasses);
		for (uint32_t n = set_next(&x, 5); n > 0; n--) {
			struct box b = set_box(&x);
			struct truth *t = set_truth(&l, image, class_index, b.x, b.y, b.w, b.h);
			t->crowd = set_next(&x, 10) == 0;
			t->ignore = set_next(&x, 10) == 0;
			for (uint32_t d = set_next(&x, 4); d > 0; d--) {
				double shift = set_next(&x, 9);
				set_prediction(&l, image, class_index, b.x + shift, b.y, b.w, b.h, set_next(&x, 50) / 50.0);
			}
		}
		for (uint32_t d = set_next(&x, 4); d > 0; d--) {
			struct box b = set_box(&x);
			set_prediction(&l, image, class_index, b.x, b.y, b.w, b.h, set_next(&x, 50) / 50.0);
		}
	}
	for (size_t p = 0; distinct && p < l.npredictions; p++)
		l.predictions[p].score += (double)p * 1e-7;
	return l;
}

#endif
