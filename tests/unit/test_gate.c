/* motion: small grey pictures, the measure of change on synthetic scenes, and what the gate decides. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "motion/gate.h"

enum { WIDTH = 768, HEIGHT = 576, GRID = 96 };
#define THRESHOLD 4.0		/* the built-in one */

struct picture {
	int width, height;
	unsigned char *bgr;
};

static const unsigned char *
row(const void *picture, int y)
{
	const struct picture *p = picture;
	return p->bgr + 3 * (size_t)p->width * (size_t)y;
}

static struct picture
new_picture(int width, int height)
{
	return (struct picture){ width, height, mem_array(3 * (size_t)width * (size_t)height, 1) };
}

static uint32_t
next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Nearly normal: a sum of twelve. */
static double
noise(uint32_t *state, double sigma)
{
	double sum = 0;
	for (int i = 0; i < 12; i++)
		sum += next(state) % 65536 / 65535.0;
	return (sum - 6) * sigma;
}

static unsigned char
level(double v)
{
	return (unsigned char)lround(fmin(fmax(v, 0), 255));
}

/* A place with edges, some shade, and noise of its own; light is added to it all. */
static void
scene(struct picture *p, uint32_t seed, double sigma, double light)
{
	for (int y = 0; y < p->height; y++) {
		for (int x = 0; x < p->width; x++) {
			double v = 60 + 80.0 * x / p->width + ((x / 90 + y / 70) % 2 != 0 ? 40 : 0) + light;
			unsigned char *at = p->bgr + 3 * ((size_t)y * (size_t)p->width + (size_t)x);
			for (int c = 0; c < 3; c++)
				at[c] = level(v + (sigma > 0 ? noise(&seed, sigma) : 0));
		}
	}
}

static void
rectangle(struct picture *p, int x0, int y0, int w, int h, double by)
{
	for (int y = y0; y < y0 + h; y++) {
		for (int i = 3 * x0; i < 3 * (x0 + w); i++) {
			unsigned char *at = p->bgr + 3 * (size_t)y * (size_t)p->width + i;
			*at = level(*at + by);
		}
	}
}

static void
look(struct grey *g, const struct picture *p)
{
	grey_make(g, GRID, p->width, p->height, row, p);
}

/* Change from one scene to the other, of which the second has a rectangle more. */
struct sight {
	uint32_t seed;
	double sigma, light;
	int w, h;
	double by;
};

static double
change(struct sight a, struct sight b)
{
	struct picture p = new_picture(WIDTH, HEIGHT);
	struct grey x = { 0 }, y = { 0 };
	scene(&p, a.seed, a.sigma, a.light);
	rectangle(&p, 300, 200, a.w, a.h, a.by);
	look(&x, &p);
	scene(&p, b.seed, b.sigma, b.light);
	rectangle(&p, 300, 200, b.w, b.h, b.by);
	look(&y, &p);
	double there = gate_change(&x, &y), back = gate_change(&y, &x);
	assert_true(there == back);
	grey_free(&x);
	grey_free(&y);
	free(p.bgr);
	return there;
}

/* ---- grey pictures ---- */

/* The rule, pixel by pixel. */
static void
averages(void **state)
{
	(void)state;
	static const struct {
		int width, height, grid, cols, rows;
	} sizes[] = {
		{ 768, 576, 96, 96, 72 }, { 640, 480, 96, 96, 72 }, { 97, 61, 96, 96, 60 }, { 61, 97, 96, 60, 96 }, { 1, 1, 96, 1, 1 }, { 5, 3, 96, 5, 3 },
		{ 1000, 1, 8, 8, 1 }, { 1, 1000, 8, 1, 8 }, { 200, 100, 1, 1, 1 }, { 250, 200, 10, 10, 8 },
	};
	struct grey g = { 0 };
	uint32_t seed = 5;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct picture p = new_picture(sizes[i].width, sizes[i].height);
		for (size_t k = 0; k < 3 * (size_t)p.width * (size_t)p.height; k++)
			p.bgr[k] = (unsigned char)next(&seed);
		grey_make(&g, sizes[i].grid, p.width, p.height, row, &p);
		assert_int_equal(g.cols, sizes[i].cols);
		assert_int_equal(g.rows, sizes[i].rows);
		for (int y = 0; y < g.rows; y++) {
			int y0 = y * p.height / g.rows, y1 = (y + 1) * p.height / g.rows;
			/* of high bands not every row is looked at, so only those of at most 32 can be told exactly */
			for (int x = 0; x < g.cols && y1 - y0 <= 32; x++) {
				int x0 = x * p.width / g.cols, x1 = (x + 1) * p.width / g.cols;
				double sum = 0;
				for (int yy = y0; yy < y1; yy++) {
					const unsigned char *at = row(&p, yy) + 3 * x0;
					for (int xx = x0; xx < x1; xx++, at += 3)
						sum += 29 * at[0] + 150 * at[1] + 77 * at[2];
				}
				double mean = sum / 256 / ((y1 - y0) * (x1 - x0)) * GREY_LEVEL;
				assert_true(fabs(mean - g.v[y * g.cols + x]) <= 1);
			}
		}
		free(p.bgr);
	}
	grey_free(&g);
}

