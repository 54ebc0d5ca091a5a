/*
 * Floor 2, pure.  Precision, recall and F1 against the score, at overlap 0.5 under COCO's rule with every
 * prediction looked at (a picture may hold more than 100 faces).  All classes together: every object has the same say.
 */
#ifndef FOOTFALL_SCORE_CURVE_H
#define FOOTFALL_SCORE_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include "score/match.h"

/* Of the predictions with this score or a better one.  Ratios are -1 where there is nothing to divide by. */
struct curve_point {
	double score;
	uint64_t right, wrong, missed;
	double precision, recall, f1;
};

struct curve {
	struct curve_point *points;	/* one per score that occurs (counting predictions only), best score first */
	size_t npoints;
	uint64_t truths;		/* to be found */
};

/* class_index: one class, or CURVE_ALL. */
#define CURVE_ALL SIZE_MAX
struct curve *curve_new(const struct matches *m, size_t class_index);
void curve_free(struct curve *c);

/* Point with the best F1, of equals the one with the highest score; NULL without any prediction or truth. */
const struct curve_point *curve_best(const struct curve *c);
/* What a threshold gives. */
struct curve_point curve_at(const struct curve *c, double score);
/* The same of one class without its curve. */
struct curve_point curve_count(const struct matches *m, size_t class_index, double score);
/* Precision, recall and F1 of counts. */
struct curve_point curve_point(double score, uint64_t right, uint64_t wrong, uint64_t missed);

/* The same counts for each picture (m->nimages of them), to resample and to find the pictures that differ. */
struct curve_image {
	uint32_t right, wrong, missed;
};
void curve_images(const struct matches *m, double score, struct curve_image *out);

#endif
