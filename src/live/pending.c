/*
 * Rate cap and dropped frames, by number and time alone.
 */
#include "live/pending.h"

#include <math.h>

#include "base/when.h"

bool
cap_wants(struct cap *c, int64_t captured_ms)
{
	if (c->fps <= 0)
		return true;
	/* half a millisecond: times are whole ones, and a slot may begin between two */
	int64_t slot = (int64_t)floor(((double)captured_ms + 0.5) * c->fps / 1000);
	if (c->has_slot && slot == c->slot)
		return false;
	c->has_slot = true;
	c->slot = slot;
	return true;
}

static void
move_to(struct drops *d, int64_t start_ms)
{
	if (start_ms == d->start_ms)
		return;
	d->before += d->now;
	d->now = 0;
	d->start_ms = start_ms;
}

void
drops_add(struct drops *d, int64_t time_ms, int64_t n)
{
	if (n < 1)
		return;
	move_to(d, when_minute(time_ms));
	d->now += n;
}

struct drops
drops_take(struct drops *d, int64_t time_ms)
{
	move_to(d, when_minute(time_ms));
	struct drops taken = *d;
	d->now = d->before = 0;
	return taken;
}
