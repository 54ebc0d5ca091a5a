/*
 * Fuzz target: any bytes on standard input, as YUV4MPEG2 or (first byte odd) raw frames.  They are taken or refused; what is taken is
 * converted.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "camera/frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_PIXELS = 4096 };

struct bytes {
	const uint8_t *data;
	size_t n, piece;
};

static ssize_t
give(void *context, void *to, size_t n)
{
	struct bytes *b = context;
	n = n < b->piece ? n : b->piece;
	n = n < b->n ? n : b->n;
	if (n > 0)
		memcpy(to, b->data, n);
	b->data += n;
	b->n -= n;
	return (ssize_t)n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const layouts[] = { "bgr24", "rgb24", "gray", "i420", "nv12", "other" };
	struct frames *f = mem_alloc(sizeof *f);
	struct err e = { 0 };
	bool raw = size > 4 && (data[0] & 1) != 0 && data[0] != 'Y';
	struct bytes b = { data, size, 1 + size % 97 };
	int width = 0, height = 0;
	const char *layout = "";

	if (raw) {
		width = 1 + data[1];
		height = data[2];
		layout = layouts[data[3] % 6];
		b.data += 4;
		b.n -= 4;
	}
	if (frames_open(f, give, &b, width, height, layout, MAX_PIXELS, &e) != 0) {
		assert(e.msg[0] != '\0' && (e.code == ERR_DATA || e.code == ERR_CONFIG));
	} else {
		assert((int64_t)f->width * f->height <= MAX_PIXELS && f->size <= 3 * MAX_PIXELS + 4 * 32768);
		unsigned char *planes = mem_array(f->size, 1), *bgr = mem_array((size_t)f->width * (size_t)f->height, 3);
		while (frames_next(f, planes, &e) == 1)
			pixels_to_bgr(f->pixels, f->full, f->width, f->height, planes, bgr);
		assert(f->cut <= f->size + 256);
		free(planes);
		free(bgr);
	}
	free(f);
	return 0;
}
