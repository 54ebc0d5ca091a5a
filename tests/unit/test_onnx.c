/* onnx: graphs read from hostile bytes, written anew with only what is needed, and YOLOv5 cut at its heads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "onnx/cut.h"
#include "onnx/graph.h"
#include "onnx_test.h"

static struct slice
text(const char *s)
{
	return (struct slice) { (const unsigned char *)s, strlen(s) };
}

/* A model in memory of exactly its size, so that a sanitizer sees any step outside. */
struct file {
	unsigned char *p;
	size_t n;
};

static struct file
file_of(const void *data, size_t n)
{
	struct file f = { malloc(n > 0 ? n : 1), n };
	assert_non_null(f.p);
	if (n > 0)
		memcpy(f.p, data, n);
	return f;
}

static struct file
file_of_graph(struct buf *graph)
{
	struct buf m = model_of(graph);
	struct file f = file_of(m.data, m.len);
	buf_free(&m);
	return f;
}

static int
parse(const struct file *f, struct onnx_graph *g)
{
	int r = onnx_parse((struct slice) { f->p, f->n }, g);
	if (r != 0)
		assert_true(g->nodes == NULL && g->tensors == NULL && g->makers.v == NULL);
	return r;
}

/* Ends with the graph freed, whether it was taken or not. */
static bool
takes(struct buf *graph)
{
	struct file f = file_of_graph(graph);
	struct onnx_graph g;
	bool ok = parse(&f, &g) == 0;
	onnx_free(&g);
	free(f.p);
	return ok;
}

/* ---- reading ---- */

static void
reads(void **state)
{
	(void)state;
	struct buf graph = { 0 };
	const float v[6] = { 0, -1.5f, 2, INFINITY, 1e-40f, 3 };
	put_node(&graph, "Conv", "images w -", "a");
	put_tensor(&graph, "w", (struct shape_of) { 2, { 2, 3 } }, v);
	put_node(&graph, "Split", "a", "b c");
	put_value(&graph, G_INPUT, "images");
	put_value(&graph, G_OUTPUT, "c");
	struct file f = file_of_graph(&graph);
	struct onnx_graph g;
	assert_int_equal(parse(&f, &g), 0);
	assert_int_equal(g.nmodel, 2);
	assert_int_equal(g.nnodes, 2);
	assert_int_equal(g.ntensors, 1);
	assert_int_equal(g.ninputs, 1);
	assert_int_equal(g.noutputs, 1);
	assert_true(onnx_is(g.nodes[0].op, "Conv"));
	assert_false(onnx_is(g.nodes[0].op, "Con") || onnx_is(g.nodes[0].op, "ConvX") || onnx_is(g.nodes[0].op, ""));
	assert_int_equal(g.nodes[0].ninputs, 3);
	assert_int_equal(g.nodes[1].noutputs, 2);
	assert_true(onnx_same(g.nodes[1].outputs[1], text("c")));
	assert_ptr_equal(onnx_maker(&g, text("c")), &g.nodes[1]);
	assert_null(onnx_maker(&g, text("images")));
	assert_null(onnx_maker(&g, text("")));
	assert_ptr_equal(onnx_only_taker(&g, text("a")), &g.nodes[1]);
	assert_null(onnx_only_taker(&g, text("c")));

	const struct onnx_tensor *t = onnx_initializer(&g, text("w"));
	assert_non_null(t);
	assert_true(t->is_float);
	assert_int_equal(t->ndims, 2);
	assert_int_equal(t->dims[0], 2);
	assert_int_equal(t->dims[1], 3);
	assert_int_equal(t->count, 6);
	for (size_t i = 0; i < 6; i++) {
		float have = onnx_float(t, i);
		assert_memory_equal(&have, &v[i], sizeof have);
	}
	onnx_free(&g);
	free(f.p);
}

