/*
 * Floor 1, pure.  An ONNX model in memory as nodes and constants. Everything borrows from the
 * file's bytes, which must outlive it.
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
#ifndef FOOTFALL_ONNX_GRAPH_H
#define FOOTFALL_ONNX_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnx/names.h"
#include "onnx/wire.h"

/* More of them than any network has: a file with more is refused, so that work and memory stay bounded. */
enum { ONNX_MOST = 20000, ONNX_MOST_VALUES = 10 * ONNX_MOST };

struct onnx_node {
	struct slice raw;		/* the NodeProto */
	struct slice op;
	struct slice *inputs, *outputs;	/* names of values */
	size_t ninputs, noutputs;
};

enum { ONNX_DIMS = 8 };

/* A constant of 32-bit floats; others are known by name only (is_float false). */
struct onnx_tensor {
	struct slice raw;		/* the TensorProto */
	struct slice name;
	bool is_float;			/* and data holds count of them, at least one */
	int64_t dims[ONNX_DIMS];
	size_t ndims;
	size_t count;			/* floats */
	struct slice data;		/* 4 * count bytes, little-endian, not aligned */
};

struct onnx_graph {
	struct slice *model;		/* raw fields of ModelProto but the graph */
	size_t nmodel;
	struct onnx_node *nodes;
	size_t nnodes;
	struct onnx_tensor *tensors;	/* initializers */
	size_t ntensors;
	struct slice *inputs, *outputs;	/* ValueInfoProto, raw contents */
	size_t ninputs, noutputs;
	struct bearers makers, takers, constants, entries;	/* of nodes by output and by input, of tensors, of inputs */
};

/*
 * 0, or -1 when these bytes are no ONNX model that this reader understands, or one with more than ONNX_MOST nodes, constants,
 * inputs or fields, or ONNX_MOST_VALUES inputs and outputs of nodes.
 */
int onnx_parse(struct slice file, struct onnx_graph *g);
void onnx_free(struct onnx_graph *g);

bool onnx_same(struct slice a, struct slice b);
bool onnx_is(struct slice a, const char *text);
/* The node that makes a value: the first, should several claim to. NULL: none does, or the value has no name. */
const struct onnx_node *onnx_maker(const struct onnx_graph *g, struct slice value);
/* The only node that takes the value; NULL when there are none or several. */
const struct onnx_node *onnx_only_taker(const struct onnx_graph *g, struct slice value);
/* The initializer of that name, or NULL. */
const struct onnx_tensor *onnx_initializer(const struct onnx_graph *g, struct slice value);
/* The constant of that name, an initializer or from a Constant node. False when it is none of floats. */
bool onnx_constant(const struct onnx_graph *g, struct slice value, struct onnx_tensor *out);
/* The name in a ValueInfoProto. */
struct slice onnx_value_name(struct slice value);
/* The i-th float of a constant. */
float onnx_float(const struct onnx_tensor *t, size_t i);

/* An initializer's name, and the TensorProto to be written in its place. */
struct onnx_replacement {
	struct slice name;
	struct buf tensor;
};

/*
 * Appends to out a model with only those nodes, initializers and inputs that the values `wanted` need; they become its
 * outputs. Inputs that only repeat the name of an initializer (as files before IR version 4 must) are left out.
 */
void onnx_write(const struct onnx_graph *g, const struct slice *wanted, size_t nwanted, const struct onnx_replacement *v,
	size_t n, struct buf *out);

#endif
