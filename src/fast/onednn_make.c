/*
 * Primitives, made for the shapes and layouts that they will see. In interface 2 what is wanted is described first and
 * a primitive's description made of that; in 3 it is one call.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "fast/onednn_parts.h"

/* ---- what is done to the result before it is written ---- */

struct eltwise {
	dnnl_alg_kind_t kind;
	float alpha, beta;
};

enum { STEPS_MOST = 2 };

/* act in the library's words; returns in how many steps. */
static int
steps_of(struct act a, struct eltwise out[STEPS_MOST])
{
	switch (a.kind) {
	case ACT_NONE:
		return 0;
	case ACT_RELU:
		out[0] = (struct eltwise) { dnnl_eltwise_relu, a.alpha, 0 };
		return 1;
	case ACT_CLIP:
		out[0] = (struct eltwise) { dnnl_eltwise_clip, a.alpha, a.beta };
		return 1;
	case ACT_SIGMOID:
		out[0] = (struct eltwise) { dnnl_eltwise_logistic, 0, 0 };
		return 1;
	case ACT_SILU:
		out[0] = (struct eltwise) { dnnl_eltwise_swish, 1, 0 };
		return 1;
	case ACT_HARDSIGMOID:
#if DNNL_VERSION_MAJOR >= 3
		/* nothing may follow a function that stands alone, and here it needs nothing */
		out[0] = (struct eltwise) { dnnl_eltwise_hardsigmoid, a.alpha, a.beta };
		return 1;
#else
		out[0] = (struct eltwise) { dnnl_eltwise_linear, a.alpha, a.beta };
		out[1] = (struct eltwise) { dnnl_eltwise_clip, 0, 1 };
		return 2;
#endif
	case ACT_HARDSWISH:
		/* 3 wants the two numbers, 2 knows them and ignores these */
		out[0] = (struct eltwise) { dnnl_eltwise_hardswish, 1.0F / 6, 0.5F };
		return 1;
	case ACT_TANH:
		out[0] = (struct eltwise) { dnnl_eltwise_tanh, 0, 0 };
		return 1;
	case ACT_LINEAR:
		out[0] = (struct eltwise) { dnnl_eltwise_linear, a.alpha, a.beta };
		return 1;
	}
	return 0;
}

bool
onednn_append_act(dnnl_post_ops_t ops, struct act a, float scale)
{
	struct eltwise steps[STEPS_MOST];
	int n = steps_of(a, steps);
	for (int i = 0; i < n; i++) {
#if DNNL_VERSION_MAJOR >= 3
		(void)scale;
		dnnl_status_t s = dnnl_post_ops_append_eltwise(ops, steps[i].kind, steps[i].alpha, steps[i].beta);
#else
		dnnl_status_t s = dnnl_post_ops_append_eltwise(ops, i == n - 1 ? scale : 1, steps[i].kind, steps[i].alpha,
			steps[i].beta);
#endif
		if (s != dnnl_success)
			return false;
	}
	return true;
}

static bool
append_sum(dnnl_post_ops_t ops)
{
#if DNNL_VERSION_MAJOR >= 3
	return dnnl_post_ops_append_sum(ops, 1, 0, dnnl_data_type_undef) == dnnl_success;
#else
	return dnnl_post_ops_append_sum(ops, 1) == dnnl_success;
#endif
}

/* Scratch memory is ours: the library's own would be shared between threads. NULL on failure. */
static dnnl_primitive_attr_t
attributes(struct act act, bool added, struct act last)
{
	dnnl_primitive_attr_t attr = NULL;
	dnnl_post_ops_t ops = NULL;
	bool ok = dnnl_primitive_attr_create(&attr) == dnnl_success && dnnl_post_ops_create(&ops) == dnnl_success
		&& dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) == dnnl_success
		&& onednn_append_act(ops, act, 1) && (!added || (append_sum(ops) && onednn_append_act(ops, last, 1)))
		&& dnnl_primitive_attr_set_post_ops(attr, ops) == dnnl_success;
	if (ops != NULL)
		dnnl_post_ops_destroy(ops);
	if (ok)
		return attr;
	if (attr != NULL)
		dnnl_primitive_attr_destroy(attr);
	return NULL;
}

