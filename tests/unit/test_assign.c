/*
 * Faces to persons.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "people/assign.h"

static void
person(struct frame_result *r, double x, double y, double w, double h)
{
	result_add_person(r)->box = (struct box){ x, y, w, h };
}

static void
face(struct frame_result *r, double x, double y, double w, double h)
{
	result_add_face(r)->box = (struct box){ x, y, w, h };
}

static void
simple(void **state)
{
	(void)state;
	struct frame_result r = {0};
	person(&r, 0, 0, 100, 300);
	person(&r, 200, 0, 100, 300);
	face(&r, 235, 12, 30, 40);
	face(&r, 35, 12, 30, 40);
	face(&r, 140, 12, 30, 40);		/* between them */
	face(&r, 35, 250, 30, 40);		/* at the feet */
	assign_faces(&r, 0.5);
	assert_int_equal(r.faces[0].person, 1);
	assert_int_equal(r.faces[1].person, 0);
	assert_int_equal(r.faces[2].person, -1);
	assert_int_equal(r.faces[3].person, -1);
	result_free(&r);
}

static void
upper_part(void **state)
{
	(void)state;
	struct frame_result r = {0};
	person(&r, 0, 0, 100, 100);
	face(&r, 40, 30, 20, 20);		/* centre at 40 % */
	assign_faces(&r, 0.39);
	assert_int_equal(r.faces[0].person, -1);
	assign_faces(&r, 0.4);			/* the edge belongs to it */
	assert_int_equal(r.faces[0].person, 0);
	assign_faces(&r, 0);
	assert_int_equal(r.faces[0].person, -1);	/* set again, not left */
	assign_faces(&r, 1);
	assert_int_equal(r.faces[0].person, 0);
	result_free(&r);
}

static void
one_each(void **state)
{
	(void)state;
	struct frame_result r = {0};
	person(&r, 0, 0, 100, 300);
	face(&r, 20, 12, 30, 40);		/* off the axis */
	face(&r, 35, 12, 30, 40);
	assign_faces(&r, 0.5);
	assert_int_equal(r.faces[0].person, -1);
	assert_int_equal(r.faces[1].person, 0);
	result_free(&r);
}

/* Somebody in front, half over somebody behind: both faces lie in both boxes. */
static void
overlapping(void **state)
{
	(void)state;
	struct frame_result r = {0};
	person(&r, 0, 0, 160, 400);		/* tall, behind */
	person(&r, 60, 60, 160, 340);		/* in front, to the right, shorter */
	face(&r, 62, 15, 36, 48);
	face(&r, 118, 75, 36, 48);
	assign_faces(&r, 0.5);
	assert_int_equal(r.faces[0].person, 0);
	assert_int_equal(r.faces[1].person, 1);
	result_free(&r);
}

/* The face that fits worse gets the person that is left, when it lies in that one's box too. */
static void
second_choice(void **state)
{
	(void)state;
	struct frame_result r = {0};
	person(&r, 0, 0, 100, 300);
	person(&r, 40, 0, 100, 300);
	face(&r, 35, 10, 30, 40);		/* right on the first */
	face(&r, 42, 10, 30, 40);		/* nearer to the first too */
	assign_faces(&r, 0.5);
	assert_int_equal(r.faces[0].person, 0);
	assert_int_equal(r.faces[1].person, 1);
	result_free(&r);
}

/* A bust that fills the picture, and a whole figure far behind it. */
static void
near_and_far(void **state)
{
	(void)state;
	struct frame_result r = {0};
	person(&r, 0, 0, 400, 400);
	person(&r, 180, 40, 60, 180);
	face(&r, 100, 40, 180, 220);
	face(&r, 198, 46, 20, 26);
	assign_faces(&r, 0.5);
	assert_int_equal(r.faces[0].person, 0);
	assert_int_equal(r.faces[1].person, 1);
	result_free(&r);
}

static void
nothing(void **state)
{
	(void)state;
	struct frame_result r = {0};
	assign_faces(&r, 0.5);
	person(&r, 0, 0, 10, 10);
	assign_faces(&r, 0.5);
	result_clear(&r);
	face(&r, 0, 0, 10, 10);
	assign_faces(&r, 0.5);
	assert_int_equal(r.faces[0].person, -1);
	person(&r, 0, 0, 0, 0);			/* no size, nobody */
	assign_faces(&r, 0.5);
	assert_int_equal(r.faces[0].person, -1);
	result_free(&r);
}

/* Whatever order persons and faces come in, the same face gets the same person. */
static void
order_decides_nothing(void **state)
{
	(void)state;
	enum { N = 12 };
	srand(7);
	for (int round = 0; round < 200; round++) {
		struct frame_result a = {0}, b = {0};
		struct box persons[N], faces[N];
		int shift = rand() % N;
		for (int i = 0; i < N; i++) {
			persons[i] = (struct box){ rand() % 6 * 10, rand() % 4 * 10,
				60 + rand() % 3 * 10, 120 };
			faces[i] = (struct box){ rand() % 9 * 10, rand() % 8 * 10, 20, 24 };
		}
		for (int i = 0; i < N; i++) {
			struct box p = persons[i], f = faces[i];
			person(&a, p.x, p.y, p.w, p.h);
			face(&a, f.x, f.y, f.w, f.h);
			p = persons[(i + shift) % N];
			f = faces[(i * 5 + shift) % N];
			person(&b, p.x, p.y, p.w, p.h);
			face(&b, f.x, f.y, f.w, f.h);
		}
		assign_faces(&a, 0.5);
		assign_faces(&b, 0.5);
		int used[N] = {0};
		for (int i = 0; i < N; i++) {
			int p = a.faces[i].person;
			if (p >= 0)
				assert_int_equal(used[p]++, 0);
		}
		/* As multisets of (face box, person box): identical boxes are interchangeable. */
		bool matched[N] = { false };
		for (int i = 0; i < N; i++) {
			bool found = false;
			for (int k = 0; k < N && !found; k++) {
				const struct box *fa = &a.faces[i].box, *fb = &b.faces[k].box;
				if (matched[k] || fa->x != fb->x || fa->y != fb->y)
					continue;
				int pa = a.faces[i].person, pb = b.faces[k].person;
				if ((pa < 0) != (pb < 0))
					continue;
				if (pa >= 0) {
					const struct box *qa = &a.persons[pa].box,
						*qb = &b.persons[pb].box;
					if (qa->x != qb->x || qa->y != qb->y || qa->w != qb->w)
						continue;
				}
				found = matched[k] = true;
			}
			assert_true(found);
		}
		result_free(&a);
		result_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(simple),
		cmocka_unit_test(upper_part),
		cmocka_unit_test(one_each),
		cmocka_unit_test(overlapping),
		cmocka_unit_test(second_choice),
		cmocka_unit_test(near_and_far),
		cmocka_unit_test(nothing),
		cmocka_unit_test(order_decides_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
