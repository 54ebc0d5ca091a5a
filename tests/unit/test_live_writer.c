/*
 * From results to rows when the database does not let us: a full disk, a lock, and what a run loses by that; minutes over run
 * and clock changes.  No cameras, no networks: results are made by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/when.h"
#include "live/parts.h"
#include "store/check.h"

#define DB "live.db"

struct bench {
	struct settings settings;
	struct crew *crew;
	struct live_options options;
	struct core core;
	struct live_source source;
	struct job job;
	int64_t time_ms, number;
};

static int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	struct err e;
	const char *root = getenv("ROOT");
	char *registry = mem_printf("%s/tests/cli/common/registry.cfg", root != NULL ? root : "../..");
	setenv("FOOTFALL_REGISTRY", registry, 1);
	free(registry);
	unlink(DB);
	unlink(DB "-wal");
	unlink(DB "-shm");
	settings_init(&b->settings);
	assert_int_equal(settings_set(&b->settings, "store.timeout", "0.1", "test", &e), 0);
	const struct crew_wish wish = { .stages = "person" };
	assert_int_equal(crew_open(&b->crew, &wish, &b->settings, &e), 0);
	b->options = (struct live_options){ .settings = &b->settings, .crew = b->crew, .db = DB, .json = true };
	b->core.options = &b->options;
	b->core.now.live_commit = 1000;
	pthread_mutex_init(&b->core.lock, NULL);
	b->source.core = &b->core;
	b->source.own = (struct camera_address){ .kind = CAMERA_STREAM, .shown = mem_strdup("rtsp://10.0.0.7/1"), .open = mem_strdup("x"),
		.name = mem_strdup("door") };
	b->source.address = &b->source.own;
	assert_int_equal(writer_open(&b->source.writer, &b->source, &e), 0);
	b->time_ms = when_minute(when_now_ms()) + 1000;
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;
	writer_free(&b->source.writer);
	camera_address_free(&b->source.own);
	result_free(&b->job.result);
	crew_close(b->crew);
	settings_free(&b->settings);
	pthread_mutex_destroy(&b->core.lock);
	free(b);
	return 0;
}

/* A frame with so many people, 100 ms after the one before it. */
static int
add(struct bench *b, int people, bool gated)
{
	struct err e;
	struct job *j = &b->job;
	result_clear(&j->result);
	for (int i = 0; i < people; i++)
		*result_add_person(&j->result) = (struct person){ { 10 * i, 5, 8, 30 }, 0.9 };
	j->result.number = b->number++;
	j->result.time_ms = b->time_ms;
	j->result.gated = gated;
	j->width = j->width != 0 ? j->width : 64;
	j->height = 48;
	j->captured_ms = when_monotonic_ms();
	b->time_ms += 100;
	int r = writer_add(&b->source, j, &e);
	j->drops = (struct drops){ 0 };
	return r;
}

static int64_t
number(const char *sql)
{
	struct db *d;
	struct err e;
	int64_t v = -1;
	assert_int_equal(db_open(&d, DB, DB_READ, 1000, &e), 0);
	assert_int_equal(db_int(d, sql, &v, &e), 0);
	db_close(d);
	return v;
}

static void
check(void)
{
	struct db *d;
	struct err e;
	struct buf findings = { 0 };
	assert_int_equal(db_open(&d, DB, DB_READ, 1000, &e), 0);
	if (check_database(d, &findings, &e) != 0)
		fail_msg("%s", buf_str(&findings));
	buf_free(&findings);
	db_close(d);
}

static void
close_it(struct bench *b)
{
	struct err e;
	assert_int_equal(writer_close(&b->source, "complete", NULL, &e), 0);
}

static void
test_plain(void **state)
{
	struct bench *b = *state;
	struct err e;
	for (int i = 0; i < 30; i++)
		assert_int_equal(add(b, i % 3, i % 5 == 4 && i % 3 == 1), 1);
	assert_int_equal(number("SELECT count(*) FROM frame"), 0);
	assert_int_equal(writer_flush(&b->source, false, &e), 0);
	assert_int_equal(number("SELECT count(*) FROM frame"), 0);
	assert_int_equal(writer_flush(&b->source, true, &e), 0);
	assert_int_equal(number("SELECT count(*) FROM frame"), 30);
	assert_int_equal(number("SELECT age_max_ms IS NULL FROM minute"), 1);
	close_it(b);
	assert_int_equal(number("SELECT people_sum FROM minute"), 30);
	assert_int_equal(number("SELECT age_max_ms >= age_median_ms AND age_median_ms >= 0 FROM minute"), 1);
	assert_int_equal(number("SELECT status = 'complete' AND frames_read = 30 FROM run"), 1);
	assert_int_equal(number("SELECT width * 1000 + height FROM source"), 64048);
}

