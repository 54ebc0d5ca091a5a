/*
 * The progress line. Rates are of frames analysed here, so that a continued run does not boast.
 */
#include "pipeline/progress.h"

#include <stdio.h>

#include "base/log.h"
#include "base/when.h"

enum { TTY_MS = 200, PLAIN_MS = 10000 };

void
progress_start(struct progress *p, const char *name, int64_t total, int64_t first)
{
	int64_t now = when_monotonic_ms();
	*p = (struct progress) { .name = name, .total = total, .began_ms = now, .shown_ms = now, .first = first };
}

void
progress_frame(struct progress *p, int64_t number, int64_t people)
{
	p->analyzed++;
	int64_t now = when_monotonic_ms();
	if (now - p->shown_ms < (log_is_tty() ? TTY_MS : PLAIN_MS))
		return;
	p->shown_ms = now;
	double seconds = (double)(now - p->began_ms) / 1000;
	double rate = (double)p->analyzed / seconds;
	int64_t done = number + 1;
	if (p->total <= 0 || done > p->total) {
		log_progress("%s: %lld frames, %.1f frames/s, %lld people now", p->name, (long long)done, rate, (long long)people);
		return;
	}
	/* the recording's frames pass at this pace, whether each is analysed or only some */
	double pace = (double)(done - p->first) / seconds;
	int64_t left_ms = pace > 0 ? (int64_t)((double)(p->total - done) / pace * 1000) : 0;
	char left[WHEN_TEXT];
	log_progress("%s: %lld/%lld frames (%lld %%), %.1f frames/s, %s left, %lld people now", p->name, (long long)done,
	    (long long)p->total, (long long)(done * 100 / p->total), rate, when_format_duration(left_ms, left), (long long)people);
}
