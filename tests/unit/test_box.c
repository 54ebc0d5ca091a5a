/* box: areas, overlaps and cuts, also of boxes that are none. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/box.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-12;
}

static void
area(void **state)
{
	(void)state;
	assert_true(box_area((struct box){5, 5, 3, 4}) == 12);
	assert_true(box_area((struct box){0, 0, 0, 4}) == 0);
	/* Two negatives make no area. */
	assert_true(box_area((struct box){0, 0, -3, -4}) == 0);
	assert_true(box_area((struct box){0, 0, NAN, 4}) == 0);
}

static void
iou(void **state)
{
	(void)state;
	struct box a = {0, 0, 10, 10};
	assert_true(box_iou(a, a) == 1);
	assert_true(near(box_iou(a, (struct box){5, 0, 10, 10}), 50.0 / 150));
	assert_true(near(box_iou((struct box){5, 0, 10, 10}, a), 50.0 / 150));
	assert_true(near(box_iou(a, (struct box){2, 2, 5, 5}), 0.25));
	assert_true(box_iou(a, (struct box){10, 0, 10, 10}) == 0);
	assert_true(box_iou(a, (struct box){20, 20, 1, 1}) == 0);
	assert_true(box_iou((struct box){0}, (struct box){0}) == 0);
	assert_true(box_iou(a, (struct box){2, 2, 0, 5}) == 0);
	assert_true(box_iou(a, (struct box){5, 5, -3, -3}) == 0);
	assert_true(box_iou(a, (struct box){NAN, 0, 10, 10}) == 0);
	assert_true(box_iou(a, (struct box){0, 0, NAN, 10}) == 0);
	assert_true(box_iou(a, (struct box){0, 0, INFINITY, INFINITY}) == 0);
	assert_true(box_iou(a, (struct box){-INFINITY, 0, INFINITY, 10}) == 0);
	assert_true(box_iou((struct box){0, 0, 1e200, 1e200}, (struct box){0, 0, 1e200, 1e200}) == 0);
	/* 0.1 + 0.2 - 0.1 is more than 0.2. */
	struct box odd = {0.1, 0.1, 0.2, 0.2};
	assert_true(box_iou(odd, odd) <= 1 && box_iou(odd, odd) > 0.999999);
}

static void
clip(void **state)
{
	(void)state;
	struct box b = {-5, -5, 20, 30};
	assert_true(box_clip(&b, 10, 20));
	assert_true(b.x == 0 && b.y == 0 && b.w == 10 && b.h == 20);

	b = (struct box){8, 15, 20, 30};
	assert_true(box_clip(&b, 10, 20));
	assert_true(b.x == 8 && b.y == 15 && b.w == 2 && b.h == 5);

	/* What lies inside stays as it is, to the bit. */
	b = (struct box){0.1, 0.1, 0.2, 0.3};
	assert_true(box_clip(&b, 10, 20));
	assert_true(b.x == 0.1 && b.y == 0.1 && b.w == 0.2 && b.h == 0.3);

	static const struct box gone[] = {
		{10, 0, 5, 5}, {0, 20, 5, 5}, {-5, 0, 5, 5}, {0, -5, 5, 5}, {2, 2, 0, 5}, {2, 2, 5, 0}, {5, 5, -2, -2},
		{NAN, 0, 5, 5}, {0, NAN, 5, 5}, {0, 0, NAN, 5}, {0, 0, 5, NAN}, {-INFINITY, 0, INFINITY, 5},
		{INFINITY, 0, 5, 5}, {1e300, 0, 5, 5},
	};
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		b = gone[i];
		if (box_clip(&b, 10, 20))
			fail_msg("box %zu is still there", i);
	}
	b = (struct box){0, 0, INFINITY, INFINITY};
	assert_true(box_clip(&b, 10, 20));
	assert_true(b.w == 10 && b.h == 20);
	b = (struct box){0, 0, 5, 5};
	assert_false(box_clip(&b, 0, 20));
	assert_false(box_clip(&b, 10, NAN) && !isfinite(b.h));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(area),
		cmocka_unit_test(iou),
		cmocka_unit_test(clip),
	};
	return cmocka_run_group_tests_name("box", tests, NULL, NULL);
}
