/*
 * What the tests of the store share: a folder to work in, a run's description, frames that follow from their
 * number, and a digest of all rows but ids and wall-clock columns.
 */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "people/minute.h"
#include "store/check.h"
#include "store/store.h"

#define UNUSED __attribute__((unused))

enum { TEST_TIMEOUT_MS = 5000, TEST_GAP_MS = 2000 };

static const struct store_model test_person = { "yolo", "person", "yolov5", "aa" };
static const struct store_model test_face = { "yunet", "face", "yunet", "bb" };
static const struct store_model test_gender = { "gender", "gender", "softmax2", "cc" };

static char test_dir[] = "/tmp/footfall-store-XXXXXX";

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

/* A result that must be success, with the message when it is not. */
static UNUSED void
good_at(int result, const struct err *e, const char *file, int line)
{
	if (result < 0) {
		print_error("%d: %s\n", (int)e->code, e->msg);
		_fail(file, line);
	}
}
#define good(result, e) good_at((int)(result), (e), __FILE__, __LINE__)

/* A failure with that code, and that text in its one line. */
static UNUSED void
bad_at(int result, const struct err *e, enum err_code code, const char *text, const char *file, int line)
{
	if (result != -1 || e->code != code || strstr(e->msg, text) == NULL || strchr(e->msg, '\n') != NULL) {
		print_error("wanted %d \"%s\", got %d: %d: %s\n", (int)code, text, result, (int)e->code,
		    result == -1 ? e->msg : "");
		_fail(file, line);
	}
}
#define bad(result, e, code, text) bad_at((int)(result), (e), (code), (text), __FILE__, __LINE__)

static UNUSED struct store_run
test_spec(const char *uri)
{
	return (struct store_run){
		.kind = "file", .uri = uri, .width = 768, .height = 576, .clock = "none",
		.person = &test_person, .face = &test_face, .gender = &test_gender,
		.settings = "{\"minute.gap_ms\":2000,\"person.min_score\":0.25}",
		.version = "0.1.0", .opencv = "4.6.0", .input_sha256 = "0123"
	};
}

static UNUSED uint32_t
mix(uint32_t v)
{
	v = (v ^ (v >> 16)) * 0x7feb352dU;
	v = (v ^ (v >> 15)) * 0x846ca68bU;
	return v ^ (v >> 16);
}

/* Time of a frame: steps of 0 to 2.5 s, now and then some minutes. Never before its predecessor. */
static UNUSED int64_t
test_step(int64_t number)
{
	uint32_t r = mix((uint32_t)number + 77);
	return r % 97 == 0 ? r % 300000 : r % 2500;
}

/* Frame `number` of the test recording, as a run with or without the person stage would give it. Two of seven took an earlier result. */
static UNUSED void
test_frame(struct frame_result *r, int64_t number, int64_t time_ms, bool persons)
{
	result_clear(r);
	r->number = number;
	r->time_ms = time_ms;
	int64_t held = number % 7 > 4 ? number % 7 - 4 : 0;
	r->gated = held > 0;
	uint32_t h = mix((uint32_t)(number - held));
	for (uint32_t i = 0; persons && i < h % 6; i++) {
		struct person *p = result_add_person(r);
		p->box = (struct box){ i * 10.5, 1.0 / (1 + i), 20, 60.25 };
		p->score = (double)(mix(h + i) % 1001) / 1000;
	}
	for (uint32_t i = 0; i < mix(h) % 5; i++) {
		struct face *f = result_add_face(r);
		f->box = (struct box){ i * 10.5 + 2, 3, 8, 9 };
		f->score = 0.5;
		f->person = i < r->npersons && mix(h ^ i) % 3 != 0 ? (int)(r->npersons - 1 - i) : -1;
		f->gender = (enum gender)(mix(h + 9 * i) % 3);
		if (f->gender != GENDER_UNKNOWN)
			f->p_female = f->gender == GENDER_FEMALE ? 0.875 : 0.125;
	}
}

/* Writes frames from where the run stands up to end. */
static UNUSED int
write_frames(struct store *s, const struct store_begun *b, int64_t end, bool persons, struct err *e)
{
	struct minutes m;
	struct frame_result r = {0};
	if (b->frames_analyzed > 0)
		minutes_resume(&m, TEST_GAP_MS, b->frames_analyzed, b->last_ms, b->before_last_ms, &b->minute);
	else
		minutes_start(&m, TEST_GAP_MS);
	int64_t time_ms = -90000;	/* before 1970 too */
	int got = 0;
	for (int64_t i = 0; i < end && got == 0; i++) {
		time_ms += test_step(i);
		if (i <= b->last_number)
			continue;
		test_frame(&r, i, time_ms, persons);
		struct tally t = result_tally(&r, persons);
		struct minute changed[2];
		size_t n = minutes_add(&m, time_ms, &t, changed);
		got = store_frame(s, &r, changed, n, i + 1, e);
	}
	result_free(&r);
	return got;
}

