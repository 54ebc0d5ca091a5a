/*
 * The COCO figures as walks over short lists.
 *
 * Of a class, only the predictions that touch a truth at some overlap are of interest one by one ("events"); of all
 * others, only how many came before each event.  So one pass over the class adds up the weights of what lies in each
 * area range, noting the sums at the events; each of the 4 x 10 lists then corrects its sum by the few events for which lying
 * in the range and counting are not the same.  That makes a resample cost a few steps per truth, not forty per prediction.
 */
#include "score/coco.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { IS_EVENT = 0x10, RANGES = 0x0f };

/* What an event is to a list, in the low bits of an entry; above them is its number. */
enum { ENTRY_FOUND = 1, ENTRY_ADDS = 2, ENTRY_TAKES = 4, ENTRY_SHIFT = 3 };

struct list {
	size_t n;
	uint32_t *entries;
};

struct coco_class {
	size_t n, nevents, ntruths;
	uint32_t *image;	/* of each prediction, best first */
	uint8_t *marks;		/* area ranges it lies in, IS_EVENT */
	uint8_t *rank;		/* of each event; 255: that or later */
	struct list lists[SCORE_AREAS][SCORE_OVERLAPS];
	uint32_t *truth_image;
	uint8_t *truth_marks;
};

struct coco {
	size_t nclasses;
	struct coco_class *classes;
	size_t most_events;
};

struct coco_scratch {
	double *weight;			/* of each event */
	double *sum[SCORE_AREAS];	/* weight in the range up to and with each event */
	double *found, *shown;		/* a list, as average.h wants it */
};

static void
list_new(struct coco_class *k, const struct class_matches *m, const uint32_t *events, int a, int t)
{
	struct list *list = &k->lists[a][t];
	for (int pass = 0; pass < 2; pass++) {
		list->n = 0;
		for (size_t e = 0; e < k->nevents; e++) {
			uint32_t p = events[e], entry = 0;
			bool inside = (m->marks[p] >> a & 1) != 0;
			if ((m->found[a][p] >> t & 1) != 0)
				entry = inside ? ENTRY_FOUND : ENTRY_FOUND | ENTRY_ADDS;
			else if ((m->excused[a][p] >> t & 1) != 0 && inside)
				entry = ENTRY_TAKES;
			if (entry == 0)
				continue;
			if (pass == 1)
				list->entries[list->n] = (uint32_t)e << ENTRY_SHIFT | entry;
			list->n++;
		}
		if (pass == 0)
			list->entries = mem_array(list->n, sizeof *list->entries);
	}
}

static void
class_new(struct coco_class *k, const struct class_matches *m, const struct coco_options *o)
{
	uint32_t *events = mem_array(m->npredictions, sizeof *events);
	k->image = mem_array(m->npredictions, sizeof *k->image);
	k->marks = mem_array(m->npredictions, sizeof *k->marks);
	for (size_t p = 0; p < m->npredictions; p++) {
		if ((o->most > 0 && m->rank[p] >= o->most) || m->score[p] < o->least_score)
			continue;
		unsigned touched = 0;
		for (int a = 0; a < SCORE_AREAS; a++)
			touched |= (unsigned)m->found[a][p] | m->excused[a][p];
		k->image[k->n] = m->image[p];
		k->marks[k->n++] = (uint8_t)((m->marks[p] & RANGES) | (touched != 0 ? IS_EVENT : 0));
		if (touched != 0)
			events[k->nevents++] = (uint32_t)p;
	}
	assert(k->nevents < UINT32_MAX >> ENTRY_SHIFT);
	k->rank = mem_array(k->nevents, sizeof *k->rank);
	for (size_t e = 0; e < k->nevents; e++)
		k->rank[e] = (uint8_t)(m->rank[events[e]] < UINT8_MAX ? m->rank[events[e]] : UINT8_MAX);
	for (int a = 0; a < SCORE_AREAS; a++)
		for (int t = 0; t < SCORE_OVERLAPS; t++)
			list_new(k, m, events, a, t);
	free(events);
	k->ntruths = m->ntruths;
	k->truth_image = mem_array(k->ntruths, sizeof *k->truth_image);
	k->truth_marks = mem_array(k->ntruths, sizeof *k->truth_marks);
	memcpy(k->truth_image, m->truth_image, k->ntruths * sizeof *k->truth_image);
	memcpy(k->truth_marks, m->truth_marks, k->ntruths * sizeof *k->truth_marks);
}

