/* check: the recomputation agrees with minute.c, every kind of damage is found, and rebuild mends what it can. */
#include "base/when.h"
#include "store_test.h"

/* Findings of a database, which must be n (any number when n < 0), one line each, with text among them. */
static void
expect(const char *path, int64_t n, const char *text)
{
	struct err e;
	struct db *d;
	struct buf b = {0};
	good(store_open_read(&d, path, TEST_TIMEOUT_MS, &e), &e);
	int64_t got = check_database(d, &b, &e);
	good(got, &e);
	assert_false(db_in_transaction(d));
	int64_t lines = 0;
	for (size_t i = 0; i < b.len; i++)
		lines += b.data[i] == '\n';
	if ((n >= 0 && got != n) || lines != got || strstr(buf_str(&b), text) == NULL) {
		print_error("wanted %lld with \"%s\", got %lld:\n%s", (long long)n, text, (long long)got, buf_str(&b));
		fail();
	}
	buf_free(&b);
	db_close(d);
}

static int
rebuild(const char *path, int64_t *changed, struct err *e)
{
	struct db *d;
	good(db_open(&d, path, DB_WRITE, TEST_TIMEOUT_MS, e), e);
	int got = check_rebuild(d, changed, e);
	assert_false(db_in_transaction(d));
	db_close(d);
	return got;
}

/* Random recordings with every kind of step, against the C code of minute.c. */
static void
agrees(void **state)
{
	(void)state;
	static const int64_t steps[] = { 1, 40, 999, 1000, 2000, 2001, 20000, 59999, 60000, 60001, 61000, 150000, 1000000 };
	static const int64_t gaps[] = { 0, 1, 1000, 2000, 60000, 90000, 200000 };
	struct err e;
	struct store *s;
	good(store_open(&s, "agrees.db", TEST_TIMEOUT_MS, &e), &e);
	uint32_t h = 1;
	for (int i = 0; i < 120; i++) {
		char uri[32], settings[64];
		snprintf(uri, sizeof uri, "/v/%d.avi", i);
		int64_t gap = gaps[i % 7];
		snprintf(settings, sizeof settings, "{\"minute.gap_ms\":%lld}", (long long)gap);
		struct store_run spec = test_spec(uri);
		spec.settings = settings;
		if (i % 3 == 0)
			spec.person = NULL;
		struct store_begun b;
		good(store_begin(s, &spec, false, &b, &e), &e);
		struct minutes m;
		minutes_start(&m, gap);
		struct frame_result r = {0};
		int64_t t = i % 2 == 0 ? -200000 - i * 777 : INT64_C(1795228800000) + i * 777;
		for (int64_t k = 0; k < i; k++) {
			h = mix(h + (uint32_t)k);
			t += h % 5 == 0 ? 0 : steps[h / 5 % (h % 7 == 0 ? 13 : 7)];
			test_frame(&r, k, t, spec.person != NULL);
			r.number = k * 3;
			struct tally y = result_tally(&r, spec.person != NULL);
			struct minute changed[2];
			size_t n = minutes_add(&m, t, &y, changed);
			good(store_frame(s, &r, changed, n, k * 3 + 1, &e), &e);
		}
		result_free(&r);
		good(store_end(s, i % 2 == 0 ? "complete" : "interrupted", i * 3, 0, NULL, &e), &e);
	}
	store_close(s);
	check_clean("agrees.db");
	assert_true(count_in("agrees.db", "SELECT count(*) FROM minute") > 500);
	assert_int_equal(count_in("agrees.db", "SELECT max(covered_ms) FROM minute"), 60000);

	/* and as independent rows: all thrown away and made again */
	char before[SHA256_HEX], after[SHA256_HEX];
	digest("agrees.db", before);
	int64_t changed, minutes = count_in("agrees.db", "SELECT count(*) FROM minute");
	tamper("agrees.db", "DELETE FROM minute; UPDATE run SET frames_analyzed = 0, first_ms = NULL, last_ms = NULL");
	good(rebuild("agrees.db", &changed, &e), &e);
	assert_int_equal(changed, minutes + 119);	/* one run has no frames */
	digest("agrees.db", after);
	assert_string_equal(before, after);
	good(rebuild("agrees.db", &changed, &e), &e);
	assert_int_equal(changed, 0);
}