static const struct act nothing = { .kind = ACT_NONE };

/* Takes attr, and pd where status says that there is one. */
static struct primitive *
made(struct engine *g, dnnl_status_t status, dnnl_primitive_desc_t pd, dnnl_primitive_attr_t attr, const int *args, int nargs)
{
	dnnl_primitive_attr_destroy(attr);
	return status == dnnl_success ? primitive_of(g, pd, args, nargs) : NULL;
}

/* ---- primitives ---- */

struct primitive *
primitive_reorder(struct engine *g, const struct layout *from, const struct layout *to)
{
	static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD };
	dnnl_primitive_attr_t attr = attributes(nothing, false, nothing);
	dnnl_primitive_desc_t pd = NULL;
	if (attr == NULL)
		return NULL;
	dnnl_status_t s = dnnl_reorder_primitive_desc_create(&pd, DESC(from), g->engine, DESC(to), g->engine, attr);
	return made(g, s, pd, attr, args, 3);
}

static dnnl_status_t
describe_conv(struct engine *g, const struct region_op *op, const struct layout *const l[4], const dnnl_dims_t after,
	dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *pd)
{
	const struct window *w = &op->window;
	const dnnl_dims_t stride = { w->stride[0], w->stride[1] }, before = { w->before[0], w->before[1] };
	const dnnl_dims_t gaps = { w->dilation[0] - 1, w->dilation[1] - 1 };
	/* not Winograd's algorithm, which is less exact */
#if DNNL_VERSION_MAJOR >= 3
	return dnnl_convolution_forward_primitive_desc_create(pd, g->engine, dnnl_forward_inference, dnnl_convolution_direct,
		DESC(l[0]), DESC(l[1]), l[2] != NULL ? DESC(l[2]) : NULL, DESC(l[3]), stride, gaps, before, after, attr);
#else
	dnnl_convolution_desc_t d;
	dnnl_status_t s = dnnl_dilated_convolution_forward_desc_init(&d, dnnl_forward_inference, dnnl_convolution_direct,
		DESC(l[0]), DESC(l[1]), l[2] != NULL ? DESC(l[2]) : NULL, DESC(l[3]), stride, gaps, before, after);
	return s == dnnl_success ? dnnl_primitive_desc_create(pd, &d, attr, g->engine, NULL) : s;
#endif
}

/* What the windows reach over the end: with a last window that is only partly inside, more than was asked for. */
static void
padding_after(const struct window *w, const int64_t in[4], const int64_t out[4], dnnl_dims_t after)
{
	for (int side = 0; side < 2; side++) {
		int64_t span = (int64_t)w->dilation[side] * (w->size[side] - 1) + 1;
		int64_t reach = (out[2 + side] - 1) * w->stride[side] + span - in[2 + side] - w->before[side];
		after[side] = w->ceil && reach > w->after[side] ? reach : w->after[side];
	}
}

static struct layout *
weights_any(const struct region_op *op, int64_t channels, enum layout_type type)
{
	const int64_t plain[4] = { op->channels, channels, op->window.size[0], op->window.size[1] };
	const int64_t grouped[5] = { op->groups, op->channels / op->groups, channels / op->groups, plain[2], plain[3] };
	return op->groups == 1 ? layout_any(plain, type) : layout_tagged(5, grouped, onednn_type(type), dnnl_format_tag_any);
}

struct primitive *
primitive_conv(struct engine *g, const struct region_op *op, const int64_t in[4], const int64_t out[4],
	const struct layout *from, const struct layout *to, enum layout_type type, bool added)
{
	return onednn_conv(g, op, in, out, from, to, type, attributes(op->act, added, op->last));
}

