/*
 * Which nodes of a network become regions, what is written in their place, and that a shortened region makes the same numbers.
 */
#include "onnx/plan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "fast_test.h"
#include "onnx_test.h"
#include "onnx/graph.h"
#include "vision/layer.h"

enum { A_INT = 3, A_TEXT = 4, A_INTS = 8, T_INT64S = 7 };

static void
put_attribute(struct buf *node, const char *name, const char *text, const int *ints, size_t n)
{
	struct buf a = { 0 };
	put_text(&a, A_NAME, name);
	if (text != NULL)
		put_text(&a, A_TEXT, text);
	else if (n == 1)
		wire_put_varint(&a, A_INT, (uint64_t)(int64_t)ints[0]);
	for (size_t i = 0; i < n && n > 1; i++)
		wire_put_varint(&a, A_INTS, (uint64_t)(int64_t)ints[i]);
	put_message(node, N_ATTRIBUTE, &a);
}

/* "op inputs -> outputs | name=1,2 name=text ..." */
static void
node(struct buf *graph, const char *text)
{
	struct buf n = { 0 };
	char op[32], in[256] = "", out[256] = "", name[64], value[64];
	int at = 0, more;
	if (sscanf(text, "%31s %255[^>]> %255[^|]%n", op, in, out, &at) < 3)
		fail_msg("%s", text);
	in[strlen(in) - 1] = '\0';	/* the dash of the arrow */
	for (char *s = in; *(s += strspn(s, " ")) != '\0'; s += strcspn(s, " "))
		wire_put_bytes(&n, N_INPUT, s, strcspn(s, " "));
	for (char *s = out; *(s += strspn(s, " ")) != '\0'; s += strcspn(s, " "))
		wire_put_bytes(&n, N_OUTPUT, s, strcspn(s, " "));
	put_text(&n, N_OP, op);
	for (at += text[at] == '|'; sscanf(text + at, " %63[^=]=%63s%n", name, value, &more) == 2; at += more) {
		int v[8];
		size_t k = 0;
		for (char *s = value; k < 8 && sscanf(s, "%d", &v[k]) == 1; k++)
			s += strcspn(s, ",") + (s[strcspn(s, ",")] == ',');
		put_attribute(&n, name, k > 0 ? NULL : value, v, k);
	}
	put_message(graph, G_NODE, &n);
}

static void
weights(struct buf *graph, const char *name, struct shape_of shape)
{
	float v[4096];
	size_t n = 1;
	for (size_t i = 0; i < shape.n; i++)
		n *= (size_t)shape.d[i];
	assert_true(n <= 4096);
	for (size_t i = 0; i < n; i++)
		v[i] = (float)((i * 37 + n) % 19) / 19 - 0.5F;
	put_tensor(graph, name, shape, v);
}

static void
integers(struct buf *graph, const char *name, size_t n, const int *v)
{
	struct buf t = { 0 };
	wire_put_varint(&t, T_DIM, n);
	wire_put_varint(&t, T_TYPE, TYPE_INT64);
	put_text(&t, T_NAME, name);
	for (size_t i = 0; i < n; i++)
		wire_put_varint(&t, T_INT64S, (uint64_t)(int64_t)v[i]);
	put_message(graph, G_TENSOR, &t);
}

