/*
 * Floor 1.  Our own layers for OpenCV's networks, run by oneDNN where this program was built with it.
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
#include "fast/region.h"
#include "vision/layer.h"

struct fast_choice {
	const char *layers;		/* "fast", or "opencv": none of ours */
	const char *isa;		/* "auto", "sse41", "avx2", "avx512", "amx": the most that may be used */
	const char *precision;		/* "f32", "bf16" */
};

void fast_choose(const struct fast_choice *c);
/* ERR_CONFIG: what was chosen cannot be had here; says why. */
int fast_ready(struct err *e);
/* Are there layers of ours? After fast_ready. */
bool fast_in_use(void);
/* What of all this can change a result: "opencv", or "oneDNN 2.6.3 avx512 f32". The same words, the same arithmetic. Static memory. */
const char *fast_arithmetic(void);
/* For `footfall version`: the library's version, or NULL; and what is missing, or what the processor can do. */
const char *fast_library(void);
void fast_about(struct buf *out);

/* A layer that runs the region, which it takes. Only where fast_in_use. */
int fast_layer(struct region *r, struct vision_layer *out, struct err *e);

#endif