struct primitive *
onednn_conv(struct engine *g, const struct region_op *op, const int64_t in[4], const int64_t out[4],
	const struct layout *from, const struct layout *to, enum layout_type type, dnnl_primitive_attr_t attr)
{
	static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD };
	dnnl_primitive_desc_t pd = NULL;
	struct layout *weights = weights_any(op, in[1], type), *bias = op->bias != NULL ? layout_bias(op) : NULL;
	struct primitive *p = NULL;
	if (attr != NULL && weights != NULL && (bias != NULL) == (op->bias != NULL)) {
		dnnl_dims_t after = { 0 };
		padding_after(&op->window, in, out, after);
		dnnl_status_t s = describe_conv(g, op, (const struct layout *const[4]){ from, weights, bias, to }, after, attr, &pd);
		p = made(g, s, pd, attr, args, 5);
	} else if (attr != NULL) {
		dnnl_primitive_attr_destroy(attr);
	}
	layout_free(weights);
	layout_free(bias);
	return p;
}

struct primitive *
primitive_pool(struct engine *g, const struct region_op *op, const int64_t in[4], const int64_t out[4],
	const struct layout *from, const struct layout *to)
{
	static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD };
	static const struct window one = { .size = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 } };
	const struct window *w = op->kind == REGION_GLOBALPOOL ? &one : &op->window;
	dnnl_dims_t size = { w->size[0], w->size[1] }, after = { 0 };
	const dnnl_dims_t stride = { w->stride[0], w->stride[1] }, before = { w->before[0], w->before[1] };
	const dnnl_dims_t gaps = { w->dilation[0] - 1, w->dilation[1] - 1 };
	dnnl_alg_kind_t kind = op->kind == REGION_MAXPOOL ? dnnl_pooling_max : op->count_padding
		? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
	if (op->kind == REGION_GLOBALPOOL) {
		size[0] = in[2];
		size[1] = in[3];
	} else {
		padding_after(w, in, out, after);
	}
	dnnl_primitive_attr_t attr = attributes(op->act, false, nothing);
	dnnl_primitive_desc_t pd = NULL;
	if (attr == NULL)
		return NULL;
#if DNNL_VERSION_MAJOR >= 3
	dnnl_status_t s = dnnl_pooling_forward_primitive_desc_create(&pd, g->engine, dnnl_forward_inference, kind, DESC(from),
		DESC(to), stride, size, gaps, before, after, attr);
#else
	dnnl_pooling_v2_desc_t d;
	dnnl_status_t s = dnnl_pooling_v2_forward_desc_init(&d, dnnl_forward_inference, kind, DESC(from), DESC(to), stride, size,
		gaps, before, after);
	if (s == dnnl_success)
		s = dnnl_primitive_desc_create(&pd, &d, attr, g->engine, NULL);
#endif
	return made(g, s, pd, attr, args, 3);
}

struct primitive *
primitive_resize(struct engine *g, const struct layout *from, const struct layout *to)
{
	static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD };
	dnnl_primitive_attr_t attr = attributes(nothing, false, nothing);
	dnnl_primitive_desc_t pd = NULL;
	if (attr == NULL)
		return NULL;
#if DNNL_VERSION_MAJOR >= 3
	dnnl_status_t s = dnnl_resampling_forward_primitive_desc_create(&pd, g->engine, dnnl_forward_inference,
		dnnl_resampling_nearest, NULL, DESC(from), DESC(to), attr);
#else
	dnnl_resampling_desc_t d;
	dnnl_status_t s = dnnl_resampling_forward_desc_init(&d, dnnl_forward_inference, dnnl_resampling_nearest, NULL, DESC(from),
		DESC(to));
	if (s == dnnl_success)
		s = dnnl_primitive_desc_create(&pd, &d, attr, g->engine, NULL);
