/*
 * Layouts that leave the grid to the reader: YOLOX, NanoDet, FastestDet.
 */
#include "decode_test.h"

/* 64 x 32: grids of 8 x 4, 4 x 2 and 2 x 1. */
static const struct decode SMALL = { .in_w = 64, .in_h = 32, .nclasses = 3, .wanted = 1,
	.min_score = 0.25 };
enum { CELLS = 42 };

static void
yolox(void **state)
{
	(void)state;
	struct tensor t = ZEROS("output", 1, CELLS, 8);
	struct dets d = {0};
	const float half = logf(0.5f);
	/* Stride 8, row 2, column 3: row 19. */
	PUT(&t, 8 * 19, 1, 0.5f, 0.25f, 0, half, 0.8f, 0, 0.5f, 0);
	/* Stride 16, row 1, column 0: 32 + 4. */
	PUT(&t, 8 * 36, 1, -0.5f, 1, logf(2), 0, 1, 0, 1, 0);
	/* Stride 32, row 0, column 1: the last. */
	PUT(&t, 8 * 41, 1, 0, 0, 0, 0, 1, 0, 0.5f, 0);
	PUT(&t, 0, 1, 0, 0, 0, 0, 0.2f, 1, 1, 1);
	PUT(&t, 8, 1, 0, 0, 0, 0, 0.5f, 1, 0.4f, 1);
	finds(decode_yolox, &SMALL, &t, 1, &d, 3);
	is_det(&d.v[0], 28 - 4, 18 - 2, 8, 4, 0.4);
	is_det(&d.v[1], -8 - 16, 32 - 8, 32, 16, 1);
	is_det(&d.v[2], 32 - 16, 0 - 16, 32, 32, 0.5);

	for (size_t i = 0; i < tensor_count(&t); i++)
		*at(&t, i) = 1e30f;			/* exp of that is infinite */
	finds(decode_yolox, &SMALL, &t, 1, &d, 0);
	for (size_t i = 0; i < tensor_count(&t); i++)
		*at(&t, i) = NAN;
	finds(decode_yolox, &SMALL, &t, 1, &d, 0);
	drop(&t, 1);

	/* Two pictures folded into one: no decoder may take that for one picture. */
	t = ZEROS("output", 1, 2 * CELLS, 8);
	refuses(decode_yolox, &SMALL, &t, 1, "(1, 84, 8)", "(1, 42, 8)");
	drop(&t, 1);
	t = ZEROS("output", 1, 3 * CELLS, 8);
	refuses(decode_yolox, &SMALL, &t, 1, "(1, 126, 8)", "(1, 42, 8)");
	drop(&t, 1);
	dets_free(&d);
}

/* Outputs in the order of a real export: classes of all strides, then distances. */
static void
nanodet_outputs(struct tensor t[6], int nclasses)
{
	static const int cells[] = { 32, 8, 2 };
	for (int i = 0; i < 3; i++) {
		t[i] = ZEROS("c", 1, cells[i], nclasses);
		t[3 + i] = ZEROS("d", 1, cells[i], 32);
	}
}

static void
nanodet(void **state)
{
	(void)state;
	struct tensor t[6];
	struct dets d = {0};
	nanodet_outputs(t, 3);
	/* Stride 16, row 1, column 2: cell 6, centre 2 * 16 + 7.5, 16 + 7.5. */
	*at(&t[1], 6 * 3 + 1) = 0.75f;
	*at(&t[1], 5 * 3 + 0) = 0.9f;				/* another class */
	*at(&t[4], 6 * 32 + 0 * 8 + 2) = 100;			/* left: all in bin 2 */
	*at(&t[4], 6 * 32 + 1 * 8 + 1) = 100;			/* top: 1 */
	/* Right: half in bin 0, half in 6. */
	PUT(&t[4], 6 * 32 + 2 * 8, 1, 50, -50, -50, -50, -50, -50, 50, -50);
	/* bottom: all equal, mean 3.5 */
	finds(decode_nanodet, &SMALL, t, 6, &d, 1);
	is_det(&d.v[0], 39.5 - 32, 23.5 - 16, 32 + 48, 16 + 56, 0.75);

	/* The order of the outputs does not matter. */
	struct tensor other[6] = { t[5], t[0], t[4], t[2], t[3], t[1] };
	finds(decode_nanodet, &SMALL, other, 6, &d, 1);

	for (size_t i = 0; i < tensor_count(&t[4]); i++)
		*at(&t[4], i) = NAN;
	finds(decode_nanodet, &SMALL, t, 6, &d, 0);
	refuses(decode_nanodet, &SMALL, t, 5, "(1, 32, 3)", "(1, 2, 32)");
	drop(t, 6);
	dets_free(&d);
}

/* 32 classes have the shape of the distances: then the order tells. */
static void
nanodet_ambiguous(void **state)
{
	(void)state;
	struct tensor t[6];
	struct dets d = {0};
	struct decode c = SMALL;
	c.nclasses = 32;
	nanodet_outputs(t, 32);
	*at(&t[0], 1) = 0.75f;
	finds(decode_nanodet, &c, t, 6, &d, 1);
	is_det(&d.v[0], 3.5 - 28, 3.5 - 28, 56, 56, 0.75);
	refuses(decode_nanodet, &c, t, 3, "(1, 2, 32)", "(1, 32, 32)");
	drop(t, 6);
	dets_free(&d);
}

static void
fastestdet(void **state)
{
	(void)state;
	/* 4 x 2 cells of 16 pixels. */
	struct tensor t = ZEROS("758", 1, 8, 2, 4);
	struct dets d = {0};
	enum { PLANE = 8 };
	PUT(&t, 6, PLANE, 0.8f, atanhf(0.5f), atanhf(-0.25f), 0, logf(3), 0.1f, 0.6f, 0.3f);
	PUT(&t, 0, PLANE, 0.05f, 0, 0, 0, 0, 0, 1, 0);			/* no class could lift this */
	PUT(&t, 1, PLANE, 0.9f, 0, 0, 0, 0, 0.9f, 0.01f, 0.1f);		/* another class */
	PUT(&t, 2, PLANE, 0.9f, NAN, 0, 0, 0, 0, 1, 0);
	PUT(&t, 3, PLANE, -0.9f, 0, 0, 0, 0, 0, 1, 0);
	PUT(&t, 4, PLANE, 0.9f, 0, 0, 0, 0, -1, -0.5f, -1);
	finds(decode_fastestdet, &SMALL, &t, 1, &d, 1);
	/* Column 2, row 1: cx = 2.5 / 4 * 64, cy = 0.75 / 2 * 32, w half, h three quarters. */
	is_det(&d.v[0], 40 - 16, 12 - 12, 32, 24, pow(0.8, 0.6) * pow(0.6, 0.4));
	drop(&t, 1);

	struct tensor wrong[] = {
		ZEROS("a", 1, 85, 2, 4), ZEROS("a", 1, 8, 4, 2), ZEROS("a", 2, 8, 2, 4), ZEROS("a", 1, 8, 8)
	};
	for (size_t i = 0; i < 4; i++)
		refuses(decode_fastestdet, &SMALL, &wrong[i], 1, "a (", "(1, 8, 2, 4)");
	drop(wrong, 4);
	dets_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yolox),
		cmocka_unit_test(nanodet),
		cmocka_unit_test(nanodet_ambiguous),
		cmocka_unit_test(fastestdet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
