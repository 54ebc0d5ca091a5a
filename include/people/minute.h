/*
 * Floor 2, pure.  One-minute tumbling windows over a run's frames.
 *
 * Every frame stands for the time until the next one, but at most gap_ms; the last frame so far for as long as the
 * one before it did (0 when it is the only one).  covered_ms of a window is the part of those stretches that lies in it.
 * A stretch never makes a window: only windows that hold a frame have a row.  The same rule is written in SQL in src/store/check.c,
 * which reads gap_ms from run.settings ->> '$."minute.gap_ms"'.
 */
#ifndef FOOTFALL_PEOPLE_MINUTE_H
#define FOOTFALL_PEOPLE_MINUTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

struct minutes {
	int64_t gap_ms;
	int64_t frames;		/* so far */
	int64_t last_ms;	/* time of the last frame */
	int64_t step_ms;	/* how long the frame before the last one stands, and so the last one */
	int64_t closed_ms;	/* coverage of the open window by all but its last frame */
	struct minute open;	/* row of the last frame's window, coverage as it stands */
};

void minutes_start(struct minutes *m, int64_t gap_ms);
/* Takes up a stored run: its number of frames, the times of its last two frames, and the row of the last one's window. */
void minutes_resume(struct minutes *m, int64_t gap_ms, int64_t frames, int64_t last_ms, int64_t before_last_ms, const struct minute *open);
/*
 * Adds a frame; time_ms must not be before the last one's.  changed receives the rows as they now stand:
 * the window of this frame last, and before it the one that it closed, if it did.  Returns 1 or 2.
 */
size_t minutes_add(struct minutes *m, int64_t time_ms, const struct tally *t, struct minute changed[2]);

#endif
