/*
 * Floor 4.  Seeing it: frames with boxes, scores, gender and the running count drawn.
 */
#ifndef FOOTFALL_PIPELINE_ANNOTATE_H
#define FOOTFALL_PIPELINE_ANNOTATE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/result.h"
#include "vision/vision.h"

/* Draws r on im. with_persons: as result_tally. */
void annotate_frame(struct vision_image *im, const struct frame_result *r, bool with_persons);

/* Where drawn frames go. */
struct sketch;

/*
 * video, snapshot: paths or NULL. A snapshot called N.png is of frame N, any other name gets the frame with most people (the first of
 * them). rate: frames a second of the video, 0 unknown. ERR_USAGE: a name that ends in nothing known. ERR_IO: a folder that is not there or not to be written.
 */
int sketch_open(struct sketch **out, const char *video, const char *snapshot, double rate, struct err *e);
/* Draws on im and keeps what is wanted. */
int sketch_add(struct sketch *s, struct vision_image *im, const struct frame_result *r, bool with_persons, struct err *e);
/* Gives the files their names. ERR_DATA: a snapshot's frame was not among the analysed ones. Frees. */
int sketch_close(struct sketch *s, struct err *e);
/* Removes what was not finished; frees. NULL is fine. */
void sketch_abandon(struct sketch *s);

#endif
