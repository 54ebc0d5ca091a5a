/*
 * Floor 1.  Running a region on oneDNN. A runner belongs to one thread at a time.
 */
#ifndef FOOTFALL_FAST_RUN_H
#define FOOTFALL_FAST_RUN_H

#include <stdint.h>

#include "base/err.h"
#include "fast/onednn.h"
#include "fast/quant.h"
#include "fast/region.h"

struct runner;

/* Takes the region, and what makes bytes of it (or NULL: then all is of that type). NULL: the library fails. */
struct runner *runner_new(struct region *r, enum layout_type type, struct quant *quant);
void runner_free(struct runner *r);
/*
 * Makes ready for inputs of these shapes; those of the outputs then are in out, counts of their dimensions in nout. What was made
 * ready for the latest few shapes is kept. ERR_DATA: the shapes do not fit, or the library cannot do what is asked.
 */
int runner_shape(struct runner *r, const int64_t (*in)[4], int64_t (*out)[4], int *nout, struct err *e);
/* in and out: the floats of each input and output, one after the other as OpenCV has them, of the shapes of the latest runner_shape. */
int runner_run(struct runner *r, const float *const *in, float *const *out, struct err *e);

#endif
