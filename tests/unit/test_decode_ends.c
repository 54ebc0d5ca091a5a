/*
 * YOLOv8, NanoDet and YOLOX cut at their heads, against the decoders of the whole networks, whose ends are computed here by hand.
 */
#include "decode_test.h"

enum { MAPS = 3, NCLASSES = 4, WANTED = 2 };

/* 96 x 64: maps of 12 x 8, 6 x 4 and 3 x 2. */
static const struct decode SMALL = { .in_w = 96, .in_h = 64, .nclasses = NCLASSES, .wanted = WANTED, .min_score = 0.25 };

static double
sigmoid(double v)
{
	return 1 / (1 + exp(-v));
}

struct random {
	uint64_t x;
	double spread;
};

static void
fill(struct tensor *t, struct random *r)
{
	for (size_t k = 0; k < tensor_count(t); k++) {
		r->x = r->x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		*at(t, k) = (float)(((double)(r->x >> 40) / (1 << 24) * 2 - 1) * r->spread);
	}
}

/* What a family has for each stride, uncut: boxes and all classes; YOLOX has an objectness too. */
struct family {
	decode_fn *whole, *heads;
	int sides;	/* channels of a box */
	bool object;
};

static const struct family FAMILIES_OF[] = {
	{ decode_yolov8, decode_yolov8_heads, 64, false },
	{ decode_nanodet, decode_nanodet_heads, 32, false },
	{ decode_yolox, decode_yolox_heads, 4, true }
};
enum { YOLOV8, NANODET, YOLOX, NFAMILIES };

struct maps {
	struct tensor box[MAPS], object[MAPS], class[MAPS];
};

static struct maps
random_maps(const struct family *f, const struct decode *c, struct random *r)
{
	struct maps m = { 0 };
	for (int i = 0; i < MAPS; i++) {
		const int h = c->in_h / (8 << i), w = c->in_w / (8 << i);
		m.box[i] = ZEROS("box", 1, f->sides, h, w);
		m.object[i] = ZEROS("object", 1, 1, h, w);
		m.class[i] = ZEROS("class", 1, NCLASSES, h, w);
		fill(&m.box[i], r);
		fill(&m.object[i], r);
		fill(&m.class[i], r);
	}
	return m;
}

static void
drop_maps(struct maps *m)
{
	drop(m->box, MAPS);
	drop(m->object, MAPS);
	drop(m->class, MAPS);
}

/* The cut network's outputs; how many. The last ones come first, to see that the order does not matter. */
static size_t
cut_outputs(const struct family *f, const struct maps *m, struct tensor *out)
{
	size_t n = 0;
	for (int i = MAPS - 1; i >= 0; i--) {
		const int h = m->box[i].dims[2], w = m->box[i].dims[3];
		const size_t plane = (size_t)(h * w), class = WANTED * plane;
		if (f == &FAMILIES_OF[NANODET]) {
			out[n] = ZEROS("head", 1, 33, h, w);
			put(&out[n], 0, 1, plane, m->class[i].data + class);
			put(&out[n++], plane, 1, 32 * plane, m->box[i].data);
			continue;
		}
		out[n] = ZEROS("class", 1, 1, h, w);
		put(&out[n++], 0, 1, plane, m->class[i].data + class);
		out[n] = ZEROS("box", 1, f->sides, h, w);
		put(&out[n++], 0, 1, (size_t)f->sides * plane, m->box[i].data);
		if (!f->object)
			continue;
		out[n] = ZEROS("object", 1, 1, h, w);
		put(&out[n++], 0, 1, plane, m->object[i].data);
	}
	return n;
}

static double
mean_of(const float *v, size_t step, int n)
{
	double sum = 0, mean = 0;
	for (int i = 0; i < n; i++)
		sum += exp((double)v[(size_t)i * step]);
	for (int i = 0; i < n; i++)
		mean += i * exp((double)v[(size_t)i * step]) / sum;
	return mean;
}

