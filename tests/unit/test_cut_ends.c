/* onnx/cut: YOLOv8, YOLO11, YOLOX and NanoDet cut at their heads, and whatever is nearly one of them left alone. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ends_test.h"
#include "onnx/cut_parts.h"
#include "onnx/values.h"

static cut_fn *const CUTS[] = { cut_yolov8, cut_yolox, cut_nanodet };
enum { FAMILIES_CUT = 3 };

static struct slice
text(const char *s)
{
	return (struct slice) { (const unsigned char *)s, strlen(s) };
}

/* Exactly as large as it is, so that a sanitizer sees any step outside. */
static unsigned char *
exact(const struct buf *b)
{
	unsigned char *p = malloc(b->len > 0 ? b->len : 1);
	assert_non_null(p);
	memcpy(p, b->data, b->len);
	return p;
}

static bool
cuts_as(cut_fn *f, const struct ends *v, int nclasses, int wanted, bool *any_size)
{
	struct buf b = ends_model(v);
	unsigned char *p = exact(&b);
	struct cut c;
	bool ok = f(p, b.len, nclasses, wanted, &c);
	assert_int_equal(ok, c.model.len > 0);
	*any_size = c.any_size;
	cut_free(&c);
	free(p);
	buf_free(&b);
	return ok;
}

static bool
cuts(const struct ends *v, int nclasses, int wanted)
{
	bool any_size;
	return cuts_as(CUTS[v->family], v, nclasses, wanted, &any_size);
}

/* The rows of a constant are those rows of the whole one. */
static void
has_rows(const struct onnx_graph *g, const struct onnx_graph *whole, const char *name, const size_t *rows, size_t n)
{
	const struct onnx_tensor *t = onnx_initializer(g, text(name)), *w = onnx_initializer(whole, text(name));
	assert_true(t != NULL && w != NULL && t->is_float && w->is_float);
	assert_int_equal(t->ndims, w->ndims);
	assert_int_equal(t->dims[0], n);
	for (size_t i = 1; i < t->ndims; i++)
		assert_int_equal(t->dims[i], w->dims[i]);
	size_t row = t->data.n / n;
	assert_int_equal(row, w->data.n / (size_t)w->dims[0]);
	for (size_t i = 0; i < n; i++)
		assert_memory_equal(t->data.p + i * row, w->data.p + rows[i] * row, row);
}

static const char *
output_name(const struct onnx_graph *g, size_t i)
{
	static char name[64];
	assert_true(g->outputs[i].n > 2 && g->outputs[i].p[1] < sizeof name);
	memcpy(name, g->outputs[i].p + 2, g->outputs[i].p[1]);
	name[g->outputs[i].p[1]] = '\0';
	return name;
}

