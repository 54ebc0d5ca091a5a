/* live.h: runs that are never taken up, claims, gaps and health of minutes; and that a camera's runs add up. */
#include <fcntl.h>
#include <sys/wait.h>

#include "base/when.h"
#include "store/claim.h"
#include "store/live.h"
#include "store/schema.h"
#include "store_test.h"

static struct store_run
camera(const char *uri)
{
	struct store_run spec = test_spec(uri);
	spec.kind = "camera";
	spec.clock = "wall";
	spec.input_sha256 = NULL;
	return spec;
}

static struct store *
open_store(const char *path)
{
	struct err e;
	struct store *s;
	good(store_open(&s, path, TEST_TIMEOUT_MS, &e), &e);
	return s;
}

/* Frames of a camera, n of them from time_ms on, step_ms apart. */
static void
watch(struct store *s, struct minutes *m, int64_t *number, int64_t time_ms, int64_t step_ms, int64_t n)
{
	struct err e;
	struct frame_result r = {0};
	for (int64_t i = 0; i < n; i++, time_ms += step_ms) {
		test_frame(&r, *number, time_ms, true);
		r.gated = false;
		struct tally t = result_tally(&r, true);
		struct minute changed[2];
		size_t k = minutes_add(m, time_ms, &t, changed);
		good(store_frame(s, &r, changed, k, ++*number, &e), &e);
	}
	result_free(&r);
}

static void
begins(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	struct store_run spec = camera("rtsp://cam/one");
	struct store *s = open_store("begin.db");
	good(live_begin(s, &spec, &b, &e), &e);
	assert_int_equal(b.how, STORE_NEW);
	assert_int_equal(b.run_id, 1);
	assert_int_equal(b.last_number, -1);
	assert_string_equal(live_source(s), "one");
	struct minutes m;
	int64_t number = 0, id;
	minutes_start(&m, TEST_GAP_MS);
	/* a gap before any frame */
	good(gap_begin(s, 1000, "connect", "no route", &id, &e), &e);
	good(gap_end(s, id, 4000, &e), &e);
	watch(s, &m, &number, 4000, 500, 10);
	good(store_end(s, "complete", number, 3, NULL, &e), &e);
	/* the same source, the same settings, and yet another run */
	good(live_begin(s, &spec, &b, &e), &e);
	assert_int_equal(b.run_id, 2);
	number = 0;
	minutes_start(&m, TEST_GAP_MS);
	watch(s, &m, &number, 70000, 500, 10);
	good(store_end(s, "complete", number, 0, NULL, &e), &e);
	store_close(s);
	check_clean("begin.db");
	assert_int_equal(count_in("begin.db", "SELECT count(*) FROM source"), 1);
	assert_int_equal(count_in("begin.db", "SELECT count(*) FROM run WHERE status = 'complete'"), 2);
	assert_int_equal(count_in("begin.db", "SELECT frames_dropped FROM run WHERE id = 1"), 3);
	assert_int_equal(count_in("begin.db", "SELECT count(*) FROM gap WHERE run_id = 1 AND from_ms = 1000 AND to_ms = 4000"
	    " AND reason = 'connect' AND detail = 'no route'"), 1);
}

