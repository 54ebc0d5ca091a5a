/*
 * YuNet of both generations.
 */
#include "decode_test.h"

static const struct decode SMALL = { .in_w = 64, .in_h = 32, .nclasses = 1, .wanted = 0,
	.min_score = 0.7 };

/* cls, obj, bbox, kps of each stride: 32, 8 and 2 cells. */
static void
outputs(struct tensor t[12])
{
	static const int strides[] = { 8, 16, 32 }, cells[] = { 32, 8, 2 };
	static const struct { const char *name; int cols; } parts[] = {
		{ "cls", 1 }, { "obj", 1 }, { "bbox", 4 }, { "kps", 10 }
	};
	for (int p = 0; p < 4; p++) {
		for (int s = 0; s < 3; s++) {
			char name[16];
			snprintf(name, sizeof(name), "%s_%d", parts[p].name, strides[s]);
			t[3 * p + s] = ZEROS(name, 1, cells[s], parts[p].cols);
		}
	}
}

static void
yunet(void **state)
{
	(void)state;
	struct tensor t[12];
	struct dets d = {0};
	outputs(t);
	/* Stride 16, row 1, column 2: cell 6. */
	*at(&t[1], 6) = 0.9f;
	*at(&t[4], 6) = 0.8f;
	PUT(&t[7], 6 * 4, 1, 0.5f, 0.25f, logf(0.5f), 0);
	PUT(&t[10], 6 * 10, 1, 0, 0, 1, 0, 0.5f, 0.5f, 0, 1, 1, 1);
	/* Each factor alone would do, their geometric mean does not. */
	*at(&t[0], 0) = 0.5f;
	*at(&t[3], 0) = 0.9f;
	*at(&t[0], 1) = 1;
	*at(&t[0], 2) = NAN;
	*at(&t[3], 2) = 1;
	finds(decode_yunet, &SMALL, t, 12, &d, 1);
	is_det(&d.v[0], 40 - 4, 20 - 8, 8, 16, sqrt(0.72));
	assert_true(d.v[0].has_points);
	static const double points[5][2] = {
		{ 32, 16 }, { 48, 16 }, { 40, 24 }, { 32, 32 }, { 48, 32 }
	};
	for (int k = 0; k < 5; k++)
		assert_true(d.v[0].points[k][0] == points[k][0]
			&& d.v[0].points[k][1] == points[k][1]);

	/* Raw values a little outside 0..1 are cut, as the upstream decoder does. */
	*at(&t[1], 6) = 1.5f;
	finds(decode_yunet, &SMALL, t, 12, &d, 1);
	is_det(&d.v[0], 36, 12, 8, 16, sqrt(0.8));

	/* A face without usable points is still a face. */
	*at(&t[10], 6 * 10 + 3) = INFINITY;
	finds(decode_yunet, &SMALL, t, 12, &d, 1);
	assert_false(d.v[0].has_points);
	*at(&t[7], 6 * 4 + 2) = 1000;
	finds(decode_yunet, &SMALL, t, 12, &d, 0);
	drop(t, 12);
	dets_free(&d);
}

static void
yunet_shapes(void **state)
{
	(void)state;
	struct tensor t[12], saved;
	struct dets d = {0};
	outputs(t);
	for (size_t i = 0; i < 12; i++) {
		saved = t[i];
		/* Two pictures joined. */
		t[i] = ZEROS(saved.name, 1, 2 * saved.dims[1], saved.dims[2]);
		refuses(decode_yunet, &SMALL, t, 12, "cls_8", saved.name);
		drop(&t[i], 1);
		t[i] = saved;
		snprintf(t[i].name, sizeof(t[i].name), "other");
		refuses(decode_yunet, &SMALL, t, 12, "other", saved.name);
		t[i] = saved;
	}
	/* Without the leading 1 it is the same table. */
	for (size_t i = 0; i < 12; i++) {
		t[i].ndims = 2;
		t[i].dims[0] = t[i].dims[1];
		t[i].dims[1] = t[i].dims[2];
	}
	finds(decode_yunet, &SMALL, t, 12, &d, 0);
	refuses(decode_yunet, &SMALL, NULL, 0, "nothing", "cls_8");
	drop(t, 12);
	dets_free(&d);
}