static void
is_cut(const struct ends *v, int wanted, bool any_size)
{
	static const char *const parts[FAMILIES_CUT][4] = { { "box", "class" }, { "box", "object", "class" }, { "head" } };
	struct buf file = ends_model(v);
	struct onnx_graph whole, g;
	struct cut c;
	if (!CUTS[v->family](file.data, file.len, v->nclasses, wanted, &c))
		fail_msg("family %d, flags %u, class %d of %d: not cut", (int)v->family, v->flags, wanted, v->nclasses);
	assert_int_equal(c.any_size, any_size);
	assert_int_equal(onnx_parse((struct slice) { (const unsigned char *)file.data, file.len }, &whole), 0);
	assert_int_equal(onnx_parse((struct slice) { (const unsigned char *)c.model.data, c.model.len }, &g), 0);

	size_t nparts = 0, rows[33] = { (size_t)wanted }, nrows = 1, at = 0;
	while (parts[v->family][nparts] != NULL)
		nparts++;
	for (size_t i = 0; i < 32 && v->family == ENDS_NANODET; i++)
		rows[nrows++] = (size_t)v->nclasses + i;
	assert_int_equal(g.noutputs, 3 * nparts);
	for (int i = 0; i < 3; i++) {
		char name[32];
		for (size_t k = 0; k < nparts; k++, at++) {
			snprintf(name, sizeof name, "%s%d", parts[v->family][k], i);
			assert_string_equal(output_name(&g, at), name);
			assert_true(onnx_is(onnx_maker(&g, text(name))->op, "Conv"));
		}
		/* the last part of each head lost classes, the others nothing */
		snprintf(name, sizeof name, "%s%d.w", parts[v->family][nparts - 1], i);
		has_rows(&g, &whole, name, rows, nrows);
		snprintf(name, sizeof name, "%s%d.b", parts[v->family][nparts - 1], i);
		has_rows(&g, &whole, name, rows, nrows);
		if (nparts > 1) {
			snprintf(name, sizeof name, "box%d.w", i);
			const struct onnx_tensor *t = onnx_initializer(&g, text(name)), *w = onnx_initializer(&whole, text(name));
			assert_int_equal(t->raw.n, w->raw.n);
			assert_memory_equal(t->raw.p, w->raw.p, t->raw.n);
		}
	}
	/* nothing of the end is left, and once is enough */
	assert_null(onnx_maker(&g, text("output0")));
	assert_null(onnx_initializer(&g, text("mean")));
	struct cut again;
	assert_false(CUTS[v->family](c.model.data, c.model.len, v->nclasses, wanted, &again));
	assert_false(CUTS[v->family](c.model.data, c.model.len, 1, 0, &again));
	onnx_free(&g);
	onnx_free(&whole);
	cut_free(&c);
	buf_free(&file);
}

static void
forms(void **state)
{
	(void)state;
	const unsigned flags[FAMILIES_CUT][4] = { { 0, ENDS_PARTED, ENDS_FOCUS, ENDS_PARTED | ENDS_FOCUS }, { 0, ENDS_FOCUS }, { 0 } };
	for (int f = 0; f < FAMILIES_CUT; f++)
		for (size_t i = 0; i < 4 && (i == 0 || flags[f][i] != 0); i++)
			for (int n = 1; n <= 4; n++)
				for (int wanted = 0; wanted < n; wanted++)
					is_cut(&(struct ends) { (enum ends_family)f, flags[f][i], n, 32 }, wanted, true);
	is_cut(&(struct ends) { ENDS_YOLOV8, 0, 64, 64 }, 63, true);
	is_cut(&(struct ends) { ENDS_YOLOX, 0, 80, 64 }, 79, true);
}

/* Cut all the same, but only for the size of the file. */
static void
sizes(void **state)
{
	(void)state;
	const unsigned flags[] = { ENDS_SHUFFLE, ENDS_SIZES, ENDS_CONSTANT_PLANE };
	for (int f = 0; f < FAMILIES_CUT; f++)
		for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
			is_cut(&(struct ends) { (enum ends_family)f, flags[i], 2, 64 }, 1, false);
}

static void
wanted_classes(void **state)
{
	(void)state;
	for (int f = 0; f < FAMILIES_CUT; f++) {
		const struct ends v = { (enum ends_family)f, 0, 3, 32 };
		assert_true(cuts(&v, 3, 2));
		assert_false(cuts(&v, 3, 3));
		assert_false(cuts(&v, 3, -1));
		assert_false(cuts(&v, 3, INT32_MAX));
		assert_false(cuts(&v, 2, 0));
		assert_false(cuts(&v, 4, 0));
		assert_false(cuts(&v, 0, 0));
		assert_false(cuts(&v, -3, 0));
		assert_false(cuts(&v, INT32_MAX, 0));
		assert_false(cuts(&v, INT32_MIN, INT32_MIN));
	}
}

