/*
 * Nodes that slide a window over maps: convolutions, pools; and those that scale maps.
 */
#include <math.h>

#include "base/mem.h"
#include "onnx/plan_parts.h"
#include "onnx/values.h"

enum { WINDOW_MOST = 4096 };	/* no size, stride or padding is larger */

/* Two numbers of the attribute, low at least; what they are when there is no such attribute. */
static bool
two(const struct onnx_node *n, const char *name, int64_t low, int out[2])
{
	int64_t v[2];
	int got = onnx_attribute_list(n, name, v, 2);
	if (got == 0)
		return true;
	if (got != 2 || v[0] < low || v[1] < low || v[0] > WINDOW_MOST || v[1] > WINDOW_MOST)
		return false;
	out[0] = (int)v[0];
	out[1] = (int)v[1];
	return true;
}

const char *
plan_window(const struct onnx_node *n, struct window *w)
{
	int64_t pads[4];
	*w = (struct window) { .stride = { 1, 1 }, .dilation = { 1, 1 } };
	if (!onnx_attribute_is(n, "auto_pad", "NOTSET", "NOTSET") && !onnx_attribute_is(n, "auto_pad", "VALID", "NOTSET"))
		return "padding is left to the reader (auto_pad)";
	if (!two(n, "kernel_shape", 1, w->size) || !two(n, "strides", 1, w->stride) || !two(n, "dilations", 1, w->dilation))
		return "not a window of two dimensions";
	int got = onnx_attribute_list(n, "pads", pads, 4);
	if (got != 0 && got != 4)
		return "not padding of two dimensions";
	for (int i = 0; i < got; i++)
		if (pads[i] < 0 || pads[i] > WINDOW_MOST)
			return "negative or very large padding";
	for (int i = 0; i < 2 && got == 4; i++) {
		w->before[i] = (int)pads[i];
		w->after[i] = (int)pads[i + 2];
	}
	return NULL;
}

static float *
copy_floats(const struct onnx_tensor *t)
{
	float *v = mem_array(t->count, sizeof *v);
	for (size_t i = 0; i < t->count; i++)
		v[i] = onnx_float(t, i);
	return v;
}

/* Constants of one number for each of n channels. */
static bool
per_channel(const struct onnx_graph *g, struct slice name, size_t n, struct onnx_tensor *t)
{
	return onnx_constant(g, name, t) && t->ndims == 1 && t->count == n;
}

static bool
read_weights(const struct onnx_graph *g, const struct onnx_node *n, struct onnx_tensor *w)
{
	if (n->ninputs < 2 || n->noutputs != 1 || !onnx_constant(g, n->inputs[1], w) || w->ndims != 4)
		return false;
	for (int i = 0; i < 4; i++)
		if (w->dims[i] < 1 || w->dims[i] > REGION_SIDE)
			return false;
	return w->dims[2] <= WINDOW_MOST && w->dims[3] <= WINDOW_MOST;
}

const char *
plan_conv(struct planner *p, size_t node)
{
	const struct onnx_node *n = &p->g->nodes[node];
	struct onnx_tensor w, b;
	struct window window;
	bool biased = n->ninputs > 2 && n->inputs[2].n > 0;
	if (!read_weights(p->g, n, &w))
		return "weights are no constant of four dimensions";
	if (biased && !per_channel(p->g, n->inputs[2], (size_t)w.dims[0], &b))
		return "bias is no constant";
	const char *why = plan_window(n, &window);
	if (why != NULL)
		return why;
	window.size[0] = (int)w.dims[2];
	window.size[1] = (int)w.dims[3];
	int64_t groups = onnx_attribute(n, "group", 1);
	int in = plan_value_of(p, n->inputs[0]);
	if (groups < 1 || w.dims[0] % groups != 0 || in == REGION_NONE || p->values[in].source != REGION_NONE
		|| (p->values[in].channels > 0 && p->values[in].channels != groups * w.dims[1]))
		return "its groups do not fit its channels";
	if (w.count > p->floats_left)
		return "its weights are used again and again";
	p->floats_left -= w.count;
	p->values[in].four = true;
	struct region_op *op = plan_add(p, node, REGION_CONV, &in, 1, p->first[node]);
	op->window = window;
	op->channels = (int)w.dims[0];
	op->groups = (int)groups;
	op->weights = copy_floats(&w);
	op->nweights = w.count;
	op->bias = biased ? copy_floats(&b) : NULL;
	plan_focus(p, node, op);
	p->values[op->out].channels = op->channels;
	return NULL;
}