/* By hand, so that the two programs cannot be wrong together. */
static void
by_hand(void **state)
{
	(void)state;
	struct err e;
	struct store_run spec = test_spec("/v/hand.avi");
	spec.settings = "{\"minute.gap_ms\":20000}";
	struct store *s;
	struct store_begun b;
	good(store_open(&s, "hand.db", TEST_TIMEOUT_MS, &e), &e);
	good(store_begin(s, &spec, false, &b, &e), &e);
	good(store_end(s, "complete", 9, 0, NULL, &e), &e);
	store_close(s);
	/*
	 * frame  time    stands for
	 * 0      10.0 s  20 s (the next is 40 s later)     minute 0: 20
	 * 1      50.0 s  15 s until 65.0                   minute 0: 10, minute 1: 5
	 * 2      65.0 s  20 s                              minute 1: 20
	 * 3     200.0 s  1 s                               minute 3: 1
	 * 4     201.0 s  1 s, as long as the one before    minute 3: 1
	 */
	tamper("hand.db", "INSERT INTO frame (id, run_id, number, time_ms) VALUES (1, 1, 0, 10000), (2, 1, 1, 50000), (3, 1, 2, 65000), (4, 1, 3, 200000),"
	    " (5, 1, 4, 201000);"
	    /* persons 2, 0, 1; one woman with a face, one face in nobody's box */
	    "INSERT INTO person (id, frame_id, score, x, y, w, h) VALUES (1, 1, .5, 0, 0, 1, 1), (2, 1, .5, 0, 0, 1, 1), (3, 3, .5, 0, 0, 1, 1);"
	    "INSERT INTO face (frame_id, person_id, score, x, y, w, h, gender, p_female) VALUES"
	    " (1, 2, .5, 0, 0, 1, 1, 'female', .9), (1, NULL, .5, 0, 0, 1, 1, 'male', .1), (3, 3, .5, 0, 0, 1, 1, NULL, .6)");
	int64_t changed;
	good(rebuild("hand.db", &changed, &e), &e);
	assert_int_equal(changed, 4);	/* three minutes and the run */
	assert_int_equal(count_in("hand.db", "SELECT count(*) FROM minute WHERE"
	    " (start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max, men_sum, women_sum, unknown_sum, faces_sum)"
	    " IN (VALUES (0, 2, 30000, 0, 2, 0, 2, 0, 1, 1, 2), (60000, 1, 25000, 0, 1, 1, 1, 0, 0, 1, 1),"
	    " (180000, 2, 2000, 0, 0, 0, 0, 0, 0, 0, 0))"), 3);
	assert_int_equal(count_in("hand.db", "SELECT count(*) FROM minute"), 3);
	assert_int_equal(count_in("hand.db", "SELECT first_ms = 10000 AND last_ms = 201000 AND frames_analyzed = 5 FROM run"), 1);
	check_clean("hand.db");
}

struct damage {
	const char *sql;
	int64_t findings;	/* -1: at least one */
	const char *text;
	bool mended;		/* by rebuild */
};

