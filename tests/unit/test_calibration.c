/*
 * Calibration files: what is written is read back; what is not one is refused, with its line.
 */
#include "fast/calibration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#define NETWORK "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "footfall calibration 1\nnetwork " NETWORK "\n"

static struct err e;

static void
test_there_and_back(void **state)
{
	(void)state;
	struct range ranges[3] = { { -0.278464586F, 29.5826397F }, { 0, 1e-30F }, { -1e30F, 0 } };
	struct calibrated regions[2] = { { 7, 2, ranges }, { 1, 1, ranges + 2 } };
	struct calibration c = { .network = NETWORK, .nregions = 2, .regions = regions }, back;
	struct buf text = { 0 };
	char digest[SHA256_HEX];
	calibration_print(&c, &text);
	assert_int_equal(calibration_parse(text.data, text.len, &back, &e), 0);
	assert_string_equal(back.network, NETWORK);
	assert_int_equal(back.nregions, 2);
	assert_int_equal(back.regions[0].nops, 7);
	assert_int_equal(back.regions[0].nvalues, 2);
	assert_int_equal(back.regions[1].nvalues, 1);
	assert_memory_equal(back.regions[0].ranges, ranges, 2 * sizeof *ranges);
	assert_memory_equal(back.regions[1].ranges, ranges + 2, sizeof *ranges);
	sha256_of(text.data, text.len, digest);
	assert_string_equal(back.digest, digest);
	calibration_free(&back);
	/* every part of it that lacks its end */
	for (size_t n = 0; n < text.len; n++) {
		assert_int_equal(calibration_parse(text.data, n, &back, &e), -1);
		assert_int_equal(e.code, ERR_CONFIG);
	}
	buf_free(&text);
}

static void
test_refused(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "", "line 1: it ends too early" },
		{ "footfall calibration 2\n", "line 1: no calibration that this program knows" },
		{ "footfall calibration 1\nnetwork 0123\n", "line 2: the network's sha256 is wanted" },
		{ "footfall calibration 1\nnetwork 0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\n",
			"line 2: the network's sha256 is wanted" },
		{ HEAD "regions 1 1\n", "line 3: a region, or the end, is wanted" },
		{ HEAD "region 1\n", "line 3: no region that a network could have" },
		{ HEAD "region 0 1\n0 1\nend\n", "line 3: no region that a network could have" },
		{ HEAD "region 1 -1\n", "line 3: no region that a network could have" },
		{ HEAD "region 1 2147483648\n", "line 3: no region that a network could have" },
		{ HEAD "region 1 20001\n", "line 3: no region that a network could have" },
		{ HEAD "region 1 2 3\n0 1\n0 1\nend\n", "line 3: no region that a network could have" },
		{ HEAD "region 1 1\nnan nan\nend\n", "line 4: two numbers are wanted, one not above and one not below zero" },
		{ HEAD "region 1 1\n0 inf\nend\n", "line 4: two numbers are wanted, one not above and one not below zero" },
		{ HEAD "region 1 1\n0.5 1\nend\n", "line 4: two numbers are wanted, one not above and one not below zero" },
		{ HEAD "region 1 1\n-2 -1\nend\n", "line 4: two numbers are wanted, one not above and one not below zero" },
		{ HEAD "region 1 1\n0 1e31\nend\n", "line 4: two numbers are wanted, one not above and one not below zero" },
		{ HEAD "region 1 1\n0\nend\n", "line 4: two numbers are wanted, one not above and one not below zero" },
		{ HEAD "region 1 1\n0 1 2\nend\n", "line 4: two numbers are wanted, one not above and one not below zero" },
		{ HEAD "region 1 1\n0 1\n0 1\nend\n", "line 5: a region, or the end, is wanted" },
		{ HEAD "region 1 2\n0 1\nend\n", "line 5: two numbers are wanted, one not above and one not below zero" },
		{ HEAD "end\n\n", "line 4: more after the end" },
		{ HEAD "end", "line 3: it ends too early" },
	};
	struct calibration c;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(calibration_parse(bad[i].text, strlen(bad[i].text), &c, &e), -1);
		assert_string_equal(e.msg, bad[i].why);
		assert_int_equal(c.nregions, 0);
		assert_null(c.regions);
	}
	assert_int_equal(calibration_parse("footfall\0calibration 1\n", 23, &c, &e), -1);
}

static void
test_too_many_regions(void **state)
{
	struct buf text = { 0 };
	struct calibration c;
	(void)state;
	buf_puts(&text, HEAD);
	for (int i = 0; i < CALIBRATION_REGIONS + 1; i++)
		buf_puts(&text, "region 1 1\n0 1\n");
	buf_puts(&text, "end\n");
	assert_int_equal(calibration_parse(text.data, text.len, &c, &e), -1);
	assert_string_equal(e.msg, "line 131: no region that a network could have");
	buf_free(&text);
}

static void
test_fits(void **state)
{
	struct region a = { .nops = 3, .nvalues = 4 }, b = { .nops = 1, .nvalues = 2 };
	struct region *const both[] = { &a, &b }, *const swapped[] = { &b, &a };
	struct calibration c = { 0 };
	(void)state;
	calibration_begin(&c, both, 2);
	assert_true(calibration_fits(&c, both, 2));
	assert_false(calibration_fits(&c, both, 1));
	assert_false(calibration_fits(&c, swapped, 2));
	calibration_begin(&c, both, 1);
	assert_int_equal(c.nregions, 1);
	assert_float_equal(c.regions[0].ranges[3].high, 0, 0);
	calibration_free(&c);
	assert_true(calibration_fits(&c, both, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_refused), cmocka_unit_test(test_too_many_regions),
		cmocka_unit_test(test_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
