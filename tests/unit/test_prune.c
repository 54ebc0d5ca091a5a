/* prune: after every step the database agrees with itself, what was foretold is what goes, and nothing else does. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/when.h"
#include "store/live.h"
#include "store/prune.h"
#include "store_test.h"

#define T0 INT64_C(1795228800000)	/* 2026-11-21T02:40:00Z */
#define M(n) ((n) * WHEN_MINUTE_MS)

static struct store_run
camera(const char *uri, int64_t gap_ms, char settings[64])
{
	struct store_run spec = test_spec(uri);
	snprintf(settings, 64, "{\"minute.gap_ms\":%lld}", (long long)gap_ms);
	spec.kind = "camera";
	spec.clock = "wall";
	spec.settings = settings;
	spec.input_sha256 = NULL;
	return spec;
}

/* n frames from time_ms on, the steps between them from 0 to most_ms; gated ones among them. */
static int64_t
watch(struct store *s, int64_t gap_ms, int64_t time_ms, int64_t most_ms, int64_t n)
{
	struct err e;
	struct frame_result r = {0};
	struct minutes m;
	minutes_start(&m, gap_ms);
	for (int64_t i = 0; i < n; i++) {
		test_frame(&r, i, time_ms, true);
		struct tally t = result_tally(&r, true);
		struct minute changed[2];
		size_t k = minutes_add(&m, time_ms, &t, changed);
		good(store_frame(s, &r, changed, k, i + 1, &e), &e);
		time_ms += mix((uint32_t)(i + time_ms)) % (most_ms + 1);
	}
	result_free(&r);
	return time_ms;
}

/* Two cameras with runs one after the other, gaps and a recording; the last run of the first camera has no end. */
static struct store *
make(const char *path, int64_t gap_ms, int64_t most_ms, int64_t frames)
{
	static const char *const uris[] = { "rtsp://a/one", "rtsp://a/two" };
	struct err e;
	struct store *s = NULL;
	unlink(path);
	for (int i = 1; i >= 0; i--) {
		char settings[64];
		struct store_run spec = camera(uris[i], gap_ms, settings);
		struct store_begun b;
		int64_t at = T0, id;
		good(store_open(&s, path, TEST_TIMEOUT_MS, &e), &e);
		for (int k = 0; k < 3; k++) {
			good(live_begin(s, &spec, &b, &e), &e);
			good(gap_begin(s, at, "connect", NULL, &id, &e), &e);
			at += 5000;
			good(gap_end(s, id, at, &e), &e);
			at = watch(s, gap_ms, at, most_ms, frames);
			good(store_commit(s, &e), &e);
			if (i == 1 || k < 2)
				good(store_end(s, k == 1 ? "interrupted" : "complete", frames, 0, NULL, &e), &e);
			at += M(2);
		}
		if (i == 1)
			store_close(s);
	}
	return s;
}

static struct pruner *
open_pruner(const char *path, int64_t detections_ms, int64_t minutes_ms)
{
	struct err e;
	struct pruner *p;
	struct prune_plan plan = { detections_ms, minutes_ms };
	good(pruner_open(&p, path, TEST_TIMEOUT_MS, &plan, &e), &e);
	return p;
}

static void
prune_all(struct pruner *p, int64_t now_ms)
{
	struct err e;
	int got;
	while ((got = pruner_step(p, now_ms, &e)) == 1)
		;
	good(got, &e);
}

static struct prune_counts
foreseen(const char *path, int64_t detections_ms, int64_t minutes_ms, int64_t now_ms)
{
	struct err e;
	struct db *d;
	struct prune_plan plan = { detections_ms, minutes_ms };
	struct prune_counts n;
	good(store_open_read(&d, path, TEST_TIMEOUT_MS, &e), &e);
	good(prune_foresee(d, &plan, now_ms, &n, &e), &e);
	assert_false(db_in_transaction(d));
	db_close(d);
	return n;
}

/* Minutes as they stand, into a table of their own name. */
static void
remember(const char *path)
{
	tamper(path, "CREATE TABLE before AS SELECT * FROM minute");
}

static int64_t
changed_minutes(const char *path)
{
	return count_in(path, "SELECT count(*) FROM (SELECT * FROM minute EXCEPT SELECT * FROM before)");
}

