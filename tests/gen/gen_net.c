/*
 * gen_net LAYOUT OUTFILE [SIZE]: a network of that layout that OpenCV really runs, a few kilobytes small.
 *
 * It has the shapes of a trained one and finds what gen_video draws: for an input of SIZE x SIZE pixels (64 unless told) a
 * person is a square of SIZE/4 on a grey ground whose green is 255, a face one of SIZE/8 that is yellow (female) or cyan (male), so that
 * red and blue differ. A filter 8 pixels wider than a square sums what it sees and the sum's first moments: its strength says
 * whether a square is wholly in view, the moments where its centre is, exactly. Squares must be 8 pixels apart.
 *
 *	yolov5 yolov8	person of the classes other, person; RGB / 255, letterbox
 *	yolox		the same; BGR 0..255, top left
 *	end2end		RGB / 255, letterbox; one row for a square, none suppressed
 *	darknet		writes OUTFILE and beside it the .cfg; one class; RGB / 255, letterbox
 *	yunet		BGR 0..255, top left
 *	pf		person and face, raw heads; RGB / 255, letterbox; any input, any number of pictures
 *	softmax2	gender: (n, 2) female, male; RGB / 255
 *	sigmoid1	gender: (n, 1) P(male); RGB / 255
 *
 * ONNX is written as its protocol buffers define it (opset 11): https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "onnx/wire.h"

/* ---- ONNX ---- */

/* Field numbers of onnx.proto. */
enum {
	MODEL_IR_VERSION = 1, MODEL_GRAPH = 7, MODEL_OPSET = 8, OPSET_VERSION = 2,
	GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12,
	NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP = 4, NODE_ATTRIBUTE = 5,
	ATTRIBUTE_NAME = 1, ATTRIBUTE_I = 3, ATTRIBUTE_INTS = 8, ATTRIBUTE_TYPE = 20, TYPE_INT = 2, TYPE_INTS = 7,
	TENSOR_DIM = 1, TENSOR_TYPE = 2, TENSOR_LABEL = 8, TENSOR_RAW = 9, FLOAT = 1, INT64 = 7,
	INFO_NAME = 1, INFO_TYPE = 2, TYPE_TENSOR = 1, TENSOR_ELEM = 1, TENSOR_SHAPE = 2, SHAPE_DIM = 1, DIM_VALUE = 1
};

struct graph {
	struct buf body;		/* a GraphProto in the making */
};

static void
put_text(struct buf *b, uint64_t number, const char *s)
{
	wire_put_bytes(b, number, s, strlen(s));
}

/* Appends part as a field of b, and frees it. */
static void
put_message(struct buf *b, uint64_t number, struct buf *part)
{
	wire_put_bytes(b, number, buf_str(part), part->len);
	buf_free(part);
}

static void
put_int_attribute(struct buf *node, const char *name, int64_t v)
{
	struct buf a = { 0 };
	put_text(&a, ATTRIBUTE_NAME, name);
	wire_put_varint(&a, ATTRIBUTE_I, (uint64_t)v);
	wire_put_varint(&a, ATTRIBUTE_TYPE, TYPE_INT);
	put_message(node, NODE_ATTRIBUTE, &a);
}

static void
put_ints_attribute(struct buf *node, const char *name, const int *v, int n)
{
	struct buf a = { 0 };
	put_text(&a, ATTRIBUTE_NAME, name);
	for (int i = 0; i < n; i++)
		wire_put_varint(&a, ATTRIBUTE_INTS, (uint64_t)v[i]);
	wire_put_varint(&a, ATTRIBUTE_TYPE, TYPE_INTS);
	put_message(node, NODE_ATTRIBUTE, &a);
}

/* A node with the inputs given up to NULL; its only output names it. attributes may be NULL, and is freed. */
static void
put_node(struct graph *g, const char *op, const char *const *inputs, const char *output, struct buf *attributes)
{
	struct buf n = { 0 };
	for (; *inputs != NULL; inputs++)
		put_text(&n, NODE_INPUT, *inputs);
	put_text(&n, NODE_OUTPUT, output);
	put_text(&n, NODE_NAME, output);
	put_text(&n, NODE_OP, op);
	if (attributes != NULL) {
		buf_add(&n, buf_str(attributes), attributes->len);
		buf_free(attributes);
	}
	put_message(&g->body, GRAPH_NODE, &n);
}

