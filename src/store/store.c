/*
 * Writing a run, frame by frame.
 *
 * A transaction stays open for a second or 2000 rows, because each costs a write to disk; readers see the
 * file as it was before it. It always ends with the run's counters, and holds the minute rows of its frames, so what is
 * committed agrees with itself. When anything goes wrong the open transaction is given up whole: half a frame is
 * never kept, and nothing more is taken for that run.
 */
#include "store/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"
#include "store/claim.h"
#include "store/run.h"
#include "store/schema.h"
#include "store/store_parts.h"

enum { COMMIT_ROWS = 2000, COMMIT_MS = 1000 };

int
store_open_read(struct db **out, const char *path, int timeout_ms, struct err *e)
{
	if (db_open(out, path, DB_READ, timeout_ms, e) != 0)
		return -1;
	if (schema_readable(*out, e) != 0) {
		db_close(*out);
		*out = NULL;
		return -1;
	}
	return 0;
}

int
store_open(struct store **out, const char *path, int timeout_ms, struct err *e)
{
	*out = NULL;
	struct store *s = mem_alloc(sizeof *s);
	if (db_open(&s->db, path, DB_CREATE, timeout_ms, e) != 0 || schema_make(s->db, e) != 0)
		goto fail;
	/* in WAL a kill loses nothing that was committed; a power cut may lose the last seconds, whole transactions at a time */
	if (db_exec(s->db, "PRAGMA synchronous = NORMAL", e) != 0)
		goto fail;
	for (int i = 0; i < STORE_STATEMENTS; i++) {
		if (stmt_new(&s->st[i], s->db, store_statements[i], e) != 0)
			goto fail;
	}
	*out = s;
	return 0;
fail:
	store_close(s);
	return -1;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < STORE_STATEMENTS; i++)
		stmt_free(s->st[i]);
	/* the last connection to close moves the log into the file and removes it */
	db_close(s->db);
	claim_close(s->claim);
	free(s->source);
	free(s->person_ids);
	free(s);
}

struct db *
store_db(struct store *s)
{
	return s->db;
}

static int
load_counters(struct store *s, struct err *e)
{
	struct stmt *st = s->st[RUN_STATE];
	stmt_bind_int(st, ":run", s->run_id);
	if (stmt_step(st, e) < 0)
		return -1;
	s->now = (struct store_counters){
		.read = stmt_int(st, 0), .analyzed = stmt_int(st, 1),
		.first_ms = stmt_int(st, 2), .last_ms = stmt_int(st, 3)
	};
	const char *uuid = stmt_text(st, 4);
	snprintf(s->uuid, sizeof s->uuid, "%s", uuid != NULL ? uuid : "");
	s->committed = s->now;
	stmt_reset(st);
	return 0;
}

