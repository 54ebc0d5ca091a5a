/*
 * Floor 2.  How long to wait before the next attempt.  Pure: the caller brings the seed.
 *
 * 0.5 s, doubled at each failure up to max_ms, and each shortened by up to a quarter at random, so that twenty
 * cameras behind one switch do not all come back in the same instant.
 */
#ifndef FOOTFALL_CAMERA_BACKOFF_H
#define FOOTFALL_CAMERA_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_FIRST_MS = 500, BACKOFF_GOOD_MS = 10000 };

struct backoff {
	int64_t max_ms, next_ms;
	uint64_t state;
};

void backoff_init(struct backoff *b, int64_t max_ms, uint64_t seed);
/* Milliseconds to wait after a failure. */
int64_t backoff_next(struct backoff *b);
/* Frames came for up_ms before the failure: ten seconds of them, and it begins anew. */
void backoff_good(struct backoff *b, int64_t up_ms);

#endif