#define INPUTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
put_constant(struct graph *g, const char *name, int type, const int *dims, int ndims, const void *data, size_t bytes)
{
	struct buf t = { 0 };
	for (int i = 0; i < ndims; i++)
		wire_put_varint(&t, TENSOR_DIM, (uint64_t)dims[i]);
	wire_put_varint(&t, TENSOR_TYPE, (uint64_t)type);
	put_text(&t, TENSOR_LABEL, name);
	wire_put_bytes(&t, TENSOR_RAW, data, bytes);
	put_message(&g->body, GRAPH_INITIALIZER, &t);
}

static void
put_value(struct graph *g, uint64_t field, const char *name, const int *dims, int ndims)
{
	struct buf shape = { 0 }, tensor = { 0 }, type = { 0 }, info = { 0 };
	for (int i = 0; i < ndims; i++) {
		struct buf dim = { 0 };
		wire_put_varint(&dim, DIM_VALUE, (uint64_t)dims[i]);
		put_message(&shape, SHAPE_DIM, &dim);
	}
	wire_put_varint(&tensor, TENSOR_ELEM, FLOAT);
	put_message(&tensor, TENSOR_SHAPE, &shape);
	put_message(&type, TYPE_TENSOR, &tensor);
	put_text(&info, INFO_NAME, name);
	put_message(&info, INFO_TYPE, &type);
	put_message(&g->body, field, &info);
}

static void
put_output(struct graph *g, const char *name, int a, int b, int c)
{
	put_value(g, GRAPH_OUTPUT, name, (int[]){ a, b, c }, c > 0 ? 3 : 2);
}

static void
finish(struct graph *g, struct buf *model)
{
	struct buf opset = { 0 };
	put_text(&g->body, GRAPH_NAME, "squares");
	wire_put_varint(&opset, OPSET_VERSION, 11);
	wire_put_varint(model, MODEL_IR_VERSION, 6);
	put_message(model, MODEL_GRAPH, &g->body);
	put_message(model, MODEL_OPSET, &opset);
}

/* ---- layers ---- */

/* One channel of a filter: gain * (share of a square that is seen, or its first moment in pixels) + bias. */
struct tap {
	enum { NOTHING, MASS, MOMENT_X, MOMENT_Y } what;
	double gain, bias;
};

/* Weights of out taps over in channels, k x k, for squares of the side given. */
static float *
tap_weights(const struct tap *t, int out, int in, int k, double side)
{
	float *w = mem_array((size_t)(out * in * k * k), sizeof *w), *p = w;
	for (int o = 0; o < out; o++)
		for (int c = 0; c < in; c++)
			for (int y = 0; y < k; y++)
				for (int x = 0; x < k; x++) {
					double at = t[o].what == MASS ? 1 : t[o].what == MOMENT_X ? x - (k - 1) / 2.0 :
						t[o].what == MOMENT_Y ? y - (k - 1) / 2.0 : 0;
					*p++ = (float)(t[o].gain * at / (side * side));
				}
	return w;
}

static void
put_conv(struct graph *g, const char *in, const char *out, const float *w, const float *bias, int nout, int nin, int k,
	int stride, int pad)
{
	char wname[64], bname[64];
	snprintf(wname, sizeof wname, "%s.w", out);
	snprintf(bname, sizeof bname, "%s.b", out);
	put_constant(g, wname, FLOAT, (int[]){ nout, nin, k, k }, 4, w, (size_t)(nout * nin * k * k) * sizeof *w);
	put_constant(g, bname, FLOAT, &nout, 1, bias, (size_t)nout * sizeof *bias);
	struct buf a = { 0 };
	put_ints_attribute(&a, "kernel_shape", (int[]){ k, k }, 2);
	put_ints_attribute(&a, "strides", (int[]){ stride, stride }, 2);
	put_ints_attribute(&a, "pads", (int[]){ pad, pad, pad, pad }, 4);
	put_node(g, "Conv", INPUTS(in, wname, bname), out, &a);
}

static void
put_reshape(struct graph *g, const char *in, const char *out, const int64_t *shape, int n)
{
	char name[64];
	snprintf(name, sizeof name, "%s.shape", out);
	put_constant(g, name, INT64, &n, 1, shape, (size_t)n * sizeof *shape);
	put_node(g, "Reshape", INPUTS(in, name), out, NULL);
}

