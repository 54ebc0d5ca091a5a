/* when: the calendar, against known moments and against the C library in UTC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/when.h"

static void
parse(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T00:00:00.001Z", 1},
		{"1969-12-31T23:59:59.999Z", -1},
		{"2026-11-21T02:20:00Z", INT64_C(1795227600000)},
		{"2026-11-21t02:20:00z", INT64_C(1795227600000)},
		{"2026-11-21 02:20:00Z", INT64_C(1795227600000)},
		{"2026-11-21T03:50:00+01:30", INT64_C(1795227600000)},
		{"2026-11-20T21:20:00-05:00", INT64_C(1795227600000)},
		{"2026-11-21T02:20:00-00:00", INT64_C(1795227600000)},
		{"2026-11-21T02:20:00.5Z", INT64_C(1795227600500)},
		{"2026-11-21T02:20:00.123999999999999999999999999999Z", INT64_C(1795227600123)},
		{"2000-02-29T00:00:00Z", INT64_C(951782400000)},
		{"0000-01-01T00:00:00Z", INT64_C(-62167219200000)},
		{"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t ms = 7;
		if (when_parse(good[i].text, &ms) != 0)
			fail_msg("refused %s", good[i].text);
		assert_int_equal(ms, good[i].ms);
	}
	static const char *const bad[] = {
		"", "now", "2026", "2026-11-21", "2026-11-21T02:20:00", "2026-11-21T02:20Z", "2026-02-29T00:00:00Z",
		"2026-02-30T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
		"2016-12-31T23:59:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00Z ",
		" 2026-01-01T00:00:00Z", "2026-01-01  00:00:00Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+0100",
		"2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00+", "26-01-01T00:00:00Z",
		"2026-1-1T00:00:00Z", "12026-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "2026-01-01T00:00:00ZZ",
		"2026-01-01T-1:00:00Z", "2026-01-01T+1:00:00Z",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms = 7;
		if (when_parse(bad[i], &ms) != -1)
			fail_msg("took '%s'", bad[i]);
		assert_int_equal(ms, 7);
	}
}

static void
offsets(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"0", 0}, {"90", 90000}, {"90.5", 90500}, {"0.0019", 1}, {"01:30", 90000}, {"1:30.25", 90250},
		{"90:00", 5400000}, {"00:01:30", 90000}, {"1:02:03.004", 3723004}, {"100:00:00", 360000000},
		{"999999999:59:59.999", INT64_C(3599999999999999)},
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t ms = 7;
		if (when_parse_offset(good[i].text, &ms) != 0)
			fail_msg("refused %s", good[i].text);
		assert_int_equal(ms, good[i].ms);
	}
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "1s", "1.", ".5", "1:2", "1:60", "1:60:00", "1:00:60", "1:00:00:00", "1:", ":10",
		"1::10", "1:-1", "1e3", "nan", "9999999999", "00:1.5", "1.5:00",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms = 7;
		if (when_parse_offset(bad[i], &ms) != -1)
			fail_msg("took '%s'", bad[i]);
		assert_int_equal(ms, 7);
	}
}

static void
names(void **state)
{
	(void)state;
	static const struct {
		const char *path, *want;	/* NULL: none */
	} cases[] = {
		{"20261121_022000.mp4", "2026-11-21T02:20:00Z"},
		{"a/b/cam1-20261121-022000.mp4", "2026-11-21T02:20:00Z"},
		{"cam20261121T022000Z.mkv", "2026-11-21T02:20:00Z"},
		{"a/20261121_022000/", "2026-11-21T02:20:00Z"},
		{"x_20261121_022000_20270101_000000.avi", "2026-11-21T02:20:00Z"},
		/* The first that is a date, not the first that looks like one. */
		{"20261321_022000-20261121_022000.avi", "2026-11-21T02:20:00Z"},
		{"20261121_022060_20270101_000000.avi", "2027-01-01T00:00:00Z"},
		{"20260229_120000.mp4", NULL},
		{"120261121_022000.mp4", NULL},
		{"20261121_0220001.mp4", NULL},
		{"20261121 022000.mp4", NULL},
		{"20261121t022000.mp4", NULL},
		{"20261121__022000.mp4", NULL},
		{"20261121022000.mp4", NULL},
		{"20261121_022000/rec.mp4", NULL},
		{"20261121_02200", NULL},
		{"20261121_", NULL},
		{"20261121_0220/00.mp4", NULL},
		{"", NULL},
		{"/", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t ms = 7;
		char text[WHEN_TEXT];
		int rc = when_from_name(cases[i].path, &ms);
		if ((rc == 0) != (cases[i].want != NULL))
			fail_msg("'%s': %d", cases[i].path, rc);
		if (rc == 0)
			assert_string_equal(when_format(ms, text), cases[i].want);
	}
}

