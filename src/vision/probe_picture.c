/*
 * JPEG and PNG: size, and whether the end is there.  A decoder gives the upper part of a cut
 * picture and grey below, without an error.
 */
#include <limits.h>
#include <string.h>

#include "vision/probe_parts.h"

/*
 * Looks for the end mark after the start of the picture data (ITU-T T.81, B.1.1.2: in entropy-coded
 * data a byte FF is followed by 00 or a restart mark, so FFD9 is the end).  What follows it
 * (padding, a telephone's film clip) is of no interest; thumbnails lie before `from`.
 */
static bool
has_jpeg_end(struct probe_file *f, int64_t from)
{
	enum { BLOCK = 1 << 16 };
	/* A larger picture is beyond input.max_pixels anyhow: let the decoder find out. */
	static const int64_t enough = INT64_C(1) << 28;
	unsigned char block[BLOCK];
	int64_t end = f->size - from > enough ? from + enough : f->size;

	/* Blocks overlap by a byte, for a mark that lies across. */
	for (int64_t at = from; at + 1 < end; at += BLOCK - 1) {
		size_t n = end - at < BLOCK ? (size_t)(end - at) : BLOCK;
		if (!probe_read(f, at, block, n))
			return false;
		const unsigned char *stop = block + n - 1;
		for (const unsigned char *p = block; p < stop; p++) {
			p = memchr(p, 0xFF, (size_t)(stop - p));
			if (p == NULL)
				break;
			if (p[1] == 0xD9)
				return true;
		}
	}
	return end < f->size;
}

static bool
is_frame_header(unsigned marker)
{
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

void
probe_jpeg(struct probe_file *f, struct probe *p)
{
	unsigned char b[9];		/* FF, marker, length (2), precision, height (2), width (2) */
	int64_t at = 2;

	p->truncated = true;
	for (int step = 0; step < PROBE_STEPS && probe_read(f, at, b, 2); step++) {
		if (b[0] != 0xFF) {
			/* Not a JPEG after all, or a damaged one; the decoder has the word. */
			p->truncated = false;
			return;
		}
		unsigned marker = b[1];
		if (marker == 0xFF) {		/* fill byte */
			at++;
			continue;
		}
		if (marker == 0xD9)		/* end, and there was no picture data */
			return;
		if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
			at += 2;
			continue;
		}
		if (!probe_read(f, at, b, 4))
			return;
		int length = b[2] << 8 | b[3];
		if (is_frame_header(marker) && probe_read(f, at, b, sizeof b)) {
			p->height = b[5] << 8 | b[6];
			p->width = b[7] << 8 | b[8];
		}
		at += 2 + length;
		if (marker == 0xDA) {
			p->truncated = at > f->size || !has_jpeg_end(f, at);
			return;
		}
	}
}

void
probe_png(struct probe_file *f, struct probe *p)
{
	unsigned char b[24];		/* signature, IHDR's length and type, width, height */
	int64_t at = 8;

	if (probe_read(f, 0, b, sizeof b) && memcmp(b + 12, "IHDR", 4) == 0) {
		uint32_t width = probe_be32(b + 16), height = probe_be32(b + 20);
		if (width <= INT_MAX && height <= INT_MAX) {
			p->width = (int)width;
			p->height = (int)height;
		}
	}
	for (int step = 0; step < PROBE_STEPS; step++) {
		p->truncated = true;
		if (!probe_read(f, at, b, 8))
			return;
		at += INT64_C(12) + probe_be32(b);	/* length, type, data, checksum */
		if (at > f->size)
			return;
		p->truncated = false;
		if (memcmp(b + 4, "IEND", 4) == 0)
			return;
	}
}