static void
put_transpose(struct graph *g, const char *in, const char *out, const int *order, int n)
{
	struct buf a = { 0 };
	put_ints_attribute(&a, "perm", order, n);
	put_node(g, "Transpose", INPUTS(in), out, &a);
}

static void
put_concat(struct graph *g, const char *const *in, const char *out, int axis)
{
	struct buf a = { 0 };
	put_int_attribute(&a, "axis", axis);
	put_node(g, "Concat", in, out, &a);
}

/* ---- the detectors ---- */

struct plan {
	int size;		/* of the input */
	double side;		/* of a square */
	int channels;		/* of what is seen */
	int k;			/* of the filter at stride 8 */
};

/* "seen": 1 where a person is. What lies below the ground's grey does not count, nor do the borders. */
static void
put_person_eye(struct graph *g, bool bytes)
{
	const float full = bytes ? 255 : 1, w[3] = { 0, 2 / full, 0 }, b = -1;
	put_conv(g, "images", "green", w, &b, 1, 3, 1, 1, 0);
	put_node(g, "Relu", INPUTS("green"), "seen", NULL);
}

/* "seen", two channels: 1 in one of them where a face is. Input BGR, 0..255. */
static void
put_face_eye(struct graph *g)
{
	const float w[6] = { -1 / 255.0F, 0, 1 / 255.0F, 1 / 255.0F, 0, -1 / 255.0F }, b[2] = { 0, 0 };
	put_conv(g, "images", "redblue", w, b, 2, 3, 1, 1, 0);
	put_node(g, "Relu", INPUTS("redblue"), "seen", NULL);
}

/* A map of n taps at the stride; beyond stride 8 nothing is looked for, and bare biases come out. */
static void
put_taps_of(struct graph *g, const struct plan *p, const char *seen, const char *out, int stride, const struct tap *t, int n)
{
	int k = stride == 8 ? p->k : 1;
	float bias[64], *w = tap_weights(t, n, p->channels, k, p->side);
	if (k == 1)
		memset(w, 0, (size_t)(n * p->channels) * sizeof *w);
	for (int i = 0; i < n; i++)
		bias[i] = (float)t[i].bias;
	put_conv(g, seen, out, w, bias, n, p->channels, k, stride, k == 1 ? 0 : (k - 7) / 2);
	free(w);
}

static void
put_taps(struct graph *g, const struct plan *p, const char *out, int stride, const struct tap *t, int n)
{
	put_taps_of(g, p, "seen", out, stride, t, n);
}

/* Strength 1 when a square is wholly in view: a logit that falls off steeply below. */
static struct tap
score_tap(int stride, double gain, double at)
{
	return stride == 8 ? (struct tap){ MASS, gain, -gain * at } : (struct tap){ NOTHING, 0, -12 };
}

/* (1, anchors * numbers, g, g) as rows of numbers: (1, anchors * g * g, numbers). */
static void
put_rows(struct graph *g, const char *in, const char *out, int anchors, int numbers, int cells)
{
	char split[64], turned[64];
	snprintf(split, sizeof split, "%s.split", out);
	snprintf(turned, sizeof turned, "%s.turned", out);
	put_reshape(g, in, split, (int64_t[]){ 1, anchors, numbers, cells }, 4);
	put_transpose(g, split, turned, (int[]){ 0, 1, 3, 2 }, 4);
	put_reshape(g, turned, out, (int64_t[]){ 1, (int64_t)anchors * cells, numbers }, 3);
}

/* Constant: the cells' centres as x, y, and on for another pair when corners is set; the rest 0. Rows first, or columns. */
static void
put_centres(struct graph *g, const struct plan *p, const char *name, int strides, int anchors, bool corners, bool columns)
{
	int rows = 0, at = 0;
	for (int i = 0; i < strides; i++)
		rows += anchors * (p->size >> (3 + i)) * (p->size >> (3 + i));
	float *v = mem_array((size_t)rows * 4, sizeof *v);
	for (int i = 0; i < strides; i++) {
		int s = 8 << i, n = p->size / s;
		for (int j = 0; j < anchors * n * n; j++, at++)
			for (int k = 0; k < (corners ? 4 : 2); k++)
				v[columns ? k * rows + at : at * 4 + k] = (float)(s * (k % 2 == 0 ? j % n : j / n % n) + s / 2);
	}
	put_constant(g, name, FLOAT, columns ? (int[]){ 1, 4, rows } : (int[]){ 1, rows, 4 }, 3, v, (size_t)rows * 4 * sizeof *v);
	free(v);
}

