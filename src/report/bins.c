/*
 * Sums of minutes.  Only sums are ever added, never averages, so that an average over any stretch is
 * weighted by its frames.
 */
#include <assert.h>
#include <math.h>

#include "base/mem.h"
#include "base/when.h"
#include "report/view.h"

enum { BINS_MAX = 240 };

static void
raise_to(int64_t *v, int64_t other)
{
	if (other > *v)
		*v = other;
}

void
report_bin_add(struct report_bin *to, const struct report_bin *more)
{
	if (more->frames > 0) {
		if (to->frames == 0 || more->people_min < to->people_min)
			to->people_min = more->people_min;
		if (to->frames == 0 || more->people_max > to->people_max)
			to->people_max = more->people_max;
	}
	to->minutes += more->minutes;
	to->frames += more->frames;
	to->covered_ms += more->covered_ms;
	to->dropped += more->dropped;
	to->people_sum += more->people_sum;
	to->gender_frames += more->gender_frames;
	to->gender_people += more->gender_people;
	to->men_sum += more->men_sum;
	to->women_sum += more->women_sum;
	to->unknown_sum += more->unknown_sum;
	to->face_frames += more->face_frames;
	to->faces_sum += more->faces_sum;
	to->gate_frames += more->gate_frames;
	to->gated += more->gated;
	to->aged += more->aged;
	raise_to(&to->age_median_ms, more->age_median_ms);
	raise_to(&to->age_p95_ms, more->age_p95_ms);
	raise_to(&to->age_max_ms, more->age_max_ms);
	to->frozen += more->frozen;
	to->dark += more->dark;
	to->moved += more->moved;
}

static double
average(int64_t sum, int64_t frames)
{
	return frames > 0 ? (double)sum / (double)frames : (double)NAN;
}

double
report_bin_people(const struct report_bin *b)
{
	return average(b->people_sum, b->frames);
}

double
report_bin_men(const struct report_bin *b)
{
	return average(b->men_sum, b->gender_frames);
}

double
report_bin_women(const struct report_bin *b)
{
	return average(b->women_sum, b->gender_frames);
}

double
report_bin_unknown(const struct report_bin *b)
{
	return average(b->unknown_sum, b->gender_frames);
}

double
report_bin_faces(const struct report_bin *b)
{
	return average(b->faces_sum, b->face_frames);
}

double
report_bin_gated(const struct report_bin *b)
{
	return average(b->gated, b->gate_frames);
}

double
report_bin_coverage(const struct report_bin *b)
{
	return b->width_ms > 0 ? (double)b->covered_ms / (double)b->width_ms : 0;
}

bool
report_bin_partial(const struct report_bin *b)
{
	return report_bin_coverage(b) < 0.95;
}

static int64_t
floor_to(int64_t ms, int64_t width_ms)
{
	int64_t into = ms % width_ms;
	return ms - (into < 0 ? into + width_ms : into);
}

static int64_t
choose_width(const struct report_source *s)
{
	static const int64_t minutes[] = { 1, 5, 15, 60 };
	int64_t first = s->total.start_ms, last = first + s->total.width_ms - 1;

	for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
		int64_t width = minutes[i] * WHEN_MINUTE_MS;
		if ((floor_to(last, width) - floor_to(first, width)) / width < BINS_MAX)
			return width;
	}
	return DAY_MS;
}

struct report_bin *
report_bins(const struct report_source *s, int64_t *width_ms, size_t *n)
{
	int64_t width = choose_width(s);
	struct report_bin *bins = mem_array(s->nminutes, sizeof *bins);
	size_t count = 0;

	assert(s->nminutes > 0);
	for (size_t i = 0; i < s->nminutes; i++) {
		int64_t start = floor_to(s->minutes[i].start_ms, width);
		if (count == 0 || bins[count - 1].start_ms != start)
			bins[count++] = (struct report_bin) { .start_ms = start, .width_ms = width };
		report_bin_add(&bins[count - 1], &s->minutes[i]);
	}
	*width_ms = width;
	*n = count;
	return bins;
}

const struct report_bin *
report_busiest(const struct report_source *s)
{
	const struct report_bin *best = NULL;

	for (size_t i = 0; i < s->nminutes; i++) {
		const struct report_bin *m = &s->minutes[i];
		if (m->frames == 0)
			continue;
		bool seen = m->covered_ms * 2 >= m->width_ms;
		bool best_seen = best != NULL && best->covered_ms * 2 >= best->width_ms;
		if (best == NULL || (seen && !best_seen) ||
		    (seen == best_seen && report_bin_people(m) > report_bin_people(best)))
			best = m;
	}
	return best;
}
