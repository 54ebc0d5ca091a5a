/*
 * Primitives on bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/onednn_int8.h"
#include "fast/onednn_parts.h"

struct layout *
layout_weights8(const struct region_op *op, int64_t channels)
{
	const int64_t plain[4] = { op->channels, channels, op->window.size[0], op->window.size[1] };
	const int64_t grouped[5] = { op->groups, op->channels / op->groups, channels / op->groups, op->window.size[0],
		op->window.size[1] };
	return op->groups > 1 ? layout_tagged(5, grouped, dnnl_s8, dnnl_goihw) : layout_tagged(4, plain, dnnl_s8, dnnl_oihw);
}

/* A convolution that is wanted. */
struct wish {
	const struct region_op *op;
	const struct conv_scales *scales;
	bool added;
};

#if DNNL_VERSION_MAJOR >= 3

static bool
append_conv(dnnl_post_ops_t ops, const struct wish *w)
{
	const struct steps *r = &w->scales->residual;
	return onednn_append_act(ops, w->op->act, 1)
		&& (!w->added || (dnnl_post_ops_append_sum(ops, r->scale, r->zero, dnnl_data_type_undef) == dnnl_success
		&& onednn_append_act(ops, w->op->last, 1)));
}

static bool
is_identity(struct steps s)
{
	return s.scale == 1 && s.zero == 0;
}

/* Announces the steps of that argument, which add_steps gives. */
static bool
set_steps(dnnl_primitive_attr_t attr, int arg, struct steps s)
{
	return is_identity(s) || (dnnl_primitive_attr_set_scales_mask(attr, arg, 0) == dnnl_success
		&& (s.zero == 0 || dnnl_primitive_attr_set_zero_points_mask(attr, arg, 0) == dnnl_success));
}

/* Gives a primitive n numbers, which it keeps. */
static bool
add_numbers(struct primitive *p, struct engine *g, int arg, dnnl_data_type_t type, const void *v, int64_t n)
{
	enum { EACH = 4 };	/* bytes of either type */
	struct layout *l = layout_tagged(1, &n, type, dnnl_a);
	dnnl_memory_t memory = NULL;
	void *at = NULL;
	if (l == NULL || dnnl_memory_create(&memory, DESC(l), g->engine, DNNL_MEMORY_ALLOCATE) != dnnl_success
		|| dnnl_memory_get_data_handle(memory, &at) != dnnl_success) {
		if (memory != NULL)
			dnnl_memory_destroy(memory);
		layout_free(l);
		return false;
	}
	memcpy(at, v, (size_t)n * EACH);
	p->args = mem_resize(p->args, (size_t)p->nargs + 1, sizeof *p->args);
	p->layouts = mem_resize(p->layouts, (size_t)p->nargs + 1, sizeof *p->layouts);
	p->args[p->nargs] = (dnnl_exec_arg_t) { .arg = arg, .memory = memory };
	p->layouts[p->nargs++] = l;
	return true;
}

static bool
add_steps(struct primitive *p, struct engine *g, int arg, struct steps s)
{
	const int32_t zero = s.zero;
	return is_identity(s) || (add_numbers(p, g, DNNL_ARG_ATTR_SCALES | arg, dnnl_f32, &s.scale, 1)
		&& (zero == 0 || add_numbers(p, g, DNNL_ARG_ATTR_ZERO_POINTS | arg, dnnl_s32, &zero, 1)));
}

static bool
set_conv_scales(dnnl_primitive_attr_t attr, const struct wish *w)
{
	/* one for each channel that comes out: the weights' first dimension, or their first two where there are groups */
	const int each = w->op->groups > 1 ? 3 : 1;
	return set_steps(attr, DNNL_ARG_SRC, w->scales->in) && set_steps(attr, DNNL_ARG_DST, w->scales->out)
		&& dnnl_primitive_attr_set_scales_mask(attr, DNNL_ARG_WEIGHTS, each) == dnnl_success;
}

/* Takes p, which may be NULL. */
static struct primitive *
finish_conv(struct primitive *p, struct engine *g, const struct wish *w)
{
	if (p == NULL || (add_steps(p, g, DNNL_ARG_SRC, w->scales->in) && add_steps(p, g, DNNL_ARG_DST, w->scales->out)
		&& add_numbers(p, g, DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, dnnl_f32, w->scales->weights, w->op->channels)))
		return p;
	primitive_free(p);
	return NULL;
}

void
conv8_bias(const struct region_op *op, const struct conv_scales *scales, float *out)
{
	(void)scales;
	memcpy(out, op->bias, (size_t)op->channels * sizeof *out);
}

static bool
set_conversion(dnnl_primitive_attr_t attr, int arg, struct steps s)
{
	return set_steps(attr, arg, s);
}

static struct primitive *
finish_conversion(struct primitive *p, struct engine *g, int arg, struct steps s)
{
	if (p == NULL || add_steps(p, g, arg, s))
		return p;
	primitive_free(p);
	return NULL;
}

#else

static bool
set_zero(dnnl_primitive_attr_t attr, int arg, int zero)
{
	return zero == 0 || dnnl_primitive_attr_set_zero_points(attr, arg, 1, 0, &zero) == dnnl_success;
}