/* One cell of a network's own end: 4 numbers of the box, or 32 for NanoDet, whose distances are left to the reader. */
static void
end_of_cell(const struct family *f, const struct tensor *box, size_t k, int x, int y, double stride, float *v)
{
	const size_t plane = (size_t)(box->dims[2] * box->dims[3]);
	if (f != &FAMILIES_OF[YOLOV8]) {
		for (int i = 0; i < f->sides; i++)
			v[i] = *at(box, (size_t)i * plane + k);
		return;
	}
	double side[4];
	for (int i = 0; i < 4; i++)
		side[i] = mean_of(at(box, (size_t)(16 * i) * plane + k), plane, 16);
	v[0] = (float)((x + 0.5 + (side[2] - side[0]) / 2) * stride);
	v[1] = (float)((y + 0.5 + (side[3] - side[1]) / 2) * stride);
	v[2] = (float)((side[0] + side[2]) * stride);
	v[3] = (float)((side[1] + side[3]) * stride);
}

/* The whole network's outputs; how many. */
static size_t
whole_outputs(const struct family *f, const struct decode *c, const struct maps *m, struct tensor *out)
{
	const bool nano = f == &FAMILIES_OF[NANODET], columns = f == &FAMILIES_OF[YOLOV8];
	const int numbers = (nano ? 0 : 4) + f->object + NCLASSES;
	int cells = 0;
	for (int i = 0; i < MAPS; i++)
		cells += c->in_h / (8 << i) * (c->in_w / (8 << i));
	size_t at_row = 0, n = nano ? 6 : 1;
	if (!nano)
		out[0] = columns ? ZEROS("output0", 1, numbers, cells) : ZEROS("output", 1, cells, numbers);
	for (int i = 0; i < MAPS; i++) {
		const int h = m->box[i].dims[2], w = m->box[i].dims[3];
		const size_t plane = (size_t)(h * w);
		if (nano) {
			out[i] = ZEROS("classes", 1, h * w, NCLASSES);
			out[3 + i] = ZEROS("sides", 1, h * w, 32);
		}
		for (size_t k = 0; k < plane; k++, at_row++) {
			float row[32 + NCLASSES], *p = row + (nano ? 32 : 4);
			end_of_cell(f, &m->box[i], k, (int)k % w, (int)k / w, 8 << i, row);
			if (f->object)
				*p++ = (float)sigmoid((double)*at(&m->object[i], k));
			for (size_t j = 0; j < NCLASSES; j++)
				*p++ = (float)sigmoid((double)*at(&m->class[i], j * plane + k));
			if (nano) {
				put(&out[3 + i], k * 32, 1, 32, row);
				put(&out[i], k * NCLASSES, 1, NCLASSES, row + 32);
			} else if (columns) {
				put(&out[0], at_row, (size_t)cells, (size_t)numbers, row);
			} else {
				put(&out[0], at_row * (size_t)numbers, 1, (size_t)numbers, row);
			}
		}
	}
	return n;
}

/* Both ways, compared as sets; how many boxes there are. A score within a hair of the threshold may fall to either side. */
static size_t
compare(const struct family *f, const struct decode *c, const struct maps *m)
{
	struct tensor whole[6], cut[9];
	struct dets want = { 0 }, have = { 0 };
	struct err e = { 0 };
	size_t nwhole = whole_outputs(f, c, m, whole), ncut = cut_outputs(f, m, cut);
	if (f->whole(c, whole, nwhole, &want, &e) != 0 || f->heads(c, cut, ncut, &have, &e) != 0)
		fail_msg("%s", e.msg);
	size_t missing = 0;
	for (size_t i = 0; i < have.n; i++)
		assert_true(have.v[i].score >= c->min_score && !have.v[i].has_points);
	for (int way = 0; way < 2; way++) {
		const struct dets *a = way == 0 ? &want : &have, *b = way == 0 ? &have : &want;
		for (size_t i = 0; i < a->n; i++) {
			double best = INFINITY;
			for (size_t k = 0; k < b->n; k++)
				best = fmin(best, fabs(a->v[i].x - b->v[k].x) + fabs(a->v[i].y - b->v[k].y) + fabs(a->v[i].w - b->v[k].w)
				    + fabs(a->v[i].h - b->v[k].h) + 100 * fabs(a->v[i].score - b->v[k].score));
			if (!(best < 4e-3) && a->v[i].score > c->min_score + 1e-5)
				missing++;
		}
	}
	assert_int_equal(missing, 0);
	size_t n = have.n;
	drop(whole, nwhole);
	drop(cut, ncut);
	dets_free(&want);
	dets_free(&have);
	return n;
}

