/*
 * Percentiles of ages by nearest rank, against the definition.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "people/ages.h"

static void
test_none(void **state)
{
	struct ages a = { 0 };
	struct ages_summary s = ages_summary(&a);
	(void)state;
	assert_int_equal(s.median_ms, -1);
	assert_int_equal(s.p95_ms, -1);
	assert_int_equal(s.max_ms, -1);
	ages_free(&a);
}

static void
test_one_and_negative(void **state)
{
	struct ages a = { 0 };
	(void)state;
	ages_add(&a, -5);
	struct ages_summary s = ages_summary(&a);
	assert_int_equal(s.median_ms, 0);
	assert_int_equal(s.max_ms, 0);
	ages_add(&a, 7);
	s = ages_summary(&a);
	assert_int_equal(s.median_ms, 0);
	assert_int_equal(s.p95_ms, 7);
	assert_int_equal(s.max_ms, 7);
	ages_free(&a);
}

/* The smallest age that so many percent do not exceed, the slow way. */
static int64_t
plainly(const int64_t *v, size_t n, size_t percent)
{
	int64_t best = INT64_MAX;
	for (size_t i = 0; i < n; i++) {
		size_t not_above = 0;
		for (size_t k = 0; k < n; k++)
			not_above += v[k] <= v[i];
		if (100 * not_above >= percent * n && v[i] < best)
			best = v[i];
	}
	return best;
}

static void
test_by_definition(void **state)
{
	struct ages a = { 0 };
	int64_t v[120];
	uint32_t random = 7;
	(void)state;
	for (size_t n = 1; n <= 120; n++) {
		ages_clear(&a);
		for (size_t i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			v[i] = random >> 24;
			ages_add(&a, v[i]);
		}
		struct ages_summary s = ages_summary(&a);
		assert_int_equal(s.median_ms, plainly(v, n, 50));
		assert_int_equal(s.p95_ms, plainly(v, n, 95));
		assert_int_equal(s.max_ms, plainly(v, n, 100));
	}
	ages_free(&a);
}

/* Another minute, and more of the same one after its summary was asked for. */
static void
test_again(void **state)
{
	struct ages a = { 0 };
	(void)state;
	for (int i = 1000; i > 0; i--)
		ages_add(&a, i);
	assert_int_equal(ages_summary(&a).p95_ms, 950);
	ages_add(&a, 5000);
	assert_int_equal(ages_summary(&a).max_ms, 5000);
	const int64_t *memory = a.v;
	ages_clear(&a);
	assert_int_equal(ages_summary(&a).max_ms, -1);
	for (int i = 0; i < 1001; i++)
		ages_add(&a, 3);
	assert_ptr_equal(a.v, memory);
	ages_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_one_and_negative),
		cmocka_unit_test(test_by_definition),
		cmocka_unit_test(test_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
