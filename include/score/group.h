/*
 * Floor 2, pure.  A labelled set put in the order in which it is matched: by class, then by picture (by id), then as read.
 */
#ifndef FOOTFALL_SCORE_GROUP_H
#define FOOTFALL_SCORE_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "score/labels.h"

struct groups {
	uint32_t *place;				/* of each picture when they stand by id */
	uint32_t *truths, *predictions;			/* indices into the labels, ordered */
	size_t *truth_start, *prediction_start;		/* of each class in them; one more for the end */
};

/* without_ignored leaves crowds and ignored truths out. */
void groups_make(const struct labels *l, bool without_ignored, struct groups *g);
void groups_free(struct groups *g);	/* what it holds */

#endif
