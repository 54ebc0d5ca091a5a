/*
 * The crop for a gender network and what its answer means.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "people/gender.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static struct face
face_with_eyes(double rx, double ry, double lx, double ly)
{
	return (struct face){
		.box = { 100, 200, 40, 60 }, .has_points = true,
		.points = { { rx, ry }, { lx, ly } }
	};
}

static void
squares(void **state)
{
	(void)state;
	struct face f = { .box = { 100, 200, 40, 60 } };
	struct gender_crop c = gender_crop(&f, 0, false, false);
	assert_true(near(c.side, 50) && near(c.x, 95) && near(c.y, 205) && c.angle == 0);
	c = gender_crop(&f, 0.3, true, false);
	assert_true(near(c.side, 96) && near(c.x, 120 - 48) && near(c.y, 230 - 48));
	c = gender_crop(&f, 0.5, false, true);
	assert_true(near(c.side, 100) && c.angle == 0);
}

static void
levels_the_eyes(void **state)
{
	(void)state;
	struct face f = face_with_eyes(110, 220, 130, 220);
	assert_true(near(gender_crop(&f, 0, false, true).angle, 0));
	/* The head leans clockwise: the eye at the picture's right is lower; it is turned back. */
	f = face_with_eyes(110, 220, 130, 240);
	assert_true(near(gender_crop(&f, 0, false, true).angle, -45));
	assert_true(gender_crop(&f, 0, false, false).angle == 0);
	f = face_with_eyes(110, 240, 130, 220);
	assert_true(near(gender_crop(&f, 0, false, true).angle, 45));
	f.has_points = false;
	assert_true(gender_crop(&f, 0, false, true).angle == 0);
	/* Upside down is a half turn, either way. */
	f = face_with_eyes(130, 220, 110, 220);
	assert_true(near(fabs(gender_crop(&f, 0, false, true).angle), 180));
}

static void
eyes_that_tell_nothing(void **state)
{
	(void)state;
	struct face f = face_with_eyes(110, 220, 110, 220);
	assert_true(gender_crop(&f, 0, false, true).angle == 0);
	f = face_with_eyes(NAN, 220, 110, 220);
	assert_true(gender_crop(&f, 0, false, true).angle == 0);
	f = face_with_eyes(INFINITY, 220, INFINITY, 220);
	assert_true(gender_crop(&f, 0, false, true).angle == 0);
}

static void
decides(void **state)
{
	(void)state;
	assert_int_equal(gender_decide(0.9, 0.6), GENDER_FEMALE);
	assert_int_equal(gender_decide(0.1, 0.6), GENDER_MALE);
	assert_int_equal(gender_decide(0.55, 0.6), GENDER_UNKNOWN);
	assert_int_equal(gender_decide(0.45, 0.6), GENDER_UNKNOWN);
	/* The threshold itself is certain enough, on both sides. */
	assert_int_equal(gender_decide(0.75, 0.75), GENDER_FEMALE);
	assert_int_equal(gender_decide(0.25, 0.75), GENDER_MALE);
	assert_int_equal(gender_decide(1, 1), GENDER_FEMALE);
	assert_int_equal(gender_decide(0, 1), GENDER_MALE);
	assert_int_equal(gender_decide(NAN, 0), GENDER_UNKNOWN);
	/* A tie is no answer, whatever the threshold. */
	assert_int_equal(gender_decide(0.5, 0), GENDER_UNKNOWN);
	assert_int_equal(gender_decide(0.500001, 0), GENDER_FEMALE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(squares),
		cmocka_unit_test(levels_the_eyes),
		cmocka_unit_test(eyes_that_tell_nothing),
		cmocka_unit_test(decides),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
