/*
 * Minute windows: against the rule written down a second time, plainly and all at once, and taken
 * up at any point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "people/minute.h"

enum { MOST = 400 };

static int64_t
floor_minute(int64_t t)
{
	int64_t q = t / 60000 * 60000;
	return q > t ? q - 60000 : q;
}

static struct tally
tally_of(int64_t people)
{
	return (struct tally){ .people = people, .men = people / 2, .women = people / 3,
		.unknown = people - people / 2 - people / 3, .faces = people + 1, .gated = people % 3 == 1 };
}

/* The rule, over all frames at once.  Rows into out; returns how many. */
static size_t
plainly(const int64_t *time, const struct tally *t, size_t n, int64_t gap, struct minute *out)
{
	size_t rows = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t start = floor_minute(time[i]);
		if (rows == 0 || out[rows - 1].start_ms != start)
			out[rows++] = (struct minute){ .start_ms = start, .people_min = INT64_MAX,
				.people_max = INT64_MIN };
		struct minute *m = &out[rows - 1];
		m->frames++;
		m->people_sum += t[i].people;
		m->men_sum += t[i].men;
		m->women_sum += t[i].women;
		m->unknown_sum += t[i].unknown;
		m->faces_sum += t[i].faces;
		m->gated += t[i].gated;
		if (t[i].people < m->people_min)
			m->people_min = t[i].people;
		if (t[i].people > m->people_max)
			m->people_max = t[i].people;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t length = 0;
		if (i + 1 < n)
			length = time[i + 1] - time[i];
		else if (n > 1)
			length = time[i] - time[i - 1];
		if (length > gap)
			length = gap;
		for (size_t k = 0; k < rows; k++) {
			int64_t a = out[k].start_ms, b = a + 60000;
			if (a < time[i])
				a = time[i];
			if (b > time[i] + length)
				b = time[i] + length;
			if (b > a)
				out[k].covered_ms += b - a;
		}
	}
	return rows;
}

/* What a store does with changed rows: upserts. */
static void
upsert(struct minute *rows, size_t *n, const struct minute *changed, size_t nchanged)
{
	for (size_t i = 0; i < nchanged; i++) {
		size_t k = 0;
		while (k < *n && rows[k].start_ms != changed[i].start_ms)
			k++;
		if (k == *n)
			(*n)++;
		rows[k] = changed[i];
	}
}

static void
same_rows(const struct minute *a, size_t na, const struct minute *b, size_t nb)
{
	assert_int_equal(na, nb);
	for (size_t i = 0; i < na; i++)
		assert_memory_equal(&a[i], &b[i], sizeof(*a));
}

static void
by_hand(void **state)
{
	(void)state;
	struct minutes m;
	struct minute c[2];
	struct tally one = tally_of(1), three = tally_of(3);

	minutes_start(&m, 5000);
	assert_int_equal(minutes_add(&m, 58000, &one, c), 1);
	assert_int_equal(c[0].start_ms, 0);
	assert_int_equal(c[0].covered_ms, 0);		/* nobody knows yet for how long it stands */

	assert_int_equal(minutes_add(&m, 59000, &three, c), 1);
	assert_int_equal(c[0].covered_ms, 2000);	/* 58 to 59, and as long again */
	assert_int_equal(c[0].people_min, 1);
	assert_int_equal(c[0].people_max, 3);
	assert_int_equal(c[0].people_sum, 4);
	assert_int_equal(c[0].dropped, 0);

	/* Two seconds: the stretch from 59 s reaches over the border, to the next frame. */
	assert_int_equal(minutes_add(&m, 61000, &one, c), 2);
	assert_int_equal(c[0].start_ms, 0);
	assert_int_equal(c[0].covered_ms, 2000);
	assert_int_equal(c[0].frames, 2);
	assert_int_equal(c[1].start_ms, 60000);
	/* 60 to 61 by the one before, 61 to 63 by its own. */
	assert_int_equal(c[1].covered_ms, 3000);
	assert_int_equal(c[1].frames, 1);

	/*
	 * Nothing for four minutes: the frame stands for gap_ms only, and the minutes between have
	 * no row.
	 */
	assert_int_equal(minutes_add(&m, 300000, &one, c), 2);
	assert_int_equal(c[0].start_ms, 60000);
	assert_int_equal(c[0].covered_ms, 6000);
	assert_int_equal(c[1].start_ms, 300000);
	assert_int_equal(c[1].covered_ms, 5000);
}

static void
whole_minute_is_covered(void **state)
{
	(void)state;
	struct minutes m;
	struct minute rows[4] = {0}, c[2];
	size_t n = 0;
	struct tally t = tally_of(2);

	minutes_start(&m, 5000);
	for (int64_t i = 0; i <= 1200; i++)
		upsert(rows, &n, c, minutes_add(&m, i * 100, &t, c));
	assert_int_equal(n, 3);
	assert_int_equal(rows[0].covered_ms, 60000);
	assert_int_equal(rows[1].covered_ms, 60000);
	assert_int_equal(rows[2].covered_ms, 100);
	assert_int_equal(rows[0].frames, 600);
}

static void
long_stretch(void **state)
{
	(void)state;
	/*
	 * One frame every ten minutes, and a gap that allows it: each window that has a frame is
	 * covered from it on.
	 */
	struct minutes m;
	struct minute c[2];
	struct tally t = tally_of(0);
	minutes_start(&m, 3600000);
	minutes_add(&m, 30000, &t, c);
	assert_int_equal(minutes_add(&m, 630000, &t, c), 2);
	assert_int_equal(c[0].covered_ms, 30000);
	assert_int_equal(c[1].covered_ms, 60000);	/* first half by the one before */
}

