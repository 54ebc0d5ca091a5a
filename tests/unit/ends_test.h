/*
 * Networks that end as the exports of each family do, made of numbers that look random, for the tests of the cuts: small, but such that
 * OpenCV really runs them.
 */
#ifndef FOOTFALL_TESTS_ENDS_TEST_H
#define FOOTFALL_TESTS_ENDS_TEST_H

#include <math.h>
#include <stdio.h>

#include "onnx_test.h"

enum ends_family { ENDS_YOLOV8, ENDS_YOLOX, ENDS_NANODET };

enum ends_flags {
	ENDS_PARTED = 1,	/* yolov8: boxes and classes joined each by themselves, as newer exports have it */
	ENDS_FOCUS = 2,		/* the stem takes every second row and column, as YOLOX has it */
	ENDS_SHUFFLE = 4,	/* a Reshape that names the size, as NanoDet has it */
	ENDS_TWICE = 8,		/* the same head behind two of the maps */
	ENDS_SHARED = 16,	/* another node takes the weights of a class head */
	ENDS_KERNEL3 = 32,	/* class heads of 3 x 3 */
	ENDS_NO_SIGMOID = 64,
	ENDS_OTHER_MEAN = 128,	/* yolov8: bins that are not 0 to 15 */
	ENDS_GROUPED = 256,	/* class heads in two groups; only for an even number of channels */
	ENDS_SIZES = 512,	/* Resize to a size instead of by a factor */
	ENDS_CLIPPED = 1024,	/* something else between the heads and the end */
	ENDS_CONSTANT_PLANE = 2048,	/* a number for each cell is added in the body */
	ENDS_BOXED = 4096,	/* the heads' weights come from Constant nodes */
	ENDS_TWO_OUTPUTS = 8192
};

struct ends {
	enum ends_family family;
	unsigned flags;
	int nclasses, size;	/* a multiple of 32 */
};

enum { ENDS_IN = 2, ENDS_NAME = 48 };	/* channels into a head */

struct ends_graph {
	const struct ends *ends;
	struct buf b;
	uint64_t random;
};

static inline float
ends_number(struct ends_graph *g, double spread)
{
	g->random = g->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (float)(((double)(g->random >> 40) / (1 << 24) * 2 - 1) * spread);
}

static inline void
ends_attribute_ints(struct buf *node, const char *name, const int64_t *v, size_t n, bool list)
{
	enum { A_INT = 3, A_INTS = 8, A_TYPE = 20, INT = 2, INTS = 7 };
	struct buf a = { 0 };
	put_text(&a, A_NAME, name);
	for (size_t i = 0; i < n; i++)
		wire_put_varint(&a, list ? A_INTS : A_INT, (uint64_t)v[i]);
	wire_put_varint(&a, A_TYPE, list ? INTS : INT);
	put_message(node, N_ATTRIBUTE, &a);
}

static inline void
ends_attribute_text(struct buf *node, const char *name, const char *text)
{
	enum { A_TEXT = 4, A_TYPE = 20, STRING = 3 };
	struct buf a = { 0 };
	put_text(&a, A_NAME, name);
	put_text(&a, A_TEXT, text);
	wire_put_varint(&a, A_TYPE, STRING);
	put_message(node, N_ATTRIBUTE, &a);
}

/* A node with attributes, which it empties; NULL: none. */
static inline void
ends_node(struct ends_graph *g, const char *op, const char *inputs, const char *outputs, struct buf *attributes)
{
	struct buf node = { 0 };
	put_names(&node, N_INPUT, inputs);
	put_names(&node, N_OUTPUT, outputs);
	put_text(&node, N_NAME, outputs);
	put_text(&node, N_OP, op);
	if (attributes != NULL) {
		buf_add(&node, buf_str(attributes), attributes->len);
		buf_free(attributes);
	}
	put_message(&g->b, G_NODE, &node);
}

