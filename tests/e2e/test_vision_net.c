/*
 * Networks in the real OpenCV: every layout that gen_net writes is read, run on a drawn picture, and decoded to the boxes
 * that were drawn. GEN names the folder of the generators (tests/run.sh sets it).
 */
#include "vision/vision.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "people/decode.h"

enum { SIZE = 64 };

static struct err e;

#define OK(call) do { if ((call) != 0) fail_msg("%s", e.msg); } while (0)
#define REFUSED(what, call) do { e.code = ERR_NONE; assert_int_equal((call), -1); assert_int_equal(e.code, (what)); } while (0)

static void
generate(const char *layout, const char *path, struct buf *b)
{
	char command[1024];
	const char *gen = getenv("GEN");
	if (gen == NULL)
		fail_msg("GEN is not set: the folder of gen_net");
	snprintf(command, sizeof command, "'%s/gen_net' %s %s %d", gen, layout, path, SIZE);
	assert_int_equal(system(command), 0);
	OK(file_read(path, 1 << 24, b, &e));
}

static struct vision_net *
open_layout(const char *layout)
{
	struct buf weights = { 0 }, config = { 0 };
	struct vision_net *n;
	bool darknet = strcmp(layout, "darknet") == 0;
	generate(layout, darknet ? "net.weights" : "net.onnx", &weights);
	if (darknet)
		OK(file_read("net.cfg", 1 << 20, &config, &e));
	OK(vision_net_open(&n, darknet ? VISION_DARKNET : VISION_ONNX, weights.data, weights.len, config.data, config.len, &e));
	buf_free(&weights);
	buf_free(&config);
	return n;
}

static void
paint(struct vision_image *im, int x0, int y0, int side, int b, int g, int r)
{
	for (int y = y0; y < y0 + side; y++)
		for (int x = x0; x < x0 + side; x++)
			memcpy(vision_image_row(im, y) + 3 * x, (unsigned char[]){ (unsigned char)b, (unsigned char)g, (unsigned char)r }, 3);
}

/* Two persons with a face each: at 6,9 a woman, at 40,37 a man. */
static const int at[2][2] = { { 6, 9 }, { 40, 37 } };

static struct vision_image *
scene(void)
{
	struct vision_image *im = vision_image_new();
	OK(vision_image_create(im, SIZE, SIZE, &e));
	paint(im, 0, 0, SIZE, 128, 128, 128);
	for (int i = 0; i < 2; i++) {
		paint(im, at[i][0], at[i][1], 16, 255, 255, 255);
		paint(im, at[i][0] + 4, at[i][1], 8, i == 0 ? 0 : 255, 255, i == 0 ? 255 : 0);
	}
	return im;
}

static struct vision_blob
input_of(bool bytes, int width, int height)
{
	struct vision_blob b = { .width = width, .height = height, .w = width, .h = height, .channels = bytes ? VISION_BGR : VISION_RGB };
	for (int i = 0; i < 3; i++)
		b.scale[i] = bytes ? 1 : 1 / 255.0F;
	return b;
}

/* Runs the layout on the scene and looks for boxes of the side at the offset from the persons' corners. */
static void
finds(const char *layout, decode_fn *decode, bool bytes, int nclasses, int wanted, int dx, int side, double tolerance, bool suppress)
{
	static float in[3 * SIZE * SIZE];
	struct vision_net *net = open_layout(layout);
	struct vision_image *im = scene();
	const struct vision_blob b = input_of(bytes, SIZE, SIZE);
	struct tensor outs[VISION_OUTPUTS];
	size_t n;
	OK(vision_blob(im, NULL, &b, in, &e));
	for (int again = 0; again < 2; again++) {
		struct dets d = { 0 };
		OK(vision_net_run(net, in, (int[]){ 1, 3, SIZE, SIZE }, outs, &n, &e));
		const struct decode c = { .in_w = SIZE, .in_h = SIZE, .nclasses = nclasses, .wanted = wanted, .min_score = 0.5 };
		OK(decode(&c, outs, n, &d, &e));
		if (suppress)
			nms(&d, 0.45);
		if (d.n != 2)
			fail_msg("%s: %zu boxes, not 2", layout, d.n);
		for (int i = 0; i < 2; i++) {
			double x = at[i][0] + dx, y = at[i][1], best = INFINITY;
			for (size_t k = 0; k < 2; k++)
				best = fmin(best, fabs(d.v[k].x - x) + fabs(d.v[k].y - y) + fabs(d.v[k].w - side) + fabs(d.v[k].h - side));
			if (!(best <= tolerance))
				fail_msg("%s: no box within %g of %g,%g; the nearest is off by %g", layout, tolerance, x, y, best);
		}
		dets_free(&d);
		/* Nobody is of the other class. */
		if (nclasses == 2) {
			const struct decode other = { .in_w = SIZE, .in_h = SIZE, .nclasses = 2, .wanted = 1 - wanted, .min_score = 0.1 };
			OK(decode(&other, outs, n, &d, &e));
			assert_int_equal(d.n, 0);
			dets_free(&d);
		}
	}
	vision_image_free(im);
	vision_net_close(net);
}

