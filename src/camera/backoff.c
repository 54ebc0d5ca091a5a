/*
 * Waiting times that grow, with jitter.
 */
#include "camera/backoff.h"

void
backoff_init(struct backoff *b, int64_t max_ms, uint64_t seed)
{
	*b = (struct backoff){ .max_ms = max_ms, .next_ms = BACKOFF_FIRST_MS, .state = seed };
}

/* splitmix64 */
static uint64_t
draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

int64_t
backoff_next(struct backoff *b)
{
	int64_t ms = b->next_ms < b->max_ms ? b->next_ms : b->max_ms;
	b->next_ms = ms > b->max_ms / 2 ? b->max_ms : 2 * ms;
	return ms - (int64_t)(draw(&b->state) % (uint64_t)(ms / 4 + 1));
}

void
backoff_good(struct backoff *b, int64_t up_ms)
{
	if (up_ms >= BACKOFF_GOOD_MS)
		b->next_ms = BACKOFF_FIRST_MS;
}
