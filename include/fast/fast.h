/*
 * Floor 1.  Our own layers for OpenCV's networks, run by kernels of our own and by oneDNN where this program was built with it.
 *
 * What is wanted is chosen once, before any network is opened and any thread started; whether it can be had is found out with
 * the first network.
 */
#ifndef FOOTFALL_FAST_FAST_H
#define FOOTFALL_FAST_FAST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "fast/calibration.h"
#include "fast/region.h"
#include "vision/layer.h"

struct fast_choice {
	const char *layers;		/* "fast", or "opencv": none of ours */
	const char *isa;		/* "auto", "sse41", "avx2", "avx512", "amx": the most that may be used */
	const char *precision;		/* "f32", "bf16", "int8" */
	const char *calibration;	/* int8: a file or folder, or "auto". Outlives all networks. */
};

void fast_choose(const struct fast_choice *c);
/* ERR_CONFIG: what was chosen cannot be had here; says why. */
int fast_ready(struct err *e);
/* Are there layers of ours? After fast_ready. */
bool fast_in_use(void);
/*
 * What of all this can change a result: "opencv", or "rows+oneDNN 2.6.3 avx512 f32", without "rows+" where no kernels of our own are
 * in use. The same words, the same arithmetic. Static memory.
 */
const char *fast_arithmetic(void);
/* For `footfall version`: the library's version, or NULL; and what is missing, or what the processor can do. */
const char *fast_library(void);
void fast_about(struct buf *out);

/* Where int8's calibrations are, as chosen; NULL: int8 was not chosen. */
const char *fast_calibration(void);

/*
 * A layer that runs the region, which it takes. Only where fast_in_use. known: what its values lie between, for int8; watched: what
 * is widened to what they are seen to be, and outlives the layer. Either or both NULL.
 */
int fast_layer(struct region *r, const struct calibrated *known, struct calibrated *watched, struct vision_layer *out, struct err *e);

#endif