static const struct damage damages[] = {
	{ "DELETE FROM minute WHERE start_ms = 180000", 1, "run 1, minute 1970-01-01T00:03:00Z: missing, and ", true },
	{ "INSERT INTO minute SELECT run_id, 600000000, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, 0, 0 FROM minute LIMIT 1", 1,
	    "run 1, minute 1970-01-07T22:40:00Z: no frame lies in it", true },
	{ "UPDATE minute SET covered_ms = covered_ms - 1 WHERE start_ms = 180000", 1, "minute 1970-01-01T00:03:00Z: covered_ms is ", true },
	{ "UPDATE minute SET frames = frames + 1, people_min = 0 WHERE start_ms = 180000", 1, "frames is ", true },
	{ "UPDATE minute SET women_sum = women_sum + men_sum, men_sum = 0 WHERE start_ms = 180000", 2, "women_sum is ", true },
	{ "UPDATE minute SET people_max = 99 WHERE start_ms = 180000", 1, "people_max is 99, its frames give ", true },
	{ "UPDATE minute SET faces_sum = 0 WHERE start_ms = 180000", 1, "faces_sum is 0, its frames give ", true },
	{ "UPDATE minute SET gated = gated - 1 WHERE start_ms = 180000", 1, "minute 1970-01-01T00:03:00Z: gated is ", true },
	{ "UPDATE frame SET gated = 0 WHERE number = 20", 1, "gated is ", false },
	{ "UPDATE frame SET gated = 3 WHERE number = 20", 2, "frame 21: gated is neither 0 nor 1", false },
	{ "UPDATE frame SET gated = 1 WHERE number = 0", 2, "frame 1: it took an earlier result, and there is none", false },
	{ "UPDATE person SET x = x + 1 WHERE id = (SELECT max(p.id) FROM person p JOIN frame f ON f.id = frame_id WHERE number % 7 = 6)", 1,
	    "it took an earlier result, and its persons are not those of the frame before it", false },
	{ "DELETE FROM face WHERE id = (SELECT max(a.id) FROM face a JOIN frame f ON f.id = frame_id WHERE number % 7 = 6)", -1,
	    "it took an earlier result, and its faces are not those of the frame before it", false },
	/* the same twice is another thing than once */
	{ "INSERT INTO person (frame_id, score, x, y, w, h) SELECT frame_id, score, x, y, w, h FROM person WHERE id ="
	    " (SELECT max(p.id) FROM person p JOIN frame f ON f.id = frame_id WHERE number % 7 = 6)", -1,
	    "its persons are not those of the frame before it", false },
	{ "UPDATE run SET frames_analyzed = 7", 1, "run 1: frames_analyzed is 7, its frames give 300", true },
	{ "UPDATE run SET first_ms = first_ms - 1", 1, "run 1: first_ms is ", true },
	{ "UPDATE run SET last_ms = last_ms + 1", 1, "run 1: last_ms is ", true },
	{ "DELETE FROM frame WHERE number = 299", -1, "refers to a row of frame that is not there", false },
	{ "DELETE FROM person WHERE id = (SELECT person_id FROM face WHERE person_id IS NOT NULL LIMIT 1)", -1,
	    "table face: row ", false },
	{ "DELETE FROM model", 3, "table run: row 1 refers to a row of model", false },
	{ "UPDATE person SET score = 7 WHERE id = 1", 1, "person 1: its score is not from 0 to 1", false },
	{ "UPDATE person SET h = 9e999 WHERE id = 2", 1, "person 2: its box lies in no picture", false },
	{ "UPDATE face SET x = -1 WHERE id = 3", 1, "face 3: its box lies in no picture", false },
	{ "UPDATE face SET score = -1 WHERE id = 3", 1, "face 3: its score is not from 0 to 1", false },
	{ "UPDATE face SET p_female = 2 WHERE id = 3", 1, "face 3: its p_female is not from 0 to 1", false },
	{ "UPDATE face SET p_female = NULL WHERE id = (SELECT min(id) FROM face WHERE gender = 'male')", 1, "was not classified", false },
	{ "UPDATE face SET gender = 'child' WHERE id = (SELECT min(id) FROM face WHERE gender IS NULL)", -1, "its gender is neither", false },
	{ "UPDATE source SET kind = 'disk', width = -1", 2, "source 1: of no known kind", false },
	{ "UPDATE model SET task = 'horse' WHERE id = 1", 1, "model 1: of no known task", false },
	{ "UPDATE run SET status = 'done'", 1, "run 1: of no known status", false },
	{ "UPDATE run SET clock = 'sun'", 1, "run 1: of no known clock", false },
	{ "UPDATE run SET ended_ms = NULL", 1, "run 1: it is complete, and has no end", false },
	{ "UPDATE run SET frames_read = 3", 1, "run 1: more frames analyzed than read", false },
	{ "UPDATE run SET frames_dropped = -3", -1, "run 1: a count below zero", false },
	{ "UPDATE frame SET number = -1 WHERE number = 0", 1, "frame 1: its number is below zero", false },
	{ "UPDATE frame SET time_ms = 9000000000000000000 WHERE number = 299", -1, "its time is not in the years", false },
	{ "UPDATE minute SET start_ms = 180001 WHERE start_ms = 180000", 2, "no frame lies in it", true },
	{ "UPDATE frame SET time_ms = time_ms - 1000000 WHERE number = 20", -1, "frame 20 is earlier than the one before it", false },
	{ "UPDATE run SET settings = '{}'", 1, "run 1: its settings do not say minute.gap_ms", false },
	{ "UPDATE run SET settings = 'x\ny'", 1, "run 1: its settings do not say minute.gap_ms", false },
	{ "UPDATE run SET settings = '{\"minute.gap_ms\":\"2\"}'", 1, "do not say minute.gap_ms", false },
	{ "UPDATE run SET settings = '{\"minute.gap_ms\":-2}'", 1, "do not say minute.gap_ms", false },
	{ "UPDATE minute SET dropped = 3 WHERE start_ms = 180000", 1, "its minutes hold 3 dropped frames, the run 0", false },
	{ "UPDATE face SET frame_id = (SELECT id FROM frame WHERE number = 0) WHERE person_id = (SELECT max(person_id) FROM face)",
	    -1, "is in another frame", false },
	{ "UPDATE run SET person_model_id = NULL", -1, "it has no person network, and yet ", false },
	{ "UPDATE run SET frames_pruned = 3", 2, "run 1: frames of it were deleted by retention, and it does not say up to when", false },
	{ "UPDATE run SET pruned_ms = 60000", -1, "run 1: it says up to when its frames were deleted by retention, and none was", false },
	{ "UPDATE run SET frames_pruned = -1", -1, "it says that retention deleted -1 of its 300 frames", false },
	{ "UPDATE run SET frames_pruned = 1, pruned_ms = -599999, frames_analyzed = 301, frames_read = 301", 1, "retention ended within a minute", false },
	{ "UPDATE minute SET frozen = frames + 1 WHERE start_ms = 180000", 1, "more frozen or dark frames in a minute than frames", false },
	{ "UPDATE minute SET dark = -1 WHERE start_ms = 180000", 1, "or fewer than none", false },
	{ "UPDATE minute SET moved = -1 WHERE start_ms = 180000", 1, "changes of view below zero", false },
	{ "UPDATE minute SET age_median_ms = 3 WHERE start_ms = 180000", 1, "or not all there", false },
	{ "UPDATE minute SET age_median_ms = 3, age_p95_ms = 2, age_max_ms = 4 WHERE start_ms = 180000", 1, "not in order", false },
	{ "UPDATE minute SET age_median_ms = -3, age_p95_ms = 2, age_max_ms = 4 WHERE start_ms = 180000", 1, "ages in a minute that are below zero", false },
	{ "INSERT INTO gap VALUES (5, 1, 10, 9, 'stall', NULL)", 2, "gap 5: it ends before it begins", false },
	{ "UPDATE run SET input_sha256 = NULL; INSERT INTO gap VALUES (5, 1, 10, 11, 'rain', NULL)", 1, "gap 5: of no known reason", false },
	{ "INSERT INTO gap VALUES (5, 1, 10, NULL, 'stall', NULL)", 1, "gap 5: it is in a run of a recording", false },
	{ "INSERT INTO gap VALUES (5, 9, 10, NULL, 'stall', NULL)", 1, "table gap: row 5 refers to a row of run", false },
	{ "INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 10, 9, 0, 1, 2, 9, NULL, 1, NULL, NULL)", 1, "segment 1: it ends before it begins", false },
	{ "INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 9, 0, 1, 0, 9, NULL, 1, NULL, NULL)", 1, "segment 1: a count out of range", false },
	{ "INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 9, 0, 1, 2, 9, NULL, 2, NULL, NULL)", 1, "segment 1: blurred is neither 0 nor 1", false },
	{ "INSERT INTO segment VALUES (1, 1, 'c', '/a.mp4', '/r', 1, 9, 0, 1, 2, 9, NULL, 1, NULL, NULL)", 1, "its file is not named as it must be", false },
	{ "INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 9, 0, 1, 2, 9, 'xyz', 1, NULL, NULL)", 1, "its digest is none", false },
	{ "INSERT INTO segment VALUES (1, 1, 'c', 'a.mp4', '/r', 1, 9, 0, 1, 2, 9, NULL, 1, NULL, NULL), (2, 1, 'c', 'a.mp4', '/r', 1, 9, 0, 1, 2, 9, NULL, 1, NULL, NULL)",
	    1, "segment 2: another one is the same file", false },
	{ "DROP TABLE gap", -1, "the table gap is not there", false },
	{ "DROP INDEX segment_kept", 1, "the index segment_kept is not there", false },
	{ "DROP VIEW gender_per_minute", 1, "the view gender_per_minute is not there", false },
	{ "DROP INDEX face_person", 1, "the index face_person is not there", false },
	{ "DROP TABLE metric; DROP TABLE evaluation", 4, "the table metric is not there", false },
	{ "DROP VIEW gender_per_minute; DROP VIEW people_per_minute; DROP TABLE minute", -1, "the rest cannot be checked: ", false },
};

