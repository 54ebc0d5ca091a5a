/*
 * Counting sorts, by picture and then by class, so that the size of the set alone says how long it takes.
 */
#include "score/group.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "score/order.h"

struct numbered {
	int64_t id;
	uint32_t index;
};

static int
by_id(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Place of each picture by id. */
static uint32_t *
picture_places(const struct labels *l)
{
	struct numbered *n = mem_array(l->nimages, sizeof *n);
	uint32_t *place = mem_array(l->nimages, sizeof *place);
	for (size_t i = 0; i < l->nimages; i++)
		n[i] = (struct numbered){ .id = l->images[i].id, .index = (uint32_t)i };
	qsort(n, l->nimages, sizeof *n, by_id);
	for (size_t i = 0; i < l->nimages; i++)
		place[n[i].index] = (uint32_t)i;
	free(n);
	return place;
}

/* Indices by class, then by picture; start of each class. from: which of them there are. */
static uint32_t *
grouped(const uint32_t *pictures, const uint32_t *classes, const uint32_t *from, size_t n, const struct labels *l, size_t **start)
{
	uint32_t *by_picture = mem_array(n, sizeof *by_picture), *order = mem_array(n, sizeof *order);
	order_by_key(pictures, n, l->nimages, NULL, by_picture);
	order_by_key(classes, n, l->nclasses, by_picture, order);
	*start = mem_array(l->nclasses + 1, sizeof **start);
	for (size_t i = 0; i < n; i++)
		(*start)[classes[i] + 1]++;
	for (size_t k = 0; k < l->nclasses; k++)
		(*start)[k + 1] += (*start)[k];
	for (size_t i = 0; i < n; i++)
		order[i] = from[order[i]];
	free(by_picture);
	return order;
}

static void
group_truths(const struct labels *l, bool without_ignored, struct groups *g)
{
	uint32_t *picture = mem_array(l->ntruths, sizeof *picture), *class_index = mem_array(l->ntruths, sizeof *class_index);
	uint32_t *from = mem_array(l->ntruths, sizeof *from);
	size_t n = 0;
	for (size_t i = 0; i < l->ntruths; i++) {
		const struct truth *t = &l->truths[i];
		assert(t->image < l->nimages && t->class_index < l->nclasses);
		if (without_ignored && (t->crowd || t->ignore))
			continue;
		picture[n] = g->place[t->image];
		class_index[n] = t->class_index;
		from[n++] = (uint32_t)i;
	}
	g->truths = grouped(picture, class_index, from, n, l, &g->truth_start);
	free(picture);
	free(class_index);
	free(from);
}

static void
group_predictions(const struct labels *l, struct groups *g)
{
	size_t n = l->npredictions;
	uint32_t *picture = mem_array(n, sizeof *picture), *class_index = mem_array(n, sizeof *class_index);
	uint32_t *from = mem_array(n, sizeof *from);
	for (size_t i = 0; i < n; i++) {
		const struct prediction *p = &l->predictions[i];
		assert(p->image < l->nimages && p->class_index < l->nclasses);
		picture[i] = g->place[p->image];
		class_index[i] = p->class_index;
		from[i] = (uint32_t)i;
	}
	g->predictions = grouped(picture, class_index, from, n, l, &g->prediction_start);
	free(picture);
	free(class_index);
	free(from);
}

void
groups_make(const struct labels *l, bool without_ignored, struct groups *g)
{
	assert(l->nimages < UINT32_MAX && l->ntruths < UINT32_MAX && l->npredictions < UINT32_MAX);
	*g = (struct groups){ .place = picture_places(l) };
	group_truths(l, without_ignored, g);
	group_predictions(l, g);
}

void
groups_free(struct groups *g)
{
	free(g->place);
	free(g->truths);
	free(g->predictions);
	free(g->truth_start);
	free(g->prediction_start);
	*g = (struct groups){ 0 };
}
