/*
 * The measure of change, and what follows from it.
 *
 * A person far away changes a cell or two, by tens of grey levels, and leaves all others alone: so it is the largest difference that
 * counts, not the mean.  Noise changes all cells a little; how little is read off the two pictures themselves, from a quartile that
 * no person is large enough to move far.  The whole picture growing lighter or darker is not noise: its shift is taken off before
 * noise is measured, and left in the difference.
 */
#include "motion/gate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum {
	NOISE_LEAST = GREY_LEVEL,
	NOISE_MOST = 3 * GREY_LEVEL,	/* the sensor of a good camera at night stays below one */
	SHIFT_MOST = 32 * GREY_LEVEL	/* larger ones need not be told apart */
};

static int
clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

/* The value below which part of 4 of the n counted ones lie. */
static int
quartile(const uint32_t *counts, size_t n, size_t part)
{
	size_t below = 0;
	for (int i = 0;; i++) {
		below += counts[i];
		if (4 * below >= part * n)
			return i;
	}
}

/* By how much the picture as a whole grew lighter: the median difference. */
static int
shift(const struct grey *a, const struct grey *b, size_t n)
{
	uint32_t counts[2 * SHIFT_MOST + 1] = { 0 };
	for (size_t i = 0; i < n; i++)
		counts[clamp((int)b->v[i] - a->v[i], -SHIFT_MOST, SHIFT_MOST) + SHIFT_MOST]++;
	return quartile(counts, n, 2) - SHIFT_MOST;
}

double
gate_change(const struct grey *a, const struct grey *b)
{
	uint32_t counts[NOISE_MOST + 2] = { 0 };
	size_t n = (size_t)a->cols * (size_t)a->rows;
	int largest = 0;

	if (a->width != b->width || a->height != b->height || a->cols != b->cols || a->rows != b->rows)
		return (double)INFINITY;
	int lighter = shift(a, b, n);
	for (size_t i = 0; i < n; i++) {
		int d = (int)b->v[i] - a->v[i], from_shift = abs(d - lighter);
		largest = abs(d) > largest ? abs(d) : largest;
		counts[from_shift <= NOISE_MOST ? from_shift : NOISE_MOST + 1]++;
	}
	int noise = quartile(counts, n, 3);
	if (noise > NOISE_MOST)
		return (double)INFINITY;
	return (double)largest / clamp(noise, NOISE_LEAST, NOISE_MOST);
}

void
gate_init(struct gate *g, const struct gate_options *o)
{
	assert(o->longest_ms >= 0 && o->longest_frames >= 0 && o->grid >= 1);
	*g = (struct gate){ .options = *o };
}

void
gate_free(struct gate *g)
{
	grey_free(&g->seen);
}

bool
gate_holds(struct gate *g, const struct grey *now, int64_t time_ms)
{
	const struct gate_options *o = &g->options;
	/* unsigned, because a difference may not fit */
	bool recent = time_ms >= g->seen_ms && (uint64_t)time_ms - (uint64_t)g->seen_ms <= (uint64_t)o->longest_ms;
	if (g->has_seen && recent && g->held < o->longest_frames
	    && gate_change(&g->seen, now) <= o->threshold) {
		g->held++;
		return true;
	}
	grey_copy(&g->seen, now);
	g->has_seen = true;
	g->seen_ms = time_ms;
	g->held = 0;
	return false;
}

void
gate_held(struct gate *g)
{
	g->held++;
}
