/*
 * camera: a capture process that was taken over, or is broken.  This program, started as a capture process, is one: which it
 * is stands in the address that it is given.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/when.h"
#include "camera/camera.h"
#include "camera/capture.h"
#include "camera/ring.h"

enum { WAIT_MS = 60000 };

/* ---- the capture process ---- */

static void
say(int fd, enum ring_kind kind, uint32_t slot, const char *text)
{
	struct ring_message m = { .kind = (uint32_t)kind, .slot = slot, .width = 4, .height = 4 };
	snprintf(m.text, sizeof m.text, "%s", text);
	if (send(fd, &m, sizeof m, MSG_NOSIGNAL) < 0)
		_exit(0);
}

static int
be_hostile(int fd)
{
	struct ring_setup s;
	if (recv(fd, &s, sizeof s, 0) != sizeof s)
		return 1;
	const char *what = s.address + strlen("gst:");
	if (strcmp(what, "dies") == 0)
		return 7;
	if (strcmp(what, "fails") == 0)
		say(fd, RING_FAILED, 0, "gst:fails\tso");
	if (strcmp(what, "frames of no ring") == 0)
		say(fd, RING_FRAME, 4000000000U, "");
	if (strcmp(what, "a ring of no memory") == 0)
		say(fd, RING_SHAPE, 0, "");
	while (strcmp(what, "talks") == 0)
		say(fd, RING_OPENED, 0, "");
	while (strcmp(what, "warns") == 0)
		say(fd, RING_WARNING, 0, "gst:warns too\nmuch");
	/* The end of the socket. */
	while (recv(fd, &s, sizeof s, 0) > 0)
		;
	return 0;
}

/* ---- who watches it ---- */

struct seen {
	atomic_int downs;
	enum camera_why why;
	char detail[512];
};

static void
on_frame(void *context, const struct camera_frame *f, int64_t lost)
{
	(void)context;
	(void)f;
	(void)lost;
}

static void
on_down(void *context, enum camera_why why, int64_t since_ms, const char *detail)
{
	struct seen *s = context;
	(void)since_ms;
	s->why = why;
	snprintf(s->detail, sizeof s->detail, "%s", detail);
	s->downs++;
}

static void
on_end(void *context, const struct err *why)
{
	(void)context;
	(void)why;
}

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static int
descriptors(void)
{
	int n = 0;
	DIR *d = opendir("/proc/self/fd");
	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Watches it until it was started so often. */
static void
watch(const char *text, int64_t open_ms, int starts, struct seen *s)
{
	struct camera_address a;
	struct camera *c;
	struct camera_status now;
	struct err e = { 0 };
	*s = (struct seen){ 0 };
	const struct camera_events ev = { on_frame, on_down, on_end, s };
	int before = descriptors();

	assert_int_equal(camera_address_parse(&a, text, false, &e), 0);
	const struct camera_options o = { .address = &a, .open_ms = open_ms, .stall_ms = open_ms, .backoff_max_ms = 1,
		.max_pixels = 10000, .raw_pixels = "bgr24" };
	assert_int_equal(camera_start(&c, &o, &ev, &e), 0);
	int64_t from = when_monotonic_ms();
	do {
		pause_ms(5);
		camera_status(c, &now);
		assert_true(when_monotonic_ms() - from < WAIT_MS);
	} while (now.starts < starts);
	camera_stop(c);
	camera_address_free(&a);
	assert_false(now.up);
	assert_int_equal(now.frames, 0);
	assert_int_equal(s->downs, 1);
	assert_int_equal(descriptors(), before);
}

static void
hostile(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		int64_t open_ms;
		int starts;
		enum camera_why why;
		const char *detail;
	} all[] = {
		{ "gst:dies", WAIT_MS, 4, CAMERA_WHY_CRASH, "the capture process ended with status 7" },
		{ "gst:fails", WAIT_MS, 4, CAMERA_WHY_CONNECT, "gst:fails\\tso" },
		{ "gst:frames of no ring", WAIT_MS, 4, CAMERA_WHY_CRASH, "the capture process tells what cannot be: frame 0 in slot 4000000000" },
		{ "gst:a ring of no memory", WAIT_MS, 4, CAMERA_WHY_CRASH, "the capture process tells what cannot be: a message of no known kind" },
		{ "gst:says nothing", 200, 4, CAMERA_WHY_CONNECT, "no answer within 0.2 s" },
		{ "gst:talks", 1000, 2, CAMERA_WHY_CONNECT, "connected, but no frame within 1 s" },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct seen s;
		watch(all[i].address, all[i].open_ms, all[i].starts, &s);
		assert_int_equal(s.why, all[i].why);
		assert_string_equal(s.detail, all[i].detail);
	}
}

/* Of warnings without end a few are passed on, each in one line. */
static void
warnings(void **state)
{
	(void)state;
	struct seen s;
	char line[256];
	FILE *told = tmpfile();
	int n = 0, before = dup(STDERR_FILENO);

	assert_non_null(told);
	assert_true(before >= 0);
	assert_true(dup2(fileno(told), STDERR_FILENO) >= 0);
	watch("gst:warns", 1000, 2, &s);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	assert_int_equal(s.why, CAMERA_WHY_CONNECT);
	rewind(told);
	for (; fgets(line, sizeof line, told) != NULL; n++)
		assert_non_null(strstr(line, "gst:warns: gst:warns too\\nmuch"));
	fclose(told);
	assert_in_range(n, 1, 3 * 3);
}

/* What can never be had is not tried for ever. */
static void
no_streams(void **state)
{
	(void)state;
	if (capture_stream_library() != NULL)
		skip();
	struct camera_address a = { .kind = CAMERA_STREAM, .open = "rtsp://u:p@h/x", .shown = "rtsp://h/x" };
	const struct camera_options o = { .address = &a, .open_ms = 1000, .stall_ms = 1000, .backoff_max_ms = 1000, .max_pixels = 1000000 };
	const struct camera_events ev = { 0 };
	struct camera *c;
	struct err e;
	assert_int_equal(camera_start(&c, &o, &ev, &e), -1);
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_null(c);
}

int
main(int argc, char **argv)
{
	if (capture_is(argc, argv))
		return be_hostile(atoi(argv[2]));
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile),
		cmocka_unit_test(warnings),
		cmocka_unit_test(no_streams),
	};
	return cmocka_run_group_tests_name("camera", tests, NULL, NULL);
}
