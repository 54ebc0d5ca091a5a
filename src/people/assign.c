/*
 * Which face belongs to which person.
 *
 * Where people overlap, a face may lie in the upper part of several boxes. What tells them apart
 * is where a head sits in its own body's box, whether the box holds a whole figure or only a bust:
 * near the vertical axis, and as far below the top edge as hair and forehead need, in units of the
 * face itself.
 */
#include "people/assign.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* The face's box begins this part of its height below the top of the head. */
static const double BROW = 0.25;
/* Faces narrower than this part of the person's width are too small to be its own. */
static const double NARROW = 0.15;

struct pair {
	double cost;
	size_t face, person;
};

struct pairs {
	struct pair *v;
	size_t n, cap;
};

static bool
possible(const struct box *f, const struct box *p, double upper)
{
	double cx = f->x + f->w / 2, cy = f->y + f->h / 2;
	return f->w > 0 && f->h > 0 && p->w > 0 && p->h > 0 && cx >= p->x && cx <= p->x + p->w
		&& cy >= p->y && cy <= p->y + p->h * upper;
}

/* 0: just where a face should be; the terms are 1 where they become implausible. */
static double
cost(const struct box *f, const struct box *p)
{
	double aside = (f->x + f->w / 2 - p->x - p->w / 2) / (p->w / 2);
	double below = (f->y - p->y) / f->h - BROW;
	double width = f->w / p->w, size = 0;
	if (width > 1)
		size = width - 1;
	else if (width < NARROW)
		size = 1 - width / NARROW;
	return aside * aside + below * below + size * size;
}

static int
by_number(double a, double b)
{
	return (a > b) - (a < b);
}

static int
by_box(const struct box *a, const struct box *b)
{
	int c = by_number(a->x, b->x);
	if (c == 0)
		c = by_number(a->y, b->y);
	if (c == 0)
		c = by_number(a->w, b->w);
	return c ? c : by_number(a->h, b->h);
}

/* By cost, then by what the boxes are, so that the order in which they came decides nothing. */
static int
best_first(const void *va, const void *vb, void *arg)
{
	const struct pair *a = va, *b = vb;
	const struct frame_result *r = arg;
	int c = by_number(a->cost, b->cost);
	if (c == 0)
		c = by_box(&r->faces[a->face].box, &r->faces[b->face].box);
	if (c == 0)
		c = by_box(&r->persons[a->person].box, &r->persons[b->person].box);
	if (c == 0)
		c = (a->face > b->face) - (a->face < b->face);
	return c ? c : (a->person > b->person) - (a->person < b->person);
}

static void
pairs_add(struct pairs *p, struct pair v)
{
	if (p->n == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 64;
		p->v = mem_resize(p->v, p->cap, sizeof(*p->v));
	}
	p->v[p->n++] = v;
}

void
assign_faces(struct frame_result *r, double upper)
{
	struct pairs pairs = {0};

	for (size_t f = 0; f < r->nfaces; f++) {
		r->faces[f].person = -1;
		for (size_t p = 0; p < r->npersons; p++) {
			const struct box *face = &r->faces[f].box, *person = &r->persons[p].box;
			if (possible(face, person, upper))
				pairs_add(&pairs, (struct pair){ cost(face, person), f, p });
		}
	}
	if (pairs.n == 0)
		return;

	qsort_r(pairs.v, pairs.n, sizeof(*pairs.v), best_first, r);
	bool *taken = mem_array(r->npersons, sizeof(*taken));
	for (size_t i = 0; i < pairs.n; i++) {
		const struct pair *p = &pairs.v[i];
		if (r->faces[p->face].person >= 0 || taken[p->person])
			continue;
		r->faces[p->face].person = (int)p->person;
		taken[p->person] = true;
	}
	free(taken);
	free(pairs.v);
}