/* A whole run in a new or old database. */
static UNUSED void
fill(const char *path, const struct store_run *spec, int64_t frames)
{
	struct err e;
	struct store *s;
	struct store_begun b;
	good(store_open(&s, path, TEST_TIMEOUT_MS, &e), &e);
	good(store_begin(s, spec, false, &b, &e), &e);
	assert_int_not_equal(b.how, STORE_COMPLETE);
	good(write_frames(s, &b, frames, spec->person != NULL, &e), &e);
	good(store_end(s, "complete", frames, 0, NULL, &e), &e);
	store_close(s);
}

static UNUSED int64_t
count_of(struct db *d, const char *sql)
{
	struct err e;
	int64_t n;
	good(db_int(d, sql, &n, &e), &e);
	return n;
}

static UNUSED int64_t
count_in(const char *path, const char *sql)
{
	struct err e;
	struct db *d;
	good(store_open_read(&d, path, TEST_TIMEOUT_MS, &e), &e);
	int64_t n = count_of(d, sql);
	db_close(d);
	return n;
}

/* Changes a database as somebody else's program would. */
static UNUSED void
tamper(const char *path, const char *sql)
{
	struct err e;
	struct db *d;
	good(db_open(&d, path, DB_CREATE, TEST_TIMEOUT_MS, &e), &e);
	good(db_exec(d, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON", &e), &e);
	good(db_exec(d, sql, &e), &e);
	db_close(d);
}

/* Back to what schema 3 was, but for a comment or a space: columns that others' constraints name go last. */
#define undo_4 \
	"DROP VIEW people_per_minute; DROP VIEW gender_per_minute; DROP TABLE gap; DROP TABLE segment;" \
	"ALTER TABLE run DROP COLUMN frames_pruned; ALTER TABLE run DROP COLUMN pruned_ms;" \
	"ALTER TABLE minute DROP COLUMN age_max_ms; ALTER TABLE minute DROP COLUMN age_p95_ms; ALTER TABLE minute DROP COLUMN age_median_ms;" \
	"ALTER TABLE minute DROP COLUMN frozen; ALTER TABLE minute DROP COLUMN dark; ALTER TABLE minute DROP COLUMN moved;" \
	"CREATE VIEW people_per_minute AS SELECT 1 AS old; CREATE VIEW gender_per_minute AS SELECT 1 AS old; PRAGMA user_version = 3;"

static UNUSED void
check_clean(const char *path)
{
	struct err e;
	struct db *d;
	struct buf findings = {0};
	good(store_open_read(&d, path, TEST_TIMEOUT_MS, &e), &e);
	int64_t n = check_database(d, &findings, &e);
	if (n > 0)
		print_error("%s", buf_str(&findings));
	good(n, &e);
	assert_int_equal(n, 0);
	buf_free(&findings);
	db_close(d);
}

static UNUSED void
digest(const char *path, char hex[SHA256_HEX])
{
	static const char *const rows[] = {
		"SELECT name, kind, uri, width, height FROM source ORDER BY name",
		"SELECT name, task, family, sha256 FROM model ORDER BY sha256, task",
		"SELECT s.name, status, first_ms, last_ms, clock, p.sha256, f.sha256, g.sha256, settings, version, opencv,"
		    " input_sha256, frames_read, frames_analyzed, frames_dropped, error FROM run r"
		    " JOIN source s ON s.id = source_id LEFT JOIN model p ON p.id = person_model_id"
		    " LEFT JOIN model f ON f.id = face_model_id LEFT JOIN model g ON g.id = gender_model_id ORDER BY r.id",
		"SELECT number, time_ms, gated FROM frame ORDER BY run_id, number",
		"SELECT number, p.id - (SELECT min(id) FROM person WHERE frame_id = f.id), score, x, y, w, h"
		    " FROM frame f JOIN person p ON p.frame_id = f.id ORDER BY run_id, number, p.id",
		"SELECT number, a.id - (SELECT min(id) FROM face WHERE frame_id = f.id),"
		    " a.person_id - (SELECT min(id) FROM person WHERE frame_id = f.id), score, x, y, w, h, gender, p_female"
		    " FROM frame f JOIN face a ON a.frame_id = f.id ORDER BY run_id, number, a.id",
		"SELECT start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max, men_sum, women_sum,"
		    " unknown_sum, faces_sum, gated FROM minute ORDER BY run_id, start_ms"
	};
	struct err e;
	struct db *d;
	struct sha256 sum;
	sha256_init(&sum);
	good(store_open_read(&d, path, TEST_TIMEOUT_MS, &e), &e);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stmt *s;
		int got;
		good(stmt_new(&s, d, rows[i], &e), &e);
		while ((got = stmt_step(s, &e)) == 1) {
			for (int c = 0; c < stmt_columns(s); c++) {
				const char *text = stmt_type(s, c) == STMT_NULL ? "NULL" : stmt_text(s, c);
				sha256_add(&sum, text, strlen(text) + 1);
			}
		}
		good(got, &e);
		stmt_free(s);
	}
	db_close(d);
	sha256_end(&sum, hex);
}

#endif
