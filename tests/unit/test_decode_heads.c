/*
 * YOLOv5 cut at its heads, against the way the uncut network does it: every row of every class in full, then the threshold.
 */
#include "decode_test.h"

enum { MAPS = 3, ANCHORS = 3, NCLASSES = 4, WANTED = 2, ROW = 5 + NCLASSES };

static const double ANCHOR[MAPS][ANCHORS][2] = {
	{ { 10, 13 }, { 16, 30 }, { 33, 23 } }, { { 30, 61 }, { 62, 45 }, { 59, 119 } },
	{ { 116, 90 }, { 156, 198 }, { 373, 326 } }
};

/* 96 x 64: maps of 12 x 8, 6 x 4 and 3 x 2. */
static const struct decode SMALL = { .in_w = 96, .in_h = 64, .nclasses = NCLASSES, .wanted = WANTED,
	.min_score = 0.25, .anchors = ANCHOR };

/* Uncut maps, (1, 3 * (5 + classes), h, w), of numbers that look random. */
static void
fill_maps(struct tensor t[MAPS], const struct decode *c, unsigned seed, double spread)
{
	uint64_t x = seed + 1;
	for (int i = 0; i < MAPS; i++) {
		t[i] = ZEROS("map", 1, ANCHORS * ROW, c->in_h / (8 << i), c->in_w / (8 << i));
		for (size_t k = 0; k < tensor_count(&t[i]); k++) {
			x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			*at(&t[i], k) = (float)(((double)(x >> 40) / (1 << 24) * 2 - 1) * spread);
		}
	}
}

/* What the last convolutions give when only the wanted class is left in their weights. */
static void
cut_maps(struct tensor cut[MAPS], const struct tensor t[MAPS])
{
	for (int i = 0; i < MAPS; i++) {
		size_t plane = (size_t)(t[i].dims[2] * t[i].dims[3]);
		cut[i] = ZEROS("cut", 1, ANCHORS * 6, t[i].dims[2], t[i].dims[3]);
		for (size_t a = 0; a < ANCHORS; a++)
			for (size_t k = 0; k < 6; k++)
				memcpy(at(&cut[i], (a * 6 + k) * plane),
				    t[i].data + (a * ROW + (k == 5 ? 5 + WANTED : k)) * plane, plane * sizeof(float));
	}
}

static double
sigmoid(double v)
{
	return 1 / (1 + exp(-v));
}

/* The network's own end: the whole table of rows, each with all its classes, and from that the candidates. */
static void
reference(const struct decode *c, const struct tensor t[MAPS], struct dets *d)
{
	for (int i = 0; i < MAPS; i++) {
		const int h = t[i].dims[2], w = t[i].dims[3];
		const double stride = 8 << i;
		for (int a = 0; a < ANCHORS; a++)
			for (int y = 0; y < h; y++)
				for (int x = 0; x < w; x++) {
					double row[ROW];
					for (int k = 0; k < ROW; k++)
						row[k] = sigmoid((double)*at(&t[i], (size_t)(((a * ROW + k) * h + y) * w + x)));
					row[0] = (row[0] * 2 - 0.5 + x) * stride;
					row[1] = (row[1] * 2 - 0.5 + y) * stride;
					row[2] = pow(row[2] * 2, 2) * ANCHOR[i][a][0];
					row[3] = pow(row[3] * 2, 2) * ANCHOR[i][a][1];
					if (!(row[4] * row[5 + c->wanted] >= c->min_score))
						continue;
					if (!(row[2] > 0 && row[3] > 0) || isnan(row[0] + row[1]))
						continue;
					*dets_add(d) = (struct det) { .x = row[0] - row[2] / 2, .y = row[1] - row[3] / 2,
						.w = row[2], .h = row[3], .score = row[4] * row[5 + c->wanted] };
				}
	}
}