static void
other_patterns(void **state)
{
	(void)state;
	const unsigned every[] = { ENDS_TWICE, ENDS_SHARED, ENDS_KERNEL3, ENDS_NO_SIGMOID, ENDS_GROUPED, ENDS_CLIPPED, ENDS_BOXED,
		ENDS_TWO_OUTPUTS };
	for (int f = 0; f < FAMILIES_CUT; f++) {
		for (size_t i = 0; i < sizeof every / sizeof *every; i++)
			if (cuts(&(struct ends) { (enum ends_family)f, every[i], 2, 32 }, 2, 0))
				fail_msg("family %d, flags %u: cut", f, every[i]);
		/* and none of the other families */
		for (int k = 0; k < FAMILIES_CUT; k++) {
			bool any_size;
			assert_int_equal(cuts_as(CUTS[k], &(struct ends) { (enum ends_family)f, 0, 2, 32 }, 2, 0, &any_size), k == f);
		}
	}
	assert_false(cuts(&(struct ends) { ENDS_YOLOV8, ENDS_OTHER_MEAN, 2, 32 }, 2, 0));
	assert_false(cuts(&(struct ends) { ENDS_YOLOV8, ENDS_PARTED | ENDS_TWICE, 2, 32 }, 2, 0));
	assert_false(cuts(&(struct ends) { ENDS_YOLOV8, ENDS_PARTED | ENDS_NO_SIGMOID, 2, 32 }, 2, 0));
}

/* No beginning of a file is a network. */
static void
short_files(void **state)
{
	(void)state;
	for (int f = 0; f < FAMILIES_CUT; f++) {
		const struct ends v = { (enum ends_family)f, 0, 2, 32 };
		struct buf whole = ends_model(&v);
		/* every length in the parts that are no weights would be many: an odd step meets them all in turn */
		for (size_t n = 0; n < whole.len - 5; n += 7) {
			struct buf part = { whole.data, n, n };
			unsigned char *p = exact(&part);
			struct cut c;
			if (CUTS[f](p, n, 2, 0, &c))
				fail_msg("family %d: cut at %zu of %zu bytes", f, n, whole.len);
			cut_free(&c);
			free(p);
		}
		buf_free(&whole);
	}
}

/* Any one byte changed: the result may be anything, but must be one that can be read. */
static void
damaged_files(void **state)
{
	(void)state;
	for (int f = 0; f < FAMILIES_CUT; f++) {
		const struct ends v = { (enum ends_family)f, ENDS_FOCUS, 2, 32 };
		struct buf whole = ends_model(&v);
		unsigned char *p = exact(&whole);
		for (size_t i = 0; i < whole.len; i += 3) {
			const unsigned char before = p[i];
			const unsigned char values[] = { 0, 0xff, (unsigned char)(before + 1), (unsigned char)(before ^ 0x80) };
			struct cut c;
			struct onnx_graph g;
			p[i] = values[i / 3 % 4];
			if (CUTS[f](p, whole.len, 2, 0, &c)) {
				assert_int_equal(onnx_parse((struct slice) { (const unsigned char *)c.model.data, c.model.len }, &g), 0);
				onnx_free(&g);
			}
			cut_free(&c);
			p[i] = before;
		}
		free(p);
		buf_free(&whole);
	}
}

/* ---- what takes any size ---- */

static bool
any_size(struct ends_graph *g)
{
	struct buf m = model_of(&g->b);
	struct onnx_graph parsed;
	assert_int_equal(onnx_parse((struct slice) { (const unsigned char *)m.data, m.len }, &parsed), 0);
	bool any = cut_any_size(&parsed);
	onnx_free(&parsed);
	buf_free(&m);
	return any;
}

static bool
slice_takes(int64_t start, int64_t end, int64_t axis)
{
	struct ends_graph g = { 0 };
	ends_ints(&g, "start", &start, 1);
	ends_ints(&g, "end", &end, 1);
	ends_ints(&g, "axis", &axis, 1);
	ends_node(&g, "Slice", "x start end axis", "y", NULL);
	return any_size(&g);
}

