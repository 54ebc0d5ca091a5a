/*
 * Floor 2, pure.  Counted people per minute against true ones.  NaN: undefined.
 */
#ifndef FOOTFALL_SCORE_COUNTS_H
#define FOOTFALL_SCORE_COUNTS_H

#include <stddef.h>

#include "score/interval.h"

struct counts_minute {
	double truth, counted;	/* people in this minute (mean or sum, the same for both), finite, not negative */
};

enum counts_figure {
	COUNTS_BIAS,		/* mean of counted - truth */
	COUNTS_MAE,		/* mean of |counted - truth| */
	COUNTS_CORRELATION,	/* Pearson's */
	COUNTS_FACTOR,		/* sum of truths / sum of counts: times this, the total is right */
	COUNTS_FIGURES
};
/* "bias", "mae", "correlation", "factor" */
const char *counts_name(enum counts_figure f);

/* With intervals over minutes. */
void counts_score(const struct counts_minute *minutes, size_t n, const struct bootstrap_options *o,
	struct interval out[COUNTS_FIGURES]);

#endif