static void
against_the_whole(void **state)
{
	(void)state;
	static const double thresholds[] = { 0, 0.001, 0.25, 0.5, 0.9, 0.999, 1, 1.5 };
	for (int f = 0; f < NFAMILIES; f++) {
		for (size_t i = 0; i < sizeof(thresholds) / sizeof(*thresholds); i++) {
			struct random r = { 17 * i + (size_t)f, i % 2 == 0 ? 4 : 2 };
			struct decode c = SMALL;
			c.min_score = thresholds[i];
			struct maps m = random_maps(&FAMILIES_OF[f], &c, &r);
			size_t n = compare(&FAMILIES_OF[f], &c, &m);
			assert_true(thresholds[i] > 0 || n == 12 * 8 + 6 * 4 + 3 * 2);
			assert_true(thresholds[i] <= 1 || n == 0);
			drop_maps(&m);
		}
	}
}

static void
other_sizes(void **state)
{
	(void)state;
	static const int size[][2] = { { 32, 32 }, { 32, 96 }, { 128, 64 }, { 416, 320 } };
	for (int f = 0; f < NFAMILIES; f++) {
		for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
			struct random r = { i, 3 };
			struct decode c = SMALL;
			c.in_w = size[i][0];
			c.in_h = size[i][1];
			c.min_score = 0.8;
			struct maps m = random_maps(&FAMILIES_OF[f], &c, &r);
			assert_true(compare(&FAMILIES_OF[f], &c, &m) > 0);
			drop_maps(&m);
		}
	}
}

/* A score that is exactly the threshold counts, also where the sigmoid has become 1. */
static void
at_the_threshold(void **state)
{
	(void)state;
	for (int f = 0; f < NFAMILIES; f++) {
		const struct family *family = &FAMILIES_OF[f];
		struct random r = { 1, 0 };
		struct decode c = SMALL;
		struct maps m = random_maps(family, &c, &r);
		for (int i = 0; i < MAPS; i++)
			for (size_t k = 0; k < tensor_count(&m.class[i]); k++)
				*at(&m.class[i], k) = -100;
		/* the other factor of the score is 1 */
		for (int i = 0; i < MAPS; i++)
			for (size_t k = 0; k < tensor_count(&m.object[i]); k++)
				*at(&m.object[i], k) = 100;
		for (float v = -20; v <= 100; v += 0.375f) {
			struct tensor cut[9];
			struct dets d = { 0 };
			*at(&m.class[2], WANTED * 6 + 5) = v;
			size_t n = cut_outputs(family, &m, cut);
			c.min_score = sigmoid((double)v);
			finds(family->heads, &c, cut, n, &d, 1);
			/* row 1, column 2; all bins equal, so the mean is 7.5 or 3.5 */
			if (f == YOLOV8)
				is_det(&d.v[0], 80 - 240, 48 - 240, 480, 480, c.min_score);
			else if (f == NANODET)
				is_det(&d.v[0], 64 + 15.5 - 112, 32 + 15.5 - 112, 224, 224, c.min_score);
			else
				is_det(&d.v[0], 64 - 16, 32 - 16, 32, 32, c.min_score);
			c.min_score = nextafter(c.min_score, 2);
			finds(family->heads, &c, cut, n, &d, 0);
			drop(cut, n);
			dets_free(&d);
		}
		drop_maps(&m);
	}
}