/* Dies without a word, like one that is killed. */
static void
killed(const char *path, int64_t open_gap_ms)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e;
		struct store_begun b;
		struct store_run spec = camera("rtsp://cam/one");
		struct store *s = open_store(path);
		struct minutes m;
		int64_t number = 0, id;
		minutes_start(&m, TEST_GAP_MS);
		good(live_begin(s, &spec, &b, &e), &e);
		watch(s, &m, &number, INT64_C(1795228800000), 500, 10);
		good(store_commit(s, &e), &e);
		if (open_gap_ms != 0)
			good(gap_begin(s, open_gap_ms, "stall", NULL, &id, &e), &e);
		good(store_commit(s, &e), &e);
		watch(s, &m, &number, INT64_C(1795228900000), 500, 3);	/* not committed */
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
interrupted(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	killed("killed.db", 0);
	killed("killed.db", INT64_C(1999228800000));
	tamper("killed.db", "UPDATE run SET started_ms = 5, ended_ms = NULL, status = 'running', error = NULL");
	tamper("killed.db", "UPDATE minute SET dropped = 7 WHERE run_id = 2");
	/* a recording under way is nobody's who is live, and neither is another camera */
	struct store_run recording = test_spec("/v/rec.avi"), other = camera("rtsp://cam/two");
	struct store *s = open_store("killed.db"), *t = open_store("killed.db");
	good(store_begin(s, &recording, false, &b, &e), &e);
	good(live_begin(t, &other, &b, &e), &e);
	store_close(s);
	s = open_store("killed.db");
	struct store_run spec = camera("rtsp://cam/one");
	good(live_begin(s, &spec, &b, &e), &e);
	assert_int_equal(b.run_id, 5);
	struct db *d = store_db(s);
	assert_int_equal(count_of(d, "SELECT count(*) FROM run WHERE status = 'running'"), 3);
	assert_int_equal(count_of(d, "SELECT count(*) FROM run WHERE id < 3 AND status = 'interrupted' AND error LIKE 'no end was written%'"), 2);
	assert_int_equal(count_of(d, "SELECT ended_ms = last_ms AND frames_dropped = 0 AND frames_analyzed = 10 FROM run WHERE id = 1"), 1);
	assert_int_equal(count_of(d, "SELECT ended_ms = 1999228800000 AND frames_dropped = 7 FROM run WHERE id = 2"), 1);
	assert_int_equal(count_of(d, "SELECT count(*) FROM gap WHERE to_ms IS NULL"), 1);
	store_close(s);
	store_close(t);
	check_clean("killed.db");
}

/* In another process: can it be live on that source? */
static int
code_elsewhere(const char *path, const char *uri)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e;
		struct store_begun b;
		struct store_run spec = camera(uri);
		struct store *s = open_store(path);
		int code = live_begin(s, &spec, &b, &e) == 0 ? 0 : (int)e.code;
		store_close(s);
		_exit(code);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
claims(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	struct store_run spec = camera("rtsp://cam/one");
	struct store *s = open_store("claim.db"), *t = open_store("claim.db");
	good(live_begin(s, &spec, &b, &e), &e);
	assert_int_equal(code_elsewhere("claim.db", "rtsp://cam/one"), ERR_UNAVAILABLE);
	assert_int_equal(code_elsewhere("claim.db", "rtsp://cam/two"), 0);
	assert_int_equal(claim_is_taken("claim.db", 1, &e), 1);
	assert_int_equal(claim_is_taken("claim.db", 2, &e), 0);
	assert_int_equal(claim_is_taken("none.db", 1, &e), 0);
	/* by another name of the file */
	assert_int_equal(symlink("claim.db", "alias.db"), 0);
	assert_int_equal(code_elsewhere("alias.db", "rtsp://cam/one"), ERR_UNAVAILABLE);
	/* and in this process */
	bad(live_begin(t, &spec, &b, &e), &e, ERR_UNAVAILABLE, "another footfall is live on the source one in claim.db");
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM run WHERE source_id = 1"), 1);
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM run WHERE source_id = 1 AND status = 'running'"), 1);
	/* other descriptors come and go, the database's among them */
	int fd = open("claim.db-live", O_RDWR);
	close(fd);
	assert_int_equal(code_elsewhere("claim.db", "rtsp://cam/one"), ERR_UNAVAILABLE);
	/* a second run of the one that has it */
	good(store_end(s, "complete", 0, 0, NULL, &e), &e);
	good(live_begin(s, &spec, &b, &e), &e);
	good(store_end(s, "complete", 0, 0, NULL, &e), &e);
	assert_int_equal(code_elsewhere("claim.db", "rtsp://cam/one"), ERR_UNAVAILABLE);
	store_close(s);
	assert_int_equal(code_elsewhere("claim.db", "rtsp://cam/one"), 0);
	good(live_begin(t, &spec, &b, &e), &e);
	store_close(t);
	/* one that was killed claims nothing */
	killed("claim.db", 0);
	assert_int_equal(code_elsewhere("claim.db", "rtsp://cam/one"), 0);
	check_clean("claim.db");
	assert_int_equal(count_in("claim.db", "SELECT count(*) FROM run WHERE status = 'running'"), 2);
}

