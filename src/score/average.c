/*
 * Precision only rises at a right answer, so the envelope (the best precision at this recall or a higher one) needs no
 * other points.  Walked from the end, it is a running maximum.
 */
#include "score/average.h"

#include <float.h>
#include <math.h>

static void
need(double wanted, int n, double step, double *out)
{
	for (int r = 0; r < n; r++) {
		/* The levels are these products in the references too: 3 * 0.1 is above 0.3, and a recall of 0.3 does not reach it. */
		double level = r * step;
		if (r == n - 1)
			level = 1;
		double k = ceil(level * wanted);
		while (k > 0 && (k - 1) / wanted >= level)
			k--;
		while (k / wanted < level)
			k++;
		out[r] = k;
	}
}

void
average_need_101(double wanted, double out[AVERAGE_101])
{
	need(wanted, AVERAGE_101, 0.01, out);
}

void
average_need_11(double wanted, double out[AVERAGE_11])
{
	need(wanted, AVERAGE_11, 0.1, out);
}

/* tiny: what the reference adds to the denominator. */
static double
at_levels(const double *found, const double *shown, size_t n, const double *levels, int nlevels, double tiny, double *at)
{
	double envelope = 0, sum = 0;
	int r = nlevels - 1;
	while (r >= 0 && (n == 0 || levels[r] > found[n - 1]))
		r--;
	for (size_t k = n; k-- > 0 && r >= 0;) {
		double sofar = k > 0 ? found[k - 1] : -1;
		if (found[k] > 0)
			envelope = fmax(envelope, found[k] / (shown[k] + tiny));
		for (; r >= 0 && levels[r] > sofar; r--) {
			sum += envelope;
			if (at != NULL)
				at[r] += envelope;
		}
	}
	return sum / nlevels;
}

double
average_101(const double *found, const double *shown, size_t n, const double levels[AVERAGE_101], double *at)
{
	/* numpy.spacing(1): a first right answer has a precision just below 1. */
	return at_levels(found, shown, n, levels, AVERAGE_101, DBL_EPSILON, at);
}

double
average_11(const double *found, const double *shown, size_t n, const double levels[AVERAGE_11])
{
	return at_levels(found, shown, n, levels, AVERAGE_11, 0, NULL);
}

double
average_all(const double *found, const double *shown, size_t n, double wanted)
{
	double envelope = 0, sum = 0;
	for (size_t k = n; k-- > 0;) {
		if (found[k] > 0)
			envelope = fmax(envelope, found[k] / shown[k]);
		sum += (found[k] - (k > 0 ? found[k - 1] : 0)) * envelope;
	}
	return sum / wanted;
}