/* Frames, persons, faces and minutes that are too old by a rule written here again. */
static int64_t
too_old(const char *path, const char *what, int64_t limit_ms)
{
	char sql[300];
	snprintf(sql, sizeof sql, "SELECT count(*) FROM frame f %s WHERE time_ms < %lld", what, (long long)limit_ms);
	return count_in(path, sql);
}

static void
steps(void **state)
{
	(void)state;
	static const struct {
		int64_t gap_ms, most_ms, frames;
	} shapes[] = { { 2000, 2500, 300 }, { 2000, 40, 1500 }, { 90000, 60000, 60 }, { 600000, 400000, 40 }, { 0, 61000, 50 } };
	for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
		struct err e;
		struct store *s = make("steps.db", shapes[k].gap_ms, shapes[k].most_ms, shapes[k].frames);
		check_clean("steps.db");
		remember("steps.db");
		int64_t end = count_in("steps.db", "SELECT max(last_ms) FROM run");
		/* the edge goes through the recording */
		for (int64_t now = T0 + M(60); now < end + M(66) + (end - T0) / 7; now += (end - T0) / 7 + 1) {
			int64_t limit = when_minute(now - M(60));
			struct prune_counts n = foreseen("steps.db", M(60), WHEN_FOREVER, now), did;
			assert_int_equal(n.frames, too_old("steps.db", "", limit) - too_old("steps.db", "JOIN run r ON r.id = run_id AND r.status = 'running'"
			    " AND f.time_ms >= (r.last_ms - 120000) / 60000 * 60000", limit));
			struct pruner *p = open_pruner("steps.db", M(60), WHEN_FOREVER);
			int got, rounds = 0;
			while ((got = pruner_step(p, now, &e)) == 1) {
				rounds++;
				check_clean("steps.db");
				assert_int_equal(changed_minutes("steps.db"), 0);
			}
			good(got, &e);
			pruner_counts(p, &did);
			assert_int_equal(did.frames, n.frames);
			assert_int_equal(did.persons, n.persons);
			assert_int_equal(did.faces, n.faces);
			assert_true(n.frames == 0 || did.frames_from_ms == n.frames_from_ms);
			assert_int_equal(did.minutes + did.runs + did.gaps + did.segments, 0);
			pruner_close(p);
			n = foreseen("steps.db", M(60), WHEN_FOREVER, now);
			assert_int_equal(n.frames + n.minutes, 0);
			check_clean("steps.db");
		}
		/* rebuilding finds nothing to do */
		struct db *d;
		int64_t changed;
		good(db_open(&d, "steps.db", DB_WRITE, TEST_TIMEOUT_MS, &e), &e);
		good(check_rebuild(d, &changed, &e), &e);
		assert_int_equal(changed, 0);
		db_close(d);
		/* the run that somebody writes kept its last minutes; the writer goes on as if nothing had happened */
		assert_true(count_of(store_db(s), "SELECT count(*) FROM frame f JOIN run r ON r.id = run_id WHERE r.status = 'running'") > 0);
		assert_int_equal(count_of(store_db(s), "SELECT count(*) FROM frame f JOIN run r ON r.id = run_id WHERE r.status <> 'running'"), 0);
		int64_t id;
		good(gap_begin(s, end, "stall", NULL, &id, &e), &e);
		good(store_end(s, "complete", shapes[k].frames, 0, NULL, &e), &e);
		store_close(s);
		check_clean("steps.db");
		/* damage in what is left is still found and mended, and what stands alone is left alone */
		int64_t minutes = count_in("steps.db", "SELECT count(*) FROM minute");
		tamper("steps.db", "UPDATE minute SET faces_sum = faces_sum + 1");
		good(db_open(&d, "steps.db", DB_WRITE, TEST_TIMEOUT_MS, &e), &e);
		good(check_rebuild(d, &changed, &e), &e);
		assert_in_range(changed, 1, minutes - 1);
		db_close(d);
		assert_int_equal(count_in("steps.db", "SELECT count(*) FROM minute"), minutes);
	}
}