static bool
is_homogeneous(struct act a)
{
	return a.kind == ACT_NONE || a.kind == ACT_RELU;
}

/* Where nothing but a slope comes in between, the result's scale is part of the first ones; else the last function multiplies by it. */
static bool
is_folded(const struct wish *w)
{
	return is_homogeneous(w->op->act) && (!w->added || is_homogeneous(w->op->last));
}

static bool
append_conv(dnnl_post_ops_t ops, const struct wish *w)
{
	const float out = 1 / w->scales->out.scale;
	const bool folded = is_folded(w), ends = !w->added || w->op->last.kind == ACT_NONE;
	if (!onednn_append_act(ops, w->op->act, ends && !folded ? out : 1))
		return false;
	if (!w->added)
		return true;
	float residual = w->scales->residual.scale * (folded || ends ? out : 1);
	return dnnl_post_ops_append_sum_v3(ops, residual, w->scales->residual.zero, dnnl_data_type_undef) == dnnl_success
		&& onednn_append_act(ops, w->op->last, folded ? 1 : out);
}

static bool
set_conv_scales(dnnl_primitive_attr_t attr, const struct wish *w)
{
	const int channels = w->op->channels;
	float *v = mem_array((size_t)channels, sizeof *v);
	for (int i = 0; i < channels; i++)
		v[i] = w->scales->in.scale * w->scales->weights[i] / (is_folded(w) ? w->scales->out.scale : 1);
	bool ok = dnnl_primitive_attr_set_output_scales(attr, channels, 1 << 1, v) == dnnl_success
		&& set_zero(attr, DNNL_ARG_SRC, w->scales->in.zero) && set_zero(attr, DNNL_ARG_DST, w->scales->out.zero);
	free(v);
	return ok;
}

static struct primitive *
finish_conv(struct primitive *p, struct engine *g, const struct wish *w)
{
	(void)g;
	(void)w;
	return p;
}

static bool
set_conversion(dnnl_primitive_attr_t attr, int arg, struct steps s)
{
	const float scale = arg == DNNL_ARG_DST ? 1 / s.scale : s.scale;
	return dnnl_primitive_attr_set_output_scales(attr, 1, 0, &scale) == dnnl_success && set_zero(attr, arg, s.zero);
}

static struct primitive *
finish_conversion(struct primitive *p, struct engine *g, int arg, struct steps s)
{
	(void)g;
	(void)arg;
	(void)s;
	return p;
}

/* It is added before the scales multiply. */
void
conv8_bias(const struct region_op *op, const struct conv_scales *scales, float *out)
{
	for (int i = 0; i < op->channels; i++)
		out[i] = op->bias[i] / (scales->in.scale * scales->weights[i]);
}

#endif

static dnnl_primitive_attr_t
conv_attributes(const struct wish *w)
{
	dnnl_primitive_attr_t attr = NULL;
	dnnl_post_ops_t ops = NULL;
	bool ok = dnnl_primitive_attr_create(&attr) == dnnl_success && dnnl_post_ops_create(&ops) == dnnl_success
		&& dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) == dnnl_success
		&& append_conv(ops, w) && dnnl_primitive_attr_set_post_ops(attr, ops) == dnnl_success && set_conv_scales(attr, w);
	if (ops != NULL)
		dnnl_post_ops_destroy(ops);
	if (ok)
		return attr;
	if (attr != NULL)
		dnnl_primitive_attr_destroy(attr);
	return NULL;
}

struct primitive *
primitive_conv8(struct engine *g, const struct region_op *op, const struct conv_scales *scales, const int64_t in[4],
	const int64_t out[4], const struct layout *from, const struct layout *to, bool added)
{
	const struct wish w = { op, scales, added };
	return finish_conv(onednn_conv(g, op, in, out, from, to, LAYOUT_S8, conv_attributes(&w)), g, &w);
}

/* arg: which of the two is bytes, of these steps. */
static struct primitive *
conversion(struct engine *g, const struct layout *from, const struct layout *to, int arg, struct steps s)
{
	static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD };
	dnnl_primitive_attr_t attr = NULL;
	dnnl_primitive_desc_t pd = NULL;
	struct primitive *p = NULL;
	if (dnnl_primitive_attr_create(&attr) != dnnl_success)
		return NULL;
	if (set_conversion(attr, arg, s) && dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) == dnnl_success
		&& dnnl_reorder_primitive_desc_create(&pd, DESC(from), g->engine, DESC(to), g->engine, attr) == dnnl_success)
		p = finish_conversion(primitive_of(g, pd, args, 3), g, arg, s);
	dnnl_primitive_attr_destroy(attr);
	return p;
}

struct primitive *
primitive_quantise(struct engine *g, const struct layout *from, const struct layout *to, struct steps to_steps)
{
	return conversion(g, from, to, DNNL_ARG_DST, to_steps);
}

struct primitive *
primitive_dequantise(struct engine *g, const struct layout *from, const struct layout *to, struct steps from_steps)
{
	return conversion(g, from, to, DNNL_ARG_SRC, from_steps);
}
