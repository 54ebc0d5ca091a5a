/*
 * Floor 1.  From a region and its quantisation to a script.
 */
#ifndef FOOTFALL_FAST_SCRIPT_INT8_H
#define FOOTFALL_FAST_SCRIPT_INT8_H

#include "fast/quant.h"
#include "fast/script.h"

/* As script_new. q must outlive the weights. */
struct script *script_new_int8(const struct region *r, const struct quant *q, const int64_t (*in)[4], struct engine *g,
	struct weights *w, struct err *e);

#endif
