/*
 * Ticks at round numbers and round times.  Within a day a tick is a time of day; from a day on it is
 * a date, from a month on the first of a month.  In a recording without a start there are no dates:
 * hours go on counting.
 */
#include "report/axis.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"

#define DAY_MS INT64_C(86400000)

struct axis_values
axis_values(double largest, int most)
{
	struct axis_values a = { .n = 0 };

	assert(isfinite(largest) && most >= 2);
	if (largest <= 0)
		largest = 1;
	double power = pow(10, floor(log10(largest / (most - 1))));
	static const double steps[] = { 1, 2, 5, 10 };
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		a.step = steps[i] * power;
		/* 0.3 / 0.1 is a little below 3: a hair above a tick is on it. */
		a.n = (int)ceil(largest / a.step - 1e-9) + 1;
		if (a.n <= most)
			break;
	}
	a.top = a.step * (a.n - 1);
	double digits = floor(log10(a.step) + 1e-9);
	a.decimals = digits < 0 ? (int)-digits : 0;
	return a;
}

static int64_t
floor_to(int64_t ms, int64_t step)
{
	int64_t into = ms % step;
	return ms - (into < 0 ? into + step : into);
}

static void
label(struct axis_tick *t, const struct axis_tick *before, int64_t step_ms, int months, bool in_recording)
{
	struct text_day d = { 0, 0, 0 }, last = { 0, 0, 0 };

	t->second[0] = '\0';
	if (in_recording) {
		text_clock(t->ms, true, t->label);
		return;
	}
	d = text_day_of(t->ms);
	if (before != NULL)
		last = text_day_of(before->ms);
	bool new_year = before == NULL || d.year != last.year;
	if (months >= 12) {
		snprintf(t->label, sizeof t->label, "%d", d.year);
	} else if (months > 0 || step_ms >= DAY_MS) {
		char date[TEXT_SIZE];
		text_date(t->ms, false, date);
		snprintf(t->label, sizeof t->label, "%.20s", months > 0 ? strchr(date, ' ') + 1 : date);
		if (new_year)
			snprintf(t->second, sizeof t->second, "%d", d.year);
	} else {
		text_clock(t->ms, false, t->label);
		if (new_year || d.month != last.month || d.day != last.day)
			text_date(t->ms, false, t->second);
	}
}

static size_t
even_ticks(int64_t from, int64_t to, int64_t step, bool in_recording, struct axis_tick ticks[AXIS_TICKS])
{
	/* Whole weeks begin on Mondays; 1970-01-05 was one. */
	int64_t base = !in_recording && step % (7 * DAY_MS) == 0 ? 4 * DAY_MS : 0;
	int64_t at = floor_to(from - base + step - 1, step) + base;
	size_t n = 0;

	for (; at <= to && n < AXIS_TICKS; at += step, n++) {
		ticks[n].ms = at;
		label(&ticks[n], n > 0 ? &ticks[n - 1] : NULL, step, 0, in_recording);
	}
	return n;
}

static size_t
month_ticks(int64_t from, int64_t to, int months, struct axis_tick ticks[AXIS_TICKS])
{
	struct text_day d = text_day_of(from);
	int month = (d.year * 12 + d.month - 1) / months * months;
	size_t n = 0;

	for (; n < AXIS_TICKS; month += months) {
		int64_t at = text_month_start(month / 12, month % 12 + 1);
		if (at > to)
			break;
		if (at < from)
			continue;
		ticks[n].ms = at;
		label(&ticks[n], n > 0 ? &ticks[n - 1] : NULL, 0, months, false);
		n++;
	}
	return n;
}

size_t
axis_times(int64_t from_ms, int64_t to_ms, bool in_recording, size_t most, struct axis_tick ticks[AXIS_TICKS])
{
	static const int64_t minutes[] = { 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2 * 1440, 7 * 1440, 14 * 1440 };
	static const int months[] = { 1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000 };
	int64_t span = to_ms - from_ms;

	assert(span >= 0 && most >= 2 && most <= AXIS_TICKS);
	for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
		int64_t step = minutes[i] * WHEN_MINUTE_MS;
		if (span / step + 1 <= (int64_t)most)
			return even_ticks(from_ms, to_ms, step, in_recording, ticks);
	}
	if (!in_recording) {
		for (size_t i = 0; i < sizeof months / sizeof months[0]; i++)
			if (span / (months[i] * 30 * DAY_MS) + 1 <= (int64_t)most)
				return month_ticks(from_ms, to_ms, months[i], ticks);
	}
	int64_t step = 20 * DAY_MS;
	while (span / step + 1 > (int64_t)most)
		step *= 2;
	return even_ticks(from_ms, to_ms, step, in_recording, ticks);
}
