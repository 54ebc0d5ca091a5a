/*
 * Groups of items: sorted by their values, then counted.
 */
#include "score/gender_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct valued {
	const char *value;
	size_t item;
};

static int
by_value(const void *a, const void *b)
{
	const struct valued *x = a, *y = b;
	int c = strcmp(x->value, y->value);
	return c != 0 ? c : x->item < y->item ? -1 : x->item > y->item;
}

static struct gender_slice
slice_of(const struct gender_item *items, const struct valued *v, size_t n, double min_score)
{
	struct gender_slice s = { .value = v[0].value, .items = n };
	double figures[GENDER_FIGURES];
	for (size_t i = 0; i < n; i++) {
		gender_score_add(&s.confusion, &items[v[i].item], min_score);
		s.no_face += items[v[i].item].no_face;
	}
	s.abstained = s.confusion.female_none + s.confusion.male_none - s.no_face;
	s.accuracy = interval_wilson(s.confusion.female_female + s.confusion.male_male, n);
	gender_score_figures(&s.confusion, figures);
	s.f1_female = figures[GENDER_F1_FEMALE];
	s.f1_male = figures[GENDER_F1_MALE];
	s.f1_macro = figures[GENDER_F1_MACRO];
	return s;
}

static uint64_t
right(const struct gender_slice *s)
{
	return s->confusion.female_female + s->confusion.male_male;
}

static void
gaps(struct gender_slices *s)
{
	s->gap = (struct interval){ .value = NAN, .low = NAN, .high = NAN };
	s->f1_gap = NAN;
	if (s->nslices < 2)
		return;
	double f1_least = NAN, f1_most = NAN;
	for (size_t i = 0; i < s->nslices; i++) {
		if (s->slices[i].accuracy.value > s->slices[s->best].accuracy.value)
			s->best = i;
		if (s->slices[i].accuracy.value < s->slices[s->worst].accuracy.value)
			s->worst = i;
		/* fmin and fmax pass over slices that have only one gender. */
		f1_least = fmin(f1_least, s->slices[i].f1_macro);
		f1_most = fmax(f1_most, s->slices[i].f1_macro);
	}
	const struct gender_slice *a = &s->slices[s->best], *b = &s->slices[s->worst];
	s->gap = interval_gap(right(a), a->items, right(b), b->items);
	s->f1_gap = f1_most - f1_least;
}

void
gender_slices(const struct gender_item *items, const char *const *values, size_t n, double min_score, uint64_t minimum,
	struct gender_slices *out)
{
	struct valued *v = mem_array(n, sizeof *v);
	size_t nv = 0, groups = 0;
	*out = (struct gender_slices){ 0 };
	for (size_t i = 0; i < n; i++) {
		if (values[i] != NULL)
			v[nv++] = (struct valued){ .value = values[i], .item = i };
	}
	out->without_value = n - nv;
	qsort(v, nv, sizeof *v, by_value);
	for (size_t i = 0; i < nv; i++)
		groups += i == 0 || strcmp(v[i].value, v[i - 1].value) != 0;
	out->slices = mem_array(groups, sizeof *out->slices);
	for (size_t i = 0, end; i < nv; i = end) {
		for (end = i + 1; end < nv && strcmp(v[end].value, v[i].value) == 0;)
			end++;
		if (end - i < minimum) {
			out->small_groups++;
			out->small_items += end - i;
			continue;
		}
		out->slices[out->nslices++] = slice_of(items, v + i, end - i, min_score);
	}
	free(v);
	gaps(out);
}

void
gender_slices_free(struct gender_slices *s)
{
	free(s->slices);
	*s = (struct gender_slices){ 0 };
}
