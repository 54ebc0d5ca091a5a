/*
 * What the tests of the ONNX reader share: small models, put together field by field. Field numbers are those
 * of onnx.proto.
 */
#ifndef FOOTFALL_TESTS_ONNX_TEST_H
#define FOOTFALL_TESTS_ONNX_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "onnx/wire.h"

enum { M_VERSION = 1, M_PRODUCER = 2, M_GRAPH = 7 };
enum { G_NODE = 1, G_NAME = 2, G_TENSOR = 5, G_INPUT = 11, G_OUTPUT = 12, G_SPARSE = 15 };
enum { N_INPUT = 1, N_OUTPUT = 2, N_NAME = 3, N_OP = 4, N_ATTRIBUTE = 5 };
enum { A_NAME = 1, A_TENSOR = 5 };
enum { T_DIM = 1, T_TYPE = 2, T_FLOATS = 4, T_NAME = 8, T_RAW = 9 };
enum { TYPE_FLOAT = 1, TYPE_INT64 = 7, TYPE_FLOAT16 = 10 };

static inline void
put_text(struct buf *b, uint64_t number, const char *s)
{
	wire_put_bytes(b, number, s, strlen(s));
}

/* Puts what inner holds as one field, and empties it. */
static inline void
put_message(struct buf *b, uint64_t number, struct buf *inner)
{
	wire_put_bytes(b, number, inner->data, inner->len);
	buf_free(inner);
}

/* Names parted by spaces; "-" is the empty one. */
static inline void
put_names(struct buf *b, uint64_t number, const char *names)
{
	while (*names != '\0') {
		size_t n = strcspn(names, " ");
		bool none = n == 1 && *names == '-';
		wire_put_bytes(b, number, names, none ? 0 : n);
		names += n + (names[n] == ' ');
	}
}

static inline void
put_node(struct buf *graph, const char *op, const char *inputs, const char *outputs)
{
	struct buf node = { 0 };
	put_names(&node, N_INPUT, inputs);
	put_names(&node, N_OUTPUT, outputs);
	put_text(&node, N_OP, op);
	put_message(graph, G_NODE, &node);
}

static inline void
put_floats(struct buf *b, const float *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t bits;
		memcpy(&bits, &v[i], sizeof bits);
		for (int shift = 0; shift < 32; shift += 8)
			buf_putc(b, (char)(unsigned char)(bits >> shift));
	}
}

struct shape_of {
	size_t n;
	int d[6];
};

/* A TensorProto as PyTorch writes it. */
static inline struct buf
tensor_proto(const char *name, struct shape_of shape, const float *v)
{
	struct buf t = { 0 }, raw = { 0 };
	size_t count = 1;
	for (size_t i = 0; i < shape.n; i++) {
		wire_put_varint(&t, T_DIM, (uint64_t)shape.d[i]);
		count *= (size_t)shape.d[i];
	}
	wire_put_varint(&t, T_TYPE, TYPE_FLOAT);
	if (name != NULL)
		put_text(&t, T_NAME, name);
	put_floats(&raw, v, count);
	put_message(&t, T_RAW, &raw);
	return t;
}

static inline void
put_tensor(struct buf *graph, const char *name, struct shape_of shape, const float *v)
{
	struct buf t = tensor_proto(name, shape, v);
	put_message(graph, G_TENSOR, &t);
}

/* A Constant node that makes the tensor, which it empties. */
static inline void
put_constant(struct buf *graph, const char *value, struct buf *tensor)
{
	struct buf node = { 0 }, attribute = { 0 };
	put_text(&node, N_OUTPUT, value);
	put_text(&node, N_OP, "Constant");
	put_text(&attribute, A_NAME, "value");
	put_message(&attribute, A_TENSOR, tensor);
	put_message(&node, N_ATTRIBUTE, &attribute);
	put_message(graph, G_NODE, &node);
}

/* An input or output of the graph, by its name alone. */
static inline void
put_value(struct buf *graph, uint64_t number, const char *name)
{
	struct buf value = { 0 };
	put_text(&value, 1, name);
	put_message(graph, number, &value);
}

