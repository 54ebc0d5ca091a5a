/*
 * Scripts on bytes. All values lie with channels last, which is what the library's kernels for bytes want: nothing but the
 * border of the region is ever converted, unless an operation is done in single precision between two on bytes.
 */
#include "fast/script_int8.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/onednn_int8.h"

enum { AS_FLOATS, AS_BYTES, WAYS };

static const struct steps floats = { 1, 0 };	/* of what is in single precision */

/* Where a value lies in each way; buffer BUFFER_NONE: it does not. */
struct spot {
	struct layout *layout;
	int buffer;
};

struct maker {
	const struct region *region;
	const struct quant *quant;
	struct script *script;
	struct engine *engine;
	struct weights *weights;
	struct spot (*spots)[WAYS];	/* of each value */
	int *last_use;			/* of each value: the last operation that takes it; nops for outputs */
	int op;
	struct err *e;
};

static int
fail(const struct maker *m, const char *what)
{
	return err_set(m->e, ERR_DATA, "oneDNN %s cannot do operation %d of a region on bytes (%s)", onednn_version(), m->op + 1, what);
}

static struct layout *
layout_for(const struct maker *m, int value, int way)
{
	return layout_last(m->script->shapes[value], way == AS_BYTES ? LAYOUT_U8 : LAYOUT_F32);
}

/* Room for the value, which is about to be made. Its layout, or NULL. */
static const struct layout *
make_room(struct maker *m, int value, int way)
{
	struct spot *s = &m->spots[value][way];
	s->layout = layout_for(m, value, way);
	if (s->layout != NULL)
		s->buffer = script_buffer(m->script, layout_bytes(s->layout));
	return s->layout;
}

/* Appends a step; 0 or -1. */
static int
add(struct maker *m, struct primitive *p, int from, int into)
{
	int at = script_add(m->script, p);
	if (at < 0)
		return fail(m, "primitive");
	script_bind(m->script, at, SLOT_SOURCE, from);
	script_bind(m->script, at, SLOT_RESULT, into);
	return at;
}

/* The value that way, converted if need be. */
static const struct spot *
value_as(struct maker *m, int value, int way)
{
	const struct spot *s = &m->spots[value][way], *other = &m->spots[value][1 - way];
	const struct steps steps = m->quant->values[value].steps;
	if (s->buffer != BUFFER_NONE)
		return s;
	if (make_room(m, value, way) == NULL) {
		fail(m, "layout");
		return NULL;
	}
	struct primitive *p = way == AS_BYTES ? primitive_quantise(m->engine, other->layout, s->layout, steps)
		: primitive_dequantise(m->engine, other->layout, s->layout, steps);
	return add(m, p, other->buffer, s->buffer) < 0 ? NULL : s;
}

static int
way_of(const struct maker *m, int value)
{
	return m->quant->values[value].bytes ? AS_BYTES : AS_FLOATS;
}

/* ---- convolutions ---- */

static bool
point_weights(struct maker *m, const struct region_op *op, const struct quant_op *q, struct primitive *p)
{
	struct layout *plain = layout_weights8(op, m->script->shapes[op->in[0]][1]);
	void *w = plain == NULL ? NULL : weights_get(m->weights, m->engine, q->weights, plain, primitive_layout(p, SLOT_WEIGHTS));
	layout_free(plain);
	return w != NULL && primitive_point(p, SLOT_WEIGHTS, w)
		&& (op->bias == NULL || primitive_point(p, SLOT_BIAS, q->bias));
}

/* The buffer for a result that starts as the residual: its own where nobody needs that any more, else a copy. */
static int
residual_buffer(struct maker *m, const struct region_op *op)
{
	const struct spot *s = value_as(m, op->residual, AS_BYTES);
	if (s == NULL)
		return -1;
	if (m->last_use[op->residual] == m->op && op->in[0] != op->residual)
		return s->buffer;
	int into = script_buffer(m->script, layout_bytes(s->layout));
	return add(m, primitive_reorder(m->engine, s->layout, s->layout), s->buffer, into) < 0 ? -1 : into;
}