/* Decodes both ways and compares, in order; returns how many candidates there are. */
static size_t
compare(const struct decode *c, const struct tensor t[MAPS])
{
	struct tensor cut[MAPS];
	struct dets want = {0}, have = {0};
	cut_maps(cut, t);
	reference(c, t, &want);
	finds(decode_yolov5_heads, c, cut, MAPS, &have, want.n);
	for (size_t i = 0; i < want.n; i++) {
		const struct det *v = &want.v[i];
		is_det(&have.v[i], v->x, v->y, v->w, v->h, v->score);
		assert_false(have.v[i].has_points);
		assert_true(have.v[i].score >= c->min_score);
	}
	size_t n = want.n;
	drop(cut, MAPS);
	dets_free(&want);
	dets_free(&have);
	return n;
}

static void
random_maps(void **state)
{
	(void)state;
	static const double thresholds[] = { 0, 0.001, 0.05, 0.25, 0.5, 0.9, 0.999, 1, 1.5 };
	const size_t rows = ANCHORS * (96 + 24 + 6);
	for (unsigned seed = 0; seed < 12; seed++) {
		size_t last = rows;
		struct tensor t[MAPS];
		fill_maps(t, &SMALL, seed, seed % 3 == 0 ? 2 : seed % 3 == 1 ? 8 : 60);
		for (size_t i = 0; i < sizeof(thresholds) / sizeof(*thresholds); i++) {
			struct decode c = SMALL;
			c.min_score = thresholds[i];
			size_t n = compare(&c, t);
			assert_true(n <= last && (i > 0 || n == rows) && (thresholds[i] <= 1 || n == 0));
			last = n;
		}
		drop(t, MAPS);
	}
}

/* A score that is exactly the threshold counts, at every threshold, also where the sigmoid has become 1. */
static void
at_the_threshold(void **state)
{
	(void)state;
	struct tensor t[MAPS];
	struct dets d = {0};
	struct decode c = SMALL;
	fill_maps(t, &SMALL, 1, 0);
	for (size_t i = 0; i < tensor_count(&t[0]); i++)
		*at(&t[0], i) = -100;
	for (size_t i = 0; i < tensor_count(&t[1]); i++)
		*at(&t[1], i) = *at(&t[2], i % tensor_count(&t[2])) = -100;
	struct tensor cut[MAPS];
	cut_maps(cut, t);
	/* the second anchor of the last map, row 1, column 2: x, y, w, h 0, the class certain */
	for (size_t k = 0; k < 4; k++)
		*at(&cut[2], (6 + k) * 6 + 5) = 0;
	*at(&cut[2], (6 + 5) * 6 + 5) = 100;
	for (float o = -20; o <= 100; o += 0.125f) {
		*at(&cut[2], (6 + 4) * 6 + 5) = o;
		c.min_score = sigmoid((double)o);
		finds(decode_yolov5_heads, &c, cut, MAPS, &d, 1);
		is_det(&d.v[0], 2.5 * 32 - 78, 1.5 * 32 - 99, 156, 198, sigmoid((double)o));
		c.min_score = nextafter(sigmoid((double)o), 2);
		finds(decode_yolov5_heads, &c, cut, MAPS, &d, 0);
	}
	drop(cut, MAPS);
	drop(t, MAPS);
	dets_free(&d);
}

static void
not_finite(void **state)
{
	(void)state;
	static const float odd[] = { NAN, INFINITY, -INFINITY, 3e38f, -3e38f };
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		for (int k = 0; k < ROW; k++) {
			struct tensor t[MAPS];
			struct decode c = SMALL;
			fill_maps(t, &c, 3, 4);
			for (int m = 0; m < MAPS; m++) {
				size_t plane = (size_t)(t[m].dims[2] * t[m].dims[3]);
				for (size_t cell = 0; cell < plane; cell += 2)
					*at(&t[m], ((size_t)ROW + (size_t)k) * plane + cell) = odd[i];
			}
			compare(&c, t);
			c.min_score = 0;
			compare(&c, t);
			drop(t, MAPS);
		}
		struct tensor all[MAPS], cut[MAPS];
		struct dets d = {0};
		fill_maps(all, &SMALL, 5, 1);
		cut_maps(cut, all);
		for (int m = 0; m < MAPS; m++)
			for (size_t k = 0; k < tensor_count(&cut[m]); k++)
				*at(&cut[m], k) = NAN;
		finds(decode_yolov5_heads, &SMALL, cut, MAPS, &d, 0);
		drop(cut, MAPS);
		drop(all, MAPS);
		dets_free(&d);
	}
}