/* The graph as a model; empties it. */
static inline struct buf
model_of(struct buf *graph)
{
	struct buf m = { 0 };
	wire_put_varint(&m, M_VERSION, 8);
	put_text(&m, M_PRODUCER, "a test");
	put_message(&m, M_GRAPH, graph);
	return m;
}

/* ---- a YOLOv5 whose body is three convolutions ---- */

enum mini_flags {
	MINI_SLICES = 1,	/* Reshape before the Sigmoid, Slice after it, as dynamic exports have it; else Split */
	MINI_ANCHORS_CELLS = 2,	/* anchors written out for every cell, (1, 3, 2, 2, 2) */
	MINI_ANCHORS_FLAT = 4,	/* the same as (1, 12, 2) */
	MINI_OLD_INPUTS = 8,	/* every initializer is an input too (IR version 3) */
	MINI_SHARED = 16,	/* another node takes a head's weight as well */
	MINI_BOXED = 32,	/* weights of the heads come from Constant nodes, whose tensors have names */
	MINI_TWICE = 64,	/* two nodes take a head's map */
	MINI_EXP = 128,		/* the older exp(w) * anchor */
	MINI_KERNEL3 = 256,	/* heads of 3 x 3 */
	MINI_ANCHOR_FIRST = 512	/* anchors * pow rather than pow * anchors */
};

struct mini {
	unsigned flags;
	int heads, nclasses;
	float anchors[4][3][2];
};

static const struct mini MINI = { 0, 3, 2, {
	{ { 10, 13 }, { 16, 30 }, { 33, 23 } }, { { 30, 61 }, { 62, 45 }, { 59, 119 } },
	{ { 116, 90 }, { 156, 198 }, { 373, 326 } }, { { 400, 401 }, { 402, 403 }, { 404, 405 } },
} };

enum { MINI_IN = 2 };	/* channels into a head */

static inline float
mini_weight(int head, int channel, int in)
{
	return (float)(head * 10000 + channel * 10 + in);
}

static inline float
mini_bias(int head, int channel)
{
	return -(float)(head * 10000 + channel);
}

struct text {
	char s[64];
};

/* Names that belong to one head carry its number: "w#" is "w2". */
static inline struct text
numbered(const char *name, int head)
{
	struct text t = { { 0 } };
	for (size_t i = 0; name[i] != '\0' && i < sizeof t.s - 1; i++)
		t.s[i] = name[i] == '#' ? (char)('0' + head) : name[i];
	return t;
}

static inline void
mini_node(struct buf *graph, int head, const char *op, const char *inputs, const char *outputs)
{
	put_node(graph, op, numbered(inputs, head).s, numbered(outputs, head).s);
}

static inline void
mini_weights(struct buf *graph, const struct mini *m, int head)
{
	int channels = 3 * (5 + m->nclasses), k = m->flags & MINI_KERNEL3 ? 3 : 1;
	size_t nweights = (size_t)(channels * MINI_IN * k * k);
	float *w = calloc(nweights, sizeof *w), *b = calloc((size_t)channels, sizeof *b);
	const struct text names[2] = { numbered("w#", head), numbered("b#", head) };
	for (size_t i = 0; i < nweights; i++)
		w[i] = mini_weight(head, (int)i / (MINI_IN * k * k), (int)i / (k * k) % MINI_IN);
	for (int i = 0; i < channels; i++)
		b[i] = mini_bias(head, i);
	struct buf t[2] = {
		tensor_proto(names[0].s, (struct shape_of) { 4, { channels, MINI_IN, k, k } }, w),
		tensor_proto(names[1].s, (struct shape_of) { 1, { channels } }, b),
	};
	for (size_t i = 0; i < 2; i++) {
		if (m->flags & MINI_BOXED)
			put_constant(graph, names[i].s, &t[i]);
		else
			put_message(graph, G_TENSOR, &t[i]);
		if (m->flags & MINI_OLD_INPUTS)
			put_value(graph, G_INPUT, names[i].s);
	}
	free(w);
	free(b);
}

