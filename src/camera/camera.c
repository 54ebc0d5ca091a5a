/*
 * The watching thread of a source: starts the capture process, hands its frames on, and when they stop says so once,
 * ends the process, waits and tries again.
 *
 * Standard input and a recording that is played once are different: what was read from them cannot be had a second time,
 * so a silence is told but waited for, and a failure is the end.
 */
#include "camera/camera.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "camera/backoff.h"
#include "camera/capture.h"
#include "camera/process.h"
#include "camera/ring.h"
#include "camera/scrub.h"

enum {
	GRACE_MS = 150,		/* to take leave of a server */
	RETRY_DEAD_MS = 1000,	/* between two looks at a process that does not die */
	BATCH = 64,		/* messages before the clock is looked at again */
	WARNINGS = 3		/* that are passed on of one capture process */
};

struct camera {
	struct camera_options o;
	struct camera_events ev;
	struct ring_reader *ring;
	pthread_t thread;
	int wake;			/* eventfd; readable when the thread is to end */
	atomic_bool stopping;
	pthread_mutex_t lock;		/* over status */
	struct camera_status status;
	/* The thread's own from here on. */
	struct process process;
	struct backoff backoff;
	bool down;			/* that was told */
	bool ever;			/* a frame came since camera_start */
	int64_t next_number, last_ms;	/* of the next frame; of the last frame, or camera_start */
};

/* How one capture process went. */
struct attempt {
	int64_t heard_ms, first_ms;	/* when it began, or its last frame was taken; its first one; 0: none yet */
	bool opened, patient;		/* patient: it was told that nothing comes, and is waited for */
	bool over, finished;		/* finished: nothing can come after it */
	int warnings;
	enum camera_why why;
	struct err reason;		/* msg "": to be found out from how the process ended */
};

const char *
camera_why_name(enum camera_why w)
{
	static const char *const names[] = { [CAMERA_WHY_CONNECT] = "connect", [CAMERA_WHY_CLOSED] = "closed",
		[CAMERA_WHY_STALL] = "stall", [CAMERA_WHY_CRASH] = "crash" };
	return names[w];
}

/* Can it not be read a second time? */
static bool
once_only(const struct camera *c)
{
	return c->o.address->kind == CAMERA_STDIN || (c->o.address->kind == CAMERA_FILE && !c->o.loop);
}

/* One clean line without credentials. */
static void
clean_line(const struct camera *c, const char *text, char *out, size_t size)
{
	struct buf line = { 0 };
	char *clean = scrub(text, c->o.address->open);
	log_escape(&line, clean);
	snprintf(out, size, "%s", buf_str(&line));
	buf_free(&line);
	free(clean);
}

static void
set_down(struct camera *c)
{
	c->down = true;
	pthread_mutex_lock(&c->lock);
	c->status.up = false;
	pthread_mutex_unlock(&c->lock);
}

static void
tell_down(struct camera *c, enum camera_why why, const char *detail)
{
	if (c->down)
		return;
	set_down(c);
	c->ev.down(c->ev.context, why, c->last_ms, detail);
}

static void
hand_on(struct camera *c, struct attempt *a, const struct ring_frame *r)
{
	int64_t now = when_monotonic_ms(), captured = r->captured_ms;

	/* It may lie about the time too. */
	if (captured > now)
		captured = now;
	if (captured < c->last_ms)
		captured = c->last_ms;
	c->next_number += r->lost;
	struct camera_frame f = { .number = c->next_number++, .captured_ms = captured, .width = r->width,
		.height = r->height, .bgr = r->pixels, .slot = r->slot, .ring = r->map };
	c->last_ms = captured;
	a->heard_ms = now;
	if (a->first_ms == 0)
		a->first_ms = now;
	a->patient = false;
	c->down = false;
	c->ever = true;
	pthread_mutex_lock(&c->lock);
	c->status.up = true;
	c->status.frames++;
	c->status.lost += r->lost;
	c->status.width = f.width;
	c->status.height = f.height;
	pthread_mutex_unlock(&c->lock);
	c->ev.frame(c->ev.context, &f, r->lost);
}

static void
fail(struct attempt *a, enum camera_why why, enum err_code code, const char *detail)
{
	a->over = true;
	a->why = why;
	err_set(&a->reason, code, "%s", detail);
}

