/*
 * Floor 5, pure.  Wall-clock times of what happened at a monotonic time, and steps of the wall clock.
 *
 * The wall clock runs at an offset to the monotonic one.  An offset that changes slowly is the clock being corrected, and is
 * followed; one that changed by more than a second since the last look is a step (set by hand, corrected after a start without a
 * network, or time spent suspended).
 */
#ifndef FOOTFALL_LIVE_CLOCK_H
#define FOOTFALL_LIVE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_STEP_MS = 1000 };

struct live_clock {
	bool looked;
	int64_t offset_ms;	/* wall - monotonic, at the last look */
	int64_t steps;		/* so far */
};

/* To be told both clocks often.  True: there was a step since the last look. */
bool live_clock_look(struct live_clock *c, int64_t wall_ms, int64_t monotonic_ms);
int64_t live_clock_wall(const struct live_clock *c, int64_t monotonic_ms);

#endif