/* The same (2, 3) floats in each of the ways that the format allows. */
static void
ways_to_write_a_constant(void **state)
{
	(void)state;
	const float v[6] = { 1, 2, 3, 4, 5, 6 };
	for (int way = 0; way < 8; way++) {
		struct buf graph = { 0 }, t = { 0 }, dims = { 0 }, raw = { 0 };
		put_floats(&raw, v, 6);
		if (way & 4)
			put_message(&t, way & 1 ? T_FLOATS : T_RAW, &raw);
		if (way & 2) {
			buf_add(&dims, "\x02\x03", 2);
			put_message(&t, T_DIM, &dims);
		} else {
			wire_put_varint(&t, T_DIM, 2);
			wire_put_varint(&t, T_DIM, 3);
		}
		wire_put_varint(&t, T_TYPE, TYPE_FLOAT);
		if (!(way & 4))
			put_message(&t, way & 1 ? T_FLOATS : T_RAW, &raw);
		put_constant(&graph, "value", &t);
		struct file f = file_of_graph(&graph);
		struct onnx_graph g;
		struct onnx_tensor c;
		assert_int_equal(parse(&f, &g), 0);
		assert_null(onnx_initializer(&g, text("value")));
		assert_true(onnx_constant(&g, text("value"), &c));
		assert_int_equal(c.ndims, 2);
		assert_int_equal(c.dims[1], 3);
		for (size_t i = 0; i < 6; i++)
			assert_true(onnx_float(&c, i) == v[i]);
		assert_false(onnx_constant(&g, text("valu"), &c));
		assert_false(onnx_constant(&g, text(""), &c));
		onnx_free(&g);
		free(f.p);
	}
}

/* Is a tensor of this type, these dims (varints) and so many bytes one of floats? */
static bool
is_floats(int type, const uint64_t *dims, size_t ndims, size_t bytes)
{
	static const unsigned char zero[64];
	struct buf graph = { 0 }, t = { 0 };
	for (size_t i = 0; i < ndims; i++)
		wire_put_varint(&t, T_DIM, dims[i]);
	wire_put_varint(&t, T_TYPE, (uint64_t)type);
	put_text(&t, T_NAME, "t");
	wire_put_bytes(&t, T_RAW, zero, bytes);
	put_message(&graph, G_TENSOR, &t);
	struct file f = file_of_graph(&graph);
	struct onnx_graph g;
	struct onnx_tensor c;
	assert_int_equal(parse(&f, &g), 0);
	bool is = onnx_constant(&g, text("t"), &c);
	assert_int_equal(is, onnx_initializer(&g, text("t"))->is_float);
	onnx_free(&g);
	free(f.p);
	return is;
}

#define DIMS(...) (const uint64_t[]) { __VA_ARGS__ }, sizeof((const uint64_t[]) { __VA_ARGS__ }) / sizeof(uint64_t)

static void
hostile_dims(void **state)
{
	(void)state;
	const uint64_t huge = UINT64_C(1) << 63, most = INT32_MAX;
	assert_true(is_floats(TYPE_FLOAT, DIMS(2, 3), 24));
	assert_true(is_floats(TYPE_FLOAT, NULL, 0, 4));
	assert_true(is_floats(TYPE_FLOAT, DIMS(1, 1, 1, 1, 1, 1, 1, 2), 8));
	assert_false(is_floats(TYPE_FLOAT, DIMS(1, 1, 1, 1, 1, 1, 1, 1, 2), 8));
	assert_false(is_floats(TYPE_FLOAT, DIMS(2, 3), 23));
	assert_false(is_floats(TYPE_FLOAT, DIMS(2, 3), 25));
	assert_false(is_floats(TYPE_FLOAT, DIMS(2, 3), 0));
	assert_false(is_floats(TYPE_FLOAT16, DIMS(2, 3), 24));
	assert_false(is_floats(TYPE_INT64, DIMS(3), 24));
	assert_false(is_floats(0, DIMS(2, 3), 24));
	/* nothing in it */
	assert_false(is_floats(TYPE_FLOAT, DIMS(0), 0));
	assert_false(is_floats(TYPE_FLOAT, DIMS(255, 0, 1, 1), 0));
	/* 2^62 + 1 of them, so the bytes are 4 to whom lets the product wrap; 2^62 + 9 */
	assert_false(is_floats(TYPE_FLOAT, DIMS(5, 5581, 8681, 49477, 384773), 4));
	assert_false(is_floats(TYPE_FLOAT, DIMS(13, 97, 997, 25873, 141775993), 36));
	/* and of these it is 0 */
	assert_false(is_floats(TYPE_FLOAT, DIMS(huge), 0));
	assert_false(is_floats(TYPE_FLOAT, DIMS(huge, 2), 0));
	assert_false(is_floats(TYPE_FLOAT, DIMS(UINT64_MAX, UINT64_MAX), 4));
	assert_false(is_floats(TYPE_FLOAT, DIMS(UINT64_C(1) << 32, UINT64_C(1) << 32), 0));
	assert_false(is_floats(TYPE_FLOAT, DIMS(UINT64_C(1) << 31, UINT64_C(1) << 31, 4), 0));
	assert_false(is_floats(TYPE_FLOAT, DIMS(1 << 30, 1 << 30, 16), 0));
	assert_false(is_floats(TYPE_FLOAT, DIMS(1 << 30, 1 << 30, 1, 1, 0), 0));
	assert_false(is_floats(TYPE_FLOAT, DIMS(most, most, most, most, most, most, most, most), 4));
}