struct coco *
coco_new(const struct matches *m, const struct coco_options *o)
{
	struct coco *c = mem_alloc(sizeof *c);
	c->nclasses = m->nclasses;
	c->classes = mem_array(c->nclasses, sizeof *c->classes);
	for (size_t i = 0; i < c->nclasses; i++) {
		class_new(&c->classes[i], &m->classes[i], o);
		if (c->classes[i].nevents > c->most_events)
			c->most_events = c->classes[i].nevents;
	}
	return c;
}

void
coco_free(struct coco *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nclasses; i++) {
		struct coco_class *k = &c->classes[i];
		free(k->image);
		free(k->marks);
		free(k->rank);
		for (int a = 0; a < SCORE_AREAS; a++)
			for (int t = 0; t < SCORE_OVERLAPS; t++)
				free(k->lists[a][t].entries);
		free(k->truth_image);
		free(k->truth_marks);
	}
	free(c->classes);
	free(c);
}

struct coco_scratch *
coco_scratch_new(const struct coco *c)
{
	struct coco_scratch *s = mem_alloc(sizeof *s);
	s->weight = mem_array(c->most_events, sizeof *s->weight);
	for (int a = 0; a < SCORE_AREAS; a++)
		s->sum[a] = mem_array(c->most_events, sizeof *s->sum[a]);
	s->found = mem_array(c->most_events, sizeof *s->found);
	s->shown = mem_array(c->most_events, sizeof *s->shown);
	return s;
}

void
coco_scratch_free(struct coco_scratch *s)
{
	if (s == NULL)
		return;
	free(s->weight);
	for (int a = 0; a < SCORE_AREAS; a++)
		free(s->sum[a]);
	free(s->found);
	free(s->shown);
	free(s);
}

/* The sums at the events. */
static void
add_up(const struct coco_class *k, const uint16_t *weights, struct coco_scratch *s)
{
	uint64_t sum[SCORE_AREAS] = { 0 };
	size_t e = 0;
	for (size_t i = 0; i < k->n; i++) {
		uint64_t w = weights != NULL ? weights[k->image[i]] : 1;
		unsigned marks = k->marks[i];
		for (int a = 0; a < SCORE_AREAS; a++)
			sum[a] += w * (marks >> a & 1);
		if ((marks & IS_EVENT) == 0)
			continue;
		s->weight[e] = (double)w;
		for (int a = 0; a < SCORE_AREAS; a++)
			s->sum[a][e] = (double)sum[a];
		e++;
	}
}

static void
truths_wanted(const struct coco_class *k, const uint16_t *weights, double wanted[SCORE_AREAS])
{
	uint64_t sum[SCORE_AREAS] = { 0 };
	for (size_t i = 0; i < k->ntruths; i++) {
		uint64_t w = weights != NULL ? weights[k->truth_image[i]] : 1;
		for (int a = 0; a < SCORE_AREAS; a++)
			sum[a] += w * (k->truth_marks[i] >> a & 1);
	}
	for (int a = 0; a < SCORE_AREAS; a++)
		wanted[a] = (double)sum[a];
}

/* Fills found and shown; how many entries they have. */
static size_t
walk(const struct list *list, const double *sum, struct coco_scratch *s)
{
	double found = 0, correction = 0;
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++) {
		uint32_t e = list->entries[i] >> ENTRY_SHIFT, entry = list->entries[i];
		if ((entry & ENTRY_TAKES) != 0) {
			correction -= s->weight[e];
			continue;
		}
		if ((entry & ENTRY_ADDS) != 0)
			correction += s->weight[e];
		found += s->weight[e];
		s->found[n] = found;
		s->shown[n++] = sum[e] + correction;
	}
	return n;
}