/* Box and score maps of strides 8, 16, 32 as rows (yolov5, 3 anchors of which the first works) or columns (yolov8). */
static void
put_yolo(struct graph *g, const struct plan *p, bool v5)
{
	const char *boxes[] = { "box8", "box16", "box32", NULL }, *scores[] = { "score8", "score16", "score32", NULL };
	int anchors = v5 ? 3 : 1, nscores = v5 ? 3 : 2, rows = 0;
	for (int i = 0; i < 3; i++) {
		int s = 8 << i, cells = (p->size / s) * (p->size / s);
		struct tap box[12], score[9];
		for (int a = 0; a < anchors; a++) {
			struct tap strength = score_tap(a == 0 ? s : 0, 40, 0.85);
			box[4 * a] = (struct tap){ MOMENT_X, 1, 0 };
			box[4 * a + 1] = (struct tap){ MOMENT_Y, 1, 0 };
			box[4 * a + 2] = box[4 * a + 3] = (struct tap){ NOTHING, 0, p->side };
			score[nscores * a] = v5 ? strength : (struct tap){ NOTHING, 0, -8 };
			score[nscores * a + 1] = v5 ? (struct tap){ NOTHING, 0, -8 } : strength;
			if (v5)
				score[nscores * a + 2] = (struct tap){ NOTHING, 0, 8 };
		}
		char box_map[32], score_map[32];
		snprintf(box_map, sizeof box_map, "boxmap%d", s);
		snprintf(score_map, sizeof score_map, "scoremap%d", s);
		put_taps(g, p, box_map, s, box, 4 * anchors);
		put_taps(g, p, score_map, s, score, nscores * anchors);
		if (v5) {
			put_rows(g, box_map, boxes[i], anchors, 4, cells);
			put_rows(g, score_map, scores[i], anchors, nscores, cells);
		} else {
			put_reshape(g, box_map, boxes[i], (int64_t[]){ 1, 4, cells }, 3);
			put_reshape(g, score_map, scores[i], (int64_t[]){ 1, nscores, cells }, 3);
		}
		rows += anchors * cells;
	}
	put_concat(g, boxes, "offsets", v5 ? 1 : 2);
	put_concat(g, scores, "logits", v5 ? 1 : 2);
	put_centres(g, p, "centres", 3, anchors, false, !v5);
	put_node(g, "Add", INPUTS("offsets", "centres"), "boxes", NULL);
	put_node(g, "Sigmoid", INPUTS("logits"), "scores", NULL);
	put_concat(g, INPUTS("boxes", "scores"), "output0", v5 ? 2 : 1);
	if (v5)
		put_output(g, "output0", 1, rows, 4 + nscores);
	else
		put_output(g, "output0", 1, 4 + nscores, rows);
}

static void
put_yolox(struct graph *g, const struct plan *p)
{
	const char *boxes[] = { "box8", "box16", "box32", NULL }, *scores[] = { "score8", "score16", "score32", NULL };
	int rows = 0;
	for (int i = 0; i < 3; i++) {
		int s = 8 << i, cells = (p->size / s) * (p->size / s);
		const struct tap box[4] = { { MOMENT_X, 1.0 / s, 0.5 }, { MOMENT_Y, 1.0 / s, 0.5 },
			{ NOTHING, 0, log(p->side / s) }, { NOTHING, 0, log(p->side / s) } };
		const struct tap score[3] = { score_tap(s, 40, 0.85), { NOTHING, 0, -8 }, { NOTHING, 0, 8 } };
		char box_map[32], score_map[32];
		snprintf(box_map, sizeof box_map, "boxmap%d", s);
		snprintf(score_map, sizeof score_map, "scoremap%d", s);
		put_taps(g, p, box_map, s, box, 4);
		put_taps(g, p, score_map, s, score, 3);
		put_rows(g, box_map, boxes[i], 1, 4, cells);
		put_rows(g, score_map, scores[i], 1, 3, cells);
		rows += cells;
	}
	put_concat(g, boxes, "boxes", 1);
	put_concat(g, scores, "logits", 1);
	put_node(g, "Sigmoid", INPUTS("logits"), "scores", NULL);
	put_concat(g, INPUTS("boxes", "scores"), "output", 2);
	put_output(g, "output", 1, rows, 7);
}

