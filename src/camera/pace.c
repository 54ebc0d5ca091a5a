/*
 * Time stamps against the clock.
 */
#include "camera/pace.h"

#include <math.h>

enum { LATE_MS = 1000 };

int64_t
pace_due(struct pace *p, double pts_ms, int64_t now_ms)
{
	double ahead = p->started && isfinite(pts_ms) ? (pts_ms - p->pts_ms) / p->speed - (double)(now_ms - p->at_ms) : 0;

	if (p->started && ahead > -LATE_MS && (p->longest_ms == 0 || ahead <= (double)p->longest_ms) && ahead < 1e15)
		return ahead > 0 ? now_ms + (int64_t)ahead : now_ms;
	/* The first frame, one that comes too late, or one behind a hole. */
	int64_t due = now_ms + (p->started && ahead > 0 ? p->longest_ms : 0);
	if (isfinite(pts_ms)) {
		p->started = true;
		p->at_ms = due;
		p->pts_ms = pts_ms;
	}
	return due;
}
