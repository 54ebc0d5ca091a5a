/*
 * text, rows, gz: what all readers of lines stand on.
 */
#include "truth_test.h"

#include "out/gz.h"
#include "out/out.h"

/* All rows as one line: fields joined by |, rows by /. */
static int
joined(enum rows_kind kind, const char *text, size_t n, struct buf *out, struct err *e)
{
	struct held h = hold_n(text, n);
	struct rows r;
	int got = -1;
	buf_clear(out);
	*e = (struct err) {0};
	if (rows_init(&r, kind, "f", h.span, e) == 0) {
		while ((got = rows_next(&r, e)) > 0) {
			for (size_t i = 0; i < r.nfields && i < ROW_FIELDS; i++)
				buf_printf(out, "%s%s", i > 0 ? "|" : "", r.field[i]);
			buf_printf(out, "@%zu/", r.line);
		}
	}
	rows_free(&r);
	free(h.data);
	return got;
}

static void
test_rows(void **state)
{
	(void)state;
	static const struct { enum rows_kind kind; const char *text, *rows; } good[] = {
		{ ROWS_SPACES, "a b\r\n\r\n \t c\td \n", "a|b@1/c|d@3/" }, { ROWS_SPACES, "x", "x@1/" }, { ROWS_SPACES, "", "" },
		{ ROWS_SPACES, "\xEF\xBB\xBF" "1 2", "1|2@1/" }, { ROWS_SPACES, "\"a b\"", "\"a|b\"@1/" },
		{ ROWS_CSV, "a,b\r\n\r\n,\r\n\"x,\"\"y\"\"\",\"2\nlines\"\r\nlast,", "a|b@1/|@3/x,\"y\"|2\nlines@4/last|@6/" },
		{ ROWS_CSV, "\"\"\n", "@1/" }, { ROWS_CSV, "a, b ,c", "a| b |c@1/" }, { ROWS_CSV, "\"a\"", "a@1/" },
		{ ROWS_CSV, "\"a\"\r\n\"b\"\r\n", "a@1/b@2/" }, { ROWS_CSV, "a\rb,c\r", "a\rb|c@1/" },
	};
	struct buf have = {0};
	struct err e;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		if (joined(good[i].kind, good[i].text, strlen(good[i].text), &have, &e) != 0)
			fail_msg("%s: %s", good[i].text, e.msg);
		assert_string_equal(buf_str(&have), good[i].rows);
	}
	static const struct refusal bad[] = {
		{ "a\n\"b", "f:2: a quote is opened" }, { "\"a\" ,b", "f:1: text behind" }, { "a\"b", "f:1: a quote amid" },
		{ "\"a\"\"", "never closed" }, { "ok\n\xFF", "f:2: byte 0xff is not UTF-8" }, { "\xFE\xFF", "UTF-16" }, { "\x1F\x8B\x08", "compressed" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (joined(ROWS_CSV, bad[i].text, strlen(bad[i].text), &have, &e) != -1)
			fail_msg("taken: %s", bad[i].text);
		says(&e, ERR_DATA, bad[i].says, bad[i].text);
	}
	assert_int_equal(joined(ROWS_CSV, "a\n\0b", 4, &have, &e), -1);
	says(&e, ERR_DATA, "f:2: a NUL", "NUL");
	/* more fields than are kept are counted */
	struct buf many = {0};
	for (int i = 0; i < 1000; i++)
		buf_puts(&many, "1 ");
	struct rows r;
	assert_int_equal(rows_init(&r, ROWS_SPACES, "f", (struct span) { many.data, many.len }, &e), 0);
	assert_int_equal(rows_next(&r, &e), 1);
	assert_int_equal(r.nfields, 1000);
	rows_free(&r);
	buf_free(&many);
	buf_free(&have);
}

static void
test_gz(void **state)
{
	(void)state;
	char *folder = make_folder(), *gz = file_join(folder, "x.json.gz"), *plain = file_join(folder, "x.json");
	struct out *o;
	struct err e;
	struct buf packed = {0}, text = {0}, raw = {0};
	for (int i = 0; i < 2; i++) {
		assert_int_equal(out_open(&o, i == 0 ? gz : plain, &e), 0);
		for (int k = 0; k < 100000; k++)
			out_printf(o, "%d,", k % 10);
		assert_int_equal(out_close(o, &e), 0);
	}
	assert_int_equal(file_read(gz, 1 << 20, &packed, &e), 0);
	assert_true(packed.len < 10000 && gz_is(packed.data, packed.len));
	assert_int_equal(gz_read(gz, 1 << 20, &text, &e), 0);
	assert_int_equal(gz_read(plain, 1 << 20, &raw, &e), 0);
	assert_int_equal(text.len, 200000);
	assert_int_equal(raw.len, 200000);
	assert_memory_equal(text.data, raw.data, raw.len);
	/* two members one behind the other are one text */
	size_t one = packed.len;
	struct held first = hold_n(packed.data, one);
	buf_add(&packed, first.data, one);
	free(first.data);
	buf_clear(&text);
	assert_int_equal(gz_unpack("x", packed.data, packed.len, 1 << 20, &text, &e), 0);
	assert_int_equal(text.len, 400000);

	/* too large when unpacked; cut at every place; a byte changed; something behind */
	assert_int_equal(gz_read(gz, 199999, &text, &e), -1);
	says(&e, ERR_DATA, "too large", "199999");
	for (size_t n = 2; n < one; n += 7) {
		buf_clear(&text);
		assert_int_equal(gz_unpack("x", packed.data, n, 1 << 20, &text, &e), -1);
		says(&e, ERR_DATA, "cut short", "cut");
	}
	packed.data[one - 6] ^= 1;
	assert_int_equal(gz_unpack("x", packed.data, one, 1 << 20, &text, &e), -1);
	says(&e, ERR_DATA, "damaged", "changed");
	packed.data[one - 6] ^= 1;
	packed.data[one] = 'x';
	assert_int_equal(gz_unpack("x", packed.data, one + 1, 1 << 20, &text, &e), -1);
	assert_int_equal(gz_read("/nowhere/x.gz", 1 << 20, &text, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	buf_free(&packed);
	buf_free(&text);
	buf_free(&raw);
	free(gz);
	free(plain);
	drop_folder(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_gz) };
	return cmocka_run_group_tests_name("truth_rows", tests, NULL, NULL);
}