/*
 * A window one pixel narrower, and a score so steep, that a square is wholly in view of one cell only; the
 * window's centre then lies half a pixel before that of the cell.
 */
static void
put_end2end(struct graph *g, struct plan *p)
{
	double low = -p->side / 2 - 0.5, high = p->side / 2 - 0.5;
	int cells = (p->size / 8) * (p->size / 8);
	p->k = (int)p->side + 7;
	put_taps(g, p, "boxmap", 8, (struct tap[]){ { MOMENT_X, 1, low }, { MOMENT_Y, 1, low }, { MOMENT_X, 1, high },
		{ MOMENT_Y, 1, high } }, 4);
	struct tap score = score_tap(8, 200, 0.97), class = { NOTHING, 0, 1 };
	put_taps(g, p, "scoremap", 8, &score, 1);
	put_taps(g, p, "classmap", 8, &class, 1);
	put_rows(g, "boxmap", "offsets", 1, 4, cells);
	put_rows(g, "scoremap", "logits", 1, 1, cells);
	put_rows(g, "classmap", "classes", 1, 1, cells);
	put_centres(g, p, "centres", 1, 1, true, false);
	put_node(g, "Add", INPUTS("offsets", "centres"), "boxes", NULL);
	put_node(g, "Sigmoid", INPUTS("logits"), "scores", NULL);
	put_concat(g, INPUTS("boxes", "scores", "classes"), "output0", 2);
	put_output(g, "output0", 1, cells, 6);
}

static void
put_yunet(struct graph *g, struct plan *p)
{
	/* Points in the order of the layout, as fractions of the face from its centre. */
	static const double points[10] = { -.2, -.1, .2, -.1, 0, .1, -.15, .3, .15, .3 };
	for (int i = 0; i < 3; i++) {
		int s = 8 << i, cells = (p->size / s) * (p->size / s);
		struct tap box[4] = { { MOMENT_X, 1.0 / s, 0.5 }, { MOMENT_Y, 1.0 / s, 0.5 },
			{ NOTHING, 0, log(p->side / s) }, { NOTHING, 0, log(p->side / s) } }, kps[10];
		for (int k = 0; k < 10; k++)
			kps[k] = (struct tap){ k % 2 == 0 ? MOMENT_X : MOMENT_Y, 1.0 / s, 0.5 + points[k] * p->side / s };
		struct tap score = score_tap(s, 40, 0.85), sure = { NOTHING, 0, 8 };
		const struct { const char *name; const struct tap *t; int n; bool logit; } parts[] = {
			{ "cls", &score, 1, true }, { "obj", &sure, 1, true }, { "bbox", box, 4, false }, { "kps", kps, 10, false }
		};
		for (int k = 0; k < 4; k++) {
			char map[32], rows[32], out[32];
			snprintf(map, sizeof map, "%smap%d", parts[k].name, s);
			snprintf(rows, sizeof rows, "%srows%d", parts[k].name, s);
			snprintf(out, sizeof out, "%s_%d", parts[k].name, s);
			put_taps(g, p, map, s, parts[k].t, parts[k].n);
			put_rows(g, map, parts[k].logit ? rows : out, 1, parts[k].n, cells);
			if (parts[k].logit)
				put_node(g, "Sigmoid", INPUTS(rows), out, NULL);
			put_output(g, out, 1, cells, parts[k].n);
		}
	}
}

/*
 * Persons and faces, each with an eye and a filter of its own.  The heads give logarithms of distances; a side that lies at
 * the cell's centre is a hair from it instead.
 */
