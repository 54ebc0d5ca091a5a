/*
 * Numbers and times as reports write them.  Dates are ISO where they stand in columns
 * and spelled out where they stand in a sentence, so that none can be read two ways.
 */
#include "report/text.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"

static const char *const MONTHS[] = {
	"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"
};

char *
text_average(double v, char out[TEXT_SIZE])
{
	if (isnan(v))
		snprintf(out, TEXT_SIZE, "-");
	else
		snprintf(out, TEXT_SIZE, "%.*f", v < 99.995 ? 2 : 1, v);
	return out;
}

char *
text_count(int64_t v, char out[TEXT_SIZE])
{
	char digits[TEXT_SIZE];
	size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRId64, v), j = 0;
	size_t first = v < 0 ? 1 : 0;

	for (size_t i = 0; i < n; i++) {
		if (i > first && (n - i) % 3 == 0)
			out[j++] = ',';
		out[j++] = digits[i];
	}
	out[j] = '\0';
	return out;
}

char *
text_percent(double part, char out[TEXT_SIZE])
{
	double percent = isnan(part) ? 0 : round(part * 100);
	if (percent >= 100 && part < 1)
		percent = 99;
	if (percent < 1 && part > 0)
		percent = 1;
	snprintf(out, TEXT_SIZE, "%.0f %%", percent);
	return out;
}

char *
text_duration(int64_t ms, char out[TEXT_SIZE])
{
	double s = (double)ms / 1000;
	if (s < 119.95)
		snprintf(out, TEXT_SIZE, "%.*f s", ms % 1000 == 0 ? 0 : 1, s);
	else if (s < 7200)
		snprintf(out, TEXT_SIZE, "%.1f min", s / 60);
	else if (s < 48 * 3600)
		snprintf(out, TEXT_SIZE, "%.1f h", s / 3600);
	else
		snprintf(out, TEXT_SIZE, "%.1f days", s / 86400);
	return out;
}

char *
text_age(int64_t ms, char out[TEXT_SIZE])
{
	if (ms >= 1000)
		return text_duration(ms, out);
	snprintf(out, TEXT_SIZE, "%" PRId64 " ms", ms);
	return out;
}

struct text_day
text_day_of(int64_t ms)
{
	char text[WHEN_TEXT];
	struct text_day d = { 1970, 1, 1 };
	int got = sscanf(when_format(ms, text), "%d-%d-%d", &d.year, &d.month, &d.day);
	assert(got == 3 && d.month >= 1 && d.month <= 12);
	return d;
}

int64_t
text_month_start(int year, int month)
{
	char text[WHEN_TEXT];
	int64_t ms = 0;
	int months = year * 12 + month - 1;

	if (months / 12 > 9999)		/* beyond any row: report_view_load saw to that */
		return INT64_MAX;
	snprintf(text, sizeof text, "%04d-%02d-01T00:00:00Z", months / 12, months % 12 + 1);
	int r = when_parse(text, &ms);
	assert(r == 0);
	return ms;
}

char *
text_clock(int64_t ms, bool in_recording, char out[TEXT_SIZE])
{
	char text[WHEN_TEXT];
	if (in_recording) {
		when_format_duration(ms, text);
		snprintf(out, TEXT_SIZE, "%.*s", (int)strlen(text) - 3, text);
	} else {
		snprintf(out, TEXT_SIZE, "%.5s", strchr(when_format(ms, text), 'T') + 1);
	}
	return out;
}

static void
iso_date(int64_t ms, char out[TEXT_SIZE])
{
	char text[WHEN_TEXT];
	when_format(ms, text);
	snprintf(out, TEXT_SIZE, "%.*s", (int)strcspn(text, "T"), text);
}

char *
text_time(int64_t ms, bool in_recording, char out[TEXT_SIZE])
{
	char clock[TEXT_SIZE], date[TEXT_SIZE];
	text_clock(ms, in_recording, clock);
	iso_date(ms, date);
	snprintf(out, TEXT_SIZE, "%.31s%s%.31s", in_recording ? "" : date, in_recording ? "" : " ", clock);
	return out;
}

char *
text_date(int64_t ms, bool full, char out[TEXT_SIZE])
{
	struct text_day d = text_day_of(ms);
	if (full)
		snprintf(out, TEXT_SIZE, "%d %s %d", d.day, MONTHS[d.month - 1], d.year);
	else
		snprintf(out, TEXT_SIZE, "%d %.3s", d.day, MONTHS[d.month - 1]);
	return out;
}

char *
text_period(int64_t from_ms, int64_t to_ms, bool in_recording, const char *dash, char out[TEXT_SIZE])
{
	char from[TEXT_SIZE], to[TEXT_SIZE], date[TEXT_SIZE];

	text_clock(from_ms, in_recording, from);
	text_clock(to_ms, in_recording, to);
	if (in_recording) {
		snprintf(out, TEXT_SIZE, "%.24s%s%.24s", from, dash, to);
		return out;
	}
	iso_date(from_ms, date);
	iso_date(to_ms, to);
	bool same_day = strcmp(date, to) == 0;
	text_clock(to_ms, false, to);
	if (same_day) {
		snprintf(out, TEXT_SIZE, "%.16s %.5s%s%.5s UTC", date, from, dash, to);
		return out;
	}
	char last[TEXT_SIZE];
	text_time(to_ms, false, last);
	snprintf(out, TEXT_SIZE, "%.16s %.5s %s %.20s UTC", date, from, dash, last);
	return out;
}