#endif
	return made(g, s, pd, attr, args, 3);
}

struct primitive *
primitive_act(struct engine *g, struct act act, const struct layout *on)
{
	static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD };
	struct eltwise steps[STEPS_MOST];
	/* a second step follows the first as it would follow a convolution */
	const struct act clip = { ACT_CLIP, 0, 1 };
	int n = steps_of(act, steps);
	dnnl_primitive_attr_t attr = n == 0 ? NULL : attributes(n == 2 ? clip : nothing, false, nothing);
	dnnl_primitive_desc_t pd = NULL;
	if (attr == NULL)
		return NULL;
#if DNNL_VERSION_MAJOR >= 3
	dnnl_status_t s = dnnl_eltwise_forward_primitive_desc_create(&pd, g->engine, dnnl_forward_inference, steps[0].kind,
		DESC(on), DESC(on), steps[0].alpha, steps[0].beta, attr);
#else
	dnnl_eltwise_desc_t d;
	dnnl_status_t s = dnnl_eltwise_forward_desc_init(&d, dnnl_forward_inference, steps[0].kind, DESC(on), steps[0].alpha,
		steps[0].beta);
	if (s == dnnl_success)
		s = dnnl_primitive_desc_create(&pd, &d, attr, g->engine, NULL);
#endif
	return made(g, s, pd, attr, args, 3);
}

struct primitive *
primitive_pair(struct engine *g, enum region_op_kind kind, struct act act, const struct layout *a, const struct layout *b,
	const struct layout *to)
{
	static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_SRC_1, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD };
	dnnl_alg_kind_t alg = kind == REGION_MUL ? dnnl_binary_mul : dnnl_binary_add;
	dnnl_primitive_attr_t attr = attributes(act, false, nothing);
	dnnl_primitive_desc_t pd = NULL;
	if (attr == NULL)
		return NULL;
#if DNNL_VERSION_MAJOR >= 3
	dnnl_status_t s = dnnl_binary_primitive_desc_create(&pd, g->engine, alg, DESC(a), DESC(b), DESC(to), attr);
#else
	dnnl_binary_desc_t d;
	dnnl_status_t s = dnnl_binary_desc_init(&d, alg, DESC(a), DESC(b), DESC(to));
	if (s == dnnl_success)
		s = dnnl_primitive_desc_create(&pd, &d, attr, g->engine, NULL);
#endif
	return made(g, s, pd, attr, args, 4);
}

struct primitive *
primitive_concat(struct engine *g, const struct layout *const *parts, int n, const struct layout *to)
{
	enum { CHANNELS = 1, OTHERS = 2 };
	dnnl_primitive_attr_t attr = attributes(nothing, false, nothing);
	dnnl_primitive_desc_t pd = NULL;
	if (attr == NULL)
		return NULL;
	int *args = mem_array((size_t)(n + OTHERS), sizeof *args);
	dnnl_memory_desc_t *descs = mem_array((size_t)n, sizeof *descs);
	for (int i = 0; i < n; i++) {
		descs[i] = parts[i]->md;
		args[i] = DNNL_ARG_MULTIPLE_SRC + i;
	}
	args[n] = DNNL_ARG_DST;
	args[n + 1] = DNNL_ARG_SCRATCHPAD;
#if DNNL_VERSION_MAJOR >= 3
	dnnl_status_t s = dnnl_concat_primitive_desc_create(&pd, g->engine, to != NULL ? DESC(to) : NULL, n, CHANNELS,
		(const_dnnl_memory_desc_t const *)descs, attr);
#else
	dnnl_status_t s = dnnl_concat_primitive_desc_create(&pd, to != NULL ? DESC(to) : NULL, n, CHANNELS, descs, attr, g->engine);
#endif
	struct primitive *p = made(g, s, pd, attr, args, n + OTHERS);
	free(descs);
	free(args);
	return p;
}
