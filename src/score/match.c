/*
 * Matching, a class at a time.  Within a class the predictions are sorted once by score; dealt out to their pictures in
 * that order they are sorted there too.  A prediction is compared with its picture's truths only then, so no table of
 * overlaps is ever kept: one row of them is enough for all overlaps, area ranges and both rules.
 */
#include "score/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "score/group.h"
#include "score/order.h"
#include "score/parallel.h"

static const double area_ranges[SCORE_AREAS][2] = {
	[AREA_ALL] = { 0, 1e5 * 1e5 },
	[AREA_SMALL] = { 0, 32 * 32 },
	[AREA_MEDIUM] = { 32 * 32, 96 * 96 },
	[AREA_LARGE] = { 96 * 96, 1e5 * 1e5 }
};

/* What all classes share. */
struct job {
	const struct labels *labels;
	const struct match_options *options;
	struct matches *matches;
	double overlaps[SCORE_OVERLAPS];
	double voc_overlap;
	struct groups groups;
};

/* Truths of one picture and class, and who took them. */
struct room {
	size_t cap;
	struct truth *truths;
	uint32_t *index;			/* into labels */
	uint32_t *order[SCORE_AREAS];		/* those that count first */
	bool *off[SCORE_AREAS];			/* does not count in that range */
	uint16_t *taken[SCORE_AREAS];		/* bit t: at overlap t */
	bool *voc_taken;
	double *overlap;			/* of the prediction at hand */
};

double
match_overlap(int t)
{
	/* numpy.linspace(0.5, 0.95, 10) */
	return t == SCORE_OVERLAPS - 1 ? 0.95 : t * ((0.95 - 0.5) / (SCORE_OVERLAPS - 1)) + 0.5;
}

bool
match_counts(const struct truth *t)
{
	return !t->crowd && !t->ignore && t->area >= area_ranges[AREA_ALL][0] && t->area <= area_ranges[AREA_ALL][1];
}

double
match_iou(struct box d, struct box g, bool crowd)
{
	/* Operation by operation as in the reference, whose last bit decides at an overlap of exactly 0.75. */
	double w = fmin(d.w + d.x, g.w + g.x) - fmax(d.x, g.x);
	double h = fmin(d.h + d.y, g.h + g.y) - fmax(d.y, g.y);
	/* fmin and fmax pass over a NaN */
	if (!(w > 0 && h > 0) || !isfinite(d.x + d.y + d.w + d.h + g.x + g.y + g.w + g.h))
		return 0;
	double both = w * h, area = d.w * d.h;
	double iou = both / (crowd ? area : area + g.w * g.h - both);
	return isfinite(iou) ? iou : 0;
}

static uint8_t
ranges_of(double area)
{
	unsigned bits = 0;
	for (int a = 0; a < SCORE_AREAS; a++)
		if (!(area < area_ranges[a][0] || area > area_ranges[a][1]))
			bits |= 1U << a;
	return (uint8_t)bits;
}

static void
room_free(struct room *r)
{
	free(r->truths);
	free(r->index);
	for (int a = 0; a < SCORE_AREAS; a++) {
		free(r->order[a]);
		free(r->off[a]);
		free(r->taken[a]);
	}
	free(r->voc_taken);
	free(r->overlap);
}

static void
room_grow(struct room *r, size_t n)
{
	if (n <= r->cap)
		return;
	room_free(r);
	*r = (struct room){ .cap = 2 * n };
	r->truths = mem_array(r->cap, sizeof *r->truths);
	r->index = mem_array(r->cap, sizeof *r->index);
	for (int a = 0; a < SCORE_AREAS; a++) {
		r->order[a] = mem_array(r->cap, sizeof *r->order[a]);
		r->off[a] = mem_array(r->cap, sizeof *r->off[a]);
		r->taken[a] = mem_array(r->cap, sizeof *r->taken[a]);
	}
	r->voc_taken = mem_array(r->cap, sizeof *r->voc_taken);
	r->overlap = mem_array(r->cap, sizeof *r->overlap);
}

static void
room_fill(struct room *r, const struct job *j, const uint32_t *truths, size_t n)
{
	room_grow(r, n);
	for (size_t g = 0; g < n; g++) {
		r->index[g] = truths[g];
		r->truths[g] = j->labels->truths[truths[g]];
		r->voc_taken[g] = false;
	}
	for (int a = 0; a < SCORE_AREAS; a++) {
		size_t k = 0;
		for (size_t g = 0; g < n; g++) {
			const struct truth *t = &r->truths[g];
			r->off[a][g] = t->crowd || t->ignore || t->area < area_ranges[a][0] || t->area > area_ranges[a][1];
			r->taken[a][g] = 0;
			if (!r->off[a][g])
				r->order[a][k++] = (uint32_t)g;
		}
		for (size_t g = 0; g < n; g++)
			if (r->off[a][g])
				r->order[a][k++] = (uint32_t)g;
	}
}

