/* address, scrub: what a source is called, and that its password is in nothing that is shown. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "camera/address.h"
#include "camera/scrub.h"

static void
kinds(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool realtime;
		enum camera_kind kind;
		const char *open, *shown, *name, *stored;
	} good[] = {
		{ "0", false, CAMERA_DEVICE, "/dev/video0", "/dev/video0", NULL, "camera" },
		{ "07", true, CAMERA_DEVICE, "/dev/video7", "/dev/video7", NULL, "camera" },
		{ "/dev/v4l/by-id/x", true, CAMERA_DEVICE, "/dev/v4l/by-id/x", "/dev/v4l/by-id/x", NULL, "camera" },
		{ "door=/dev/video2", false, CAMERA_DEVICE, "/dev/video2", "/dev/video2", "door", "camera" },
		{ "rtsp://h/x", false, CAMERA_STREAM, "rtsp://h/x", "rtsp://h/x", NULL, "stream" },
		{ "RTSPS://u:p@h/x?a=b", false, CAMERA_STREAM, "RTSPS://u:p@h/x?a=b", "RTSPS://h/x?a=b", NULL, "stream" },
		{ "door 2=http://h/?user=u&pwd=p", false, CAMERA_STREAM, "http://h/?user=u&pwd=p", "http://h/?user=***&pwd=***",
			"door 2", "stream" },
		{ "https://h", true, CAMERA_STREAM, "https://h", "https://h", NULL, "stream" },
		{ "gst:rtspsrc location=rtsp://u:p@h/ user-pw=p ! x", false, CAMERA_GSTREAMER,
			"gst:rtspsrc location=rtsp://u:p@h/ user-pw=p ! x", "gst:rtspsrc location=rtsp://h/ user-pw=*** ! x", NULL, "camera" },
		{ "\xc3\xbc=-", false, CAMERA_STDIN, "-", "-", "\xc3\xbc", "camera" },
		{ "a b.avi", true, CAMERA_FILE, "a b.avi", "a b.avi", NULL, "file" },
		{ "n=a=b.avi", true, CAMERA_FILE, "a=b.avi", "a=b.avi", "n", "file" },
		{ "./a=b.avi", true, CAMERA_FILE, "./a=b.avi", "./a=b.avi", NULL, "file" },
		{ "20240101.avi", true, CAMERA_FILE, "20240101.avi", "20240101.avi", NULL, "file" },
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct camera_address a;
		struct err e = { 0 };
		if (camera_address_parse(&a, good[i].text, good[i].realtime, &e) != 0)
			fail_msg("%s: %s", good[i].text, e.msg);
		assert_int_equal(a.kind, good[i].kind);
		assert_string_equal(a.open, good[i].open);
		assert_string_equal(a.shown, good[i].shown);
		assert_string_equal(a.name != NULL ? a.name : "", good[i].name != NULL ? good[i].name : "");
		assert_string_equal(camera_address_kind(&a), good[i].stored);
		camera_address_free(&a);
		assert_null(a.open);
	}
}

static void
refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "=", "x=", "a.avi", "rtmp://u:pass@h/x", "file:///etc/passwd", "gst:", "gst:  ", "rtsp://",
		"12345", "u:pass@h/x", "udp://u:pass@h", "rtmp://h/?password=pass", "@" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct camera_address a;
		struct err e = { 0 };
		if (camera_address_parse(&a, bad[i], false, &e) != -1)
			fail_msg("took \"%s\"", bad[i]);
		assert_int_equal(e.code, ERR_USAGE);
		assert_null(a.open);
		if (strstr(e.msg, "pass@") != NULL || strstr(e.msg, "=pass") != NULL)
			fail_msg("%s", e.msg);
	}
}

static void
from_file(void **state)
{
	(void)state;
	struct camera_address a;
	struct err e = { 0 };
	char path[] = "address-XXXXXX", text[64];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "  rtsp://u:p@h/x \r\nrtsp://other\n", 33), 33);
	close(fd);
	snprintf(text, sizeof text, "n=@%s", path);
	assert_int_equal(camera_address_parse(&a, text, false, &e), 0);
	assert_string_equal(a.open, "rtsp://u:p@h/x");
	assert_string_equal(a.shown, "rtsp://h/x");
	assert_string_equal(a.name, "n");
	camera_address_free(&a);
	/* No file that names a file. */
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(camera_address_parse(&a, text, true, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	/* The wrong file may be one of passwords. */
	fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "hunter2\n", 8), 8);
	close(fd);
	assert_int_equal(camera_address_parse(&a, text, false, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_null(strstr(e.msg, "hunter2"));
	assert_non_null(strstr(e.msg, path));
	unlink(path);
	assert_int_equal(camera_address_parse(&a, text, true, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

static void
check(const char *text, const char *address, const char *want)
{
	char *got = scrub(text, address);
	assert_string_equal(got, want);
	free(got);
}

static void
scrubbing(void **state)
{
	(void)state;
	static const char *const a = "rtsp://admin:s%40cret@cam:554/live?token=abcdef";

	check("Connection refused", a, "Connection refused");
	check("cannot open rtsp://admin:s%40cret@cam:554/live?token=abcdef: no", a, "cannot open rtsp://cam:554/live?token=*** no");
	check("user admin gave s@cret, s%40cret and abcdef", a, "user *** gave ***, *** and ***");
	check("Authorization: Basic YWRtaW46c0BjcmV0", a, "Authorization: Basic ***");
	check("tcp://x:y@other:1 failed", a, "tcp://other:1 failed");
	/* Short ones only where they stand alone. */
	check("a bad camera said a, pw=bc", "rtsp://a:bc@h", "*** bad camera said ***, pw=***");
	check("element x: pa ss", "gst:rtspsrc location=rtsp://h user-pw=\"pa ss\"", "element x: ***");
	check("", a, "");
	check("no address", "/dev/video0", "no address");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(refused),
		cmocka_unit_test(from_file),
		cmocka_unit_test(scrubbing),
	};
	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
