/*
 * The recorder on the stand-in bridge: where segments begin and end, that rows and files agree, the quota, failures, and what a
 * crash leaves.
 */
#include "store_test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/log.h"
#include "record/names.h"
#include "record/record.h"
#include "store/segment.h"

#define FOLDER "rec"
#define DB "r.db"
#define T0 INT64_C(1779358500000)	/* 2026-05-21T10:15:00Z */

enum { WAIT_S = 60 };

static struct store *store;
static int64_t run_ids[2];

/* A new database with two runs, and no folder. */
static int
begin(void **state)
{
	(void)state;
	struct err e;
	struct store_begun b;
	if (system("rm -rf " FOLDER " " DB "*") != 0)
		return -1;
	good(store_open(&store, DB, TEST_TIMEOUT_MS, &e), &e);
	for (int i = 0; i < 2; i++) {
		struct store_run spec = test_spec(i == 0 ? "a.avi" : "b.avi");
		good(store_begin(store, &spec, false, &b, &e), &e);
		run_ids[i] = b.run_id;
	}
	return 0;
}

static int
end(void **state)
{
	(void)state;
	store_close(store);
	store = NULL;
	return 0;
}

static struct record_options
options(void)
{
	return (struct record_options){
		.folder = FOLDER, .db = DB, .timeout_ms = TEST_TIMEOUT_MS, .segment_ms = 10000, .segment_bytes = 1 << 20,
		.blur = true, .fps = 10
	};
}

static void
pause_ms(int ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000L }, NULL);
}

/* One frame, which is waited for. */
static void
feed(struct recorder *r, const char *source, int64_t run, int width, int64_t number, int64_t time_ms)
{
	struct err e;
	struct frame_result f = { .number = number, .time_ms = time_ms };
	struct recorder_status before, now;
	struct vision_image *im = vision_image_new();
	good(vision_image_create(im, width, 32, &e), &e);
	recorder_status(r, &before);
	struct face *face = result_add_face(&f);
	face->box = (struct box){ 4, 4, 8, 8 };
	recorder_add(r, source, run, im, &f);
	for (int i = 0;; i++) {
		recorder_status(r, &now);
		if (now.frames + now.left_out > before.frames + before.left_out)
			break;
		assert_true(i < WAIT_S * 10000);
		nanosleep(&(struct timespec){ 0, 50000 }, NULL);
	}
	result_free(&f);
	vision_image_free(im);
}

static int64_t
count(const char *sql)
{
	struct err e;
	int64_t n;
	good(db_int(store_db(store), sql, &n, &e), &e);
	return n;
}

static void
wait_until(const char *sql)
{
	for (int i = 0; count(sql) == 0; i++) {
		assert_true(i < WAIT_S * 100);
		pause_ms(10);
	}
}

/* Every row that is not deleted has its file, of those bytes, that digest and as many frames; and every file has its row. */
static int
agree(void)
{
	struct err e;
	struct segment s = { 0 }, next;
	char *folder = file_absolute(FOLDER);
	int n = 0, files = 0;
	while (segment_first(store_db(store), folder, false, n > 0 ? &s : NULL, &next, &e) == 1) {
		segment_free(&s);
		s = next;
		n++;
		char hex[SHA256_HEX], want[64], *full = file_join(folder, s.path);
		int64_t size;
		struct buf text = { 0 };
		assert_true(names_is_segment(s.path));
		good(file_sha256(full, hex, &size, &e), &e);
		assert_string_equal(hex, s.sha256);
		assert_true(size == s.bytes);
		good(file_read(full, 1 << 20, &text, &e), &e);
		snprintf(want, sizeof want, "\nend %lld\n", (long long)s.frames);
		assert_non_null(strstr(buf_str(&text), want));
		buf_free(&text);
		free(full);
	}
	segment_free(&s);
	free(folder);
	FILE *f = popen("find " FOLDER " -type f ! -name .footfall.lock | wc -l", "r");
	assert_int_equal(fscanf(f, "%d", &files), 1);
	pclose(f);
	assert_int_equal(files, n);
	return n;
}

