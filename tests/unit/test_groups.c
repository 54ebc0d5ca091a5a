/*
 * Age bands, race labels and face sizes: every edge, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "people/groups.h"

static void
ages(void **state)
{
	(void)state;
	static const struct { int64_t years; const char *name; } cases[] = {
		{ 0, "0-2" }, { 2, "0-2" }, { 3, "3-9" }, { 9, "3-9" }, { 10, "10-19" }, { 19, "10-19" }, { 20, "20-29" },
		{ 29, "20-29" }, { 30, "30-39" }, { 40, "40-49" }, { 50, "50-59" }, { 60, "60-69" }, { 69, "60-69" },
		{ 70, "70+" }, { 116, "70+" }, { INT64_MAX, "70+" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(group_age(cases[i].years), cases[i].name);
	assert_null(group_age(-1));
	assert_null(group_age(INT64_MIN));
}

static void
races(void **state)
{
	(void)state;
	assert_string_equal(group_race(0), "0");
	assert_string_equal(group_race(4), "4");
	assert_null(group_race(5));
	assert_null(group_race(-1));
	assert_null(group_race(INT64_MAX));
	assert_string_equal(group_race_name("0"), "White");
	assert_string_equal(group_race_name("4"), "Others");
	assert_null(group_race_name("5"));
	assert_null(group_race_name(""));
	assert_null(group_race_name("10"));
}

static void
sizes(void **state)
{
	(void)state;
	assert_string_equal(group_size((struct box){ 5, 5, 31, 32 }), "0-31");
	assert_string_equal(group_size((struct box){ 0, 0, 32, 32 }), "32-47");
	assert_string_equal(group_size((struct box){ 0, 0, 127, 127 }), "96-127");
	assert_string_equal(group_size((struct box){ 0, 0, 100, 156 }), "128-191");
	assert_string_equal(group_size((struct box){ 0, 0, 200, 200 }), "192-255");
	assert_string_equal(group_size((struct box){ 0, 0, 256, 256 }), "256+");
	assert_string_equal(group_size((struct box){ 0, 0, 1e9, 1e9 }), "256+");
	assert_null(group_size((struct box){ 3, 3, 0, 40 }));
	assert_null(group_size((struct box){ 3, 3, 40, -1 }));
	assert_null(group_size((struct box){ 3, 3, NAN, 40 }));
}

static void
order(void **state)
{
	(void)state;
	assert_true(group_compare("3-9", "10-19") < 0);
	assert_true(group_compare("70+", "60-69") > 0);
	assert_true(group_compare("256+", "96-127") > 0);
	assert_int_equal(group_compare("0-2", "0-2"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages),
		cmocka_unit_test(races),
		cmocka_unit_test(sizes),
		cmocka_unit_test(order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
