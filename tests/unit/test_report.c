/*
 * The view behind all reports, and the table and JSON lines made of it.
 */
#include "report_test.h"

#include <math.h>

static void
near(double a, double b)
{
	assert_true(fabs(a - b) < 1e-12);
}

static struct report_view
load(struct db *d)
{
	static const struct report_query all = { 0 };
	struct report_view v;
	struct err e;
	good(report_view_load(&v, d, &all, &e), &e);
	return v;
}

static int
table_plain(struct db *d, const struct report_query *q, struct out *o, struct err *e)
{
	return report_table(d, q, o, REPORT_PLAIN, 0, e);
}

static int
table_rich(struct db *d, const struct report_query *q, struct out *o, struct err *e)
{
	return report_table(d, q, o, REPORT_BLOCKS | REPORT_COLOUR, 0, e);
}

static int
table_narrow(struct db *d, const struct report_query *q, struct out *o, struct err *e)
{
	return report_table(d, q, o, REPORT_PLAIN, 30, e);
}

static void
has(const struct buf *b, const char *text)
{
	if (strstr(buf_str(b), text) == NULL) {
		print_error("lacks \"%s\":\n%s\n", text, buf_str(b));
		fail();
	}
}

static void
lacks(const struct buf *b, const char *text)
{
	if (strstr(buf_str(b), text) != NULL) {
		print_error("has \"%s\":\n%s\n", text, buf_str(b));
		fail();
	}
}

static void
test_newest_run_speaks(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t silent = add_run(d, (struct test_run) { .source = "a" });
	int64_t first = add_run(d, (struct test_run) { .source = "a", .gender = true, .face = true });
	int64_t second = add_run(d, (struct test_run) { .source = "a", .status = "interrupted" });
	add_minute(d, silent, M(1), 10, 60000, 9, 0, 0);
	for (int i = 0; i < 4; i++)
		add_minute(d, first, M(i), 10, 60000, 3, 1, 1);
	add_minute(d, second, M(1), 30, 30000, 5, 0, 0);
	struct report_view v = load(d);
	assert_int_equal(v.nsources, 1);
	struct report_source *a = &v.sources[0];
	assert_int_equal(a->nminutes, 4);
	assert_int_equal(a->nruns, 2);
	assert_int_equal(a->left_out, 1);
	assert_int_equal(a->runs[0].id, first);
	assert_int_equal(a->minutes[1].people_sum, 150);
	/* Weighted by frames: (3 * 30 + 5 * 30) / 60. */
	near(report_bin_people(&v.total), 4.0);
	/* Gender only over the frames that had the stage. */
	assert_int_equal(v.total.gender_frames, 30);
	near(report_bin_men(&v.total), 1.0);
	near(report_bin_unknown(&v.total), 1.0);
	assert_true(isnan(report_bin_men(&a->minutes[1])));
	assert_true(report_bin_partial(&a->minutes[1]));
	report_view_free(&v);
	store_close(s);
}

static void
test_same_as_database_view(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t r1 = add_run(d, (struct test_run) { .source = "a", .kind = "camera", .clock = "wall" });
	int64_t r2 = add_run(d, (struct test_run) { .source = "a", .kind = "camera", .clock = "wall" });
	for (int i = 0; i < 5; i++)
		add_minute(d, r1, M(i), 10, 60000, i, 0, 0);
	for (int i = 4; i < 9; i++)
		add_minute(d, r2, M(i), 20, 40000, i + 1, 0, 0);
	struct report_view v = load(d);
	struct stmt *q;
	struct err e;
	size_t i = 0;
	good(stmt_new(&q, d, "SELECT time, people_avg, people_min, people_max, frames, coverage FROM people_per_minute ORDER BY time", &e), &e);
	for (; stmt_step(q, &e) == 1; i++) {
		const struct report_bin *m = &v.sources[0].minutes[i];
		assert_true(i < v.sources[0].nminutes);
		assert_int_equal(stmt_int(q, 0) * 1000, m->start_ms);
		near(stmt_real(q, 1), report_bin_people(m));
		assert_int_equal(stmt_int(q, 2), m->people_min);
		assert_int_equal(stmt_int(q, 3), m->people_max);
		assert_int_equal(stmt_int(q, 4), m->frames);
		near(stmt_real(q, 5), report_bin_coverage(m));
	}
	assert_int_equal(i, v.sources[0].nminutes);
	stmt_free(q);
	report_view_free(&v);
	store_close(s);
}