static void
other_bytes(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		size_t n;
	} v[] = {
		{ "", 0 }, { "version https://git-lfs.github.com/spec/v1\n", 43 }, { "\x00", 1 }, { "\x08\x08", 2 },
		{ "\x3a\x7f", 2 }, { "\x3a\x02\x0a\x05", 4 }, { "\x3a\x02\x2a\x05", 4 }, { "\x38\x01", 2 },
		{ "\x3a\x04\x0a\x02\x0a\x09", 6 }, { "\x3a\x04\x2a\x02\x08\xff", 6 }, { "\x3a\x00\x0f", 3 },
	};
	struct onnx_graph g;
	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		struct file f = file_of(v[i].s, v[i].n);
		if (parse(&f, &g) == 0)
			fail_msg("case %zu is taken", i);
		free(f.p);
	}
	/* a graph with nothing in it; then two */
	struct file f = file_of("\x3a\x00", 2);
	assert_int_equal(parse(&f, &g), 0);
	assert_null(onnx_maker(&g, text("a")));
	assert_null(onnx_only_taker(&g, text("a")));
	assert_null(onnx_initializer(&g, text("a")));
	onnx_free(&g);
	onnx_free(&g);
	free(f.p);
	f = file_of("\x3a\x00\x3a\x00", 4);
	assert_int_equal(parse(&f, &g), -1);
	free(f.p);
	/* a sparse initializer could not be kept */
	struct buf graph = { 0 };
	wire_put_bytes(&graph, G_SPARSE, "", 0);
	assert_false(takes(&graph));
}

static void
many(struct buf *graph, uint64_t number, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wire_put_bytes(graph, number, "", 0);
}

/* A file within the limits is read; one more of anything, and it is refused. */
static void
limits(void **state)
{
	(void)state;
	const uint64_t lists[] = { G_NODE, G_TENSOR, G_INPUT, G_OUTPUT };
	struct buf graph = { 0 }, node = { 0 }, m = { 0 };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		many(&graph, lists[i], ONNX_MOST);
		assert_true(takes(&graph));
		many(&graph, lists[i], ONNX_MOST + 1);
		assert_false(takes(&graph));
	}
	many(&node, N_INPUT, ONNX_MOST);
	put_message(&graph, G_NODE, &node);
	assert_true(takes(&graph));
	many(&node, N_INPUT, ONNX_MOST + 1);
	put_message(&graph, G_NODE, &node);
	assert_false(takes(&graph));
	for (size_t more = 0; more < 2; more++) {
		many(&node, N_OUTPUT, ONNX_MOST);
		for (size_t i = 0; i < ONNX_MOST_VALUES / ONNX_MOST; i++)
			wire_put_bytes(&graph, G_NODE, node.data, node.len);
		buf_free(&node);
		many(&node, N_INPUT, more);
		put_message(&graph, G_NODE, &node);
		assert_int_equal(takes(&graph), more == 0);
	}
	struct onnx_graph g;
	many(&m, M_PRODUCER, ONNX_MOST);
	wire_put_bytes(&m, M_GRAPH, "", 0);
	struct file f = file_of(m.data, m.len);
	assert_int_equal(parse(&f, &g), 0);
	onnx_free(&g);
	free(f.p);
	many(&m, M_PRODUCER, 1);
	f = file_of(m.data, m.len);
	assert_int_equal(parse(&f, &g), -1);
	free(f.p);
	buf_free(&m);
}