static void
health(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	struct store_run spec = camera("rtsp://cam/one");
	struct store *s = open_store("health.db");
	struct minutes m;
	int64_t number = 0;
	minutes_start(&m, TEST_GAP_MS);
	good(live_begin(s, &spec, &b, &e), &e);
	watch(s, &m, &number, 0, 500, 121);
	good(store_commit(s, &e), &e);
	struct minute_health h = { .age_median_ms = 40, .age_p95_ms = 90, .age_max_ms = 300, .frozen = 3, .dark = 2, .moved = 1 };
	good(store_minute_health(s, 0, &h, &e), &e);
	h = (struct minute_health){ .age_median_ms = -1, .age_p95_ms = -1, .age_max_ms = -1, .frozen = 1 };
	good(store_minute_health(s, 60000, &h, &e), &e);
	good(store_minute_health(s, 120000, &h, &e), &e);	/* no frame, no row, no matter */
	assert_true(db_in_transaction(store_db(s)));
	good(store_commit(s, &e), &e);
	/* more frames of that minute leave it as it is */
	watch(s, &m, &number, 60600, 500, 3);
	good(store_end(s, "complete", number, 0, NULL, &e), &e);
	store_close(s);
	check_clean("health.db");
	assert_int_equal(count_in("health.db", "SELECT count(*) FROM minute WHERE (start_ms, age_median_ms, age_p95_ms, age_max_ms, frozen, dark, moved)"
	    " = (0, 40, 90, 300, 3, 2, 1)"), 1);
	assert_int_equal(count_in("health.db", "SELECT count(*) FROM minute WHERE start_ms = 60000 AND age_max_ms IS NULL AND frozen = 1 AND frames = 4"), 1);
	assert_int_equal(count_in("health.db", "SELECT count(*) FROM minute"), 2);
}

/* What the tables refuse ends the run, and another can begin. */
static void
refused(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	struct store_run spec = camera("rtsp://cam/one");
	struct store *s = open_store("refused.db");
	int64_t id;
	good(live_begin(s, &spec, &b, &e), &e);
	bad(gap_begin(s, 0, "rain", NULL, &id, &e), &e, ERR_FAIL, "CHECK");
	assert_int_equal(id, 0);
	assert_false(db_in_transaction(store_db(s)));
	bad(gap_begin(s, 0, "stall", NULL, &id, &e), &e, ERR_FAIL, "takes no more after a failure");
	good(live_begin(s, &spec, &b, &e), &e);
	good(gap_begin(s, 5000, "clock", NULL, &id, &e), &e);
	good(gap_end(s, id, 100, &e), &e);	/* the clock was set back */
	struct minutes m;
	int64_t number = 0;
	minutes_start(&m, TEST_GAP_MS);
	watch(s, &m, &number, 100, 500, 2);
	struct minute_health h = { .age_median_ms = 5, .age_p95_ms = 4, .age_max_ms = 9 };
	bad(store_minute_health(s, 0, &h, &e), &e, ERR_FAIL, "CHECK");
	good(live_begin(s, &spec, &b, &e), &e);
	good(gap_begin(s, 5000, "clock", NULL, &id, &e), &e);
	good(gap_end(s, id, 100, &e), &e);
	good(store_end(s, "complete", 0, 0, NULL, &e), &e);
	store_close(s);
	check_clean("refused.db");
	assert_int_equal(count_in("refused.db", "SELECT count(*) FROM gap WHERE from_ms = 5000 AND to_ms = 5000"), 1);
	assert_int_equal(count_in("refused.db", "SELECT count(*) FROM run WHERE status = 'interrupted'"), 2);
}

