/*
 * Floor 1.  Primitives on bytes. A byte q of a value stands for (q - zero) * scale. (Interface 2 of oneDNN takes scales
 * when a primitive is made, 3 when it is run: only src/fast/onednn_int8.c knows.)
 */
#ifndef FOOTFALL_FAST_ONEDNN_INT8_H
#define FOOTFALL_FAST_ONEDNN_INT8_H

#include "fast/onednn.h"

struct steps {
	float scale;
	int zero;
};

struct conv_scales {
	struct steps in, out, residual;	/* out: 1, 0 where the result is of single precision */
	const float *weights;		/* scales of each channel that comes out */
};

/* The weights of a convolution as bytes, in the region's order. */
struct layout *layout_weights8(const struct region_op *op, int64_t channels);
/*
 * A convolution of bytes to bytes or single precision. With `added` it adds its result to the bytes that lie in SLOT_RESULT. SLOT_BIAS
 * wants what conv8_bias makes of op->bias.
 */
struct primitive *primitive_conv8(struct engine *g, const struct region_op *op, const struct conv_scales *scales,
	const int64_t in[4], const int64_t out[4], const struct layout *from, const struct layout *to, bool added);
void conv8_bias(const struct region_op *op, const struct conv_scales *scales, float *out);
/* Conversions: of one layout of bytes to another, to bytes, and from bytes. */
struct primitive *primitive_quantise(struct engine *g, const struct layout *from, const struct layout *to, struct steps to_steps);
struct primitive *primitive_dequantise(struct engine *g, const struct layout *from, const struct layout *to, struct steps from_steps);

#endif