static void
slices(void **state)
{
	(void)state;
	assert_true(slice_takes(0, INT64_MAX, 2));
	assert_true(slice_takes(1, INT32_MAX, 3));
	assert_true(slice_takes(0, -1, 2));
	assert_true(slice_takes(-2, INT64_MAX, 2));
	assert_true(slice_takes(64, 128, 1));
	assert_false(slice_takes(0, 64, 2));
	assert_false(slice_takes(0, INT32_MAX - 1, 3));
	assert_false(slice_takes(32, INT64_MAX, 2));
	assert_false(slice_takes(0, 4, 0));
	/* attributes, as before opset 10; values that nobody knows; lists that differ */
	struct ends_graph g = { 0 };
	ends_ints_node(&g, "Slice", "x", "y", "ends", ENDS_LIST(64));
	assert_false(any_size(&g));
	ends_node(&g, "Slice", "x a b c", "y", NULL);
	assert_false(any_size(&g));
	ends_ints(&g, "start", ENDS_LIST(0, 0));
	ends_ints(&g, "end", ENDS_LIST(-1));
	ends_ints(&g, "axis", ENDS_LIST(2));
	ends_node(&g, "Slice", "x start end axis", "y", NULL);
	assert_false(any_size(&g));
	ends_ints(&g, "many", ENDS_LIST(1, 1, 1, 1, 1));
	ends_node(&g, "Slice", "x many many many", "y", NULL);
	assert_false(any_size(&g));
	ends_ints(&g, "none", NULL, 0);
	ends_node(&g, "Slice", "x none none none", "y", NULL);
	assert_false(any_size(&g));
}

static void
other_layers(void **state)
{
	(void)state;
	struct ends_graph g = { 0 };
	assert_true(any_size(&g));
	static const char *const free_ones[] = { "Conv", "Sigmoid", "MaxPool", "Relu", "Add", "Mul" };
	static const char *const others[] = { "Reshape", "MatMul", "Softmax", "Transpose", "Pad", "Gemm", "Loop", "", "conv" };
	for (size_t i = 0; i < sizeof free_ones / sizeof *free_ones; i++)
		ends_node(&g, free_ones[i], "a b", "c", NULL);
	ends_int_node(&g, "Concat", "a b", "c", "axis", 1);
	ends_int_node(&g, "Split", "a", "b c", "axis", 1);
	assert_true(any_size(&g));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		ends_node(&g, others[i], "a b", "c", NULL);
		if (any_size(&g))
			fail_msg("'%s' takes any size", others[i]);
	}
	static const int64_t axes[] = { 0, 2, -1, INT64_MAX };
	for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
		ends_int_node(&g, "Concat", "a b", "c", "axis", axes[i]);
		assert_false(any_size(&g));
		ends_int_node(&g, "Split", "a", "b c", "axis", axes[i]);
		assert_false(any_size(&g));
	}
	ends_node(&g, "Split", "a", "b c", NULL);
	assert_false(any_size(&g));
}

/* A number that meets everything: one. Read from a large node, it is not read at all. */
static void
constants(void **state)
{
	(void)state;
	const float v[2] = { 1, 2 };
	for (int way = 0; way < 5; way++) {
		struct ends_graph g = { 0 };
		struct buf t = tensor_proto("k", (struct shape_of) { 1, { way == 1 ? 2 : 1 } }, v);
		if (way == 3)
			for (int i = 0; i < 20000; i++)
				wire_put_varint(&t, 99, 1);
		if (way >= 2)
			put_constant(&g.b, "k", &t);
		else
			put_message(&g.b, G_TENSOR, &t);
		if (way == 4)
			ends_ints(&g, "k", ENDS_LIST(1));
		ends_node(&g, "Mul", "x k", "y", NULL);
		assert_int_equal(any_size(&g), way == 0 || way == 2);
	}
}

/* ---- integers ---- */

