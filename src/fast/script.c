/*
 * Scripts: memory for values and running them.
 */
#include "fast/script.h"

#include <stdlib.h>

#include "base/mem.h"

enum { LINE = 64 };	/* bytes; no two buffers share a cache line */

int
script_buffer(struct script *s, size_t bytes)
{
	if (s->nbuffers == s->cap_buffers)
		s->buffers = mem_resize(s->buffers, (size_t)(s->cap_buffers = 2 * s->cap_buffers + 32), sizeof *s->buffers);
	s->buffers[s->nbuffers] = (struct buffer) {
		.bytes = (bytes + LINE - 1) / LINE * LINE, .first = -1, .last = -1, .input = BUFFER_NONE, .output = BUFFER_NONE
	};
	return s->nbuffers++;
}

void
script_bind(struct script *s, int primitive, int slot, int buffer)
{
	struct buffer *b = &s->buffers[buffer];
	if (s->nbindings == s->cap_bindings)
		s->bindings = mem_resize(s->bindings, (size_t)(s->cap_bindings = 2 * s->cap_bindings + 64), sizeof *s->bindings);
	s->bindings[s->nbindings++] = (struct binding) { primitive, slot, buffer };
	if (b->first < 0)
		b->first = primitive;
	b->last = primitive;
}

int
script_add(struct script *s, struct primitive *p)
{
	if (p == NULL)
		return -1;
	if (s->nprimitives == s->cap_primitives)
		s->primitives = mem_resize(s->primitives, (size_t)(s->cap_primitives = 2 * s->cap_primitives + 64),
			sizeof *s->primitives);
	s->primitives[s->nprimitives] = p;
	const struct layout *scratch = primitive_layout(p, SLOT_SCRATCH);
	if (scratch != NULL)
		script_bind(s, s->nprimitives, SLOT_SCRATCH, script_buffer(s, layout_bytes(scratch)));
	return s->nprimitives++;
}

static bool
is_placed(const struct buffer *b)
{
	return b->first >= 0 && b->input == BUFFER_NONE && b->output == BUFFER_NONE;
}

static int
by_first(const void *a, const void *b)
{
	const struct buffer *x = *(struct buffer *const *)a, *y = *(struct buffer *const *)b;
	int c = (x->first > y->first) - (x->first < y->first);
	return c != 0 ? c : (x > y) - (x < y);
}

/* The lowest place where b meets none of the n buffers that are placed and alive at the same time. */
static size_t
find_place(const struct buffer *b, struct buffer *const *placed, int n)
{
	size_t at = 0;
	for (int i = 0; i < n; i++) {
		const struct buffer *o = placed[i];
		if (o->last < b->first || o->first > b->last || o->at + o->bytes <= at || o->at >= at + b->bytes)
			continue;
		at = o->at + o->bytes;
		i = -1;		/* what was passed may be in the way now */
	}
	return at;
}

void
script_arrange(struct script *s)
{
	struct buffer **order = mem_array((size_t)s->nbuffers, sizeof(struct buffer *));
	int n = 0;
	for (int i = 0; i < s->nbuffers; i++)
		if (is_placed(&s->buffers[i]))
			order[n++] = &s->buffers[i];
	qsort(order, (size_t)n, sizeof *order, by_first);
	for (int i = 0, alive = 0; i < n; i++) {
		/* only those that still live matter to the ones that come */
		int kept = 0;
		for (int k = 0; k < alive; k++)
			if (order[k]->last >= order[i]->first)
				order[kept++] = order[k];
		struct buffer *b = order[i];
		b->at = find_place(b, order, kept);
		order[kept] = b;
		alive = kept + 1;
		if (b->at + b->bytes > s->bytes)
			s->bytes = b->at + b->bytes;
	}
	free(order);
}

int
script_place(struct script *s, void *block, struct err *e)
{
	if (s->placed == block && block != NULL)
		return 0;
	for (int i = 0; i < s->nbindings; i++) {
		const struct binding *d = &s->bindings[i];
		const struct buffer *b = &s->buffers[d->buffer];
		if (is_placed(b) && !primitive_point(s->primitives[d->primitive], d->slot, (char *)block + b->at))
			return err_set(e, ERR_DATA, "oneDNN does not take its memory (%s slot %d)", primitive_name(s->primitives[d->primitive]), d->slot);
	}
	s->placed = block;
	return 0;
}

int
script_run(struct script *s, const float *const *in, float *const *out, struct err *e)
{
	for (int i = 0; i < s->nbindings; i++) {
		const struct binding *d = &s->bindings[i];
		const struct buffer *b = &s->buffers[d->buffer];
		/* the library's interface has no const; sources are not written to */
		void *at = b->input != BUFFER_NONE ? (void *)(uintptr_t)in[b->input] : b->output != BUFFER_NONE ? out[b->output] : NULL;
		if (at != NULL && !primitive_point(s->primitives[d->primitive], d->slot, at))
			return err_set(e, ERR_DATA, "oneDNN does not take its memory (%s slot %d)", primitive_name(s->primitives[d->primitive]), d->slot);
	}
	for (int i = 0; i < s->nprimitives; i++)
		if (!primitive_run(s->primitives[i]))
			return err_set(e, ERR_DATA, "oneDNN fails in step %d (%s)", i + 1, primitive_name(s->primitives[i]));
	return 0;
}

void
script_free(struct script *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < s->nprimitives; i++)
		primitive_free(s->primitives[i]);
	free(s->primitives);
	free(s->buffers);
	free(s->bindings);
	free(s->shapes);
	free(s);
}
