/*
 * Pictures into network inputs and boxes back.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/letterbox.h"

static void
near(double a, double b)
{
	assert_true(fabs(a - b) < 1e-9 * (1 + fabs(b)));
}

static void
is(struct letterbox l, int x, int y, int w, int h)
{
	assert_int_equal(l.x, x);
	assert_int_equal(l.y, y);
	assert_int_equal(l.w, w);
	assert_int_equal(l.h, h);
}

static void
fits(void **state)
{
	(void)state;
	is(letterbox_fit(768, 576, 640, 640, LETTERBOX_CENTRE), 0, 80, 640, 480);
	is(letterbox_fit(768, 576, 640, 640, LETTERBOX_TOPLEFT), 0, 0, 640, 480);
	is(letterbox_fit(768, 576, 640, 640, LETTERBOX_STRETCH), 0, 0, 640, 640);
	is(letterbox_fit(480, 640, 640, 640, LETTERBOX_CENTRE), 80, 0, 480, 640);
	is(letterbox_fit(640, 640, 640, 640, LETTERBOX_CENTRE), 0, 0, 640, 640);
	/* Rounded, not cut: 416 * 427 / 640 = 277.55. */
	is(letterbox_fit(640, 427, 416, 416, LETTERBOX_CENTRE), 0, 69, 416, 278);
	/* Enlarged too. */
	is(letterbox_fit(100, 50, 640, 640, LETTERBOX_CENTRE), 0, 160, 640, 320);
}

static void
extremes(void **state)
{
	(void)state;
	/* 20 * 640 / 20000 = 0.64, still a pixel. */
	is(letterbox_fit(20000, 20, 640, 640, LETTERBOX_CENTRE), 0, 319, 640, 1);
	is(letterbox_fit(1, 20000, 640, 640, LETTERBOX_CENTRE), 319, 0, 1, 640);
	is(letterbox_fit(1, 1, 640, 640, LETTERBOX_CENTRE), 0, 0, 640, 640);
	is(letterbox_fit(2147483647, 2147483647, 640, 640, LETTERBOX_CENTRE), 0, 0, 640, 640);
}

static void
there_and_back(void **state)
{
	(void)state;
	static const int sizes[][2] = {
		{768, 576}, {1, 1}, {1, 999}, {20000, 20}, {639, 641}, {1920, 1080}, {123, 457}
	};
	static const enum letterbox_rule rules[] = { LETTERBOX_CENTRE, LETTERBOX_TOPLEFT,
		LETTERBOX_STRETCH };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (size_t k = 0; k < 3; k++) {
			struct letterbox l = letterbox_fit(sizes[i][0], sizes[i][1], 416, 352,
				rules[k]);
			struct box b = { 0.3 * l.src_w, 0.1 * l.src_h, 0.25 * l.src_w,
				0.5 * l.src_h };
			struct box c = letterbox_back(&l, letterbox_forth(&l, b));
			near(c.x, b.x);
			near(c.y, b.y);
			near(c.w, b.w);
			near(c.h, b.h);
			/* The whole picture is exactly its place in the input. */
			struct box whole = letterbox_back(&l, (struct box){ l.x, l.y, l.w, l.h });
			near(whole.x, 0);
			near(whole.y, 0);
			near(whole.w, l.src_w);
			near(whole.h, l.src_h);
		}
	}
}

static void
axes_scale_apart(void **state)
{
	(void)state;
	struct letterbox l = letterbox_fit(640, 427, 416, 416, LETTERBOX_CENTRE);
	double x = 416, y = 69 + 278;
	letterbox_back_point(&l, &x, &y);
	near(x, 640);
	near(y, 427);
}

static void
flexible_is(int w, int h, int longest, int want_w, int want_h)
{
	int in_w, in_h;
	letterbox_flexible(w, h, longest, 32, &in_w, &in_h);
	assert_int_equal(in_w, want_w);
	assert_int_equal(in_h, want_h);
}

static void
flexible(void **state)
{
	(void)state;
	flexible_is(768, 576, 640, 640, 480);
	flexible_is(576, 768, 640, 480, 640);
	flexible_is(1920, 1080, 640, 640, 384);		/* 360 */
	flexible_is(100, 100, 640, 640, 640);
	flexible_is(20000, 20, 640, 640, 32);
	flexible_is(20, 20000, 640, 32, 640);
	/* 640 * 601 / 1001 = 384.26: the picture will be 384 high, so 384 is enough. */
	flexible_is(1001, 601, 640, 640, 384);
	flexible_is(1000, 602, 640, 640, 416);		/* 385.28 */
	flexible_is(999, 1000, 320, 320, 320);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(extremes),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(axes_scale_apart),
		cmocka_unit_test(flexible),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