/* What was found by the first `most` predictions of each picture. */
static double
found_early(const struct coco_class *k, const struct list *list, unsigned most, const struct coco_scratch *s)
{
	double found = 0;
	for (size_t i = 0; i < list->n; i++) {
		uint32_t e = list->entries[i] >> ENTRY_SHIFT;
		if ((list->entries[i] & ENTRY_FOUND) != 0 && k->rank[e] < most)
			found += s->weight[e];
	}
	return found;
}

void
coco_class_figures(const struct coco *c, size_t class_index, const uint16_t *weights, struct coco_scratch *s,
	double out[COCO_FIGURES], double curve[AVERAGE_101])
{
	static const enum coco_figure precision[SCORE_AREAS] = { COCO_AP, COCO_APS, COCO_APM, COCO_APL };
	static const enum coco_figure recall[SCORE_AREAS] = { COCO_AR100, COCO_ARS, COCO_ARM, COCO_ARL };
	const struct coco_class *k = &c->classes[class_index];
	double wanted[SCORE_AREAS], need[AVERAGE_101];

	for (int f = 0; f < COCO_FIGURES; f++)
		out[f] = -1;
	for (int r = 0; curve != NULL && r < AVERAGE_101; r++)
		curve[r] = -1;
	truths_wanted(k, weights, wanted);
	if (wanted[AREA_ALL] > 0)
		add_up(k, weights, s);
	if (wanted[AREA_ALL] > 0 && curve != NULL)
		memset(curve, 0, AVERAGE_101 * sizeof *curve);
	for (int a = 0; a < SCORE_AREAS; a++) {
		/* Every range lies in "all". */
		if (!(wanted[a] > 0))
			continue;
		double ap = 0, ar = 0, ar1 = 0, ar10 = 0;
		average_need_101(wanted[a], need);
		for (int t = 0; t < SCORE_OVERLAPS; t++) {
			const struct list *list = &k->lists[a][t];
			size_t n = walk(list, s->sum[a], s);
			double one = average_101(s->found, s->shown, n, need, a == AREA_ALL && t == 0 ? curve : NULL);
			ap += one;
			ar += n > 0 ? s->found[n - 1] / wanted[a] : 0;
			if (a != AREA_ALL)
				continue;
			ar1 += found_early(k, list, 1, s) / wanted[a];
			ar10 += found_early(k, list, 10, s) / wanted[a];
			if (t == 0)
				out[COCO_AP50] = one;
			if (t == 5)
				out[COCO_AP75] = one;
		}
		out[precision[a]] = ap / SCORE_OVERLAPS;
		out[recall[a]] = ar / SCORE_OVERLAPS;
		if (a == AREA_ALL) {
			out[COCO_AR1] = ar1 / SCORE_OVERLAPS;
			out[COCO_AR10] = ar10 / SCORE_OVERLAPS;
		}
	}
}

void
coco_figures(const struct coco *c, const uint16_t *weights, struct coco_scratch *s, double out[COCO_FIGURES],
	double curve[AVERAGE_101])
{
	double one[COCO_FIGURES], line[AVERAGE_101], sum[COCO_FIGURES] = { 0 };
	size_t n[COCO_FIGURES] = { 0 };

	if (curve != NULL)
		memset(curve, 0, AVERAGE_101 * sizeof *curve);
	for (size_t i = 0; i < c->nclasses; i++) {
		coco_class_figures(c, i, weights, s, one, curve != NULL ? line : NULL);
		for (int f = 0; f < COCO_FIGURES; f++) {
			if (one[f] > -1) {
				sum[f] += one[f];
				n[f]++;
			}
		}
		if (curve != NULL && one[COCO_AP] > -1)
			for (int r = 0; r < AVERAGE_101; r++)
				curve[r] += line[r];
	}
	for (int f = 0; f < COCO_FIGURES; f++)
		out[f] = n[f] > 0 ? sum[f] / (double)n[f] : -1;
	for (int r = 0; curve != NULL && r < AVERAGE_101; r++)
		curve[r] = n[COCO_AP] > 0 ? curve[r] / (double)n[COCO_AP] : -1;
}
