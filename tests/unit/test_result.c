/* result: how a frame is counted. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/result.h"

static void
add_face(struct frame_result *r, int person, enum gender g)
{
	struct face *f = result_add_face(r);
	f->person = person;
	f->gender = g;
}

static void
check(struct tally t, int people, int men, int women, int unknown, int faces)
{
	assert_int_equal(t.people, people);
	assert_int_equal(t.men, men);
	assert_int_equal(t.women, women);
	assert_int_equal(t.unknown, unknown);
	assert_int_equal(t.faces, faces);
}

static void
counting(void **state)
{
	(void)state;
	struct frame_result r = {0};
	check(result_tally(&r, true), 0, 0, 0, 0, 0);
	check(result_tally(&r, false), 0, 0, 0, 0, 0);

	for (int i = 0; i < 4; i++)
		result_add_person(&r);
	add_face(&r, 2, GENDER_FEMALE);
	add_face(&r, 0, GENDER_MALE);
	add_face(&r, 1, GENDER_UNKNOWN);
	add_face(&r, -1, GENDER_MALE);		/* in nobody's box: no person */
	check(result_tally(&r, true), 4, 1, 1, 2, 4);
	check(result_tally(&r, false), 4, 2, 1, 1, 4);
	result_free(&r);
}

static void
adds_up(void **state)
{
	(void)state;
	/* Two faces on one person, and a face of a person that is not there. */
	struct frame_result r = {0};
	result_add_person(&r);
	add_face(&r, 0, GENDER_MALE);
	add_face(&r, 0, GENDER_FEMALE);
	add_face(&r, 5, GENDER_FEMALE);
	check(result_tally(&r, true), 1, 1, 0, 0, 3);
	result_free(&r);
}

static void
reuse(void **state)
{
	(void)state;
	struct frame_result r = {.number = 9, .time_ms = 8};
	for (int i = 0; i < 100; i++) {
		result_add_person(&r)->score = i;
		result_add_face(&r)->score = i;
	}
	for (int i = 0; i < 100; i++) {
		assert_true(r.persons[i].score == i);
		assert_true(r.faces[i].score == i);
	}
	const struct person *memory = r.persons;
	r.faces[0].person = 3;
	r.faces[0].has_points = true;
	result_clear(&r);
	assert_int_equal(r.npersons + r.nfaces, 0);
	assert_int_equal(r.number, 0);
	const struct face *f = result_add_face(&r);
	assert_int_equal(f->person, -1);
	assert_true(isnan(f->p_female));
	assert_false(f->has_points);
	assert_int_equal(f->gender, GENDER_UNKNOWN);
	assert_true(result_add_person(&r)->score == 0);
	assert_ptr_equal(r.persons, memory);
	result_free(&r);
	assert_null(r.persons);
	result_free(&r);
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(gender_name(GENDER_FEMALE), "female");
	assert_string_equal(gender_name(GENDER_MALE), "male");
	assert_null(gender_name(GENDER_UNKNOWN));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counting),
		cmocka_unit_test(adds_up),
		cmocka_unit_test(reuse),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
