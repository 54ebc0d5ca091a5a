/*
 * Floor 2, pure.  The COCO figures for boxes, as pycocotools' COCOeval gives them: -1 where nothing is to be
 * found.  Pictures may have whole weights (how often each was drawn), which is the same as a set in which each
 * stands that often; of equal scores, copies of one picture then come together.
 */
#ifndef FOOTFALL_SCORE_COCO_H
#define FOOTFALL_SCORE_COCO_H

#include <stddef.h>
#include <stdint.h>

#include "score/average.h"
#include "score/match.h"

enum coco_figure {
	COCO_AP, COCO_AP50, COCO_AP75, COCO_APS, COCO_APM, COCO_APL,
	COCO_AR1, COCO_AR10, COCO_AR100, COCO_ARS, COCO_ARM, COCO_ARL, COCO_FIGURES
};

struct coco_options {
	uint32_t most;		/* predictions per picture and class that are looked at, best first; 0: all (COCO: 100) */
	double least_score;	/* predictions below are taken for not there; -INFINITY: none (scores may be negative) */
};

struct coco;
struct coco_scratch;

/* Keeps what it needs of m, which may be freed. */
struct coco *coco_new(const struct matches *m, const struct coco_options *o);
void coco_free(struct coco *c);

/* Working memory for one thread. */
struct coco_scratch *coco_scratch_new(const struct coco *c);
void coco_scratch_free(struct coco_scratch *s);

/* weights: one per picture, NULL for 1 each.  curve, when not NULL: mean precision at overlap 0.5 and recall 0, .01 ... 1. */
void coco_figures(const struct coco *c, const uint16_t *weights, struct coco_scratch *s, double out[COCO_FIGURES],
	double curve[AVERAGE_101]);
/* The same of one class. */
void coco_class_figures(const struct coco *c, size_t class_index, const uint16_t *weights, struct coco_scratch *s,
	double out[COCO_FIGURES], double curve[AVERAGE_101]);

#endif
