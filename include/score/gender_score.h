/*
 * Floor 2, pure.  How well a gender network does, against known genders.
 *
 * An item is a face of known gender.  It may have no answer: its face was not found (end to end), or the network
 * was not certain enough.  An item without an answer is not a right one: it stands in the denominator of accuracy and of
 * its gender's recall, and in no gender's precision, which is what scikit-learn gives with "unknown" as a third label that is
 * left out of the report.  NaN: undefined.
 */
#ifndef FOOTFALL_SCORE_GENDER_SCORE_H
#define FOOTFALL_SCORE_GENDER_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "score/interval.h"

enum { GENDER_BINS = 10, GENDER_CUTS = 51 };

struct gender_item {
	enum gender truth;	/* female or male */
	bool no_face;		/* nothing was found to classify */
	double p_female;	/* NaN when there is no answer at all */
};

/* Counts by truth and answer. */
struct gender_confusion {
	uint64_t female_female, female_male, female_none;	/* truth_answer */
	uint64_t male_female, male_male, male_none;
};

enum gender_figure {
	GENDER_ACCURACY, GENDER_ACCURACY_ANSWERED,	/* of all; of those with an answer */
	GENDER_F1_FEMALE, GENDER_F1_MALE, GENDER_F1_MACRO,
	GENDER_PRECISION_FEMALE, GENDER_RECALL_FEMALE, GENDER_PRECISION_MALE, GENDER_RECALL_MALE,
	GENDER_AUC,	/* of p_female, over the items that have it, female being the positive class */
	GENDER_ECE,	/* expected calibration error of p_female over GENDER_BINS bins of equal width */
	GENDER_FIGURES
};
/* "accuracy", "f1_female", "auc" ...: the JSON's names. */
const char *gender_figure_name(enum gender_figure f);

/* A bar of the reliability diagram: p_female in (low, high], the first bin with 0. */
struct gender_bin {
	double low, high;
	uint64_t n;
	double p_mean;		/* what the network said */
	double share;		/* how many were female; both NaN in an empty bin */
};

/* Answers only where max(p, 1 - p) >= certainty. */
struct gender_cut {
	double certainty;	/* 0.50, 0.51 ... 1.00 */
	double abstained;	/* share of the items with p_female that gets no answer */
	double accuracy;	/* of the answered; NaN when there are none */
	uint64_t answered;
};

struct gender_score {
	uint64_t items, no_face, abstained;	/* abstained: had a face, got no answer */
	struct gender_confusion confusion;
	double figures[GENDER_FIGURES];
	struct gender_bin bins[GENDER_BINS];
	struct gender_cut cuts[GENDER_CUTS];
};

/* min_score as for gender_decide.  Items without a face are counted; to score what is given a face, leave them out. */
void gender_score(const struct gender_item *items, size_t n, double min_score, struct gender_score *out);

/* What counts alone give: AUC and ECE are NaN. */
void gender_score_add(struct gender_confusion *c, const struct gender_item *item, double min_score);
void gender_score_figures(const struct gender_confusion *c, double out[GENDER_FIGURES]);

/* Over items; out[f].value is the figure. */
void gender_intervals(const struct gender_item *items, size_t n, double min_score, const struct bootstrap_options *o,
	struct interval out[GENDER_FIGURES]);

/* Accuracy of one group, with Wilson's interval; F1 as above. */
struct gender_slice {
	const char *value;	/* borrowed from values */
	uint64_t items, no_face, abstained;
	struct gender_confusion confusion;
	struct interval accuracy;
	double f1_female, f1_male, f1_macro;
};

struct gender_slices {
	struct gender_slice *slices;	/* groups of at least the minimum size, by value (as strcmp orders) */
	size_t nslices;
	size_t small_groups;		/* left out, and how many items they hold */
	uint64_t small_items;
	uint64_t without_value;		/* items whose value is NULL */
	/* Largest difference in accuracy between two slices, and which (best, worst); NaN with fewer than two. */
	struct interval gap;
	size_t best, worst;
	double f1_gap;			/* largest difference in macro F1 */
};

/* values[i]: the group of item i, or NULL. */
void gender_slices(const struct gender_item *items, const char *const *values, size_t n, double min_score, uint64_t minimum,
	struct gender_slices *out);
void gender_slices_free(struct gender_slices *s);	/* what it holds */

#endif