static inline void
ends_int_node(struct ends_graph *g, const char *op, const char *inputs, const char *outputs, const char *name, int64_t v)
{
	struct buf a = { 0 };
	ends_attribute_ints(&a, name, &v, 1, false);
	ends_node(g, op, inputs, outputs, &a);
}

static inline void
ends_ints_node(struct ends_graph *g, const char *op, const char *inputs, const char *outputs, const char *name,
	const int64_t *v, size_t n)
{
	struct buf a = { 0 };
	ends_attribute_ints(&a, name, v, n, true);
	ends_node(g, op, inputs, outputs, &a);
}

#define ENDS_LIST(...) (const int64_t[]) { __VA_ARGS__ }, sizeof((const int64_t[]) { __VA_ARGS__ }) / sizeof(int64_t)

/* An initializer of integers. */
static inline void
ends_ints(struct ends_graph *g, const char *name, const int64_t *v, size_t n)
{
	struct buf t = { 0 }, raw = { 0 };
	wire_put_varint(&t, T_DIM, n);
	wire_put_varint(&t, T_TYPE, TYPE_INT64);
	put_text(&t, T_NAME, name);
	for (size_t i = 0; i < n; i++)
		for (int shift = 0; shift < 64; shift += 8)
			buf_putc(&raw, (char)(unsigned char)((uint64_t)v[i] >> shift));
	put_message(&t, T_RAW, &raw);
	put_message(&g->b, G_TENSOR, &t);
}

static inline void
ends_reshape(struct ends_graph *g, const char *in, const char *out, const int64_t *v, size_t n)
{
	char shape[ENDS_NAME + 8], inputs[3 * ENDS_NAME];
	snprintf(shape, sizeof shape, "%s.shape", out);
	snprintf(inputs, sizeof inputs, "%s %s", in, shape);
	ends_ints(g, shape, v, n);
	ends_node(g, "Reshape", inputs, out, NULL);
}

/* Weights that look random, as an initializer. */
static inline void
ends_weights(struct ends_graph *g, const char *name, struct shape_of shape, double spread, bool boxed)
{
	size_t n = 1;
	for (size_t i = 0; i < shape.n; i++)
		n *= (size_t)shape.d[i];
	float *v = calloc(n, sizeof *v);
	for (size_t i = 0; i < n; i++)
		v[i] = ends_number(g, spread);
	struct buf t = tensor_proto(name, shape, v);
	if (boxed)
		put_constant(&g->b, name, &t);
	else
		put_message(&g->b, G_TENSOR, &t);
	free(v);
}

struct ends_conv {
	int in, out, k, stride, group;
	bool boxed;
};

static inline void
ends_convolve(struct ends_graph *g, const char *in, const char *out, struct ends_conv c)
{
	char w[ENDS_NAME], b[ENDS_NAME], inputs[3 * ENDS_NAME];
	struct buf a = { 0 };
	int64_t pad = c.k == 3 ? 1 : 0;
	snprintf(w, sizeof w, "%s.w", out);
	snprintf(b, sizeof b, "%s.b", out);
	snprintf(inputs, sizeof inputs, "%s %s %s", in, w, b);
	ends_weights(g, w, (struct shape_of) { 4, { c.out, c.in / c.group, c.k, c.k } }, 3.0 / sqrt(c.in * c.k * c.k), c.boxed);
	ends_weights(g, b, (struct shape_of) { 1, { c.out } }, 0.5, c.boxed);
	ends_attribute_ints(&a, "kernel_shape", ENDS_LIST(c.k, c.k), true);
	ends_attribute_ints(&a, "strides", ENDS_LIST(c.stride, c.stride), true);
	ends_attribute_ints(&a, "pads", ENDS_LIST(pad, pad, pad, pad), true);
	ends_attribute_ints(&a, "group", ENDS_LIST(c.group), false);
	ends_node(g, "Conv", inputs, out, &a);
}