static struct primitive *
conv_to(const struct maker *m, const struct region_op *op, const struct conv_scales *scales, const int64_t made[4],
	const struct layout *to, bool added)
{
	const struct spot *in = &m->spots[op->in[0]][AS_BYTES];
	return primitive_conv8(m->engine, op, scales, m->script->shapes[op->in[0]], made, in->layout, to, added);
}

/* Appends the convolution. Takes p; NULL: the library cannot. */
static int
add_conv(struct maker *m, const struct region_op *op, const struct quant_op *q, struct primitive *p, int into)
{
	if (p == NULL)
		return fail(m, "convolution");
	if (!point_weights(m, op, q, p)) {
		primitive_free(p);
		return fail(m, "weights");
	}
	return add(m, p, m->spots[op->in[0]][AS_BYTES].buffer, into) < 0 ? -1 : 0;
}

static int
make_alone(struct maker *m, const struct region_op *op, const struct quant_op *q, const struct conv_scales *scales)
{
	const int way = way_of(m, op->out);
	const struct layout *to = make_room(m, op->out, way);
	if (to == NULL)
		return fail(m, "layout");
	return add_conv(m, op, q, conv_to(m, op, scales, m->script->shapes[op->out], to, false), m->spots[op->out][way].buffer);
}

/* Can the sum be the convolution's own? The library's kernels mix up two curves, one before and one after it. */
static bool
can_add(const struct maker *m, const struct region_op *op, const int64_t made[4])
{
	const struct quant_value *values = m->quant->values;
	bool curved = op->act.kind != ACT_NONE && op->last.kind != ACT_NONE && op->last.kind != ACT_RELU;
	return values[op->out].bytes && values[op->residual].bytes && !curved
		&& memcmp(made, m->script->shapes[op->residual], 4 * sizeof *made) == 0;
}

/* With the sum in one. 1: done; 0: not so, or only with the library's plain reference, which is a hundred times slower. */
static int
make_added(struct maker *m, const struct region_op *op, const struct quant_op *q, struct conv_scales scales, const int64_t made[4])
{
	struct layout *to = layout_for(m, op->out, AS_BYTES);
	scales.residual = m->quant->values[op->residual].steps;
	struct primitive *p = to == NULL ? NULL : conv_to(m, op, &scales, made, to, true);
	if (p == NULL || strncmp(primitive_name(p), "ref", 3) == 0) {
		primitive_free(p);
		layout_free(to);
		return 0;
	}
	int into = residual_buffer(m, op);
	if (into < 0) {
		primitive_free(p);
		layout_free(to);
		return -1;
	}
	m->spots[op->out][AS_BYTES] = (struct spot) { to, into };
	return add_conv(m, op, q, p, into) != 0 ? -1 : 1;
}

/* Where the sum has to be apart, the convolution's own result is in single precision: nobody saw its range. */
static int
make_apart(struct maker *m, const struct region_op *op, const struct quant_op *q, struct conv_scales scales, const int64_t made[4])
{
	const struct spot *other = value_as(m, op->residual, AS_FLOATS);
	const struct layout *to = make_room(m, op->out, AS_FLOATS);
	struct layout *alone = layout_last(made, LAYOUT_F32);
	int at = -1;
	scales.out = floats;
	if (other == NULL || to == NULL || alone == NULL)
		goto out;
	int into = script_buffer(m->script, layout_bytes(alone));
	if (add_conv(m, op, q, conv_to(m, op, &scales, made, alone, false), into) != 0)
		goto out;
	at = add(m, primitive_pair(m->engine, REGION_ADD, op->last, alone, other->layout, to), into,
		m->spots[op->out][AS_FLOATS].buffer);
	if (at >= 0)
		script_bind(m->script, at, SLOT_SECOND, other->buffer);
out:
	layout_free(alone);
	return at < 0 ? -1 : 0;
}