/* COCO's rule for prediction p of c in area range a; near: the truths worth a look, in that range's order. */
static void
take_coco(const struct job *j, struct room *r, struct class_matches *c, size_t p, int a, const uint32_t *near, size_t nnear)
{
	unsigned found = 0, excused = 0;
	for (int t = 0; t < SCORE_OVERLAPS; t++) {
		double best = j->overlaps[t];
		size_t m = SIZE_MAX;
		for (size_t k = 0; k < nnear; k++) {
			size_t g = near[k];
			if ((r->taken[a][g] >> t & 1) != 0 && !r->truths[g].crowd)
				continue;
			if (m != SIZE_MAX && !r->off[a][m] && r->off[a][g])
				break;
			if (r->overlap[g] < best)
				continue;
			best = r->overlap[g];
			m = g;
		}
		if (m == SIZE_MAX)
			continue;
		r->taken[a][m] = (uint16_t)(r->taken[a][m] | 1U << t);
		if (r->off[a][m])
			excused |= 1U << t;
		else if (!(j->options->id_zero_quirk && r->truths[m].id == 0))
			found |= 1U << t;
		if (a == AREA_ALL && t == 0)
			c->taken[p] = r->index[m];
	}
	c->found[a][p] = (uint16_t)found;
	c->excused[a][p] = (uint16_t)excused;
}

/* VOC knows no crowds; one excuses what lies in it and belongs to no truth. */
static void
take_voc(const struct job *j, struct room *r, size_t n, struct class_matches *c, size_t p)
{
	double best = 0, crowd = 0;
	size_t m = SIZE_MAX;
	for (size_t g = 0; g < n; g++) {
		if (r->truths[g].crowd) {
			crowd = fmax(crowd, r->overlap[g]);
		} else if (r->overlap[g] > best) {
			best = r->overlap[g];
			m = g;
		}
	}
	if (m == SIZE_MAX || best < j->voc_overlap) {
		if (crowd >= j->voc_overlap)
			c->marks[p] |= MARK_VOC_IGNORED;
	} else if (r->truths[m].ignore) {
		c->marks[p] |= MARK_VOC_IGNORED;
	} else if (!r->voc_taken[m]) {
		r->voc_taken[m] = true;
		c->marks[p] |= MARK_VOC_TRUE;
	}
}

/* One picture: its predictions (places in c, in score order) among its truths. */
static void
match_picture(const struct job *j, struct room *r, struct class_matches *c, const uint32_t *places, size_t n,
	const uint32_t *truths, size_t ntruths, uint32_t *near)
{
	room_fill(r, j, truths, ntruths);
	for (size_t i = 0; i < n; i++) {
		size_t p = places[i];
		struct box box = j->labels->predictions[c->prediction[p]].box;
		double best = 0;
		for (size_t g = 0; g < ntruths; g++) {
			r->overlap[g] = match_iou(box, r->truths[g].box, r->truths[g].crowd);
			best = fmax(best, r->overlap[g]);
		}
		if (best >= j->overlaps[0]) {
			for (int a = 0; a < SCORE_AREAS; a++) {
				size_t nnear = 0;
				for (size_t k = 0; k < ntruths; k++)
					if (r->overlap[r->order[a][k]] >= j->overlaps[0])
						near[nnear++] = r->order[a][k];
				take_coco(j, r, c, p, a, near, nnear);
			}
		}
		if (best >= j->voc_overlap)
			take_voc(j, r, ntruths, c, p);
	}
}

static void
class_alloc(struct class_matches *c, size_t np, size_t nt)
{
	c->npredictions = np;
	c->ntruths = nt;
	c->prediction = mem_array(np, sizeof *c->prediction);
	c->image = mem_array(np, sizeof *c->image);
	c->rank = mem_array(np, sizeof *c->rank);
	c->score = mem_array(np, sizeof *c->score);
	c->marks = mem_array(np, sizeof *c->marks);
	c->taken = mem_array(np, sizeof *c->taken);
	for (int a = 0; a < SCORE_AREAS; a++) {
		c->found[a] = mem_array(np, sizeof *c->found[a]);
		c->excused[a] = mem_array(np, sizeof *c->excused[a]);
	}
	c->truth = mem_array(nt, sizeof *c->truth);
	c->truth_image = mem_array(nt, sizeof *c->truth_image);
	c->truth_marks = mem_array(nt, sizeof *c->truth_marks);
}