static void
test_segments(void **state)
{
	(void)state;
	struct err e;
	struct recorder *r;
	struct record_options o = options();
	good(recorder_open(&r, &o, &e), &e);
	/* 25 s, by time: 3 segments. */
	for (int i = 0; i < 50; i++)
		feed(r, "cam", run_ids[0], 64, i, T0 + i * 500);
	/* Another size, another run, time and numbers that go back: one more each. */
	feed(r, "cam", run_ids[0], 48, 50, T0 + 25000);
	feed(r, "cam", run_ids[1], 48, 60, T0 + 25001);
	feed(r, "cam", run_ids[1], 48, 61, T0 + 24000);
	feed(r, "cam", run_ids[1], 48, 61, T0 + 24001);
	/* Another source beside it, whose name is no file name. */
	feed(r, "front door/1", run_ids[1], 64, 0, T0);
	feed(r, "cam", run_ids[1], 48, 62, T0 + 24002);
	feed(r, "front door/1", run_ids[1], 64, 1, T0 + 1);
	struct recorder_status s;
	recorder_status(r, &s);
	assert_int_equal(s.frames, 57);
	assert_int_equal(s.left_out, 0);
	assert_false(s.failed);
	recorder_close(r);
	assert_int_equal(agree(), 8);
	assert_int_equal(count("SELECT sum(frames) FROM segment"), 57);
	assert_int_equal(count("SELECT count(*) FROM segment WHERE source = 'cam' AND frames = 20 AND end_ms - start_ms = 9500 "
	    "AND last_number - first_number = 19 AND blurred = 1 AND uploaded_ms IS NULL"), 2);
	assert_int_equal(count("SELECT frames FROM segment WHERE source = 'front door/1'"), 2);
	assert_int_equal(count("SELECT count(DISTINCT run_id) FROM segment"), 2);
	assert_int_equal(count("SELECT count(*) FROM segment WHERE path = 'cam/2026-05-21/cam_20260521T101510Z.mkv'"), 1);
	assert_int_equal(count("SELECT count(*) FROM segment WHERE path = 'cam/2026-05-21/cam_20260521T101524Z-2.mkv'"), 1);
}

/* The stand-in writes some 14 bytes a frame, when its file is closed or a buffer is full. */
static void
test_bytes_and_quota(void **state)
{
	(void)state;
	struct err e;
	struct recorder *r;
	struct record_options o = options();
	o.segment_ms = 1000000;
	o.segment_bytes = 8000;
	o.upload = true;
	good(recorder_open(&r, &o, &e), &e);
	for (int i = 0; i < 2000; i++)
		feed(r, "cam", run_ids[0], 64, i, T0 + i);
	recorder_close(r);
	int all = agree();
	assert_true(all >= 3);
	assert_int_equal(count("SELECT sum(frames) FROM segment"), 2000);

	/* Room for about two of them: the oldest go. */
	int64_t newest = count("SELECT max(start_ms) FROM segment"), total = count("SELECT sum(bytes) FROM segment");
	o.quota_bytes = total - 1;
	good(recorder_open(&r, &o, &e), &e);
	recorder_close(r);
	assert_int_equal(agree(), all - 1);
	assert_int_equal(count("SELECT deleted_ms > 0 FROM segment ORDER BY start_ms LIMIT 1"), 1);
	o.quota_bytes = 1;
	o.upload = false;
	good(recorder_open(&r, &o, &e), &e);
	recorder_close(r);
	assert_int_equal(agree(), 0);
	assert_int_equal(count("SELECT count(*) FROM segment WHERE deleted_ms IS NULL"), 0);
	assert_true(newest > T0);

	/* A quota is kept while recording goes on. */
	o.quota_bytes = 40000;
	o.segment_bytes = 1 << 30;
	good(recorder_open(&r, &o, &e), &e);
	for (int i = 0; i < 6000; i++)
		feed(r, "cam", run_ids[0], 64, i, T0 + i);
	recorder_close(r);
	agree();
	assert_true(count("SELECT sum(bytes) FROM segment WHERE deleted_ms IS NULL") <= 40000);
	assert_true(count("SELECT sum(bytes) FROM segment WHERE deleted_ms IS NULL") > 10000);
	assert_int_equal(count("SELECT min(deleted_ms IS NULL) FROM segment WHERE start_ms = (SELECT max(start_ms) FROM segment)"), 1);
}