int
store_begin(struct store *s, const struct store_run *spec, bool force, struct store_begun *out, struct err *e)
{
	assert(!db_in_transaction(s->db));
	s->run_id = 0;
	s->writable = s->failed = s->lost = false;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (run_begin(s->db, s->st, spec, force, out, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return store_take(s, out->run_id, out->how != STORE_COMPLETE, e);
}

int
store_take(struct store *s, int64_t run_id, bool writable, struct err *e)
{
	s->run_id = run_id;
	s->writable = writable;
	return load_counters(s, e);
}

int
store_give_up(struct store *s)
{
	db_rollback(s->db);
	s->failed = true;
	s->now = s->committed;
	return -1;
}

/* With the write lock held: is the run as this process left it? */
static int
still_ours(struct store *s, struct err *e)
{
	struct stmt *st = s->st[RUN_STATE];
	stmt_bind_int(st, ":run", s->run_id);
	int got = stmt_step(st, e);
	if (got < 0)
		return -1;
	bool there = got == 1 && stmt_is(st, 4, s->uuid);
	bool alone = stmt_int(st, 1) == s->committed.analyzed;
	stmt_reset(st);
	if (there && alone)
		return 0;
	s->lost = true;
	return err_set(e, ERR_FAIL, "%s: another process %s (run %lld)", db_path(s->db),
	    there ? "is writing this run" : "deleted this run", (long long)s->run_id);
}

int
store_transaction(struct store *s, struct err *e)
{
	if (db_in_transaction(s->db))
		return 0;
	if (db_begin(s->db, e) != 0)
		return -1;
	s->rows = 0;
	s->since_ms = when_monotonic_ms();
	return still_ours(s, e);
}

static void
bind_box(struct stmt *st, const struct box *b, double score)
{
	stmt_bind_real(st, ":score", score);
	stmt_bind_real(st, ":x", b->x);
	stmt_bind_real(st, ":y", b->y);
	stmt_bind_real(st, ":w", b->w);
	stmt_bind_real(st, ":h", b->h);
}

static int
add_persons(struct store *s, int64_t frame, const struct frame_result *r, struct err *e)
{
	if (r->npersons > s->cap_ids) {
		s->person_ids = mem_resize(s->person_ids, r->npersons, sizeof *s->person_ids);
		s->cap_ids = r->npersons;
	}
	struct stmt *st = s->st[PERSON_ADD];
	stmt_bind_int(st, ":frame", frame);
	for (size_t i = 0; i < r->npersons; i++) {
		bind_box(st, &r->persons[i].box, r->persons[i].score);
		if (stmt_run(st, e) != 0)
			return -1;
		s->person_ids[i] = db_last_id(s->db);
	}
	return 0;
}

static int
add_faces(struct store *s, int64_t frame, const struct frame_result *r, struct err *e)
{
	struct stmt *st = s->st[FACE_ADD];
	stmt_bind_int(st, ":frame", frame);
	for (size_t i = 0; i < r->nfaces; i++) {
		const struct face *f = &r->faces[i];
		assert(f->person < 0 || (size_t)f->person < r->npersons);
		if (f->person >= 0)
			stmt_bind_int(st, ":person", s->person_ids[f->person]);
		else
			stmt_bind_null(st, ":person");
		bind_box(st, &f->box, f->score);
		stmt_bind_text(st, ":gender", gender_name(f->gender));
		stmt_bind_real(st, ":p_female", f->p_female);
		if (stmt_run(st, e) != 0)
			return -1;
	}
	return 0;
}

static int
add_frame(struct store *s, const struct frame_result *r, struct err *e)
{
	struct stmt *st = s->st[FRAME_ADD];
	stmt_bind_int(st, ":run", s->run_id);
	stmt_bind_int(st, ":number", r->number);
	stmt_bind_int(st, ":time", r->time_ms);
	stmt_bind_int(st, ":gated", r->gated);
	if (stmt_run(st, e) != 0)
		return -1;
	if (db_changes(s->db) == 0) {
		s->lost = true;
		return err_set(e, ERR_FAIL, "%s: another process is writing this run (frame %lld of run %lld is there)",
		    db_path(s->db), (long long)r->number, (long long)s->run_id);
	}
	int64_t frame = db_last_id(s->db);
	return add_persons(s, frame, r, e) != 0 ? -1 : add_faces(s, frame, r, e);
}

static int
put_minute(struct store *s, const struct minute *m, struct err *e)
{
	struct stmt *st = s->st[MINUTE_PUT];
	stmt_bind_int(st, ":run", s->run_id);
	stmt_bind_int(st, ":start", m->start_ms);
	stmt_bind_int(st, ":frames", m->frames);
	stmt_bind_int(st, ":covered", m->covered_ms);
	stmt_bind_int(st, ":dropped", m->dropped);
	stmt_bind_int(st, ":people", m->people_sum);
	stmt_bind_int(st, ":min", m->people_min);
	stmt_bind_int(st, ":max", m->people_max);
	stmt_bind_int(st, ":men", m->men_sum);
	stmt_bind_int(st, ":women", m->women_sum);
	stmt_bind_int(st, ":unknown", m->unknown_sum);
	stmt_bind_int(st, ":faces", m->faces_sum);
	stmt_bind_int(st, ":gated", m->gated);
	return stmt_run(st, e);
}

static int
put_counters(struct store *s, struct err *e)
{
	struct stmt *st = s->st[RUN_PROGRESS];
	stmt_bind_int(st, ":run", s->run_id);
	stmt_bind_int(st, ":read", s->now.read);
	stmt_bind_int(st, ":analyzed", s->now.analyzed);
	if (s->now.analyzed > 0) {
		stmt_bind_int(st, ":first", s->now.first_ms);
		stmt_bind_int(st, ":last", s->now.last_ms);
	} else {
		stmt_bind_null(st, ":first");
		stmt_bind_null(st, ":last");
	}
	return stmt_run(st, e);
}

/* A run that is continued reads from the start again, and may be stopped before it is as far as it was. */
static void
count_read(struct store *s, int64_t frames_read)
{
	if (frames_read > s->now.read)
		s->now.read = frames_read;
}

int
store_frame(struct store *s, const struct frame_result *r, const struct minute *minutes, size_t n,
	int64_t frames_read, struct err *e)
{
	assert(s->writable);
	if (s->failed)
		return err_set(e, ERR_FAIL, "%s: run %lld takes no more frames after a failure", db_path(s->db), (long long)s->run_id);
	if (store_transaction(s, e) != 0 || add_frame(s, r, e) != 0)
		return store_give_up(s);
	for (size_t i = 0; i < n; i++) {
		if (put_minute(s, &minutes[i], e) != 0)
			return store_give_up(s);
	}
	if (s->now.analyzed++ == 0)
		s->now.first_ms = r->time_ms;
	s->now.last_ms = r->time_ms;
	count_read(s, frames_read);

	s->rows += 1 + (int64_t)(r->npersons + r->nfaces + n);
	if (s->rows >= COMMIT_ROWS || when_monotonic_ms() - s->since_ms >= COMMIT_MS)
		return store_commit(s, e);
	return 0;
}

int
store_commit(struct store *s, struct err *e)
{
	if (!db_in_transaction(s->db))
		return 0;
	if (put_counters(s, e) != 0 || db_commit(s->db, e) != 0)
		return store_give_up(s);
	s->committed = s->now;
	return 0;
}

int
store_end(struct store *s, const char *status, int64_t frames_read, int64_t frames_dropped, const char *error,
	struct err *e)
{
	assert(s->writable);
	s->writable = false;
	if (s->lost)
		return 0;	/* how it ends is for the other process to say */
	if (store_transaction(s, e) != 0)
		return store_give_up(s);
	count_read(s, frames_read);
	struct stmt *st = s->st[RUN_END];
	stmt_bind_int(st, ":run", s->run_id);
	stmt_bind_text(st, ":status", status);
	stmt_bind_int(st, ":now", when_now_ms());
	stmt_bind_int(st, ":dropped", frames_dropped);
	stmt_bind_text(st, ":error", error);
	if (stmt_run(st, e) != 0)
		return store_give_up(s);
	return store_commit(s, e);
}

static int
load_persons(struct store *s, int64_t frame, struct frame_result *r, struct err *e)
{
	struct stmt *st = s->st[PERSONS_OF];
	stmt_bind_int(st, ":frame", frame);
	int got;
	while ((got = stmt_step(st, e)) == 1) {
		struct person *p = result_add_person(r);
		if (r->npersons > s->cap_ids) {
			s->cap_ids = r->npersons * 2;
			s->person_ids = mem_resize(s->person_ids, s->cap_ids, sizeof *s->person_ids);
		}
		s->person_ids[r->npersons - 1] = stmt_int(st, 0);
		p->score = stmt_real(st, 1);
		p->box = (struct box){ stmt_real(st, 2), stmt_real(st, 3), stmt_real(st, 4), stmt_real(st, 5) };
	}
	return got;
}

static enum gender
gender_of_name(const char *name)
{
	if (name == NULL)
		return GENDER_UNKNOWN;
	return name[0] == 'f' ? GENDER_FEMALE : GENDER_MALE;
}

static int
load_faces(struct store *s, int64_t frame, struct frame_result *r, struct err *e)
{
	struct stmt *st = s->st[FACES_OF];
	stmt_bind_int(st, ":frame", frame);
	int got;
	while ((got = stmt_step(st, e)) == 1) {
		struct face *f = result_add_face(r);
		int64_t person = stmt_int(st, 0);	/* 0 for NULL, which is no id */
		for (size_t i = 0; i < r->npersons; i++) {
			if (s->person_ids[i] == person)
				f->person = (int)i;
		}
		f->score = stmt_real(st, 1);
		f->box = (struct box){ stmt_real(st, 2), stmt_real(st, 3), stmt_real(st, 4), stmt_real(st, 5) };
		f->gender = gender_of_name(stmt_text(st, 6));
		f->p_female = stmt_real(st, 7);
	}
	return got;
}

int
store_load_frame(struct store *s, int64_t number, struct frame_result *r, struct err *e)
{
	assert(s->run_id != 0);
	result_clear(r);
	struct stmt *st = s->st[FRAME_FIND];
	stmt_bind_int(st, ":run", s->run_id);
	stmt_bind_int(st, ":number", number);
	int got = stmt_step(st, e);
	if (got != 1)
		return got;
	int64_t frame = stmt_int(st, 0);
	r->number = number;
	r->time_ms = stmt_int(st, 1);
	r->gated = stmt_int(st, 2) != 0;
	stmt_reset(st);
	if (load_persons(s, frame, r, e) != 0 || load_faces(s, frame, r, e) != 0)
		return -1;
	return 1;
}
