/* frames, pixels: raw frames out of bytes, and what of them is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "camera/frames.h"

/* Bytes in pieces of a given length. */
struct bytes {
	const char *data;
	size_t n, piece;
	bool fail;
};

static ssize_t
give(void *context, void *to, size_t n)
{
	struct bytes *b = context;
	if (b->fail && b->n == 0) {
		errno = EIO;
		return -1;
	}
	if (n > b->piece)
		n = b->piece;
	if (n > b->n)
		n = b->n;
	memcpy(to, b->data, n);
	b->data += n;
	b->n -= n;
	return (ssize_t)n;
}

static void
whole_and_cut(void **state)
{
	(void)state;
	static const char text[] = "YUV4MPEG2 W2 H2 F30000:1001 Ip A1:1 C420jpeg XYSCSS=420JPEG\nFRAME\nabcdef"
		"FRAME Ixyz\nghijklFRAME\nmno";
	for (size_t piece = 1; piece < sizeof text; piece++) {
		struct bytes b = { text, sizeof text - 1, piece, false };
		struct frames f;
		struct err e = { 0 };
		unsigned char to[6];
		assert_int_equal(frames_open(&f, give, &b, 0, 0, "", 100, &e), 0);
		assert_int_equal(f.width, 2);
		assert_int_equal(f.size, 6);
		assert_true(f.rate > 29.96 && f.rate < 29.98);
		assert_int_equal(frames_next(&f, to, &e), 1);
		assert_memory_equal(to, "abcdef", 6);
		assert_int_equal(frames_next(&f, to, &e), 1);
		assert_memory_equal(to, "ghijkl", 6);
		assert_int_equal(frames_next(&f, to, &e), 0);
		assert_int_equal(f.cut, 3);
	}
}

static void
headers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int width, height;
		enum pixels pixels;
		size_t size;
		bool full;
	} good[] = {
		{ "YUV4MPEG2 H3 W5\n", 5, 3, PIXELS_I420, 15 + 2 * 6, false },
		{ "YUV4MPEG2 W5 H3 C422 XCOLORRANGE=FULL\n", 5, 3, PIXELS_I422, 15 + 2 * 9, true },
		{ "YUV4MPEG2 W5 H3 C444\n", 5, 3, PIXELS_I444, 45, false },
		{ "YUV4MPEG2 W5 H3 Cmono F0:0 Xanything\n", 5, 3, PIXELS_GRAY, 15, false },
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct bytes b = { good[i].text, strlen(good[i].text), 7, false };
		struct frames f;
		struct err e = { 0 };
		assert_int_equal(frames_open(&f, give, &b, 0, 0, "", 100, &e), 0);
		assert_int_equal(f.width, good[i].width);
		assert_int_equal(f.height, good[i].height);
		assert_int_equal(f.pixels, good[i].pixels);
		assert_int_equal(f.size, good[i].size);
		assert_int_equal(f.full, good[i].full);
		assert_true(f.rate <= 0);
	}
	static const char *const bad[] = {
		"", "Y", "YUV4MPEG2", "YUV4MPEG2\n", "YUV4MPEG W2 H2\n", "YUV4MPEG2W2 H2\n", "YUV4MPEG2 W2\n", "YUV4MPEG2 W0 H2\n",
		"YUV4MPEG2 W-2 H2\n", "YUV4MPEG2 W99999999999 H2\n", "YUV4MPEG2 W11 H10\n", "YUV4MPEG2 W32768 H1\n",
		"YUV4MPEG2 W2 H2 C420p10\n", "YUV4MPEG2 W2 H2 C411\n", "YUV4MPEG2 W2x H2\n", "RIFF....AVI ",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct bytes b = { bad[i], strlen(bad[i]), 64, false };
		struct frames f;
		struct err e = { 0 };
		if (frames_open(&f, give, &b, 0, 0, "", 100, &e) != -1)
			fail_msg("took \"%s\"", bad[i]);
		assert_int_equal(e.code, ERR_DATA);
	}
	/* A line that does not end. */
	char *endless = mem_alloc(5000);
	memset(endless, 'a', 5000);
	struct bytes b = { endless, 5000, 64, false };
	struct frames f;
	struct err e = { 0 };
	assert_int_equal(frames_open(&f, give, &b, 0, 0, "", 100, &e), -1);
	free(endless);
}