static int
make_conv(struct maker *m, const struct region_op *op, const struct quant_op *q)
{
	const struct quant_value *values = m->quant->values;
	const struct conv_scales scales = { .in = values[op->in[0]].steps, .out = values[op->out].steps, .weights = q->scales };
	int64_t made[4];
	if (value_as(m, op->in[0], AS_BYTES) == NULL || region_conv_shape(op, m->script->shapes[op->in[0]], made, m->e) != 0)
		return -1;
	if (op->residual == REGION_NONE)
		return make_alone(m, op, q, &scales);
	int done = can_add(m, op, made) ? make_added(m, op, q, scales, made) : 0;
	return done != 0 ? (done < 0 ? -1 : 0) : make_apart(m, op, q, scales, made);
}

/* ---- the others ---- */

static int
make_concat(struct maker *m, const struct region_op *op, int way)
{
	const struct layout **parts = mem_array((size_t)op->nin, sizeof *parts);
	const struct layout *to = make_room(m, op->out, way);
	bool ok = to != NULL;
	for (int i = 0; i < op->nin && ok; i++) {
		const struct spot *s = value_as(m, op->in[i], way);
		ok = s != NULL;
		parts[i] = ok ? s->layout : NULL;
	}
	int at = ok ? script_add(m->script, primitive_concat(m->engine, parts, op->nin, to)) : -1;
	free(parts);
	if (at < 0)
		return fail(m, "concatenation");
	for (int i = 0; i < op->nin; i++)
		script_bind(m->script, at, SLOT_PART + i, m->spots[op->in[i]][way].buffer);
	script_bind(m->script, at, SLOT_RESULT, m->spots[op->out][way].buffer);
	return 0;
}

static int
make_slice(struct maker *m, const struct region_op *op, const struct spot *in, const struct spot *out)
{
	struct layout *part = layout_channels(in->layout, m->script->shapes[op->out], op->first);
	int rc = part == NULL ? fail(m, "part") : add(m, primitive_reorder(m->engine, part, out->layout), in->buffer, out->buffer);
	layout_free(part);
	return rc < 0 ? -1 : 0;
}

static int
make_pair(struct maker *m, const struct region_op *op)
{
	const int64_t (*shapes)[4] = (const int64_t (*)[4])m->script->shapes;
	int a = op->in[0], b = op->in[1];
	if (memcmp(shapes[a], shapes[op->out], sizeof shapes[a]) != 0) {
		a = op->in[1];
		b = op->in[0];
	}
	const struct spot *sa = value_as(m, a, AS_FLOATS), *sb = value_as(m, b, AS_FLOATS);
	const struct layout *to = make_room(m, op->out, AS_FLOATS);
	if (sa == NULL || sb == NULL || to == NULL)
		return -1;
	int at = add(m, primitive_pair(m->engine, op->kind, op->act, sa->layout, sb->layout, to), sa->buffer,
		m->spots[op->out][AS_FLOATS].buffer);
	if (at < 0)
		return -1;
	script_bind(m->script, at, SLOT_SECOND, sb->buffer);
	return 0;
}

/* Of one value, done in the one way or the other. */
static int
make_single(struct maker *m, const struct region_op *op, int way)
{
	const int64_t *shape = m->script->shapes[op->in[0]], *made = m->script->shapes[op->out];
	const struct spot *in = value_as(m, op->in[0], way), *out = &m->spots[op->out][way];
	struct primitive *p;
	if (in == NULL || make_room(m, op->out, way) == NULL)
		return -1;
	if (op->kind == REGION_SLICE)
		return make_slice(m, op, in, out);
	if (op->kind == REGION_RESIZE)
		p = primitive_resize(m->engine, in->layout, out->layout);
	else if (op->kind == REGION_ACT)
		p = primitive_act(m->engine, op->act, in->layout);
	else
		p = primitive_pool(m->engine, op, shape, made, in->layout, out->layout);
	return add(m, p, in->buffer, out->buffer) < 0 ? -1 : 0;
}

