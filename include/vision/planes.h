/*
 * Floor 1, pure.  The last step from a picture to a network's input: from rows of pixels to planes of floats.
 */
#ifndef FOOTFALL_VISION_PLANES_H
#define FOOTFALL_VISION_PLANES_H

#include <stddef.h>

#include "vision/vision.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Fills dst (3 planes of b->height rows of b->width) with the picture of b->w x b->h BGR pixels, whose rows are `step`
 * bytes apart, and what is around it with b->fill; each value v becomes (v - mean) * scale in 32-bit floats.  b->channels
 * is VISION_BGR or VISION_RGB; minmax and transpose are not for it.
 */
void planes_fill(const unsigned char *pixels, size_t step, const struct vision_blob *b, float *dst);
/* The same in plain C, which tests compare it with. */
void planes_fill_plain(const unsigned char *pixels, size_t step, const struct vision_blob *b, float *dst);

#ifdef __cplusplus
}
#endif
#endif