static void
put_pf(struct graph *g, const struct plan *p)
{
	static const float person[3] = { 0, 2, 0 }, face[6] = { 1, 0, -1, -1, 0, 1 }, none[2] = { 0, 0 }, ground = -1;
	static const float same[16] = { 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1 }, hair[4] = { 1e-6F, 1e-6F, 1e-6F, 1e-6F };
	put_conv(g, "images", "green", person, &ground, 1, 3, 1, 1, 0);
	put_node(g, "Relu", INPUTS("green"), "seen0", NULL);
	put_conv(g, "images", "redblue", face, none, 2, 3, 1, 1, 0);
	put_node(g, "Relu", INPUTS("redblue"), "seen1", NULL);
	for (int s = 8; s <= 32; s *= 2) {
		char parts[4][32], out[32];
		for (int c = 0; c < 2; c++) {
			struct plan mine = { .size = p->size, .side = p->side / (c + 1), .channels = c + 1 };
			char seen[8], map[32], above[32], hairs[32];
			mine.k = (int)mine.side + 8;
			const double half = mine.side / 2 / s, step = s == 8 ? 1.0 / s : 0;
			const struct tap box[4] = { { MOMENT_X, -step, half }, { MOMENT_Y, -step, half }, { MOMENT_X, step, half },
				{ MOMENT_Y, step, half } };
			const struct tap score = score_tap(s, 40, 0.85);
			snprintf(seen, sizeof seen, "seen%d", c);
			snprintf(map, sizeof map, "sides%d_%d", c, s);
			snprintf(above, sizeof above, "above%d_%d", c, s);
			snprintf(hairs, sizeof hairs, "hair%d_%d", c, s);
			snprintf(parts[2 * c], sizeof parts[0], "logs%d_%d", c, s);
			snprintf(parts[2 * c + 1], sizeof parts[0], "score%d_%d", c, s);
			put_taps_of(g, &mine, seen, map, s, box, 4);
			put_node(g, "Relu", INPUTS(map), above, NULL);
			put_conv(g, above, hairs, same, hair, 4, 4, 1, 1, 0);
			put_node(g, "Log", INPUTS(hairs), parts[2 * c], NULL);
			put_taps_of(g, &mine, seen, parts[2 * c + 1], s, &score, 1);
		}
		snprintf(out, sizeof out, "stride_%d", s);
		put_concat(g, INPUTS(parts[0], parts[1], parts[2], parts[3]), out, 1);
		put_value(g, GRAPH_OUTPUT, out, (int[]){ 1, 10, p->size / s, p->size / s }, 4);
	}
}

/* ---- gender ---- */

/* The mean of red minus blue tells: yellow is female, cyan male. Any number of pictures. */
static void
put_gender(struct graph *g, bool softmax)
{
	const float two[6] = { 4, 0, -4, -4, 0, 4 }, one[3] = { -8, 0, 8 }, b[2] = { 0, 0 };
	int n = softmax ? 2 : 1;
	struct buf a = { 0 };
	put_node(g, "GlobalAveragePool", INPUTS("images"), "mean", NULL);
	put_conv(g, "mean", "colour", softmax ? two : one, b, n, 3, 1, 1, 0);
	put_int_attribute(&a, "axis", 1);
	put_node(g, "Flatten", INPUTS("colour"), "logits", &a);
	if (softmax)
		put_int_attribute(&a, "axis", 1);
	put_node(g, softmax ? "Softmax" : "Sigmoid", INPUTS("logits"), "prob", softmax ? &a : NULL);
	put_output(g, "prob", 1, n, 0);
}

/* ---- Darknet ---- */

/*
 * Two [yolo] layers; the second, at stride 16, never fires. Darknet gets a cell's offset through a sigmoid, which is straight
 * only in the middle: boxes are off by up to a pixel.
 */