static void
format(void **state)
{
	(void)state;
	char text[WHEN_TEXT];
	assert_string_equal(when_format(0, text), "1970-01-01T00:00:00Z");
	assert_string_equal(when_format(-1, text), "1969-12-31T23:59:59.999Z");
	assert_string_equal(when_format(1050, text), "1970-01-01T00:00:01.050Z");
	assert_string_equal(when_format(INT64_C(1795227600000), text), "2026-11-21T02:20:00Z");
	/* Far away in both directions: whole, and within the array. */
	assert_string_equal(when_format(INT64_MAX, text), "292278994-08-17T07:12:55.807Z");
	assert_string_equal(when_format(INT64_MIN, text), "-292275055-05-16T16:47:04.192Z");
}

/* Every 9 h 59 min 59.999 s over some centuries: the C library agrees, and the text comes back. */
static void
round_trip(void **state)
{
	(void)state;
	setenv("TZ", "America/New_York", 1);
	tzset();
	for (int64_t ms = INT64_C(-9000000000000); ms < INT64_C(9000000000000); ms += 35999999) {
		char text[WHEN_TEXT], want[64];
		int64_t back, s = ms / 1000 - (ms % 1000 < 0);
		time_t t = (time_t)s;
		struct tm tm;
		assert_non_null(gmtime_r(&t, &tm));
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S", &tm);
		when_format(ms, text);
		if (strncmp(text, want, 19) != 0)
			fail_msg("%lld: %s, not %s", (long long)ms, text, want);
		assert_int_equal(when_parse(text, &back), 0);
		assert_int_equal(back, ms);
	}
}

static void
durations(void **state)
{
	(void)state;
	char text[WHEN_TEXT];
	assert_string_equal(when_format_duration(0, text), "00:00:00");
	assert_string_equal(when_format_duration(999, text), "00:00:00");
	assert_string_equal(when_format_duration(3723999, text), "01:02:03");
	assert_string_equal(when_format_duration(INT64_C(360000000), text), "100:00:00");
	assert_string_equal(when_format_duration(-61000, text), "-00:01:01");
	assert_string_equal(when_format_duration(INT64_MAX, text), "2562047788015:12:55");
	assert_string_equal(when_format_duration(INT64_MIN, text), "-2562047788015:12:55");
}

static void
minutes(void **state)
{
	(void)state;
	assert_int_equal(when_minute(0), 0);
	assert_int_equal(when_minute(59999), 0);
	assert_int_equal(when_minute(60000), 60000);
	assert_int_equal(when_minute(-1), -60000);
	assert_int_equal(when_minute(-60000), -60000);
	assert_int_equal(when_minute(-60001), -120000);
}

static void
kept(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "90s", 90000 }, { "15m", 900000 }, { "12h", 43200000 }, { "1d", 86400000 }, { "30d", INT64_C(2592000000) },
		{ "8w", INT64_C(4838400000) }, { "5y", INT64_C(157680000000) }, { "007d", 604800000 },
		{ "10000y", INT64_C(315360000000000) }, { "forever", WHEN_FOREVER }
	};
	static const char *const bad[] = {
		"", "30", "d", "0d", "00s", "-1d", "+1d", "1.5d", " 1d", "1d ", "1 d", "1D", "1mo", "1ms", "1dd", "10001y", "999999999999y",
		"999999999999999999999999d", "99999999999999999999", "for ever", "Forever", "never", "1d\n", "\xd9\xa3" "d"
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t ms = 7;
		if (when_parse_duration(good[i].text, &ms) != 0 || ms != good[i].ms)
			fail_msg("%s: %lld", good[i].text, (long long)ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms = 7;
		if (when_parse_duration(bad[i], &ms) != -1 || ms != 7)
			fail_msg("%s: %lld", bad[i], (long long)ms);
	}
}

static void
clocks(void **state)
{
	(void)state;
	/* After this was written, and before the year 9999. */
	assert_in_range(when_now_ms(), INT64_C(1700000000000), INT64_C(253402300799999));
	int64_t before = when_monotonic_ms();
	assert_true(when_monotonic_ms() >= before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(offsets),
		cmocka_unit_test(names),
		cmocka_unit_test(format),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(durations),
		cmocka_unit_test(minutes),
		cmocka_unit_test(kept),
		cmocka_unit_test(clocks),
	};
	return cmocka_run_group_tests_name("when", tests, NULL, NULL);
}