static inline void
ends_silu(struct ends_graph *g, const char *in, const char *out)
{
	char sigmoid[ENDS_NAME], inputs[2 * ENDS_NAME];
	snprintf(sigmoid, sizeof sigmoid, "%s.s", out);
	snprintf(inputs, sizeof inputs, "%s %s", in, sigmoid);
	ends_node(g, "Sigmoid", in, sigmoid, NULL);
	ends_node(g, "Mul", inputs, out, NULL);
}

/* "stem": (1, ENDS_IN, size / 8, size / 8). */
static inline void
ends_stem(struct ends_graph *g)
{
	if (!(g->ends->flags & ENDS_FOCUS)) {
		ends_convolve(g, "images", "stem.c", (struct ends_conv) { 3, ENDS_IN, 8, 8, 1, false });
		ends_silu(g, "stem.c", "stem");
		return;
	}
	ends_ints(g, "zero", ENDS_LIST(0));
	ends_ints(g, "one", ENDS_LIST(1));
	ends_ints(g, "two", ENDS_LIST(2));
	ends_ints(g, "three", ENDS_LIST(3));
	ends_ints(g, "end", ENDS_LIST(INT64_MAX));
	ends_node(g, "Slice", "images zero end two two", "even", NULL);
	ends_node(g, "Slice", "images one end two two", "odd", NULL);
	ends_node(g, "Slice", "even zero end three two", "q0", NULL);
	ends_node(g, "Slice", "even one end three two", "q1", NULL);
	ends_node(g, "Slice", "odd zero end three two", "q2", NULL);
	ends_node(g, "Slice", "odd one end three two", "q3", NULL);
	ends_int_node(g, "Concat", "q0 q1 q2 q3", "focus", "axis", 1);
	ends_convolve(g, "focus", "stem.c", (struct ends_conv) { 12, ENDS_IN, 4, 4, 1, false });
	ends_silu(g, "stem.c", "stem");
}

/* "f0", "f1", "f2" for strides 8, 16, 32. */
static inline void
ends_body(struct ends_graph *g)
{
	const unsigned flags = g->ends->flags;
	const int size = g->ends->size;
	struct buf a = { 0 };
	ends_stem(g);
	if (flags & ENDS_CONSTANT_PLANE) {
		ends_weights(g, "plane", (struct shape_of) { 4, { 1, ENDS_IN, size / 8, size / 8 } }, 1, false);
		ends_node(g, "Add", "stem plane", "f0", NULL);
	} else {
		ends_weights(g, "shift", (struct shape_of) { 0, { 0 } }, 1, false);
		ends_node(g, "Add", "stem shift", "f0", NULL);
	}
	ends_convolve(g, "f0", "down1", (struct ends_conv) { ENDS_IN, ENDS_IN, 2, 2, 1, false });
	ends_silu(g, "down1", "f1.a");
	ends_convolve(g, "f1.a", "down2", (struct ends_conv) { ENDS_IN, ENDS_IN, 2, 2, 1, false });
	ends_silu(g, "down2", "f2.a");
	if (flags & ENDS_SHUFFLE) {
		ends_reshape(g, "f2.a", "pairs", ENDS_LIST(1, 2, ENDS_IN / 2, size / 32, size / 32));
		ends_ints_node(g, "Transpose", "pairs", "swapped", "perm", ENDS_LIST(0, 2, 1, 3, 4));
		ends_reshape(g, "swapped", "f2", ENDS_LIST(1, -1, size / 32, size / 32));
	} else {
		ends_node(g, "Identity", "f2.a", "f2", NULL);
	}
	const float factors[4] = { 1, 1, 2, 2 };
	put_tensor(&g->b, "factors", (struct shape_of) { 1, { 4 } }, factors);
	put_tensor(&g->b, "roi", (struct shape_of) { 1, { 0 } }, factors);
	ends_ints(g, "sizes", ENDS_LIST(1, ENDS_IN, size / 16, size / 16));
	ends_attribute_text(&a, "mode", "nearest");
	ends_attribute_text(&a, "coordinate_transformation_mode", "asymmetric");
	ends_attribute_text(&a, "nearest_mode", "floor");
	ends_node(g, "Resize", flags & ENDS_SIZES ? "f2 roi roi sizes" : "f2 roi factors", "up", &a);
	ends_int_node(g, "Concat", "f1.a up", "joined", "axis", 1);
	ends_convolve(g, "joined", "merge", (struct ends_conv) { 2 * ENDS_IN, ENDS_IN, 3, 1, 1, false });
	ends_silu(g, "merge", "f1");
}

