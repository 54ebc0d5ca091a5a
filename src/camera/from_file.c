/*
 * A recording played as if it were a camera, for trials and tests: each frame at its time, by its stamp.
 */
#include <string.h>

#include "base/when.h"
#include "camera/grab.h"
#include "camera/pace.h"
#include "camera/ring_layout.h"
#include "vision/vision.h"

/* One pass.  1: at its end, with *frames more. */
static int
play(const struct ring_setup *s, struct ring_writer *w, struct vision_image *im, int64_t *frames, struct err *e)
{
	/* Where a hole cannot be lived through, because a stall makes it begin anew, it is shortened. */
	struct pace pace = { .speed = 1, .longest_ms = s->loop ? s->stall_ms / 2 + 1 : 0 };
	struct vision_capture *c;
	struct vision_capture_info info;
	double pts_ms;
	int r;

	if (vision_capture_open(&c, s->address, &info, e) != 0)
		return -1;
	ring_writer_tell(w, RING_OPENED, ERR_NONE, NULL);
	while ((r = vision_capture_read(c, im, &pts_ms, e)) == 1) {
		unsigned char *to;
		e->code = ERR_NONE;
		if (!s->fast && ring_writer_wait(w, pace_due(&pace, pts_ms, when_monotonic_ms())) != 0) {
			r = -1;
			break;
		}
		int width = vision_image_width(im), height = vision_image_height(im);
		int slot = ring_writer_slot(w, width, height, s->fast, &to, e);
		if (slot == 1) {
			vision_image_pixels(im, to);
			slot = ring_writer_frame(w, when_monotonic_ms());
			if (slot != 0)
				e->code = ERR_NONE;
		}
		if (slot < 0) {
			r = -1;
			break;
		}
		++*frames;
	}
	vision_capture_close(c);
	return r == 0 ? 1 : -1;
}

int
grab_file(const struct ring_setup *s, struct ring_writer *w, struct err *e)
{
	struct vision_image *im = vision_image_new();
	int r;

	do {
		int64_t frames = 0;
		r = play(s, w, im, &frames, e);
		if (r == 1 && frames == 0)
			r = err_set(e, ERR_DATA, "%s: no frame in it", s->address);
	} while (r == 1 && s->loop);
	vision_image_free(im);
	return r == 1 ? 0 : -1;
}
