/*
 * Floor 3.  Numbers and times as reports write them; never locale dependent.  Each returns out.
 */
#ifndef FOOTFALL_REPORT_TEXT_H
#define FOOTFALL_REPORT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

enum { TEXT_SIZE = 64 };	/* room for any of them and the NUL */

/* Two decimals, one from 100 on; "-" for NaN. */
char *text_average(double v, char out[TEXT_SIZE]);
/* "12,345". */
char *text_count(int64_t v, char out[TEXT_SIZE]);
/* A part of 1 as "33 %".  All and nothing are said only when exact: else "99 %" and "1 %" at most and least. */
char *text_percent(double part, char out[TEXT_SIZE]);
/* "45 s", "12.5 min", "3.2 h", "12 days". */
char *text_duration(int64_t ms, char out[TEXT_SIZE]);

/* "90 ms", "2.5 s" and so on. */
char *text_age(int64_t ms, char out[TEXT_SIZE]);

/* "2026-11-21 02:20", or in a recording "01:20" (hours and minutes). */
char *text_time(int64_t ms, bool in_recording, char out[TEXT_SIZE]);
/* "02:20"; in a recording hours as many as it takes. */
char *text_clock(int64_t ms, bool in_recording, char out[TEXT_SIZE]);
/* "21 November 2026" in full, "21 Nov" otherwise. */
char *text_date(int64_t ms, bool full, char out[TEXT_SIZE]);
/* "2026-11-21 02:20-02:35 UTC" or with two dates; "00:00-00:15".  dash stands between. */
char *text_period(int64_t from_ms, int64_t to_ms, bool in_recording, const char *dash, char out[TEXT_SIZE]);

struct text_day {
	int year, month, day;
};
struct text_day text_day_of(int64_t ms);
/* Midnight UTC of the first day of a month; month may run past 12. */
int64_t text_month_start(int year, int month);

#endif