static void
long_names(void **state)
{
	(void)state;
	char name[NAMES_LONGEST + 2];
	memset(name, 'n', sizeof name);
	for (size_t n = NAMES_LONGEST; n <= NAMES_LONGEST + 1; n++) {
		struct buf graph = { 0 };
		name[n] = '\0';
		put_node(&graph, "Relu", name, "a");
		assert_int_equal(takes(&graph), n == NAMES_LONGEST);
		put_node(&graph, "Relu", "a", name);
		assert_int_equal(takes(&graph), n == NAMES_LONGEST);
		put_value(&graph, G_INPUT, name);
		assert_int_equal(takes(&graph), n == NAMES_LONGEST);
		put_tensor(&graph, name, (struct shape_of) { 0, { 0 } }, &(float) { 1 });
		assert_int_equal(takes(&graph), n == NAMES_LONGEST);
		name[n] = 'n';
	}
}

/* The first of a name counts; a node that takes a value twice is one taker. */
static void
same_names(void **state)
{
	(void)state;
	struct buf graph = { 0 };
	struct onnx_graph g;
	put_node(&graph, "A", "x", "y -");
	put_node(&graph, "B", "y y -", "y");
	put_node(&graph, "C", "x -", "yy");
	put_tensor(&graph, "w", (struct shape_of) { 0, { 0 } }, &(float) { 1 });
	put_tensor(&graph, "w", (struct shape_of) { 0, { 0 } }, &(float) { 2 });
	/* an initializer goes before the node that makes the same name */
	put_node(&graph, "D", "z", "w");
	struct file f = file_of_graph(&graph);
	assert_int_equal(parse(&f, &g), 0);
	assert_ptr_equal(onnx_maker(&g, text("y")), &g.nodes[0]);
	assert_ptr_equal(onnx_maker(&g, text("yy")), &g.nodes[2]);
	assert_null(onnx_maker(&g, text("")));
	assert_ptr_equal(onnx_only_taker(&g, text("y")), &g.nodes[1]);
	assert_null(onnx_only_taker(&g, text("x")));
	assert_null(onnx_only_taker(&g, text("")));
	struct onnx_tensor t;
	assert_true(onnx_constant(&g, text("w"), &t));
	assert_true(onnx_float(&t, 0) == 1);
	onnx_free(&g);
	free(f.p);
}

/* Among many names of every length, each finds its own, also where one begins another. */
static void
finds_each(void **state)
{
	(void)state;
	enum { N = 3000 };
	struct buf graph = { 0 };
	struct onnx_graph g;
	char in[32], out[32];
	for (int i = 0; i < N; i++) {
		snprintf(in, sizeof in, "in%x", i * 7919 % N);
		snprintf(out, sizeof out, "%x", i * 7919 % N);
		put_node(&graph, "Relu", in, out);
	}
	struct file f = file_of_graph(&graph);
	assert_int_equal(parse(&f, &g), 0);
	for (int i = 0; i < N; i++) {
		snprintf(in, sizeof in, "in%x", i * 7919 % N);
		snprintf(out, sizeof out, "%x", i * 7919 % N);
		assert_ptr_equal(onnx_maker(&g, text(out)), &g.nodes[i]);
		assert_ptr_equal(onnx_only_taker(&g, text(in)), &g.nodes[i]);
	}
	assert_null(onnx_maker(&g, text("in1")));
	assert_null(onnx_maker(&g, text("ffffffff")));
	onnx_free(&g);
	free(f.p);
}

/* ---- writing ---- */

/* Writes what the values (names parted by spaces) need, and reads that. file receives its bytes. */
static struct onnx_graph
rewrite(struct buf *graph, const char *wanted, struct file *file)
{
	struct file f = file_of_graph(graph);
	struct onnx_graph g, out;
	struct slice values[4];
	struct buf b = { 0 };
	size_t n = 0;
	for (const char *p = wanted; *p != '\0'; p += values[n].n + (p[values[n].n] == ' '), n++)
		values[n] = (struct slice) { (const unsigned char *)p, strcspn(p, " ") };
	assert_int_equal(parse(&f, &g), 0);
	onnx_write(&g, values, n, NULL, 0, &b);
	*file = file_of(b.data, b.len);
	assert_int_equal(parse(file, &out), 0);
	assert_int_equal(out.noutputs, n);
	assert_int_equal(out.nmodel, g.nmodel);
	buf_free(&b);
	onnx_free(&g);
	free(f.p);
	return out;
}