/* Constants that the graphs below share: x has 4 channels. */
static struct buf
graph_of(const char *const *nodes, const char *const *outputs)
{
	struct buf g = { 0 };
	const float factors[4] = { 1, 1, 2, 2 }, six = 6, zero = 0;
	put_value(&g, G_INPUT, "x");
	weights(&g, "w", (struct shape_of) { 4, { 4, 4, 3, 3 } });
	weights(&g, "w1", (struct shape_of) { 4, { 4, 4, 1, 1 } });
	weights(&g, "w8", (struct shape_of) { 4, { 4, 8, 1, 1 } });
	weights(&g, "wd", (struct shape_of) { 4, { 4, 1, 3, 3 } });
	weights(&g, "w16", (struct shape_of) { 4, { 4, 16, 3, 3 } });
	weights(&g, "b", (struct shape_of) { 1, { 4 } });
	weights(&g, "s", (struct shape_of) { 1, { 4 } });
	float one[4] = { 1, 1.5F, 2, 0.5F };
	put_tensor(&g, "var", (struct shape_of) { 1, { 4 } }, one);
	put_tensor(&g, "twice", (struct shape_of) { 1, { 4 } }, factors);
	put_tensor(&g, "six", (struct shape_of) { 0, { 0 } }, &six);
	put_tensor(&g, "zero", (struct shape_of) { 0, { 0 } }, &zero);
	integers(&g, "rows", 3, (int[]){ 1, -1, 2 });
	for (int i = 0; i < 4; i++) {
		char name[2] = { (char)('0' + i), '\0' };
		integers(&g, name, 1, &i);
	}
	integers(&g, "end", 1, (int[]){ 0x7fffffff });
	for (; *nodes != NULL; nodes++)
		node(&g, *nodes);
	for (; *outputs != NULL; outputs++)
		put_value(&g, G_OUTPUT, *outputs);
	return g;
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct plan
plan_of(const char *const *nodes, const char *const *outputs)
{
	struct buf g = graph_of(nodes, outputs), m = model_of(&g);
	struct plan p;
	plan_make(m.data, m.len, &p);
	buf_free(&m);
	return p;
}

/* The new network's nodes, "Op Op ...", each after those that it needs; its outputs are those of before. */
static void
written(const struct plan *p, const char *ops, size_t noutputs)
{
	struct onnx_graph g;
	struct buf text = { 0 };
	if (onnx_parse((struct slice) { (const unsigned char *)p->model.data, p->model.len }, &g) != 0)
		fail_msg("cannot be read again");
	for (size_t i = 0; i < g.nnodes; i++) {
		buf_printf(&text, "%s%.*s", i > 0 ? " " : "", (int)g.nodes[i].op.n, (const char *)g.nodes[i].op.p);
		for (size_t k = 0; k < g.nodes[i].ninputs; k++) {
			const struct onnx_node *maker = onnx_maker(&g, g.nodes[i].inputs[k]);
			const struct name *found;
			assert_true(maker != NULL ? maker < &g.nodes[i] : bearers_find(&g.constants, g.nodes[i].inputs[k], &found) > 0
				|| bearers_find(&g.entries, g.nodes[i].inputs[k], &found) > 0);
		}
	}
	assert_string_equal(buf_str(&text), ops);
	assert_int_equal(g.noutputs, noutputs);
	for (size_t i = 0; i < noutputs; i++)
		assert_non_null(onnx_maker(&g, onnx_value_name(g.outputs[i])));
	buf_free(&text);
	onnx_free(&g);
}

static void
test_whole_network(void **state)
{
	(void)state;
	struct plan p = plan_of(LIST("Conv x w b -> a | pads=1,1,1,1", "Sigmoid a -> as", "Mul a as -> am",
		"BatchNormalization am s b s var -> n", "Conv n wd -> c | group=4 pads=1,1,1,1", "Add am c -> d", "Relu d -> e",
		"MaxPool e -> f | kernel_shape=5,5 pads=2,2,2,2", "Concat e f -> g | axis=1", "Conv g w8 b -> h", "Clip h zero six -> i",
		"MaxPool i -> j | kernel_shape=2,2 strides=2,2", "Resize j - twice -> k | mode=nearest coordinate_transformation_mode=asymmetric nearest_mode=floor",
		"LeakyRelu k -> l", "Split l -> m n2 | axis=1", "Slice l 1 3 1 -> o", "Mul o six -> out"), LIST("out", "m"));
	assert_int_equal(p.nregions, 1);
	assert_int_equal(p.taken, 17);
	assert_string_equal(buf_str(&p.left), "");
	written(&p, VISION_LAYER_TYPE, 2);
	const struct region *r = p.regions[0];
	assert_int_equal(r->ninputs, 1);
	assert_int_equal(r->noutputs, 2);
	/* conv+silu, scale, conv+add+relu, pool, concat, conv+clip, pool, resize, leaky, three slices, product */
	assert_int_equal(r->nops, 13);
	assert_int_equal(r->ops[0].act.kind, ACT_SILU);
	assert_int_equal(r->ops[2].residual, r->ops[0].out);
	assert_int_equal(r->ops[2].last.kind, ACT_RELU);
	assert_int_equal(r->ops[5].act.kind, ACT_CLIP);
	plan_free(&p);
}

/* What cannot be ours parts regions; no region's input depends on its own output. */
static void
test_parted(void **state)
{
	(void)state;
	struct plan p = plan_of(LIST("Conv x w1 -> a", "Softmax a -> aa", "Conv aa w1 -> c", "Add a c -> d", "Relu a -> r", "Softmax d -> e",
		"Conv e w1 -> f", "Add f r -> out"), LIST("out"));
	assert_int_equal(p.nregions, 3);
	assert_int_equal(p.taken, 6);
	written(&p, VISION_LAYER_TYPE " Softmax " VISION_LAYER_TYPE " Softmax " VISION_LAYER_TYPE, 1);
	assert_string_equal(buf_str(&p.left), "Softmax (2): not an operation of ours");
	plan_free(&p);
	/* without a convolution it is not worth it */
	p = plan_of(LIST("Relu x -> a", "Softmax a -> aa", "Conv aa w1 -> c", "Softmax c -> out"), LIST("out"));
	assert_int_equal(p.nregions, 1);
	written(&p, "Relu Softmax " VISION_LAYER_TYPE " Softmax", 1);
	plan_free(&p);
	p = plan_of(LIST("Relu x -> a", "MaxPool a -> out | kernel_shape=2,2"), LIST("out"));
	assert_int_equal(p.nregions, 0);
	assert_int_equal(p.model.len, 0);
	plan_free(&p);
}

static void
test_rows(void **state)
{
	(void)state;
	struct plan p = plan_of(LIST("Conv x w1 b -> a", "Transpose a -> t | perm=0,2,3,1", "Reshape t rows -> r", "Sigmoid r -> out"),
		LIST("out", "r"));
	written(&p, VISION_LAYER_TYPE, 2);
	const struct region *r = p.regions[0];
	assert_int_equal(r->nops, 2);	/* the map itself goes out too */
	for (int i = 0; i < 2; i++) {
		assert_true(r->outputs[i].rows && r->outputs[i].one);
		assert_int_equal(r->outputs[i].width, 2);
	}
	plan_free(&p);
	/* another order, another taker, an output in between: not as rows */
	static const char *const not_rows[][3] = {
		{ "Transpose a -> t | perm=0,3,2,1", "Relu x -> other", "out" }, { "Transpose a -> t | perm=0,2,3,1", "Softmax t -> other", "out" },
		{ "Transpose a -> t | perm=0,2,3,1", "Relu x -> other", "t" },
	};
	for (size_t i = 0; i < 3; i++) {
		p = plan_of(LIST("Conv x w1 b -> a", not_rows[i][0], "Reshape t rows -> out", not_rows[i][1]), LIST("out", not_rows[i][2]));
		assert_int_equal(p.nregions, 1);
		assert_false(p.regions[0]->outputs[0].rows);
		plan_free(&p);
	}
}

static void
test_left(void **state)
{
	(void)state;
	static const char *const left[][2] = {
		{ "Conv a w1 -> out | auto_pad=SAME_UPPER", "Conv (1): padding is left to the reader (auto_pad)" },
		{ "Conv a a -> out", "Conv (1): weights are no constant of four dimensions" },
		{ "Conv a w1 a -> out", "Conv (1): bias is no constant" },
		{ "Conv a w -> out | group=2", "Conv (1): its groups do not fit its channels" },
		{ "Conv a w8 -> out", "Conv (1): its groups do not fit its channels" },
		{ "Conv a w1 -> out | strides=1,2,3", "Conv (1): not a window of two dimensions" },
		{ "Conv a w1 -> out | strides=0,1", "Conv (1): not a window of two dimensions" },
		{ "Conv a w1 -> out | pads=-1,0,0,0", "Conv (1): negative or very large padding" },
		{ "MaxPool a -> out i | kernel_shape=2,2", "MaxPool (1): its input is not known to have four dimensions" },
		{ "MaxPool a -> out | kernel_shape=2,2 pads=2,2,2,2", "MaxPool (1): padding as large as the window" },
		{ "AveragePool a -> out | kernel_shape=2,2 ceil_mode=1", "AveragePool (1): a mean over partly covered or spread windows" },
		{ "Resize a - twice -> out | mode=linear", "Resize (1): more than repeating pixels" },
		{ "Resize a - a -> out", "Resize (1): its factors are no constants" },
		{ "Concat a a -> out | axis=2", "Concat (1): not of channels" },
		{ "Split a -> out other third | axis=1", "Split (1): its parts are not known" },
		{ "Slice a 0 end 2 -> out", "Slice (1): not of channels" },
		{ "Slice a 3 2 1 -> out", "Slice (1): no channel is left" },
		{ "Mul a b -> out", "Mul (1): one of its inputs is a constant of more than one number" },
		{ "Erf a -> out", "Erf (1): not an operation of ours" },
	};
	for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
		struct plan p = plan_of(LIST("Conv x w1 b -> a", left[i][0]), LIST("out"));
		assert_string_equal(buf_str(&p.left), left[i][1]);
		assert_int_equal(p.nregions, 1);
		plan_free(&p);
	}
}

