/*
 * The page: what must be on it, what never may be, and that its markup is well formed.
 */
#include "page_test.h"
#include "report_test.h"

static void
test_whole_page(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t first, run = add_run(d, (struct test_run) { .source = "hall.mp4", .face = true, .gender = true });
	assert_int_equal(when_parse("2026-11-21T02:20:00Z", &first), 0);
	for (int i = 0; i < 20; i++)
		if (i != 7)
			add_minute(d, run, first + M(i), 600, i == 8 ? 20000 : 60000, 4 + i % 3, 1, 2);
	struct buf b = report_text(d, NULL, report_html);
	check_page(&b);
	has(&b, "<b>hall.mp4</b> &#183; 21 November 2026, 02:20\u201302:40 UTC");
	assert_int_equal(count(&b, "role=\"img\""), 2);
	assert_int_equal(count(&b, "viewBox=\"0 0 1000"), 3);	/* two charts and the shares */
	has(&b, "<title id=\"people-t1\">People per minute: hall.mp4</title>");
	has(&b, "<desc id=\"gender-d1\">");
	lacks(&b, "02:27</th>");
	assert_int_equal(count(&b, "<th scope=\"row\">"), 19);
	has(&b, "<td class=\"part\">33 %</td>");
	has(&b, "of 20 in the period");
	has(&b, "yolo <code>aabbccddeeff</code>");
	has(&b, "768\u2009\u00d7\u2009576 pixels");
	has(&b, "<code>person.min_score = 0.25</code>");
	has(&b, "<code>input.square = true</code>");
	has(&b, "20 read, 10 analysed");
	has(&b, "<code>f00d</code>");
	has(&b, "OpenCV 4.6.0");
	has(&b, "estimate from the appearance");
	/* The missing minute breaks the line of averages: it starts anew after it. */
	const char *line = strstr(buf_str(&b), "class=\"average\" d=\"M0.00");
	assert_non_null(line);
	size_t starts = 0;
	for (line = strchr(line, 'M'); *line != '"'; line++)
		starts += *line == 'M';
	assert_int_equal(starts, 2);
	/* The same database makes the same page. */
	struct buf again = report_text(d, NULL, report_html);
	assert_string_equal(buf_str(&b), buf_str(&again));
	buf_free(&again);
	buf_free(&b);
	store_close(s);
}

static void
test_hostile_text(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	struct err e;
	struct stmt *q;
	int64_t run = add_run(d, (struct test_run) { .source = EVIL, .status = "failed", .error = EVIL, .face = true, .gender = true,
	    .settings = "{\"<b>\":\"</style><script>\",\"list\":[1,\"<i>\"],\"none\":null}" });
	add_minute(d, run, M(3), 10, 60000, 1, 0, 0);
	good(stmt_new(&q, d, "UPDATE model SET name = :evil", &e), &e);
	stmt_bind_text(q, ":evil", EVIL);
	good(stmt_run(q, &e), &e);
	stmt_free(q);
	good(stmt_new(&q, d, "UPDATE run SET version = :evil, opencv = :evil, input_sha256 = :evil", &e), &e);
	stmt_bind_text(q, ":evil", EVIL);
	good(stmt_run(q, &e), &e);
	stmt_free(q);
	struct buf b = report_text(d, NULL, report_html);
	check_page(&b);
	has(&b, "<b>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;</b>");
	has(&b, "<code>none = none</code>");
	lacks(&b, "alert(\"");
	lacks(&b, "<i>");
	buf_free(&b);
	store_close(s);
}