/* Several cameras in one thread, each committing before the next. */
static void
in_turn(void **state)
{
	(void)state;
	enum { CAMERAS = 4 };
	struct err e;
	struct store *s[CAMERAS];
	struct minutes m[CAMERAS];
	int64_t number[CAMERAS] = { 0 };
	for (int i = 0; i < CAMERAS; i++) {
		char uri[32];
		snprintf(uri, sizeof uri, "rtsp://cam/%d", i);
		struct store_run spec = camera(uri);
		struct store_begun b;
		good(store_open(&s[i], "turn.db", 0, &e), &e);	/* nobody may have to wait */
		good(live_begin(s[i], &spec, &b, &e), &e);
		minutes_start(&m[i], TEST_GAP_MS);
	}
	for (int64_t k = 0; k < 200; k++) {
		for (int i = 0; i < CAMERAS; i++) {
			watch(s[i], &m[i], &number[i], k * 1000 + i, 100, 3);
			good(store_commit(s[i], &e), &e);
		}
	}
	for (int i = 0; i < CAMERAS; i++) {
		good(store_end(s[i], "complete", number[i], 0, NULL, &e), &e);
		store_close(s[i]);
	}
	check_clean("turn.db");
	assert_int_equal(count_in("turn.db", "SELECT sum(frames_analyzed) FROM run WHERE status = 'complete'"), CAMERAS * 600);
	assert_int_equal(count_in("turn.db", "SELECT count(*) FROM people_per_minute"), CAMERAS * 4);
}

/* A restart in the middle of a minute loses nothing; of a recording the newest run speaks as before. */
static void
adds_up(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	struct store *s = open_store("sum.db");
	struct store_run specs[] = { camera("rtsp://cam/one"), camera("rtsp://cam/one"), camera("rtsp://cam/one") };
	int64_t at[] = { 0, 80000, 100000 };
	specs[0].kind = specs[1].kind = specs[2].kind = "stream";
	for (int i = 0; i < 3; i++) {
		struct minutes m;
		int64_t number = 0;
		minutes_start(&m, TEST_GAP_MS);
		good(live_begin(s, &specs[i], &b, &e), &e);
		watch(s, &m, &number, at[i], 500, 160);
		good(store_end(s, "complete", number, 0, NULL, &e), &e);
	}
	store_close(s);
	struct store_run recording = test_spec("/v/rec.avi");
	fill("sum.db", &recording, 50);
	recording.settings = "{\"minute.gap_ms\":2000}";
	fill("sum.db", &recording, 50);
	check_clean("sum.db");
	/* by hand, from the frames themselves */
	assert_int_equal(count_in("sum.db", "SELECT count(*) FROM people_per_minute WHERE source = 'one'"), 3);
	assert_int_equal(count_in("sum.db", "SELECT count(*) FROM people_per_minute v WHERE source = 'one' AND frames ="
	    " (SELECT count(*) FROM frame f JOIN run r ON r.id = run_id WHERE source_id = 1 AND time_ms / 60000 * 60 = v.time)"
	    " AND abs(people_avg * frames - (SELECT count(*) FROM person p JOIN frame f ON f.id = frame_id JOIN run r ON r.id = run_id"
	    " WHERE source_id = 1 AND time_ms / 60000 * 60 = v.time)) < 1e-6"
	    " AND coverage BETWEEN 0 AND 1"), 3);
	assert_int_equal(count_in("sum.db", "SELECT coverage = 1 FROM people_per_minute WHERE source = 'one' AND time = 60"), 1);
	assert_int_equal(count_in("sum.db", "SELECT count(*) FROM gender_per_minute g JOIN people_per_minute v USING (source, time)"
	    " WHERE abs(men_avg + women_avg + unknown_avg - people_avg) < 1e-9 AND g.frames = v.frames AND g.coverage = v.coverage"
	    " AND g.time_utc = v.time_utc AND source = 'one'"), 3);
	assert_int_equal(count_in("sum.db", "SELECT count(*) FROM people_per_minute v WHERE source = 'rec.avi' AND frames ="
	    " (SELECT frames FROM minute WHERE run_id = 5 AND start_ms = v.time * 1000)"),
	    count_in("sum.db", "SELECT count(*) FROM minute WHERE run_id = 5"));
}

