/*
 * Time as milliseconds.  The calendar is computed here (Howard Hinnant's
 * "chrono-compatible low-level date algorithms"), because mktime looks at the
 * local time zone and accepts the 30th of February.
 */
#include "base/when.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days since 1970-01-01.  Years start in March, so that the leap day is the last of them. */
static int64_t
days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = floor_div(year, 400), of_era = year - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void
civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	days += 719468;
	int64_t era = floor_div(days, 146097), of_era = days - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;
	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

static bool
valid_date(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (month < 1 || month > 12 || day < 1)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= days[month - 1] + (month == 2 && leap);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits at *s; moves past them. */
static bool
take_digits(const char **s, int n, int *out)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		if (!is_digit((*s)[i]))
			return false;
		v = v * 10 + ((*s)[i] - '0');
	}
	*s += n;
	*out = v;
	return true;
}

static bool
take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* ".123456" if there is a point, cut to milliseconds.  False for a point without digits. */
static bool
take_fraction(const char **s, int *ms)
{
	*ms = 0;
	if (!take_char(s, '.'))
		return true;
	if (!is_digit(**s))
		return false;
	for (int unit = 100; is_digit(**s); unit /= 10)
		*ms += (*(*s)++ - '0') * unit;
	return true;
}

/* Milliseconds of a date and time, or false when there is no such moment.  UTC has no 60th second here. */
static bool
compose(int year, int month, int day, int hour, int minute, int second, int64_t *ms)
{
	if (!valid_date(year, month, day) || hour > 23 || minute > 59 || second > 59)
		return false;
	*ms = days_from_civil(year, month, day) * DAY_MS + hour * HOUR_MS +
	    minute * WHEN_MINUTE_MS + second * INT64_C(1000);
	return true;
}

/* "Z" or "+hh:mm". */
static bool
take_zone(const char **s, int64_t *ms)
{
	*ms = 0;
	if (take_char(s, 'Z') || take_char(s, 'z'))
		return true;
	bool west = **s == '-';
	int hour, minute;
	if (!(take_char(s, '+') || take_char(s, '-')) || !take_digits(s, 2, &hour) ||
	    !take_char(s, ':') || !take_digits(s, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*ms = (hour * HOUR_MS + minute * WHEN_MINUTE_MS) * (west ? -1 : 1);
	return true;
}

int
when_parse(const char *s, int64_t *ms)
{
	int year, month, day, hour, minute, second, fraction;
	int64_t local, zone;
	if (!take_digits(&s, 4, &year) || !take_char(&s, '-') || !take_digits(&s, 2, &month) ||
	    !take_char(&s, '-') || !take_digits(&s, 2, &day) ||
	    !(take_char(&s, 'T') || take_char(&s, 't') || take_char(&s, ' ')) ||
	    !take_digits(&s, 2, &hour) || !take_char(&s, ':') || !take_digits(&s, 2, &minute) ||
	    !take_char(&s, ':') || !take_digits(&s, 2, &second) ||
	    !take_fraction(&s, &fraction) || !take_zone(&s, &zone) || *s != '\0' ||
	    !compose(year, month, day, hour, minute, second, &local))
		return -1;
	*ms = local + fraction - zone;
	return 0;
}

int
when_parse_offset(const char *s, int64_t *ms)
{
	/* The first field may be of any size that makes sense, the later ones are two digits below 60. */
	size_t n = strspn(s, "0123456789");
	if (n < 1 || n > 9)
		return -1;
	int first = 0, next[2], fraction, count = 0;
	take_digits(&s, (int)n, &first);
	while (count < 2 && take_char(&s, ':')) {
		if (!take_digits(&s, 2, &next[count]) || next[count] > 59)
			return -1;
		count++;
	}
	if (!take_fraction(&s, &fraction) || *s != '\0')
		return -1;
	int64_t seconds = first;
	for (int i = 0; i < count; i++)
		seconds = seconds * 60 + next[i];
	*ms = seconds * 1000 + fraction;
	return 0;
}

int
when_parse_duration(const char *s, int64_t *ms)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = {
		{ 's', 1000 }, { 'm', WHEN_MINUTE_MS }, { 'h', HOUR_MS }, { 'd', DAY_MS }, { 'w', 7 * DAY_MS }, { 'y', 365 * DAY_MS }
	};
	if (strcmp(s, "forever") == 0) {
		*ms = WHEN_FOREVER;
		return 0;
	}
	size_t digits = strspn(s, "0123456789");
	if (digits < 1 || digits > 12 || strlen(s) != digits + 1)
		return -1;
	int64_t n = 0;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (s[i] - '0');
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (units[i].letter != s[digits])
			continue;
		if (n < 1 || n > 10000 * 365 * DAY_MS / units[i].ms)
			return -1;
		*ms = n * units[i].ms;
		return 0;
	}
	return -1;
}

/* A date and time right at s. */
static bool
date_at(const char *s, int64_t *ms)
{
	int year, month, day, hour, minute, second;
	return take_digits(&s, 4, &year) && take_digits(&s, 2, &month) && take_digits(&s, 2, &day) &&
	    (take_char(&s, '_') || take_char(&s, '-') || take_char(&s, 'T')) &&
	    take_digits(&s, 2, &hour) && take_digits(&s, 2, &minute) && take_digits(&s, 2, &second) &&
	    !is_digit(*s) && compose(year, month, day, hour, minute, second, ms);
}

int
when_from_name(const char *path, int64_t *ms)
{
	/* A folder may be named with its slash. */
	size_t end = strlen(path);
	while (end > 0 && path[end - 1] == '/')
		end--;
	size_t start = end;
	while (start > 0 && path[start - 1] != '/')
		start--;
	for (size_t i = start; i < end; i++) {
		if ((i == start || !is_digit(path[i - 1])) && date_at(path + i, ms))
			return 0;
	}
	return -1;
}

char *
when_format(int64_t ms, char out[WHEN_TEXT])
{
	int64_t days = floor_div(ms, DAY_MS), year;
	int month, day, of_day = (int)(ms % DAY_MS + (ms % DAY_MS < 0 ? DAY_MS : 0));
	civil_from_days(days, &year, &month, &day);
	int n = snprintf(out, WHEN_TEXT, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)year, month, day,
	    of_day / 3600000, of_day / 60000 % 60, of_day / 1000 % 60);
	if (n > 0 && n < WHEN_TEXT) {
		size_t room = (size_t)(WHEN_TEXT - n);
		if (of_day % 1000 != 0)
			snprintf(out + n, room, ".%03dZ", of_day % 1000);
		else
			snprintf(out + n, room, "Z");
	}
	return out;
}

char *
when_format_duration(int64_t ms, char out[WHEN_TEXT])
{
	/* Cut, not rounded, so that a clock never shows a second that has not passed. */
	uint64_t s = (ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms) / 1000;
	snprintf(out, WHEN_TEXT, "%s%02llu:%02d:%02d", ms < 0 && s > 0 ? "-" : "",
	    (unsigned long long)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	return out;
}

int64_t
when_minute(int64_t ms)
{
	int64_t into = ms % WHEN_MINUTE_MS;
	return ms - (into < 0 ? into + WHEN_MINUTE_MS : into);
}

static int64_t
clock_ms(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
when_now_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t
when_monotonic_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

static double
clock_s(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double
when_thread_cpu_s(void)
{
	return clock_s(CLOCK_THREAD_CPUTIME_ID);
}

double
when_process_cpu_s(void)
{
	return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}
