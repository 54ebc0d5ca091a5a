/*
 * Floor 5, pure.  Stretches without frames, on their way from the camera's thread to the one that writes.
 *
 * Bounded: when the writer is held up for long while a camera comes and goes, the newest stretch takes in those after it.
 */
#ifndef FOOTFALL_LIVE_GAPS_H
#define FOOTFALL_LIVE_GAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GAPS_KEPT = 32, GAP_DETAIL = 200 };

struct gap {
	int64_t from_ms;
	int64_t to_ms;		/* meaningful unless open */
	bool open;
	const char *reason;	/* as in the database; static */
	char detail[GAP_DETAIL];
	int64_t id;		/* the row's, 0: none yet */
	bool told;		/* its beginning was logged */
};

/* A ring: those not yet written to the end, and before them some that were, for the minutes' lines. */
struct gaps {
	struct gap v[GAPS_KEPT];
	uint64_t first, unwritten, end;	/* first <= unwritten <= end */
};

/* Is the newest one open? */
bool gaps_open(const struct gaps *g);
void gaps_begin(struct gaps *g, int64_t from_ms, const char *reason, const char *detail);
void gaps_end(struct gaps *g, int64_t to_ms);	/* of the open one, if there is one */
/* The oldest not yet written to its end; NULL: none. */
struct gap *gaps_unwritten(struct gaps *g);
void gaps_written(struct gaps *g);		/* that one is, and is not open */
size_t gaps_count(const struct gaps *g);
const struct gap *gaps_at(const struct gaps *g, size_t i);	/* the i-th oldest */

#endif