/* Heights and widths that differ, and the usual 640. */
static void
sizes(void **state)
{
	(void)state;
	static const int size[][2] = { { 32, 32 }, { 32, 96 }, { 128, 64 }, { 640, 384 }, { 640, 640 } };
	for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
		struct tensor t[MAPS];
		struct decode c = SMALL;
		c.in_w = size[i][0];
		c.in_h = size[i][1];
		c.min_score = 0.9;
		fill_maps(t, &c, 7, 8);
		assert_true(compare(&c, t) > 0);
		drop(t, MAPS);
	}
}

static void
bad_shapes(void **state)
{
	(void)state;
	struct tensor good[] = { ZEROS("a", 1, 18, 8, 12), ZEROS("b", 1, 18, 4, 6), ZEROS("c", 1, 18, 2, 3) };
	struct tensor bad[] = {
		ZEROS("x", 1, 18, 2, 4), ZEROS("x", 1, 18, 3, 3), ZEROS("x", 1, 18, 4, 3), ZEROS("x", 1, 18, 3, 2),
		ZEROS("x", 1, 27, 2, 3), ZEROS("x", 1, 6, 2, 3), ZEROS("x", 2, 18, 2, 3), ZEROS("x", 1, 18, 0, 3),
		ZEROS("x", 1, 18, 2, 0), ZEROS("x", 18, 2, 3), ZEROS("x", 1, 1, 18, 2, 3), ZEROS("x", 1, 18, 6),
		ZEROS("x", 1, 18, 128, 192), ZEROS("x", 0, 18, 2, 3), ZEROS("x", 1, 3, 378, 6),
		/* 64 / 5 and 96 / 8 are both 12, 64 / 16 and 96 / 23 both 4, to whom lets them round */
		ZEROS("x", 1, 18, 5, 8), ZEROS("x", 1, 18, 16, 23),
	};
	struct dets d = {0};
	struct decode c = SMALL;
	c.min_score = 0;
	finds(decode_yolov5_heads, &c, good, 3, &d, 378);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		for (size_t k = 0; k < MAPS; k++) {
			struct tensor t[MAPS] = { good[0], good[1], good[2] };
			t[k] = bad[i];
			refuses(decode_yolov5_heads, &c, t, MAPS, "x (", "(1, 18, height / stride, width / stride)");
		}
	/* a negative dimension, and other numbers of maps */
	struct tensor t[MAPS + 1] = { good[0], good[1], good[2], good[2] };
	t[1].dims[2] = -4;
	refuses(decode_yolov5_heads, &c, t, MAPS, "(1, 18, -4, 6)", "three maps");
	t[1] = good[1];
	refuses(decode_yolov5_heads, &c, t, 2, "a (1, 18, 8, 12), b", "three maps");
	refuses(decode_yolov5_heads, &c, t, 4, "c (1, 18, 2, 3), c", "three maps");
	refuses(decode_yolov5_heads, &c, t, 0, "nothing", "three maps");
	/* the right maps of another input */
	c.in_w = 64;
	refuses(decode_yolov5_heads, &c, good, 3, "a (", "three maps");
	drop(good, sizeof(good) / sizeof(*good));
	drop(bad, sizeof(bad) / sizeof(*bad));
	dets_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_maps),
		cmocka_unit_test(at_the_threshold),
		cmocka_unit_test(not_finite),
		cmocka_unit_test(sizes),
		cmocka_unit_test(bad_shapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
