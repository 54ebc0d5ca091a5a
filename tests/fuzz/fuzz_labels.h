/*
 * What holds of every labelled set that a reader took.
 */
#ifndef FOOTFALL_TESTS_FUZZ_LABELS_H
#define FOOTFALL_TESTS_FUZZ_LABELS_H

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "score/labels.h"

/* Whatever was taken can be reckoned with. */
static inline void
check(const struct labels *l)
{
	for (size_t i = 0; i < l->ntruths; i++) {
		const struct truth *t = &l->truths[i];
		assert(t->image < l->nimages && t->class_index < l->nclasses);
		assert(isfinite(t->box.x) && isfinite(t->box.y) && t->box.w >= 0 && t->box.h >= 0);
		assert(isfinite(t->box.w) && isfinite(t->box.h) && isfinite(t->area) && t->area >= 0);
	}
	for (size_t i = 0; i < l->nimages; i++)
		assert(l->images[i].name != NULL && l->images[i].width >= 0 && l->images[i].height >= 0);
}

#endif