static void
write_darknet(const struct plan *p, struct buf *weights, struct buf *cfg)
{
	const int header[3] = { 0, 2, 0 }, k = p->k;
	const int64_t seen = 0;
	const float eye[10] = { -1, 0, 2, 0, 0, 0, 0, 0, 0, 0 };	/* bias, then 1 x 3 */
	struct tap t[18];
	for (int i = 0; i < 18; i++)
		t[i] = (struct tap){ NOTHING, 0, i % 6 == 5 ? 8 : i % 6 == 4 ? -12 : 0 };
	t[0] = (struct tap){ MOMENT_X, 0.5, 0 };
	t[1] = (struct tap){ MOMENT_Y, 0.5, 0 };
	t[4] = score_tap(8, 40, 0.85);

	buf_add(weights, header, sizeof header);
	buf_add(weights, &seen, sizeof seen);
	buf_add(weights, eye, 4 * sizeof *eye);
	for (int head = 0; head < 2; head++) {
		float bias[18], *w = tap_weights(t, 18, 1, head == 0 ? k : 1, p->side);
		for (int i = 0; i < 18; i++)
			bias[i] = head == 1 && i % 6 == 4 ? -12 : (float)t[i].bias;
		buf_add(weights, bias, sizeof bias);
		if (head == 1)
			memset(w, 0, 18 * sizeof *w);
		buf_add(weights, w, (size_t)(18 * (head == 0 ? k * k : 1)) * sizeof *w);
		free(w);
	}
	buf_printf(cfg, "[net]\nwidth=%d\nheight=%d\nchannels=3\n\n", p->size, p->size);
	buf_puts(cfg, "[convolutional]\nfilters=1\nsize=1\nstride=1\npad=0\nactivation=relu\n\n");
	for (int head = 0; head < 2; head++)
		buf_printf(cfg, "%s[convolutional]\nfilters=18\nsize=%d\nstride=%d\npad=0\npadding=%d\nactivation=linear\n\n"
			"[yolo]\nmask=0,1,2\nanchors=%g,%g, %g,%g, %g,%g\nclasses=1\nnum=3\n\n",
			head == 0 ? "" : "[route]\nlayers=0\n\n", head == 0 ? k : 1, 8 << head, head == 0 ? (k - 8) / 2 : 0,
			p->side, p->side, p->side, p->side, p->side, p->side);
}

/* ---- files ---- */

static int
write_file(const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "wb");
	bool ok = f != NULL && fwrite(buf_str(b), 1, b->len, f) == b->len;
	if ((f != NULL && fclose(f) != 0) || !ok) {
		fprintf(stderr, "gen_net: %s: %s\n", path, strerror(errno));
		return 74;
	}
	return 0;
}

static int
write_darknet_files(const struct plan *p, const char *path)
{
	struct buf weights = { 0 }, cfg = { 0 }, name = { 0 };
	write_darknet(p, &weights, &cfg);
	const char *dot = strrchr(path, '.');
	buf_add(&name, path, dot != NULL ? (size_t)(dot - path) : strlen(path));
	buf_puts(&name, ".cfg");
	int r = write_file(path, &weights);
	if (r == 0)
		r = write_file(buf_str(&name), &cfg);
	buf_free(&weights);
	buf_free(&cfg);
	buf_free(&name);
	return r;
}

int
main(int argc, char **argv)
{
	int size = argc > 3 ? atoi(argv[3]) : 64;
	if (argc < 3 || argc > 4 || size < 32 || size > 1024 || size % 32 != 0) {
		fprintf(stderr, "usage: gen_net yolov5|yolov8|yolox|end2end|darknet|yunet|pf|softmax2|sigmoid1 OUTFILE [SIZE]\n"
			"SIZE: a multiple of 32, 32 to 1024\n");
		return 2;
	}
	const char *layout = argv[1];
	struct plan p = { .size = size, .side = size / 4.0, .channels = 1, .k = size / 4 + 8 };
	struct graph g = { 0 };
	if (strcmp(layout, "darknet") == 0)
		return write_darknet_files(&p, argv[2]);

	put_value(&g, GRAPH_INPUT, "images", (int[]){ 1, 3, size, size }, 4);
	if (strcmp(layout, "yolov5") == 0 || strcmp(layout, "yolov8") == 0) {
		put_person_eye(&g, false);
		put_yolo(&g, &p, strcmp(layout, "yolov5") == 0);
	} else if (strcmp(layout, "yolox") == 0) {
		put_person_eye(&g, true);
		put_yolox(&g, &p);
	} else if (strcmp(layout, "end2end") == 0) {
		put_person_eye(&g, false);
		put_end2end(&g, &p);
	} else if (strcmp(layout, "yunet") == 0) {
		p = (struct plan){ .size = size, .side = size / 8.0, .channels = 2, .k = size / 8 + 8 };
		put_face_eye(&g);
		put_yunet(&g, &p);
	} else if (strcmp(layout, "pf") == 0) {
		put_pf(&g, &p);
	} else if (strcmp(layout, "softmax2") == 0 || strcmp(layout, "sigmoid1") == 0) {
		put_gender(&g, strcmp(layout, "softmax2") == 0);
	} else {
		fprintf(stderr, "gen_net: no layout %s\n", layout);
		return 2;
	}
	struct buf model = { 0 };
	finish(&g, &model);
	int r = write_file(argv[2], &model);
	buf_free(&model);
	return r;
}
