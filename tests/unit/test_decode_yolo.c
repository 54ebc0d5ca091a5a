/*
 * Layouts that the network decodes itself: YOLOv5, YOLOv8, end-to-end, Darknet.
 */
#include "decode_test.h"

/* 64 x 32: strides 8, 16, 32 have 8 * 4 + 4 * 2 + 2 * 1 = 42 cells; 64 adds none. */
static const struct decode SMALL = { .in_w = 64, .in_h = 32, .nclasses = 3, .wanted = 1,
	.min_score = 0.25 };
enum { CELLS = 42 };

static void
yolov5(void **state)
{
	(void)state;
	struct tensor t = ZEROS("output0", 1, 3 * CELLS, 8);
	struct dets d = {0};
	/*             cx  cy  w   h   obj   classes */
	PUT(&t, 0, 1, 20, 10, 8, 6, 0.8f, 0.1f, 0.5f, 0.9f);
	PUT(&t, 8 * 5, 1, 1, 1, 2, 2, 0.24f, 1, 1, 1);			/* objectness below */
	PUT(&t, 8 * 6, 1, 1, 1, 2, 2, 0.5f, 1, 0.4f, 1);		/* product below */
	PUT(&t, 8 * 125, 1, 60, 30, 4, 4, 1, 0, 1, 0);			/* the last row */
	finds(decode_yolov5, &SMALL, &t, 1, &d, 2);
	is_det(&d.v[0], 16, 7, 8, 6, 0.4);
	is_det(&d.v[1], 58, 28, 4, 4, 1);
	assert_false(d.v[0].has_points);

	struct decode c = SMALL;
	c.wanted = 2;
	finds(decode_yolov5, &c, &t, 1, &d, 2);
	is_det(&d.v[0], 16, 7, 8, 6, 0.72);
	is_det(&d.v[1], 0, 0, 2, 2, 0.5);
	drop(&t, 1);
	dets_free(&d);
}

static void
exactly_the_threshold(void **state)
{
	(void)state;
	struct tensor t = ZEROS("output0", 1, 3 * CELLS, 8);
	struct dets d = {0};
	PUT(&t, 0, 1, 20, 10, 8, 6, 0.25f, 0, 1, 0);
	finds(decode_yolov5, &SMALL, &t, 1, &d, 1);
	drop(&t, 1);
	dets_free(&d);
}

static void
yolov5_hostile(void **state)
{
	(void)state;
	struct tensor t = ZEROS("output0", 1, 3 * CELLS, 8);
	struct dets d = {0};
	struct decode c = SMALL;
	c.min_score = 0;
	for (size_t i = 0; i < tensor_count(&t); i++)
		*at(&t, i) = NAN;
	finds(decode_yolov5, &c, &t, 1, &d, 0);
	for (size_t i = 0; i < tensor_count(&t); i++)
		*at(&t, i) = INFINITY;
	finds(decode_yolov5, &c, &t, 1, &d, 0);
	for (size_t i = 0; i < tensor_count(&t); i++)
		*at(&t, i) = -1;
	finds(decode_yolov5, &c, &t, 1, &d, 0);
	PUT(&t, 8, 1, 20, NAN, 8, 6, 1, 1, 1, 1);
	PUT(&t, 16, 1, 20, 10, 0, 6, 1, 1, 1, 1);
	PUT(&t, 24, 1, 20, 10, -8, 6, 1, 1, 1, 1);
	PUT(&t, 32, 1, 20, 10, INFINITY, 6, 1, 1, 1, 1);
	PUT(&t, 40, 1, 20, 10, 8, 6, 1, 1, NAN, 1);
	finds(decode_yolov5, &c, &t, 1, &d, 0);
	/* A score above 1 is rounding or nonsense; either way it is stored as 1. */
	PUT(&t, 8, 1, 20, 10, 8, 6, 7, 1, 1, 1);
	finds(decode_yolov5, &c, &t, 1, &d, 1);
	assert_true(d.v[0].score == 1);
	drop(&t, 1);
	dets_free(&d);
}

static void
yolov5_shapes(void **state)
{
	(void)state;
	struct tensor wrong[] = {
		ZEROS("output0", 1, 3 * CELLS, 85),	/* another class count */
		ZEROS("output0", 1, CELLS, 8),		/* YOLOX: one row a cell */
		ZEROS("output0", 2, 3 * CELLS, 8),	/* two pictures */
		ZEROS("output0", 1, 8, 3 * CELLS),	/* transposed */
		ZEROS("output0", 3 * CELLS, 8),
		ZEROS("output0", 1, 0, 8),
	};
	static const char *const has[] = {
		"(1, 126, 85)", "(1, 42, 8)", "(2, 126, 8)", "(1, 8, 126)", "(126, 8)", "(1, 0, 8)"
	};
	for (size_t i = 0; i < 6; i++) {
		refuses(decode_yolov5, &SMALL, &wrong[i], 1, has[i], "(1, 126, 8)");
	}
	refuses(decode_yolov5, &SMALL, NULL, 0, "nothing", "(1, 126, 8)");
	drop(wrong, 6);
}

