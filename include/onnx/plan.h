/*
 * Floor 1, pure.  Which parts of a network our own layers run.
 *
 * The planner looks at a network in memory, gathers the nodes that fast/region.h has words for into regions, and writes the
 * network anew with one node for each region, of a type of ours (vision/layer.h): cv::dnn knows no such type and asks for a layer of ours.
 * Everything else stays as it is. A region is closed: no path leaves it and comes back.
 */
#ifndef FOOTFALL_ONNX_PLAN_H
#define FOOTFALL_ONNX_PLAN_H

#include <stddef.h>

#include "base/buf.h"
#include "fast/region.h"

struct plan {
	struct buf model;		/* the network with the regions in it; empty without any */
	struct region **regions;
	size_t nregions;
	struct buf left;		/* in words: what stays with OpenCV, and why; empty when nothing does */
	size_t nodes, taken;		/* of the network, and how many of them are in regions */
};

/* No region at all is an outcome too: a file that is no ONNX, or has nothing for us. */
void plan_make(const void *onnx, size_t size, struct plan *out);
void plan_free(struct plan *p);		/* and the regions that are still in it (not NULL) */

#endif