/* The disk is full in the middle: nothing is lost, nothing is there twice. */
static void
test_disk_full(void **state)
{
	struct bench *b = *state;
	struct err e;
	for (int i = 0; i < 10; i++)
		add(b, 2, i > 0);
	assert_int_equal(writer_flush(&b->source, true, &e), 0);
	struct db *d = store_db(b->source.writer.store);
	assert_int_equal(db_exec(d, "PRAGMA max_page_count = 1", &e), 0);
	for (int i = 0; i < 400; i++) {
		b->job.drops = (struct drops){ .now = i == 7 };
		assert_int_equal(add(b, 2, true), 1);
	}
	assert_int_equal(writer_flush(&b->source, true, &e), 1);
	assert_int_equal(e.code, ERR_IO);
	assert_false(b->source.writer.has_run);
	/* still full */
	assert_int_equal(writer_flush(&b->source, true, &e), 1);
	assert_int_equal(number("SELECT count(*) FROM frame"), 10);
	assert_int_equal(db_exec(d, "PRAGMA max_page_count = 100000", &e), 0);
	assert_int_equal(writer_flush(&b->source, true, &e), 0);
	for (int i = 0; i < 10; i++)
		add(b, 2, true);
	close_it(b);
	check();
	assert_int_equal(number("SELECT count(*) FROM frame"), 420);
	assert_int_equal(number("SELECT sum(people_sum) FROM minute"), 840);
	assert_int_equal(number("SELECT sum(dropped) FROM minute"), 1);
	assert_int_equal(number("SELECT frames_dropped FROM run WHERE status = 'complete'"), 1);
	assert_int_equal(number("SELECT count(*) FROM run WHERE status = 'interrupted'"), number("SELECT count(*) - 1 FROM run"));
}

/* Somebody holds the database: the run goes on when it is let go. */
static void
test_locked(void **state)
{
	struct bench *b = *state;
	struct err e;
	struct db *other;
	add(b, 1, false);
	assert_int_equal(writer_flush(&b->source, true, &e), 0);
	assert_int_equal(db_open(&other, DB, DB_WRITE, 0, &e), 0);
	assert_int_equal(db_begin(other, &e), 0);
	for (int i = 0; i < BATCH; i++)
		assert_int_equal(add(b, 1, false), 1);
	/* no more than that is kept */
	assert_int_equal(add(b, 1, false), WRITER_NOT_NOW);
	assert_int_equal(writer_flush(&b->source, true, &e), 1);
	assert_int_equal(e.code, ERR_IO);
	assert_int_equal(writer_close(&b->source, "complete", NULL, &e), 1);
	db_rollback(other);
	db_close(other);
	/* a full batch makes room for itself */
	assert_int_equal(add(b, 1, false), WRITER_TAKEN);
	assert_int_equal(b->source.writer.n, 1);
	close_it(b);
	check();
	assert_int_equal(number("SELECT count(*) FROM run"), 1);
	assert_int_equal(number("SELECT count(*) FROM frame"), BATCH + 2);
}

static void
test_another_size_and_clock(void **state)
{
	struct bench *b = *state;
	for (int i = 0; i < 5; i++)
		add(b, 1, false);
	b->job.width = 80;
	for (int i = 0; i < 6; i++)
		add(b, 1, false);
	/* a day forward */
	b->job.steps++;
	b->time_ms += 86400000;
	for (int i = 0; i < 7; i++)
		add(b, 1, false);
	/* and two back */
	b->job.steps++;
	b->time_ms -= 2 * 86400000;
	for (int i = 0; i < 8; i++)
		add(b, 1, false);
	close_it(b);
	check();
	assert_int_equal(number("SELECT group_concat(frames_analyzed, '') FROM (SELECT * FROM run ORDER BY id)"), 5678);
	assert_int_equal(number("SELECT count(*) FROM run WHERE status = 'complete'"), 4);
	assert_int_equal(number("SELECT max(n) FROM (SELECT min(number) AS n FROM frame GROUP BY run_id)"), 0);
	assert_int_equal(number("SELECT count(*) FROM gap"), 2);
	assert_int_equal(number("SELECT to_ms - from_ms FROM gap WHERE reason = 'size' AND run_id = 1"), 100);
	assert_int_equal(number("SELECT to_ms - from_ms FROM gap WHERE reason = 'clock' AND run_id = 2"), 86400100);
}