static void
damage(void **state)
{
	(void)state;
	struct err e;
	struct store_run spec = test_spec("/v/damage.avi");
	fill("sound.db", &spec, 300);
	check_clean("sound.db");
	char want[SHA256_HEX], got[SHA256_HEX];
	digest("sound.db", want);
	for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		const struct damage *c = &damages[i];
		struct db *d;
		good(store_open_read(&d, "sound.db", 100, &e), &e);
		unlink("hurt.db");
		good(db_backup(d, "hurt.db", &e), &e);
		db_close(d);
		tamper("hurt.db", c->sql);
		expect("hurt.db", c->findings, c->text);
		if (c->mended) {
			int64_t changed;
			good(rebuild("hurt.db", &changed, &e), &e);
			assert_int_equal(changed, c->findings == 2 || c->findings < 0 ? changed : c->findings);
			check_clean("hurt.db");
			digest("hurt.db", got);
			assert_string_equal(got, want);
		}
	}
}

static void
rebuild_refuses(void **state)
{
	(void)state;
	struct err e;
	int64_t changed;
	struct store_run spec = test_spec("/v/refuse.avi");
	fill("refuse.db", &spec, 100);
	tamper("refuse.db", "DELETE FROM minute WHERE start_ms = 180000; UPDATE frame SET time_ms = -900000 WHERE number = 50");
	int64_t minutes = count_in("refuse.db", "SELECT count(*) FROM minute");
	bad(rebuild("refuse.db", &changed, &e), &e, ERR_DATA, "the minutes of run 1 cannot be recomputed");
	assert_int_equal(count_in("refuse.db", "SELECT count(*) FROM minute"), minutes);

	struct db *a, *b;
	fill("busy.db", &spec, 100);
	good(db_open(&a, "busy.db", DB_WRITE, 20, &e), &e);
	good(db_open(&b, "busy.db", DB_WRITE, 20, &e), &e);
	good(db_begin(a, &e), &e);
	bad(check_rebuild(b, &changed, &e), &e, ERR_IO, "is locked");
	db_close(a);
	db_close(b);
}

