/*
 * cfg: strict types, places in messages, and text that libconfig alone would get wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "conf/cfg.h"

static char path[] = "/tmp/footfall-cfg-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static int
open_bytes(struct cfg **c, const char *text, size_t n, struct err *e)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	return cfg_open(c, path, e);
}

static int
open_text(struct cfg **c, const char *text, struct err *e)
{
	return open_bytes(c, text, strlen(text), e);
}

/* The file is refused with this after its name. */
static void
assert_refused(const char *text, const char *why)
{
	struct cfg *c;
	struct err e;
	assert_int_equal(open_text(&c, text, &e), -1);
	assert_null(c);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(strncmp(e.msg, path, strlen(path)), 0);
	assert_string_equal(e.msg + strlen(path), why);
}

static struct cfg_node *
child(const struct cfg_node *n, const char *name)
{
	struct cfg_node *found = cfg_child(n, name);
	assert_non_null(found);
	return found;
}

static void
the_tree_is_as_written(void **state)
{
	(void)state;
	struct cfg *c;
	struct err e;
	assert_int_equal(open_text(&c,
		"# a comment\n"
		"name = \"x\";\n"
		"group: {\n"
		"  whole = 3; real = 2.5; yes = true;\n"
		"  list = (1, \"two\", { three = 3; });\n"
		"  array = [1, 2, 3];\n"
		"};\n", &e), 0);
	assert_string_equal(cfg_path(c), path);
	struct cfg_node *root = cfg_root(c);
	assert_int_equal(cfg_type(root), CFG_GROUP);
	assert_null(cfg_name(root));
	assert_int_equal(cfg_length(root), 2);
	assert_null(cfg_at(root, 2));
	assert_null(cfg_child(root, "missing"));
	assert_null(cfg_child(root, "group.whole"));

	const struct cfg_node *name = child(root, "name"), *group = child(root, "group");
	assert_int_equal(cfg_line(name), 2);
	assert_int_equal(cfg_length(name), 0);
	assert_null(cfg_at(name, 0));
	assert_null(cfg_child(name, "x"));
	assert_int_equal(cfg_length(group), 5);
	assert_string_equal(cfg_name(cfg_at(group, 3)), "list");
	const char *text;
	assert_int_equal(cfg_text(c, name, &text, &e), 0);
	assert_string_equal(text, "x");
	int64_t i;
	double r;
	bool b;
	assert_int_equal(cfg_int(c, child(group, "whole"), &i, &e), 0);
	assert_int_equal(i, 3);
	assert_int_equal(cfg_real(c, child(group, "whole"), &r, &e), 0);
	assert_true(r == 3);
	assert_int_equal(cfg_real(c, child(group, "real"), &r, &e), 0);
	assert_true(r == 2.5);
	assert_int_equal(cfg_bool(c, child(group, "yes"), &b, &e), 0);
	assert_true(b);

	const struct cfg_node *list = child(group, "list"), *array = child(group, "array");
	assert_int_equal(cfg_type(list), CFG_LIST);
	assert_int_equal(cfg_type(array), CFG_LIST);
	assert_int_equal(cfg_length(list), 3);
	assert_null(cfg_name(cfg_at(list, 0)));
	assert_int_equal(cfg_type(cfg_at(list, 2)), CFG_GROUP);
	assert_int_equal(cfg_line(cfg_at(list, 1)), 5);
	assert_null(cfg_child(list, "three"));
	cfg_close(c);
	cfg_close(NULL);
}