/* Rows out of a hostile database lead to no other file. */
static void
test_hostile_rows(void **state)
{
	(void)state;
	struct err e;
	struct recorder *r;
	struct record_options o = options();
	FILE *f = fopen("precious", "w");
	fclose(f);
	good(recorder_open(&r, &o, &e), &e);
	feed(r, "cam", run_ids[0], 64, 0, T0);
	recorder_close(r);
	char *folder = file_absolute(FOLDER), *sql = mem_printf("INSERT INTO segment (source, path, folder, start_ms, end_ms, "
		"first_number, last_number, frames, bytes, blurred) VALUES ('x', '../precious', '%s', 0, 0, 0, 0, 1, 1000000, 0), "
		"('x', 'cam/../../precious', '%s', 0, 0, 0, 0, 1, 1000000, 0)", folder, folder);
	good(db_exec(store_db(store), sql, &e), &e);
	o.quota_bytes = 500000;
	good(recorder_open(&r, &o, &e), &e);
	wait_until("SELECT count(*) = 2 FROM segment WHERE deleted_ms IS NOT NULL");
	recorder_close(r);
	assert_true(file_exists("precious"));
	assert_int_equal(agree(), 1);
	free(folder);
	free(sql);
}

static void
test_failure(void **state)
{
	(void)state;
	struct err e;
	struct recorder *r, *other;
	struct record_options o = options();
	struct recorder_status s;
	good(recorder_open(&r, &o, &e), &e);
	bad(recorder_open(&other, &o, &e), &e, ERR_IO, "another footfall");
	assert_null(other);
	/* Something is in the way of its folder. */
	FILE *f = fopen(FOLDER "/cam", "w");
	fclose(f);
	for (int i = 0; i < 10; i++)
		feed(r, "cam", run_ids[0], 64, i, T0 + i);
	recorder_status(r, &s);
	assert_true(s.failed);
	assert_int_equal(s.frames, 0);
	assert_int_equal(s.left_out, 10);
	assert_int_equal(unlink(FOLDER "/cam"), 0);
	/* Not in the same minute. */
	feed(r, "cam", run_ids[0], 64, 10, T0 + 59000);
	recorder_status(r, &s);
	assert_int_equal(s.left_out, 11);
	feed(r, "cam", run_ids[0], 64, 11, T0 + 60000);
	feed(r, "cam", run_ids[0], 64, 12, T0 + 90000);
	recorder_status(r, &s);
	assert_int_equal(s.frames, 2);
	wait_until("SELECT count(*) = 1 FROM segment");
	for (int i = 0; s.failed; i++) {
		assert_true(i < WAIT_S * 100);
		pause_ms(10);
		recorder_status(r, &s);
	}
	recorder_close(r);
	assert_int_equal(agree(), 2);

	o.folder = "/dev/null/x";
	bad(recorder_open(&r, &o, &e), &e, ERR_IO, "/dev/null");
	o.folder = FOLDER;
	o.db = "missing.db";
	bad(recorder_open(&r, &o, &e), &e, ERR_INPUT, "missing.db");
	recorder_close(NULL);
}

/* Frames that come faster than they can be written are left out, and counted; the caller does not wait. */
static void
test_flood(void **state)
{
	(void)state;
	struct err e;
	struct recorder *r;
	struct record_options o = options();
	struct recorder_status s;
	struct vision_image *im = vision_image_new();
	struct frame_result f = { 0 };
	good(vision_image_create(im, 640, 480, &e), &e);
	good(recorder_open(&r, &o, &e), &e);
	for (int i = 0; i < 500; i++) {
		f.number = i;
		f.time_ms = T0 + i;
		recorder_add(r, "cam", run_ids[0], im, &f);
	}
	recorder_close(r);
	vision_image_free(im);
	good(recorder_open(&r, &o, &e), &e);
	recorder_status(r, &s);
	recorder_close(r);
	assert_int_equal(s.frames, 0);
	assert_int_equal(agree(), 1);
	int64_t kept = count("SELECT frames FROM segment");
	assert_true(kept >= 8 && kept <= 500);
}