/* A head convolution "NAMEi" behind "fi"; class heads take the flags. */
static inline void
ends_head(struct ends_graph *g, const char *name, int i, int channels, bool classes)
{
	const unsigned flags = classes ? g->ends->flags : 0;
	char in[ENDS_NAME], out[ENDS_NAME], inputs[2 * ENDS_NAME];
	snprintf(in, sizeof in, "f%d", i);
	snprintf(out, sizeof out, "%s%d", name, i);
	ends_convolve(g, in, out, (struct ends_conv) { ENDS_IN, channels, flags & ENDS_KERNEL3 ? 3 : 1, 1,
	    flags & ENDS_GROUPED ? 2 : 1, flags & ENDS_BOXED });
	if (flags & ENDS_SHARED) {
		snprintf(inputs, sizeof inputs, "f%d %s%d.w", i, name, i);
		ends_node(g, "Conv", inputs, "also", NULL);
	}
}

static inline void
ends_squash(struct ends_graph *g, const char *in, const char *out)
{
	ends_node(g, g->ends->flags & ENDS_NO_SIGMOID ? "Tanh" : g->ends->flags & ENDS_CLIPPED ? "Relu" : "Sigmoid", in, out, NULL);
}

/* Constants of (2, cells): the centres of all cells in strides, and the strides. */
static inline void
ends_grid(struct ends_graph *g, int cells)
{
	const struct shape_of shape = { 2, { 2, cells } };
	float *centres = calloc((size_t)cells * 2, sizeof *centres), *strides = calloc((size_t)cells * 2, sizeof *strides);
	int at = 0;
	for (int i = 0; i < 3; i++) {
		int side = g->ends->size / (8 << i);
		for (int k = 0; k < side * side; k++, at++) {
			centres[at] = (float)(k % side) + 0.5F;
			centres[cells + at] = (float)(k / side) + 0.5F;
			strides[at] = strides[cells + at] = (float)(8 << i);
		}
	}
	put_tensor(&g->b, "centres", shape, centres);
	put_tensor(&g->b, "strides", shape, strides);
	free(centres);
	free(strides);
}