static void
class_truths(const struct labels *l, const uint32_t *truths, struct class_matches *c)
{
	for (size_t i = 0; i < c->ntruths; i++) {
		const struct truth *t = &l->truths[truths[i]];
		c->truth[i] = truths[i];
		c->truth_image[i] = t->image;
		if (!t->crowd && !t->ignore)
			c->truth_marks[i] = (uint8_t)(ranges_of(t->area) | MARK_VOC_COUNTS);
	}
}

/* Puts the predictions of a class, which come by picture, into score order. */
static void
class_sort(const struct labels *l, const uint32_t *predictions, struct class_matches *c, uint32_t *order)
{
	double *scores = mem_array(c->npredictions, sizeof *scores);
	for (size_t i = 0; i < c->npredictions; i++)
		scores[i] = l->predictions[predictions[i]].score;
	order_by_score(scores, c->npredictions, order);
	for (size_t p = 0; p < c->npredictions; p++) {
		const struct prediction *d = &l->predictions[predictions[order[p]]];
		c->prediction[p] = predictions[order[p]];
		c->image[p] = d->image;
		c->score[p] = d->score;
		c->marks[p] = ranges_of(d->box.w * d->box.h);
		c->taken[p] = MATCH_NONE;
	}
	free(scores);
}

static void
match_class(void *context, int thread, size_t k)
{
	const struct job *j = context;
	const struct labels *l = j->labels;
	struct class_matches *c = &j->matches->classes[k];
	const struct groups *by = &j->groups;
	const uint32_t *predictions = by->predictions + by->prediction_start[k];
	const uint32_t *truths = by->truths + by->truth_start[k];
	(void)thread;
	class_alloc(c, by->prediction_start[k + 1] - by->prediction_start[k], by->truth_start[k + 1] - by->truth_start[k]);
	class_truths(l, truths, c);

	size_t n = c->npredictions;
	uint32_t *order = mem_array(n, sizeof *order);
	class_sort(l, predictions, c, order);

	/* Dealt out to the pictures: place in c of the picture's first, second ... best, where its predictions lay. */
	uint32_t *group = mem_array(n, sizeof *group), *filled = mem_array(n, sizeof *filled);
	uint32_t *places = mem_array(n, sizeof *places);
	for (size_t i = 0; i < n; i++)
		group[i] = i > 0 && l->predictions[predictions[i]].image == l->predictions[predictions[i - 1]].image ?
			group[i - 1] : (uint32_t)i;
	for (size_t p = 0; p < n; p++) {
		uint32_t g = group[order[p]];
		c->rank[p] = filled[g]++;
		places[g + c->rank[p]] = (uint32_t)p;
	}

	struct room room = { 0 };
	uint32_t *near = mem_array(c->ntruths, sizeof *near);
	/* Both lists go through the pictures in the same order, but neither has all of them. */
	size_t from = 0, to;
	for (size_t i = 0; i < n; i += filled[i]) {
		uint32_t place = by->place[l->predictions[predictions[i]].image];
		while (from < c->ntruths && by->place[c->truth_image[from]] < place)
			from++;
		for (to = from; to < c->ntruths && by->place[c->truth_image[to]] == place;)
			to++;
		if (to > from)
			match_picture(j, &room, c, places + i, filled[i], truths + from, to - from, near);
	}
	room_free(&room);
	free(near);
	free(places);
	free(filled);
	free(group);
	free(order);
}

struct matches *
matches_new(const struct labels *l, const struct match_options *o)
{
	struct matches *m = mem_alloc(sizeof *m);
	struct job j = { .labels = l, .options = o, .matches = m };
	m->nimages = l->nimages;
	m->nclasses = l->nclasses;
	m->classes = mem_array(l->nclasses, sizeof *m->classes);
	j.voc_overlap = o->voc_overlap > 0 ? o->voc_overlap : 0.5;
	for (int t = 0; t < SCORE_OVERLAPS; t++)
		j.overlaps[t] = match_overlap(t);

	groups_make(l, o->without_ignored, &j.groups);
	parallel_for(l->nclasses, o->threads, match_class, &j);
	groups_free(&j.groups);
	return m;
}

void
matches_free(struct matches *m)
{
	if (m == NULL)
		return;
	for (size_t k = 0; k < m->nclasses; k++) {
		struct class_matches *c = &m->classes[k];
		free(c->prediction);
		free(c->image);
		free(c->rank);
		free(c->score);
		free(c->marks);
		free(c->taken);
		for (int a = 0; a < SCORE_AREAS; a++) {
			free(c->found[a]);
			free(c->excused[a]);
		}
		free(c->truth);
		free(c->truth_image);
		free(c->truth_marks);
	}
	free(m->classes);
	free(m);
}
