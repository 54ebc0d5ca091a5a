/*
 * Minutes are few and cheap, so a resample is the whole computation again, with weights.
 */
#include "score/counts.h"

#include <math.h>

struct minutes_of {
	const struct counts_minute *minutes;
	size_t n;
};

const char *
counts_name(enum counts_figure f)
{
	static const char *const names[COUNTS_FIGURES] = {
		[COUNTS_BIAS] = "bias", [COUNTS_MAE] = "mae", [COUNTS_CORRELATION] = "correlation", [COUNTS_FACTOR] = "factor"
	};
	return names[f];
}

static double
ratio(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

static void
figures(void *context, int thread, const uint16_t *weights, double *out)
{
	const struct minutes_of *m = context;
	double n = 0, truths = 0, counted = 0, error = 0;
	(void)thread;
	for (size_t i = 0; i < m->n; i++) {
		double w = weights != NULL ? weights[i] : 1;
		n += w;
		truths += w * m->minutes[i].truth;
		counted += w * m->minutes[i].counted;
		error += w * fabs(m->minutes[i].counted - m->minutes[i].truth);
	}
	/* Around the means, in a second pass: the one-pass formula cancels. */
	double tt = 0, cc = 0, tc = 0, mean_t = ratio(truths, n), mean_c = ratio(counted, n);
	for (size_t i = 0; i < m->n; i++) {
		double w = weights != NULL ? weights[i] : 1;
		double t = m->minutes[i].truth - mean_t, c = m->minutes[i].counted - mean_c;
		tt += w * t * t;
		cc += w * c * c;
		tc += w * t * c;
	}
	out[COUNTS_BIAS] = mean_c - mean_t;
	out[COUNTS_MAE] = ratio(error, n);
	out[COUNTS_CORRELATION] = tt > 0 && cc > 0 ? fmax(-1, fmin(1, tc / (sqrt(tt) * sqrt(cc)))) : NAN;
	out[COUNTS_FACTOR] = ratio(truths, counted);
}

void
counts_score(const struct counts_minute *minutes, size_t n, const struct bootstrap_options *o,
	struct interval out[COUNTS_FIGURES])
{
	struct minutes_of m = { .minutes = minutes, .n = n };
	double value[COUNTS_FIGURES];
	figures(&m, 0, NULL, value);
	bootstrap(n, COUNTS_FIGURES, o, figures, &m, out);
	for (int f = 0; f < COUNTS_FIGURES; f++)
		out[f].value = value[f];
}