static void
raw(void **state)
{
	(void)state;
	struct bytes b = { "abcdefghij", 10, 4, true };
	struct frames f;
	struct err e = { 0 };
	unsigned char to[6];
	assert_int_equal(frames_open(&f, give, &b, 2, 2, "nv12", 100, &e), 0);
	assert_int_equal(frames_next(&f, to, &e), 1);
	assert_memory_equal(to, "abcdef", 6);
	assert_int_equal(frames_next(&f, to, &e), -1);
	assert_int_equal(e.code, ERR_IO);

	assert_int_equal(frames_open(&f, give, &b, 2, 2, "yuyv", 100, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(frames_open(&f, give, &b, 200, 2, "gray", 100, &e), -1);
	assert_int_equal(e.code, ERR_DATA);

	struct bytes wrong = { "YUV4MPEG2 W1 H1 Cmono\nFRAMED\nx", 31, 64, false };
	assert_int_equal(frames_open(&f, give, &wrong, 0, 0, "", 100, &e), 0);
	assert_int_equal(frames_next(&f, to, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
}

static void
near(const unsigned char *got, int b, int g, int r)
{
	assert_in_range(got[0] + 2, b > 0 ? b : 0, b + 4);
	assert_in_range(got[1] + 2, g > 0 ? g : 0, g + 4);
	assert_in_range(got[2] + 2, r > 0 ? r : 0, r + 4);
}

static void
colours(void **state)
{
	(void)state;
	unsigned char to[12];
	pixels_to_bgr(PIXELS_RGB24, false, 2, 1, (const unsigned char *)"abcdef", to);
	assert_memory_equal(to, "cbafed", 6);
	pixels_to_bgr(PIXELS_BGR24, false, 2, 1, (const unsigned char *)"abcdef", to);
	assert_memory_equal(to, "abcdef", 6);
	/* BT.601: red is 81, 90, 240; blue 41, 240, 110; white 235, black 16. */
	const unsigned char red[] = { 81, 81, 81, 81, 90, 240 }, blue[] = { 41, 41, 41, 41, 240, 110 };
	pixels_to_bgr(PIXELS_I420, false, 2, 2, red, to);
	for (int i = 0; i < 4; i++)
		near(to + 3 * i, 0, 0, 255);
	pixels_to_bgr(PIXELS_NV12, false, 2, 2, blue, to);
	for (int i = 0; i < 4; i++)
		near(to + 3 * i, 255, 0, 0);
	const unsigned char wide[] = { 76, 84, 255 };
	pixels_to_bgr(PIXELS_I444, true, 1, 1, wide, to);
	near(to, 0, 0, 255);
	const unsigned char grey[] = { 16, 235, 0, 255 };
	pixels_to_bgr(PIXELS_GRAY, false, 4, 1, grey, to);
	near(to, 0, 0, 0);
	near(to + 3, 255, 255, 255);
	near(to + 9, 255, 255, 255);
	pixels_to_bgr(PIXELS_GRAY, true, 4, 1, grey, to);
	near(to, 16, 16, 16);
	/* Odd sides: the last column and row have chroma of their own. */
	const unsigned char odd[] = { 81, 81, 41, 81, 81, 41, 81, 81, 41, 90, 240, 90, 240, 240, 110, 240, 110 };
	unsigned char nine[27];
	pixels_to_bgr(PIXELS_I420, false, 3, 3, odd, nine);
	near(nine, 0, 0, 255);
	near(nine + 6, 255, 0, 0);
	near(nine + 24, 255, 0, 0);
}

static void
turned(void **state)
{
	(void)state;
	/* abc / def, a row padded to 10 bytes. */
	static const unsigned char from[] = "aaabbbccc.dddeeefff.";
	unsigned char to[18];
	pixels_turn(0, 3, 2, from, 10, to);
	assert_memory_equal(to, "aaabbbcccdddeeefff", 18);
	pixels_turn(90, 3, 2, from, 10, to);
	assert_memory_equal(to, "dddaaaeeebbbfffccc", 18);
	pixels_turn(180, 3, 2, from, 10, to);
	assert_memory_equal(to, "fffeeedddcccbbbaaa", 18);
	pixels_turn(270, 3, 2, from, 10, to);
	assert_memory_equal(to, "cccfffbbbeeeaaaddd", 18);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_and_cut),
		cmocka_unit_test(headers),
		cmocka_unit_test(raw),
		cmocka_unit_test(colours),
		cmocka_unit_test(turned),
	};
	return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