/* Half a million minutes of a camera that was started again and again: the view goes over them once. */
static void
view_is_fast(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	struct store_run spec = camera("rtsp://cam/one");
	struct store *s = open_store("fast.db");
	good(live_begin(s, &spec, &b, &e), &e);
	good(store_end(s, "complete", 0, 0, NULL, &e), &e);
	store_close(s);
	tamper("fast.db", "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
	    " INSERT INTO run (id, uuid, source_id, status, started_ms, ended_ms, clock, settings, version, opencv)"
	    " SELECT i, 'u' || i, 1, 'complete', 0, 1, 'wall', '{}', '', '' FROM n;"
	    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 499999)"
	    " INSERT INTO minute (run_id, start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max, men_sum, women_sum,"
	    " unknown_sum, faces_sum) SELECT 1 + i / 500, (i - i / 500) * 60000, 10, 60000, 0, 20, 2, 2, 0, 0, 20, 0 FROM n");
	int64_t before = when_monotonic_ms();
	assert_int_equal(count_in("fast.db", "SELECT count(*) FROM people_per_minute"), 500000 - 999);
	assert_int_equal(count_in("fast.db", "SELECT count(*) FROM people_per_minute WHERE source = 'one' AND time >= 29000040"
	    " AND people_avg = 2 AND coverage = 1 AND (frames = 10 OR time / 60 % 499 = 0)"), 499001 - 29000040 / 60);
	/* a loop over runs for each minute would take hours */
	assert_true(when_monotonic_ms() - before < 60000);

	/* by a plan: the minutes of a run are found by its key, and no table is searched once for each of them */
	struct db *d;
	struct stmt *st;
	good(store_open_read(&d, "fast.db", 100, &e), &e);
	good(stmt_new(&st, d, "EXPLAIN QUERY PLAN SELECT * FROM people_per_minute WHERE source = 'one'", &e), &e);
	int found = 0;
	while (stmt_step(st, &e) == 1)
		found += strstr(stmt_text(st, 3), "SEARCH m USING PRIMARY KEY (run_id=?)") != NULL;
	assert_int_equal(found, 2);
	stmt_free(st);
	db_close(d);
}

static char *
schema_of(const char *path)
{
	struct err e;
	struct db *d;
	struct stmt *st;
	good(store_open_read(&d, path, 100, &e), &e);
	good(stmt_new(&st, d, "SELECT group_concat(x, char(10)) FROM (SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS x"
	    " FROM sqlite_schema ORDER BY type, name)", &e), &e);
	assert_int_equal(stmt_step(st, &e), 1);
	char *text = mem_strdup(stmt_text(st, 0));
	stmt_free(st);
	db_close(d);
	return text;
}

/* From 3, and from 2, in which nothing was gated: the rows stay, and the tables are those of a new database. */
static void
migrated(void **state)
{
	(void)state;
	static const char *const undo[] = { undo_4,
	    undo_4 "ALTER TABLE frame DROP COLUMN gated; ALTER TABLE minute DROP COLUMN gated; PRAGMA user_version = 2" };
	for (int i = 0; i < 2; i++) {
		struct store_run spec = test_spec("/v/old.avi");
		char want[SHA256_HEX], got[SHA256_HEX];
		unlink("old.db");
		fill("old.db", &spec, 200);
		if (i == 1)
			tamper("old.db", "UPDATE frame SET gated = 0; UPDATE minute SET gated = 0");
		digest("old.db", want);
		char *fresh = schema_of("old.db");
		tamper("old.db", undo[i]);
		store_close(open_store("old.db"));
		check_clean("old.db");
		digest("old.db", got);
		assert_string_equal(got, want);
		char *again = schema_of("old.db");
		assert_string_equal(again, fresh);
		free(fresh);
		free(again);
		assert_int_equal(count_in("old.db", "SELECT count(*) FROM run WHERE pruned_ms IS NULL AND frames_pruned = 0"), 1);
		assert_int_equal(count_in("old.db", "SELECT count(*) FROM minute WHERE age_max_ms IS NOT NULL OR frozen + dark + moved <> 0"), 0);
	}
}

