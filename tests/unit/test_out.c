/*
 * out: where bytes go, and the escaping of JSON, CSV and XML.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "out/out.h"
#include "out/utf8.h"

/* ---- help ---- */

/* A folder of its own for each test, and how many names are in it. */
static char *
make_folder(void)
{
	char *path = mem_strdup("/tmp/footfall-out-XXXXXX");
	assert_non_null(mkdtemp(path));
	return path;
}

static int
count_files(const char *folder)
{
	DIR *d = opendir(folder);
	assert_non_null(d);
	int n = -2;		/* . and .. */
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
remove_folder(char *folder)
{
	char *command = mem_printf("rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
	free(command);
	free(folder);
}

static void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
assert_file(const char *path, const char *text)
{
	struct buf b = {0};
	struct err e;
	assert_int_equal(file_read(path, 1 << 20, &b, &e), 0);
	assert_string_equal(buf_str(&b), text);
	buf_free(&b);
}

#define ASSERT_WRITES(expected, ...) do { \
	struct buf b_ = {0}; \
	struct err e_; \
	struct out *o = out_buf(&b_); \
	__VA_ARGS__; \
	assert_int_equal(out_close(o, &e_), 0); \
	assert_string_equal(buf_str(&b_), expected); \
	buf_free(&b_); \
} while (0)

/* ---- UTF-8 ---- */

static void
utf8_knows_characters_from_noise(void **state)
{
	(void)state;
	static const struct { const char *s; size_t n, taken; uint32_t code; } cases[] = {
		{ "a", 1, 1, 'a' },
		{ "\0", 1, 1, 0 },
		{ "\x7f", 1, 1, 0x7f },
		{ "\xc2\x80", 2, 2, 0x80 },
		{ "\xdf\xbf", 2, 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
		{ "\x80", 1, 1, UTF8_BAD },			/* continuation alone */
		{ "\xc0\x80", 2, 1, UTF8_BAD },			/* overlong NUL */
		{ "\xc1\xbf", 2, 1, UTF8_BAD },
		{ "\xe0\x9f\xbf", 3, 1, UTF8_BAD },		/* overlong */
		{ "\xed\xa0\x80", 3, 1, UTF8_BAD },		/* surrogate */
		{ "\xf0\x8f\xbf\xbf", 4, 1, UTF8_BAD },		/* overlong */
		{ "\xf4\x90\x80\x80", 4, 1, UTF8_BAD },		/* above U+10FFFF */
		{ "\xf5\x80\x80\x80", 4, 1, UTF8_BAD },
		{ "\xff", 1, 1, UTF8_BAD },
		{ "\xe2\x82", 2, 2, UTF8_BAD },			/* cut */
		{ "\xe2\x82\xac", 2, 2, UTF8_BAD },		/* cut by n */
		{ "\xe2\x82""a", 3, 2, UTF8_BAD },
		{ "\xf0\x9f\x98", 3, 3, UTF8_BAD },
		{ "\xe2", 1, 1, UTF8_BAD },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t code = 1;
		assert_int_equal(utf8_take(cases[i].s, cases[i].n, &code), cases[i].taken);
		assert_int_equal(code, cases[i].code);
	}
}

/* ---- numbers ---- */

static void
reals_read_back_the_same(void **state)
{
	(void)state;
	static const struct { double v; const char *text; } cases[] = {
		{ 0, "0" }, { -0.0, "-0" }, { 1, "1" }, { 0.1, "0.1" }, { 0.1 + 0.2, "0.30000000000000004" },
		{ 1.0 / 3, "0.3333333333333333" }, { 1e300, "1e+300" }, { 100, "100" }, { 123456.789, "123456.789" },
		{ 0.7, "0.7" }, { -2.5, "-2.5" }, { NAN, "null" }, { INFINITY, "null" }, { -INFINITY, "null" },
	};
	char text[32];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(out_real_text(cases[i].v, text), cases[i].text);

	/* Any bit pattern: the text is the number. */
	uint64_t bits = 88172645463325252U;
	for (int i = 0; i < 100000; i++) {
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		double v;
		memcpy(&v, &bits, sizeof v);
		if (isfinite(v))
			assert_true(strtod(out_real_text(v, text), NULL) == v);
	}
	assert_true(strtod(out_real_text(5e-324, text), NULL) == 5e-324);
}

static void
the_locale_does_not_matter(void **state)
{
	(void)state;
	static const char *const locales[] = { "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "ps_AF.UTF-8" };
	bool found = false;
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		char text[32];
		if (setlocale(LC_NUMERIC, locales[i]) == NULL)
			continue;
		found = true;
		assert_string_equal(out_real_text(-1.5e-7, text), "-1.5e-07");
		assert_string_equal(out_real_text(1234.5, text), "1234.5");
		ASSERT_WRITES("0.25\n", out_json_real(o, NULL, 0.25));
		setlocale(LC_NUMERIC, "C");
	}
	if (!found) {
		print_message("skipped: no locale with another decimal point is installed\n");
		skip();
	}
}

/* ---- JSON ---- */

static void
json_keeps_commas_and_nesting(void **state)
{
	(void)state;
	ASSERT_WRITES(
		"{\"a\":1,\"b\":[1,\"x\",null,true,false,{},[]],\"c\":{\"d\":0.5,\"e\":null},\"f\":[9]}\n",
		out_json_object(o, NULL);
		out_json_int(o, "a", 1);
		out_json_array(o, "b");
		out_json_int(o, NULL, 1);
		out_json_text(o, NULL, "x");
		out_json_null(o, NULL);
		out_json_bool(o, NULL, true);
		out_json_bool(o, NULL, false);
		out_json_object(o, NULL);
		out_json_end(o);
		out_json_array(o, NULL);
		out_json_end(o);
		out_json_end(o);
		out_json_object(o, "c");
		out_json_real(o, "d", 0.5);
		out_json_real(o, "e", NAN);
		out_json_end(o);
		out_json_raw(o, "f", "[9]");
		out_json_end(o));
}

static void
json_lines_stand_alone(void **state)
{
	(void)state;
	ASSERT_WRITES("{\"a\":-9223372036854775808}\n{}\n[]\n\"x\"\nnull\n",
		out_json_object(o, NULL);
		out_json_int(o, "a", INT64_MIN);
		out_json_end(o);
		out_json_object(o, NULL);
		out_json_end(o);
		out_json_array(o, NULL);
		out_json_end(o);
		out_json_text(o, NULL, "x");
		out_json_text(o, NULL, NULL));
}

static void
json_reaches_sixteen_deep(void **state)
{
	(void)state;
	ASSERT_WRITES("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\n",
		for (int i = 0; i < 16; i++)
			out_json_array(o, NULL);
		out_json_int(o, NULL, 1);
		for (int i = 0; i < 16; i++)
			out_json_end(o));
}

static void
json_escapes_text(void **state)
{
	(void)state;
	ASSERT_WRITES("\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f/\x7f\"\n",
		out_json_text(o, NULL, "a\"b\\c\n\r\t\b\f\x01\x1f/\x7f"));
	ASSERT_WRITES("\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"\n",
		out_json_text(o, NULL, "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
	ASSERT_WRITES("\"\"\n", out_json_text(o, NULL, ""));
	/* Keys come from the world too: names of slices, of settings. */
	ASSERT_WRITES("{\"\\\"\\n\xEF\xBF\xBD\":0}\n",
		out_json_object(o, NULL);
		out_json_int(o, "\"\n\xff", 0);
		out_json_end(o));
}

#define FFFD "\xEF\xBF\xBD"

static void
json_replaces_what_is_not_utf8(void **state)
{
	(void)state;
	ASSERT_WRITES("\"a" FFFD "b\"\n", out_json_text(o, NULL, "a\xff""b"));
	ASSERT_WRITES("\"" FFFD FFFD "\"\n", out_json_text(o, NULL, "\xc0\xaf"));		/* overlong '/' */
	ASSERT_WRITES("\"" FFFD FFFD FFFD "\"\n", out_json_text(o, NULL, "\xed\xa0\x80"));	/* surrogate */
	ASSERT_WRITES("\"" FFFD "\"\n", out_json_text(o, NULL, "\xe2\x82"));		/* cut at the end */
	ASSERT_WRITES("\"" FFFD "\\\"\"\n", out_json_text(o, NULL, "\xe2\x82\""));	/* must not eat the quote */
	ASSERT_WRITES("\"" FFFD "\\\\\"\n", out_json_text(o, NULL, "\xf0\\"));
}

/* ---- CSV ---- */

static void
csv_quotes_what_needs_it(void **state)
{
	(void)state;
	ASSERT_WRITES("a,,\"b,c\",\"say \"\"hi\"\"\",\"x\ny\",\"\r\",\"\"\"\", plain \n",
		out_csv_text(o, "a");
		out_csv_text(o, NULL);
		out_csv_text(o, "b,c");
		out_csv_text(o, "say \"hi\"");
		out_csv_text(o, "x\ny");
		out_csv_text(o, "\r");
		out_csv_text(o, "\"");
		out_csv_text(o, " plain ");
		out_csv_end(o));
}

static void
csv_rows_and_numbers(void **state)
{
	(void)state;
	ASSERT_WRITES("1,-2.5,,x\n,9223372036854775807\n0.1\n",
		out_csv_int(o, 1);
		out_csv_real(o, -2.5);
		out_csv_real(o, NAN);
		out_csv_text(o, "x");
		out_csv_end(o);
		out_csv_real(o, INFINITY);
		out_csv_int(o, INT64_MAX);
		out_csv_end(o);
		out_csv_real(o, 0.1);
		out_csv_end(o));
}

/* ---- XML ---- */

static void
xml_text_is_inert(void **state)
{
	(void)state;
	ASSERT_WRITES("&lt;script a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;",
		out_xml_text(o, "<script a=\"1\" b='2'>&amp;"));
	ASSERT_WRITES("a\tb\ncd", out_xml_text(o, "a\tb\nc\x01\x08\x0b\r\x1b\x7f\xc2\x85""d"));
	ASSERT_WRITES("\xc3\xa9" FFFD "x" FFFD FFFD "\xe2\x82\xac", out_xml_text(o, "\xc3\xa9\xffx\xc0\xbc\xe2\x82\xac"));
	ASSERT_WRITES(FFFD FFFD, out_xml_text(o, "\xef\xbf\xbe\xef\xbf\xbf"));
	ASSERT_WRITES("", out_xml_text(o, ""));
}

/* ---- plain ---- */

static void
printf_takes_any_length(void **state)
{
	(void)state;
	char *long_text = mem_alloc(5001);
	memset(long_text, 'x', 5000);
	struct buf b = {0};
	struct err e;
	struct out *o = out_buf(&b);
	out_printf(o, "%d %s", 7, long_text);
	out_bytes(o, "\0z", 2);
	assert_int_equal(out_close(o, &e), 0);
	assert_int_equal(b.len, 2 + 5000 + 2);
	assert_memory_equal(b.data, "7 xxx", 5);
	assert_memory_equal(b.data + 5002, "\0z", 2);
	buf_free(&b);
	/* Lengths about the size of the buffer on the stack. */
	for (int n = 510; n <= 514; n++) {
		o = out_buf(&b);
		out_printf(o, "%.*s", n, long_text);
		assert_int_equal(out_close(o, &e), 0);
		assert_int_equal(b.len, n);
		buf_free(&b);
	}
	free(long_text);
}

/* ---- files ---- */

static void
file_appears_when_it_is_whole(void **state)
{
	(void)state;
	struct err e;
	struct out *o;
	char *folder = make_folder(), *path = file_join(folder, "a b'\n.html");

	write_text(path, "old");
	mode_t umask_was = umask(027);
	assert_int_equal(out_open(&o, path, &e), 0);
	umask(umask_was);
	out_puts(o, "new");
	assert_file(path, "old");
	assert_int_equal(count_files(folder), 2);
	assert_int_equal(out_close(o, &e), 0);
	assert_file(path, "new");
	assert_int_equal(count_files(folder), 1);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	free(path);
	remove_folder(folder);
}

static void
abandoned_file_leaves_nothing(void **state)
{
	(void)state;
	struct err e;
	struct out *o;
	char *folder = make_folder(), *path = file_join(folder, "x.csv"), *gz = file_join(folder, "x.csv.gz");

	assert_int_equal(out_open(&o, path, &e), 0);
	out_puts(o, "half");
	out_abandon(o);
	assert_int_equal(out_open(&o, gz, &e), 0);
	out_puts(o, "half");
	out_abandon(o);
	assert_int_equal(count_files(folder), 0);
	out_abandon(NULL);
	assert_int_equal(out_close(NULL, &e), 0);
	free(path);
	free(gz);
	remove_folder(folder);
}

static void
link_is_kept(void **state)
{
	(void)state;
	struct err e;
	struct out *o;
	char *folder = make_folder(), *path = file_join(folder, "real"), *link = file_join(folder, "link");

	write_text(path, "old");
	assert_int_equal(symlink("real", link), 0);
	assert_int_equal(out_open(&o, link, &e), 0);
	out_puts(o, "new");
	assert_int_equal(out_close(o, &e), 0);
	assert_file(path, "new");
	struct stat st;
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	free(path);
	free(link);
	remove_folder(folder);
}

static void
gz_by_name(void **state)
{
	(void)state;
	struct err e;
	struct out *o;
	char *folder = make_folder(), *path = file_join(folder, "rows.csv.gz");

	assert_int_equal(out_open(&o, path, &e), 0);
	for (int i = 0; i < 20000; i++)
		out_printf(o, "%d\n", i % 10);
	assert_int_equal(out_close(o, &e), 0);
	struct buf b = {0};
	assert_int_equal(file_read(path, 1 << 20, &b, &e), 0);
	assert_true(b.len > 20 && b.len < 4000);
	assert_memory_equal(b.data, "\x1f\x8b\x08", 3);
	/* The same rows make the same file: no time and no name in the header. */
	assert_memory_equal(b.data + 3, "\0\0\0\0\0", 5);
	buf_free(&b);
	char *command = mem_printf("gzip -dc '%s' | cksum | grep -q \"^$(i=0; while [ $i -lt 2000 ]; do "
		"printf '0\\n1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n'; i=$((i+1)); done | cksum)\"", path);
	assert_int_equal(system(command), 0);
	free(command);
	/* Not by a name that only looks like it. */
	free(path);
	path = file_join(folder, "rows.gz.csv");
	assert_int_equal(out_open(&o, path, &e), 0);
	out_puts(o, "plain");
	assert_int_equal(out_close(o, &e), 0);
	assert_file(path, "plain");
	free(path);
	remove_folder(folder);
}

/*
 * No test opens a device of the machine by name through out_open: run as root, a mistake there
 * would replace it.
 */

static void
full_disk_is_told(void **state)
{
	(void)state;
	struct err e;
	FILE *f = fopen("/dev/full", "w");

	assert_non_null(f);
	struct out *o = out_stream(f);
	for (int i = 0; i < 10000; i++)
		out_puts(o, "0123456789");
	assert_int_equal(out_close(o, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.msg, "No space left on device"));
	fclose(f);

	/* So little that it is only noticed at the flush. */
	f = fopen("/dev/full", "w");
	o = out_stream(f);
	out_puts(o, "x");
	assert_int_equal(out_close(o, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	fclose(f);
}

/* A limit on the size of files stands for a disk that fills up; the old file stays as it was. */
static void
a_file_that_cannot_grow_is_told(void **state)
{
	(void)state;
	/* Noticed while writing, and, of what fits the buffers, only at the end. */
	static const struct { const char *name; rlim_t limit; int numbers; } cases[] = {
		{ "x.csv", 4096, 50000 }, { "x.csv.gz", 4096, 50000 }, { "x.csv", 8, 10 }, { "x.csv.gz", 8, 10 },
	};
	struct err e;
	struct out *o;
	struct rlimit before, tight;
	char *folder = make_folder();

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = before;
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *path = file_join(folder, cases[i].name);
		tight.rlim_cur = cases[i].limit;
		write_text(path, "old");
		assert_int_equal(out_open(&o, path, &e), 0);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
		uint32_t x = 1;
		for (int k = 0; k < cases[i].numbers; k++) {
			x = x * 1664525 + 1013904223;
			out_printf(o, "%u,", x);
		}
		int r = out_close(o, &e);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_int_equal(r, -1);
		assert_int_equal(e.code, ERR_IO);
		assert_non_null(strstr(e.msg, cases[i].name));
		assert_non_null(strstr(e.msg, "File too large"));
		assert_file(path, "old");
		free(path);
	}
	assert_int_equal(count_files(folder), 2);
	signal(SIGXFSZ, SIG_DFL);
	remove_folder(folder);
}

static void
pipes_are_not_replaced(void **state)
{
	(void)state;
	struct err e;
	struct out *o;
	struct stat st;
	char text[8] = "";
	char *folder = make_folder(), *path = file_join(folder, "pipe");

	assert_int_equal(mkfifo(path, 0600), 0);
	int fd = open(path, O_RDWR | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(out_open(&o, path, &e), 0);
	out_puts(o, "x\n");
	assert_int_equal(out_close(o, &e), 0);
	assert_int_equal(read(fd, text, sizeof text - 1), 2);
	assert_string_equal(text, "x\n");
	close(fd);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(count_files(folder), 1);
	free(path);
	remove_folder(folder);
}

static void
places_that_cannot_be_written(void **state)
{
	(void)state;
	struct err e;
	struct out *o = (struct out *)&e;

	assert_int_equal(out_open(&o, "/nowhere/at/all.csv", &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_null(o);
	assert_non_null(strstr(e.msg, "/nowhere/at/all.csv"));
	assert_int_equal(out_open(&o, "/tmp", &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(out_open(&o, "", &e), -1);
	assert_int_equal(e.code, ERR_IO);
	/* The folder goes away in between: what was written is lost, and said to be. */
	char *folder = make_folder(), *path = file_join(folder, "x");
	assert_int_equal(out_open(&o, path, &e), 0);
	out_puts(o, "x");
	remove_folder(folder);
	assert_int_equal(out_close(o, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_knows_characters_from_noise),
		cmocka_unit_test(reals_read_back_the_same),
		cmocka_unit_test(the_locale_does_not_matter),
		cmocka_unit_test(json_keeps_commas_and_nesting),
		cmocka_unit_test(json_lines_stand_alone),
		cmocka_unit_test(json_reaches_sixteen_deep),
		cmocka_unit_test(json_escapes_text),
		cmocka_unit_test(json_replaces_what_is_not_utf8),
		cmocka_unit_test(csv_quotes_what_needs_it),
		cmocka_unit_test(csv_rows_and_numbers),
		cmocka_unit_test(xml_text_is_inert),
		cmocka_unit_test(printf_takes_any_length),
		cmocka_unit_test(file_appears_when_it_is_whole),
		cmocka_unit_test(abandoned_file_leaves_nothing),
		cmocka_unit_test(link_is_kept),
		cmocka_unit_test(gz_by_name),
		cmocka_unit_test(full_disk_is_told),
		cmocka_unit_test(a_file_that_cannot_grow_is_told),
		cmocka_unit_test(pipes_are_not_replaced),
		cmocka_unit_test(places_that_cannot_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
