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
script_bind(struct script *s, int step, int slot, int buffer)
{
	struct buffer *b = &s->buffers[buffer];
	if (s->nbindings == s->cap_bindings)
		s->bindings = mem_resize(s->bindings, (size_t)(s->cap_bindings = 2 * s->cap_bindings + 64), sizeof *s->bindings);
	s->bindings[s->nbindings++] = (struct binding) { step, slot, buffer };
	if (b->first < 0)
		b->first = step;
	b->last = step;
}

static int
add_step(struct script *s, struct step step, size_t scratch)
{
	if (s->nsteps == s->cap_steps)
		s->steps = mem_resize(s->steps, (size_t)(s->cap_steps = 2 * s->cap_steps + 64), sizeof *s->steps);
	s->steps[s->nsteps] = step;
	if (scratch > 0)
		script_bind(s, s->nsteps, SLOT_SCRATCH, script_buffer(s, scratch));
	return s->nsteps++;
}

int
script_add(struct script *s, struct primitive *p)
{
	if (p == NULL)
		return -1;
	const struct layout *scratch = primitive_layout(p, SLOT_SCRATCH);
	return add_step(s, (struct step) { .primitive = p }, scratch != NULL ? layout_bytes(scratch) : 0);
}

int
script_add_slide(struct script *s, struct slide *slide)
{
	return slide == NULL ? -1 : add_step(s, (struct step) { .slide = slide }, slide_scratch(slide));
}

int
script_join_slide(struct script *s, struct slide *slide, int buffer)
{
	const int last = s->nsteps - 1;
	struct buffer *scratch = NULL;
	slide_join(s->steps[last].slide, slide);
	s->steps[last].slide = slide;
	for (int i = 0; i < s->nbindings; i++) {
		if (s->bindings[i].buffer == buffer)
			s->bindings[i--] = s->bindings[--s->nbindings];
		else if (s->bindings[i].step == last && s->bindings[i].slot == SLOT_SCRATCH)
			scratch = &s->buffers[s->bindings[i].buffer];
	}
	s->buffers[buffer].first = s->buffers[buffer].last = -1;
	if (scratch != NULL)
		scratch->bytes = (slide_scratch(slide) + LINE - 1) / LINE * LINE;
	else
		script_bind(s, last, SLOT_SCRATCH, script_buffer(s, slide_scratch(slide)));
	return last;
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

static int
point(struct script *s, const struct binding *d, void *at, struct err *e)
{
	const struct step *step = &s->steps[d->step];
	if (step->slide != NULL)
		slide_point(step->slide, d->slot, at);
	else if (!primitive_point(step->primitive, d->slot, at))
		return err_set(e, ERR_DATA, "oneDNN does not take its memory (%s slot %d)", primitive_name(step->primitive), d->slot);
	return 0;
}

int
script_place(struct script *s, void *block, struct err *e)
{
	if (s->placed == block && block != NULL)
		return 0;
	for (int i = 0; i < s->nbindings; i++) {
		const struct buffer *b = &s->buffers[s->bindings[i].buffer];
		if (is_placed(b) && point(s, &s->bindings[i], (char *)block + b->at, e) != 0)
			return -1;
	}
	s->placed = block;
	return 0;
}

int
script_run(struct script *s, const float *const *in, float *const *out, struct err *e)
{
	for (int i = 0; i < s->nbindings; i++) {
		const struct buffer *b = &s->buffers[s->bindings[i].buffer];
		/* the library's interface has no const; sources are not written to */
		void *at = b->input != BUFFER_NONE ? (void *)(uintptr_t)in[b->input] : b->output != BUFFER_NONE ? out[b->output] : NULL;
		if (at != NULL && point(s, &s->bindings[i], at, e) != 0)
			return -1;
	}
	for (int i = 0; i < s->nsteps; i++) {
		const struct step *step = &s->steps[i];
		if (step->slide != NULL)
			slide_run(step->slide);
		else if (!primitive_run(step->primitive))
			return err_set(e, ERR_DATA, "oneDNN fails in step %d (%s)", i + 1, primitive_name(step->primitive));
	}
	return 0;
}

void
script_free(struct script *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < s->nsteps; i++) {
		primitive_free(s->steps[i].primitive);
		slide_free(s->steps[i].slide);
	}
	free(s->steps);
	free(s->buffers);
	free(s->bindings);
	free(s->shapes);
	free(s);
}