/* Each is refused by a constraint. */
static void
constraints(void **state)
{
	(void)state;
	static const char *const refused[] = {
		"UPDATE run SET pruned_ms = 60000",
		"UPDATE run SET frames_pruned = 1",
		"UPDATE run SET pruned_ms = 60001, frames_pruned = 1",
		"UPDATE run SET pruned_ms = 60000, frames_pruned = frames_analyzed + 1",
		"UPDATE run SET pruned_ms = 60000, frames_pruned = -1",
		"UPDATE minute SET age_median_ms = 1",
		"UPDATE minute SET age_median_ms = 1, age_p95_ms = 2",
		"UPDATE minute SET age_max_ms = 1",
		"UPDATE minute SET age_median_ms = -1, age_p95_ms = 2, age_max_ms = 3",
		"UPDATE minute SET age_median_ms = 3, age_p95_ms = 2, age_max_ms = 3",
		"UPDATE minute SET age_median_ms = 1, age_p95_ms = 4, age_max_ms = 3",
		"UPDATE minute SET frozen = frames + 1",
		"UPDATE minute SET dark = -1",
		"UPDATE minute SET moved = -1",
		"INSERT INTO gap (run_id, from_ms, reason) VALUES (77, 0, 'stall')",
		"INSERT INTO gap (run_id, from_ms, reason) VALUES (1, 0, 'rain')",
		"INSERT INTO gap (run_id, from_ms, to_ms, reason) VALUES (1, 2, 1, 'stall')",
		"INSERT INTO gap (run_id, reason) VALUES (1, 'stall')",
		"INSERT INTO segment VALUES (1, 1, '', 'a.mp4', '/r', 1, 2, 0, 1, 2, 9, NULL, 1, NULL, NULL)",
		"INSERT INTO segment VALUES (1, 1, 'c', '/a.mp4', '/r', 1, 2, 0, 1, 2, 9, NULL, 1, NULL, NULL)",
		"INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', 'r', 1, 2, 0, 1, 2, 9, NULL, 1, NULL, NULL)",
		"INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 3, 2, 0, 1, 2, 9, NULL, 1, NULL, NULL)",
		"INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 2, 2, 1, 2, 9, NULL, 1, NULL, NULL)",
		"INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 2, 0, 1, 0, 9, NULL, 1, NULL, NULL)",
		"INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 2, 0, 1, 2, 9, 'abc', 1, NULL, NULL)",
		"INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 2, 0, 1, 2, 9, NULL, 2, NULL, NULL)",
	};
	struct store_run spec = test_spec("/v/limits.avi");
	fill("limits.db", &spec, 100);
	struct store *s = open_store("limits.db");
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct err e;
		if (db_exec(store_db(s), refused[i], &e) == 0)
			fail_msg("taken: %s", refused[i]);
	}
	struct err e;
	good(db_exec(store_db(s), "INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 2, 0, 1, 2, 9, NULL, 1, NULL, NULL);"
	    "INSERT INTO gap VALUES (1, 1, 5, NULL, 'stall', NULL); DELETE FROM run", &e), &e);
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM gap"), 0);
	assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM segment WHERE run_id IS NULL"), 1);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(claims),
		cmocka_unit_test(health),
		cmocka_unit_test(refused),
		cmocka_unit_test(in_turn),
		cmocka_unit_test(adds_up),
		cmocka_unit_test(view_is_fast),
		cmocka_unit_test(migrated),
		cmocka_unit_test(constraints),
	};
	return cmocka_run_group_tests_name("live store", tests, make_dir, remove_dir);
}
