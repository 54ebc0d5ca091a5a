/*
 * json, decimal: what is JSON and what is not, and numbers to the last bit.
 */
#include "truth_test.h"

#include <float.h>
#include <math.h>

#include "truth/decimal.h"
#include "truth/json.h"

/* Passes over a whole text. */
static int
check(struct span text, struct err *e)
{
	struct json j;
	json_init(&j, "x.json", text, e);
	json_skip(&j);
	json_end(&j);
	bool failed = j.failed;
	json_free(&j);
	return failed ? -1 : 0;
}

static void
test_accepts(void **state)
{
	(void)state;
	static const char *const good[] = { "{}", "[]", "0", "-0", "\"\"", "null", "true", " [ 1 , 2.5e+10 , -3E-2 ] ",
		"{\"a\":{\"b\":[{},[],\"\\u00e9\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\"]},\"a\":false}",
		"\xEF\xBB\xBF[1]", "\"h\xC3\xA9\xF0\x9F\x98\x80\"", "\r\n\t[1]\r\n", "1e-999", "123456789012345678901234567890" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct held h = hold(good[i]);
		struct err e;
		if (check(h.span, &e) != 0)
			fail_msg("%s: %s", good[i], e.msg);
		free(h.data);
	}
}

static void
test_refuses(void **state)
{
	(void)state;
	static const struct refusal bad[] = {
		{ "", "x.json:1:1: a value is wanted, the text ends" }, { "[1,", "the text ends here" },
		{ "[1", "cut short" }, { "{\"a\"", "a colon" }, { "{\"a\":1", "cut short" }, { "{", "the text ends" },
		{ "{\"a", "within quotes" }, { "[1,]", "x.json:1:4: a value" }, { "{\"a\":1,}", "a name in quotes" },
		{ "[,1]", "a value" }, { "[1 2]", "a comma" }, { "{1:2}", "a name in quotes" }, { "{\"a\" 1}", "a colon" },
		{ "[1]]", "behind the end" }, { "[1] x", "x.json:1:5: something behind" }, { "01", "not a number" },
		{ "-", "not a number" }, { "1.", "not a number" }, { ".5", "no value" }, { "+1", "no value" },
		{ "1e", "not a number" }, { "1e+", "not a number" }, { "0x10", "behind the end" }, { "[NaN]", "x.json:1:2: a value is wanted; NaN" },
		{ "[Infinity]", "NaN and Infinity" }, { "[-Infinity]", "not a number" }, { "nul", "no value of JSON" },
		{ "True", "no value" }, { "\"a\nb\"", "x.json:1:3: a control character" }, { "\"\\x41\"", "no escape" },
		{ "\"\\u12g4\"", "no escape" }, { "\"\\ud800\"", "surrogate" }, { "\"\\ud800\\u0041\"", "surrogate" },
		{ "\"\\udc00\"", "surrogate" }, { "\"\xFF\"", "not UTF-8" }, { "\"\xC0\x80\"", "not UTF-8" },
		{ "\"\xED\xA0\x80\"", "not UTF-8" }, { "\"\xC3", "not UTF-8" }, { "'a'", "no value" }, { "[1]//", "behind" },
		{ "\xFF\xFE[\0", "UTF-16" }, { "[\n\n  tru]", "x.json:3:3: no value" }, { "\"\\", "no escape" },
		{ "[\"\xC3\xA9\xC3\xA9\", x]", "x.json:1:8: a value" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct held h = hold(bad[i].text);
		struct err e = {0};
		if (check(h.span, &e) == 0)
			fail_msg("%s was taken", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		free(h.data);
	}
	struct held h = hold_n("[1,\0 2]", 7);
	struct err e = {0};
	assert_int_equal(check(h.span, &e), -1);
	free(h.data);
}

static void
test_depth(void **state)
{
	(void)state;
	for (int depth = JSON_DEPTH; depth <= 100000; depth += 100000 - JSON_DEPTH) {
		char *text = mem_alloc(2 * (size_t)depth + 1);
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		struct held h = hold(text);
		struct err e = {0};
		assert_int_equal(check(h.span, &e), depth == JSON_DEPTH ? 0 : -1);
		if (depth > JSON_DEPTH)
			says(&e, ERR_DATA, "more than 64", "many [");
		free(h.data);
		free(text);
	}
}

static void
test_pull(void **state)
{
	(void)state;
	struct held h = hold("{\"id\":1,\"n\":\"a\\u00e9\\ud83d\\ude00\\n\",\"v\":[1.5,-2,3e2],\"id\":9223372036854775807,"
		"\"low\":-9223372036854775808,\"f\":1,\"g\":false,\"w\":3.0,\"\\u0069d2\":0}");
	struct json j;
	struct err e = {0};
	struct span key;
	int64_t id = 0, low = 0, whole = 0, id2 = -1;
	double sum = 0;
	bool f = false, g = true;
	json_init(&j, "x", h.span, &e);
	json_object(&j);
	while (json_member(&j, &key)) {
		if (span_is(key, "id")) {
			id = json_int(&j);
		} else if (span_is(key, "n")) {
			struct span s = json_text(&j);
			assert_int_equal(s.n, 8);
			assert_memory_equal(s.s, "a\xC3\xA9\xF0\x9F\x98\x80\n", 8);
		} else if (span_is(key, "v")) {
			json_array(&j);
			while (json_item(&j))
				sum += json_real(&j);
		} else if (span_is(key, "low")) {
			low = json_int(&j);
		} else if (span_is(key, "f")) {
			f = json_flag(&j);
		} else if (span_is(key, "g")) {
			g = json_flag(&j);
		} else if (span_is(key, "w")) {
			whole = json_int(&j);
		} else if (span_is(key, "id2")) {
			id2 = json_int(&j);
		}
	}
	json_end(&j);
	assert_false(j.failed);
	assert_int_equal(id, INT64_MAX);	/* the last of two */
	assert_int_equal(low, INT64_MIN);
	assert_int_equal(whole, 3);
	assert_int_equal(id2, 0);
	assert_true(f && !g);
	assert_true(sum == 299.5);
	json_free(&j);
	free(h.data);
}

static void
test_wrong_kinds(void **state)
{
	(void)state;
	static const struct { const char *text; char how; const char *says; } bad[] = {
		{ "\"1\"", 'r', "a number is wanted, here is a text" }, { "1.5", 'i', "a whole number" },
		{ "9223372036854775808", 'i', "too large" }, { "-9223372036854775809", 'i', "too large" },
		{ "1e300", 'i', "too large" }, { "99999999999999999999999", 'i', "too large" }, { "1e999", 'r', "too large" },
		{ "2", 'f', "0 or 1" }, { "null", 'f', "a number is wanted, here is null" }, { "1", 't', "a text is wanted" },
		{ "tru", 'f', "no value" }, { "[]", 'r', "here is an array" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct held h = hold(bad[i].text);
		struct json j;
		struct err e = {0};
		json_init(&j, "x", h.span, &e);
		switch (bad[i].how) {
		case 'r': json_real(&j); break;
		case 'i': json_int(&j); break;
		case 'f': json_flag(&j); break;
		case 't': json_text(&j); break;
		}
		assert_true(j.failed);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
		json_free(&j);
		free(h.data);
	}
}

static void
same_as_strtod(const char *text)
{
	struct decimal d;
	const char *end = decimal_take(text, &d);
	assert_non_null(end);
	assert_int_equal(*end, '\0');
	double have = decimal_real(&d), want = strtod(text, NULL);
	if (memcmp(&have, &want, sizeof have) != 0)
		fail_msg("%s is %a, not %a", text, have, want);
}

static void
test_numbers(void **state)
{
	(void)state;
	/* halfway cases, limits, long ones */
	static const char *const hard[] = { "0", "-0", "-0.0", "0e5", "9007199254740993", "9007199254740992.5", "9007199254740993.0001",
		"1e22", "1e23", "1e-22", "1e-23", "8.5e22", "4503599627370496.5", "4503599627370497.5", "2.2250738585072011e-308",
		"2.2250738585072014e-308", "4.9e-324", "2.4703282292062327e-324", "1.7976931348623157e308", "1.7976931348623159e308",
		"1e400", "1e-400", "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207",
		"0.1000000000000000055511151231257827021181583404541015625", "0.000000000000000000000000000000000000001",
		"18446744073709551615", "9999999999999999999", "99999999999999999999", "1.00000000000000011102230246251565404e0",
		"0.30000000000000004", "1152921504606847103e1", "9223372036854776833", "9223372036854775809e0", "1e27", "1e28",
		"18014398509481985", "18014398509481987", "36028797018963970.000", "1e999999999999999999999", "0.0e-999999999999999999999" };
	for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
		same_as_strtod(hard[i]);
	uint64_t s = 88172645463325252;
	for (int i = 0; i < 300000; i++) {
		char text[64];
		s ^= s << 13;
		s ^= s >> 7;
		s ^= s << 17;
		int power = (int)(s >> 58) - 32;
		switch (i % 5) {
		case 0:
			snprintf(text, sizeof text, "%llue%d", (unsigned long long)(s % UINT64_C(10000000000000000000)), power);
			break;
		case 1:	/* next to the middle between two doubles, seen in 64 bits */
			snprintf(text, sizeof text, "%llu", (unsigned long long)((s << 11 | 0x400) + (uint64_t)(i % 3) - 1));
			break;
		case 2:
			snprintf(text, sizeof text, "%.17g", (double)s / 18446744073709551616.0 * 640);
			break;
		case 3:
			snprintf(text, sizeof text, "%.3f", (double)(s % 1000000) / 997);
			break;
		default: {
			double v;
			memcpy(&v, &s, sizeof v);
			if (!isfinite(v))
				continue;
			snprintf(text, sizeof text, "%.17g", v);
		}
		}
		same_as_strtod(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts), cmocka_unit_test(test_refuses), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_pull), cmocka_unit_test(test_wrong_kinds), cmocka_unit_test(test_numbers),
	};
	return cmocka_run_group_tests_name("truth_json", tests, NULL, NULL);
}