/* Normalisation with what was learnt is a factor and an offset for each channel: a convolution of one weight for each. */
const char *
plan_scale(struct planner *p, size_t node)
{
	enum { FACTOR = 1, OFFSET, MEAN, VARIANCE, INPUTS };
	const struct onnx_node *n = &p->g->nodes[node];
	struct onnx_tensor t[INPUTS];
	int in;
	if (n->ninputs != INPUTS || !plan_single(p, n, &in))
		return "its input is not known to have four dimensions";
	if (!onnx_constant(p->g, n->inputs[FACTOR], &t[FACTOR]) || t[FACTOR].ndims != 1 || t[FACTOR].count > REGION_SIDE)
		return "its factors are no constant";
	size_t channels = t[FACTOR].count;
	for (int i = OFFSET; i < INPUTS; i++)
		if (!per_channel(p->g, n->inputs[i], channels, &t[i]))
			return "its numbers are no constants";
	double epsilon = (double)onnx_attribute_float(n, "epsilon", 1e-5F);
	struct region_op *op = plan_add(p, node, REGION_CONV, &in, 1, p->first[node]);
	op->window = (struct window) { .size = { 1, 1 }, .stride = { 1, 1 }, .dilation = { 1, 1 } };
	op->channels = op->groups = (int)channels;
	op->weights = mem_array(channels, sizeof *op->weights);
	op->nweights = channels;
	op->bias = mem_array(channels, sizeof *op->bias);
	for (size_t i = 0; i < channels; i++) {
		double factor = (double)onnx_float(&t[FACTOR], i) / sqrt((double)onnx_float(&t[VARIANCE], i) + epsilon);
		op->weights[i] = (float)factor;
		op->bias[i] = (float)((double)onnx_float(&t[OFFSET], i) - factor * (double)onnx_float(&t[MEAN], i));
	}
	p->values[op->out].channels = op->channels;
	return NULL;
}

const char *
plan_pool(struct planner *p, size_t node)
{
	const struct onnx_node *n = &p->g->nodes[node];
	struct window window = { 0 };
	int in;
	if (!plan_single(p, n, &in))
		return "its input is not known to have four dimensions";
	bool global = onnx_is(n->op, "GlobalAveragePool"), mean = onnx_is(n->op, "AveragePool");
	if (!global) {
		const char *why = plan_window(n, &window);
		if (why != NULL)
			return why;
		window.ceil = onnx_attribute(n, "ceil_mode", 0) != 0;
		if (window.size[0] < 1)
			return "no window";
		/* what would be a window of padding alone has no maximum and no mean */
		for (int i = 0; i < 2; i++)
			if (window.before[i] >= window.size[i] || window.after[i] >= window.size[i])
				return "padding as large as the window";
		if (mean && (window.ceil || window.dilation[0] != 1 || window.dilation[1] != 1))
			return "a mean over partly covered or spread windows";
	}
	struct region_op *op = plan_add(p, node, global ? REGION_GLOBALPOOL : mean ? REGION_AVGPOOL : REGION_MAXPOOL, &in, 1,
		p->first[node]);
	op->window = window;
	op->count_padding = mean && onnx_attribute(n, "count_include_pad", 0) != 0;
	p->values[op->out].channels = p->values[in].channels;
	return NULL;
}

/*
 * Is this how repeating each pixel factor x factor times is written? Rounding modes differ only where a new pixel falls on
 * the border between two old ones.
 */
static bool
repeats(const struct onnx_node *n, int factor)
{
	const char *pixel = "half_pixel", *round = "round_prefer_floor";
	bool floor = onnx_attribute_is(n, "nearest_mode", "floor", round);
	bool nearest = onnx_attribute_is(n, "nearest_mode", "round_prefer_floor", round)
		|| onnx_attribute_is(n, "nearest_mode", "round_prefer_ceil", round);
	if (onnx_is(n->op, "Upsample"))
		return true;
	if (onnx_attribute_is(n, "coordinate_transformation_mode", "asymmetric", pixel))
		return floor || (factor == 2 && onnx_attribute_is(n, "nearest_mode", "round_prefer_floor", round));
	return nearest && (onnx_attribute_is(n, "coordinate_transformation_mode", "half_pixel", pixel)
		|| onnx_attribute_is(n, "coordinate_transformation_mode", "pytorch_half_pixel", pixel));
}

const char *
plan_resize(struct planner *p, size_t node)
{
	const struct onnx_node *n = &p->g->nodes[node];
	struct onnx_tensor t;
	int in;
	if (!plan_single(p, n, &in))
		return "its input is not known to have four dimensions";
	/* the factors are the second input, or since version 11 the third; sizes, the fourth, depend on the input */
	size_t at = n->ninputs == 2 ? 1 : 2;
	if ((n->ninputs != 2 && n->ninputs != 3) || !onnx_constant(p->g, n->inputs[at], &t) || t.count != 4)
		return "its factors are no constants";
	float factor = onnx_float(&t, 2);
	bool plain = onnx_float(&t, 0) == 1 && onnx_float(&t, 1) == 1 && onnx_float(&t, 3) == factor;
	if (!plain || !(factor >= 1 && factor <= 64) || floorf(factor) != factor
		|| !onnx_attribute_is(n, "mode", "nearest", "nearest") || !repeats(n, (int)factor))
		return "more than repeating pixels";
	struct region_op *op = plan_add(p, node, REGION_RESIZE, &in, 1, p->first[node]);
	op->factor = (int)factor;
	p->values[op->out].channels = p->values[in].channels;
	return NULL;
}
