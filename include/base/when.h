/*
 * Floor 0.  Time: INTEGER UTC milliseconds since 1970-01-01T00:00:00Z, made text
 * only when printed.  No function here looks at the local time zone.
 */
#ifndef FOOTFALL_BASE_WHEN_H
#define FOOTFALL_BASE_WHEN_H

#include <stdint.h>

enum { WHEN_TEXT = 32 };	/* room for a formatted time and its NUL */

#define WHEN_MINUTE_MS INT64_C(60000)

/* RFC 3339 with offset or Z; 'T', 't' or one space between; fraction optional.  0 or -1. */
int when_parse(const char *s, int64_t *ms);

/* A place in a recording: seconds ("90", "90.5"), "mm:ss[.f]" or "hh:mm:ss[.f]".  0 or -1. */
int when_parse_offset(const char *s, int64_t *ms);

/*
 * How long something is kept: a whole number above 0 with its unit, "90s", "15m", "12h", "30d", "8w" or "5y" (of 365 days), or
 * "forever", which is WHEN_FOREVER.  At most 10,000 years.  0 or -1.
 */
#define WHEN_FOREVER INT64_MAX
int when_parse_duration(const char *s, int64_t *ms);

/*
 * A date in a file's name: YYYYMMDD, one of "_-T", HHMMSS, with no digit directly before
 * or after; taken as UTC.  The last component of path is searched; the first valid
 * date wins.  0 or -1.
 */
int when_from_name(const char *path, int64_t *ms);

/* "2026-11-21T02:20:00Z", with ".fff" when the milliseconds are not zero.  Returns out. */
char *when_format(int64_t ms, char out[WHEN_TEXT]);

/* "hh:mm:ss" of a duration, hours as many as it takes.  Returns out. */
char *when_format_duration(int64_t ms, char out[WHEN_TEXT]);

/* Start of the one-minute tumbling window that holds ms (floor, also before 1970). */
int64_t when_minute(int64_t ms);

int64_t when_now_ms(void);		/* wall clock */
int64_t when_monotonic_ms(void);	/* for durations and rates */
double when_thread_cpu_s(void);		/* processor time of this thread, seconds */
double when_process_cpu_s(void);	/* of all threads of this process */

#endif
