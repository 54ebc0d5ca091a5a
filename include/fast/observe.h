/*
 * Floor 1.  Watching all values of a region.
 */
#ifndef FOOTFALL_FAST_OBSERVE_H
#define FOOTFALL_FAST_OBSERVE_H

#include "fast/calibration.h"
#include "fast/region.h"

/* All that is computed leaves the region, behind its own outputs: which value, of each output added. New memory. */
int *observe_all(struct region *r);
/* Widens g to n numbers. */
void observe_numbers(struct range *g, const float *v, size_t n);

#endif