static inline void
ends_yolov8(struct ends_graph *g)
{
	const bool parted = g->ends->flags & ENDS_PARTED;
	const int nc = g->ends->nclasses;
	const char *last = g->ends->flags & ENDS_TWICE ? "1" : "2";
	char text[4 * ENDS_NAME];
	int cells = 0;
	float mean[16];
	for (int i = 0; i < 3; i++) {
		char a[ENDS_NAME], b[ENDS_NAME];
		int64_t n = (g->ends->size / (8 << i)) * (g->ends->size / (8 << i));
		cells += (int)n;
		ends_head(g, "box", i, 64, false);
		ends_head(g, "class", i, nc, true);
		if (parted) {
			snprintf(a, sizeof a, "box%d", i);
			snprintf(b, sizeof b, "boxes%d", i);
			ends_reshape(g, a, b, ENDS_LIST(1, 64, n));
			snprintf(a, sizeof a, "class%d", i);
			snprintf(b, sizeof b, "classes%d", i);
			ends_reshape(g, a, b, ENDS_LIST(1, nc, n));
		} else {
			snprintf(text, sizeof text, "box%d class%d", i, i);
			snprintf(a, sizeof a, "both%d", i);
			ends_int_node(g, "Concat", text, a, "axis", 1);
			snprintf(b, sizeof b, "rows%d", i);
			ends_reshape(g, a, b, ENDS_LIST(1, 64 + nc, n));
		}
	}
	if (parted) {
		snprintf(text, sizeof text, "boxes0 boxes1 boxes%s", last);
		ends_int_node(g, "Concat", text, "boxes", "axis", 2);
		snprintf(text, sizeof text, "classes0 classes1 classes%s", last);
		ends_int_node(g, "Concat", text, "classes", "axis", 2);
	} else {
		struct buf a = { 0 };
		snprintf(text, sizeof text, "rows0 rows1 rows%s", last);
		ends_int_node(g, "Concat", text, "rows", "axis", 2);
		ends_attribute_ints(&a, "axis", ENDS_LIST(1), false);
		ends_attribute_ints(&a, "split", ENDS_LIST(64, nc), true);
		ends_node(g, "Split", "rows", "boxes classes", &a);
	}
	ends_reshape(g, "boxes", "bins", ENDS_LIST(1, 4, 16, cells));
	ends_ints_node(g, "Transpose", "bins", "turned", "perm", ENDS_LIST(0, 2, 1, 3));
	ends_int_node(g, "Softmax", "turned", "shares", "axis", 1);
	for (int i = 0; i < 16; i++)
		mean[i] = (float)(g->ends->flags & ENDS_OTHER_MEAN ? 15 - i : i);
	put_tensor(&g->b, "mean", (struct shape_of) { 4, { 1, 16, 1, 1 } }, mean);
	ends_ints_node(g, "Conv", "shares mean", "means", "kernel_shape", ENDS_LIST(1, 1));
	ends_reshape(g, "means", "sides", ENDS_LIST(1, 4, cells));
	ends_grid(g, cells);
	struct buf a = { 0 };
	const float two = 2, minus = -1;
	ends_attribute_ints(&a, "axis", ENDS_LIST(1), false);
	ends_attribute_ints(&a, "split", ENDS_LIST(2, 2), true);
	put_tensor(&g->b, "two.f", (struct shape_of) { 0, { 0 } }, &two);
	put_tensor(&g->b, "minus.f", (struct shape_of) { 0, { 0 } }, &minus);
	ends_node(g, "Split", "sides", "before after", &a);
	/* OpenCV 4.6 takes no constant from which a value is taken */
	ends_node(g, "Mul", "before minus.f", "backwards", NULL);
	ends_node(g, "Add", "backwards centres", "first", NULL);
	ends_node(g, "Add", "after centres", "second", NULL);
	ends_node(g, "Add", "first second", "sum", NULL);
	ends_node(g, "Div", "sum two.f", "middle", NULL);
	ends_node(g, "Mul", "middle strides", "centre", NULL);
	ends_node(g, "Sub", "second first", "extent", NULL);
	ends_node(g, "Mul", "extent strides", "size", NULL);
	ends_squash(g, "classes", "scores");
	ends_int_node(g, "Concat", "centre size scores", "output0", "axis", 1);
}

static inline void
ends_yolox(struct ends_graph *g)
{
	char text[4 * ENDS_NAME], name[ENDS_NAME], out[ENDS_NAME];
	for (int i = 0; i < 3; i++) {
		ends_head(g, "box", i, 4, false);
		ends_head(g, "object", i, 1, false);
		ends_head(g, "class", i, g->ends->nclasses, true);
		snprintf(name, sizeof name, "object%d", i);
		snprintf(out, sizeof out, "object%d.s", i);
		ends_squash(g, name, out);
		snprintf(name, sizeof name, "class%d", i);
		snprintf(out, sizeof out, "class%d.s", i);
		ends_squash(g, name, out);
		snprintf(text, sizeof text, "box%d object%d.s class%d.s", i, i, i);
		snprintf(name, sizeof name, "all%d", i);
		ends_int_node(g, "Concat", text, name, "axis", 1);
		snprintf(out, sizeof out, "rows%d", i);
		ends_reshape(g, name, out, ENDS_LIST(1, 5 + g->ends->nclasses, -1));
	}
	snprintf(text, sizeof text, "rows0 rows1 rows%d", g->ends->flags & ENDS_TWICE ? 1 : 2);
	ends_int_node(g, "Concat", text, "columns", "axis", 2);
	ends_ints_node(g, "Transpose", "columns", "output0", "perm", ENDS_LIST(0, 2, 1));
}