/* The operations of the nodes, in order: "Conv Relu". */
static void
has_nodes(const struct onnx_graph *g, const char *want)
{
	struct buf b = { 0 };
	for (size_t i = 0; i < g->nnodes; i++)
		buf_printf(&b, "%s%.*s", i > 0 ? " " : "", (int)g->nodes[i].op.n, (const char *)g->nodes[i].op.p);
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

static void
keeps_what_is_needed(void **state)
{
	(void)state;
	const float one = 1;
	const struct shape_of scalar = { 0, { 0 } };
	struct buf graph = { 0 };
	struct file f;
	put_value(&graph, G_INPUT, "images");
	put_value(&graph, G_INPUT, "other");
	put_value(&graph, G_INPUT, "w");		/* repeats an initializer */
	put_value(&graph, G_INPUT, "v");
	put_tensor(&graph, "v", scalar, &one);
	put_tensor(&graph, "w", scalar, &one);
	put_tensor(&graph, "w", scalar, &one);
	put_node(&graph, "Conv", "images w -", "a");
	put_node(&graph, "Lstm", "other v", "- dead");	/* makes no value that anybody takes */
	put_node(&graph, "Relu", "a", "b");
	put_node(&graph, "Split", "b", "c d");
	put_node(&graph, "Concat", "c d", "output0");
	put_value(&graph, G_OUTPUT, "output0");
	struct onnx_graph g = rewrite(&graph, "d a", &f);
	has_nodes(&g, "Conv Relu Split");
	assert_int_equal(g.ntensors, 1);
	assert_true(onnx_same(g.tensors[0].name, text("w")));
	assert_int_equal(g.ninputs, 1);
	assert_memory_equal(g.inputs[0].p, "\x0a\x06images", 8);
	assert_memory_equal(g.outputs[0].p, "\x0a\x01" "d", 3);
	assert_memory_equal(g.outputs[1].p, "\x0a\x01" "a", 3);
	onnx_free(&g);
	free(f.p);
}

static void
circles(void **state)
{
	(void)state;
	struct buf graph = { 0 };
	struct file f;
	put_node(&graph, "Own", "a", "a");
	put_node(&graph, "Left", "c", "b");
	put_node(&graph, "Right", "b a", "c");
	put_node(&graph, "Twice", "c c c c", "d");
	put_node(&graph, "Not", "d", "e");
	struct onnx_graph g = rewrite(&graph, "d nobody", &f);
	has_nodes(&g, "Own Left Right Twice");
	assert_int_equal(g.ninputs, 0);
	onnx_free(&g);
	free(f.p);
}

/* As deep as it gets, and the widest: every node takes what all before it made. */
static void
deep_and_wide(void **state)
{
	(void)state;
	struct buf graph = { 0 };
	struct file f;
	char in[32], out[32];
	for (int i = ONNX_MOST; i > 0; i--) {
		snprintf(in, sizeof in, "v%d", i - 1);
		snprintf(out, sizeof out, "v%d", i);
		put_node(&graph, "Relu", in, out);
	}
	snprintf(out, sizeof out, "v%d", ONNX_MOST);
	struct onnx_graph g = rewrite(&graph, out, &f);
	assert_int_equal(g.nnodes, ONNX_MOST);
	onnx_free(&g);
	free(f.p);

	for (int i = 0; i < 600; i++) {
		struct buf node = { 0 };
		for (int k = 0; k < i; k++) {
			snprintf(in, sizeof in, "v%d", k);
			put_text(&node, N_INPUT, in);
		}
		snprintf(out, sizeof out, "v%d", i);
		put_text(&node, N_OUTPUT, out);
		put_message(&graph, G_NODE, &node);
	}
	g = rewrite(&graph, "v599", &f);
	assert_int_equal(g.nnodes, 600);
	onnx_free(&g);
	free(f.p);
}

/* ---- cutting ---- */

static struct file
mini_file(const struct mini *m)
{
	struct buf b = mini_model(m);
	struct file f = file_of(b.data, b.len);
	buf_free(&b);
	return f;
}

/* Ends with everything freed; false: not cut, and nothing left behind. */
static bool
cuts(const struct mini *m, int nclasses, int wanted)
{
	struct file f = mini_file(m);
	struct cut c;
	bool ok = cut_yolov5(f.p, f.n, nclasses, wanted, &c);
	assert_int_equal(ok, c.model.len > 0);
	cut_free(&c);
	free(f.p);
	return ok;
}

/* x, y, w, h, objectness and the one class, of each anchor. */
static void
has_weights(const struct onnx_graph *g, int head, int nclasses, int wanted)
{
	struct onnx_tensor w, b;
	assert_true(onnx_constant(g, text(numbered("w#", head).s), &w));
	assert_true(onnx_constant(g, text(numbered("b#", head).s), &b));
	assert_int_equal(w.ndims, 4);
	assert_int_equal(w.dims[0], 18);
	assert_int_equal(w.dims[1], MINI_IN);
	assert_int_equal(w.dims[2] * w.dims[3], 1);
	assert_int_equal(b.ndims, 1);
	assert_int_equal(b.dims[0], 18);
	for (int i = 0; i < 18; i++) {
		int channel = i / 6 * (5 + nclasses) + (i % 6 == 5 ? 5 + wanted : i % 6);
		assert_true(onnx_float(&b, (size_t)i) == mini_bias(head, channel));
		for (int k = 0; k < MINI_IN; k++)
			assert_true(onnx_float(&w, (size_t)(i * MINI_IN + k)) == mini_weight(head, channel, k));
	}
}

static void
is_cut(const struct mini *m, int wanted)
{
	struct file f = mini_file(m);
	struct cut c;
	struct onnx_graph g;
	if (!cut_yolov5(f.p, f.n, m->nclasses, wanted, &c))
		fail_msg("class %d of %d, flags %u: not cut", wanted, m->nclasses, m->flags);
	/* what is kept was copied: the file may go */
	memset(f.p, 0xff, f.n);
	free(f.p);
	struct file short_one = file_of(c.model.data, c.model.len);
	assert_int_equal(parse(&short_one, &g), 0);
	has_nodes(&g, "Conv Conv Conv Conv Conv Conv");
	assert_int_equal(g.nmodel, 2);
	assert_int_equal(g.ntensors, 9);
	assert_int_equal(g.ninputs, 1);
	assert_int_equal(g.noutputs, 3);
	for (int i = 0; i < 3; i++) {
		const struct text name = numbered("map#", i);
		assert_int_equal(g.outputs[i].p[1], strlen(name.s));
		assert_memory_equal(g.outputs[i].p + 2, name.s, strlen(name.s));
		has_weights(&g, i, m->nclasses, wanted);
		for (int a = 0; a < 3; a++)
			for (int k = 0; k < 2; k++)
				assert_true(c.anchors[i][a][k] == (double)m->anchors[i][a][k]);
	}
	/* once is enough */
	struct cut again;
	assert_false(cut_yolov5(c.model.data, c.model.len, m->nclasses, wanted, &again));
	assert_false(cut_yolov5(c.model.data, c.model.len, 1, 0, &again));
	onnx_free(&g);
	free(short_one.p);
	cut_free(&c);
	cut_free(&c);
}

static void
cut_forms(void **state)
{
	(void)state;
	const unsigned flags[] = { 0, MINI_SLICES, MINI_ANCHORS_CELLS, MINI_SLICES | MINI_ANCHORS_CELLS,
		MINI_SLICES | MINI_ANCHORS_FLAT, MINI_OLD_INPUTS, MINI_ANCHOR_FIRST };
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		struct mini m = MINI;
		m.flags = flags[i];
		for (m.nclasses = 1; m.nclasses <= 4; m.nclasses++)
			for (int wanted = 0; wanted < m.nclasses; wanted++)
				is_cut(&m, wanted);
	}
}

