/*
 * Floor 4.  One picture from a file, examined before a decoder sees it.
 */
#ifndef FOOTFALL_PIPELINE_PICTURE_H
#define FOOTFALL_PIPELINE_PICTURE_H

#include <stdint.h>

#include "base/err.h"
#include "vision/vision.h"

/* ERR_INPUT, ERR_DATA (truncated, a Git LFS pointer, more than max_pixels), ERR_IO, each naming the path. */
int picture_load(struct vision_image *im, const char *path, int64_t max_pixels, struct err *e);

#endif
