/*
 * From a region to a script.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/script_parts.h"

int
script_fail(struct maker *m, const char *what)
{
	static const char *const names[] = {
		[REGION_CONV] = "convolution", [REGION_MAXPOOL] = "pool", [REGION_AVGPOOL] = "pool", [REGION_GLOBALPOOL] = "pool",
		[REGION_RESIZE] = "resizing", [REGION_ACT] = "function", [REGION_ADD] = "sum", [REGION_MUL] = "product",
		[REGION_CONCAT] = "concatenation", [REGION_SLICE] = "slice"
	};
	const char *name = m->op < m->region->nops ? names[m->region->ops[m->op].kind] : "output";
	return err_set(m->e, ERR_DATA, "oneDNN %s cannot do a %s (%s)", onednn_version(), name, what);
}

void
script_settle(struct maker *m, int value, struct layout *l, int buffer)
{
	for (int i = 0; i < PLACES; i++) {
		if (m->places[value][i].layout == NULL) {
			m->places[value][i] = (struct place) { l, buffer };
			return;
		}
	}
	layout_free(l);	/* it will be converted again should it be wanted again */
}

static const struct layout *
layout_of_value(const struct maker *m, int value)
{
	return m->places[value][0].layout;
}

/* Appends a conversion; the buffer that it makes, which the caller settles or not. */
static int
convert(struct maker *m, const struct layout *from, int buffer, const struct layout *to, int into)
{
	int p = script_add(m->script, primitive_reorder(m->engine, from, to));
	if (p < 0)
		return script_fail(m, "layout");
	script_bind(m->script, p, SLOT_SOURCE, buffer);
	script_bind(m->script, p, SLOT_RESULT, into);
	return 0;
}

int
script_value_in(struct maker *m, int value, const struct layout *wanted)
{
	for (int i = 0; i < PLACES && m->places[value][i].layout != NULL; i++)
		if (layout_same(m->places[value][i].layout, wanted))
			return m->places[value][i].buffer;
	int into = script_buffer(m->script, layout_bytes(wanted));
	struct layout *copy = layout_copy(wanted);
	if (copy == NULL || convert(m, layout_of_value(m, value), m->places[value][0].buffer, wanted, into) != 0) {
		layout_free(copy);
		return -1;
	}
	script_settle(m, value, copy, into);
	return into;
}

/* Binds a new primitive's result as the value. Takes p; -1: there is none. */
static int
make_value(struct maker *m, struct primitive *p, int value, int buffer)
{
	int at = script_add(m->script, p);
	if (at < 0)
		return script_fail(m, "primitive");
	const struct layout *l = primitive_layout(p, SLOT_RESULT);
	struct layout *copy = l != NULL ? layout_copy(l) : NULL;
	if (copy == NULL)
		return script_fail(m, "result");
	if (buffer == BUFFER_NONE)
		buffer = script_buffer(m->script, layout_bytes(l));
	script_bind(m->script, at, SLOT_RESULT, buffer);
	script_settle(m, value, copy, buffer);
	return at;
}

/* ---- convolutions ---- */

static bool
is_same(const int64_t a[4], const int64_t b[4])
{
	return memcmp(a, b, 4 * sizeof *a) == 0;
}

/*
 * The primitive that the library likes best. Where that wants its input in another layout than it lies in, and the same
 * primitive takes it as it lies (channels of a larger value), it is spared the conversion.
 */
static struct primitive *
best_conv(struct maker *m, const struct region_op *op, const int64_t *made, bool added)
{
	const int64_t *in = m->script->shapes[op->in[0]];
	const struct layout *lies = layout_of_value(m, op->in[0]);
	struct layout *from = layout_any(in, m->type), *to = layout_any(made, m->type);
	struct primitive *p = NULL, *q = NULL;
	if (from != NULL && to != NULL)
		p = primitive_conv(m->engine, op, in, made, from, to, m->type, added);
	if (p != NULL && !layout_same(primitive_layout(p, SLOT_SOURCE), lies))
		q = primitive_conv(m->engine, op, in, made, lies, primitive_layout(p, SLOT_RESULT), m->type, added);
	if (q != NULL && strcmp(primitive_name(p), primitive_name(q)) == 0) {
		struct primitive *swap = p;
		p = q;
		q = swap;
	}
	primitive_free(q);
	layout_free(from);
	layout_free(to);
	return p;
}

