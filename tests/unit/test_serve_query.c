/* What the live page is told, out of databases made for it. */
#include "base/when.h"
#include "out/out.h"
#include "serve/answers.h"
#include "serve/feed.h"
#include "serve/query.h"
#include "serve/reader.h"
#include "store_test.h"

#define T0 INT64_C(1763000040000)	/* a whole minute */
#define M WHEN_MINUTE_MS

static struct db *
make(const char *name, struct store **s)
{
	struct err e;
	good(store_open(s, name, TEST_TIMEOUT_MS, &e), &e);
	return store_db(*s);
}

static void
run_sql(struct db *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
run_sql(struct db *d, const char *fmt, ...)
{
	char sql[2048];
	struct err e;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(sql, sizeof sql, fmt, ap);
	va_end(ap);
	good(db_exec(d, sql, &e), &e);
}

static void
source(struct db *d, int id, const char *name, const char *kind)
{
	run_sql(d, "INSERT INTO source (id, uuid, name, kind, uri) VALUES (%d, 's%d', '%s', '%s', 'u')", id, id, name, kind);
}

static void
run(struct db *d, int id, int source_id, const char *status, const char *clock, int64_t from, int64_t to)
{
	bool running = strcmp(status, "running") == 0;
	run_sql(d, "INSERT INTO run (id, uuid, source_id, status, started_ms, ended_ms, first_ms, last_ms, clock, settings, version,"
	    " opencv, frames_read, frames_analyzed) VALUES (%d, 'r%d', %d, '%s', %lld, %s, %lld, %lld, '%s', '{}', '', '', 1, 1)",
	    id, id, source_id, status, (long long)from, running ? "NULL" : "1", (long long)from, (long long)to, clock);
}

static void
minute(struct db *d, int run_id, int64_t start, int frames, int covered, int people, int min, int max)
{
	run_sql(d, "INSERT INTO minute (run_id, start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max, men_sum,"
	    " women_sum, unknown_sum, faces_sum) VALUES (%d, %lld, %d, %d, 1, %d, %d, %d, %d, 0, %d, 0)", run_id, (long long)start, frames,
	    covered, people, min, max, people / 2, people - people / 2);
}

static void
camera_runs_add_up(void **state)
{
	struct store *s;
	struct db *d = make("add.db", &s);
	struct query_minutes v;
	struct err e;
	(void)state;
	source(d, 1, "door", "camera");
	run(d, 1, 1, "interrupted", "wall", T0, T0 + M);
	run(d, 2, 1, "running", "wall", T0 + M + 30000, T0 + 3 * M);
	minute(d, 1, T0, 10, 60000, 20, 1, 3);
	minute(d, 1, T0 + M, 30, 40000, 30, 1, 4);
	minute(d, 2, T0 + M, 10, 30000, 50, 2, 9);
	minute(d, 2, T0 + 3 * M, 5, 60000, 5, 1, 1);
	assert_int_equal(query_minutes(d, "nobody", T0, T0 + M, 1, &v, &e), 0);
	assert_int_equal(query_minutes(d, "door", T0 + 1, T0 + 10 * M, 1, &v, &e), 1);
	assert_int_equal(v.from_ms, T0);
	assert_int_equal(v.n, 3);
	assert_int_equal(v.v[1].t, T0 + M);
	assert_int_equal(v.v[1].frames, 40);
	assert_int_equal(v.v[1].people, 80);
	assert_int_equal(v.v[1].min, 1);
	assert_int_equal(v.v[1].max, 9);
	assert_int_equal(v.v[1].dropped, 2);
	assert_int_equal(v.v[1].covered_ms, 60000);	/* no more than there is */
	assert_int_equal(v.v[2].t, T0 + 3 * M);
	query_minutes_free(&v);
	assert_int_equal(query_minutes(d, "door", T0, T0 + 4 * M, 3, &v, &e), 1);
	assert_int_equal(v.n, 2);
	assert_int_equal(v.v[0].frames, 50);
	assert_int_equal(v.v[0].people, 100);
	assert_int_equal(v.v[0].length_ms, 3 * M);
	assert_int_equal(v.v[1].length_ms, M);		/* cut at the end of what was asked for */
	query_minutes_free(&v);
	store_close(s);
}

static void
of_recordings_the_newest_speaks(void **state)
{
	struct store *s;
	struct db *d = make("newest.db", &s);
	struct query_minutes v;
	struct err e;
	(void)state;
	source(d, 1, "a.avi", "file");
	run(d, 1, 1, "complete", "name", T0, T0 + 2 * M);
	run(d, 2, 1, "complete", "name", T0, T0 + M);
	minute(d, 1, T0, 10, 60000, 20, 2, 2);
	minute(d, 1, T0 + M, 10, 60000, 30, 3, 3);
	minute(d, 2, T0, 10, 60000, 70, 7, 7);
	assert_int_equal(query_minutes(d, "a.avi", T0 - 100 * M, T0 + 100 * M, 1, &v, &e), 1);
	assert_int_equal(v.n, 2);
	assert_int_equal(v.v[0].people, 70);
	assert_int_equal(v.v[1].people, 30);
	query_minutes_free(&v);
	assert_int_equal(query_minutes(d, "a.avi", 0, 0, 1, &v, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(query_minutes(d, "a.avi", 0, (QUERY_MOST + 1) * M, 1, &v, &e), -1);
	assert_non_null(strstr(e.msg, "step=2"));
	assert_int_equal(query_minutes(d, "a.avi", QUERY_TIME_LEAST, QUERY_TIME_MOST, 10080, &v, &e), -1);
	assert_int_equal(e.code, ERR_USAGE);
	store_close(s);
}

static void
days_are_local(void **state)
{
	struct store *s;
	struct db *d = make("days.db", &s);
	struct err e;
	int64_t *days;
	size_t n;
	const int64_t day = INT64_C(86400000);
	(void)state;
	source(d, 1, "door", "camera");
	run(d, 1, 1, "interrupted", "wall", 0, day);
	run(d, 2, 1, "running", "wall", 0, day);
	minute(d, 1, -M, 1, 1, 0, 0, 0);			/* 23:59 of the day before 1970 */
	minute(d, 1, 0, 1, 1, 0, 0, 0);
	minute(d, 1, 23 * 60 * M, 1, 1, 0, 0, 0);
	minute(d, 2, 23 * 60 * M, 1, 1, 0, 0, 0);
	minute(d, 2, 9 * day, 1, 1, 0, 0, 0);
	assert_int_equal(query_days(d, "door", 0, &days, &n, &e), 1);
	assert_int_equal(n, 3);
	assert_true(days[0] == 9 && days[1] == 0 && days[2] == -1);
	free(days);
	assert_int_equal(query_days(d, "door", 120, &days, &n, &e), 1);
	assert_int_equal(n, 3);
	assert_true(days[0] == 9 && days[1] == 1 && days[2] == 0);
	free(days);
	assert_int_equal(query_days(d, "door", -1, &days, &n, &e), 1);
	assert_int_equal(n, 3);
	assert_true(days[0] == 8 && days[1] == 0 && days[2] == -1);
	struct buf b = { 0 };
	answer_days(&b, "a\"b", days, n);
	assert_string_equal(buf_str(&b), "{\"source\":\"a\\\"b\",\"days\":[\"1970-01-09\",\"1970-01-01\",\"1969-12-31\"]}\n");
	buf_free(&b);
	free(days);
	assert_int_equal(query_days(d, "nobody", 0, &days, &n, &e), 0);
	store_close(s);
}

static const struct query_source *
look(struct db *d, int64_t now, struct query_now *v)
{
	struct err e;
	good(query_now(d, now, v, &e), &e);
	assert_int_equal(v->n, 1);
	return v->sources;
}

static void
how_a_camera_is(void **state)
{
	struct store *s;
	struct db *d = make("now.db", &s);
	struct query_now v;
	const struct query_source *q;
	struct err e;
	int64_t now = T0 + 2 * M + 30000, quiet;
	(void)state;
	source(d, 1, "door", "camera");
	q = look(d, now, &v);
	assert_true(q->run == 0 && q->status == NULL && !q->live && !q->has_frame && !q->has_people && !q->has_ended);
	query_now_free(&v);

	run(d, 1, 1, "running", "wall", T0, now - 1000);
	minute(d, 1, T0, 60, 60000, 60, 1, 1);
	minute(d, 1, T0 + M, 120, 60000, 60, 0, 1);
	minute(d, 1, T0 + 2 * M, 10, 20000, 10, 1, 1);
	run_sql(d, "UPDATE minute SET age_median_ms = 50, age_p95_ms = 90, age_max_ms = 100, frozen = 60, moved = 1 WHERE start_ms = %lld",
	    (long long)(T0 + M));
	run_sql(d, "INSERT INTO frame (id, run_id, number, time_ms) VALUES (1, 1, 0, %lld), (2, 1, 7, %lld)", (long long)T0, (long long)(now - 1000));
	run_sql(d, "INSERT INTO face (frame_id, score, x, y, w, h, gender, p_female) VALUES (1, 1, 1, 1, 1, 1, 'male', 0),"
	    " (2, 1, 1, 1, 1, 1, 'female', 1), (2, 1, 1, 1, 1, 1, NULL, 0.5)");
	q = look(d, now, &v);
	assert_true(q->live && q->wall && q->has_frame && q->frame_ms == now - 1000);
	/* without the person stage each face is a person */
	assert_true(q->has_people && q->people == 2 && q->men == 0 && q->women == 1);
	assert_true(q->fps == 2 && q->age_ms == 50 && q->age_p95_ms == 90 && q->coverage == 1 && q->dropped == 3);
	assert_true(q->frozen && q->moved && !q->dark && !q->has_gap);
	assert_true(q->has_ended && q->ended_ms == T0 + M);
	assert_int_equal(q->frames, 1);
	query_now_free(&v);

	/* half a minute later the last minute has ended, and the frame is old */
	q = look(d, now + 36000, &v);
	assert_true(!q->has_people && q->has_frame && q->ended_ms == T0 + 2 * M);
	assert_true(fabs(q->coverage - 140.0 / 180) < 1e-9);
	query_now_free(&v);
	good(query_quiet(d, now + 30000, &quiet, &e), &e);
	assert_int_equal(quiet, 0);
	good(query_quiet(d, now + 60000, &quiet, &e), &e);
	assert_int_equal(quiet, 1);

	/* an open gap: nobody knows how many there are */
	run_sql(d, "INSERT INTO gap (run_id, from_ms, to_ms, reason, detail) VALUES (1, %lld, %lld, 'closed', NULL), (1, %lld, NULL, 'stall', 'x')",
	    (long long)(now - 90000000), (long long)(now - 80000000), (long long)(now - 500));
	q = look(d, now, &v);
	assert_true(q->has_gap && !q->has_people && strcmp(q->gap.reason, "stall") == 0 && q->reconnects == 1 && q->ngaps == 1);
	query_now_free(&v);
	run_sql(d, "UPDATE run SET status = 'interrupted', ended_ms = 1");
	q = look(d, now, &v);
	assert_true(!q->has_gap && !q->live && !q->has_people && strcmp(q->status, "interrupted") == 0);
	query_now_free(&v);
	good(query_quiet(d, now + 60000, &quiet, &e), &e);
	assert_int_equal(quiet, 0);
	store_close(s);
}

static void
people_have_faces(void **state)
{
	struct store *s;
	struct db *d = make("people.db", &s);
	struct query_now v;
	(void)state;
	source(d, 1, "door", "camera");
	run_sql(d, "INSERT INTO model (id, name, task, family, sha256) VALUES (1, 'm', 'person', 'f', 'x')");
	run(d, 1, 1, "running", "wall", T0, T0);
	run_sql(d, "UPDATE run SET person_model_id = 1");
	run_sql(d, "INSERT INTO frame (id, run_id, number, time_ms) VALUES (1, 1, 0, %lld)", (long long)T0);
	run_sql(d, "INSERT INTO person (id, frame_id, score, x, y, w, h) VALUES (1, 1, 1, 1, 1, 1, 1), (2, 1, 1, 1, 1, 1, 1), (3, 1, 1, 1, 1, 1, 1)");
	/* the last one is in no person's box */
	run_sql(d, "INSERT INTO face (frame_id, person_id, score, x, y, w, h, gender, p_female) VALUES (1, 1, 1, 1, 1, 1, 1, 'male', 0),"
	    " (1, 2, 1, 1, 1, 1, 1, 'female', 1), (1, NULL, 1, 1, 1, 1, 1, 'male', 0)");
	const struct query_source *q = look(d, T0 + 1, &v);
	assert_true(q->has_people && q->people == 3 && q->men == 1 && q->women == 1);
	query_now_free(&v);
	/* an analysis of a recording that says it was taken just now, or will be, is none of now */
	run_sql(d, "UPDATE run SET clock = 'name'");
	q = look(d, T0 - 1, &v);
	assert_true(q->live && !q->has_people);
	query_now_free(&v);
	store_close(s);
}

/* Rows that no footfall writes: nothing overflows, nothing is written outside. */
static void
hostile_rows(void **state)
{
	struct store *s;
	struct db *d = make("hostile.db", &s);
	struct query_now v;
	struct query_minutes m;
	struct err e;
	int64_t *days;
	size_t n;
	(void)state;
	source(d, 1, "door", "camera");
	run(d, 1, 1, "running", "wall", INT64_MIN, INT64_MAX);
	run(d, 2, 1, "running", "wall", INT64_MAX, INT64_MAX);
	run_sql(d, "PRAGMA ignore_check_constraints = ON");
	for (int i = 0; i < 3; i++) {
		run_sql(d, "INSERT INTO minute VALUES (1, %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, 0, 0, 9223372036854775807,"
		    " 9223372036854775807, 0, 9223372036854775807, 9223372036854775807, -9)", (long long)(T0 + i * M + i * 7), (long long)INT64_MAX,
		    (long long)INT64_MAX, (long long)INT64_MAX, (long long)INT64_MAX, (long long)INT64_MIN, (long long)INT64_MAX,
		    (long long)INT64_MAX, (long long)INT64_MAX, (long long)INT64_MIN);
	}
	run_sql(d, "INSERT INTO minute (run_id, start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max, men_sum, women_sum,"
	    " unknown_sum, faces_sum) VALUES (1, -9223372036854775808, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), (1, 9223372036854775807, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)");
	run_sql(d, "INSERT INTO gap (run_id, from_ms, to_ms, reason) VALUES (1, -9223372036854775808, 9223372036854775807, '')");
	good(query_now(d, T0 + 2 * M, &v, &e), &e);
	struct buf b = { 0 };
	answer_now(&b, &v, true);
	answer_metrics(&b, &v, &(struct metrics_own){ .up = true, .sqlite = "", .rss_bytes = -1, .start_s = NAN });
	query_now_free(&v);
	assert_int_equal(query_minutes(d, "door", T0, T0 + 5 * M, 1, &m, &e), 1);
	answer_minutes(&b, "door", &m);
	answer_minutes_csv(&b, "door", &m);
	query_minutes_free(&m);
	assert_int_equal(query_days(d, "door", 1440, &days, &n, &e), 1);
	answer_days(&b, "door", days, n);
	free(days);
	buf_free(&b);
	store_close(s);
}

static void
metrics_escape(void **state)
{
	char name[] = "a\"b\\c\nd\xff" "e", reason[] = "stall";
	struct query_gap_count gap = { reason, 4 };
	struct query_source s = {
		.name = name, .wall = true, .has_people = true, .people = 3, .men = 1, .women = 2, .fps = NAN, .age_ms = 1500, .age_p95_ms = NAN,
		.coverage = 0.25, .gaps = &gap, .ngaps = 1
	};
	struct query_now v = { .sources = &s, .n = 1 };
	struct buf b = { 0 };
	(void)state;
	answer_metrics(&b, &v, &(struct metrics_own){ .up = true, .sqlite = "3", .rss_bytes = 7, .descriptors = -1, .threads = -1,
	    .start_s = NAN, .database_bytes = -1, .log_bytes = -1 });
	const char *text = buf_str(&b);
	assert_non_null(strstr(text, "\nfootfall_people{source=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD" "e\"} 3\n"));
	assert_non_null(strstr(text, ",quantile=\"0.5\"} 1.5\n"));
	assert_null(strstr(text, "0.95"));
	assert_non_null(strstr(text, "e\",reason=\"stall\"} 4\n"));
	assert_non_null(strstr(text, "\n# TYPE footfall_coverage_ratio gauge\nfootfall_coverage_ratio{"));
	/* what is not known has no sample, and then no heading */
	assert_null(strstr(text, "footfall_frame_rate"));
	assert_null(strstr(text, "process_open_fds"));
	assert_non_null(strstr(text, "\nprocess_resident_memory_bytes 7\n"));
	assert_null(strstr(text, "nan"));
	buf_free(&b);
}

/* ---- the feed ---- */

/* Events; without the number in "time_ms":N. */
static void
take(struct http_stream *s, const char *want)
{
	struct buf b = { 0 };
	assert_int_equal(s->next(s->context, &b), *want != '\0');
	char *time = strstr(buf_str(&b), "time_ms\":");
	if (time != NULL) {
		char *number = time + strlen("time_ms\":"), *after = number + strspn(number, "0123456789");
		assert_true(llabs(strtoll(number, NULL, 10) - when_now_ms()) < M);
		b.len -= (size_t)(after - number);
		memmove(number, after, strlen(after) + 1);
	}
	assert_string_equal(buf_str(&b), want);
	buf_free(&b);
}

#define ALIVE "event: alive\ndata: {\"time_ms\":}\n\n"

static void
streams_get_the_newest(void **state)
{
	struct feed *f = feed_new();
	(void)state;
	feed_minute(f, "before", 0);
	struct http_stream a = feed_events(f);
	take(&a, "retry: 2000\n\n" ALIVE);
	take(&a, "");
	feed_now(f, "{1}\n");
	feed_now(f, "{2}\n");
	feed_minute(f, "a\"", 60000);
	struct http_stream b = feed_events(f);
	take(&a, "event: minute\ndata: {\"source\":\"a\\\"\",\"t\":60000}\n\nevent: now\ndata: {2}\n\n");
	take(&a, "");
	take(&b, "retry: 2000\n\n" ALIVE "event: now\ndata: {2}\n\n");
	assert_true(feed_stirred(f));
	assert_false(feed_stirred(f));
	feed_trouble(f, "{}\n");
	take(&a, "event: trouble\ndata: {}\n\n");
	/* one that is far behind gets the last minutes, not all */
	for (int i = 0; i < 1000; i++)
		feed_minute(f, "x", i);
	struct buf text = { 0 };
	assert_int_equal(a.next(a.context, &text), 1);
	assert_true(text.len < 64 * 64);
	assert_non_null(strstr(buf_str(&text), "\"t\":999}"));
	assert_null(strstr(buf_str(&text), "\"t\":935}"));
	buf_free(&text);
	a.free(a.context);
	b.free(b.context);
	feed_free(f);
}

static void
pictures_are_the_newest(void **state)
{
	struct feed *f = feed_new();
	struct buf b = { 0 };
	(void)state;
	assert_false(feed_watched(f));
	struct http_stream a = feed_pictures(f, "door");
	assert_true(feed_watched(f));
	take(&a, "--" FEED_BOUNDARY "\r\n");
	feed_picture(f, "other", "nothing", 7);
	take(&a, "");
	feed_picture(f, "door", "ab\0cd", 5);
	feed_picture(f, "door", "\0newer", 6);
	static const char want[] = "Content-Type: image/jpeg\r\nContent-Length: 6\r\n\r\n\0newer\r\n--" FEED_BOUNDARY "\r\n";
	assert_int_equal(a.next(a.context, &b), 1);
	assert_int_equal(b.len, sizeof want - 1);
	assert_memory_equal(b.data, want, b.len);
	buf_free(&b);
	/* too soon for the next one, and remembered */
	feed_picture(f, "door", "x", 1);
	assert_true(feed_stirred(f));
	take(&a, "");
	assert_true(feed_stirred(f));
	a.free(a.context);
	assert_false(feed_watched(f));
	/* an old one is not shown to who comes later */
	feed_picture(f, "door", "late", 4);
	a = feed_pictures(f, "door");
	take(&a, "--" FEED_BOUNDARY "\r\n");
	take(&a, "");
	a.free(a.context);
	feed_free(f);
}

static void
readers_come_back(void **state)
{
	struct store *s;
	struct err e;
	struct reader r = { .path = "back.db", .timeout_ms = 100 };
	(void)state;
	assert_null(reader_get(&r, &e));
	assert_int_equal(e.code, ERR_INPUT);
	make("back.db", &s);
	store_close(s);
	struct db *first = reader_get(&r, &e);
	assert_non_null(first);
	assert_ptr_equal(reader_get(&r, &e), first);
	assert_int_equal(rename("back.db", "gone.db"), 0);
	assert_null(reader_get(&r, &e));
	source(make("new.db", &s), 1, "newer", "camera");
	store_close(s);
	assert_int_equal(rename("new.db", "back.db"), 0);
	struct db *d = reader_get(&r, &e);
	assert_non_null(d);
	int64_t n;
	good(db_int(d, "SELECT count(*) FROM source", &n, &e), &e);
	assert_int_equal(n, 1);
	reader_drop(&r);
	reader_drop(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(camera_runs_add_up), cmocka_unit_test(of_recordings_the_newest_speaks), cmocka_unit_test(days_are_local),
		cmocka_unit_test(how_a_camera_is), cmocka_unit_test(people_have_faces), cmocka_unit_test(hostile_rows),
		cmocka_unit_test(metrics_escape), cmocka_unit_test(streams_get_the_newest), cmocka_unit_test(pictures_are_the_newest),
		cmocka_unit_test(readers_come_back),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
