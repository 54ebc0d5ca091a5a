/*
 * Floor 2, pure.  A set of predictions scored: every figure of `eval score`, with intervals, and the difference
 * of two such sets.  Names are those of the JSON.
 */
#ifndef FOOTFALL_SCORE_SCORE_H
#define FOOTFALL_SCORE_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "score/average.h"
#include "score/coco.h"
#include "score/curve.h"
#include "score/interval.h"
#include "score/labels.h"
#include "score/match.h"
#include "score/voc.h"

/* The first are coco.h's, in its order. */
enum score_figure {
	SCORE_AP, SCORE_AP50, SCORE_AP75, SCORE_APS, SCORE_APM, SCORE_APL,
	SCORE_AR1, SCORE_AR10, SCORE_AR100, SCORE_ARS, SCORE_ARM, SCORE_ARL,
	SCORE_VOC_AP50, SCORE_VOC07_AP50, SCORE_PRECISION, SCORE_RECALL, SCORE_F1, SCORE_FIGURES
};

/* "AP", "voc_ap50", "f1" ... */
const char *score_name(enum score_figure f);

struct score_options {
	double threshold;	/* of the score, for precision, recall and F1; NaN: where F1 is best */
	int threads;		/* below 2: only the calling one */
};

struct score_class {
	double figures[SCORE_FIGURES];	/* of this class alone; -1 where undefined */
	uint64_t truths;		/* to be found */
	uint64_t predictions;
	uint64_t right, wrong, missed;	/* at the threshold */
};

struct score {
	size_t nimages, nclasses;
	uint64_t truths;		/* to be found; the others are ignored */
	uint64_t ignored;		/* crowds and ignored */
	uint64_t predictions;
	double figures[SCORE_FIGURES];	/* -1 where undefined */
	double threshold;		/* in force for precision, recall and F1; NaN when there is none */
	double pr_curve[AVERAGE_101];	/* mean precision at overlap 0.5 and recall 0, .01 ... 1; their mean is AP50 */
	struct score_class *classes;	/* nclasses */
	struct curve *curve;		/* against the score, all classes together */
	struct curve_image *images;	/* nimages; at the threshold */
	struct matches *matches;
	struct coco *coco;
	struct voc *voc;
};

struct score *score_new(const struct labels *l, const struct score_options *o);
void score_free(struct score *s);

/* Intervals over the pictures.  pr_curve, when not NULL, receives the band of the curve. */
void score_intervals(const struct score *s, const struct bootstrap_options *o, struct interval out[SCORE_FIGURES],
	struct interval pr_curve[AVERAGE_101]);

/*
 * Figures of a minus those of b, the same pictures (in the same order) drawn for both.  The value is NaN where either is
 * undefined.
 */
void score_difference(const struct score *a, const struct score *b, const struct bootstrap_options *o,
	struct interval out[SCORE_FIGURES]);

/*
 * Pictures by how differently they came out: |mistakes of a - mistakes of b|, most first, then by index; a mistake is a false
 * alarm or a miss, each score at its own threshold.  images: at most `most` indices.  Returns how many (those that differ).
 */
size_t score_differing(const struct score *a, const struct score *b, size_t most, uint32_t *images);

#endif
