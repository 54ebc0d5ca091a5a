/*
 * YUV4MPEG2 (as mjpegtools' yuv4mpeg(5) and FFmpeg write it) and frames without any header.
 */
#include "camera/frames.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "camera/ring_layout.h"

enum { HEADER_MAX = 256 };

/* Some more bytes into the buffer, which is empty.  1; 0: the end; -1. */
static int
refill(struct frames *f, struct err *e)
{
	ssize_t n = f->read(f->context, f->buffer, sizeof f->buffer);
	if (n < 0)
		return err_set(e, ERR_IO, "standard input cannot be read: %s", strerror(errno));
	f->at = 0;
	f->have = (size_t)n;
	return n > 0;
}

/* A line without its end.  1; 0: the end came before; -1: it is too long to be one. */
static int
take_line(struct frames *f, char line[HEADER_MAX], struct err *e)
{
	for (size_t n = 0; n < HEADER_MAX; n++) {
		int r = f->at < f->have ? 1 : refill(f, e);
		if (r < 0)
			return -1;
		if (r == 0) {
			f->cut = n;
			return 0;
		}
		line[n] = (char)f->buffer[f->at++];
		if (line[n] == '\n') {
			line[n] = '\0';
			return 1;
		}
	}
	return err_set(e, ERR_DATA, "standard input is not YUV4MPEG2: a line without end");
}

/* Bytes of a frame.  The number that came. */
static ssize_t
take_bytes(struct frames *f, unsigned char *to, size_t n, struct err *e)
{
	size_t done = 0;

	while (done < n) {
		if (f->at == f->have) {
			/* Large parts straight to where they belong. */
			ssize_t got = n - done >= sizeof f->buffer ? f->read(f->context, to + done, n - done) : 0;
			if (got < 0)
				return err_set(e, ERR_IO, "standard input cannot be read: %s", strerror(errno));
			if (got > 0) {
				done += (size_t)got;
				continue;
			}
			int r = refill(f, e);
			if (r < 0)
				return -1;
			if (r == 0)
				break;
		}
		size_t part = f->have - f->at < n - done ? f->have - f->at : n - done;
		memcpy(to + done, f->buffer + f->at, part);
		f->at += part;
		done += part;
	}
	return (ssize_t)done;
}

static int
chroma_of(const char *name, enum pixels *out, struct err *e)
{
	static const struct { const char *name; enum pixels pixels; } known[] = {
		{ "420", PIXELS_I420 }, { "420jpeg", PIXELS_I420 }, { "420mpeg2", PIXELS_I420 }, { "420paldv", PIXELS_I420 },
		{ "422", PIXELS_I422 }, { "444", PIXELS_I444 }, { "mono", PIXELS_GRAY },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].name, name) == 0) {
			*out = known[i].pixels;
			return 0;
		}
	return err_set(e, ERR_DATA, "YUV4MPEG2 with C%.32s on standard input: C420 (jpeg, mpeg2, paldv), C422, C444 and Cmono "
	    "of 8 bits are taken (ffmpeg: -pix_fmt yuv420p)", name);
}

static int
take_side(const char *text, int *out, struct err *e)
{
	int64_t v;
	if (num_int(text, &v) != 0 || v < 1 || v > RING_SIDE_MAX)
		return err_set(e, ERR_DATA, "YUV4MPEG2 on standard input has pictures of no size: \"%.32s\"", text);
	*out = (int)v;
	return 0;
}

/* "25:1"; nonsense is no rate. */
static double
rate_of(char *text)
{
	int64_t a, b;
	char *colon = strchr(text, ':');
	if (colon == NULL)
		return 0;
	*colon = '\0';
	if (num_int(text, &a) != 0 || num_int(colon + 1, &b) != 0 || a < 1 || b < 1 || a / b > 1000)
		return 0;
	return (double)a / (double)b;
}

static int
take_header(struct frames *f, struct err *e)
{
	char line[HEADER_MAX], *rest = line;
	int r = take_line(f, line, e);

	if (r < 0)
		return -1;
	if (r == 0)
		return err_set(e, ERR_DATA, f->cut == 0 ? "standard input is empty" : "standard input is not YUV4MPEG2");
	if (strncmp(line, "YUV4MPEG2", 9) != 0 || (line[9] != ' ' && line[9] != '\0'))
		return err_set(e, ERR_DATA, "standard input is not YUV4MPEG2 (raw frames want live.raw_size)");
	f->pixels = PIXELS_I420;
	strsep(&rest, " ");
	for (char *word; (word = strsep(&rest, " ")) != NULL;) {
		if (word[0] == 'W' && take_side(word + 1, &f->width, e) != 0)
			return -1;
		if (word[0] == 'H' && take_side(word + 1, &f->height, e) != 0)
			return -1;
		if (word[0] == 'C' && chroma_of(word + 1, &f->pixels, e) != 0)
			return -1;
		if (word[0] == 'F')
			f->rate = rate_of(word + 1);
		if (strcmp(word, "XCOLORRANGE=FULL") == 0)
			f->full = true;
	}
	if (f->width == 0 || f->height == 0)
		return err_set(e, ERR_DATA, "YUV4MPEG2 on standard input says no size");
	return 0;
}

int
frames_open(struct frames *f, frames_read *read, void *context, int raw_width, int raw_height, const char *raw_pixels,
	int64_t max_pixels, struct err *e)
{
	f->read = read;
	f->context = context;
	f->width = raw_width;
	f->height = raw_height;
	f->y4m = raw_width == 0;
	f->full = false;
	f->rate = 0;
	f->cut = f->at = f->have = 0;
	if (f->y4m) {
		f->height = 0;
		if (take_header(f, e) != 0)
			return -1;
	} else {
		int pixels = pixels_of_name(raw_pixels);
		if (pixels < 0)
			return err_set(e, ERR_CONFIG, "raw frames of \"%s\": bgr24, rgb24, gray, i420 or nv12 are taken", raw_pixels);
		f->pixels = (enum pixels)pixels;
		f->full = pixels == PIXELS_GRAY;
	}
	if (!ring_shape_fits(f->width, f->height, max_pixels))
		return err_set(e, ERR_DATA, "pictures of %dx%d on standard input: at most %lld pixels are taken", f->width,
		    f->height, (long long)max_pixels);
	f->size = pixels_size(f->pixels, f->width, f->height);
	return 0;
}

int
frames_next(struct frames *f, unsigned char *to, struct err *e)
{
	char line[HEADER_MAX];

	if (f->y4m) {
		int r = take_line(f, line, e);
		if (r <= 0)
			return r;
		if (strncmp(line, "FRAME", 5) != 0 || (line[5] != ' ' && line[5] != '\0'))
			return err_set(e, ERR_DATA, "YUV4MPEG2 on standard input: no FRAME where one is due");
	}
	ssize_t got = take_bytes(f, to, f->size, e);
	if (got < 0)
		return -1;
	if ((size_t)got == f->size)
		return 1;
	f->cut = (size_t)got;
	return 0;
}
