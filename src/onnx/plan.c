/*
 * From a network to regions, in four steps: each node becomes operations or stays; nodes that can be in one region get the
 * same number; the operations of a number are put together; the network is written anew.
 *
 * The number (phase) of a node is how often the longest path to it has entered our territory: a path that leaves a region
 * comes back into one of a higher number, never into the same.
 */
#include "onnx/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "onnx/plan_parts.h"
#include "vision/layer.h"

enum { PHASES_MOST = 64 };	/* a network cut up into more has nothing to gain */

/* ---- values ---- */

int
plan_value_of(const struct planner *p, struct slice name)
{
	const struct name *found;
	if (bearers_find(&p->g->makers, name, &found) > 0) {
		const struct onnx_node *n = &p->g->nodes[found->at];
		if (onnx_is(n->op, "Constant"))
			return REGION_NONE;
		for (size_t k = 0; k < n->noutputs; k++)
			if (onnx_same(n->outputs[k], name))
				return p->first[found->at] + (int)k;
	}
	if (bearers_find(&p->g->constants, name, &found) == 0 && bearers_find(&p->g->entries, name, &found) > 0)
		return p->inputs + (int)found->at;
	return REGION_NONE;
}

int
plan_new_value(struct planner *p, bool four)
{
	if (p->nvalues == p->cap)
		p->values = mem_resize(p->values, (size_t)(p->cap = 2 * p->cap + 64), sizeof *p->values);
	p->values[p->nvalues] = (struct plan_value) { .four = four, .source = REGION_NONE };
	return p->nvalues++;
}

struct region_op *
plan_add(struct planner *p, size_t node, enum region_op_kind kind, const int *in, int nin, int out)
{
	if (p->all.nops == p->cap_of)
		p->of = mem_resize(p->of, (size_t)(p->cap_of = 2 * p->cap_of + 64), sizeof *p->of);
	p->of[p->all.nops] = node;
	p->values[out].four = true;
	return region_add(&p->all, kind, in, nin, out);
}

bool
plan_single(const struct planner *p, const struct onnx_node *n, int *in)
{
	*in = n->ninputs > 0 ? plan_value_of(p, n->inputs[0]) : REGION_NONE;
	return *in != REGION_NONE && n->noutputs == 1 && p->values[*in].four;
}

/*
 * Every node after those whose values it takes, no value made twice, and no graphs inside nodes, whose needs would not show: what
 * can be cut up safely.
 */
static bool
is_orderly(const struct onnx_graph *g)
{
	const struct name *found;
	for (size_t i = 0; i < g->nnodes; i++) {
		const struct onnx_node *n = &g->nodes[i];
		if (onnx_is(n->op, "If") || onnx_is(n->op, "Loop") || onnx_is(n->op, "Scan") || onnx_is(n->op, VISION_LAYER_TYPE))
			return false;
		for (size_t k = 0; k < n->ninputs; k++)
			if (bearers_find(&g->makers, n->inputs[k], &found) > 0 && found->at >= i)
				return false;
		for (size_t k = 0; k < n->noutputs; k++)
			if (bearers_find(&g->makers, n->outputs[k], &found) > 1 || bearers_find(&g->constants, n->outputs[k], &found) > 0
				|| bearers_find(&g->entries, n->outputs[k], &found) > 0)
				return false;
	}
	return true;
}

static void
number_values(struct planner *p)
{
	const struct onnx_graph *g = p->g;
	bool given = false;
	p->first = mem_array(g->nnodes, sizeof *p->first);
	for (size_t i = 0; i < g->nnodes; i++) {
		p->first[i] = p->nvalues;
		for (size_t k = 0; k < g->nodes[i].noutputs; k++)
			plan_new_value(p, false);
	}
	p->inputs = p->nvalues;
	for (size_t i = 0; i < g->ninputs; i++) {
		const struct name *found;
		bool constant = bearers_find(&g->constants, onnx_value_name(g->inputs[i]), &found) > 0;
		/* the picture: the first input that is no constant's */
		plan_new_value(p, !constant && !given);
		given = given || !constant;
	}
	p->is_output = mem_array((size_t)p->nvalues, sizeof *p->is_output);
	for (size_t i = 0; i < g->noutputs; i++) {
		int v = plan_value_of(p, onnx_value_name(g->outputs[i]));
		if (v != REGION_NONE)
			p->is_output[v] = true;
	}
}

