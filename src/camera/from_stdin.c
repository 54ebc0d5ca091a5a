/*
 * Frames on standard input, from whatever program can write them (libcamera-vid, ffmpeg, rpicam-vid).
 *
 * A pipe is read as fast as it comes, so that what is analysed is new; a regular file, which would be through in a second, at the
 * rate that it claims.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/when.h"
#include "camera/frames.h"
#include "camera/grab.h"
#include "camera/pace.h"

static ssize_t
read_stdin(void *context, void *to, size_t n)
{
	ssize_t got;
	(void)context;
	do
		got = read(STDIN_FILENO, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

static bool
is_file(void)
{
	struct stat st;
	return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode);
}

/* 1: the frame was sent or counted as lost. */
static int
send_frame(const struct frames *f, const struct ring_setup *s, struct ring_writer *w, const unsigned char *planes, struct err *e)
{
	unsigned char *to;
	int64_t captured = when_monotonic_ms();
	int r = ring_writer_slot(w, f->width, f->height, s->fast, &to, e);

	if (r == 1) {
		pixels_to_bgr(f->pixels, f->full, f->width, f->height, planes, to);
		r = ring_writer_frame(w, captured);
		if (r != 0)
			e->code = ERR_NONE;
	}
	return r < 0 ? -1 : 1;
}

int
grab_stdin(const struct ring_setup *s, struct ring_writer *w, struct err *e)
{
	struct frames *f = mem_alloc(sizeof *f);
	struct pace pace = { .speed = 1 };
	unsigned char *planes = NULL;
	int64_t n = 0;
	int r = frames_open(f, read_stdin, NULL, s->raw_width, s->raw_height, s->raw_pixels, s->max_pixels, e);

	if (r != 0)
		goto out;
	ring_writer_tell(w, RING_OPENED, ERR_NONE, NULL);
	planes = mem_array(f->size, 1);
	bool paced = f->rate > 0 && !s->fast && is_file();
	while ((r = frames_next(f, planes, e)) == 1) {
		double pts_ms = paced ? (double)n * 1000 / f->rate : 0;
		n++;
		e->code = ERR_NONE;
		if (paced && ring_writer_wait(w, pace_due(&pace, pts_ms, when_monotonic_ms())) != 0)
			r = -1;
		else
			r = send_frame(f, s, w, planes, e);
		if (r < 0)
			break;
	}
	if (r == 0 && f->cut > 0) {
		char text[128];
		snprintf(text, sizeof text, "the last frame on standard input was cut off after %zu of %zu bytes", f->cut, f->size);
		ring_writer_tell(w, RING_WARNING, ERR_NONE, text);
	}
	if (r == 0 && n == 0)
		r = err_set(e, ERR_DATA, "no frame on standard input");
out:
	free(planes);
	free(f);
	return r;
}
