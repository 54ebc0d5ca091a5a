/*
 * Watches one live source and prints what the camera layer tells, a line an event, for the end-to-end tests:
 *
 *	frame NUMBER WIDTHxHEIGHT lost N age MS sum SUM		sum: of all bytes
 *	down WHY SILENT_MS DETAIL	SILENT_MS: since the last frame
 *	end [REASON]
 *	stopped MS starts N lost N	MS: how long camera_stop took
 *
 * usage: watch_camera [-flvu] [-o OPEN_MS] [-s STALL_MS] [-b BACKOFF_MS] [-r WIDTHxHEIGHT] [-p PIXELS] [-h HOLD_MS] SOURCE
 * It ends when it gets SIGTERM, or the source's end was told.  -f: fast; -l: loop; -u: RTSP over UDP; -h: each frame is
 * kept that long.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/when.h"
#include "camera/camera.h"
#include "camera/capture.h"

struct watch {
	_Atomic(struct camera *) camera;
	int64_t last_ms;
	long hold_ms;
};

static void
sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static void
frame(void *context, const struct camera_frame *f, int64_t lost)
{
	struct watch *w = context;
	unsigned long sum = 0;

	for (size_t i = 0; i < 3 * (size_t)f->width * (size_t)f->height; i++)
		sum += f->bgr[i];
	printf("frame %lld %dx%d lost %lld age %lld sum %lu\n", (long long)f->number, f->width, f->height, (long long)lost,
	    (long long)(when_monotonic_ms() - f->captured_ms), sum);
	w->last_ms = f->captured_ms;
	sleep_ms(w->hold_ms);
	/* The first may come before camera_start has returned. */
	while (w->camera == NULL)
		sleep_ms(1);
	camera_release(w->camera, f);
}

static void
down(void *context, enum camera_why why, int64_t since_ms, const char *detail)
{
	(void)context;
	printf("down %s %lld %s\n", camera_why_name(why), (long long)(when_monotonic_ms() - since_ms), detail);
}

static void
end(void *context, const struct err *why)
{
	(void)context;
	printf("end%s%s\n", why != NULL ? " " : "", why != NULL ? why->msg : "");
	kill(getpid(), SIGTERM);
}

static int
watch(const struct camera_options *o, long hold_ms)
{
	struct watch w = { .hold_ms = hold_ms };
	const struct camera_events ev = { frame, down, end, &w };
	struct camera *c;
	struct camera_status s;
	struct err e = { 0 };
	sigset_t ends;
	int got;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	if (camera_start(&c, o, &ev, &e) != 0) {
		fprintf(stderr, "%s\n", e.msg);
		return 1;
	}
	w.camera = c;
	sigwait(&ends, &got);
	camera_status(c, &s);
	int64_t from = when_monotonic_ms();
	camera_stop(c);
	printf("stopped %lld starts %lld lost %lld\n", (long long)(when_monotonic_ms() - from), (long long)s.starts, (long long)s.lost);
	return 0;
}

int
main(int argc, char **argv)
{
	struct camera_address a;
	struct camera_options o = { .address = &a, .open_ms = 20000, .stall_ms = 20000, .backoff_max_ms = 1000,
		.max_pixels = 50000000, .raw_pixels = "bgr24" };
	struct err e = { 0 };
	long hold_ms = 0;

	if (capture_is(argc, argv))
		return capture_main(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int opt; (opt = getopt(argc, argv, "flvuo:s:b:r:p:h:")) != -1;)
		switch (opt) {
		case 'f': o.fast = true; break;
		case 'l': o.loop = true; break;
		case 'u': o.udp = true; break;
		case 'v': o.verbose = true; break;
		case 'o': o.open_ms = atol(optarg); break;
		case 's': o.stall_ms = atol(optarg); break;
		case 'b': o.backoff_max_ms = atol(optarg); break;
		case 'r': if (sscanf(optarg, "%dx%d", &o.raw_width, &o.raw_height) != 2) return 2; break;
		case 'p': o.raw_pixels = optarg; break;
		case 'h': hold_ms = atol(optarg); break;
		default: return 2;
		}
	if (optind != argc - 1)
		return 2;
	if (o.verbose)
		log_set_level(LOG_VERBOSE);
	if (camera_address_parse(&a, argv[optind], true, &e) != 0) {
		fprintf(stderr, "%s\n", e.msg);
		return 1;
	}
	int r = watch(&o, hold_ms);
	camera_address_free(&a);
	return r;
}