static void
minutes(void **state)
{
	(void)state;
	struct err e;
	struct store *s = make("minutes.db", 2000, 2500, 300);
	tamper("minutes.db", "INSERT INTO segment SELECT NULL, id, 'one', 'a' || id, '/r', first_ms, first_ms + 1000, 0, 9, 10, 5, NULL, 1, NULL,"
	    " CASE WHEN id % 2 THEN last_ms END FROM run");
	remember("minutes.db");
	int64_t end = count_in("minutes.db", "SELECT max(last_ms) FROM run"), runs = 6;
	for (int64_t now = T0 + M(60); now < end + M(70); now += M(5)) {
		int64_t limit = when_minute(now - M(60));
		struct prune_counts n = foreseen("minutes.db", M(30), M(60), now), did;
		struct pruner *p = open_pruner("minutes.db", M(30), M(60));
		int got;
		while ((got = pruner_step(p, now, &e)) == 1)
			check_clean("minutes.db");
		good(got, &e);
		pruner_counts(p, &did);
		assert_int_equal(did.frames, n.frames);
		assert_int_equal(did.persons, n.persons);
		assert_int_equal(did.faces, n.faces);
		assert_int_equal(did.minutes, n.minutes);
		assert_int_equal(did.gaps, n.gaps);
		assert_int_equal(did.runs, n.runs);
		assert_int_equal(did.segments, n.segments);
		assert_true(n.minutes == 0 || did.minutes_from_ms == n.minutes_from_ms);
		pruner_close(p);
		runs -= did.runs;
		char sql[300];
		snprintf(sql, sizeof sql, "SELECT count(*) FROM minute m JOIN run r ON r.id = run_id WHERE start_ms < %lld AND r.status <> 'running'", (long long)limit);
		assert_int_equal(count_in("minutes.db", sql), 0);
		assert_int_equal(changed_minutes("minutes.db"), 0);
		assert_int_equal(count_in("minutes.db", "SELECT count(*) FROM run"), runs);
	}
	/* that which is written stays with its last minutes; sources and segments whose file is there stay */
	assert_int_equal(runs, 1);
	assert_true(count_in("minutes.db", "SELECT count(*) FROM minute") > 0);
	assert_int_equal(count_in("minutes.db", "SELECT count(*) FROM source"), 2);
	assert_int_equal(count_in("minutes.db", "SELECT count(*) FROM segment"), 3);
	good(store_end(s, "complete", 300, 0, NULL, &e), &e);
	store_close(s);
	check_clean("minutes.db");
}

/* A run whose program was killed is nobody's, and its last minutes grow old like any. */
static void
killed_run(void **state)
{
	(void)state;
	store_close(make("dead.db", 2000, 2500, 100));
	assert_int_equal(count_in("dead.db", "SELECT count(*) FROM run WHERE status = 'running'"), 1);
	struct pruner *p = open_pruner("dead.db", M(30), WHEN_FOREVER);
	prune_all(p, T0 + M(10000));
	pruner_close(p);
	assert_int_equal(count_in("dead.db", "SELECT count(*) FROM frame"), 0);
	check_clean("dead.db");
}

/* Recordings: their time counts; where that is not known, the end of the analysis. */
static void
recordings(void **state)
{
	(void)state;
	struct err e;
	struct store *s;
	struct store_begun b;
	struct store_run known = test_spec("/v/known.avi"), unknown = test_spec("/v/unknown.avi"), under_way = test_spec("/v/now.avi");
	known.clock = "option";
	fill("rec.db", &known, 200);
	fill("rec.db", &unknown, 200);
	good(store_open(&s, "rec.db", TEST_TIMEOUT_MS, &e), &e);
	good(store_begin(s, &under_way, false, &b, &e), &e);
	good(write_frames(s, &b, 100, true, &e), &e);
	good(store_commit(s, &e), &e);
	struct pruner *p = open_pruner("rec.db", M(60), WHEN_FOREVER);
	int64_t now = when_now_ms();
	prune_all(p, now);
	check_clean("rec.db");
	assert_int_equal(count_in("rec.db", "SELECT count(*) FROM frame WHERE run_id = 1"), 0);
	assert_int_equal(count_in("rec.db", "SELECT count(*) FROM frame WHERE run_id = 2"), 200);
	prune_all(p, now + M(120));
	check_clean("rec.db");
	assert_int_equal(count_in("rec.db", "SELECT count(*) FROM frame WHERE run_id = 2"), 0);
	assert_int_equal(count_in("rec.db", "SELECT count(*) FROM frame WHERE run_id = 3"), 100);
	assert_int_equal(count_in("rec.db", "SELECT frames_pruned = 200 AND frames_analyzed = 200 AND pruned_ms > last_ms FROM run WHERE id = 2"), 1);
	good(store_end(s, "interrupted", 100, 0, NULL, &e), &e);
	prune_all(p, now + M(120));
	assert_int_equal(count_in("rec.db", "SELECT count(*) FROM frame"), 0);
	/* a complete one is still that; one that was broken off cannot be taken up again, and says why */
	good(store_begin(s, &unknown, false, &b, &e), &e);
	assert_int_equal(b.how, STORE_COMPLETE);
	bad(store_begin(s, &under_way, false, &b, &e), &e, ERR_DATA, "were deleted by retention, so it cannot be continued: --force");
	good(store_begin(s, &under_way, true, &b, &e), &e);
	good(write_frames(s, &b, 100, true, &e), &e);
	good(store_end(s, "complete", 100, 0, NULL, &e), &e);
	store_close(s);
	pruner_close(p);
	check_clean("rec.db");
}

