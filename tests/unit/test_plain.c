/*
 * What reaches a terminal of a name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/plain.h"

static void
check(const char *text, const char *want)
{
	struct buf b = { 0 };
	struct err e;
	struct out *o = out_buf(&b);
	plain_put(o, text);
	assert_int_equal(out_close(o, &e), 0);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void
names(void **state)
{
	(void)state;
	check("", "");
	check("two words.jpg", "two words.jpg");
	check("uml\xC3\xA4ut \xE2\x82\xAC", "uml\xC3\xA4ut \xE2\x82\xAC");
	check("a\nb\x1B[31m\x7F", "a\\x0ab\\x1b[31m\\x7f");
	check("\xC2\x9B" "31m\xC2\xA0", "\\xc2\\x9b31m\xC2\xA0");
	check("\xFF\xC3", "\\xff\\xc3");
	check("\xE2\x82", "\\xe2\\x82");
	check("%s%n", "%s%n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
