/*
 * What each node becomes in a region. A node that cannot become something leaves nothing behind: all is checked before the first
 * operation is added.
 */
#include "onnx/plan_parts.h"
#include "onnx/values.h"

static const char *const not_four = "its input is not known to have four dimensions";

/* A constant of a single number. */
static bool
scalar(const struct onnx_graph *g, struct slice name, float *out)
{
	struct onnx_tensor t;
	if (!onnx_constant(g, name, &t) || t.count != 1)
		return false;
	*out = onnx_float(&t, 0);
	return true;
}

static bool
clip_bounds(const struct planner *p, const struct onnx_node *n, struct act *a)
{
	const float most = 3.402823466e38F;
	*a = (struct act) { ACT_CLIP, onnx_attribute_float(n, "min", -most), onnx_attribute_float(n, "max", most) };
	return (n->ninputs < 2 || n->inputs[1].n == 0 || scalar(p->g, n->inputs[1], &a->alpha))
		&& (n->ninputs < 3 || n->inputs[2].n == 0 || scalar(p->g, n->inputs[2], &a->beta));
}

/* The function of a node that changes every number by itself. */
static bool
act_of_node(const struct planner *p, const struct onnx_node *n, struct act *a)
{
	if (onnx_is(n->op, "Relu"))
		*a = (struct act) { ACT_RELU, 0, 0 };
	else if (onnx_is(n->op, "LeakyRelu"))
		*a = (struct act) { ACT_RELU, onnx_attribute_float(n, "alpha", 0.01F), 0 };
	else if (onnx_is(n->op, "Sigmoid"))
		*a = (struct act) { ACT_SIGMOID, 0, 0 };
	else if (onnx_is(n->op, "Tanh"))
		*a = (struct act) { ACT_TANH, 0, 0 };
	else if (onnx_is(n->op, "HardSigmoid"))
		*a = (struct act) { ACT_HARDSIGMOID, onnx_attribute_float(n, "alpha", 0.2F), onnx_attribute_float(n, "beta", 0.5F) };
	else if (onnx_is(n->op, "HardSwish"))
		*a = (struct act) { ACT_HARDSWISH, 0, 0 };
	else
		return onnx_is(n->op, "Clip") && clip_bounds(p, n, a);
	return true;
}

/* A sigmoid may also follow where a value has been seen as rows already: each number alone, it does not matter. */
static bool
act_on_rows(struct planner *p, size_t node, struct act a)
{
	const struct onnx_node *n = &p->g->nodes[node];
	int in = plan_value_of(p, n->inputs[0]);
	if (in == REGION_NONE || p->values[in].source == REGION_NONE)
		return false;
	struct plan_value seen = p->values[in];
	int made = plan_new_value(p, true);
	plan_add(p, node, REGION_ACT, &seen.source, 1, made)->act = a;
	p->values[p->first[node]].source = made;
	p->values[p->first[node]].width = seen.width;
	p->values[p->first[node]].one = seen.one;
	p->values[made].channels = p->values[seen.source].channels;
	return true;
}

static const char *
plan_act(struct planner *p, size_t node, struct act a)
{
	const struct onnx_node *n = &p->g->nodes[node];
	int in;
	if (n->ninputs < 1 || n->noutputs != 1)
		return "not one input and output";
	if (act_on_rows(p, node, a))
		return NULL;
	if (!plan_single(p, n, &in))
		return not_four;
	plan_add(p, node, REGION_ACT, &in, 1, p->first[node])->act = a;
	p->values[p->first[node]].channels = p->values[in].channels;
	return NULL;
}

