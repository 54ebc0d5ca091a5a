/*
 * Floor 2, pure.  How far a figure would move with another draw of pictures: the bootstrap (percentile), and
 * Wilson's interval for a share.
 */
#ifndef FOOTFALL_SCORE_INTERVAL_H
#define FOOTFALL_SCORE_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

#define INTERVAL_LEVEL 0.95

struct interval {
	double value;		/* the figure itself */
	double low, high;	/* NaN: cannot be said */
	size_t n;		/* resamples in which the figure was defined */
};

struct bootstrap_options {
	size_t resamples;	/* 0: 1,000 */
	uint64_t seed;		/* same seed, same interval, whatever the number of threads */
	int threads;
};

/*
 * Draws the items again and again and asks for the figures of each draw: figures(context, thread, weights, out) fills
 * out[nfigures], NaN where undefined; weights[i] is how often item i was drawn.  out[f].value is left alone, the
 * rest is filled.  items below 2^32; with fewer than two items, and for figures defined in less than half of
 * the draws, there is no interval.
 */
void bootstrap(size_t items, size_t nfigures, const struct bootstrap_options *o,
	void (*figures)(void *context, int thread, const uint16_t *weights, double *out), void *context,
	struct interval *out);

/* Linear between the nearest ranks, as numpy.quantile does; values are sorted by it, n > 0. */
double interval_quantile(double *values, size_t n, double q);

/* Wilson's score interval of `right` out of n; NaN when n is 0. */
struct interval interval_wilson(uint64_t right, uint64_t n);
/* Difference a - b of two independent shares, from their Wilson intervals (Newcombe's tenth method). */
struct interval interval_gap(uint64_t right_a, uint64_t n_a, uint64_t right_b, uint64_t n_b);

#endif
