/*
 * Minutes that pass: told once each, by frames or by the clock, over runs that end in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "live/window.h"
#include "people/minute.h"

enum { M = 60000 };

struct feed {
	struct window w;
	struct minutes minutes;
	struct window_minute told[16];
	size_t n;
};

static void
start(struct feed *f, int64_t now_ms)
{
	*f = (struct feed){ 0 };
	window_start(&f->w, now_ms);
	minutes_start(&f->minutes, 2000);
}

static void
over(struct feed *f, int64_t time_ms)
{
	while (f->n < 16 && window_over(&f->w, time_ms, &f->told[f->n]))
		f->n++;
}

/* As the writer does it. */
static void
frame(struct feed *f, int64_t run, int64_t time_ms, int64_t people, int64_t age_ms)
{
	const struct tally t = { .people = people, .unknown = people };
	const struct window_marks m = { .dark = people == 0 };
	struct minute rows[2];
	size_t n = minutes_add(&f->minutes, time_ms, &t, rows);
	for (size_t i = 0; i + 1 < n; i++)
		window_row(&f->w, &rows[i]);
	over(f, time_ms);
	window_frame(&f->w, run, &rows[n - 1], age_ms, &m);
}

static void
test_closed_by_frames(void **state)
{
	struct feed f;
	(void)state;
	start(&f, 10 * M + 30000);
	for (int i = 0; i < 120; i++)
		frame(&f, 1, 10 * M + 30500 + 500 * i, i % 2, i);
	assert_int_equal(f.n, 1);
	const struct window_minute *m = &f.told[0];
	assert_int_equal(m->start_ms, 10 * M);
	assert_int_equal(m->run_id, 1);
	assert_int_equal(m->sum.frames, 59);
	assert_int_equal(m->sum.people_sum, 29);
	assert_int_equal(m->sum.people_min, 0);
	assert_int_equal(m->sum.people_max, 1);
	assert_int_equal(m->sum.covered_ms, 29500);
	assert_int_equal(m->marks.dark, 30);
	assert_int_equal(m->ages.max_ms, 58);
	assert_int_equal(m->ages.median_ms, 29);
	assert_true(m->has_row);
	assert_int_equal(m->row_marks.dark, 30);
	window_free(&f.w);
}

/* Nothing came: told all the same, and not with zero people. */
static void
test_empty_minutes(void **state)
{
	struct feed f;
	(void)state;
	start(&f, 10 * M + 1);
	over(&f, 10 * M + 59999);
	assert_int_equal(f.n, 0);
	over(&f, 12 * M);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.told[1].start_ms, 11 * M);
	assert_int_equal(f.told[1].sum.frames, 0);
	assert_int_equal(f.told[1].run_id, 0);
	assert_int_equal(f.told[1].ages.max_ms, -1);
	assert_false(f.told[1].has_row);
	frame(&f, 1, 14 * M + 5, 3, 9);
	assert_int_equal(f.n, 4);
	over(&f, 15 * M);
	assert_int_equal(f.told[4].start_ms, 14 * M);
	assert_int_equal(f.told[4].sum.people_sum, 3);
	window_free(&f.w);
}

/* One that the clock was not waited for changes nothing that was told. */
static void
test_late_frame(void **state)
{
	struct feed f;
	(void)state;
	start(&f, 0);
	frame(&f, 1, 100, 1, 0);
	over(&f, M);
	assert_int_equal(f.n, 1);
	frame(&f, 1, 59999, 1, 0);
	assert_int_equal(f.n, 1);
	frame(&f, 1, M, 1, 0);
	over(&f, 2 * M);
	assert_int_equal(f.told[1].sum.frames, 1);
	assert_int_equal(f.told[1].ages.max_ms, 0);
	window_free(&f.w);
}

/* Two runs in one minute are added up; a row's ages are of its run alone. */
static void
test_two_runs(void **state)
{
	struct feed f;
	struct ages_summary ages;
	struct window_marks marks;
	(void)state;
	start(&f, 0);
	assert_false(window_health(&f.w, &ages, &marks));
	for (int i = 0; i < 10; i++)
		frame(&f, 1, 1000 * i, 2, 100);
	assert_true(window_health(&f.w, &ages, &marks));
	assert_int_equal(ages.max_ms, 100);
	window_run_ended(&f.w);
	assert_false(window_health(&f.w, &ages, &marks));
	minutes_start(&f.minutes, 2000);
	for (int i = 0; i < 5; i++)
		frame(&f, 2, 20000 + 1000 * i, 0, 40);
	assert_true(window_health(&f.w, &ages, &marks));
	assert_int_equal(ages.max_ms, 40);
	assert_int_equal(marks.dark, 5);
	over(&f, M);
	const struct window_minute *m = &f.told[0];
	assert_int_equal(m->run_id, 2);
	assert_int_equal(m->sum.frames, 15);
	assert_int_equal(m->sum.people_sum, 20);
	assert_int_equal(m->sum.people_min, 0);
	assert_int_equal(m->sum.people_max, 2);
	assert_int_equal(m->sum.covered_ms, 15000);
	assert_int_equal(m->ages.max_ms, 100);
	assert_int_equal(m->ages.median_ms, 100);
	assert_int_equal(m->row_ages.max_ms, 40);
	window_free(&f.w);
}

/* Runs that overlap do not cover more than the minute. */
static void
test_coverage_at_most_one(void **state)
{
	struct feed f;
	(void)state;
	start(&f, 0);
	for (int i = 0; i < 59; i++)
		frame(&f, 1, 1000 * i, 1, 0);
	window_run_ended(&f.w);
	minutes_start(&f.minutes, 2000);
	for (int i = 0; i < 10; i++)
		frame(&f, 2, 50000 + 1000 * i, 1, 0);
	over(&f, M);
	assert_int_equal(f.told[0].sum.covered_ms, M);
	window_free(&f.w);
}

/* The clock was set: what is open is told as it is, and no minutes are made up between. */
static void
test_restart(void **state)
{
	struct feed f;
	struct window_minute m;
	(void)state;
	start(&f, 0);
	assert_false(window_restart(&f.w, 5 * M + 3, &m));
	assert_int_equal(f.w.start_ms, 5 * M);
	frame(&f, 1, 5 * M + 10, 4, 0);
	assert_true(window_restart(&f.w, 100 * M, &m));
	assert_int_equal(m.start_ms, 5 * M);
	assert_int_equal(m.sum.people_sum, 4);
	assert_true(window_restart(&f.w, 2 * M, &m) == false && f.w.start_ms == 2 * M);
	over(&f, 3 * M);
	assert_int_equal(f.n, 1);
	window_free(&f.w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closed_by_frames),
		cmocka_unit_test(test_empty_minutes),
		cmocka_unit_test(test_late_frame),
		cmocka_unit_test(test_two_runs),
		cmocka_unit_test(test_coverage_at_most_one),
		cmocka_unit_test(test_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
