/* err: messages put together, cut and wrapped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void
set_and_wrap(void **state)
{
	(void)state;
	struct err e;
	assert_int_equal(err_set(&e, ERR_DATA, "%s has %d bytes", "x.mp4", 3), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_string_equal(e.msg, "x.mp4 has 3 bytes");
	assert_int_equal(err_wrap(&e, "run %d", 7), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_string_equal(e.msg, "run 7: x.mp4 has 3 bytes");
}

static void
old_message_as_argument(void **state)
{
	(void)state;
	struct err e;
	err_set(&e, ERR_IO, "disk full");
	err_set(&e, ERR_IO, "%s (%s)", e.msg, e.msg);
	assert_string_equal(e.msg, "disk full (disk full)");
	err_wrap(&e, "<%s>", e.msg);
	assert_string_equal(e.msg, "<disk full (disk full)>: disk full (disk full)");
}

static void
cut(void **state)
{
	(void)state;
	char longer[3000];
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	struct err e;
	err_set(&e, ERR_FAIL, "%s", longer);
	assert_int_equal(strlen(e.msg), sizeof e.msg - 1);
	assert_string_equal(e.msg + sizeof e.msg - 5, "a...");

	/* What fits exactly is not cut. */
	err_set(&e, ERR_FAIL, "%.1023s", longer);
	assert_int_equal(strlen(e.msg), 1023);
	assert_int_equal(e.msg[1022], 'a');
}

static void
wrap_cut(void **state)
{
	(void)state;
	char longer[3000];
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	struct err e;
	err_set(&e, ERR_FAIL, "the reason");
	err_wrap(&e, "%s", longer);
	assert_non_null(strstr(e.msg, "a...: the reason"));

	err_set(&e, ERR_FAIL, "%.1023s", longer);
	err_wrap(&e, "where");
	assert_int_equal(strlen(e.msg), 1023);
	assert_memory_equal(e.msg, "where: aaa", 10);
	assert_string_equal(e.msg + 1019, "a...");

	/* 7 + 1016 = 1023: just fits.  One more does not. */
	err_set(&e, ERR_FAIL, "%.1016s", longer);
	err_wrap(&e, "where");
	assert_int_equal(strlen(e.msg), 1023);
	assert_int_equal(e.msg[1022], 'a');
	err_set(&e, ERR_FAIL, "%.1017s", longer);
	err_wrap(&e, "where");
	assert_int_equal(strlen(e.msg), 1023);
	assert_string_equal(e.msg + 1019, "a...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_and_wrap),
		cmocka_unit_test(old_message_as_argument),
		cmocka_unit_test(cut),
		cmocka_unit_test(wrap_cut),
	};
	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
