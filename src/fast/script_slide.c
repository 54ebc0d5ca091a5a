/*
 * From a region to a script: what our own kernels do. They take and make values channels last; what is part of a concatenation
 * they write to its channels of that, and what passes between two of them for nobody else need not be written at all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/script_parts.h"

static const struct layout *
layout_of_value(const struct maker *m, int value)
{
	return m->places[value][0].layout;
}

/* ---- operations ---- */

/* As it lies, where that is as our kernels take it; else they are given it channels last. New memory. */
static struct layout *
wanted_layout(const struct maker *m, const struct region_op *op, int value)
{
	const int64_t *shape = m->script->shapes[value];
	const struct layout *lies = layout_of_value(m, value);
	size_t first, step;
	struct layout *plain = layout_plain(shape, LAYOUT_F32);
	bool fits = layout_pixels(lies, &first, &step) || (plain != NULL && layout_same(lies, plain) && slide_planes(op, shape));
	layout_free(plain);
	return fits ? layout_copy(lies) : layout_last(shape, LAYOUT_F32);
}

/*
 * Is what comes in made by the last step for nobody else, so that the two can be run as one? It is worth it where the value would
 * not stay in the second cache, as long as all that is kept of the values between does.
 */
static bool
joins(const struct maker *m, const struct region_op *op)
{
	enum { FLOATS_LEAST = 1 << 18, BYTES_MOST = 1 << 17 };
	const struct script *s = m->script;
	const int in = op->in[0], last = s->nsteps - 1;
	const int64_t *shape = s->shapes[in];
	if (m->uses[in] != 1 || m->made_by[in] < 0 || m->made_by[in] != last || op->kind == REGION_RESIZE)
		return false;
	const struct slide *before = s->steps[last].slide;
	return shape[1] * shape[2] * shape[3] >= FLOATS_LEAST && slide_joins(before) && slide_scratch(before) <= BYTES_MOST;
}

/* Appends the step; its number. */
static int
add_slide(struct maker *m, const struct region_op *op, const struct layout *from, const struct layout *added, const struct layout *to)
{
	const int64_t *in = m->script->shapes[op->in[0]], *out = m->script->shapes[op->out];
	struct layout *plain = layout_plain(in, LAYOUT_F32);
	const float *packed = NULL;
	if (op->kind == REGION_CONV && plain != NULL)
		packed = weights_pack(m->weights, m->rows, op,
			slide_order(m->rows, op, in, slide_planes(op, in) && layout_same(from, plain)));
	layout_free(plain);
	if (op->kind == REGION_CONV && packed == NULL)
		return script_fail(m, "weights");
	struct slide *slide = slide_new(m->rows, op, in, out, from, added, to, packed);
	if (slide == NULL)
		return script_fail(m, "layout");
	return joins(m, op) ? script_join_slide(m->script, slide, m->places[op->in[0]][0].buffer) : script_add_slide(m->script, slide);
}

/* Where to write op's result: among others, if it is wanted there; else a new buffer. The layout is new memory. */
static struct layout *
target(struct maker *m, int value, int *buffer)
{
	struct home *home = &m->homes[value];
	const int64_t *shape = m->script->shapes[value];
	struct layout *part = NULL;
	if (home->whole != REGION_NONE) {
		struct place *whole = &m->wholes[home->whole];
		if (whole->layout == NULL) {
			whole->layout = layout_last(m->script->shapes[home->whole], LAYOUT_F32);
			whole->buffer = whole->layout == NULL ? BUFFER_NONE : script_buffer(m->script, layout_bytes(whole->layout));
		}
		part = whole->layout == NULL ? NULL : layout_channels(whole->layout, shape, home->first);
		*buffer = whole->buffer;
	}
	if (part != NULL) {
		home->used = m->is_part[value] = true;
		m->shared[value]++;
		return part;
	}
	part = layout_last(shape, LAYOUT_F32);
	*buffer = part == NULL ? BUFFER_NONE : script_buffer(m->script, layout_bytes(part));
	return part;
}

int
script_make_slide(struct maker *m, const struct region_op *op)
{
	const int in = op->in[0], residual = op->residual;
	int source = -1, second = -1, into = BUFFER_NONE, at = -1, steps = 0;
	struct layout *from = wanted_layout(m, op, in), *to = target(m, op->out, &into);
	struct layout *added = residual != REGION_NONE ? wanted_layout(m, op, residual) : NULL;
	if (from != NULL && to != NULL && (added != NULL) == (residual != REGION_NONE)) {
		source = script_value_in(m, in, from);
		second = added != NULL ? script_value_in(m, residual, added) : BUFFER_NONE;
		steps = m->script->nsteps;
		at = source < 0 || (added != NULL && second < 0) ? -1 : add_slide(m, op, from, added, to);
	}
	if (at >= 0) {
		if (m->script->nsteps > steps)
			script_bind(m->script, at, SLOT_SOURCE, source);
		script_bind(m->script, at, SLOT_RESULT, into);
		if (added != NULL)
			script_bind(m->script, at, SLOT_SECOND, second);
		m->made_by[op->out] = at;
		script_settle(m, op->out, layout_copy(to), into);
	}
	layout_free(from);
	layout_free(to);
	layout_free(added);
	return at < 0 ? -1 : 0;
}

