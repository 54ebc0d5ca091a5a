/*
 * The pure parts of live sources: rate cap, dropped frames, order, gaps, steps of the clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/clock.h"
#include "live/gaps.h"
#include "live/order.h"
#include "live/pending.h"

enum { M = 60000 };

/* ---- rate cap ---- */

static int
wanted(double fps, int64_t every_ms, int n, uint32_t jitter_ms)
{
	struct cap c = { .fps = fps };
	uint32_t random = 1;
	int got = 0;
	for (int i = 0; i < n; i++) {
		random = random * 1664525 + 1013904223;
		got += cap_wants(&c, 1000000 + i * every_ms + (int64_t)(jitter_ms > 0 ? (random >> 16) % jitter_ms : 0));
	}
	return got;
}

static void
test_cap_none(void **state)
{
	(void)state;
	assert_int_equal(wanted(0, 33, 100, 0), 100);
}

static void
test_cap(void **state)
{
	(void)state;
	/* ten seconds of 25 frames each */
	assert_int_equal(wanted(5, 40, 250, 0), 50);
	assert_int_equal(wanted(5, 40, 250, 20), 50);
	assert_int_equal(wanted(0.5, 40, 250, 0), 5);
	/* slower than the cap: all */
	assert_int_equal(wanted(30, 100, 100, 30), 100);
	/* thirds, of which no slot begins at a whole millisecond */
	assert_int_equal(wanted(3, 10, 1000, 0), 30);
}

/* ---- dropped frames ---- */

static void
test_drops_in_their_minute(void **state)
{
	struct drops d = { 0 };
	(void)state;
	struct drops t = drops_take(&d, 5 * M);
	assert_int_equal(t.now, 0);
	assert_int_equal(t.before, 0);
	drops_add(&d, 5 * M + 10, 2);
	drops_add(&d, 5 * M + 59999, 1);
	drops_add(&d, 6 * M, 4);
	t = drops_take(&d, 6 * M + 5);
	assert_int_equal(t.now, 4);
	assert_int_equal(t.before, 3);
	t = drops_take(&d, 6 * M + 6);
	assert_int_equal(t.now + t.before, 0);
}

static void
test_drops_long_before(void **state)
{
	struct drops d = { 0 };
	(void)state;
	drops_add(&d, 1 * M, 1);
	drops_add(&d, 2 * M, 2);
	drops_add(&d, 3 * M, 0);
	drops_add(&d, 4 * M, 4);
	struct drops t = drops_take(&d, 9 * M);
	assert_int_equal(t.now, 0);
	assert_int_equal(t.before, 7);
}

/* ---- order ---- */

static void
test_order(void **state)
{
	struct order *o = calloc(1, sizeof *o);
	int items[3];
	int64_t oldest = 0;
	(void)state;
	assert_null(order_next(o));
	assert_false(order_oldest(o, &oldest));
	uint64_t a = order_give(o, 10), b = order_give(o, 20), c = order_give(o, 30);
	order_fill(o, c, &items[2]);
	assert_null(order_next(o));
	assert_true(order_oldest(o, &oldest));
	assert_int_equal(oldest, 10);
	order_fill(o, a, &items[0]);
	assert_ptr_equal(order_next(o), &items[0]);
	/* looking takes nothing */
	assert_ptr_equal(order_next(o), &items[0]);
	order_take(o);
	assert_null(order_next(o));
	assert_true(order_oldest(o, &oldest));
	assert_int_equal(oldest, 20);
	order_fill(o, b, &items[1]);
	order_take(o);
	assert_ptr_equal(order_next(o), &items[2]);
	order_take(o);
	assert_false(order_oldest(o, &oldest));
	free(o);
}

static void
test_order_full(void **state)
{
	struct order *o = calloc(1, sizeof *o);
	int item;
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < ORDER_PLACES; i++) {
			assert_false(order_full(o));
			order_give(o, i);
		}
		assert_true(order_full(o));
		for (uint64_t i = o->given; i > o->taken; i--)
			order_fill(o, i - 1, &item);
		for (int i = 0; i < ORDER_PLACES; i++)
			order_take(o);
		assert_null(order_next(o));
	}
	free(o);
}