static void
cut_wanted(void **state)
{
	(void)state;
	assert_true(cuts(&MINI, 2, 1));
	assert_false(cuts(&MINI, 2, 2));
	assert_false(cuts(&MINI, 2, -1));
	assert_false(cuts(&MINI, 2, INT32_MAX));
	assert_false(cuts(&MINI, 1, 0));
	assert_false(cuts(&MINI, 3, 0));
	assert_false(cuts(&MINI, 0, 0));
	assert_false(cuts(&MINI, -5, 0));
	assert_false(cuts(&MINI, INT32_MAX, 0));
	assert_false(cuts(&MINI, INT32_MIN, INT32_MIN));
}

static void
cut_other_patterns(void **state)
{
	(void)state;
	const unsigned flags[] = { MINI_SHARED, MINI_BOXED, MINI_TWICE, MINI_EXP, MINI_KERNEL3 };
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		struct mini m = MINI;
		m.flags = flags[i];
		if (cuts(&m, 2, 0))
			fail_msg("flags %u: cut", flags[i]);
	}
	for (int heads = 1; heads <= 4; heads++) {
		struct mini m = MINI;
		m.heads = heads;
		assert_int_equal(cuts(&m, 2, 0), heads == 3);
	}
}

static void
cut_wrong_anchors(void **state)
{
	(void)state;
	const float wrong[] = { 0, -1, NAN, INFINITY, -INFINITY, 1e5f };
	for (int k = 0; k < 18; k++) {
		for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
			struct mini m = MINI;
			m.anchors[k / 6][k / 2 % 3][k % 2] = wrong[i];
			assert_false(cuts(&m, 2, 0));
		}
	}
}

