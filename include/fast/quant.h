/*
 * Floor 1.  A region's numbers as bytes: which of its values and operations can be, and the weights.
 */
#ifndef FOOTFALL_FAST_QUANT_H
#define FOOTFALL_FAST_QUANT_H

#include <stdbool.h>
#include <stdint.h>

#include "fast/calibration.h"
#include "fast/onednn_int8.h"
#include "fast/region.h"

struct quant_value {
	bool bytes;			/* else never as bytes */
	struct steps steps;
};

struct quant_op {
	bool bytes;			/* done on bytes */
	int8_t *weights;		/* CONV on bytes */
	float *scales;			/* of each channel that comes out */
	float *bias;			/* as primitive_conv8 wants it */
};

struct quant {
	struct quant_value *values;
	struct quant_op *ops;
	int nops;
};

/* ranges: of each value. */
struct quant *quant_new(const struct region *r, const struct range *ranges);
void quant_free(struct quant *q);

#endif
