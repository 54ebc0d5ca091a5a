/*
 * A value that leaves the region lies in memory of its own, whole and by itself, however the region is run.
 */
#include "fast/observe.h"

#include <stdlib.h>

#include "base/mem.h"

int *
observe_all(struct region *r)
{
	int n = r->ninputs + r->nops, at = 0;
	int *values = mem_array((size_t)n, sizeof *values);
	r->outputs = mem_resize(r->outputs, (size_t)(r->noutputs + n), sizeof *r->outputs);
	for (int i = 0; i < r->ninputs; i++)
		values[at++] = r->inputs[i];
	for (int i = 0; i < r->nops; i++)
		values[at++] = r->ops[i].out;
	for (int i = 0; i < n; i++)
		r->outputs[r->noutputs++] = (struct region_output) { .value = values[i] };
	return values;
}

void
observe_numbers(struct range *g, const float *v, size_t n)
{
	float low = g->low, high = g->high;
	for (size_t i = 0; i < n; i++) {
		low = v[i] < low ? v[i] : low;
		high = v[i] > high ? v[i] : high;
	}
	*g = (struct range) { low, high };
}