static int64_t
size_of(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* Is text anywhere in the files? */
static bool
holds(const char *path, const char *text)
{
	char command[200];
	snprintf(command, sizeof command, "cat %s %s-wal 2>/dev/null | grep -qa '%s'", path, path, text);
	return system(command) == 0;
}

static void
file_shrinks(void **state)
{
	(void)state;
	struct err e;
	struct store *s = make("size.db", 2000, 50, 2000);
	int64_t id;
	good(gap_begin(s, T0, "stall", "a very special word", &id, &e), &e);
	good(gap_end(s, id, T0 + 1, &e), &e);
	good(store_end(s, "complete", 2000, 0, NULL, &e), &e);
	store_close(s);
	int64_t before = size_of("size.db");
	assert_true(holds("size.db", "a very special word"));
	struct pruner *p = open_pruner("size.db", M(1), M(1));
	struct prune_counts n;
	assert_true(pruner_shrinks(p));
	prune_all(p, T0 + M(100000));
	pruner_counts(p, &n);
	/* while it is open: the log is empty, and the file smaller by what is told */
	assert_int_equal(size_of("size.db-wal"), 0);
	assert_true(size_of("size.db") < before / 4);
	assert_int_equal(before - size_of("size.db"), n.bytes);
	assert_false(holds("size.db", "a very special word"));
	pruner_close(p);
	check_clean("size.db");

	/* one of an older footfall keeps its pages until it is written anew */
	store_close(make("size.db", 2000, 50, 500));
	tamper("size.db", "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM; PRAGMA journal_mode = WAL");
	before = size_of("size.db");
	p = open_pruner("size.db", M(1), M(1));
	assert_false(pruner_shrinks(p));
	prune_all(p, T0 + M(100000));
	assert_true(size_of("size.db") >= before);
	good(pruner_vacuum(p, &e), &e);
	assert_true(pruner_shrinks(p));
	assert_true(size_of("size.db") < before / 2);
	pruner_counts(p, &n);
	assert_in_range(before - size_of("size.db"), n.bytes - 8192, n.bytes + 8192);
	pruner_close(p);
	check_clean("size.db");
}

/* Beside a writer: steps are short, the writer's lock is waited for, and a failure is half of nothing. */
static void
beside_a_writer(void **state)
{
	(void)state;
	struct err e;
	struct store *s = make("beside.db", 2000, 50, 3000);
	struct prune_plan plan = { M(1), WHEN_FOREVER };
	struct pruner *p;
	struct prune_counts n;
	good(pruner_open(&p, "beside.db", 20, &plan, &e), &e);
	good(db_begin(store_db(s), &e), &e);
	bad(pruner_step(p, T0 + M(1000), &e), &e, ERR_IO, "is locked");
	db_rollback(store_db(s));
	pruner_counts(p, &n);
	assert_int_equal(n.frames, 0);
	int rounds = 0, got;
	while ((got = pruner_step(p, T0 + M(1000), &e)) == 1) {
		/* a writer that waits for nobody */
		int64_t id;
		good(gap_begin(s, T0 + M(900) + rounds, "stall", NULL, &id, &e), &e);
		good(store_commit(s, &e), &e);
		rounds++;
	}
	good(got, &e);
	assert_true(rounds > 10);
	pruner_close(p);
	store_close(s);
	check_clean("beside.db");
}

/* Killed at any step: the next round ends it. */
static void
killed_pruner(void **state)
{
	(void)state;
	store_close(make("kill.db", 2000, 50, 2000));
	for (int i = 1; i < 12; i++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct err e;
			struct pruner *p = open_pruner("kill.db", M(1), M(1));
			for (int k = 0; k < i; k++)
				good(pruner_step(p, T0 + M(1000), &e), &e);
			_exit(0);
		}
		int status;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		check_clean("kill.db");
	}
	struct pruner *p = open_pruner("kill.db", M(1), M(1));
	prune_all(p, T0 + M(1000));
	pruner_close(p);
	check_clean("kill.db");
	assert_int_equal(count_in("kill.db", "SELECT count(*) FROM frame"), 0);
	assert_int_equal(count_in("kill.db", "SELECT count(*) FROM minute"), 0);
}

