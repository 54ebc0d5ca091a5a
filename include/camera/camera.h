/*
 * Floor 2.  One live source that can be left alone.
 *
 * Captured is in a process of its own, which is this program started again (capture.h): a driver or a decoder that hangs, crashes
 * or leaks is killed and started anew, and takes nothing with it.  It decodes into a ring of slots in shared
 * memory (ring.h); a thread here watches it, and after a failure waits and tries again, for ever:
 *
 *	capture process --slots--> watching thread --frame()--> whoever wants the newest
 *	       ^                        |
 *	       +---- kill, back off ----+
 *
 * Back-off: 0.5 s, doubled each time to backoff_max_ms, each with a jitter of a quarter; anew from 0.5 s after ten
 * seconds of frames.
 */
#ifndef FOOTFALL_CAMERA_CAMERA_H
#define FOOTFALL_CAMERA_CAMERA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "camera/address.h"
#include "vision/vision.h"

struct camera_options {
	const struct camera_address *address;	/* the caller's, for as long as the camera */
	int64_t open_ms;	/* longest time from the start of the process to its first frame */
	int64_t stall_ms;	/* longest time between two frames */
	int64_t backoff_max_ms;
	int64_t max_pixels;
	bool udp;		/* RTSP over UDP instead of TCP */
	/* stdin: raw frames of this size; width 0: YUV4MPEG2, which says it */
	int raw_width, raw_height;
	const char *raw_pixels;	/* "bgr24", "rgb24", "gray", "i420", "nv12" */
	bool loop;		/* a file begins again at its end */
	bool fast;		/* a file is played as fast as it is taken, not at its pace (trials) */
	bool verbose;		/* the libraries' own messages are let through, redacted */
};

struct camera;

/* A frame in its slot.  It stays the receiver's until camera_release. */
struct camera_frame {
	int64_t number;		/* since camera_start, from 0, counting those that were lost for want of a slot */
	int64_t captured_ms;	/* when_monotonic_ms() at which it was decoded */
	int width, height;
	const unsigned char *bgr;	/* height rows of 3 * width bytes, one after the other */
	int slot, ring;			/* the camera's own */
};

enum camera_why {
	CAMERA_WHY_CONNECT,	/* it could not be opened, or gave no first frame in time */
	CAMERA_WHY_CLOSED,	/* the other side ended it */
	CAMERA_WHY_STALL,	/* it stayed open and gave no frame */
	CAMERA_WHY_CRASH	/* the capture process died */
};
const char *camera_why_name(enum camera_why w);	/* "connect", "closed", "stall", "crash": gap.reason of the database */

/* All are called in the watching thread, in order, and must not wait. */
struct camera_events {
	/* The receiver releases it, now or later, from any thread.  lost: frames since the one before that no slot was free for. */
	void (*frame)(void *context, const struct camera_frame *f, int64_t lost);
	/*
	 * Frames stopped, or did not begin: told once, until frames come again (frame() is the sign of that).  since_ms:
	 * monotonic, of the last frame, or of camera_start; detail: one line for people, without credentials.
	 */
	void (*down)(void *context, enum camera_why why, int64_t since_ms, const char *detail);
	/* A file or stdin is at its end, or can never be had (why not NULL): nothing more will come. */
	void (*end)(void *context, const struct err *why);
	void *context;
};

/*
 * ERR_FAIL: no thread to be had.  ERR_UNAVAILABLE: a stream, and this build reads none.  An address that does not answer is no failure: it
 * is tried again.
 */
int camera_start(struct camera **out, const struct camera_options *o, const struct camera_events *ev, struct err *e);
void camera_release(struct camera *c, const struct camera_frame *f);	/* from any thread */
/* Copies the frame's picture.  From any thread. */
int camera_picture(const struct camera_frame *f, struct vision_image *im, struct err *e);
/* Ends process and thread within half a second; frames that were not released are no longer valid.  NULL is fine. */
void camera_stop(struct camera *c);

struct camera_status {
	bool up;		/* frames are coming */
	int64_t frames, lost;	/* that came, and for which there was no slot */
	int64_t starts;		/* of the capture process */
	int width, height;	/* of the newest frame */
};
void camera_status(struct camera *c, struct camera_status *out);

#endif