bool
script_is_slide(const struct maker *m, const struct region_op *op, const int64_t made[4])
{
	/* weights that stay in the second cache while the map goes by; of more the library makes as good use */
	enum { WEIGHTS_MOST = 300000 };
	return m->rows != NULL && slide_can(m->rows, op, m->script->shapes[op->in[0]]) && op->nweights <= WEIGHTS_MOST
		&& (op->residual == REGION_NONE || memcmp(made, m->script->shapes[op->residual], 4 * sizeof *made) == 0);
}

/* ---- concatenations ---- */

/* Copies the part to its channels of the whole. */
static int
copy_part(struct maker *m, const struct place *whole, int value, int first)
{
	const int64_t *shape = m->script->shapes[value];
	size_t unused, step;
	const struct layout *lies = layout_of_value(m, value);
	struct layout *from = layout_pixels(lies, &unused, &step) ? layout_copy(lies) : layout_last(shape, LAYOUT_F32);
	struct layout *to = layout_channels(whole->layout, shape, first);
	int source = from == NULL ? -1 : script_value_in(m, value, from), at = -1;
	if (source >= 0 && to != NULL)
		at = script_add_slide(m->script, slide_new(m->rows, NULL, shape, shape, from, NULL, to, NULL));
	layout_free(from);
	layout_free(to);
	if (at < 0)
		return script_fail(m, "part");
	script_bind(m->script, at, SLOT_SOURCE, source);
	script_bind(m->script, at, SLOT_RESULT, whole->buffer);
	return 0;
}

bool
script_has_parts(const struct maker *m, int value)
{
	return m->wholes[value].layout != NULL;
}

int
script_make_whole(struct maker *m, const struct region_op *op)
{
	const struct place *whole = &m->wholes[op->out];
	for (int i = 0, first = 0; i < op->nin; first += (int)m->script->shapes[op->in[i++]][1]) {
		const struct home *home = &m->homes[op->in[i]];
		bool there = home->used && home->whole == op->out && home->first == first;
		if (!there && copy_part(m, whole, op->in[i], first) != 0)
			return -1;
	}
	m->shared[op->out]++;	/* with its parts, which may be wanted later */
	script_settle(m, op->out, layout_copy(whole->layout), whole->buffer);
	return 0;
}

/* The value is wanted there, unless it is wanted elsewhere already. */
static void
set_home(struct maker *m, int value, int whole, int first)
{
	if (m->homes[value].whole == REGION_NONE)
		m->homes[value] = (struct home) { whole, first, false };
}

/*
 * The parts of a concatenation; and what all of its channels are taken of, in their order, by parts that follow each other: then
 * that one can be written there whole.
 */
static void
find_parts(struct maker *m, const struct region_op *concat, const int *slices)
{
	int of = REGION_NONE, covered = 0, start = 0;
	for (int i = 0, first = 0; i < concat->nin; i++) {
		const int value = concat->in[i], channels = (int)m->script->shapes[value][1];
		const struct region_op *slice = slices[value] < 0 ? NULL : &m->region->ops[slices[value]];
		const int parent = slice != NULL ? slice->in[0] : REGION_NONE, from = slice != NULL ? slice->first : 0;
		set_home(m, value, concat->out, first);
		if (parent == REGION_NONE || parent != of || from != covered) {
			of = parent != REGION_NONE && from == 0 ? parent : REGION_NONE;
			start = first;
			covered = 0;
		}
		covered += channels;
		first += channels;
		if (of != REGION_NONE && covered == (int)m->script->shapes[of][1])
			set_home(m, of, concat->out, start);
	}
}

void
script_find_homes(struct maker *m)
{
	const struct region *r = m->region;
	int *slices = mem_array((size_t)r->nvalues, sizeof *slices);	/* of each value: the operation, where it is a slice */
	for (int i = 0; i < r->nvalues; i++)
		slices[i] = -1;
	for (int i = 0; i < r->nops; i++)
		if (r->ops[i].kind == REGION_SLICE)
			slices[r->ops[i].out] = i;
	for (int i = 0; i < r->nops && m->rows != NULL; i++)
		if (r->ops[i].kind == REGION_CONCAT)
			find_parts(m, &r->ops[i], slices);
	free(slices);
}
