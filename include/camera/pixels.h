/*
 * Floor 2.  Raw frames in the layouts that cameras and tools write, made BGR.  Pure.
 */
#ifndef FOOTFALL_CAMERA_PIXELS_H
#define FOOTFALL_CAMERA_PIXELS_H

#include <stdbool.h>
#include <stddef.h>

enum pixels {
	PIXELS_BGR24, PIXELS_RGB24, PIXELS_GRAY, PIXELS_I420, PIXELS_NV12,
	PIXELS_I422, PIXELS_I444	/* of YUV4MPEG2 only */
};

/* "bgr24", "rgb24", "gray", "i420", "nv12"; -1: another one. */
int pixels_of_name(const char *name);
/* Bytes of a frame; chroma of odd sides is rounded up. */
size_t pixels_size(enum pixels p, int width, int height);
/* full: luma is 0..255, else 16..235 (BT.601); to: height rows of 3 * width bytes. */
void pixels_to_bgr(enum pixels p, bool full, int width, int height, const unsigned char *from, unsigned char *to);
/*
 * A BGR picture turned clockwise by 0, 90, 180 or 270 degrees.  stride: bytes of a row of from; to: rows without padding,
 * of 3 * height bytes where it is turned by 90 or 270.
 */
void pixels_turn(int degrees, int width, int height, const unsigned char *from, size_t stride, unsigned char *to);

#endif
