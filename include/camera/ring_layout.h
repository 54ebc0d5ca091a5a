/*
 * Floor 2.  How slots lie in a ring's memory: what both its sides must agree on, and no one else needs.
 */
#ifndef FOOTFALL_CAMERA_RING_LAYOUT_H
#define FOOTFALL_CAMERA_RING_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camera/ring.h"

static inline bool
ring_shape_fits(int64_t width, int64_t height, int64_t max_pixels)
{
	return width >= 1 && height >= 1 && width <= RING_SIDE_MAX && height <= RING_SIDE_MAX && width * height <= max_pixels;
}

/* Bytes from one slot to the next: whole pages, so that they begin aligned, with RING_SLACK to spare. */
static inline size_t
ring_stride(int width, int height)
{
	size_t page = 4096, bytes = 3 * (size_t)width * (size_t)height + RING_SLACK;
	return (bytes + page - 1) / page * page;
}

#endif
