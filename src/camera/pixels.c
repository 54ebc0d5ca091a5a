/*
 * Conversion to BGR, in integers of 1/65536, by BT.601 as OpenCV and FFmpeg have it when nothing else is said.
 */
#include "camera/pixels.h"

#include <string.h>

int
pixels_of_name(const char *name)
{
	static const char *const names[] = { [PIXELS_BGR24] = "bgr24", [PIXELS_RGB24] = "rgb24", [PIXELS_GRAY] = "gray",
		[PIXELS_I420] = "i420", [PIXELS_NV12] = "nv12" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

/* Samples of one chroma plane. */
static size_t
chroma(enum pixels p, size_t width, size_t height)
{
	size_t w = p == PIXELS_I444 ? width : (width + 1) / 2;
	return w * (p == PIXELS_I420 || p == PIXELS_NV12 ? (height + 1) / 2 : height);
}

size_t
pixels_size(enum pixels p, int width, int height)
{
	size_t w = (size_t)width, h = (size_t)height;
	if (p == PIXELS_BGR24 || p == PIXELS_RGB24)
		return 3 * w * h;
	return w * h + (p == PIXELS_GRAY ? 0 : 2 * chroma(p, w, h));
}

static unsigned char
clip(int v)
{
	v >>= 16;
	return (unsigned char)(v < 0 ? 0 : v > 255 ? 255 : v);
}

struct range {
	int black, luma, red_v, green_u, green_v, blue_u;
};

static const struct range limited = { 16, 76309, 104597, 25675, 53279, 132201 };
static const struct range wide = { 0, 65536, 91881, 22554, 46802, 116130 };

static void
yuv_to_bgr(enum pixels p, bool full, int width, int height, const unsigned char *from, unsigned char *to)
{
	const struct range *k = full ? &wide : &limited;
	const size_t w = (size_t)width, h = (size_t)height, plane = chroma(p, w, h);
	const size_t step = p == PIXELS_NV12 ? 2 : 1, across = p == PIXELS_I444 ? w : (w + 1) / 2;
	const int half_x = p != PIXELS_I444, half_y = p == PIXELS_I420 || p == PIXELS_NV12;
	const unsigned char *us = from + w * h, *vs = us + (p == PIXELS_NV12 ? 1 : plane);

	for (size_t y = 0; y < h; y++) {
		const size_t row = (y >> half_y) * across * step;
		for (size_t x = 0; x < w; x++, to += 3) {
			size_t at = row + (x >> half_x) * step;
			int l = (from[y * w + x] - k->black) * k->luma + 32768, u = us[at] - 128, v = vs[at] - 128;
			to[0] = clip(l + k->blue_u * u);
			to[1] = clip(l - k->green_u * u - k->green_v * v);
			to[2] = clip(l + k->red_v * v);
		}
	}
}

void
pixels_to_bgr(enum pixels p, bool full, int width, int height, const unsigned char *from, unsigned char *to)
{
	const size_t n = (size_t)width * (size_t)height;

	if (p == PIXELS_BGR24) {
		memcpy(to, from, 3 * n);
	} else if (p == PIXELS_RGB24) {
		for (size_t i = 0; i < n; i++) {
			to[3 * i] = from[3 * i + 2];
			to[3 * i + 1] = from[3 * i + 1];
			to[3 * i + 2] = from[3 * i];
		}
	} else if (p == PIXELS_GRAY) {
		for (size_t i = 0; i < n; i++)
			memset(to + 3 * i, full ? from[i] : clip((from[i] - limited.black) * limited.luma + 32768), 3);
	} else {
		yuv_to_bgr(p, full, width, height, from, to);
	}
}

void
pixels_turn(int degrees, int width, int height, const unsigned char *from, size_t stride, unsigned char *to)
{
	const size_t w = (size_t)width, h = (size_t)height;

	for (size_t y = 0; y < h; y++) {
		const unsigned char *row = from + y * stride;
		if (degrees == 0) {
			memcpy(to + 3 * w * y, row, 3 * w);
			continue;
		}
		for (size_t x = 0; x < w; x++) {
			size_t at = degrees == 90 ? x * h + (h - 1 - y) : degrees == 180 ? (h - 1 - y) * w + (w - 1 - x) :
			    (w - 1 - x) * h + y;
			memcpy(to + 3 * at, row + 3 * x, 3);
		}
	}
}
