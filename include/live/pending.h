/*
 * Floor 5, pure.  Which of a camera's frames are wanted, and how many were dropped.
 *
 * A rate cap wants the first frame of each slot of a fixed grid, so that a camera that is a little too fast or too slow
 * is not thinned out irregularly; what it does not want was never missed.  Of wanted frames only the newest waits; one that a newer one
 * replaces is dropped, and counts in the minute of its own time.
 */
#ifndef FOOTFALL_LIVE_PENDING_H
#define FOOTFALL_LIVE_PENDING_H

#include <stdbool.h>
#include <stdint.h>

struct cap {
	double fps;		/* 0: every frame is wanted */
	bool has_slot;
	int64_t slot;		/* of the last wanted one */
};

/* captured_ms: monotonic. */
bool cap_wants(struct cap *c, int64_t captured_ms);

struct drops {
	int64_t start_ms;	/* the minute of the last ones dropped ... */
	int64_t now;		/* ... how many of it, */
	int64_t before;		/* and of minutes before it */
};

/* n frames of time_ms, which is not before those dropped earlier. */
void drops_add(struct drops *d, int64_t time_ms, int64_t n);
/* Those dropped since the last call, seen from the minute of time_ms: of it, and of minutes before it. */
struct drops drops_take(struct drops *d, int64_t time_ms);

#endif