/* Older exports carry the raw heads too, and the large variants a fourth stride. */
static void
yolov5_other_exports(void **state)
{
	(void)state;
	struct dets d = {0};
	struct tensor outs[] = { ZEROS("head", 1, 3, 4, 8, 8), ZEROS("output", 1, 3 * CELLS, 8) };
	PUT(&outs[1], 0, 1, 20, 10, 8, 6, 1, 0, 1, 0);
	finds(decode_yolov5, &SMALL, outs, 2, &d, 1);
	drop(outs, 2);

	struct decode c = SMALL;
	c.in_h = 64;		/* 64 + 16 + 4, and 1 of stride 64 */
	struct tensor p6 = ZEROS("output", 1, 3 * 85, 8);
	PUT(&p6, 8 * 254, 1, 20, 10, 8, 6, 1, 0, 1, 0);
	finds(decode_yolov5, &c, &p6, 1, &d, 1);
	drop(&p6, 1);
	dets_free(&d);
}

static void
yolov8(void **state)
{
	(void)state;
	struct tensor t = ZEROS("output0", 1, 7, CELLS);
	struct dets d = {0};
	PUT(&t, 41, CELLS, 20, 10, 8, 6, 0.1f, 0.5f, 0.9f);
	PUT(&t, 3, CELLS, 20, 10, 8, 6, 1, 0.2f, 1);
	PUT(&t, 4, CELLS, 20, 10, 8, 6, 1, NAN, 1);
	PUT(&t, 5, CELLS, 20, NAN, 8, 6, 1, 1, 1);
	finds(decode_yolov8, &SMALL, &t, 1, &d, 1);
	is_det(&d.v[0], 16, 7, 8, 6, 0.5);
	drop(&t, 1);

	struct tensor wrong[] = {
		ZEROS("a", 1, CELLS, 7), ZEROS("a", 1, 8, CELLS),
		ZEROS("a", 2, 7, CELLS), ZEROS("a", 1, 7, 3 * CELLS)
	};
	for (size_t i = 0; i < 4; i++)
		refuses(decode_yolov8, &SMALL, &wrong[i], 1, "a (", "(1, 7, 42)");
	drop(wrong, 4);
	dets_free(&d);
}

static void
end2end(void **state)
{
	(void)state;
	struct tensor t = ZEROS("output0", 1, 5, 6);
	struct dets d = {0};
	PUT(&t, 0, 1, 10, 11, 30, 41, 0.9f, 1);
	PUT(&t, 6, 1, 10, 11, 30, 41, 0.9f, 0);		/* another class */
	PUT(&t, 12, 1, 10, 11, 30, 41, 0.1f, 1);	/* below */
	PUT(&t, 18, 1, 30, 11, 10, 41, 0.9f, 1);	/* inside out */
	PUT(&t, 24, 1, 10, 11, 30, 41, 0.9f, NAN);
	finds(decode_end2end, &SMALL, &t, 1, &d, 1);
	is_det(&d.v[0], 10, 11, 20, 30, 0.9);
	drop(&t, 1);
	t = ZEROS("output0", 1, 0, 6);
	finds(decode_end2end, &SMALL, &t, 1, &d, 0);
	drop(&t, 1);
	t = ZEROS("output0", 1, 5, 7);
	refuses(decode_end2end, &SMALL, &t, 1, "(1, 5, 7)", "(1, n, 6)");
	drop(&t, 1);
	dets_free(&d);
}

static void
darknet(void **state)
{
	(void)state;
	struct tensor t[] = { ZEROS("yolo_1", 6, 8), ZEROS("yolo_2", 24, 8) };
	struct dets d = {0};
	/* Fractions; the class score is final: it is not multiplied by the objectness again. */
	PUT(&t[0], 8 * 5, 1, 0.5f, 0.5f, 0.25f, 0.5f, 0.9f, 0, 0.6f, 0.8f);
	PUT(&t[1], 8 * 23, 1, 0.25f, 0.5f, 0.5f, 1, 0.5f, 0, 0.3f, 0);
	PUT(&t[1], 0, 1, 0.25f, 0.5f, 0.5f, 1, 0.5f, 0.5f, 0.2f, 0.5f);
	PUT(&t[1], 8, 1, 0.25f, NAN, 0.5f, 1, 0.5f, 0.5f, 0.5f, 0.5f);
	finds(decode_darknet, &SMALL, t, 2, &d, 2);
	is_det(&d.v[0], 24, 8, 16, 16, 0.6);
	is_det(&d.v[1], 0, 0, 32, 32, 0.3);
	drop(t, 2);

	t[0] = ZEROS("yolo_1", 1, 6, 8);
	finds(decode_darknet, &SMALL, t, 1, &d, 0);
	drop(t, 1);
	t[0] = ZEROS("yolo_1", 2, 6, 8);
	refuses(decode_darknet, &SMALL, t, 1, "(2, 6, 8)", "(n, 8)");
	drop(t, 1);
	/* A good output beside a bad one does not save it, and leaves nothing behind. */
	t[0] = ZEROS("yolo_1", 1, 8);
	PUT(&t[0], 0, 1, 0.5f, 0.5f, 0.5f, 0.5f, 1, 1, 1, 1);
	t[1] = ZEROS("yolo_2", 6, 85);
	refuses(decode_darknet, &SMALL, t, 2, "yolo_2 (6, 85)", "(n, 8)");
	refuses(decode_darknet, &SMALL, NULL, 0, "nothing", "[yolo]");
	drop(t, 2);
	dets_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yolov5),
		cmocka_unit_test(exactly_the_threshold),
		cmocka_unit_test(yolov5_hostile),
		cmocka_unit_test(yolov5_shapes),
		cmocka_unit_test(yolov5_other_exports),
		cmocka_unit_test(yolov8),
		cmocka_unit_test(end2end),
		cmocka_unit_test(darknet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