/* Anchors of these dims, the numbers given one after the other. */
static bool
cuts_with_anchors(struct shape_of shape, const float *v)
{
	struct buf whole = mini_model(&MINI), graph = { 0 }, t = tensor_proto(NULL, shape, v);
	struct slice rest = { (const unsigned char *)whole.data, whole.len };
	struct wire_field f;
	struct cut c;
	/* nodes put first are the first of their names */
	put_constant(&graph, "anchors2", &t);
	while (wire_next(&rest, &f) == 1)
		if (f.number == M_GRAPH)
			buf_add(&graph, f.bytes.p, f.bytes.n);
	buf_free(&whole);
	struct file file = file_of_graph(&graph);
	bool ok = cut_yolov5(file.p, file.n, 2, 0, &c);
	assert_true(!ok || (c.anchors[2][1][0] == (double)v[shape.n > 2 ? 2 : 0] && c.anchors[1][0][1] == 61));
	cut_free(&c);
	free(file.p);
	return ok;
}

static void
cut_anchor_shapes(void **state)
{
	(void)state;
	const float v[] = { 1, 2, 3, 4, 5, 6 }, cells[] = { 1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6 };
	const float mixed[] = { 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6 };
	assert_true(cuts_with_anchors((struct shape_of) { 5, { 1, 3, 1, 1, 2 } }, v));
	assert_false(cuts_with_anchors((struct shape_of) { 1, { 6 } }, v));
	assert_false(cuts_with_anchors((struct shape_of) { 2, { 2, 3 } }, v));
	assert_false(cuts_with_anchors((struct shape_of) { 2, { 1, 2 } }, v));
	assert_false(cuts_with_anchors((struct shape_of) { 3, { 1, 2, 2 } }, v));
	assert_false(cuts_with_anchors((struct shape_of) { 0, { 0 } }, v));
	assert_false(cuts_with_anchors((struct shape_of) { 2, { 0, 2 } }, v));
	/* cell by cell within an anchor, not anchor by anchor within a cell */
	struct mini m = MINI;
	m.flags = MINI_ANCHORS_CELLS;
	assert_true(cuts(&m, 2, 0));
	assert_false(cuts_with_anchors((struct shape_of) { 5, { 1, 2, 1, 3, 2 } }, mixed));
	assert_false(cuts_with_anchors((struct shape_of) { 3, { 1, 4, 2 } }, cells));
}

/* No beginning of a file is a network, and none makes the reader step outside. */
static void
cut_short_files(void **state)
{
	(void)state;
	struct file whole = mini_file(&MINI);
	for (size_t n = 0; n < whole.n; n++) {
		struct file f = file_of(whole.p, n);
		struct cut c;
		assert_false(cut_yolov5(f.p, f.n, 2, 0, &c));
		cut_free(&c);
		free(f.p);
	}
	free(whole.p);
}

/* Any one byte changed: the result may be anything, but must be one that can be read. */
static void
cut_damaged_files(void **state)
{
	(void)state;
	struct file whole = mini_file(&MINI);
	for (size_t i = 0; i < whole.n; i++) {
		const unsigned char before = whole.p[i];
		const unsigned char values[] = { 0, 0xff, (unsigned char)(before + 1), (unsigned char)(before ^ 0x80) };
		for (size_t k = 0; k < sizeof values; k++) {
			struct cut c;
			struct onnx_graph g;
			whole.p[i] = values[k];
			if (cut_yolov5(whole.p, whole.n, 2, 0, &c)) {
				struct file f = { (unsigned char *)c.model.data, c.model.len };
				assert_int_equal(parse(&f, &g), 0);
				assert_int_equal(g.noutputs, 3);
				onnx_free(&g);
			}
			cut_free(&c);
		}
		whole.p[i] = before;
	}
	free(whole.p);
}

