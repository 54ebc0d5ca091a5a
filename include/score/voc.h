/*
 * Floor 2, pure.  Average precision the Pascal VOC way, at the overlap that the matches were made with.
 * Difficult truths (ignored ones, and crowds) are neither to be found nor wrong to find.  -1 where nothing is to be found.
 */
#ifndef FOOTFALL_SCORE_VOC_H
#define FOOTFALL_SCORE_VOC_H

#include <stddef.h>
#include <stdint.h>

#include "score/match.h"

enum voc_figure { VOC_ALL, VOC_11, VOC_101, VOC_FIGURES };	/* all points, 11 points, 101 points on the same matches */

struct voc;
struct voc_scratch;

struct voc *voc_new(const struct matches *m);	/* keeps what it needs of m */
void voc_free(struct voc *v);
struct voc_scratch *voc_scratch_new(const struct voc *v);	/* for one thread */
void voc_scratch_free(struct voc_scratch *s);

/* Means over the classes that have truths.  weights: one per picture, NULL for 1 each. */
void voc_figures(const struct voc *v, const uint16_t *weights, struct voc_scratch *s, double out[VOC_FIGURES]);
void voc_class_figures(const struct voc *v, size_t class_index, const uint16_t *weights, struct voc_scratch *s,
	double out[VOC_FIGURES]);

#endif