static void
plans(void **state)
{
	(void)state;
	static const struct {
		const char *detections, *minutes, *bad;
		int64_t detections_ms, minutes_ms;
	} cases[] = {
		{ "forever", "forever", NULL, WHEN_FOREVER, WHEN_FOREVER },
		{ "30d", "forever", NULL, INT64_C(2592000000), WHEN_FOREVER },
		{ "30d", "5y", NULL, INT64_C(2592000000), INT64_C(157680000000) },
		{ "forever", "1d", NULL, 86400000, 86400000 },
		{ "2d", "1d", NULL, 86400000, 86400000 },
		{ "soon", "1d", "retain.detections: \"soon\" is no duration", 0, 0 },
		{ "1d", "-5y", "retain.minutes: \"-5y\" is no duration", 0, 0 },
		{ "1d", "0d", "retain.minutes: \"0d\" is no duration", 0, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct err e;
		struct settings s;
		struct prune_plan plan;
		settings_init(&s);
		good(settings_set(&s, "retain.detections", cases[i].detections, "-o", &e), &e);
		good(settings_set(&s, "retain.minutes", cases[i].minutes, "-o", &e), &e);
		if (cases[i].bad != NULL) {
			bad(prune_plan_from(&plan, &s, &e), &e, ERR_CONFIG, cases[i].bad);
		} else {
			good(prune_plan_from(&plan, &s, &e), &e);
			assert_int_equal(plan.detections_ms, cases[i].detections_ms);
			assert_int_equal(plan.minutes_ms, cases[i].minutes_ms);
			assert_int_equal(prune_plan_any(&plan), i > 0);
		}
		settings_free(&s);
	}
}

/* A file from elsewhere, with times that cannot be. */
static void
hostile(void **state)
{
	(void)state;
	struct err e;
	store_close(make("hostile.db", 2000, 2500, 50));
	tamper("hostile.db", "UPDATE run SET last_ms = 9223372036854775807, first_ms = -9223372036854775808 WHERE id % 2 = 0;"
	    "UPDATE run SET ended_ms = -9223372036854775808 WHERE status <> 'running'; UPDATE gap SET from_ms = -9223372036854775808");
	struct pruner *p = open_pruner("hostile.db", M(1), M(1));
	int got, n = 0;
	while ((got = pruner_step(p, T0 + M(1000), &e)) == 1 && n < 1000)
		n++;
	assert_true(n < 1000);
	good(got, &e);
	pruner_close(p);
	assert_int_equal(count_in("hostile.db", "SELECT count(*) FROM frame"), 0);
	bad(pruner_open(&p, "nothing.db", 100, &(struct prune_plan){ 1, 1 }, &e), &e, ERR_INPUT, "no database nothing.db");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(minutes),
		cmocka_unit_test(killed_run),
		cmocka_unit_test(recordings),
		cmocka_unit_test(file_shrinks),
		cmocka_unit_test(beside_a_writer),
		cmocka_unit_test(killed_pruner),
		cmocka_unit_test(plans),
		cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests_name("prune", tests, make_dir, remove_dir);
}