/* ---- phases ---- */

static bool
is_taken(const struct planner *p, size_t node)
{
	return p->why[node] == NULL;
}

static int
phase_of(const struct planner *p, size_t node, const int *phases)
{
	const struct onnx_node *n = &p->g->nodes[node];
	const struct name *found;
	int phase = is_taken(p, node) ? 1 : 0;
	for (size_t k = 0; k < n->ninputs; k++) {
		if (bearers_find(&p->g->makers, n->inputs[k], &found) == 0)
			continue;
		int before = phases[found->at] + (is_taken(p, node) && !is_taken(p, found->at) ? 1 : 0);
		phase = before > phase ? before : phase;
	}
	return phase;
}

/* A region without a convolution is not worth leaving OpenCV for: its nodes stay. False: all are worth it. */
static bool
drop_poor(struct planner *p, const int *phases)
{
	const size_t n = p->g->nnodes;
	bool *worth = mem_array(n + 1, sizeof *worth), dropped = false;
	for (size_t i = 0; i < n; i++)
		if (is_taken(p, i) && onnx_is(p->g->nodes[i].op, "Conv"))
			worth[phases[i]] = true;
	for (size_t i = 0; i < n; i++) {
		if (is_taken(p, i) && !worth[phases[i]]) {
			p->why[i] = "no convolution beside it";
			dropped = true;
		}
	}
	free(worth);
	return dropped;
}

/* Numbers all nodes; returns the highest. */
static int
number_phases(struct planner *p, int *phases)
{
	enum { TRIES = 8 };	/* what is left when they are over is run as it is */
	int last = 0;
	for (int i = 0; i <= TRIES; i++) {
		last = 0;
		for (size_t k = 0; k < p->g->nnodes; k++) {
			phases[k] = phase_of(p, k, phases);
			last = phases[k] > last ? phases[k] : last;
		}
		if (i == TRIES || !drop_poor(p, phases))
			break;
	}
	return last;
}

/* ---- regions ---- */

/* One region in the making. */
struct part {
	struct region *region;
	int *renamed;			/* of each value of the planner: its number in the region, or REGION_NONE */
	struct buf node;		/* the NodeProto */
};

static int
rename_value(struct part *part, int value)
{
	if (part->renamed[value] == REGION_NONE)
		part->renamed[value] = part->region->nvalues++;
	return part->renamed[value];
}

static void
move_ops(struct planner *p, int phase, const int *phases, struct part *part)
{
	for (int i = 0; i < p->all.nops; i++) {
		struct region_op *op = &p->all.ops[i];
		if (phases[p->of[i]] != phase || !is_taken(p, p->of[i]))
			continue;
		for (int k = 0; k < op->nin; k++)
			op->in[k] = rename_value(part, op->in[k]);
		op->out = rename_value(part, op->out);
		struct region_op *copy = region_add(part->region, op->kind, op->in, op->nin, op->out);
		free(copy->in);
		*copy = *op;
		op->in = NULL;
		op->weights = op->bias = NULL;
	}
}

enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_INT = 3, ATTRIBUTE_TYPE = 20, TYPE_INT = 2 };

/* What the region takes from outside: the values of its operations that none of them makes. */
static void
find_inputs(const struct planner *p, struct part *part)
{
	struct region *r = part->region;
	bool *made = mem_array((size_t)r->nvalues, sizeof *made);
	for (int i = 0; i < r->nops; i++)
		made[r->ops[i].out] = true;
	r->inputs = mem_array((size_t)r->nvalues, sizeof *r->inputs);
	for (size_t i = 0; i <= p->g->nnodes; i++) {
		/* the nodes' values, and last the graph's inputs */
		size_t n = i < p->g->nnodes ? p->g->nodes[i].noutputs : p->g->ninputs;
		int first = i < p->g->nnodes ? p->first[i] : p->inputs;
		for (size_t k = 0; k < n; k++) {
			int v = part->renamed[first + (int)k];
			if (v == REGION_NONE || made[v])
				continue;
			struct slice name = i < p->g->nnodes ? p->g->nodes[i].outputs[k] : onnx_value_name(p->g->inputs[k]);
			r->inputs[r->ninputs++] = v;
			wire_put_bytes(&part->node, NODE_INPUT, name.p, name.n);
		}
	}
	free(made);
}