static void
equal_times(void **state)
{
	(void)state;
	struct minutes m;
	struct minute c[2];
	struct tally t = tally_of(1);
	minutes_start(&m, 5000);
	minutes_add(&m, 1000, &t, c);
	minutes_add(&m, 2000, &t, c);
	assert_int_equal(c[0].covered_ms, 2000);
	minutes_add(&m, 2000, &t, c);
	/* The one before the last stood for no time, and so does the last. */
	assert_int_equal(c[0].covered_ms, 1000);
	assert_int_equal(c[0].frames, 3);
	minutes_add(&m, 2500, &t, c);
	assert_int_equal(c[0].covered_ms, 2000);
}

static void
before_1970(void **state)
{
	(void)state;
	struct minutes m;
	struct minute c[2];
	struct tally t = tally_of(1);
	minutes_start(&m, 5000);
	minutes_add(&m, -61000, &t, c);
	assert_int_equal(c[0].start_ms, -120000);
	assert_int_equal(minutes_add(&m, -60000, &t, c), 2);
	assert_int_equal(c[0].covered_ms, 1000);
	assert_int_equal(c[1].start_ms, -60000);
	assert_int_equal(c[1].covered_ms, 1000);
	assert_int_equal(minutes_add(&m, -1, &t, c), 1);
	assert_int_equal(minutes_add(&m, 0, &t, c), 2);
	assert_int_equal(c[1].start_ms, 0);
}

static void
far_apart(void **state)
{
	(void)state;
	/* The difference of these times does not fit a signed number. */
	struct minutes m;
	struct minute c[2];
	struct tally t = tally_of(1);
	minutes_start(&m, 5000);
	minutes_add(&m, -INT64_C(9000000000000000000), &t, c);
	assert_int_equal(minutes_add(&m, INT64_C(9000000000000000000), &t, c), 2);
	assert_int_equal(c[0].covered_ms, 5000);
	assert_int_equal(c[1].covered_ms, 5000);
}

static void
zero_gap(void **state)
{
	(void)state;
	struct minutes m;
	struct minute c[2];
	struct tally t = tally_of(1);
	minutes_start(&m, 0);
	minutes_add(&m, 1000, &t, c);
	minutes_add(&m, 2000, &t, c);
	assert_int_equal(c[0].covered_ms, 0);
}

static size_t
random_frames(int64_t *time, struct tally *t)
{
	size_t n = 1 + (size_t)(rand() % (MOST - 1));
	int64_t now = (int64_t)(rand() % 400000) - 200000;
	int kind = rand() % 4;
	for (size_t i = 0; i < n; i++) {
		time[i] = now;
		t[i] = tally_of(rand() % 9);
		switch (kind) {
		case 0:
			now += 40;
			break;
		case 1:
			now += rand() % 3 * 1000;
			break;
		case 2:
			now += rand() % 20000;
			break;
		default:
			now += rand() % 10 == 0 ? rand() % 500000 : rand() % 200;
		}
	}
	return n;
}

static void
as_the_rule_says(void **state)
{
	(void)state;
	static int64_t time[MOST];
	static struct tally t[MOST];
	static struct minute want[MOST], rows[MOST];
	srand(1);
	for (int round = 0; round < 500; round++) {
		size_t n = random_frames(time, t), have = 0;
		int64_t gap = (int64_t[]){ 0, 100, 5000, 60000, 150000 }[rand() % 5];
		struct minutes m;
		struct minute c[2];
		minutes_start(&m, gap);
		/* At every instant, not only at the end. */
		for (size_t i = 0; i < n; i++) {
			size_t nc = minutes_add(&m, time[i], &t[i], c);
			assert_in_range(nc, 1, 2);
			assert_int_equal(c[nc - 1].start_ms, floor_minute(time[i]));
			upsert(rows, &have, c, nc);
			if (i % 37 == 0 || i + 1 == n)
				same_rows(rows, have, want, plainly(time, t, i + 1, gap, want));
		}
	}
}

static void
taken_up_anywhere(void **state)
{
	(void)state;
	static int64_t time[MOST];
	static struct tally t[MOST];
	static struct minute want[MOST], rows[MOST];
	srand(2);
	for (int round = 0; round < 500; round++) {
		size_t n = random_frames(time, t), have = 0;
		int64_t gap = (int64_t[]){ 0, 100, 5000, 60000, 150000 }[rand() % 5];
		struct minutes m;
		struct minute c[2];
		minutes_start(&m, gap);
		for (size_t i = 0; i < n; i++) {
			if (rand() % 5 == 0) {
				/* Killed before this frame: all that is left is what was stored. */
				memset(&m, 0xa5, sizeof(m));
				minutes_resume(&m, gap, (int64_t)i, i > 0 ? time[i - 1] : 0,
					i > 1 ? time[i - 2] : 0, have > 0 ? &rows[have - 1] : NULL);
			}
			upsert(rows, &have, c, minutes_add(&m, time[i], &t[i], c));
		}
		same_rows(rows, have, want, plainly(time, t, n, gap, want));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(whole_minute_is_covered),
		cmocka_unit_test(long_stretch),
		cmocka_unit_test(equal_times),
		cmocka_unit_test(before_1970),
		cmocka_unit_test(far_apart),
		cmocka_unit_test(zero_gap),
		cmocka_unit_test(as_the_rule_says),
		cmocka_unit_test(taken_up_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
