/*
 * Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
 */
#include "score/random.h"

#include <assert.h>
#include <string.h>

static uint64_t
splitmix(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t
rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

void
random_seed(struct random_state *r, uint64_t seed, uint64_t stream)
{
	/* The stream is mixed before it is added: neighbouring seeds and streams must not meet. */
	uint64_t x = seed ^ splitmix(&stream);
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix(&x);
}

uint64_t
random_next(struct random_state *r)
{
	uint64_t *s = r->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint32_t
random_below(struct random_state *r, uint32_t n)
{
	/* Lemire, "Fast random integer generation in an interval", 2019: the few low products that would favour some are drawn again. */
	assert(n > 0);
	uint64_t m = (random_next(r) >> 32) * n;
	if ((uint32_t)m < n) {
		uint32_t least = (uint32_t)-n % n;
		while ((uint32_t)m < least)
			m = (random_next(r) >> 32) * n;
	}
	return (uint32_t)(m >> 32);
}

void
random_weights(struct random_state *r, uint32_t n, uint16_t *weights)
{
	memset(weights, 0, n * sizeof *weights);
	for (uint32_t i = 0; i < n; i++) {
		uint16_t *w = &weights[random_below(r, n)];
		/* Not in the life of the universe, but a wrap would be silent. */
		if (*w < UINT16_MAX)
			(*w)++;
	}
}