static inline void
mini_anchors(struct buf *graph, const struct mini *m, int head)
{
	bool written_out = m->flags & (MINI_ANCHORS_CELLS | MINI_ANCHORS_FLAT);
	int cells = written_out ? 4 : 1, side = written_out ? 2 : 1;
	float v[3 * 4 * 2];
	for (int i = 0; i < 3 * cells; i++)
		memcpy(v + 2 * i, m->anchors[head][i / cells], 2 * sizeof *v);
	struct shape_of shape = m->flags & MINI_ANCHORS_FLAT ? (struct shape_of) { 3, { 1, 3 * cells, 2 } }
		: (struct shape_of) { 5, { 1, 3, side, side, 2 } };
	struct buf t = tensor_proto(NULL, shape, v);
	put_constant(graph, numbered("anchors#", head).s, &t);
}

static inline void
mini_head(struct buf *graph, const struct mini *m, int head)
{
	const float two = 2;
	mini_weights(graph, m, head);
	mini_node(graph, head, "Conv", "f# w# b#", "map#");
	mini_node(graph, head, "Reshape", "map# shape", "r#");
	if (m->flags & MINI_TWICE)
		mini_node(graph, head, "Relu", "map#", "again#");
	if (m->flags & MINI_SHARED)
		mini_node(graph, head, "Conv", "f# w#", "other#");
	mini_node(graph, head, "Transpose", "r#", "t#");
	if (m->flags & MINI_SLICES) {
		mini_node(graph, head, "Reshape", "t# shape", "rr#");
		mini_node(graph, head, "Sigmoid", "rr#", "s#");
		mini_node(graph, head, "Slice", "s# zero two axis one", "xy#");
		mini_node(graph, head, "Slice", "s# two four axis one", "wh#");
		mini_node(graph, head, "Slice", "s# four all axis one", "c#");
	} else {
		mini_node(graph, head, "Sigmoid", "t#", "s#");
		mini_node(graph, head, "Split", "s#", "xy# wh# c#");
	}
	mini_node(graph, head, "Mul", "xy# two", "xya#");
	mini_node(graph, head, "Add", "xya# cell", "xyb#");
	mini_node(graph, head, "Mul", "xyb# stride", "xyc#");
	struct buf t = tensor_proto(NULL, (struct shape_of) { 0, { 0 } }, &two);
	put_constant(graph, numbered("exponent#", head).s, &t);
	mini_anchors(graph, m, head);
	mini_node(graph, head, "Mul", "wh# two", "wha#");
	if (m->flags & MINI_EXP)
		mini_node(graph, head, "Exp", "wha#", "whb#");
	else
		mini_node(graph, head, "Pow", "wha# exponent#", "whb#");
	if (m->flags & MINI_ANCHOR_FIRST)
		mini_node(graph, head, "Mul", "anchors# whb#", "whc#");
	else
		mini_node(graph, head, "Mul", "whb# anchors#", "whc#");
	mini_node(graph, head, "Concat", "xyc# whc# c#", "all#");
	mini_node(graph, head, "Reshape", "all# shape", "rows#");
}

/* Heads as YOLOv5 has them behind three convolutions in a row; nothing here is as large as it would really be. */
static inline struct buf
mini_model(const struct mini *m)
{
	struct buf graph = { 0 };
	const float body[4] = { 1, 2, 3, 4 };
	put_value(&graph, G_INPUT, "images");
	put_text(&graph, G_NAME, "main_graph");
	for (int i = 0; i < m->heads; i++) {
		const struct text name = numbered("body#", i);
		put_tensor(&graph, name.s, (struct shape_of) { 4, { MINI_IN, MINI_IN, 1, 1 } }, body);
		if (m->flags & MINI_OLD_INPUTS)
			put_value(&graph, G_INPUT, name.s);
		struct buf inputs = { 0 };
		buf_printf(&inputs, "%s %s", i == 0 ? "images" : numbered("f#", i - 1).s, name.s);
		put_node(&graph, "Conv", buf_str(&inputs), numbered("f#", i).s);
		buf_free(&inputs);
	}
	put_tensor(&graph, "stride", (struct shape_of) { 0, { 0 } }, body);
	if (m->flags & MINI_OLD_INPUTS)
		put_value(&graph, G_INPUT, "stride");
	for (int i = 0; i < m->heads; i++)
		mini_head(&graph, m, i);
	put_node(&graph, "Concat", m->heads == 3 ? "rows0 rows1 rows2" : "rows0 rows1", "output0");
	put_value(&graph, G_OUTPUT, "output0");
	return model_of(&graph);
}

#endif
