/* num: what is a number, and what only looks like one. */
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/num.h"

static void
integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {
		{"0", 0}, {"-0", 0}, {"+7", 7}, {"007", 7}, {"-42", -42},
		{"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t v = 99;
		assert_int_equal(num_int(good[i].text, &v), 0);
		assert_true(v == good[i].value);
	}
	static const char *const bad[] = {
		"", " ", "-", "+", "--1", "+-1", " 1", "1 ", "1\n", "1.0", "1e3", "0x10", "ten", "1a", "1,000",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "\xd9\xa1",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t v = 99;
		if (num_int(bad[i], &v) != -1)
			fail_msg("took '%s'", bad[i]);
		assert_true(v == 99);
	}
}

static void
reals(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double value;
	} good[] = {
		{"0", 0}, {"-1.5", -1.5}, {"+2", 2}, {".5", 0.5}, {"5.", 5}, {"1e3", 1000}, {"2.5E-1", 0.25},
		{"1.7976931348623157e308", DBL_MAX}, {"1e-999", 0},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		double v = 99;
		assert_int_equal(num_real(good[i].text, &v), 0);
		assert_true(v == good[i].value);
	}
	static const char *const bad[] = {
		"", ".", "-", "e5", "1e", "1e+", "1..2", "1.2.3", "1-2", " 1", "1 ", "nan", "inf", "-Infinity",
		"1e309", "-1e999", "0x1p3", "0,5", "1f", "1\t",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		double v = 99;
		if (num_real(bad[i], &v) != -1)
			fail_msg("took '%s'", bad[i]);
		assert_true(v == 99);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),
		cmocka_unit_test(reals),
	};
	return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