/* Dropped frames left no rows, so their count must survive. */
static void
dropped(void **state)
{
	(void)state;
	struct err e;
	int64_t changed;
	struct store_run spec = test_spec("/v/dropped.avi");
	fill("dropped.db", &spec, 100);
	tamper("dropped.db", "UPDATE minute SET dropped = 5 WHERE start_ms = 180000; UPDATE run SET frames_dropped = 9;"
	    "UPDATE minute SET covered_ms = 0");
	expect("dropped.db", -1, "covered_ms is 0");
	good(rebuild("dropped.db", &changed, &e), &e);
	check_clean("dropped.db");
	assert_int_equal(count_in("dropped.db", "SELECT sum(dropped) FROM minute"), 5);
	/* a run under way has not told its dropped frames yet */
	tamper("dropped.db", "UPDATE run SET frames_dropped = 0, status = 'running', ended_ms = NULL");
	check_clean("dropped.db");
}

/* What frames say nothing of survives the rebuilding of what they do. */
static void
health(void **state)
{
	(void)state;
	struct err e;
	int64_t changed;
	struct store_run spec = test_spec("/v/health.avi");
	fill("health.db", &spec, 100);
	tamper("health.db", "UPDATE minute SET age_median_ms = 40, age_p95_ms = 90, age_max_ms = 200, frozen = 1, dark = 1, moved = 7 WHERE start_ms = 180000;"
	    "UPDATE minute SET frames = frames + 1, people_min = 0");
	good(rebuild("health.db", &changed, &e), &e);
	check_clean("health.db");
	assert_int_equal(count_in("health.db", "SELECT count(*) FROM minute WHERE (age_median_ms, age_p95_ms, age_max_ms, frozen, dark, moved)"
	    " = (40, 90, 200, 1, 1, 7)"), 1);
	assert_int_equal(count_in("health.db", "SELECT count(*) FROM minute WHERE age_median_ms IS NOT NULL OR frozen + dark + moved > 0"), 1);
}

/* A flood of findings is counted, and not all listed. */
static void
many(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	struct buf b = {0};
	struct store_run spec = test_spec("/v/many.avi");
	fill("many.db", &spec, 6000);
	tamper("many.db", "DELETE FROM person");
	good(store_open_read(&d, "many.db", 100, &e), &e);
	int64_t n = check_database(d, &b, &e);
	assert_true(n > 1100);
	int64_t lines = 0;
	for (size_t i = 0; i < b.len; i++)
		lines += b.data[i] == '\n';
	assert_int_equal(lines, 1001);
	char last[64];
	snprintf(last, sizeof last, "\nand %lld more\n", (long long)n - 1000);
	assert_non_null(strstr(b.data, last));
	buf_free(&b);
	db_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(damage),
		cmocka_unit_test(rebuild_refuses),
		cmocka_unit_test(dropped),
		cmocka_unit_test(health),
		cmocka_unit_test(many),
	};
	return cmocka_run_group_tests_name("check", tests, make_dir, remove_dir);
}
