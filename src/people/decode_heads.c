/*
 * What the decoders of networks cut at their heads share. Cells are judged by one raw number first, which is one comparison for
 * each, and no exp; the few that are left are computed in doubles.
 */
#include "people/decode_heads.h"

#include <math.h>

#include "people/decode_parts.h"

double
heads_sigmoid(double v)
{
	return 1 / (1 + exp(-v));
}

double
heads_mean(const float *logits, size_t step, int n)
{
	double most = (double)logits[0], sum = 0, mean = 0;
	for (int i = 1; i < n; i++)
		most = fmax(most, (double)logits[(size_t)i * step]);
	for (int i = 0; i < n; i++) {
		double w = exp((double)logits[(size_t)i * step] - most);
		sum += w;
		mean += w * i;
	}
	return mean / sum;
}

bool
heads_is_map(const struct decode *c, const struct tensor *t, int channels)
{
	return decode_fits(t, &(struct shape) { 4, { 1, channels, DECODE_ANY, DECODE_ANY } })
	    && t->dims[2] > 0 && t->dims[3] > 0 && c->in_h % t->dims[2] == 0 && c->in_w % t->dims[3] == 0
	    && c->in_h / t->dims[2] == c->in_w / t->dims[3];
}

const struct tensor *
heads_beside(const struct decode *c, const struct tensor *outs, size_t n, const struct tensor *t, size_t nth)
{
	for (size_t i = 0; i < n; i++)
		if (heads_is_map(c, &outs[i], 1) && outs[i].dims[2] == t->dims[2] && outs[i].dims[3] == t->dims[3] && nth-- == 0)
			return &outs[i];
	return NULL;
}