/* The tensor, whole, as an initializer and as a Constant: how many integers it has, at most 4. */
static int
integers_of(const struct buf *tensor, int64_t v[4])
{
	int n[2];
	for (int way = 0; way < 2; way++) {
		struct buf graph = { 0 }, t = { 0 };
		struct onnx_graph g;
		buf_add(&t, buf_str(tensor), tensor->len);
		if (way == 0) {
			put_text(&t, T_NAME, "v");
			put_message(&graph, G_TENSOR, &t);
		} else {
			put_constant(&graph, "v", &t);
		}
		struct buf m = model_of(&graph);
		assert_int_equal(onnx_parse((struct slice) { (const unsigned char *)m.data, m.len }, &g), 0);
		n[way] = onnx_integers(&g, text("v"), v, 4);
		assert_int_equal(onnx_integers(&g, text("w"), v + 4, 0), -1);
		onnx_free(&g);
		buf_free(&m);
	}
	assert_int_equal(n[0], n[1]);
	return n[0];
}

static void
integers(void **state)
{
	(void)state;
	enum { T_INTEGERS = 7 };
	const int64_t want[4] = { 0, -1, INT64_MAX, INT64_MIN };
	for (int way = 0; way < 6; way++) {
		int64_t v[4] = { 9, 9, 9, 9 };
		struct buf t = { 0 }, raw = { 0 };
		wire_put_varint(&t, T_TYPE, TYPE_INT64);
		for (int i = 0; i < 4; i++) {
			if (way == 0) {
				wire_put_varint(&t, T_INTEGERS, (uint64_t)want[i]);
				continue;
			}
			struct buf one = { 0 };
			wire_put_varint(&one, 1, (uint64_t)want[i]);
			for (int shift = 0; way != 1 && shift < 64; shift += 8)
				buf_putc(&raw, (char)(unsigned char)((uint64_t)want[i] >> shift));
			if (way == 1)
				buf_add(&raw, one.data + 1, one.len - 1);
			buf_free(&one);
		}
		/* raw of an odd length; one too many; packed and cut short */
		if (way == 3)
			buf_putc(&raw, 0);
		if (way == 4)
			buf_add(&raw, "\1\0\0\0\0\0\0", 8);
		if (way == 5)
			buf_add(&raw, "\xff", 1);
		if (way != 0)
			put_message(&t, way == 1 || way == 5 ? T_INTEGERS : T_RAW, &raw);
		int n = integers_of(&t, v);
		assert_int_equal(n, way < 3 ? 4 : -1);
		if (way < 3)
			assert_memory_equal(v, want, sizeof v);
		buf_free(&t);
	}
	/* floats are none, nor is what has no type */
	struct buf none = { 0 };
	int64_t v[4];
	assert_int_equal(integers_of(&none, v), -1);
	wire_put_varint(&none, T_TYPE, TYPE_FLOAT);
	assert_int_equal(integers_of(&none, v), -1);
	wire_put_varint(&none, T_TYPE, TYPE_INT64);
	assert_int_equal(integers_of(&none, v), 0);
	buf_free(&none);
}

static void
attributes(void **state)
{
	(void)state;
	struct ends_graph e = { 0 };
	struct onnx_graph g;
	struct buf a = { 0 };
	ends_attribute_ints(&a, "pads", ENDS_LIST(3, 4), true);
	ends_attribute_ints(&a, "axis", ENDS_LIST(-7), false);
	ends_attribute_text(&a, "mode", "linear");
	ends_node(&e, "Op", "x", "y", &a);
	struct buf m = model_of(&e.b);
	assert_int_equal(onnx_parse((struct slice) { (const unsigned char *)m.data, m.len }, &g), 0);
	assert_int_equal(onnx_attribute(&g.nodes[0], "axis", 5), -7);
	assert_int_equal(onnx_attribute(&g.nodes[0], "axi", 5), 5);
	assert_int_equal(onnx_attribute(&g.nodes[0], "pads", 5), 5);
	assert_int_equal(onnx_attribute(&g.nodes[0], "mode", 5), 5);
	onnx_free(&g);
	buf_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(sizes),
		cmocka_unit_test(wanted_classes),
		cmocka_unit_test(other_patterns),
		cmocka_unit_test(short_files),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(slices),
		cmocka_unit_test(other_layers),
		cmocka_unit_test(constants),
		cmocka_unit_test(integers),
		cmocka_unit_test(attributes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