static inline void
ends_nanodet(struct ends_graph *g)
{
	char in[ENDS_NAME], out[ENDS_NAME];
	const int64_t nc = g->ends->nclasses;
	for (int i = 0; i < 3; i++) {
		struct buf a = { 0 };
		ends_head(g, "head", i, (int)nc + 32, true);
		snprintf(in, sizeof in, "head%d", g->ends->flags & ENDS_TWICE && i == 2 ? 1 : i);
		snprintf(out, sizeof out, "classes%d sides%d", i, i);
		ends_attribute_ints(&a, "axis", ENDS_LIST(1), false);
		ends_attribute_ints(&a, "split", ENDS_LIST(nc, 32), true);
		ends_node(g, "Split", in, out, &a);
		snprintf(in, sizeof in, "classes%d", i);
		snprintf(out, sizeof out, "scores%d", i);
		ends_squash(g, in, out);
		for (int k = 0; k < 2; k++) {
			snprintf(in, sizeof in, k == 0 ? "scores%d" : "sides%d", i);
			snprintf(out, sizeof out, k == 0 ? "scores.c%d" : "sides.c%d", i);
			ends_reshape(g, in, out, ENDS_LIST(1, k == 0 ? nc : 32, -1));
			snprintf(in, sizeof in, k == 0 ? "class_rows%d" : "side_rows%d", i);
			ends_ints_node(g, "Transpose", out, in, "perm", ENDS_LIST(0, 2, 1));
		}
	}
}

/* An input or output of floats; no dimensions: of an unstated shape. */
static inline void
ends_value(struct ends_graph *g, uint64_t number, const char *name, const int *dims, size_t n)
{
	struct buf shape = { 0 }, tensor = { 0 }, type = { 0 }, value = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct buf dim = { 0 };
		wire_put_varint(&dim, 1, (uint64_t)dims[i]);
		put_message(&shape, 1, &dim);
	}
	wire_put_varint(&tensor, 1, TYPE_FLOAT);
	put_message(&tensor, 2, &shape);
	put_message(&type, 1, &tensor);
	put_text(&value, 1, name);
	put_message(&value, 2, &type);
	put_message(&g->b, number, &value);
}

static inline struct buf
ends_model(const struct ends *e)
{
	enum { M_OPSET = 8, OPSET_VERSION = 2 };
	struct ends_graph g = { .ends = e, .random = 11 };
	struct buf m = { 0 }, opset = { 0 };
	ends_value(&g, G_INPUT, "images", (int[]) { 1, 3, e->size, e->size }, 4);
	put_text(&g.b, G_NAME, "main_graph");
	ends_body(&g);
	if (e->family == ENDS_YOLOV8)
		ends_yolov8(&g);
	else if (e->family == ENDS_YOLOX)
		ends_yolox(&g);
	else
		ends_nanodet(&g);
	if (e->family != ENDS_NANODET)
		ends_value(&g, G_OUTPUT, "output0", NULL, 0);
	for (int i = 0; i < 6 && e->family == ENDS_NANODET; i++) {
		char name[ENDS_NAME];
		snprintf(name, sizeof name, i < 3 ? "class_rows%d" : "side_rows%d", i % 3);
		ends_value(&g, G_OUTPUT, name, NULL, 0);
	}
	if (e->flags & ENDS_TWO_OUTPUTS)
		ends_value(&g, G_OUTPUT, "f0", NULL, 0);
	wire_put_varint(&m, M_VERSION, 7);
	put_message(&m, M_GRAPH, &g.b);
	wire_put_varint(&opset, OPSET_VERSION, 12);
	put_message(&m, M_OPSET, &opset);
	return m;
}

#endif
