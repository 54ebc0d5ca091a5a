/*
 * Floor 1, pure.  What the files of the planner share.
 */
#ifndef FOOTFALL_ONNX_PLAN_PARTS_H
#define FOOTFALL_ONNX_PLAN_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "fast/region.h"
#include "onnx/graph.h"

/* What is known of a value. */
struct plan_value {
	bool four;		/* it has four dimensions: operations of a region can take it */
	int channels;		/* 0: not known */
	/* Else, maybe, it is a value of four dimensions seen as rows (struct region_output), or REGION_NONE. */
	int source;
	int width;
	bool one;
};

struct planner {
	const struct onnx_graph *g;
	/* Values: the outputs of the nodes from first[node] on, then the graph's inputs, then those that nodes do not know of. */
	int *first;
	int inputs;		/* the graph's first input */
	struct plan_value *values;
	int nvalues, cap;
	/* What nodes become: of[i] is the node of all.ops[i]. */
	struct region all;
	size_t *of;
	int cap_of;
	const char **why;	/* of each node: why it stays with OpenCV; NULL: it does not */
	bool *is_output;	/* of each value: the graph's */
	size_t floats_left;	/* how many weights may still be copied */
};

/* The value's number, or REGION_NONE for a constant, what nobody makes, and the empty name. */
int plan_value_of(const struct planner *p, struct slice name);
int plan_new_value(struct planner *p, bool four);
/* Appends an operation of that node to p->all, whose values are numbered as the planner's. */
struct region_op *plan_add(struct planner *p, size_t node, enum region_op_kind kind, const int *in, int nin, int out);
/* Does the node have one input that is a value of four dimensions, and one output? */
bool plan_single(const struct planner *p, const struct onnx_node *n, int *in);

/* Makes the node's operations, or says why it cannot: NULL when it did. */
const char *plan_node(struct planner *p, size_t node);
/* Conv and BatchNormalization. */
const char *plan_conv(struct planner *p, size_t node);
const char *plan_scale(struct planner *p, size_t node);
/* Makes op, the convolution of that node, one of the picture whose quarters it works on; leaves any other as it is. */
void plan_focus(struct planner *p, size_t node, struct region_op *op);
/* MaxPool, AveragePool, GlobalAveragePool and Resize. */
const char *plan_pool(struct planner *p, size_t node);
const char *plan_resize(struct planner *p, size_t node);
/* The window that a Conv's or pool's attributes tell; size is set where kernel_shape is given. NULL, or why not. */
const char *plan_window(const struct onnx_node *n, struct window *w);

#endif