/* The brightest picture there is overflows nowhere, however high a band is. */
static void
extremes(void **state)
{
	(void)state;
	struct picture p = new_picture(30, 4000);
	struct grey g = { 0 }, copy = { 0 };
	memset(p.bgr, 255, 3 * 30 * 4000);
	grey_make(&g, 2, p.width, p.height, row, &p);
	assert_int_equal(g.cols, 1);
	assert_int_equal(g.rows, 2);
	assert_int_equal(g.v[0], 255 * GREY_LEVEL);
	assert_int_equal(g.v[1], 255 * GREY_LEVEL);
	grey_copy(&copy, &g);
	assert_true(gate_change(&copy, &g) == 0);
	memset(p.bgr, 0, 3 * 30 * 4000);
	grey_make(&g, 2, p.width, p.height, row, &p);
	assert_true(gate_change(&copy, &g) > 60);
	/* a larger one in the same memory, then a smaller one */
	grey_make(&g, 4000, p.width, p.height, row, &p);
	grey_copy(&copy, &g);
	grey_make(&g, 2, p.width, p.height, row, &p);
	grey_copy(&copy, &g);
	assert_true(gate_change(&copy, &g) == 0);
	grey_free(&g);
	grey_free(&copy);
	free(p.bgr);
}

/* ---- the measure ---- */

static void
tolerates_noise(void **state)
{
	(void)state;
	assert_true(change((struct sight){ .seed = 1 }, (struct sight){ .seed = 1 }) == 0);
	for (uint32_t i = 1; i <= 5; i++) {
		for (double sigma = 1; sigma <= 16; sigma *= 2) {
			double c = change((struct sight){ .seed = i, .sigma = sigma }, (struct sight){ .seed = 77 * i, .sigma = sigma });
			if (c > THRESHOLD)
				fail_msg("noise of %g levels changes by %g", sigma, c);
		}
	}
}

/* Someone far away: 10 x 26 pixels of 768 x 576, by 30 levels; and half of one, coming in at the edge of a cell. */
static void
sees_small_objects(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 5; i++) {
		for (double sigma = 0; sigma <= 6; sigma += 2) {
			struct sight empty = { .seed = i, .sigma = sigma }, with = { .seed = 77 * i, .sigma = sigma, .w = 10, .h = 26, .by = -30 };
			assert_true(change(empty, with) > THRESHOLD);
			assert_true(change(with, empty) > THRESHOLD);
			with.by = 30;
			assert_true(change(empty, with) > THRESHOLD);
			with.w = 6;
			with.h = 12;
			assert_true(change(empty, with) > THRESHOLD);
		}
	}
	/* whoever fills a third of the picture is no noise */
	struct sight near = { .seed = 3, .sigma = 4, .w = 400, .h = 370, .by = 40 };
	assert_true(change((struct sight){ .seed = 9, .sigma = 4 }, near) > THRESHOLD);
}

static void
light(void **state)
{
	(void)state;
	struct sight day = { .seed = 4, .sigma = 2 };
	assert_true(change(day, (struct sight){ .seed = 5, .sigma = 2, .light = 2 }) <= THRESHOLD);
	assert_true(change(day, (struct sight){ .seed = 5, .sigma = 2, .light = 6 }) > THRESHOLD);
	assert_true(change(day, (struct sight){ .seed = 5, .sigma = 2, .light = -6 }) > THRESHOLD);
	/* someone is seen in it all the same */
	assert_true(change(day, (struct sight){ .seed = 5, .sigma = 2, .light = 2, .w = 10, .h = 26, .by = 30 }) > THRESHOLD);
}

/* Another scene is never a matter of the threshold. */
static void
scene_change(void **state)
{
	(void)state;
	struct picture p = new_picture(WIDTH, HEIGHT), q = new_picture(HEIGHT, WIDTH);
	struct grey a = { 0 }, b = { 0 };
	scene(&p, 1, 2, 0);
	look(&a, &p);
	for (int y = 0; y < HEIGHT; y++)
		for (int i = 0; i < 3 * WIDTH; i++)
			p.bgr[3 * WIDTH * y + i] = (unsigned char)(i / 3 % 200 + y % 50);
	look(&b, &p);
	assert_true(isinf(gate_change(&a, &b)));
	/* a night scene of little contrast: a few levels everywhere, in no pattern */
	uint32_t seed = 3;
	for (size_t i = 0; i < (size_t)(a.cols * a.rows); i++) {
		a.v[i] = (uint16_t)(20 * GREY_LEVEL + next(&seed) % (8 * GREY_LEVEL));
		b.v[i] = (uint16_t)(20 * GREY_LEVEL + next(&seed) % (8 * GREY_LEVEL));
	}
	assert_true(isinf(gate_change(&a, &b)));
	/* another size is another scene, turned or with as many cells */
	scene(&q, 1, 2, 0);
	look(&b, &q);
	assert_true(isinf(gate_change(&a, &b)));
	grey_copy(&b, &a);
	b.width *= 2;
	assert_true(isinf(gate_change(&a, &b)));
	grey_free(&a);
	grey_free(&b);
	free(p.bgr);
	free(q.bgr);
}

