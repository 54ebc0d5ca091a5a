/*
 * Floor 2, pure.  Which prediction found which true box, under both rules and at every overlap at once.  Done
 * once; every figure and every resample of it is a walk over what is kept here.
 *
 * COCO's rule: per picture and class, in score order, a prediction takes the truth it overlaps most among those
 * still free; truths that count are preferred to those that do not; the overlap with a crowd is the share of the
 * prediction inside it, and a crowd may be taken any number of times.  A prediction outside the area range
 * that found nothing does not count.  VOC's rule: a prediction belongs to the truth it overlaps most, and is a
 * mistake when that one is taken already; a crowd excuses what lies in it by that share and belongs to no other truth
 * (VOC itself has none).  Overlaps have no extra pixel.  Of equal scores the order is: picture (by
 * id), then as the predictions came.
 *
 * Truths with `ignore` count in neither rule; under COCO's they overlap and are taken as an ordinary truth.
 */
#ifndef FOOTFALL_SCORE_MATCH_H
#define FOOTFALL_SCORE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "score/labels.h"

enum score_area { AREA_ALL, AREA_SMALL, AREA_MEDIUM, AREA_LARGE, SCORE_AREAS };
enum { SCORE_OVERLAPS = 10 };	/* 0.50, 0.55 ... 0.95 */

/* Bits of marks: 0..3, lies in that area range (a truth: counts in it); then these. */
enum {
	MARK_VOC_TRUE = 0x10,		/* prediction: found its truth */
	MARK_VOC_IGNORED = 0x20,	/* prediction: neither right nor wrong */
	MARK_VOC_COUNTS = 0x40		/* truth: is to be found */
};

#define MATCH_NONE UINT32_MAX

/* 1 or 0: do the marks say so? */
static inline unsigned
match_in(uint8_t marks, enum score_area a)
{
	return (unsigned)marks >> a & 1U;
}

struct match_options {
	double voc_overlap;	/* at which VOC's rule takes a pair; 0: 0.5 */
	bool without_ignored;	/* crowds and ignored truths are taken for not there */
	bool id_zero_quirk;	/* as pycocotools does, a match with a truth whose id is 0 passes for none */
	int threads;		/* below 2: only the calling one */
};

/*
 * One class.  Predictions in score order, best first; bit t of found and excused is for overlap t: found a
 * truth that counts in that area range; found one that does not (then it is no mistake).
 */
struct class_matches {
	size_t npredictions, ntruths;
	uint32_t *prediction;	/* index into the labels' predictions */
	uint32_t *image;	/* of each prediction */
	uint32_t *rank;		/* in its picture and class, from 0 */
	double *score;
	uint16_t *found[SCORE_AREAS], *excused[SCORE_AREAS];
	uint8_t *marks;
	uint32_t *taken;	/* truth it took at overlap 0.5 over all areas (index into the labels' truths), or MATCH_NONE */
	uint32_t *truth;	/* index into the labels' truths, by picture */
	uint32_t *truth_image;
	uint8_t *truth_marks;
};

struct matches {
	size_t nimages, nclasses;
	struct class_matches *classes;
};

/* Every index in l must be right (its reader sees to it). Predictions with NaN for a score come last. */
struct matches *matches_new(const struct labels *l, const struct match_options *o);
void matches_free(struct matches *m);

/* Is a truth one that must be found (over all areas), under COCO's rule? */
bool match_counts(const struct truth *t);
/* Overlap t, computed as the reference does: 0.95 is not 0.5 + 9 * 0.05 to the last bit. */
double match_overlap(int t);
/* Intersection over union, over the prediction's area for a crowd; 0 for boxes without area and whatever is no number. */
double match_iou(struct box prediction, struct box truth, bool crowd);

#endif