/* Add and Mul of two values; with a single number they are functions. */
static const char *
plan_pair(struct planner *p, size_t node, bool product)
{
	const struct onnx_node *n = &p->g->nodes[node];
	float number;
	int in[2];
	if (n->ninputs != 2 || n->noutputs != 1)
		return "not two inputs";
	for (int i = 0; i < 2; i++) {
		in[i] = plan_value_of(p, n->inputs[i]);
		if (in[i] != REGION_NONE && !p->values[in[i]].four)
			return not_four;
	}
	for (int i = 0; i < 2; i++) {
		if (in[i] == REGION_NONE && in[1 - i] != REGION_NONE && scalar(p->g, n->inputs[i], &number)) {
			struct act a = { ACT_LINEAR, product ? number : 1, product ? 0 : number };
			plan_add(p, node, REGION_ACT, &in[1 - i], 1, p->first[node])->act = a;
			p->values[p->first[node]].channels = p->values[in[1 - i]].channels;
			return NULL;
		}
	}
	if (in[0] == REGION_NONE || in[1] == REGION_NONE)
		return "one of its inputs is a constant of more than one number";
	int a = p->values[in[0]].channels, b = p->values[in[1]].channels;
	if (a > 0 && b > 0 && a != b)
		return "values of different numbers of channels";
	plan_add(p, node, product ? REGION_MUL : REGION_ADD, in, 2, p->first[node]);
	p->values[p->first[node]].channels = a > 0 ? a : b;
	return NULL;
}

static const char *
plan_concat(struct planner *p, size_t node)
{
	const struct onnx_node *n = &p->g->nodes[node];
	int64_t axis = onnx_attribute(n, "axis", 0), channels = 0;
	bool known = true;
	if ((axis != 1 && axis != -3) || n->ninputs < 1 || n->ninputs > 64 || n->noutputs != 1)
		return "not of channels";
	int in[64];
	for (size_t i = 0; i < n->ninputs; i++) {
		in[i] = plan_value_of(p, n->inputs[i]);
		if (in[i] == REGION_NONE || !p->values[in[i]].four)
			return not_four;
		known = known && p->values[in[i]].channels > 0;
		channels += p->values[in[i]].channels;
	}
	plan_add(p, node, REGION_CONCAT, in, (int)n->ninputs, p->first[node]);
	p->values[p->first[node]].channels = known && channels <= REGION_SIDE ? (int)channels : 0;
	return NULL;
}

static void
add_slice(struct planner *p, size_t node, int in, int out, int first, int channels)
{
	struct region_op *op = plan_add(p, node, REGION_SLICE, &in, 1, out);
	op->first = first;
	op->channels = channels;
	p->values[out].channels = channels;
}

/* How many channels each output gets: told by an attribute, since version 13 by an input, or all alike. */
static const char *
plan_split(struct planner *p, size_t node)
{
	enum { MOST = 16 };
	const struct onnx_node *n = &p->g->nodes[node];
	int64_t axis = onnx_attribute(n, "axis", 0), parts[MOST], sum = 0;
	int in = n->ninputs > 0 ? plan_value_of(p, n->inputs[0]) : REGION_NONE;
	if (in == REGION_NONE || !p->values[in].four || p->values[in].channels == 0)
		return not_four;
	if ((axis != 1 && axis != -3) || n->noutputs < 1 || n->noutputs > MOST)
		return "not of channels";
	int channels = p->values[in].channels, nparts = onnx_attribute_list(n, "split", parts, MOST);
	if (n->ninputs > 1 && n->inputs[1].n > 0)
		nparts = onnx_integers(p->g, n->inputs[1], parts, MOST);
	if (nparts == 0 && channels % (int)n->noutputs == 0) {
		nparts = (int)n->noutputs;
		for (int i = 0; i < nparts; i++)
			parts[i] = channels / nparts;
	}
	if (nparts != (int)n->noutputs)
		return "its parts are not known";
	for (int i = 0; i < nparts; i++) {
		if (parts[i] < 1 || parts[i] > channels)
			return "its parts are not known";
		sum += parts[i];
	}
	if (sum != channels)
		return "its parts are not known";
	for (int i = 0, at = 0; i < nparts; at += (int)parts[i++])
		add_slice(p, node, in, p->first[node] + i, at, (int)parts[i]);
	return NULL;
}

