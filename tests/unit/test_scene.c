/*
 * Frozen, dark and moved pictures, on a drawn scene: a wall with edges, noise, and somebody who walks through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "motion/scene.h"

enum { W = 320, H = 240, FPS = 10 };

struct view {
	struct scene scene;
	struct grey grey;
	unsigned char *bgr;
	uint32_t random;
	int64_t time_ms;
	int shift;		/* pixels to the left by which the camera was turned */
	double gain;
	int person;		/* x of somebody; -1000: nobody */
	int width;		/* of that one */
	int noise;		/* levels */
	int frozen, dark, moved;	/* frames so far */
};

static const unsigned char *
row(const void *picture, int y)
{
	return (const unsigned char *)picture + 3 * W * y;
}

static uint32_t
next_random(struct view *v)
{
	return (v->random = v->random * 1664525 + 1013904223) >> 16;
}

/* Blocks of grey, each with a level of its own: edges everywhere, none of them like another. */
static int
wall(int x, int y)
{
	uint32_t h = (uint32_t)(x / 23 + 1000) * 2654435761u ^ (uint32_t)(y / 31) * 2246822519u;
	h ^= h >> 15;
	h *= 2654435761u;
	return 40 + (int)(h >> 24) % 160;
}

static void
draw(struct view *v)
{
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			bool body = x >= v->person && x < v->person + v->width && y > 30;
			double level = v->gain * (body ? 20 + y % 7 : wall(x + v->shift, y));
			if (v->noise > 0)
				level += (double)(next_random(v) % (uint32_t)v->noise) - v->noise / 2.0;
			level = level < 0 ? 0 : level > 255 ? 255 : level;
			memset(v->bgr + 3 * (W * y + x), (int)level, 3);
		}
}

static struct scene_marks
show(struct view *v)
{
	uint64_t digest = 0;
	grey_make(&v->grey, 96, W, H, row, v->bgr);
	for (int y = 0; y < H; y++)
		digest = scene_digest(digest, row(v->bgr, y), 3 * W);
	struct scene_marks m = scene_look(&v->scene, &v->grey, digest, v->time_ms);
	v->time_ms += 1000 / FPS;
	v->frozen += m.frozen;
	v->dark += m.dark;
	v->moved += m.moved;
	return m;
}

static void
film(struct view *v, int seconds)
{
	for (int i = 0; i < seconds * FPS; i++) {
		draw(v);
		show(v);
	}
}

static int
setup(void **state)
{
	struct view *v = calloc(1, sizeof *v);
	*v = (struct view){ .bgr = malloc(3 * W * H), .gain = 1, .person = -1000, .width = 60, .noise = 6, .time_ms = 5000 };
	*state = v;
	return 0;
}

static int
teardown(void **state)
{
	struct view *v = *state;
	scene_free(&v->scene);
	grey_free(&v->grey);
	free(v->bgr);
	free(v);
	return 0;
}

static void
test_nothing(void **state)
{
	struct view *v = *state;
	film(v, 20);
	assert_int_equal(v->frozen + v->dark + v->moved, 0);
}

static void
test_frozen(void **state)
{
	struct view *v = *state;
	film(v, 2);
	int first = -1;
	for (int i = 0; i < 5 * FPS; i++)
		if (show(v).frozen && first < 0)
			first = i;
	/* the first of the same pictures was filmed before these */
	assert_int_equal(first, SCENE_FROZEN_MS * FPS / 1000);
	assert_int_equal(v->frozen, 5 * FPS - first);
	film(v, 1);
	assert_int_equal(v->frozen, 5 * FPS - first);
	/* one pixel is enough to say that it lives */
	int before = v->frozen;
	for (int i = 0; i < 5 * FPS; i++) {
		v->bgr[1000] ^= (unsigned char)(i % 10 == 0);
		show(v);
	}
	assert_int_equal(v->frozen, before);
}

/* Frames that stop are another matter. */
static void
test_pause_is_not_frozen(void **state)
{
	struct view *v = *state;
	draw(v);
	show(v);
	v->time_ms += 60000;
	scene_pause(&v->scene);
	assert_false(show(v).frozen);
	assert_int_equal(v->moved, 0);
}