static bool
point_weights(struct maker *m, const struct region_op *op, struct primitive *p)
{
	struct layout *plain = layout_weights(op, m->script->shapes[op->in[0]][1]);
	void *w = plain == NULL ? NULL : weights_get(m->weights, m->engine, op->weights, plain, primitive_layout(p, SLOT_WEIGHTS));
	layout_free(plain);
	return w != NULL && primitive_point(p, SLOT_WEIGHTS, w)
		&& (op->bias == NULL || primitive_point(p, SLOT_BIAS, op->bias));
}

/* The buffer for a result that starts as the residual: the residual's own where nobody needs that any more, else a copy. */
static int
residual_buffer(struct maker *m, const struct region_op *op, const struct layout *wanted)
{
	int value = op->residual;
	const struct place *own = &m->places[value][0];
	if (layout_same(own->layout, wanted) && m->last_use[value] == m->op && m->shared[value] == 0 && op->in[0] != value)
		return own->buffer;
	int into = script_buffer(m->script, layout_bytes(wanted));
	return convert(m, own->layout, own->buffer, wanted, into) == 0 ? into : -1;
}

static int
make_conv(struct maker *m, const struct region_op *op, const int64_t *made, int residual, int value)
{
	struct primitive *p = best_conv(m, op, made, residual != REGION_NONE);
	int into = BUFFER_NONE;
	if (p == NULL)
		return script_fail(m, "primitive");
	int from = script_value_in(m, op->in[0], primitive_layout(p, SLOT_SOURCE));
	if (from >= 0 && residual != REGION_NONE)
		into = residual_buffer(m, op, primitive_layout(p, SLOT_RESULT));
	if (from < 0 || (residual != REGION_NONE && into < 0)) {
		primitive_free(p);
		return -1;
	}
	if (!point_weights(m, op, p)) {
		primitive_free(p);
		return script_fail(m, "weights");
	}
	int at = make_value(m, p, value, into);
	if (at < 0)
		return -1;
	script_bind(m->script, at, SLOT_SOURCE, from);
	return 0;
}

/* ---- the others ---- */

/* How the value lies, if by itself; else as it would then. New memory. */
static struct layout *
own_layout(const struct maker *m, int value)
{
	const int64_t *shape = m->script->shapes[value];
	const struct layout *lies = layout_of_value(m, value);
	size_t first, step;
	if (!m->is_part[value])
		return layout_copy(lies);
	return layout_pixels(lies, &first, &step) ? layout_last(shape, m->type) : layout_plain(shape, m->type);
}

/* Of the same shape: both lie as the first does, which is no part of something if one of them is not. */
static int
make_pair(struct maker *m, enum region_op_kind kind, struct act act, int a, int b, int value)
{
	const int64_t *out = m->script->shapes[value];
	bool same = is_same(m->script->shapes[a], m->script->shapes[b]);
	if (!is_same(m->script->shapes[a], out) || (same && m->is_part[a])) {
		int swap = a;
		a = b;
		b = swap;
	}
	struct layout *la = own_layout(m, a), *lb = same && la != NULL ? layout_copy(la) : own_layout(m, b);
	struct layout *to = layout_any(out, m->type);
	int at = -1, from[2] = { -1, -1 };
	if (la != NULL && lb != NULL && to != NULL) {
		from[0] = script_value_in(m, a, la);
		from[1] = script_value_in(m, b, lb);
	}
	if (from[0] >= 0 && from[1] >= 0)
		at = make_value(m, primitive_pair(m->engine, kind, act, la, lb, to), value, BUFFER_NONE);
	layout_free(la);
	layout_free(lb);
	layout_free(to);
	if (at < 0)
		return -1;
	script_bind(m->script, at, SLOT_SOURCE, from[0]);
	script_bind(m->script, at, SLOT_SECOND, from[1]);
	return 0;
}

static int
make_window(struct maker *m, const struct region_op *op)
{
	const int64_t *in = m->script->shapes[op->in[0]], *out = m->script->shapes[op->out];
	if (script_is_slide(m, op, out))
		return script_make_slide(m, op);
	const struct layout *from = layout_of_value(m, op->in[0]);
	struct layout *to = layout_any(out, m->type);
	struct primitive *p = to == NULL ? NULL : op->kind == REGION_RESIZE ? primitive_resize(m->engine, from, to)
		: primitive_pool(m->engine, op, in, out, from, to);
	layout_free(to);
	int at = make_value(m, p, op->out, BUFFER_NONE);
	if (at < 0)
		return -1;
	script_bind(m->script, at, SLOT_SOURCE, m->places[op->in[0]][0].buffer);
	return 0;
}

