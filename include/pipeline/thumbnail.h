/*
 * Floor 4.  Small pictures for the galleries of reports.
 */
#ifndef FOOTFALL_PIPELINE_THUMBNAIL_H
#define FOOTFALL_PIPELINE_THUMBNAIL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "vision/vision.h"

/*
 * Appends the picture at path to out as a JPEG file whose longest side is at most `longest` pixels, without anything else
 * that was in the file (place, camera).  Errors as picture_load; ERR_IO.
 */
int thumbnail_make(const char *path, int64_t max_pixels, int longest, struct buf *out, struct err *e);
/* The same of a picture in memory. */
int thumbnail_of(const struct vision_image *im, int longest, struct buf *out, struct err *e);

#endif