/* ---- decisions ---- */

static struct grey
flat(uint16_t v)
{
	struct grey g = { .width = 40, .height = 30, .cols = 4, .rows = 3, .cap = 12 };
	g.v = mem_array(12, sizeof *g.v);
	for (int i = 0; i < 12; i++)
		g.v[i] = v;
	return g;
}

static const struct gate_options options = { .threshold = THRESHOLD, .longest_ms = 2000, .longest_frames = 100, .grid = GRID };

static void
bounds(void **state)
{
	(void)state;
	struct gate g;
	struct grey same = flat(1000);
	gate_init(&g, &options);
	assert_false(gate_holds(&g, &same, -500));
	for (int64_t t = -400; t <= 1500; t += 100)
		assert_true(gate_holds(&g, &same, t));
	assert_false(gate_holds(&g, &same, 1501));
	assert_true(gate_holds(&g, &same, 1501));
	assert_false(gate_holds(&g, &same, 1500));	/* time does not go back; if it does, nothing is taken on */
	assert_false(gate_holds(&g, &same, INT64_MAX));
	assert_false(gate_holds(&g, &same, INT64_MIN));
	gate_free(&g);

	/* times that stand still: the number of frames bounds it */
	struct gate_options few = options;
	few.longest_frames = 3;
	gate_init(&g, &few);
	for (int i = 0; i < 12; i++)
		assert_int_equal(gate_holds(&g, &same, 0), i % 4 != 0);
	gate_free(&g);
	few.longest_frames = 0;
	gate_init(&g, &few);
	for (int i = 0; i < 3; i++)
		assert_false(gate_holds(&g, &same, 0));
	gate_free(&g);
	grey_free(&same);
}

/* Half a level a frame is less than any noise, and yet adds up: what counts is the frame that was seen. */
static void
slow_drift(void **state)
{
	(void)state;
	struct gate g;
	struct gate_options long_ones = options;
	int holds = 0, longest = 0;
	long_ones.longest_ms = INT64_C(1) << 40;
	gate_init(&g, &long_ones);
	for (int i = 0; i < 90; i++) {
		struct grey now = flat((uint16_t)(1000 + i * GREY_LEVEL / 2));
		holds = gate_holds(&g, &now, i) ? holds + 1 : 0;
		longest = holds > longest ? holds : longest;
		grey_free(&now);
	}
	assert_int_equal(longest, 8);	/* 4 levels in 8 frames */
	gate_free(&g);
}

/* A gate that is taken up in the middle says what it would have said. */
static void
taken_up(void **state)
{
	(void)state;
	enum { FRAMES = 60 };
	struct grey frames[FRAMES];
	bool want[FRAMES];
	uint32_t seed = 11;
	uint16_t v = 5000;
	struct gate g;
	struct gate_options o = options;
	o.longest_frames = 5;
	for (int i = 0; i < FRAMES; i++) {
		v = (uint16_t)(v + (next(&seed) % 6 == 0 ? 600 : next(&seed) % 90));
		frames[i] = flat(v);
	}
	gate_init(&g, &o);
	for (int i = 0; i < FRAMES; i++)
		want[i] = gate_holds(&g, &frames[i], 150 * i);
	gate_free(&g);
	for (int stored = 1; stored < FRAMES; stored++) {
		int seen = stored - 1;
		while (want[seen])
			seen--;
		gate_init(&g, &o);
		assert_false(gate_holds(&g, &frames[seen], 150 * seen));
		for (int i = seen + 1; i < stored; i++)
			gate_held(&g);
		for (int i = stored; i < FRAMES; i++)
			assert_int_equal(gate_holds(&g, &frames[i], 150 * i), want[i]);
		gate_free(&g);
	}
	for (int i = 0; i < FRAMES; i++)
		grey_free(&frames[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(averages),
		cmocka_unit_test(extremes),
		cmocka_unit_test(tolerates_noise),
		cmocka_unit_test(sees_small_objects),
		cmocka_unit_test(light),
		cmocka_unit_test(scene_change),
		cmocka_unit_test(bounds),
		cmocka_unit_test(slow_drift),
		cmocka_unit_test(taken_up),
	};
	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
