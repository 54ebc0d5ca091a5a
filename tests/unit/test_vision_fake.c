/*
 * The stand-in for OpenCV: what a script says is what the decoders find in the end. Command-line tests build on it.
 */
#include "vision/vision.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "people/decode.h"

static struct err e;

#define OK(call) do { if ((call) != 0) fail_msg("%s", e.msg); } while (0)
#define REFUSED(what, call) do { e.code = ERR_NONE; assert_int_equal((call), -1); assert_int_equal(e.code, (what)); } while (0)

static void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static struct vision_net *
open_net(const char *text)
{
	struct vision_net *n;
	OK(vision_net_open(&n, VISION_ONNX, text, strlen(text), NULL, 0, &e));
	return n;
}

static void
recording(void **state)
{
	(void)state;
	struct vision_capture *c;
	struct vision_capture_info info;
	struct vision_image *im = vision_image_new();
	double t;
	write_text("a.avi", "FAKEVIDEO 64 48 10 6 9\n# a comment\n\npts 2 250.5\npts 3 none\nend 5\nrotation 90\n");
	OK(vision_capture_open(&c, "a.avi", &info, &e));
	assert_int_equal(info.width, 64);
	assert_int_equal(info.height, 48);
	assert_int_equal(info.frames, 9);
	assert_int_equal(info.rotation, 90);
	const double want[] = { 0, 100, 250.5, NAN, 400 };
	for (int i = 0; i < 5; i++) {
		assert_int_equal(i == 1 ? vision_capture_skip(c, &t, &e) : vision_capture_read(c, im, &t, &e), 1);
		assert_true(isnan(want[i]) ? isnan(t) : fabs(t - want[i]) < 1e-9);
	}
	assert_int_equal(vision_capture_read(c, im, &t, &e), 0);
	vision_capture_close(c);

	write_text("b.avi", "FAKEVIDEO 64 48 10 3\nfail 1\n");
	OK(vision_capture_open(&c, "b.avi", &info, &e));
	assert_int_equal(vision_capture_skip(c, &t, &e), 1);
	REFUSED(ERR_DATA, vision_capture_read(c, im, &t, &e));
	vision_capture_close(c);

	REFUSED(ERR_INPUT, vision_capture_open(&c, "none.avi", &info, &e));
	static const char *const bad[] = { "", "text\n", "FAKEVIDEO 64 48\n", "FAKEVIDEO 0 48 10 3\n", "FAKEVIDEO 64 48 10 3\nnonsense 1\n",
		"FAKEVIDEO 64 48 10 3\nperson 0 2 1 2 3\n", "FAKEVIDEO 64 48 10 3\nface 0 2 1 2 3 4\n" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		write_text("bad.avi", bad[i]);
		REFUSED(ERR_DATA, vision_capture_open(&c, "bad.avi", &info, &e));
	}
	vision_image_free(im);
}

static void
check_box(const struct det *d, double x, double y, double w, double h, double score)
{
	assert_true(fabs(d->x - x) + fabs(d->y - y) + fabs(d->w - w) + fabs(d->h - h) + fabs(d->score - score) < 1e-3);
}

/* 128x96 into 64x64: half the size, 8 rows of border above. */
static const struct vision_blob letterbox = { .width = 64, .height = 64, .y = 8, .w = 64, .h = 48, .scale = { 1, 1, 1 } };

static void
detectors(void **state)
{
	(void)state;
	static float in[3 * 64 * 64];
	static const struct { const char *net; decode_fn *decode; int classes; bool face; } cases[] = {
		{ "FAKENET yolov5 64 64 2\n", decode_yolov5, 2, false }, { "FAKENET yolov8 64 64 2", decode_yolov8, 2, false },
		{ "FAKENET end2end 0 0 2\nmore", decode_end2end, 2, false }, { "FAKENET yunet 64 64 0\n", decode_yunet, 1, true },
		{ "FAKENET pf 0 0 2\n", decode_pf, 2, false }, { "FAKENET pf 64 64 2\n", decode_pf, 2, true }
	};
	struct vision_capture *c;
	struct vision_capture_info info;
	struct vision_image *im = vision_image_new(), *copy = vision_image_new();
	struct tensor outs[VISION_OUTPUTS];
	size_t n;
	double t;
	write_text("p.avi", "FAKEVIDEO 128 96 10 4\nperson 1 2 20 10 40 60 0.75 4 2\nperson 2 2 80 10 20 30\nface 1 3 30 12 16 20 0.8 0.6\n");
	OK(vision_capture_open(&c, "p.avi", &info, &e));
	for (int frame = 0; frame < 4; frame++) {
		assert_int_equal(vision_capture_read(c, im, &t, &e), 1);
		OK(vision_image_copy(copy, im, &e));
		OK(vision_blob(copy, NULL, &letterbox, in, &e));
		for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
			struct vision_net *net = open_net(cases[k].net);
			struct dets d = { 0 };
			const struct decode how = { .in_w = 64, .in_h = 64, .nclasses = cases[k].classes, .min_score = 0.5,
				.wanted = cases[k].decode == decode_pf && cases[k].face };
			OK(vision_net_run(net, in, (int[]){ 1, 3, 64, 64 }, outs, &n, &e));
			OK(cases[k].decode(&how, outs, n, &d, &e));
			nms(&d, 0.5);
			assert_int_equal(d.n, cases[k].face ? frame >= 1 : frame == 1 ? 1 : frame == 2 ? 2 : 0);
			if (cases[k].face && frame >= 1) {
				check_box(&d.v[0], 15, 14, 8, 10, 0.6);
				assert_true(cases[k].decode == decode_pf || (d.v[0].has_points && fabs(d.v[0].points[2][0] - 19) < 1e-3));
			} else if (frame == 1) {
				check_box(&d.v[0], 10, 13, 20, 30, 0.75);
			} else if (frame == 2 && !cases[k].face) {
				check_box(&d.v[0], 40, 13, 10, 15, 0.9);
				check_box(&d.v[1], 12, 14, 20, 30, 0.75);
			}
			dets_free(&d);
			vision_net_close(net);
		}
	}
	vision_capture_close(c);
	vision_image_free(im);
	vision_image_free(copy);
}

