/*
 * What the tests of the report share: a database in a temporary folder, filled with minutes
 * by hand, and the text that a report makes of it.
 */
#ifndef REPORT_TEST_H
#define REPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/when.h"
#include "report/view.h"
#include "store/store.h"

#define UNUSED __attribute__((unused))
#define M(n) ((n) * WHEN_MINUTE_MS)

static char test_dir[] = "/tmp/footfall-report-XXXXXX";

static UNUSED int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(test_dir) == NULL || chdir(test_dir) != 0 ? -1 : 0;
}

static UNUSED int
remove_dir(void **state)
{
	(void)state;
	char command[80];
	snprintf(command, sizeof command, "cd / && rm -r %s", test_dir);
	return system(command);
}

static UNUSED void
good_at(int result, const struct err *e, const char *file, int line)
{
	if (result < 0) {
		print_error("%d: %s\n", (int)e->code, e->msg);
		_fail(file, line);
	}
}
#define good(result, e) good_at((int)(result), (e), __FILE__, __LINE__)

/* An empty database; each call replaces the one before. */
static UNUSED struct store *
new_store(void)
{
	struct err e;
	struct store *s;
	unlink("t.db");
	unlink("t.db-wal");
	unlink("t.db-shm");
	good(store_open(&s, "t.db", 1000, &e), &e);
	good(db_exec(store_db(s), "INSERT INTO model (id, name, task, family, sha256) VALUES"
	    " (1, 'yolo', 'person', 'yolov5', 'aabbccddeeff00112233'),"
	    " (2, 'yunet', 'face', 'yunet', 'bb'), (3, 'xception', 'gender', 'softmax2', 'cc')", &e), &e);
	return s;
}

struct test_run {
	const char *source, *kind, *clock, *status;
	bool no_person, face, gender;
	const char *settings, *error;
};

/* Adds a run, and its source if that is new. */
static UNUSED int64_t
add_run(struct db *d, struct test_run r)
{
	struct err e;
	struct stmt *s;

	good(stmt_new(&s, d, "INSERT INTO source (uuid, name, kind, uri, width, height)"
	    " VALUES (:name, :name, :kind, :name, 768, 576) ON CONFLICT (name) DO NOTHING", &e), &e);
	stmt_bind_text(s, ":name", r.source);
	stmt_bind_text(s, ":kind", r.kind != NULL ? r.kind : "file");
	good(stmt_run(s, &e), &e);
	stmt_free(s);
	const char *status = r.status != NULL ? r.status : "complete";
	good(stmt_new(&s, d, "INSERT INTO run (uuid, source_id, status, started_ms, ended_ms, first_ms, last_ms, clock,"
	    " person_model_id, face_model_id, gender_model_id, settings, version, opencv, input_sha256, frames_read,"
	    " frames_analyzed, error) VALUES (hex(randomblob(8)), (SELECT id FROM source WHERE name = :name), :status,"
	    " 1000, :ended, 0, 1, :clock, :person, :face, :gender, :settings, '0.1.0', '4.6.0', 'f00d', 20, 10, :error)",
	    &e), &e);
	stmt_bind_text(s, ":name", r.source);
	stmt_bind_text(s, ":status", status);
	stmt_bind_text(s, ":clock", r.clock != NULL ? r.clock : "option");
	if (strcmp(status, "running") == 0)
		stmt_bind_null(s, ":ended");
	else
		stmt_bind_int(s, ":ended", 64000);
	if (r.no_person)
		stmt_bind_null(s, ":person");
	else
		stmt_bind_int(s, ":person", 1);
	if (r.face)
		stmt_bind_int(s, ":face", 2);
	else
		stmt_bind_null(s, ":face");
	if (r.gender)
		stmt_bind_int(s, ":gender", 3);
	else
		stmt_bind_null(s, ":gender");
	stmt_bind_text(s, ":settings", r.settings != NULL ? r.settings : "{\"person.min_score\":0.25,\"input.square\":true}");
	stmt_bind_text(s, ":error", r.error);
	good(stmt_run(s, &e), &e);
	stmt_free(s);
	return db_last_id(d);
}

/* people per frame, of them men and women, over so many frames; min and max one around. */
static UNUSED void
add_minute(struct db *d, int64_t run, int64_t start_ms, int64_t frames, int64_t covered_ms, int64_t people, int64_t men,
    int64_t women)
{
	struct err e;
	char sql[512];
	snprintf(sql, sizeof sql, "INSERT INTO minute (run_id, start_ms, frames, covered_ms, dropped, people_sum, people_min,"
	    " people_max, men_sum, women_sum, unknown_sum, faces_sum)"
	    " VALUES (%lld, %lld, %lld, %lld, 0, %lld, %lld, %lld, %lld, %lld, %lld, %lld)",
	    (long long)run, (long long)start_ms, (long long)frames, (long long)covered_ms, (long long)(people * frames),
	    (long long)(people > 0 ? people - 1 : 0), (long long)(people > 0 ? people + 1 : 0), (long long)(men * frames),
	    (long long)(women * frames), (long long)((people - men - women) * frames), (long long)((men + women) * frames));
	good(db_exec(d, sql, &e), &e);
}

typedef int report_fn(struct db *, const struct report_query *, struct out *, struct err *);

/* The report's text, to be freed with buf_free. */
static UNUSED struct buf
report_text(struct db *d, const struct report_query *q, report_fn *report)
{
	static const struct report_query all = { 0 };
	struct buf b = { 0 };
	struct err e;
	struct out *o = out_buf(&b);
	good(report(d, q != NULL ? q : &all, o, &e), &e);
	good(out_close(o, &e), &e);
	return b;
}

#endif