static void
test_edges(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t run = add_run(d, (struct test_run) { .source = "a", .clock = "none" });
	/* One minute, one frame of no length, nobody there, no gender stage. */
	add_minute(d, run, M(0), 1, 0, 0, 0, 0);
	struct buf b = report_text(d, NULL, report_html);
	check_page(&b);
	has(&b, "00:00\u201300:01 in the recording");
	has(&b, "nobody was seen");
	has(&b, "no gender network ran");
	has(&b, "gender was not estimated");
	lacks(&b, "1970-01-01 00:00 UTC</p>");
	assert_int_equal(count(&b, "role=\"img\""), 1);
	lacks(&b, "estimate from the appearance");
	buf_free(&b);
	store_close(s);

	/* The motion gate is told of where it was on. */
	s = new_store();
	d = store_db(s);
	struct err e;
	run = add_run(d, (struct test_run) { .source = "a", .settings = "{\"gate.threshold\":4}" });
	add_minute(d, run, M(0), 1600, 60000, 1, 0, 0);
	b = report_text(d, NULL, report_html);
	has(&b, "<td>1,600</td><td>0 %</td>");
	buf_free(&b);
	good(db_exec(d, "UPDATE minute SET gated = 1200", &e), &e);
	b = report_text(d, NULL, report_html);
	check_page(&b);
	has(&b, "<th scope=\"col\">Gated</th>");
	has(&b, "<td>1,600</td><td>75 %</td>");
	has(&b, "1,200 with the result of an earlier one");
	has(&b, "<dt>Gated</dt>");
	buf_free(&b);
	good(db_exec(d, "UPDATE run SET settings = '{}'", &e), &e);
	b = report_text(d, NULL, report_html);
	lacks(&b, "Gated");
	lacks(&b, "earlier one");
	buf_free(&b);
	store_close(s);

	/* With a gender stage and nobody there. */
	s = new_store();
	d = store_db(s);
	run = add_run(d, (struct test_run) { .source = "a", .face = true, .gender = true, .no_person = true });
	add_minute(d, run, M(0), 5, 60000, 0, 0, 0);
	b = report_text(d, NULL, report_html);
	check_page(&b);
	has(&b, "each face counts as a person");
	buf_free(&b);
	store_close(s);

	/* The first and the last minute that RFC 3339 can write. */
	s = new_store();
	d = store_db(s);
	run = add_run(d, (struct test_run) { .source = "a" });
	int64_t first, last;
	assert_int_equal(when_parse("0001-01-01T00:00:00Z", &first), 0);
	assert_int_equal(when_parse("9999-12-31T23:59:00Z", &last), 0);
	add_minute(d, run, first, 5, 60000, 1, 0, 0);
	add_minute(d, run, last, 5, 60000, 1000000, 0, 0);
	b = report_text(d, NULL, report_html);
	check_page(&b);
	has(&b, "one day");
	buf_free(&b);
	store_close(s);
}

static void
test_long_and_many(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	struct err e;
	int64_t run = add_run(d, (struct test_run) { .source = "a", .face = true, .gender = true });
	good(db_begin(d, &e), &e);
	for (int i = 0; i < 10000; i++)
		add_minute(d, run, M(i), 10, 60000, i % 9, i % 9 / 3, i % 9 / 3);
	good(db_commit(d, &e), &e);
	struct buf b = report_text(d, NULL, report_html);
	check_page(&b);
	has(&b, "average over one hour");
	assert_int_equal(count(&b, "<th scope=\"row\">"), 167);
	assert_true(b.len < 200000);
	buf_free(&b);
	store_close(s);

	s = new_store();
	d = store_db(s);
	good(db_begin(d, &e), &e);
	for (int i = 0; i < 30; i++) {
		char name[32];
		snprintf(name, sizeof name, "rec%02d.mp4", i);
		run = add_run(d, (struct test_run) { .source = name, .face = i % 2 == 0, .gender = i % 2 == 0 });
		add_minute(d, run, M(i), 10, 60000, 3, i % 2 == 0, 0);
	}
	good(db_commit(d, &e), &e);
	b = report_text(d, NULL, report_html);
	check_page(&b);
	has(&b, "The first 24 are charted");
	has(&b, "<a href=\"#s24\">");
	lacks(&b, "<a href=\"#s25\">");
	has(&b, "rec29.mp4");
	assert_int_equal(count(&b, "id=\"people-t"), 24);
	buf_free(&b);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_page),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_long_and_many),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