static void
persons(void **state)
{
	(void)state;
	finds("yolov5", decode_yolov5, false, 2, 1, 0, 16, 0.3, true);
	finds("yolov8", decode_yolov8, false, 2, 1, 0, 16, 0.3, true);
	finds("yolox", decode_yolox, true, 2, 1, 0, 16, 0.3, true);
	finds("end2end", decode_end2end, false, 1, 1, 0, 16, 0.3, false);
	finds("darknet", decode_darknet, false, 1, 0, 0, 16, 2.5, true);
}

static void
faces(void **state)
{
	(void)state;
	finds("yunet", decode_yunet, true, 1, 0, 4, 8, 0.3, true);
}

static void
gender(void **state)
{
	(void)state;
	static float in[3][3 * SIZE * SIZE];
	static const char *const layouts[] = { "softmax2", "sigmoid1" };
	struct vision_image *im = scene();
	const struct vision_blob b = input_of(false, SIZE, SIZE);
	for (int k = 0; k < 2; k++) {
		struct vision_net *net = open_layout(layouts[k]);
		struct tensor outs[VISION_OUTPUTS];
		size_t n;
		for (int i = 0; i < 3; i++) {
			const struct vision_region r = { at[i % 2][0] + 4, at[i % 2][1], 8, 8, 0 };
			OK(vision_blob(im, &r, &b, in[i], &e));
		}
		for (int batch = 3; batch >= 1; batch -= 2) {
			OK(vision_net_run(net, in[0], (int[]){ batch, 3, SIZE, SIZE }, outs, &n, &e));
			assert_int_equal(n, 1);
			assert_string_equal(outs[0].name, "prob");
			assert_int_equal(outs[0].ndims, 2);
			assert_int_equal(outs[0].dims[0], batch);
			assert_int_equal(outs[0].dims[1], 2 - k);
			for (int i = 0; i < batch; i++) {
				/* softmax2: female, male; sigmoid1: male */
				double male = k == 0 ? (double)outs[0].data[2 * i + 1] : (double)outs[0].data[i];
				assert_true(i % 2 == 0 ? male < 0.1 : male > 0.9);
			}
		}
		vision_net_close(net);
	}
	vision_image_free(im);
}

static void
damaged_networks(void **state)
{
	(void)state;
	static const enum vision_format formats[] = { VISION_ONNX, VISION_DARKNET, VISION_CAFFE, VISION_TENSORFLOW };
	static const char text[] = "this is no network, whatever its name says\n";
	struct vision_net *n;
	for (size_t i = 0; i < 4; i++) {
		REFUSED(ERR_DATA, vision_net_open(&n, formats[i], text, sizeof text, text, sizeof text, &e));
		assert_null(n);
		assert_null(strchr(e.msg, '\n'));
		REFUSED(ERR_DATA, vision_net_open(&n, formats[i], text, 0, text, sizeof text, &e));
	}
	REFUSED(ERR_DATA, vision_net_open(&n, VISION_DARKNET, text, sizeof text, NULL, 0, &e));
	REFUSED(ERR_DATA, vision_net_open(&n, VISION_CAFFE, text, sizeof text, NULL, 0, &e));
	struct buf b = { 0 };
	generate("yolov5", "cut.onnx", &b);
	REFUSED(ERR_DATA, vision_net_open(&n, VISION_ONNX, b.data, b.len / 2, NULL, 0, &e));
	buf_free(&b);
	vision_net_close(NULL);
}

static void
wrong_input(void **state)
{
	(void)state;
	static float in[3 * 2 * SIZE * SIZE];
	struct vision_net *net = open_layout("yolov5");
	struct tensor outs[VISION_OUTPUTS];
	size_t n = 7;
	REFUSED(ERR_DATA, vision_net_run(net, in, (int[]){ 1, 1, SIZE, SIZE }, outs, &n, &e));
	assert_int_equal(n, 0);
	assert_non_null(strstr(e.msg, "OpenCV"));
	vision_net_close(net);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(persons), cmocka_unit_test(faces), cmocka_unit_test(gender), cmocka_unit_test(damaged_networks),
		cmocka_unit_test(wrong_input),
	};
	vision_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