static void
take_message(struct camera *c, struct attempt *a, const struct ring_message *m, const struct ring_frame *f)
{
	char text[RING_TEXT];

	switch ((enum ring_kind)m->kind) {
	case RING_OPENED:
		a->opened = true;
		break;
	case RING_FRAME:
		hand_on(c, a, f);
		break;
	case RING_WARNING:
		if (a->warnings++ >= WARNINGS)
			break;
		clean_line(c, m->text, text, sizeof text);
		log_warn("%s: %s", c->o.address->shown, text);
		break;
	case RING_ENDED:
		a->over = a->finished = true;
		break;
	case RING_FAILED:
		clean_line(c, m->text, text, sizeof text);
		fail(a, a->first_ms != 0 ? CAMERA_WHY_CLOSED : CAMERA_WHY_CONNECT, m->code > 0 && m->code < 128 ?
		    (enum err_code)m->code : ERR_FAIL, text);
		break;
	default:
		break;
	}
}

/* Takes what the capture process has sent. */
static void
take_messages(struct camera *c, struct attempt *a)
{
	struct ring_message m;
	struct ring_frame f;
	struct err e = { 0 };

	for (int i = 0; i < BATCH && !a->over && !c->stopping; i++) {
		switch (ring_receive(c->ring, &m, &f, &e)) {
		case RING_NOTHING:
			return;
		case RING_MESSAGE:
			take_message(c, a, &m, &f);
			break;
		case RING_CLOSED:
			fail(a, CAMERA_WHY_CRASH, ERR_FAIL, "");
			break;
		case RING_NONSENSE:
			err_wrap(&e, "the capture process tells what cannot be");
			fail(a, CAMERA_WHY_CRASH, ERR_FAIL, e.msg);
			break;
		}
	}
}

/* Nothing came for too long. */
static void
time_out(struct camera *c, struct attempt *a)
{
	char detail[RING_TEXT];
	enum camera_why why = a->first_ms != 0 ? CAMERA_WHY_STALL : CAMERA_WHY_CONNECT;
	double s = (double)(a->first_ms != 0 ? c->o.stall_ms : c->o.open_ms) / 1000;

	snprintf(detail, sizeof detail, a->first_ms != 0 ? "no frame for %g s" : a->opened ?
	    "connected, but no frame within %g s" : "no answer within %g s", s);
	if (once_only(c)) {
		a->patient = true;
		tell_down(c, why, detail);
	} else {
		fail(a, why, ERR_UNAVAILABLE, detail);
	}
}

/* Until what is awaited counts as not coming. */
static int64_t
time_left(const struct camera *c, const struct attempt *a)
{
	return a->heard_ms + (a->first_ms != 0 ? c->o.stall_ms : c->o.open_ms) - when_monotonic_ms();
}

static void
follow(struct camera *c, struct attempt *a)
{
	struct process *p = &c->process;

	while (!a->over && !c->stopping) {
		int64_t left = time_left(c, a);
		struct pollfd on[3] = { { .fd = p->fd, .events = POLLIN }, { .fd = c->wake, .events = POLLIN },
			{ .fd = p->complaints, .events = POLLIN } };
		int timeout = a->patient ? -1 : left > 60000 ? 60000 : left > 0 ? (int)left : 0;
		if (poll(on, 3, timeout) < 0 && errno != EINTR)
			fail(a, CAMERA_WHY_CRASH, ERR_FAIL, strerror(errno));
		if (on[2].revents != 0)
			process_listen(p, &c->o);
		if (on[0].revents != 0)
			take_messages(c, a);
		/* Whatever else it said: what counts are frames. */
		if (!a->over && !a->patient && time_left(c, a) <= 0)
			time_out(c, a);
	}
}

/* One capture process, from its start to its end. */
static void
attempt(struct camera *c, struct attempt *a)
{
	struct err e = { 0 };
	int status;

	*a = (struct attempt){ .heard_ms = when_monotonic_ms() };
	if (process_start(&c->process, &c->o, &e) != 0) {
		fail(a, CAMERA_WHY_CRASH, ERR_FAIL, e.msg);
		return;
	}
	pthread_mutex_lock(&c->lock);
	c->status.starts++;
	pthread_mutex_unlock(&c->lock);
	ring_reader_attach(c->ring, c->process.fd);
	follow(c, a);
	ring_reader_attach(c->ring, -1);
	/* What it said last is often why it died. */
	process_listen(&c->process, &c->o);
	bool gone = process_end(&c->process, a->over && a->why != CAMERA_WHY_STALL ? GRACE_MS : c->stopping ? GRACE_MS : 0, &status);
	if (a->over && !a->finished && a->reason.msg[0] == '\0') {
		char fate[128] = "does not answer";
		if (gone)
			process_fate(status, fate, sizeof fate);
		err_set(&a->reason, ERR_FAIL, "the capture process %s", fate);
	}
	/* GStreamer's reasons reach OpenCV's callers only as what it prints. */
	if (c->o.address->kind == CAMERA_GSTREAMER && c->process.reason[0] != '\0') {
		char text[RING_TEXT];
		clean_line(c, c->process.reason, text, sizeof text);
		err_set(&a->reason, a->reason.code, "%s: %s", a->reason.msg, text);
	}
}