/* The result lies as the input does, which therefore must not be a part of something. */
static int
make_act(struct maker *m, const struct region_op *op)
{
	int in = op->in[0], from;
	struct layout *l = own_layout(m, in);
	if (l == NULL)
		return script_fail(m, "layout");
	from = script_value_in(m, in, l);
	int at = from < 0 ? -1 : make_value(m, primitive_act(m->engine, op->act, l), op->out, BUFFER_NONE);
	layout_free(l);
	if (at < 0)
		return -1;
	script_bind(m->script, at, SLOT_SOURCE, from);
	return 0;
}

static int
make_concat(struct maker *m, const struct region_op *op)
{
	if (script_has_parts(m, op->out))
		return script_make_whole(m, op);
	const struct layout **parts = mem_array((size_t)op->nin, sizeof *parts);
	for (int i = 0; i < op->nin; i++)
		parts[i] = layout_of_value(m, op->in[i]);
	struct primitive *p = primitive_concat(m->engine, parts, op->nin, NULL);
	free(parts);
	int at = make_value(m, p, op->out, BUFFER_NONE);
	if (at < 0)
		return -1;
	for (int i = 0; i < op->nin; i++)
		script_bind(m->script, at, SLOT_PART + i, m->places[op->in[i]][0].buffer);
	return 0;
}

/* Nothing moves where the library can speak of some of a value's channels; else the value is laid out so that it can. */
static int
make_slice(struct maker *m, const struct region_op *op)
{
	const int64_t *out = m->script->shapes[op->out];
	int in = op->in[0], buffer = m->places[in][0].buffer;
	struct layout *part = layout_channels(layout_of_value(m, in), out, op->first);
	if (part == NULL) {
		struct layout *plain = layout_plain(m->script->shapes[in], m->type);
		buffer = plain == NULL ? -1 : script_value_in(m, in, plain);
		part = buffer < 0 ? NULL : layout_channels(plain, out, op->first);
		layout_free(plain);
	}
	if (part == NULL)
		return script_fail(m, "part");
	m->shared[in]++;
	m->shared[op->out]++;
	m->is_part[op->out] = true;
	m->homes[op->out].used = m->homes[in].used && m->homes[op->out].whole == m->homes[in].whole
		&& m->homes[op->out].first == m->homes[in].first + op->first;
	script_settle(m, op->out, part, buffer);
	return 0;
}

/* Not with the library's plain reference, which is a hundred times slower: some kernels know no activation before the sum. */
static bool
can_add(struct maker *m, const struct region_op *op, const int64_t *made)
{
	struct primitive *p = best_conv(m, op, made, true);
	bool fast = p != NULL && strncmp(primitive_name(p), "ref", 3) != 0;
	primitive_free(p);
	return fast;
}

/*
 * A convolution with what is added to it. Only where both are of the same shape can the library do that in one; else the
 * convolution's own result is a value that the region knows nothing of, behind all others.
 */
static int
make_residual(struct maker *m, const struct region_op *op)
{
	const int alone = m->region->nvalues;
	int64_t *made = m->script->shapes[alone];
	if (region_conv_shape(op, m->script->shapes[op->in[0]], made, m->e) != 0)
		return -1;
	if (script_is_slide(m, op, made))
		return script_make_slide(m, op);
	if (op->residual == REGION_NONE || (is_same(made, m->script->shapes[op->residual]) && can_add(m, op, made)))
		return make_conv(m, op, made, op->residual, op->out);
	for (int i = 0; i < PLACES; i++) {
		layout_free(m->places[alone][i].layout);
		m->places[alone][i].layout = NULL;
	}
	if (make_conv(m, op, made, REGION_NONE, alone) != 0)
		return -1;
	return make_pair(m, REGION_ADD, op->last, alone, op->residual, op->out);
}

static int
make_op(struct maker *m)
{
	const struct region_op *op = &m->region->ops[m->op];
	switch (op->kind) {
	case REGION_CONV:
		break;
	case REGION_MAXPOOL:
	case REGION_AVGPOOL:
	case REGION_GLOBALPOOL:
	case REGION_RESIZE:
		return make_window(m, op);
	case REGION_ACT:
		return make_act(m, op);
	case REGION_ADD:
	case REGION_MUL:
		return make_pair(m, op->kind, op->act, op->in[0], op->in[1], op->out);
	case REGION_CONCAT:
		return make_concat(m, op);
	case REGION_SLICE:
		return make_slice(m, op);
	}
	return make_residual(m, op);
}

