/*
 * Floor 2, pure.  Random numbers that are the same everywhere: xoshiro256** (Blackman and Vigna), its state from
 * splitmix64.  A stream per resample, so that the number of threads changes nothing.
 */
#ifndef FOOTFALL_SCORE_RANDOM_H
#define FOOTFALL_SCORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random_state {
	uint64_t s[4];
};

void random_seed(struct random_state *r, uint64_t seed, uint64_t stream);
uint64_t random_next(struct random_state *r);
uint32_t random_below(struct random_state *r, uint32_t n);	/* 0..n-1, each as likely; n > 0 */
/* Draws n times out of n with replacement: how often each was drawn. */
void random_weights(struct random_state *r, uint32_t n, uint16_t *weights);

#endif