/* Is the source's story told, after this attempt? */
static bool
is_end(struct camera *c, const struct attempt *a)
{
	bool file = c->o.address->kind == CAMERA_FILE;

	/* What was never opened is a mistake of the user's, but for cameras, which are switched on at some time. */
	if (!a->finished && !once_only(c) && !(file && !c->ever && a->why == CAMERA_WHY_CONNECT && a->reason.code != ERR_UNAVAILABLE))
		return false;
	set_down(c);
	c->ev.end(c->ev.context, a->finished ? NULL : &a->reason);
	return true;
}

/* Waits for ms, or until the camera is to stop. */
static void
rest(struct camera *c, int64_t ms)
{
	struct pollfd p = { .fd = c->wake, .events = POLLIN };
	const int64_t until = when_monotonic_ms() + ms;

	for (int64_t left; !c->stopping && (left = until - when_monotonic_ms()) > 0;)
		poll(&p, 1, left < 60000 ? (int)left : 60000);
}

static void *
watch(void *arg)
{
	struct camera *c = arg;
	struct attempt a;

	while (!c->stopping) {
		attempt(c, &a);
		if (c->stopping || is_end(c, &a))
			break;
		tell_down(c, a.why, a.reason.msg);
		backoff_good(&c->backoff, a.first_ms != 0 ? c->last_ms - a.first_ms : 0);
		rest(c, backoff_next(&c->backoff));
		/* Two at one device would only be in each other's way. */
		while (!c->stopping && !process_gone(&c->process))
			rest(c, RETRY_DEAD_MS);
	}
	return NULL;
}

int
camera_start(struct camera **out, const struct camera_options *o, const struct camera_events *ev, struct err *e)
{
	sigset_t all, before;
	int why = 0;

	*out = NULL;
	if (o->address->kind == CAMERA_STREAM && capture_stream_library() == NULL)
		return err_set(e, ERR_UNAVAILABLE, "this footfall was built without FFmpeg's libraries, and reads no streams: install "
		    "libavformat-dev, libavcodec-dev and libswscale-dev, or your system's like, and build again");
	struct camera *c = mem_alloc(sizeof *c);
	c->o = *o;
	c->ev = *ev;
	c->process = (struct process)PROCESS_NONE;
	c->last_ms = when_monotonic_ms();
	backoff_init(&c->backoff, o->backoff_max_ms, (uint64_t)(uintptr_t)c ^ (uint64_t)when_now_ms());
	c->wake = eventfd(0, EFD_CLOEXEC);
	if (c->wake < 0) {
		why = errno;
	} else {
		c->ring = ring_reader_new(o->max_pixels);
		pthread_mutex_init(&c->lock, NULL);
		/* Signals are for the thread that waits for them. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		why = pthread_create(&c->thread, NULL, watch, c);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	if (why == 0) {
		*out = c;
		return 0;
	}
	err_set(e, ERR_FAIL, "%s: no thread to watch it: %s", o->address->shown, strerror(why));
	if (c->wake >= 0) {
		close(c->wake);
		pthread_mutex_destroy(&c->lock);
	}
	ring_reader_free(c->ring);
	free(c);
	return -1;
}

void
camera_release(struct camera *c, const struct camera_frame *f)
{
	ring_release(c->ring, f->ring, f->slot);
}

int
camera_picture(const struct camera_frame *f, struct vision_image *im, struct err *e)
{
	return vision_image_set(im, f->width, f->height, f->bgr, e);
}

void
camera_stop(struct camera *c)
{
	if (c == NULL)
		return;
	c->stopping = true;
	const uint64_t one = 1;
	ssize_t written = write(c->wake, &one, sizeof one);
	(void)written;	/* an eventfd takes it */
	pthread_join(c->thread, NULL);
	close(c->wake);
	pthread_mutex_destroy(&c->lock);
	ring_reader_free(c->ring);
	free(c);
}

void
camera_status(struct camera *c, struct camera_status *out)
{
	pthread_mutex_lock(&c->lock);
	*out = c->status;
	pthread_mutex_unlock(&c->lock);
}