/* ---- borders ---- */

static int
make_inputs(struct maker *m)
{
	for (int i = 0; i < m->region->ninputs; i++) {
		int v = m->region->inputs[i], buffer = script_buffer(m->script, 0);
		struct layout *l = layout_plain(m->script->shapes[v], LAYOUT_F32), *own;
		if (l == NULL)
			return script_fail(m, "input");
		m->script->buffers[buffer].input = i;
		m->shared[v]++;		/* the caller's memory is not written to */
		if (m->type == LAYOUT_F32) {
			script_settle(m, v, l, buffer);
			continue;
		}
		own = layout_plain(m->script->shapes[v], m->type);
		int into = own == NULL ? -1 : script_buffer(m->script, layout_bytes(own));
		if (own == NULL || convert(m, l, buffer, own, into) != 0) {
			layout_free(l);
			layout_free(own);
			return -1;
		}
		layout_free(l);
		script_settle(m, v, own, into);
	}
	return 0;
}

static int
make_outputs(struct maker *m)
{
	for (int i = 0; i < m->region->noutputs; i++) {
		const struct region_output *o = &m->region->outputs[i];
		const int64_t *shape = m->script->shapes[o->value];
		struct layout *l = o->rows ? layout_last(shape, LAYOUT_F32) : layout_plain(shape, LAYOUT_F32);
		int into = script_buffer(m->script, 0);
		m->script->buffers[into].output = i;
		int r = l == NULL ? -1 : convert(m, layout_of_value(m, o->value), m->places[o->value][0].buffer, l, into);
		layout_free(l);
		if (r != 0)
			return -1;
	}
	return 0;
}

static void
use(struct maker *m, int value, int op)
{
	m->last_use[value] = op;
	m->uses[value]++;
}

static void
find_uses(struct maker *m)
{
	const struct region *r = m->region;
	for (int i = 0; i < r->nops; i++) {
		for (int k = 0; k < r->ops[i].nin; k++)
			use(m, r->ops[i].in[k], i);
		if (r->ops[i].residual != REGION_NONE)
			use(m, r->ops[i].residual, i);
	}
	for (int i = 0; i < r->noutputs; i++)
		use(m, r->outputs[i].value, r->nops);
}

static int
make_all(struct maker *m)
{
	find_uses(m);
	script_find_homes(m);
	if (make_inputs(m) != 0)
		return -1;
	for (m->op = 0; m->op < m->region->nops; m->op++)
		if (make_op(m) != 0)
			return -1;
	return make_outputs(m);
}

struct script *
script_new(const struct region *r, const int64_t (*in)[4], struct engine *g, enum layout_type type, struct weights *w,
	struct err *e)
{
	struct script *s = mem_alloc(sizeof *s);
	size_t n = (size_t)r->nvalues + 1;
	struct maker m = { .region = r, .script = s, .engine = g, .type = type, .weights = w, .e = e };
	m.rows = type == LAYOUT_F32 ? slide_rows() : NULL;
	s->shapes = mem_array(n, sizeof *s->shapes);
	m.places = mem_array(n, sizeof *m.places);
	m.last_use = mem_array(n, sizeof *m.last_use);
	m.uses = mem_array(n, sizeof *m.uses);
	m.homes = mem_array(n, sizeof *m.homes);
	m.wholes = mem_array(n, sizeof *m.wholes);
	for (size_t i = 0; i < n; i++)
		m.homes[i].whole = REGION_NONE;
	m.made_by = mem_array(n, sizeof *m.made_by);
	memset(m.made_by, -1, n * sizeof *m.made_by);
	m.shared = mem_array(n, sizeof *m.shared);
	m.is_part = mem_array(n, sizeof *m.is_part);
	for (int i = 0; i < r->ninputs; i++)
		memcpy(s->shapes[r->inputs[i]], in[i], sizeof in[i]);
	int rc = region_shapes(r, s->shapes, e) == 0 ? make_all(&m) : -1;
	if (rc == 0)
		script_arrange(s);
	for (size_t i = 0; i < n; i++) {
		layout_free(m.wholes[i].layout);
		for (int k = 0; k < PLACES; k++)
			layout_free(m.places[i][k].layout);
	}
	free(m.places);
	free(m.last_use);
	free(m.uses);
	free(m.made_by);
	free(m.homes);
	free(m.wholes);
	free(m.shared);
	free(m.is_part);
	if (rc == 0)
		return s;
	script_free(s);
	return NULL;
}