static const char *
plan_slice(struct planner *p, size_t node)
{
	const struct onnx_node *n = &p->g->nodes[node];
	int64_t from, to, axis, step = 1;
	int in = n->ninputs > 0 ? plan_value_of(p, n->inputs[0]) : REGION_NONE;
	if (in == REGION_NONE || !p->values[in].four || p->values[in].channels == 0)
		return not_four;
	if (n->ninputs < 4 || n->noutputs != 1 || onnx_integers(p->g, n->inputs[1], &from, 1) != 1
		|| onnx_integers(p->g, n->inputs[2], &to, 1) != 1 || onnx_integers(p->g, n->inputs[3], &axis, 1) != 1
		|| (n->ninputs > 4 && onnx_integers(p->g, n->inputs[4], &step, 1) != 1) || (axis != 1 && axis != -3) || step != 1)
		return "not of channels";
	int channels = p->values[in].channels;
	from = from < 0 ? from + channels : from;
	to = to < 0 ? to + channels : to > channels ? channels : to;
	if (from < 0 || from >= to)
		return "no channel is left";
	add_slice(p, node, in, p->first[node], (int)from, (int)(to - from));
	return NULL;
}

/*
 * How detection networks hand out their maps: channels last (Transpose), then as rows (Reshape). The values need not move for
 * that, if they are written with channels last in the first place.
 */
static const char *
plan_rows(struct planner *p, size_t node)
{
	const struct onnx_node *n = &p->g->nodes[node];
	const struct onnx_node *turn = n->ninputs == 2 ? onnx_maker(p->g, n->inputs[0]) : NULL;
	int64_t perm[4], shape[3];
	int in;
	if (turn == NULL || n->noutputs != 1 || !onnx_is(turn->op, "Transpose") || onnx_only_taker(p->g, n->inputs[0]) != n
		|| onnx_attribute_list(turn, "perm", perm, 4) != 4 || perm[0] != 0 || perm[1] != 2 || perm[2] != 3 || perm[3] != 1
		|| !plan_single(p, turn, &in) || p->is_output[p->first[turn - p->g->nodes]])
		return "not channels last seen as rows";
	if (onnx_integers(p->g, n->inputs[1], shape, 3) != 3 || (shape[0] != 0 && shape[0] != 1) || shape[2] < 1
		|| shape[2] > REGION_SIDE || (shape[1] != -1 && shape[1] < 1)
		|| (p->values[in].channels > 0 && p->values[in].channels % shape[2] != 0))
		return "its shape is not known";
	struct plan_value *v = &p->values[p->first[node]];
	v->source = in;
	v->width = (int)shape[2];
	v->one = shape[0] == 1;
	p->why[turn - p->g->nodes] = NULL;
	return NULL;
}

const char *
plan_node(struct planner *p, size_t node)
{
	static const struct {
		const char *op;
		const char *(*plan)(struct planner *, size_t);
	} table[] = {
		{ "Conv", plan_conv }, { "BatchNormalization", plan_scale }, { "MaxPool", plan_pool }, { "AveragePool", plan_pool },
		{ "GlobalAveragePool", plan_pool }, { "Resize", plan_resize }, { "Upsample", plan_resize },
		{ "Concat", plan_concat }, { "Split", plan_split }, { "Slice", plan_slice }, { "Reshape", plan_rows },
	};
	const struct onnx_node *n = &p->g->nodes[node];
	struct act a;
	if (onnx_is(n->op, "Add") || onnx_is(n->op, "Mul"))
		return plan_pair(p, node, onnx_is(n->op, "Mul"));
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (onnx_is(n->op, table[i].op))
			return table[i].plan(p, node);
	return act_of_node(p, n, &a) ? plan_act(p, node, a) : "not an operation of ours";
}
