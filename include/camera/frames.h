/*
 * Floor 2.  Raw frames out of a stream of bytes: YUV4MPEG2, which says what it holds, or frames of a given size and
 * layout, one after the other.
 */
#ifndef FOOTFALL_CAMERA_FRAMES_H
#define FOOTFALL_CAMERA_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "camera/pixels.h"

enum { FRAMES_BUFFER = 65536 };

/* At most n bytes; 0: the end; -1: failure, with errno. */
typedef ssize_t frames_read(void *context, void *to, size_t n);

struct frames {
	frames_read *read;
	void *context;
	bool y4m, full;			/* full: luma is 0..255 */
	int width, height;
	enum pixels pixels;
	double rate;			/* frames per second that it claims; 0: none */
	size_t size;			/* of a frame */
	size_t cut;			/* bytes of a last frame that was not whole */
	unsigned char buffer[FRAMES_BUFFER];
	size_t at, have;
};

/*
 * raw_width 0: YUV4MPEG2, whose header is read.  ERR_DATA: it is something else, of another kind than is taken, or
 * of more than max_pixels.  ERR_IO.
 */
int frames_open(struct frames *f, frames_read *read, void *context, int raw_width, int raw_height, const char *raw_pixels,
	int64_t max_pixels, struct err *e);
/* The next frame's f->size bytes.  1: a frame; 0: the end (with f->cut); -1: ERR_DATA or ERR_IO. */
int frames_next(struct frames *f, unsigned char *to, struct err *e);

#endif