/* ---- gaps ---- */

static void
test_gaps(void **state)
{
	struct gaps *g = calloc(1, sizeof *g);
	(void)state;
	assert_false(gaps_open(g));
	gaps_end(g, 5);
	assert_int_equal(gaps_count(g), 0);
	gaps_begin(g, 100, "stall", "no frame for 5 s");
	assert_true(gaps_open(g));
	/* it is one already */
	gaps_begin(g, 150, "connect", NULL);
	assert_int_equal(gaps_count(g), 1);
	struct gap *x = gaps_unwritten(g);
	assert_string_equal(x->reason, "stall");
	assert_string_equal(x->detail, "no frame for 5 s");
	assert_true(x->open);
	gaps_end(g, 400);
	assert_false(x->open);
	assert_int_equal(x->to_ms, 400);
	gaps_written(g);
	assert_null(gaps_unwritten(g));
	/* still there for the minute's line */
	assert_int_equal(gaps_at(g, 0)->from_ms, 100);
	/* never before its beginning */
	gaps_begin(g, 1000, "closed", NULL);
	gaps_end(g, 900);
	assert_int_equal(gaps_at(g, 1)->to_ms, 1000);
	free(g);
}

/* Nobody writes: the newest takes in what comes after it, and no beginning is lost. */
static void
test_gaps_overflow(void **state)
{
	struct gaps *g = calloc(1, sizeof *g);
	(void)state;
	for (int i = 0; i < 3 * GAPS_KEPT; i++) {
		gaps_begin(g, 100 * i, "closed", NULL);
		gaps_end(g, 100 * i + 50);
	}
	assert_int_equal(gaps_count(g), GAPS_KEPT);
	for (int i = 0; i < GAPS_KEPT; i++) {
		const struct gap *x = gaps_unwritten(g);
		assert_int_equal(x->from_ms, 100 * i);
		assert_int_equal(x->to_ms, i < GAPS_KEPT - 1 ? 100 * i + 50 : 100 * (3 * GAPS_KEPT - 1) + 50);
		gaps_written(g);
	}
	assert_null(gaps_unwritten(g));
	gaps_begin(g, 100000, "stall", NULL);
	assert_int_equal(gaps_unwritten(g)->from_ms, 100000);
	assert_int_equal(gaps_count(g), GAPS_KEPT);
	free(g);
}

/* A detail that is too long is cut between characters. */
static void
test_gaps_detail(void **state)
{
	struct gaps *g = calloc(1, sizeof *g);
	char text[2 * GAP_DETAIL + 1] = "";
	(void)state;
	for (int i = 0; i < GAP_DETAIL; i++)
		memcpy(text + 2 * i, "\xc3\xa4", 3);
	gaps_begin(g, 1, "crash", text);
	size_t n = strlen(gaps_at(g, 0)->detail);
	assert_true(n < GAP_DETAIL && n % 2 == 0 && n > GAP_DETAIL - 4);
	free(g);
}

/* ---- clock ---- */

static void
test_clock(void **state)
{
	struct live_clock c = { 0 };
	int64_t wall = INT64_C(1700000000000);
	(void)state;
	assert_false(live_clock_look(&c, wall, 500));
	assert_int_equal(live_clock_wall(&c, 400), wall - 100);
	/* corrected slowly, by an hour in all */
	for (int i = 1; i <= 3600; i++) {
		wall += 2000;
		assert_false(live_clock_look(&c, wall, 500 + 1000 * i));
	}
	assert_int_equal(c.steps, 0);
	/* set forward, set back */
	assert_true(live_clock_look(&c, wall + 5000, 500 + 3600000));
	assert_true(live_clock_look(&c, wall, 500 + 3600000));
	assert_false(live_clock_look(&c, wall + CLOCK_STEP_MS, 500 + 3600000));
	assert_int_equal(c.steps, 2);
	assert_int_equal(live_clock_wall(&c, 500 + 3600000), wall + CLOCK_STEP_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cap_none),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_drops_in_their_minute),
		cmocka_unit_test(test_drops_long_before),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_full),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_gaps_overflow),
		cmocka_unit_test(test_gaps_detail),
		cmocka_unit_test(test_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