/* A camera: runs are added up, and where no frame came is said with its reason. */
static void
test_gaps(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	struct err e;
	int64_t at = INT64_C(1795228800000);	/* 2026-11-21T02:40:00Z */
	int64_t r1 = add_run(d, (struct test_run) { .source = "a", .kind = "camera", .clock = "wall", .status = "interrupted" });
	int64_t r2 = add_run(d, (struct test_run) { .source = "a", .kind = "camera", .clock = "wall" });
	int64_t file = add_run(d, (struct test_run) { .source = "f" });
	add_minute(d, r1, at, 10, 40000, 4, 1, 1);
	add_minute(d, r1, at + M(1), 10, 30000, 4, 1, 1);
	add_minute(d, r2, at + M(1), 30, 40000, 8, 1, 1);
	add_minute(d, r2, at + M(9), 10, 60000, 2, 1, 1);
	add_minute(d, file, at, 10, 60000, 1, 0, 0);
	char sql[800];
	snprintf(sql, sizeof sql, "INSERT INTO gap (run_id, from_ms, to_ms, reason, detail) VALUES (%lld, %lld, %lld, 'stall', 'no frame for 5 s'),"
	    " (%lld, %lld, NULL, 'closed', NULL), (%lld, %lld, %lld, 'connect', 'x' || char(27) || '<b>'), (%lld, %lld, NULL, 'crash', NULL);"
	    " UPDATE run SET started_ms = %lld WHERE id = %lld;"
	    " UPDATE minute SET age_median_ms = 40, age_p95_ms = 90, age_max_ms = 2500, frozen = 3, moved = 1 WHERE start_ms = %lld AND run_id = %lld;"
	    " UPDATE minute SET dropped = 17 WHERE run_id = %lld",
	    (long long)r1, (long long)at + 10000, (long long)at + 15500, (long long)r1, (long long)at + M(1) + 30000,
	    (long long)r2, (long long)at + M(2), (long long)at + M(9), (long long)r2, (long long)at + M(20),
	    (long long)at + M(1) + 40000, (long long)r2, (long long)at, (long long)r1, (long long)r1);
	good(db_exec(d, sql, &e), &e);

	struct report_view v = load(d);
	struct report_source *a = &v.sources[0];
	assert_string_equal(a->name, "a");
	assert_int_equal(a->nminutes, 3);
	assert_int_equal(a->nruns, 2);
	assert_int_equal(a->left_out, 0);
	assert_int_equal(a->minutes[1].frames, 40);
	assert_int_equal(a->minutes[1].minutes, 1);
	assert_int_equal(a->minutes[1].covered_ms, 60000);
	assert_int_equal(a->minutes[1].dropped, 17);
	near(report_bin_people(&a->minutes[1]), 7.0);
	assert_int_equal(a->ngaps, 4);
	assert_int_equal(a->gaps[1].to_ms, at + M(1) + 40000);	/* the next run began then */
	assert_false(a->gaps[1].open);
	assert_true(a->gaps[3].open);
	size_t from = 0;
	assert_int_equal(report_gaps_of(a, 0, &from), 1);
	from = 1;
	assert_int_equal(report_gaps_of(a, 1, &from), 1);
	from = 2;
	assert_int_equal(report_gaps_of(a, 2, &from), 2);
	assert_false(v.sources[1].live);
	report_view_free(&v);

	struct buf b = report_text(d, NULL, table_plain);
	has(&b, "  (no frames 2026-11-21 02:40:10 to 02:40:15, 5.5 s: stall, no frame for 5 s)\n");
	has(&b, "  (no frames 2026-11-21 02:41:30 to 02:41:40, 10 s: closed)\n");
	has(&b, "  (7 minutes not seen)\n");
	has(&b, ": connect, x?<b>)\n");
	has(&b, "  (no frames 2026-11-21 from 03:00:00 on: crash)\n");
	has(&b, "where they meet, added up");
	has(&b, "DROPPED");
	has(&b, "  90 ms");
	has(&b, "at most 2.5 s old");
	buf_free(&b);
	b = report_text(d, NULL, report_json);
	has(&b, "\"age_median_ms\":40,\"age_p95_ms\":90,\"age_max_ms\":2500,\"frozen\":3,\"dark\":0,\"moved\":1,"
	    "\"gaps\":[{\"from_utc\":\"2026-11-21T02:40:10Z\",\"to_utc\":\"2026-11-21T02:40:15.500Z\",\"reason\":\"stall\",\"detail\":\"no frame for 5 s\"}]}");
	has(&b, "\"age_median_ms\":null");
	has(&b, "{\"from_utc\":\"2026-11-21T03:00:00Z\",\"to_utc\":null,\"reason\":\"crash\",\"detail\":null}]}");
	buf_free(&b);
	b = report_text(d, NULL, report_html);
	has(&b, "4 gaps in which no frame came");
	has(&b, "connect: x");
	has(&b, "&lt;b&gt;");
	has(&b, "<th scope=\"col\">Dropped</th><th scope=\"col\">Age</th>");
	has(&b, "3 frames stood still");
	buf_free(&b);
	/* only those of the period, and of a recording no word of it */
	struct report_query q = { .has_from = true, .from_ms = at + M(9), .has_to = true, .to_ms = at + M(10) };
	b = report_text(d, &q, table_plain);
	has(&b, "connect");
	lacks(&b, "stall");
	lacks(&b, "crash");
	lacks(&b, "AGE");
	buf_free(&b);
	q = (struct report_query) { .source = "f" };
	b = report_text(d, &q, report_json);
	lacks(&b, "gaps");
	lacks(&b, "age_");
	buf_free(&b);
	good(db_exec(d, "UPDATE gap SET from_ms = -9223372036854775808", &e), &e);
	q = (struct report_query) { 0 };
	struct report_view w;
	assert_int_equal(report_view_load(&w, d, &q, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	report_view_free(&w);
	store_close(s);
}

static void
test_period_and_source(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t a = add_run(d, (struct test_run) { .source = "a" }), b = add_run(d, (struct test_run) { .source = "b" });
	for (int i = 0; i < 10; i++) {
		add_minute(d, a, M(i + 5), 10, 60000, 1, 0, 0);
		add_minute(d, b, M(i), 10, 60000, 2, 0, 0);
	}
	struct report_view v;
	struct err e;
	/* from is in, to is not; b began first and stands first. */
	struct report_query q = { .has_from = true, .from_ms = M(8), .has_to = true, .to_ms = M(12) };
	good(report_view_load(&v, d, &q, &e), &e);
	assert_int_equal(v.nsources, 2);
	assert_int_equal(v.total.minutes, 4 + 2);
	assert_int_equal(v.sources[0].minutes[0].start_ms, M(8));
	report_view_free(&v);
	v = load(d);
	assert_string_equal(v.sources[0].name, "b");
	report_view_free(&v);
	/* A source without minutes in the period is not there. */
	q = (struct report_query) { .has_from = true, .from_ms = M(12) };
	good(report_view_load(&v, d, &q, &e), &e);
	assert_int_equal(v.nsources, 1);
	assert_string_equal(v.sources[0].name, "a");
	report_view_free(&v);
	q = (struct report_query) { .source = "b" };
	good(report_view_load(&v, d, &q, &e), &e);
	assert_int_equal(v.nsources, 1);
	report_view_free(&v);

	q = (struct report_query) { .source = "a' OR 1" };
	assert_int_equal(report_view_load(&v, d, &q, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.msg, "a' OR 1"));
	report_view_free(&v);
	q = (struct report_query) { .has_to = true, .to_ms = M(-3) };
	assert_int_equal(report_view_load(&v, d, &q, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.msg, "1970-01-01T00:14:00Z"));
	report_view_free(&v);
	store_close(s);
	s = new_store();
	add_run(store_db(s), (struct test_run) { .source = "a" });
	q = (struct report_query) { 0 };
	assert_int_equal(report_view_load(&v, store_db(s), &q, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.msg, "no minutes yet"));
	report_view_free(&v);
	assert_false(db_in_transaction(store_db(s)));
	store_close(s);
}

static void
test_impossible_rows(void **state)
{
	(void)state;
	static const char *const changes[] = {
		"frames = -1",
		"frames = frames; UPDATE run SET started_ms = -9223372036854775807 - 1", "people_sum = people_sum + 1", "covered_ms = 60001", "start_ms = start_ms + 1",
		"start_ms = 253402300800000", "people_min = people_max + 1", "men_sum = -1, unknown_sum = people_sum + 1",
		"people_sum = 9223372036854775807, unknown_sum = 9223372036854775807",
		"dropped = -9223372036854775807 - 1", "faces_sum = 100000000000",
		"gated = -1", "gated = frames + 1", "gated = 9223372036854775807",
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct store *s = new_store();
		struct db *d = store_db(s);
		struct report_view v;
		struct report_query q = { 0 };
		struct err e;
		char sql[200];
		add_minute(d, add_run(d, (struct test_run) { .source = "a" }), M(0), 10, 60000, 3, 0, 0);
		good(db_exec(d, "PRAGMA ignore_check_constraints = ON", &e), &e);
		snprintf(sql, sizeof sql, "UPDATE minute SET %s", changes[i]);
		good(db_exec(d, sql, &e), &e);
		if (report_view_load(&v, d, &q, &e) != -1 || e.code != ERR_DATA) {
			print_error("%s was taken\n", changes[i]);
			fail();
		}
		report_view_free(&v);
		store_close(s);
	}
}

static void
test_bins(void **state)
{
	(void)state;
	static const struct {
		int64_t minutes, width_min;
	} cases[] = { { 1, 1 }, { 240, 1 }, { 241, 5 }, { 1200, 5 }, { 1201, 15 }, { 3600, 15 }, { 3601, 60 },
		{ 14400, 60 }, { 14401, 1440 }, { 5256000, 1440 } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		/* Only the first and the last minute of the span are there. */
		struct report_bin m[2] = {
			{ .start_ms = 0, .width_ms = M(1), .minutes = 1, .frames = 10, .people_sum = 20, .people_min = 1, .people_max = 2 },
			{ .start_ms = M(cases[i].minutes - 1), .width_ms = M(1), .minutes = 1, .frames = 30, .people_sum = 30, .people_max = 5 },
		};
		struct report_source s = { .minutes = m, .nminutes = cases[i].minutes > 1 ? 2 : 1,
			.total = { .start_ms = 0, .width_ms = M(cases[i].minutes) } };
		int64_t width;
		size_t n;
		struct report_bin *bins = report_bins(&s, &width, &n);
		assert_int_equal(width, M(cases[i].width_min));
		assert_int_equal(n, s.nminutes);
		assert_int_equal(bins[n - 1].start_ms, (cases[i].minutes - 1) / cases[i].width_min * width);
		free(bins);
	}
	/* Before 1970 too, bins begin at whole multiples, and sums are weighted by frames. */
	struct report_bin m[300];
	for (int i = 0; i < 300; i++)
		m[i] = (struct report_bin) { .start_ms = M(i - 303), .width_ms = M(1), .minutes = 1, .frames = i + 1,
			.covered_ms = 30000, .people_sum = (i + 1) * (i % 2), .people_min = i % 2, .people_max = i % 2 };
	struct report_source s = { .minutes = m, .nminutes = 300, .total = { .start_ms = M(-303), .width_ms = M(300) } };
	int64_t width;
	size_t n;
	struct report_bin *bins = report_bins(&s, &width, &n);
	assert_int_equal(width, M(5));
	assert_int_equal(bins[0].start_ms, M(-305));
	assert_int_equal(bins[0].minutes, 3);
	near(report_bin_people(&bins[0]), 2.0 / 6);
	assert_int_equal(bins[0].people_min, 0);
	assert_int_equal(bins[0].people_max, 1);
	near(report_bin_coverage(&bins[0]), 0.3);
	free(bins);
	/* The highest average is that of a half seen minute or more. */
	m[299].covered_ms = 29999;
	m[299].people_sum = 100000;
	assert_ptr_equal(report_busiest(&s), &m[1]);
}

static void
test_table(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t first, run = add_run(d, (struct test_run) { .source = "hall\033[31m\n.mp4" });
	assert_int_equal(when_parse("2026-11-21T02:20:00Z", &first), 0);
	add_minute(d, run, first, 600, 60000, 4, 0, 0);
	add_minute(d, run, first + M(1), 600, 59999, 0, 0, 0);
	add_minute(d, run, first + M(4), 100, 12000, 8, 0, 0);
	struct buf b = report_text(d, NULL, table_plain);
	has(&b, "hall?[31m?.mp4  768x576\nperson yolo\n");
	has(&b, "\nTIME (UTC)        PEOPLE");
	has(&b, "\n2026-11-21 02:20    4.00  ###############   ");
	has(&b, "\n2026-11-21 02:21    0.00   ");
	has(&b, "  99 %\n");
	has(&b, "\n  (2 minutes not seen)\n2026-11-21 02:24    8.00");
	has(&b, "  20 %\n");
	/* 4 * 600 + 8 * 100 over 1300 frames. */
	has(&b, "\n\naverage 2.46 people (weighted by frames), 3 minutes (2.2 min seen), 1 source\n");
	lacks(&b, "WOMEN");
	lacks(&b, "\033");
	lacks(&b, "\u2588");
	for (const char *line = buf_str(&b); *line != '\0'; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80);
	buf_free(&b);
	b = report_text(d, NULL, table_rich);
	has(&b, "\u2588");
	has(&b, "\033[33m 20 %\033[0m");
	lacks(&b, "\033[31m");
	buf_free(&b);
	b = report_text(d, NULL, table_narrow);
	has(&b, "\nTIME (UTC)        PEOPLE\n");
	buf_free(&b);
	store_close(s);
}

static void
test_table_in_recording(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t run = add_run(d, (struct test_run) { .source = "a", .clock = "none", .no_person = true, .face = true, .gender = true,
	    .status = "failed", .error = "disk\nfull" });
	add_minute(d, run, 0, 600, 60000, 3, 1, 1);
	add_minute(d, run, M(61), 600, 60000, 3, 2, 0);
	struct buf b = report_text(d, NULL, table_plain);
	has(&b, "time in the recording");
	has(&b, "each face counts as a person");
	has(&b, "failed: 10 frames analysed so far; disk?full\n");
	has(&b, "\n00:00");
	has(&b, "\n01:01");
	has(&b, "  MEN  WOMEN  UNKNOWN  FRAMES   SEEN\n");
	has(&b, " 2.00   0.00     1.00     600  100 %\n");
	lacks(&b, "1970");
	buf_free(&b);
	store_close(s);
}

static void
test_bar_eighths(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t run = add_run(d, (struct test_run) { .source = "a", .clock = "none" });
	/* The bar has 32 columns for 256 people. */
	add_minute(d, run, M(0), 1, 60000, 256, 0, 0);
	add_minute(d, run, M(1), 1, 60000, 9, 0, 0);
	add_minute(d, run, M(2), 1, 60000, 15, 0, 0);
	add_minute(d, run, M(3), 1000, 60000, 0, 0, 0);
	struct err e;
	struct report_query q = { 0 };
	struct buf b = { 0 };
	struct out *o = out_buf(&b);
	good(report_table(d, &q, o, REPORT_BLOCKS, 200, &e), &e);
	good(out_close(o, &e), &e);
	has(&b, " 9.00  \u2588\u258f   ");
	has(&b, " 15.00  \u2588\u2589   ");
	has(&b, " 0.00     ");
	buf_free(&b);
	store_close(s);
}

/* What the motion gate did is told where it was on, and only there. */
static void
test_gated(void **state)
{
	(void)state;
	struct err e;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t run = add_run(d, (struct test_run) { .source = "a", .settings = "{\"gate.threshold\":4,\"minute.gap_ms\":2000}" });
	int64_t other = add_run(d, (struct test_run) { .source = "b" });
	add_minute(d, run, M(0), 600, 60000, 3, 0, 0);
	add_minute(d, run, M(1), 400, 60000, 3, 0, 0);
	good(db_exec(d, "UPDATE minute SET gated = frames - 1 WHERE start_ms = 60000", &e), &e);
	struct buf b = report_text(d, NULL, table_plain);
	has(&b, "FRAMES  GATED");
	has(&b, "   600    0 %  100 %\n");
	has(&b, "   400   99 %  100 %\n");
	has(&b, "40 % of the frames took the result of an earlier one (GATED): nothing had changed\n");
	buf_free(&b);

	add_minute(d, other, M(1), 500, 60000, 3, 0, 0);
	b = report_text(d, NULL, table_plain);
	has(&b, "   500      -  100 %\n");
	has(&b, "40 % of the frames");
	buf_free(&b);

	struct report_query q = { .source = "b" };
	b = report_text(d, &q, table_plain);
	lacks(&b, "GATED");
	buf_free(&b);
	store_close(s);
}

static void
test_json(void **state)
{
	(void)state;
	struct store *s = new_store();
	struct db *d = store_db(s);
	int64_t run = add_run(d, (struct test_run) { .source = "a\"b" });
	int64_t other = add_run(d, (struct test_run) { .source = "c", .clock = "none", .face = true, .gender = true });
	add_minute(d, run, M(-1), 600, 30000, 3, 0, 0);
	add_minute(d, other, M(1), 4, 60000, 2, 1, 0);
	struct buf b = report_text(d, NULL, report_json);
	assert_string_equal(buf_str(&b),
	    "{\"source\":\"a\\\"b\",\"time_utc\":\"1969-12-31T23:59:00Z\",\"time\":-60,\"start_known\":true,\"people_avg\":3,"
	    "\"people_min\":2,\"people_max\":4,\"men_avg\":null,\"women_avg\":null,\"unknown_avg\":null,\"faces_avg\":null,"
	    "\"frames\":600,\"dropped\":0,\"gated\":0,\"coverage\":0.5}\n"
	    "{\"source\":\"c\",\"time_utc\":\"1970-01-01T00:01:00Z\",\"time\":60,\"start_known\":false,\"people_avg\":2,"
	    "\"people_min\":1,\"people_max\":3,\"men_avg\":1,\"women_avg\":0,\"unknown_avg\":1,\"faces_avg\":1,"
	    "\"frames\":4,\"dropped\":0,\"gated\":0,\"coverage\":1}\n");
	buf_free(&b);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newest_run_speaks),
		cmocka_unit_test(test_same_as_database_view),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_period_and_source),
		cmocka_unit_test(test_impossible_rows),
		cmocka_unit_test(test_bins),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_in_recording),
		cmocka_unit_test(test_bar_eighths),
		cmocka_unit_test(test_gated),
		cmocka_unit_test(test_json),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