static void
not_finite(void **state)
{
	(void)state;
	static const float odd[] = { NAN, INFINITY, -INFINITY, 3e38f, -3e38f };
	for (int f = 0; f < NFAMILIES; f++) {
		for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
			struct random r = { 5, 2 };
			struct decode c = SMALL;
			struct maps m = random_maps(&FAMILIES_OF[f], &c, &r);
			struct tensor cut[9];
			struct dets d = { 0 };
			struct err e = { 0 };
			for (int k = 0; k < MAPS; k++) {
				for (size_t j = 0; j < tensor_count(&m.box[k]); j += 5)
					*at(&m.box[k], j) = odd[i];
				for (size_t j = 0; j < tensor_count(&m.class[k]); j += 7)
					*at(&m.class[k], j) = odd[i];
			}
			size_t n = cut_outputs(&FAMILIES_OF[f], &m, cut);
			for (c.min_score = 0; c.min_score < 1; c.min_score += 0.5) {
				assert_int_equal(FAMILIES_OF[f].heads(&c, cut, n, &d, &e), 0);
				for (size_t k = 0; k < d.n; k++) {
					const struct det *v = &d.v[k];
					assert_true(isfinite(v->x + v->y + v->w + v->h + v->score) && v->w > 0 && v->h > 0);
				}
				dets_clear(&d);
			}
			drop(cut, n);
			drop_maps(&m);
			dets_free(&d);
		}
	}
}

static void
bad_shapes(void **state)
{
	(void)state;
	static const char *const wants[NFAMILIES] = { "(1, 64, height / stride", "(1, 33, height / stride", "(1, 4, height / stride" };
	for (int f = 0; f < NFAMILIES; f++) {
		decode_fn *const heads = FAMILIES_OF[f].heads;
		struct random r = { 1, 1 };
		struct maps m = random_maps(&FAMILIES_OF[f], &SMALL, &r);
		struct tensor good[10];
		size_t n = cut_outputs(&FAMILIES_OF[f], &m, good);
		const int box = FAMILIES_OF[f].sides + (f == NANODET);
		struct tensor bad[] = {
			ZEROS("x", 1, box, 2, 4), ZEROS("x", 1, box, 3, 3), ZEROS("x", 1, box, 4, 3), ZEROS("x", 2, box, 2, 3),
			ZEROS("x", 1, box, 0, 3), ZEROS("x", 1, box, 2, 0), ZEROS("x", 1, box + 1, 2, 3), ZEROS("x", box, 2, 3),
			ZEROS("x", 1, 1, box, 2, 3), ZEROS("x", 1, box, 128, 192), ZEROS("x", 1, box, 5, 8), ZEROS("x", 0, box, 2, 3),
		};
		good[n] = good[0];
		for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
			for (size_t k = 0; k < n; k++) {
				struct tensor t[9];
				memcpy(t, good, n * sizeof(*t));
				t[k] = bad[i];
				refuses(heads, &SMALL, t, n, "x (", wants[f]);
			}
		}
		refuses(heads, &SMALL, good, n - 1, good[0].name, wants[f]);
		refuses(heads, &SMALL, good + 1, n - 1, good[1].name, wants[f]);
		refuses(heads, &SMALL, good, n + 1, good[0].name, wants[f]);
		refuses(heads, &SMALL, good, 0, "nothing", wants[f]);
		/* the right maps of another input; and, where sizes tell which belong together, two that are alike */
		struct decode c = SMALL;
		c.in_w = 64;
		refuses(heads, &c, good, n, good[0].name, wants[f]);
		for (size_t k = 1; k < n && f != NANODET; k++) {
			struct tensor t[9];
			memcpy(t, good, n * sizeof(*t));
			t[k] = t[k - 1];
			refuses(heads, &SMALL, t, n, good[0].name, wants[f]);
		}
		drop(bad, sizeof(bad) / sizeof(*bad));
		drop(good, n);
		drop_maps(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_the_whole),
		cmocka_unit_test(other_sizes),
		cmocka_unit_test(at_the_threshold),
		cmocka_unit_test(not_finite),
		cmocka_unit_test(bad_shapes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