/* ---- what would take long ---- */

static double
seconds(const struct file *f)
{
	struct timespec from, to;
	struct cut c;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	assert_false(cut_yolov5(f->p, f->n, 2, 0, &c));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/*
 * A head behind which everything is as long as the limits allow: names that differ at their very end, Pows that all come from it
 * but for the last step, and Convs that are nearly heads, with a shared Constant of many attributes for a weight.
 */
static struct file
slow_file(void)
{
	struct mini m = MINI;
	struct buf graph = { 0 }, node = { 0 }, whole;
	char prefix[NAMES_LONGEST - 16], name[NAMES_LONGEST], out[32];
	struct wire_field f;
	memset(prefix, 'n', sizeof prefix - 1);
	prefix[sizeof prefix - 1] = '\0';
	for (int i = 0; i < 5000; i++) {
		snprintf(out, sizeof out, "conv%d", i);
		put_node(&graph, "Conv", "pow0 boxed boxed", out);
		put_node(&graph, "Reshape", out, "reshaped");
	}
	m.flags = MINI_EXP;
	whole = mini_model(&m);
	struct slice rest = { (const unsigned char *)whole.data, whole.len };
	while (wire_next(&rest, &f) == 1)
		if (f.number == M_GRAPH)
			buf_add(&graph, f.bytes.p, f.bytes.n);
	buf_free(&whole);
	for (int i = 0; i < 12; i++) {
		struct buf one = { 0 };
		snprintf(name, sizeof name, "%s%d", prefix, i);
		put_text(&one, N_INPUT, name);
		snprintf(name, sizeof name, "%s%d", prefix, i + 1);
		put_text(&one, N_OUTPUT, name);
		put_message(&graph, G_NODE, &one);
	}
	put_text(&node, N_OUTPUT, "boxed");
	put_text(&node, N_OP, "Constant");
	for (int i = 0; i < 500000; i++)
		wire_put_bytes(&node, N_ATTRIBUTE, "", 0);
	put_message(&graph, G_NODE, &node);
	for (int i = 0; i < 9000; i++) {
		put_text(&node, N_INPUT, name);
		put_text(&node, N_INPUT, "two");
		snprintf(out, sizeof out, "pow%d", i);
		put_text(&node, N_OUTPUT, out);
		put_text(&node, N_OP, "Pow");
		put_message(&graph, G_NODE, &node);
	}
	return file_of_graph(&graph);
}

static void
takes_no_minutes(void **state)
{
	(void)state;
	/* a sanitizer makes much of comparing names; without one it is a fraction of a second */
	struct file f = slow_file();
	double t = seconds(&f);
	if (t > 10)
		fail_msg("%.1f s", t);
	free(f.p);
	/* ten megabytes of nodes with nothing in them */
	f = (struct file) { malloc(10000000), 10000000 };
	assert_non_null(f.p);
	memcpy(f.p, "\x3a\xfb\xac\xe2\x04", 5);		/* the graph: 9,999,995 bytes */
	for (size_t i = 5; i < f.n; i++)
		f.p[i] = i % 2 == 1 ? 0x0a : 0;
	t = seconds(&f);
	if (t > 2)
		fail_msg("%.1f s", t);
	free(f.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(ways_to_write_a_constant),
		cmocka_unit_test(hostile_dims),
		cmocka_unit_test(other_bytes),
		cmocka_unit_test(limits),
		cmocka_unit_test(long_names),
		cmocka_unit_test(same_names),
		cmocka_unit_test(finds_each),
		cmocka_unit_test(keeps_what_is_needed),
		cmocka_unit_test(circles),
		cmocka_unit_test(deep_and_wide),
		cmocka_unit_test(cut_forms),
		cmocka_unit_test(cut_wanted),
		cmocka_unit_test(cut_other_patterns),
		cmocka_unit_test(cut_wrong_anchors),
		cmocka_unit_test(cut_anchor_shapes),
		cmocka_unit_test(cut_short_files),
		cmocka_unit_test(cut_damaged_files),
		cmocka_unit_test(takes_no_minutes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