static void
test_digest(void **state)
{
	unsigned char a[200];
	(void)state;
	for (size_t i = 0; i < sizeof a; i++)
		a[i] = (unsigned char)(i * 7);
	uint64_t whole = scene_digest(0, a, sizeof a);
	for (size_t i = 0; i < sizeof a; i++) {
		a[i] ^= 1;
		assert_true(scene_digest(0, a, sizeof a) != whole);
		a[i] ^= 1;
	}
	assert_true(scene_digest(0, a, sizeof a) == whole);
	assert_true(scene_digest(0, a, sizeof a - 1) != whole);
	/* rows that change places */
	assert_true(scene_digest(scene_digest(0, a, 100), a + 100, 100) != scene_digest(scene_digest(0, a + 100, 100), a, 100));
}

static void
test_dark(void **state)
{
	struct view *v = *state;
	film(v, 3);
	/* dusk: little light, and the wall can be told */
	v->gain = 0.2;
	film(v, 3);
	assert_int_equal(v->dark, 0);
	v->gain = 0.03;
	film(v, 3);
	assert_int_equal(v->dark, 3 * FPS);
	v->gain = 1;
	film(v, 10);
	assert_int_equal(v->dark, 3 * FPS);
	assert_int_equal(v->moved, 0);
}

static void
test_covered(void **state)
{
	struct view *v = *state;
	film(v, 3);
	v->person = -10;
	v->width = W + 20;
	for (int i = 0; i < 5 * FPS; i++) {
		/* something light, quite near */
		memset(v->bgr, 180 + i % 2, 3 * W * H);
		show(v);
	}
	assert_int_equal(v->dark, 5 * FPS);
	v->person = -1000;
	film(v, 10);
	assert_int_equal(v->dark, 5 * FPS);
	assert_int_equal(v->moved, 0);
}

static void
test_moved(void **state)
{
	struct view *v = *state;
	film(v, 10);
	v->shift = 40;
	for (int i = 0; i < 10 * FPS; i++) {
		draw(v);
		if (show(v).moved)
			assert_true(i >= SCENE_LASTING_MS * FPS / 1000 && i <= (SCENE_LASTING_MS + 1000) * FPS / 1000);
	}
	assert_int_equal(v->moved, 1);
	film(v, 20);
	assert_int_equal(v->moved, 1);
	v->shift = 0;
	film(v, 10);
	assert_int_equal(v->moved, 2);
}

/* Knocked against, and back. */
static void
test_short_shake(void **state)
{
	struct view *v = *state;
	film(v, 10);
	v->shift = 40;
	film(v, 2);
	v->shift = 0;
	film(v, 10);
	assert_int_equal(v->moved, 0);
}

/* Swings on and on: told, and not every second. */
static void
test_restless(void **state)
{
	struct view *v = *state;
	film(v, 10);
	for (int i = 0; i < 40 * FPS; i++) {
		v->shift += 17;
		draw(v);
		show(v);
	}
	assert_in_range(v->moved, 1, 3);
}

static void
test_people_are_no_move(void **state)
{
	struct view *v = *state;
	v->width = 130;
	for (int i = 0; i < 60 * FPS; i++) {
		v->person = i * 4 % (W + 200) - 130;
		draw(v);
		show(v);
	}
	assert_int_equal(v->moved, 0);
	/* somebody stays, over a third of the picture */
	v->person = 60;
	film(v, 20);
	assert_int_equal(v->moved, 0);
}

static void
test_light_is_no_move(void **state)
{
	struct view *v = *state;
	film(v, 5);
	for (int i = 0; i < 20 * FPS; i++) {
		v->gain = i / 5 % 2 == 0 ? 1 : 0.4;
		draw(v);
		show(v);
	}
	v->gain = 0.25;
	film(v, 10);
	v->gain = 1.2;
	film(v, 10);
	assert_int_equal(v->moved, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_frozen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pause_is_not_frozen, setup, teardown),
		cmocka_unit_test(test_digest),
		cmocka_unit_test_setup_teardown(test_dark, setup, teardown),
		cmocka_unit_test_setup_teardown(test_covered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_moved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_shake, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restless, setup, teardown),
		cmocka_unit_test_setup_teardown(test_people_are_no_move, setup, teardown),
		cmocka_unit_test_setup_teardown(test_light_is_no_move, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
