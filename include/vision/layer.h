/*
 * Floor 1.  A layer of ours in a network of OpenCV's, as the bridge calls it. Shared with the C++ bridge.
 */
#ifndef FOOTFALL_VISION_LAYER_H
#define FOOTFALL_VISION_LAYER_H

#include <stddef.h>

#include "base/err.h"

/* The type of a node that stands for one, and its attribute that says which. */
#define VISION_LAYER_TYPE "FootfallRegion"
#define VISION_LAYER_ATTRIBUTE "region"

enum { VISION_LAYER_DIMS = 4 };

/* Floats, one after the other. Of an input nothing is written. */
struct vision_array {
	int ndims;
	int dims[VISION_LAYER_DIMS];
	float *data;		/* NULL where only shapes are asked for */
};

/* Both functions get as many inputs as the network has for the layer, and noutputs outputs; both may refuse. */
struct vision_layer {
	void *self;
	size_t noutputs;
	/* The outputs' dimensions. */
	int (*shape)(void *self, const struct vision_array *in, size_t nin, struct vision_array *out, struct err *e);
	/* Fills the outputs; their dimensions are those that shape told. */
	int (*run)(void *self, const struct vision_array *in, size_t nin, struct vision_array *out, struct err *e);
	void (*free)(void *self);
};

#endif
