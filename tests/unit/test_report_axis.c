/*
 * Ticks at round numbers and times, and numbers and times as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/when.h"
#include "report/axis.h"

static int64_t
at(const char *text)
{
	int64_t ms = 0;
	assert_int_equal(when_parse(text, &ms), 0);
	return ms;
}

static void
test_values(void **state)
{
	(void)state;
	static const struct {
		double largest, top, step;
		int n, decimals;
	} cases[] = {
		{ 0, 1, 0.2, 6, 1 }, { 1, 1, 0.2, 6, 1 }, { 5, 5, 1, 6, 0 }, { 5.01, 6, 2, 4, 0 }, { 9, 10, 2, 6, 0 },
		{ 11, 15, 5, 4, 0 }, { 0.3, 0.3, 0.1, 4, 1 }, { 0.05, 0.05, 0.01, 6, 2 }, { 54, 60, 20, 4, 0 },
		{ 1e9, 1e9, 2e8, 6, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct axis_values a = axis_values(cases[i].largest, 6);
		assert_true(fabs(a.top - cases[i].top) <= cases[i].top * 1e-9);
		assert_true(fabs(a.step - cases[i].step) <= cases[i].step * 1e-9);
		assert_int_equal(a.n, cases[i].n);
		assert_int_equal(a.decimals, cases[i].decimals);
	}
	for (double v = 1e-6; v < 1e12; v *= 1.37) {
		struct axis_values a = axis_values(v, 6);
		assert_true(a.top >= v * (1 - 1e-8) && a.top < v * 3 && a.n >= 2 && a.n <= 6);
	}
}

static void
check_ticks(const char *from, const char *to, size_t most, const char *expected)
{
	struct axis_tick ticks[AXIS_TICKS];
	size_t n = axis_times(at(from), at(to), false, most, ticks);
	char got[2000] = "";
	for (size_t i = 0; i < n; i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(got, ticks[i].label);
		if (ticks[i].second[0] != '\0') {
			strcat(got, "/");
			strcat(got, ticks[i].second);
		}
	}
	assert_string_equal(got, expected);
}

static void
test_times(void **state)
{
	(void)state;
	check_ticks("2026-11-21T02:20:00Z", "2026-11-21T02:22:00Z", 5, "02:20/21 Nov 02:21 02:22");
	check_ticks("2026-11-21T23:33:00Z", "2026-11-22T01:03:00Z", 5, "00:00/22 Nov 00:30 01:00");
	check_ticks("2026-11-21T23:33:00Z", "2026-11-22T01:03:00Z", 8, "23:45/21 Nov 00:00/22 Nov 00:15 00:30 00:45 01:00");
	check_ticks("2026-12-29T05:00:00Z", "2027-01-03T00:00:00Z", 8, "30 Dec/2026 31 Dec 1 Jan/2027 2 Jan 3 Jan");
	/* Mondays. */
	check_ticks("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 6, "2 Nov/2026 9 Nov 16 Nov 23 Nov 30 Nov");
	check_ticks("2025-11-21T00:00:00Z", "2026-12-26T00:00:00Z", 6, "Jan/2026 Apr Jul Oct");
	check_ticks("1969-12-31T23:59:00Z", "1970-01-01T00:01:00Z", 6, "23:59/31 Dec 00:00/1 Jan 00:01");
	check_ticks("2001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 6, "2005 2010 2015 2020 2025");
	/* Any span gives a bounded number, in order and inside. */
	struct axis_tick ticks[AXIS_TICKS];
	int64_t first = at("0000-01-01T00:00:00Z"), last = at("9999-12-31T23:59:00Z") + 60000;
	for (int64_t span = 60000; span < last - first; span += span / 3 / 60000 * 60000 + 60000) {
		for (size_t most = 2; most <= 12; most += 5) {
			for (int recording = 0; recording < 2; recording++) {
				size_t n = axis_times(last - span, last, recording, most, ticks);
				assert_true(n <= most + 1);
				for (size_t i = 0; i < n; i++)
					assert_true(ticks[i].ms >= (i > 0 ? ticks[i - 1].ms + 1 : last - span) && ticks[i].ms <= last);
			}
		}
	}
	size_t n = axis_times(0, 200 * INT64_C(60000), true, 5, ticks);
	assert_int_equal(n, 4);
	assert_string_equal(ticks[3].label, "03:00");
	assert_string_equal(ticks[3].second, "");
}

static void
test_text(void **state)
{
	(void)state;
	char t[TEXT_SIZE];
	assert_string_equal(text_average(0, t), "0.00");
	assert_string_equal(text_average(99.994, t), "99.99");
	assert_string_equal(text_average(99.996, t), "100.0");
	assert_string_equal(text_average((double)NAN, t), "-");
	assert_string_equal(text_count(0, t), "0");
	assert_string_equal(text_count(999, t), "999");
	assert_string_equal(text_count(1000, t), "1,000");
	assert_string_equal(text_count(-123456, t), "-123,456");
	assert_string_equal(text_count(INT64_MIN, t), "-9,223,372,036,854,775,808");
	/* "100 %" is the whole, "0 %" is nothing. */
	assert_string_equal(text_percent(1, t), "100 %");
	assert_string_equal(text_percent(0.99999, t), "99 %");
	assert_string_equal(text_percent(0.00001, t), "1 %");
	assert_string_equal(text_percent(0, t), "0 %");
	assert_string_equal(text_percent((double)NAN, t), "0 %");
	assert_string_equal(text_duration(79500, t), "79.5 s");
	assert_string_equal(text_duration(60000, t), "60 s");
	assert_string_equal(text_duration(600000, t), "10.0 min");
	assert_string_equal(text_duration(INT64_C(86400000) * 3, t), "3.0 days");
	int64_t ms = at("2026-11-21T02:20:00Z");
	assert_string_equal(text_time(ms, false, t), "2026-11-21 02:20");
	assert_string_equal(text_date(ms, true, t), "21 November 2026");
	assert_string_equal(text_date(ms, false, t), "21 Nov");
	assert_string_equal(text_time(100 * INT64_C(3600000), true, t), "100:00");
	assert_string_equal(text_period(ms, ms + 900000, false, "-", t), "2026-11-21 02:20-02:35 UTC");
	assert_string_equal(text_period(ms, ms + INT64_C(86400000), false, "-", t), "2026-11-21 02:20 - 2026-11-22 02:20 UTC");
	assert_string_equal(text_period(0, 120000, true, "-", t), "00:00-00:02");
	assert_int_equal(text_month_start(2026, 14), at("2027-02-01T00:00:00Z"));
	assert_int_equal(text_month_start(10000, 1), INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