static void
types_are_strict(void **state)
{
	(void)state;
	struct cfg *c;
	struct err e;
	int64_t i = 77;
	double r = 77;
	bool b;
	const char *text;
	char expected[256];

	assert_int_equal(open_text(&c, "real = 1.0;\ntext = \"1\";\nwhole = 1;\nlist = (0, { deep = true; });\nhuge = 1e999;\n", &e), 0);
	const struct cfg_node *root = cfg_root(c);
	assert_int_equal(cfg_int(c, child(root, "real"), &i, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	snprintf(expected, sizeof expected, "%s:1: real must be an integer, not real", path);
	assert_string_equal(e.msg, expected);
	assert_int_equal(cfg_real(c, child(root, "text"), &r, &e), -1);
	snprintf(expected, sizeof expected, "%s:2: text must be a number, not text", path);
	assert_string_equal(e.msg, expected);
	assert_int_equal(cfg_bool(c, child(root, "whole"), &b, &e), -1);
	assert_int_equal(cfg_text(c, child(root, "whole"), &text, &e), -1);
	snprintf(expected, sizeof expected, "%s:3: whole must be text in quotes, not integer", path);
	assert_string_equal(e.msg, expected);
	assert_int_equal(cfg_int(c, child(root, "list"), &i, &e), -1);
	assert_int_equal(cfg_text(c, cfg_child(cfg_at(child(root, "list"), 1), "deep"), &text, &e), -1);
	snprintf(expected, sizeof expected, "%s:4: list.[1].deep must be text in quotes, not boolean", path);
	assert_string_equal(e.msg, expected);
	assert_int_equal(cfg_real(c, child(root, "huge"), &r, &e), -1);
	assert_non_null(strstr(e.msg, "finite"));
	assert_int_equal(cfg_bool(c, root, &b, &e), -1);
	assert_non_null(strstr(e.msg, "the file must be"));
	assert_int_equal(i, 77);
	assert_true(r == 77);
	cfg_close(c);

	static const char *const names[] = { "group", "list", "integer", "real", "boolean", "text" };
	for (int t = CFG_GROUP; t <= CFG_TEXT; t++)
		assert_string_equal(cfg_type_name((enum cfg_type)t), names[t]);
}

static void
integers_keep_all_their_bits(void **state)
{
	(void)state;
	static const struct { const char *text; int64_t v; } cases[] = {
		{ "a=2147483647;", INT32_MAX }, { "a=2147483648;", INT64_C(2147483648) },
		{ "a=-2147483649;", INT64_C(-2147483649) }, { "a = 5000000000", INT64_C(5000000000) },
		{ "a=5000000000L;", INT64_C(5000000000) }, { "a:9223372036854775807;", INT64_MAX },
		{ "a=-9223372036854775808;", INT64_MIN }, { "a=0x7FFFFFF;", 0x7FFFFFF }, { "a=+5;", 5 },
		{ "a=1; // 99999999999999999999 \"", 1 }, { "a=1; /* 99999999999999999999 @include */", 1 },
		{ "b=\"99999999999999999999 \\\" @include\"; a=1;", 1 }, { "# @include \"x\"\na=1;", 1 },
		{ "b=\"\\\\\"; a=5000000000;", INT64_C(5000000000) }, { "b9999999999999999999=1; a=1;", 1 }, { "a=0007;", 7 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct cfg *c;
		struct err e;
		int64_t v;
		if (open_text(&c, cases[i].text, &e) != 0)
			fail_msg("%s: %s", cases[i].text, e.msg);
		assert_int_equal(cfg_int(c, child(cfg_root(c), "a"), &v, &e), 0);
		if (v != cases[i].v)
			fail_msg("%s: %lld", cases[i].text, (long long)v);
		cfg_close(c);
	}
	assert_refused("a=1;\nb=9223372036854775808;", ":2: the number is too large");
	assert_refused("a=-9223372036854775809;", ":1: the number is too large");
	assert_refused("a=99999999999999999999999999999999999999999999;", ":1: the number is too large");
	assert_refused("a=0000000000000000000000005000000000;", ":1: the number is too large");
	assert_refused("a=0xFFFFFFFF;", ":1: a hexadecimal number has at most 7 digits; write a larger one in decimal");
}

static void
reals_are_left_alone(void **state)
{
	(void)state;
	static const struct { const char *text; double v; } cases[] = {
		{ "a=.99999999999999999999;", 1 }, { "a=99999999999999999999.0;", 1e20 }, { "a=1e5;", 1e5 },
		{ "a=-2.5E-3;", -0.0025 }, { "a=3000000000;", 3e9 }, { "a=1.;", 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct cfg *c;
		struct err e;
		double v;
		if (open_text(&c, cases[i].text, &e) != 0)
			fail_msg("%s: %s", cases[i].text, e.msg);
		assert_int_equal(cfg_real(c, child(cfg_root(c), "a"), &v, &e), 0);
		assert_true(v == cases[i].v);
		cfg_close(c);
	}
}

static void
bad_files_name_the_line(void **state)
{
	(void)state;
	struct cfg *c;
	struct err e;

	assert_refused("a=1;\nb=;\n", ":2: syntax error");
	assert_refused("a=1;\n\na=2;\n", ":3: duplicate setting name");
	assert_refused("a=nan;", ":1: syntax error");
	assert_refused("a={b=1;", ":1: syntax error");
	assert_refused("a=\"open", ":1: syntax error");
	assert_refused("\xef\xbb\xbf" "a=1;", ":1: syntax error");
	assert_refused("a=1;\n@include \"/\"\n", ":2: @include is not supported: put the settings into this file");
	assert_refused("a=1;\n  @include \"/etc/passwd\"\n", ":2: @include is not supported: put the settings into this file");
	assert_int_equal(open_bytes(&c, "a=1;\n\0b=2;\n", 11, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.msg, ":2: a NUL byte"));
	/* Inside a comment or a string it would end the text unseen just as well. */
	assert_int_equal(open_bytes(&c, "#\0\na=", 5, &e), -1);
	assert_int_equal(open_bytes(&c, "a=\"\0\";", 6, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
}

static void
an_empty_file_is_an_empty_group(void **state)
{
	(void)state;
	struct cfg *c;
	struct err e;
	assert_int_equal(open_text(&c, "", &e), 0);
	assert_int_equal(cfg_length(cfg_root(c)), 0);
	cfg_close(c);
	assert_int_equal(open_text(&c, "/* open", &e), 0);
	assert_int_equal(cfg_length(cfg_root(c)), 0);
	cfg_close(c);
}

static void
files_that_are_none(void **state)
{
	(void)state;
	struct cfg *c = (struct cfg *)&c;
	struct err e;

	assert_int_equal(cfg_open(&c, "/nowhere/footfall.cfg", &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_null(c);
	assert_non_null(strstr(e.msg, "/nowhere/footfall.cfg"));
	assert_int_equal(cfg_open(&c, "/tmp", &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
}

static void
size_and_depth_are_limited(void **state)
{
	(void)state;
	struct buf b = {0};
	struct cfg *c;
	struct err e;

	for (int i = 0; i < 50000; i++)
		buf_puts(&b, "a=(");
	assert_int_equal(open_bytes(&c, b.data, b.len, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	buf_clear(&b);
	while (b.len <= 1 << 20)
		buf_puts(&b, "# a long comment\n");
	assert_int_equal(open_bytes(&c, b.data, b.len, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	/* Many lines: libconfig's older counters have 16 bits. */
	buf_clear(&b);
	for (int i = 0; i < 70000; i++)
		buf_putc(&b, '\n');
	buf_puts(&b, "a=1;");
	assert_int_equal(open_bytes(&c, b.data, b.len, &e), 0);
	assert_int_equal(cfg_line(cfg_child(cfg_root(c), "a")), 70001);
	cfg_close(c);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tree_is_as_written),
		cmocka_unit_test(types_are_strict),
		cmocka_unit_test(integers_keep_all_their_bits),
		cmocka_unit_test(reals_are_left_alone),
		cmocka_unit_test(bad_files_name_the_line),
		cmocka_unit_test(an_empty_file_is_an_empty_group),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(size_and_depth_are_limited),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
