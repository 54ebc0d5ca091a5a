/*
 * The offset between two clocks.
 */
#include "live/clock.h"

bool
live_clock_look(struct live_clock *c, int64_t wall_ms, int64_t monotonic_ms)
{
	int64_t offset = wall_ms - monotonic_ms, change = offset - c->offset_ms;
	bool step = c->looked && (change > CLOCK_STEP_MS || change < -CLOCK_STEP_MS);
	c->looked = true;
	c->offset_ms = offset;
	c->steps += step;
	return step;
}

int64_t
live_clock_wall(const struct live_clock *c, int64_t monotonic_ms)
{
	return monotonic_ms + c->offset_ms;
}