static void
gender(void **state)
{
	(void)state;
	static float in[2][3 * 32 * 32];
	const struct vision_blob b = { .width = 32, .height = 32, .w = 32, .h = 32 };
	const struct vision_region at[2] = { { 10, 10, 20, 20, 0 }, { 60, 10, 20, 20, 5 } };
	struct vision_image *im = vision_image_new();
	struct tensor outs[VISION_OUTPUTS];
	size_t n;
	write_text("g.png", "FAKEIMAGE 100 50\nface 10 10 20 20 0.25\nface 60 10 20 20 0.875 0.9\nperson 5 5 30 40\n");
	OK(vision_image_load(im, "g.png", &e));
	for (int i = 0; i < 2; i++)
		OK(vision_blob(im, &at[i], &b, in[i], &e));
	struct vision_net *soft = open_net("FAKENET softmax2 32 32 2"), *sigmoid = open_net("FAKENET sigmoid1 0 0 1 batch 1");
	OK(vision_net_run(soft, in[0], (int[]){ 2, 3, 32, 32 }, outs, &n, &e));
	assert_true(outs[0].dims[0] == 2 && outs[0].dims[1] == 2);
	assert_true(outs[0].data[0] == 0.25F && outs[0].data[1] == 0.75F && outs[0].data[2] == 0.875F);
	OK(vision_net_run(sigmoid, in[1], (int[]){ 1, 3, 32, 32 }, outs, &n, &e));
	assert_true(outs[0].data[0] == 0.875F);
	REFUSED(ERR_DATA, vision_net_run(sigmoid, in[0], (int[]){ 2, 3, 32, 32 }, outs, &n, &e));
	vision_net_close(soft);
	vision_net_close(sigmoid);
	vision_image_free(im);
}

static void
scripted_failures(void **state)
{
	(void)state;
	static float in[2 * 3 * 64 * 64];
	static const char *const bad[] = { "", "FAKENET", "FAKENET yolov5 64 64", "FAKENET yolov5 64 64 -1", "FAKENET yolov5 64 64 2 fail 1" };
	struct vision_net *net;
	struct tensor outs[VISION_OUTPUTS];
	size_t n;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		REFUSED(ERR_DATA, vision_net_open(&net, VISION_ONNX, bad[i], strlen(bad[i]), NULL, 0, &e));
	net = open_net("FAKENET yolov5 64 64 2 fail_run 1 delay_us 10");
	REFUSED(ERR_DATA, vision_net_run(net, in, (int[]){ 1, 3, 64, 32 }, outs, &n, &e));
	vision_net_close(net);
	net = open_net("FAKENET yolov5 64 64 2 fail_run 1");
	OK(vision_net_run(net, in, (int[]){ 1, 3, 64, 64 }, outs, &n, &e));
	REFUSED(ERR_DATA, vision_net_run(net, in, (int[]){ 1, 3, 64, 64 }, outs, &n, &e));
	vision_net_close(net);
	net = open_net("FAKENET yolov5 64 64 2 batch 2");
	OK(vision_net_run(net, in, (int[]){ 2, 3, 64, 64 }, outs, &n, &e));
	assert_true(outs[0].dims[0] == 1 && outs[0].dims[1] == 2 * 3 * 84);
	vision_net_close(net);
}

static void
bad_parts(void **state)
{
	(void)state;
	static float in[3 * 64 * 64];
	struct vision_image *im = vision_image_new();
	static const struct vision_region bad[] = { { NAN, 0, 5, 5, 0 }, { 0, 0, 5, -1, 0 }, { 128, 0, 5, 5, 0 }, { 0, 0, 5, 5, NAN } };
	REFUSED(ERR_FAIL, vision_blob(im, NULL, &letterbox, in, &e));
	OK(vision_image_create(im, 128, 96, &e));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		REFUSED(ERR_FAIL, vision_blob(im, &bad[i], &letterbox, in, &e));
	REFUSED(ERR_FAIL, vision_image_create(im, 0, 5, &e));
	vision_draw_box(im, -50, NAN, 1000, 20, 0xff0000, 2);
	vision_draw_box(im, 1e300, -1e300, 1e300, 20, 0xff0000, 2);
	vision_draw_label(im, 120, 90, "text", 0, 0xff, 12);
	vision_image_free(im);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recording), cmocka_unit_test(detectors), cmocka_unit_test(gender), cmocka_unit_test(scripted_failures),
		cmocka_unit_test(bad_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
