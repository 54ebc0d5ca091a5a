/*
 * Percentile bootstrap: each resample has a stream of random numbers of its own and a row for its figures, so what
 * comes out depends on the seed alone.
 */
#include "score/interval.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "score/parallel.h"
#include "score/random.h"

/* The normal quantile of 0.975. */
#define Z 1.959963984540054

enum { RESAMPLES = 1000 };

struct draws {
	size_t items, nfigures;
	uint64_t seed;
	void (*figures)(void *context, int thread, const uint16_t *weights, double *out);
	void *context;
	uint16_t **weights;	/* of each thread */
	double *values;		/* nfigures of each resample */
};

static void
draw(void *context, int thread, size_t i)
{
	const struct draws *d = context;
	struct random_state r;
	random_seed(&r, d->seed, i);
	random_weights(&r, (uint32_t)d->items, d->weights[thread]);
	d->figures(d->context, thread, d->weights[thread], d->values + i * d->nfigures);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double
quantile_of_sorted(const double *v, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t k = (size_t)at;
	return k + 1 < n ? v[k] + (v[k + 1] - v[k]) * (at - (double)k) : v[n - 1];
}

double
interval_quantile(double *values, size_t n, double q)
{
	assert(n > 0 && q >= 0 && q <= 1);
	qsort(values, n, sizeof *values, ascending);
	return quantile_of_sorted(values, n, q);
}

void
bootstrap(size_t items, size_t nfigures, const struct bootstrap_options *o,
	void (*figures)(void *context, int thread, const uint16_t *weights, double *out), void *context,
	struct interval *out)
{
	size_t resamples = o->resamples > 0 ? o->resamples : RESAMPLES;
	for (size_t f = 0; f < nfigures; f++) {
		out[f].low = out[f].high = NAN;
		out[f].n = 0;
	}
	if (items < 2)
		return;
	assert(items < UINT32_MAX);

	int threads = o->threads > 1 ? o->threads : 1;
	struct draws d = { .items = items, .nfigures = nfigures, .seed = o->seed, .figures = figures, .context = context };
	d.weights = mem_array((size_t)threads, sizeof *d.weights);
	for (int t = 0; t < threads; t++)
		d.weights[t] = mem_array(items, sizeof *d.weights[t]);
	assert(nfigures > 0 && resamples <= SIZE_MAX / nfigures);
	d.values = mem_array(resamples * nfigures, sizeof *d.values);
	parallel_for(resamples, threads, draw, &d);

	double *column = mem_array(resamples, sizeof *column);
	for (size_t f = 0; f < nfigures; f++) {
		size_t n = 0;
		for (size_t i = 0; i < resamples; i++)
			if (!isnan(d.values[i * nfigures + f]))
				column[n++] = d.values[i * nfigures + f];
		out[f].n = n;
		if (n == 0 || n < resamples / 2)
			continue;
		out[f].low = interval_quantile(column, n, (1 - INTERVAL_LEVEL) / 2);
		out[f].high = quantile_of_sorted(column, n, (1 + INTERVAL_LEVEL) / 2);
	}
	free(column);
	free(d.values);
	for (int t = 0; t < threads; t++)
		free(d.weights[t]);
	free(d.weights);
}

struct interval
interval_wilson(uint64_t right, uint64_t n)
{
	struct interval out = { .value = NAN, .low = NAN, .high = NAN, .n = n };
	assert(right <= n);
	if (n == 0)
		return out;
	double size = (double)n, p = (double)right / size, zz = Z * Z;
	double middle = (p + zz / (2 * size)) / (1 + zz / size);
	double half = Z / (1 + zz / size) * sqrt(p * (1 - p) / size + zz / (4 * size * size));
	out.value = p;
	/* At the ends the formula gives exactly 0 and 1, but for rounding. */
	out.low = right == 0 ? 0 : fmax(middle - half, 0);
	out.high = right == n ? 1 : fmin(middle + half, 1);
	return out;
}

struct interval
interval_gap(uint64_t right_a, uint64_t n_a, uint64_t right_b, uint64_t n_b)
{
	struct interval a = interval_wilson(right_a, n_a), b = interval_wilson(right_b, n_b);
	struct interval out = { .value = a.value - b.value, .n = n_a + n_b };
	out.low = out.value - hypot(a.value - a.low, b.high - b.value);
	out.high = out.value + hypot(a.high - a.value, b.value - b.low);
	return out;
}
