/* backoff, pace: when the next attempt is made, and when a frame is due. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "camera/backoff.h"
#include "camera/pace.h"

static void
grows(void **state)
{
	(void)state;
	static const int64_t full[] = { 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000 };
	int differ = 0;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct backoff b;
		backoff_init(&b, 30000, seed);
		for (size_t i = 0; i < sizeof full / sizeof *full; i++) {
			int64_t ms = backoff_next(&b);
			assert_in_range(ms, full[i] - full[i] / 4, full[i]);
			differ += ms != full[i];
		}
		backoff_good(&b, 9999);
		assert_true(backoff_next(&b) > 20000);
		backoff_good(&b, 10000);
		assert_true(backoff_next(&b) <= 500);
	}
	assert_true(differ > 1000);
}

static void
small_limit(void **state)
{
	(void)state;
	struct backoff b;
	backoff_init(&b, 100, 1);
	for (int i = 0; i < 5; i++)
		assert_in_range(backoff_next(&b), 75, 100);
	backoff_init(&b, INT64_MAX, 1);
	for (int i = 0; i < 200; i++)
		assert_true(backoff_next(&b) > 0);
}

static void
due(void **state)
{
	(void)state;
	struct pace p = { .speed = 1 };
	assert_int_equal(pace_due(&p, 5000, 100), 100);
	assert_int_equal(pace_due(&p, 5040, 110), 140);
	assert_int_equal(pace_due(&p, 5080, 190), 190);		/* late, but not by much: the plan stays */
	assert_int_equal(pace_due(&p, 5120, 191), 220);
	assert_int_equal(pace_due(&p, 5160, 5000), 5000);	/* too late: from here on */
	assert_int_equal(pace_due(&p, 5200, 5001), 5040);
	assert_int_equal(pace_due(&p, 65200, 5040), 65040);	/* a hole is waited for */
	assert_int_equal(pace_due(&p, NAN, 70), 70);
	assert_int_equal(pace_due(&p, 0, 65040), 65040);	/* stamps that go back begin anew */
	assert_int_equal(pace_due(&p, 40, 65041), 65080);

	struct pace cut = { .speed = 2, .longest_ms = 1000 };
	assert_int_equal(pace_due(&cut, NAN, 9), 9);
	assert_int_equal(pace_due(&cut, 0, 10), 10);
	assert_int_equal(pace_due(&cut, 100, 20), 60);
	assert_int_equal(pace_due(&cut, 100000, 60), 1060);
	assert_int_equal(pace_due(&cut, 100100, 1060), 1110);
	assert_int_equal(pace_due(&cut, 1e300, 1110), 2110);
	assert_int_equal(pace_due(&cut, -1e300, 1110), 1110);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(small_limit),
		cmocka_unit_test(due),
	};
	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