/* 160 x 120 has 900 + 140 + 30 + 6 priors: what the network itself gives at that size. */
static const struct decode OLD = { .in_w = 160, .in_h = 120, .nclasses = 1, .wanted = 0,
	.min_score = 0.8 };
enum { PRIORS = 1076 };

static void
old_outputs(struct tensor t[3], int n)
{
	t[0] = ZEROS("conf", n, 2);
	t[1] = ZEROS("iou", n, 1);
	t[2] = ZEROS("loc", n, 14);
}

static void
yunet2022(void **state)
{
	(void)state;
	struct tensor t[3];
	struct dets d = {0};
	old_outputs(t, PRIORS);
	/* Stride 16: 10 columns, 7 rows, sizes 32 and 48. Row 2, column 3, size 48. */
	size_t i = 900 + (2 * 10 + 3) * 2 + 1;
	*at(&t[0], 2 * i + 1) = 0.9f;
	*at(&t[1], i) = 1.2f;			/* cut to 1 */
	PUT(&t[2], 14 * i, 1, 1, -1, 5 * logf(0.5f), 5 * logf(2), 0, 0, 1, 0, 0, 1, 0, 0, 2, 2);
	/* The last prior: stride 64, column 1, size 256. */
	*at(&t[0], 2 * (PRIORS - 1) + 1) = 1;
	*at(&t[1], PRIORS - 1) = 1;
	*at(&t[0], 3) = 1;			/* iou 0 */
	*at(&t[0], 5) = 1;
	*at(&t[1], 2) = -1;
	finds(decode_yunet2022, &OLD, t, 3, &d, 2);
	double cx = 3.5 * 16 + 4.8, cy = 2.5 * 16 - 4.8;
	is_det(&d.v[0], cx - 12, cy - 48, 24, 96, sqrt(0.9));
	assert_true(d.v[0].has_points);
	assert_true(fabs(d.v[0].points[0][0] - 56) < 1e-9 && fabs(d.v[0].points[0][1] - 40) < 1e-9);
	assert_true(fabs(d.v[0].points[1][0] - 60.8) < 1e-9
		&& fabs(d.v[0].points[2][1] - 44.8) < 1e-9);
	assert_true(fabs(d.v[0].points[4][0] - 65.6) < 1e-9
		&& fabs(d.v[0].points[4][1] - 49.6) < 1e-9);
	is_det(&d.v[1], 96 - 128, 32 - 128, 256, 256, 1);

	*at(&t[2], 14 * i + 3) = 1e30f;
	finds(decode_yunet2022, &OLD, t, 3, &d, 1);
	refuses(decode_yunet2022, &OLD, t, 2, "conf (1076, 2)", "loc (1, 1076, 14)");
	drop(t, 3);
	old_outputs(t, PRIORS - 1);
	refuses(decode_yunet2022, &OLD, t, 3, "loc (1075, 14)", "loc (1, 1076, 14)");
	drop(t, 3);

	/* As the network does: 640 x 360 has 13150 priors, 352 x 288 has 5802. */
	struct decode c = OLD;
	c.in_w = 640;
	c.in_h = 360;
	old_outputs(t, 13150);
	finds(decode_yunet2022, &c, t, 3, &d, 0);
	drop(t, 3);
	c.in_w = 352;
	c.in_h = 288;
	old_outputs(t, 5802);
	finds(decode_yunet2022, &c, t, 3, &d, 0);
	drop(t, 3);
	dets_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yunet),
		cmocka_unit_test(yunet_shapes),
		cmocka_unit_test(yunet2022),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