static void
test_untouched(void **state)
{
	(void)state;
	/* out of order, made twice, named as a constant, a graph inside, our own type from outside */
	static const char *const bad[][2] = {
		{ "Conv z w1 -> out", "Conv x w1 -> z" }, { "Conv x w1 -> out", "Relu x -> out" }, { "Conv x w1 -> out", "Relu x -> w1" },
		{ "Conv x w1 -> out", "If out -> y" }, { "Conv x w1 -> out", VISION_LAYER_TYPE " out -> y | region=0" },
		{ "Conv x w1 -> out", "Relu out -> x" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct plan p = plan_of(LIST(bad[i][0], bad[i][1]), LIST("out"));
		if (p.nregions != 0 || p.model.len != 0)
			fail_msg("case %zu", i);
		plan_free(&p);
	}
	struct plan p;
	plan_make("no model at all", 15, &p);
	assert_int_equal(p.nregions, 0);
	plan_free(&p);
}

/* A small file that names the same weights again and again must not become large. */
static void
test_weights_again(void **state)
{
	(void)state;
	struct buf g = graph_of(LIST("Conv x w16 -> v0"), LIST("v0"));
	for (int i = 0; i < 3000; i++) {
		char text[64];
		snprintf(text, sizeof text, "Conv x w16 -> u%d", i);
		node(&g, text);
	}
	struct buf m = model_of(&g);
	struct plan p;
	plan_make(m.data, m.len, &p);
	size_t floats = 0;
	for (size_t i = 0; i < p.nregions; i++)
		for (int k = 0; k < p.regions[i]->nops; k++)
			floats += p.regions[i]->ops[k].nweights;
	assert_true(floats <= 2 * m.len);
	assert_non_null(strstr(buf_str(&p.left), "its weights are used again and again"));
	plan_free(&p);
	buf_free(&m);
}

/* ---- the same numbers ---- */

static float *
result_of(struct region *r, const int64_t in[4], int64_t shape[4])
{
	int64_t (*shapes)[4] = mem_array((size_t)r->nvalues, sizeof *shapes);
	float **values = mem_array((size_t)r->nvalues, sizeof(float *)), *out;
	struct err e;
	memcpy(shapes[r->inputs[0]], in, sizeof *shapes);
	values[r->inputs[0]] = mem_array(count_of(in), sizeof(float));
	for (size_t i = 0; i < count_of(in); i++)
		values[r->inputs[0]][i] = (float)(i * 29 % 31) / 31 - 0.5F;
	if (region_shapes(r, shapes, &e) != 0)
		fail_msg("%s", e.msg);
	twin_run(r, values, (const int64_t (*)[4])shapes);
	const struct region_output *o = &r->outputs[0];
	memcpy(shape, shapes[o->value], 4 * sizeof *shape);
	out = mem_array(count_of(shape), sizeof *out);
	twin_output(o, values[o->value], shape, out);
	for (int i = 0; i < r->nvalues; i++)
		free(values[i]);
	free(values);
	free(shapes);
	return out;
}

static struct region_op *
copy_conv(struct region *r, int in, int out, int channels, int groups, int size)
{
	struct region_op *op = region_add(r, REGION_CONV, &in, 1, out);
	op->window = (struct window) { { size, size }, { 1, 1 }, { 1, 1 }, { size / 2, size / 2 }, { size / 2, size / 2 }, false };
	op->channels = channels;
	op->groups = groups;
	op->nweights = (size_t)(channels * 4 / groups * size * size);
	op->weights = mem_array(op->nweights, sizeof *op->weights);
	op->bias = mem_array((size_t)channels, sizeof *op->bias);
	for (size_t i = 0; i < op->nweights; i++)
		op->weights[i] = (float)((i + (size_t)out) * 17 % 23) / 23 - 0.4F;
	for (int i = 0; i < channels; i++)
		op->bias[i] = (float)(i * 5 % 7) / 7 - 0.5F;
	return op;
}

static struct region *
chain(void)
{
	struct region *r = region_new();
	r->nvalues = 14;
	r->inputs = mem_array(1, sizeof *r->inputs);
	r->ninputs = 1;
	copy_conv(r, 0, 1, 4, 1, 3);
	copy_conv(r, 1, 2, 4, 4, 1);			/* a scale, into the one before */
	region_add(r, REGION_ACT, (int[]){ 2 }, 1, 3)->act.kind = ACT_SIGMOID;
	region_add(r, REGION_MUL, (int[]){ 3, 2 }, 2, 4);	/* a gate */
	copy_conv(r, 4, 5, 4, 1, 3);
	region_add(r, REGION_ACT, (int[]){ 5 }, 1, 6)->act = (struct act) { ACT_HARDSIGMOID, 1.0F / 6, 0.5F };
	region_add(r, REGION_MUL, (int[]){ 5, 6 }, 2, 7);	/* a hard gate */
	region_add(r, REGION_ADD, (int[]){ 4, 7 }, 2, 8);	/* a residual after the activation */
	region_add(r, REGION_ACT, (int[]){ 8 }, 1, 9)->act = (struct act) { ACT_RELU, 0.1F, 0 };
	copy_conv(r, 9, 10, 4, 1, 1);
	region_add(r, REGION_ADD, (int[]){ 10, 10 }, 2, 11);	/* itself: no residual */
	copy_conv(r, 11, 12, 4, 4, 1);			/* a scale after no convolution */
	region_add(r, REGION_ACT, (int[]){ 12 }, 1, 13)->act.kind = ACT_TANH;
	r->outputs = mem_array(1, sizeof *r->outputs);
	r->outputs[0] = (struct region_output) { .value = 13 };
	r->noutputs = 1;
	return r;
}

static void
test_fused_is_the_same(void **state)
{
	(void)state;
	struct region *plain = chain(), *fused = chain();
	const int64_t in[4] = { 2, 4, 5, 6 };
	int64_t shape[4], again[4];
	region_fuse(fused);
	assert_int_equal(plain->nops, 13);
	assert_int_equal(fused->nops, 5);
	float *a = result_of(plain, in, shape), *b = result_of(fused, in, again);
	assert_memory_equal(shape, again, sizeof shape);
	for (size_t i = 0; i < count_of(shape); i++)
		if (!(fabsf(a[i] - b[i]) < 1e-5F))
			fail_msg("number %zu: %g, not %g", i, (double)b[i], (double)a[i]);
	free(a);
	free(b);
	region_free(plain);
	region_free(fused);
}

/* A convolution of quarters is one of the picture: numbers by hand. */
static void
test_focus(void **state)
{
	(void)state;
	const char *const nodes[] = { "Slice x 0 end 2 2 -> r0", "Slice r0 0 end 3 2 -> q0", "Slice x 1 end 2 2 -> r1",
		"Slice r1 0 end 3 2 -> q1", "Slice x 0 end 2 2 -> r2", "Slice r2 1 end 3 2 -> q2", "Slice x 1 end 2 2 -> r3",
		"Slice r3 1 end 3 2 -> q3", "Concat q0 q1 q2 q3 -> q | axis=1", "Conv q w16 b -> out | pads=1,1,1,1", NULL };
	struct plan p = plan_of(nodes, LIST("out"));
	assert_int_equal(p.nregions, 1);
	assert_int_equal(p.taken, 10);
	assert_int_equal(p.regions[0]->nops, 1);
	const struct region_op *op = &p.regions[0]->ops[0];
	assert_int_equal(op->window.size[0], 6);
	assert_int_equal(op->window.stride[1], 2);
	assert_int_equal(op->window.before[0], 2);
	const int64_t in[4] = { 1, 4, 8, 6 };
	int64_t shape[4];
	float *got = result_of(p.regions[0], in, shape);
	assert_int_equal(shape[2], 4);
	assert_int_equal(shape[3], 3);
	for (int64_t c = 0; c < 4; c++)
		for (int64_t y = 0; y < 4; y++)
			for (int64_t x = 0; x < 3; x++) {
				double sum = (double)((float)((size_t)(c * 37 + 4) % 19) / 19 - 0.5F);
				for (int64_t k = 0; k < 16 * 9; k++) {
					int64_t quarter = k / 9 / 4, from = k / 9 % 4, qy = y + k % 9 / 3 - 1, qx = x + k % 3 - 1;
					int64_t at = (from * 8 + 2 * qy + quarter % 2) * 6 + 2 * qx + quarter / 2;
					if (qy < 0 || qx < 0 || qy > 3 || qx > 2)
						continue;
					double w = (double)((float)((size_t)((c * 144 + k) * 37 + 576) % 19) / 19 - 0.5F);
					sum += w * (double)((float)(at * 29 % 31) / 31 - 0.5F);
				}
				assert_float_equal(got[index_of(shape, 0, c, y, x)], sum, 1e-4);
			}
	free(got);
	plan_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_network), cmocka_unit_test(test_parted), cmocka_unit_test(test_rows),
		cmocka_unit_test(test_left), cmocka_unit_test(test_untouched), cmocka_unit_test(test_weights_again),
		cmocka_unit_test(test_fused_is_the_same), cmocka_unit_test(test_focus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