static bool
taken_outside(const struct planner *p, struct slice name, int phase, const int *phases)
{
	const struct name *found;
	size_t n = bearers_find(&p->g->takers, name, &found);
	for (size_t i = 0; i < n; i++)
		if (!is_taken(p, found[i].at) || phases[found[i].at] != phase)
			return true;
	return false;
}

static void
find_outputs(const struct planner *p, int phase, const int *phases, struct part *part)
{
	struct region *r = part->region;
	for (size_t i = 0; i < p->g->nnodes; i++) {
		const struct onnx_node *n = &p->g->nodes[i];
		for (size_t k = 0; k < n->noutputs && is_taken(p, i) && phases[i] == phase; k++) {
			int v = p->first[i] + (int)k;
			const struct plan_value *value = &p->values[v];
			if (!p->is_output[v] && !taken_outside(p, n->outputs[k], phase, phases))
				continue;
			bool rows = value->source != REGION_NONE;
			r->outputs = mem_resize(r->outputs, (size_t)r->noutputs + 1, sizeof *r->outputs);
			r->outputs[r->noutputs++] = (struct region_output) {
				.value = part->renamed[rows ? value->source : v], .rows = rows, .width = value->width, .one = value->one
			};
			wire_put_bytes(&part->node, NODE_OUTPUT, n->outputs[k].p, n->outputs[k].n);
		}
	}
}

static void
finish_node(struct part *part, size_t number)
{
	struct buf a = { 0 }, name = { 0 };
	buf_printf(&name, "%s/%zu", VISION_LAYER_TYPE, number);
	wire_put_bytes(&a, ATTRIBUTE_NAME, VISION_LAYER_ATTRIBUTE, strlen(VISION_LAYER_ATTRIBUTE));
	wire_put_varint(&a, ATTRIBUTE_INT, number);
	wire_put_varint(&a, ATTRIBUTE_TYPE, TYPE_INT);
	wire_put_bytes(&part->node, NODE_NAME, name.data, name.len);
	wire_put_bytes(&part->node, NODE_OP, VISION_LAYER_TYPE, strlen(VISION_LAYER_TYPE));
	wire_put_bytes(&part->node, NODE_ATTRIBUTE, a.data, a.len);
	buf_free(&a);
	buf_free(&name);
}

/* ---- writing ---- */