static void
test_leftovers(void **state)
{
	(void)state;
	struct err e;
	struct recorder *r;
	struct record_options o = options();
	good(recorder_open(&r, &o, &e), &e);
	feed(r, "cam", run_ids[0], 64, 0, T0);
	feed(r, "cam", run_ids[0], 64, 1, T0 + 20000);
	recorder_close(r);
	assert_int_equal(agree(), 2);
	/* A part that cannot be read, notes of the user's, and a row whose file is gone. */
	assert_int_equal(system("cd " FOLDER "/cam/2026-05-21 && echo >cam_20260521T101600Z.part.mkv && echo >notes.part.mkv && "
	    "rm cam_20260521T101500Z.mkv"), 0);
	good(recorder_open(&r, &o, &e), &e);
	wait_until("SELECT count(*) = 1 FROM segment WHERE deleted_ms IS NOT NULL");
	while (file_exists(FOLDER "/cam/2026-05-21/cam_20260521T101600Z.part.mkv"))
		pause_ms(10);
	recorder_close(r);
	assert_true(file_exists(FOLDER "/cam/2026-05-21/notes.part.mkv"));
	assert_int_equal(unlink(FOLDER "/cam/2026-05-21/notes.part.mkv"), 0);
	assert_int_equal(agree(), 1);
}

/* A disk that was not there once: what the rows say of its files is not lost. */
static void
test_there_again(void **state)
{
	(void)state;
	struct err e;
	struct recorder *r;
	struct record_options o = options();
	good(recorder_open(&r, &o, &e), &e);
	feed(r, "cam", run_ids[0], 64, 7, T0);
	recorder_close(r);
	assert_int_equal(rename(FOLDER "/cam", "elsewhere"), 0);
	good(recorder_open(&r, &o, &e), &e);
	wait_until("SELECT count(*) = 1 FROM segment WHERE deleted_ms IS NOT NULL");
	recorder_close(r);
	assert_int_equal(rename("elsewhere", FOLDER "/cam"), 0);
	good(recorder_open(&r, &o, &e), &e);
	wait_until("SELECT count(*) = 1 FROM segment WHERE deleted_ms IS NULL");
	recorder_close(r);
	assert_int_equal(agree(), 1);
	assert_int_equal(count("SELECT count(*) FROM segment WHERE run_id IS NOT NULL AND first_number = 7"), 1);
}

/* The row of a segment outlives its run. */
static void
test_run_gone(void **state)
{
	(void)state;
	struct err e;
	struct recorder *r;
	struct record_options o = options();
	good(recorder_open(&r, &o, &e), &e);
	feed(r, "cam", 4711, 64, 0, T0);
	recorder_close(r);
	assert_int_equal(agree(), 1);
	assert_int_equal(count("SELECT run_id IS NULL FROM segment"), 1);
}

int
main(void)
{
	/* Failures are what these tests are about. */
	log_set_level(LOG_ERROR);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_segments, begin, end),
		cmocka_unit_test_setup_teardown(test_bytes_and_quota, begin, end),
		cmocka_unit_test_setup_teardown(test_hostile_rows, begin, end),
		cmocka_unit_test_setup_teardown(test_failure, begin, end),
		cmocka_unit_test_setup_teardown(test_flood, begin, end),
		cmocka_unit_test_setup_teardown(test_leftovers, begin, end),
		cmocka_unit_test_setup_teardown(test_there_again, begin, end),
		cmocka_unit_test_setup_teardown(test_run_gone, begin, end),
	};
	return cmocka_run_group_tests_name("record", tests, make_dir, remove_dir);
}