/* A stream that changes its size all the time makes two runs, not two hundred. */
static void
test_alternating_sizes(void **state)
{
	struct bench *b = *state;
	for (int i = 0; i < 100; i++) {
		b->job.width = 64 + 16 * (i % 2);
		/* a run of 80, after the first frame of 64 */
		assert_int_equal(add(b, 1, false), i > 0 && i % 2 == 0 ? WRITER_LEFT_OUT : WRITER_TAKEN);
	}
	close_it(b);
	check();
	assert_int_equal(number("SELECT count(*) FROM run"), 2);
	assert_int_equal(number("SELECT count(*) FROM frame"), 51);
	assert_int_equal(number("SELECT sum(frames_dropped) FROM run"), 49);
	assert_int_equal(number("SELECT count(*) FROM gap"), 1);
}

/* What is written into a file that has no name any more, nobody finds. */
static void
test_database_removed(void **state)
{
	struct bench *b = *state;
	struct err e;
	add(b, 1, false);
	assert_int_equal(writer_flush(&b->source, true, &e), 0);
	assert_int_equal(rename(DB, "moved.db"), 0);
	add(b, 1, false);
	assert_int_equal(writer_flush(&b->source, true, &e), -1);
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.msg, "removed"));
	assert_int_equal(rename("moved.db", DB), 0);
}

/* It was away, which is told once. */
static void
test_back_with_another_size(void **state)
{
	struct bench *b = *state;
	for (int i = 0; i < 5; i++)
		add(b, 1, false);
	gaps_begin(&b->source.gaps, b->time_ms, "closed", "the other side ended it");
	b->time_ms += 4000;
	gaps_end(&b->source.gaps, b->time_ms + 100);
	b->job.width = 80;
	add(b, 1, false);
	add(b, 1, false);
	close_it(b);
	check();
	assert_int_equal(number("SELECT count(*) FROM run"), 2);
	assert_int_equal(number("SELECT count(*) FROM gap"), 1);
	assert_int_equal(number("SELECT to_ms - from_ms FROM gap WHERE reason = 'closed'"), 4100);
}

static void
test_gaps(void **state)
{
	struct bench *b = *state;
	struct err e;
	add(b, 1, false);
	gaps_begin(&b->source.gaps, b->time_ms, "stall", "no frame for 5 s");
	assert_int_equal(writer_gaps(&b->source, &e), 0);
	assert_int_equal(number("SELECT to_ms IS NULL AND reason = 'stall' AND detail = 'no frame for 5 s' FROM gap"), 1);
	assert_int_equal(writer_gaps(&b->source, &e), 0);
	gaps_end(&b->source.gaps, b->time_ms + 7000);
	b->time_ms += 7000;
	add(b, 1, false);
	assert_int_equal(writer_gaps(&b->source, &e), 0);
	assert_int_equal(number("SELECT to_ms - from_ms FROM gap"), 7000);
	/* down when it ends: the gap ends with it */
	gaps_begin(&b->source.gaps, b->time_ms, "closed", NULL);
	close_it(b);
	check();
	assert_int_equal(number("SELECT count(*) FROM gap WHERE to_ms IS NOT NULL"), 2);
}

/* How often it is in the file. */
static int
count_in(const char *path, const char *text)
{
	char line[512];
	int n = 0;
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL)
		n += strstr(line, text) != NULL;
	fclose(f);
	return n;
}

/* At dusk every other frame is dark: one line, and one when it is day. */
static void
test_told_once(void **state)
{
	struct bench *b = *state;
	int64_t now_ms = 1000;
	int kept = dup(STDERR_FILENO);
	FILE *f = fopen("told.txt", "we");
	assert_non_null(f);
	assert_true(kept >= 0 && dup2(fileno(f), STDERR_FILENO) >= 0);
	for (int i = 0; i < 1000; i++, now_ms += 40)
		tell_marks(&b->source, &(struct scene_marks){ .dark = i % 2 == 0, .moved = i % 100 == 0 }, now_ms);
	int begun = count_in("told.txt", "nothing can be seen"), ended = count_in("told.txt", "seen again");
	for (int i = 0; i < 300; i++, now_ms += 40)
		tell_marks(&b->source, &(struct scene_marks){ 0 }, now_ms);
	int over = count_in("told.txt", "seen again"), moved = count_in("told.txt", "camera moved");
	now_ms += 600000;
	tell_marks(&b->source, &(struct scene_marks){ .moved = true }, now_ms);
	int moved_again = count_in("told.txt", "camera moved");
	dup2(kept, STDERR_FILENO);
	close(kept);
	fclose(f);
	assert_int_equal(begun, 1);
	assert_int_equal(ended, 0);
	assert_int_equal(over, 1);
	assert_int_equal(moved, 1);
	assert_int_equal(moved_again, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disk_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_locked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_size_and_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alternating_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_database_removed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_back_with_another_size, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gaps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_told_once, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