enum { MODEL_GRAPH = 7 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_TENSOR = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

/* Constants that nodes outside the regions take, and the inputs that are more than a constant's name. */
static void
write_values(const struct planner *p, struct buf *graph)
{
	const struct onnx_graph *g = p->g;
	const struct name *found;
	bool *wanted = mem_array(g->ntensors, sizeof *wanted);
	for (size_t i = 0; i < g->nnodes; i++)
		for (size_t k = 0; k < g->nodes[i].ninputs && !is_taken(p, i); k++)
			if (bearers_find(&g->constants, g->nodes[i].inputs[k], &found) > 0)
				wanted[found->at] = true;
	for (size_t i = 0; i < g->noutputs; i++)
		if (bearers_find(&g->constants, onnx_value_name(g->outputs[i]), &found) > 0)
			wanted[found->at] = true;
	for (size_t i = 0; i < g->ntensors; i++)
		if (wanted[i])
			wire_put_bytes(graph, GRAPH_TENSOR, g->tensors[i].raw.p, g->tensors[i].raw.n);
	for (size_t i = 0; i < g->ninputs; i++)
		if (bearers_find(&g->constants, onnx_value_name(g->inputs[i]), &found) == 0 || wanted[found->at])
			wire_put_bytes(graph, GRAPH_INPUT, g->inputs[i].p, g->inputs[i].n);
	for (size_t i = 0; i < g->noutputs; i++)
		wire_put_bytes(graph, GRAPH_OUTPUT, g->outputs[i].p, g->outputs[i].n);
	free(wanted);
}

/* Phase by phase, a phase's region before the nodes that stay: nobody comes before what it takes. */
static void
write_nodes(struct planner *p, const int *phases, int last, struct plan *out, struct buf *graph)
{
	int *renamed = mem_array((size_t)p->nvalues, sizeof *renamed);
	out->regions = mem_array((size_t)last + 1, sizeof *out->regions);
	for (int phase = 0; phase <= last; phase++) {
		struct part part = { region_new(), renamed, { 0 } };
		memset(renamed, REGION_NONE, (size_t)p->nvalues * sizeof *renamed);
		move_ops(p, phase, phases, &part);
		if (part.region->nops > 0) {
			find_inputs(p, &part);
			find_outputs(p, phase, phases, &part);
		}
		if (part.region->noutputs > 0 && part.region->ninputs > 0) {
			finish_node(&part, out->nregions);
			wire_put_bytes(graph, GRAPH_NODE, part.node.data, part.node.len);
			region_fuse(part.region);
			out->regions[out->nregions++] = part.region;
		} else {
			region_free(part.region);
		}
		buf_free(&part.node);
		for (size_t i = 0; i < p->g->nnodes; i++)
			if (phases[i] == phase && !is_taken(p, i))
				wire_put_bytes(graph, GRAPH_NODE, p->g->nodes[i].raw.p, p->g->nodes[i].raw.n);
	}
	free(renamed);
}

/* "Reshape (3): its shape is not known; Softmax (1): ...", without the constants. */
static void
tell_left(const struct planner *p, struct plan *out)
{
	const struct onnx_graph *g = p->g;
	bool *told = mem_array(g->nnodes, sizeof *told);
	enum { LISTED = 20 };
	for (size_t i = 0, listed = 0; i < g->nnodes && listed < LISTED; i++) {
		size_t n = 0;
		if (is_taken(p, i) || told[i] || onnx_is(g->nodes[i].op, "Constant"))
			continue;
		for (size_t k = i; k < g->nnodes; k++) {
			if (p->why[k] == p->why[i] && onnx_same(g->nodes[k].op, g->nodes[i].op)) {
				told[k] = true;
				n++;
			}
		}
		buf_printf(&out->left, "%s%.*s (%zu): %s", listed++ > 0 ? "; " : "", (int)g->nodes[i].op.n,
			(const char *)g->nodes[i].op.p, n, p->why[i]);
	}
	free(told);
}

static void
write_model(struct planner *p, const int *phases, int last, struct plan *out)
{
	const struct onnx_graph *g = p->g;
	struct buf graph = { 0 };
	write_nodes(p, phases, last, out, &graph);
	wire_put_bytes(&graph, GRAPH_NAME, "regions", 7);
	write_values(p, &graph);
	for (size_t i = 0; i < g->nmodel; i++)
		buf_add(&out->model, g->model[i].p, g->model[i].n);
	wire_put_bytes(&out->model, MODEL_GRAPH, graph.data, graph.len);
	buf_free(&graph);
}

static void
plan_graph(struct planner *p, struct plan *out)
{
	int *phases = mem_array(p->g->nnodes, sizeof *phases), last = 0;
	p->why = mem_array(p->g->nnodes, sizeof *p->why);
	number_values(p);
	for (size_t i = 0; i < p->g->nnodes; i++)
		p->why[i] = plan_node(p, i);
	last = number_phases(p, phases);
	for (size_t i = 0; i < p->g->nnodes; i++) {
		out->nodes += !onnx_is(p->g->nodes[i].op, "Constant");
		out->taken += is_taken(p, i);
	}
	tell_left(p, out);
	if (out->taken > 0 && last <= PHASES_MOST)
		write_model(p, phases, last, out);
	if (out->nregions == 0)
		buf_free(&out->model);
	free(phases);
}

void
plan_make(const void *onnx, size_t size, struct plan *out)
{
	struct onnx_graph g;
	*out = (struct plan) { 0 };
	if (onnx_parse((struct slice) { onnx, size }, &g) != 0)
		return;
	/* a hostile file may name the same weights in thousands of nodes */
	struct planner p = { .g = &g, .floats_left = 2 * size };
	if (is_orderly(&g))
		plan_graph(&p, out);
	for (int i = 0; i < p.all.nops; i++) {
		free(p.all.ops[i].in);
		free(p.all.ops[i].weights);
		free(p.all.ops[i].bias);
	}
	free(p.all.ops);
	free(p.first);
	free(p.values);
	free(p.of);
	free(p.why);
	free(p.is_output);
	onnx_free(&g);
}

void
plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->nregions; i++)
		region_free(p->regions[i]);
	free(p->regions);
	buf_free(&p->model);
	buf_free(&p->left);
	*p = (struct plan) { 0 };
}