static int
make_op(struct maker *m)
{
	const struct region_op *op = &m->region->ops[m->op];
	const struct quant_op *q = &m->quant->ops[m->op];
	const int way = q->bytes ? AS_BYTES : AS_FLOATS;
	switch (op->kind) {
	case REGION_CONV:
		return make_conv(m, op, q);
	case REGION_CONCAT:
		return make_concat(m, op, way);
	case REGION_ADD:
	case REGION_MUL:
		return make_pair(m, op);
	case REGION_MAXPOOL:
	case REGION_AVGPOOL:
	case REGION_GLOBALPOOL:
	case REGION_RESIZE:
	case REGION_ACT:
	case REGION_SLICE:
		break;
	}
	return make_single(m, op, way);
}

/* ---- borders ---- */

/* An input is in the caller's memory, as rows of planes; it is wanted with channels last. */
static int
make_inputs(struct maker *m)
{
	for (int i = 0; i < m->region->ninputs; i++) {
		int v = m->region->inputs[i], way = way_of(m, v), buffer = script_buffer(m->script, 0);
		struct layout *l = layout_plain(m->script->shapes[v], LAYOUT_F32);
		const struct layout *to = make_room(m, v, way);
		m->script->buffers[buffer].input = i;
		int rc = l == NULL || to == NULL ? fail(m, "input")
			: add(m, primitive_quantise(m->engine, l, to, m->quant->values[v].steps), buffer, m->spots[v][way].buffer);
		layout_free(l);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
make_outputs(struct maker *m)
{
	for (int i = 0; i < m->region->noutputs; i++) {
		const struct region_output *o = &m->region->outputs[i];
		const int64_t *shape = m->script->shapes[o->value];
		const struct spot *s = &m->spots[o->value][AS_FLOATS];
		struct layout *l = o->rows ? layout_last(shape, LAYOUT_F32) : layout_plain(shape, LAYOUT_F32);
		struct steps steps = floats;
		if (s->buffer == BUFFER_NONE) {
			s = &m->spots[o->value][AS_BYTES];
			steps = m->quant->values[o->value].steps;
		}
		int into = script_buffer(m->script, 0);
		m->script->buffers[into].output = i;
		int rc = l == NULL ? fail(m, "output") : add(m, primitive_dequantise(m->engine, s->layout, l, steps), s->buffer, into);
		layout_free(l);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static void
find_uses(struct maker *m)
{
	const struct region *r = m->region;
	for (int i = 0; i < r->nops; i++) {
		for (int k = 0; k < r->ops[i].nin; k++)
			m->last_use[r->ops[i].in[k]] = i;
		if (r->ops[i].residual != REGION_NONE)
			m->last_use[r->ops[i].residual] = i;
	}
	for (int i = 0; i < r->noutputs; i++)
		m->last_use[r->outputs[i].value] = r->nops;
}

static int
make_all(struct maker *m)
{
	find_uses(m);
	if (make_inputs(m) != 0)
		return -1;
	for (m->op = 0; m->op < m->region->nops; m->op++)
		if (make_op(m) != 0)
			return -1;
	return make_outputs(m);
}

struct script *
script_new_int8(const struct region *r, const struct quant *q, const int64_t (*in)[4], struct engine *g, struct weights *w,
	struct err *e)
{
	struct script *s = mem_alloc(sizeof *s);
	size_t n = (size_t)r->nvalues;
	struct maker m = { .region = r, .quant = q, .script = s, .engine = g, .weights = w, .e = e };
	/* one more, as script_new has it */
	s->shapes = mem_array(n + 1, sizeof *s->shapes);
	m.spots = mem_array(n, sizeof *m.spots);
	m.last_use = mem_array(n, sizeof *m.last_use);
	for (size_t i = 0; i < n; i++)
		m.spots[i][AS_FLOATS].buffer = m.spots[i][AS_BYTES].buffer = BUFFER_NONE;
	for (int i = 0; i < r->ninputs; i++)
		memcpy(s->shapes[r->inputs[i]], in[i], sizeof in[i]);
	int rc = region_shapes(r, s->shapes, e) == 0 ? make_all(&m) : -1;
	if (rc == 0)
		script_arrange(s);
	for (size_t i = 0; i < n; i++)
		for (int way = 0; way < WAYS; way++)
			layout_free(m.spots[i][way].layout);
	free(m.spots);
	free(m.last_use);
	if (rc == 0)
		return s;
	script_free(s);
	return NULL;
}
