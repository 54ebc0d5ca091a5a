/*
 * Deleting what is too old, in small steps.
 *
 * A round goes through phases, each through its rows by id, so that it looks at each once.  What is to go is looked for outside of a
 * transaction where that can take long; a transaction deletes what was found, at most some 50 ms long, because a camera's results wait for it.
 * The first transaction that takes frames of a minute says so in the run, so that the rest of them count for nothing from then on:
 * a kill between two steps leaves a database that agrees with itself.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"
#include "store/prune_parts.h"
#include "store/schema.h"

enum { STEP_MS = 50, STEP_ROWS = 4000, FRAMES_AT_ONCE = 1000, PAGES_AT_ONCE = 256 };

enum pruning { NEXT_RUN, SOME_FRAMES, FACES_GO, PERSONS_GO, FRAME_GOES, RUN_PRUNED, MINUTES_GO, SOME_GAPS, GAP_GOES,
	SOME_RUNS, RUN_GOES, SOME_SEGMENTS, SEGMENT_GOES, STATEMENTS };

/* Finished, and with nothing left; of a recording without a known start the end of the analysis counts. */
#define EMPTY_RUN "status <> 'running'" \
	" AND NOT EXISTS (SELECT 1 FROM frame WHERE run_id = run.id) AND NOT EXISTS (SELECT 1 FROM minute WHERE run_id = run.id)" \
	" AND NOT EXISTS (SELECT 1 FROM gap WHERE run_id = run.id)"

static const char *const sql[STATEMENTS] = {
	[NEXT_RUN] = prune_runs,
	[SOME_FRAMES] = "SELECT id, time_ms FROM frame WHERE run_id = :run ORDER BY number LIMIT :limit",
	[FACES_GO] = "DELETE FROM face WHERE frame_id = :frame",
	[PERSONS_GO] = "DELETE FROM person WHERE frame_id = :frame",
	[FRAME_GOES] = "DELETE FROM frame WHERE id = :frame",
	[RUN_PRUNED] = "UPDATE run SET pruned_ms = max(coalesce(pruned_ms, :to), :to), frames_pruned = frames_pruned + :n WHERE id = :run",
	[MINUTES_GO] = "DELETE FROM minute WHERE run_id = :run AND start_ms IN (SELECT start_ms FROM minute"
	    " WHERE run_id = :run AND start_ms < :limit ORDER BY start_ms LIMIT 2000)",
	[SOME_GAPS] = prune_gaps,
	[GAP_GOES] = "DELETE FROM gap WHERE id = :id",
	[SOME_RUNS] = "SELECT id FROM run WHERE id > :after"
	    " AND CASE WHEN clock = 'none' THEN ended_ms ELSE coalesce(last_ms, ended_ms) END < :cutoff AND " EMPTY_RUN
	    " ORDER BY id LIMIT 1000",
	[RUN_GOES] = "DELETE FROM run WHERE id = :id AND " EMPTY_RUN,
	[SOME_SEGMENTS] = prune_segments,
	[SEGMENT_GOES] = "DELETE FROM segment WHERE id = :id"
};

enum phase { FRAMES, MINUTES, GAPS, RUNS, SEGMENTS, PAGES, LOG, PHASES };

struct pruner {
	struct db *db;
	struct stmt *st[STATEMENTS];
	int timeout_ms;
	struct prune_plan plan;
	struct prune_counts counts;
	bool shrinks;
	bool under_way;			/* a round is: */
	enum phase phase;
	int64_t now_ms;			/* at its beginning */
	int64_t after;			/* id of the last row that the phase is done with */
};

static int
look_at_file(struct pruner *p, struct err *e)
{
	int64_t kind;
	if (db_int(p->db, "PRAGMA auto_vacuum", &kind, e) != 0)
		return -1;
	p->shrinks = kind != 0;
	return 0;
}

int
pruner_open(struct pruner **out, const char *path, int timeout_ms, const struct prune_plan *plan, struct err *e)
{
	*out = NULL;
	struct pruner *p = mem_alloc(sizeof *p);
	p->timeout_ms = timeout_ms;
	p->plan = *plan;
	if (db_open(&p->db, path, DB_WRITE, timeout_ms, e) != 0 || schema_make(p->db, e) != 0
	    /* what is deleted is to be gone, not only unlisted */
	    || db_exec(p->db, "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON", e) != 0 || look_at_file(p, e) != 0)
		goto fail;
	for (int i = 0; i < STATEMENTS; i++) {
		if (stmt_new(&p->st[i], p->db, sql[i], e) != 0)
			goto fail;
	}
	*out = p;
	return 0;
fail:
	pruner_close(p);
	return -1;
}

void
pruner_close(struct pruner *p)
{
	if (p == NULL)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		stmt_free(p->st[i]);
	db_close(p->db);
	free(p);
}

void
pruner_plan(struct pruner *p, const struct prune_plan *plan)
{
	p->plan = *plan;
	p->under_way = false;
}

void
pruner_counts(const struct pruner *p, struct prune_counts *out)
{
	*out = p->counts;
}

bool
pruner_shrinks(const struct pruner *p)
{
	return p->shrinks;
}

static int
with_id(struct stmt *s, const char *name, int64_t id, struct err *e)
{
	stmt_bind_int(s, name, id);
	return stmt_run(s, e);
}

static void
note_oldest(int64_t *n, int64_t *from_ms, int64_t more, int64_t ms)
{
	if (more > 0 && (*n == 0 || ms < *from_ms))
		*from_ms = ms;
	*n += more;
}

/* ---- frames ---- */

struct batch {
	int64_t ids[FRAMES_AT_ONCE];
	int64_t n;
	int64_t last_ms;	/* time of the last one taken */
	int64_t persons, faces;
};

static int
load_batch(struct pruner *p, const struct prune_run *r, int64_t limit_ms, struct batch *b, struct err *e)
{
	struct stmt *s = p->st[SOME_FRAMES];
	stmt_bind_int(s, ":run", r->id);
	stmt_bind_int(s, ":limit", FRAMES_AT_ONCE);
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		if (stmt_int(s, 1) >= limit_ms) {
			stmt_reset(s);
			return 0;
		}
		b->ids[b->n++] = stmt_int(s, 0);
		b->last_ms = stmt_int(s, 1);
	}
	return got;
}

static int
delete_frame(struct pruner *p, int64_t frame, struct batch *b, struct err *e)
{
	if (with_id(p->st[FACES_GO], ":frame", frame, e) != 0)
		return -1;
	b->faces += db_changes(p->db);
	if (with_id(p->st[PERSONS_GO], ":frame", frame, e) != 0)
		return -1;
	b->persons += db_changes(p->db);
	return with_id(p->st[FRAME_GOES], ":frame", frame, e);
}

/* In a transaction. */
static int
delete_batch(struct pruner *p, const struct prune_run *r, int64_t limit_ms, struct batch *b, struct err *e)
{
	if (load_batch(p, r, limit_ms, b, e) != 0)
		return -1;
	int64_t since_ms = when_monotonic_ms(), found = b->n;
	for (b->n = 0; b->n < found; b->n++) {
		bool enough = b->n + b->persons + b->faces >= STEP_ROWS || when_monotonic_ms() - since_ms >= STEP_MS;
		if (b->n > 0 && enough)
			break;
		if (delete_frame(p, b->ids[b->n], b, e) != 0)
			return -1;
	}
	if (b->n == 0)
		return 0;
	int64_t last_ms = b->last_ms > r->last_ms ? b->last_ms : r->last_ms, end_ms = when_minute(last_ms) + WHEN_MINUTE_MS;
	struct stmt *s = p->st[RUN_PRUNED];
	stmt_bind_int(s, ":run", r->id);
	stmt_bind_int(s, ":to", limit_ms < end_ms ? limit_ms : end_ms);
	stmt_bind_int(s, ":n", b->n);
	return stmt_run(s, e);
}

static int
delete_frames(struct pruner *p, const struct prune_run *r, int64_t limit_ms, struct err *e)
{
	struct batch b = { .n = 0 };
	if (db_begin(p->db, e) != 0)
		return -1;
	if (delete_batch(p, r, limit_ms, &b, e) != 0 || db_commit(p->db, e) != 0) {
		db_rollback(p->db);
		return -1;
	}
	note_oldest(&p->counts.frames, &p->counts.frames_from_ms, b.n, r->first_frame_ms);
	p->counts.persons += b.persons;
	p->counts.faces += b.faces;
	return 1;
}

static int
step_frames(struct pruner *p, struct err *e)
{
	int64_t cutoff = prune_cutoff(p->plan.detections_ms, p->now_ms), limit;
	struct prune_run r;
	int got;
	while ((got = prune_next(p->st[NEXT_RUN], p->after, &r, e)) == 1) {
		if (r.has_frame && prune_limit(p->db, &r, cutoff, &limit, e) != 0)
			return -1;
		if (r.has_frame && r.first_frame_ms < prune_frame_limit(&r, limit))
			return delete_frames(p, &r, prune_frame_limit(&r, limit), e);
		p->after = r.id;
	}
	return got;
}

/* ---- the rest ---- */

static int
step_minutes(struct pruner *p, struct err *e)
{
	int64_t cutoff = prune_cutoff(p->plan.minutes_ms, p->now_ms), limit;
	struct prune_run r;
	int got;
	while ((got = prune_next(p->st[NEXT_RUN], p->after, &r, e)) == 1) {
		if (r.has_minute && prune_limit(p->db, &r, cutoff, &limit, e) != 0)
			return -1;
		if (!r.has_minute || r.first_minute_ms >= limit) {
			p->after = r.id;
			continue;
		}
		/* one statement is a transaction of its own */
		struct stmt *s = p->st[MINUTES_GO];
		stmt_bind_int(s, ":limit", limit);
		if (with_id(s, ":run", r.id, e) != 0)
			return -1;
		note_oldest(&p->counts.minutes, &p->counts.minutes_from_ms, db_changes(p->db), r.first_minute_ms);
		return 1;
	}
	return got;
}

/* Looks for ids in one statement, and deletes them with another, together. */
static int
step_ids(struct pruner *p, enum pruning find, enum pruning delete, int64_t *count, struct err *e)
{
	int64_t ids[FRAMES_AT_ONCE], n = 0, gone = 0;
	int64_t cutoff = prune_cutoff(p->plan.minutes_ms, p->now_ms);
	struct stmt *s = p->st[find];
	stmt_bind_int(s, ":after", p->after);
	stmt_bind_int(s, ":cutoff", cutoff);
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		assert(n < FRAMES_AT_ONCE);
		ids[n++] = stmt_int(s, 0);
	}
	if (got < 0 || n == 0)
		return got;
	if (db_begin(p->db, e) != 0)
		return -1;
	int64_t since_ms = when_monotonic_ms(), done = 0;
	for (; done < n && (done == 0 || when_monotonic_ms() - since_ms < STEP_MS); done++) {
		if (with_id(p->st[delete], ":id", ids[done], e) != 0)
			goto fail;
		gone += db_changes(p->db);
	}
	if (db_commit(p->db, e) != 0)
		goto fail;
	p->after = ids[done - 1];
	*count += gone;
	return 1;
fail:
	db_rollback(p->db);
	return -1;
}

static int
step_gaps(struct pruner *p, struct err *e)
{
	return step_ids(p, SOME_GAPS, GAP_GOES, &p->counts.gaps, e);
}

static int
step_runs(struct pruner *p, struct err *e)
{
	return step_ids(p, SOME_RUNS, RUN_GOES, &p->counts.runs, e);
}

static int
step_segments(struct pruner *p, struct err *e)
{
	return step_ids(p, SOME_SEGMENTS, SEGMENT_GOES, &p->counts.segments, e);
}

/* Bytes of the file as it is when the log is in it. */
static int
file_bytes(struct pruner *p, int64_t *out, struct err *e)
{
	int64_t size;
	if (db_int(p->db, "PRAGMA page_count", out, e) != 0 || db_int(p->db, "PRAGMA page_size", &size, e) != 0)
		return -1;
	*out *= size;
	return 0;
}

static int
step_pages(struct pruner *p, struct err *e)
{
	char text[60];
	int64_t before, after, unused;
	if (db_int(p->db, "PRAGMA freelist_count", &unused, e) != 0)
		return -1;
	if (!p->shrinks || unused == 0)
		return 0;
	snprintf(text, sizeof text, "PRAGMA incremental_vacuum(%d)", PAGES_AT_ONCE);
	if (file_bytes(p, &before, e) != 0 || db_exec(p->db, text, e) != 0 || file_bytes(p, &after, e) != 0)
		return -1;
	/* a writer may have made the file larger in between */
	if (before > after)
		p->counts.bytes += before - after;
	return before > after;
}

/*
 * What was deleted stands in the log until that is written anew.  To empty it needs everybody's absence for a moment,
 * for which nobody is kept waiting: when that moment does not come, the next round tries again.
 */
static int
step_log(struct pruner *p, struct err *e)
{
	char text[60];
	if (db_exec(p->db, "PRAGMA wal_checkpoint(PASSIVE)", e) != 0 || db_exec(p->db, "PRAGMA busy_timeout = 0", e) != 0)
		return -1;
	int r = db_exec(p->db, "PRAGMA wal_checkpoint(TRUNCATE)", e);
	snprintf(text, sizeof text, "PRAGMA busy_timeout = %d", p->timeout_ms);
	struct err ignored;
	if (db_exec(p->db, text, r == 0 ? e : &ignored) != 0)
		return -1;
	return r;
}

int
pruner_step(struct pruner *p, int64_t now_ms, struct err *e)
{
	static int (*const steps[PHASES])(struct pruner *p, struct err *e) = {
		[FRAMES] = step_frames, [MINUTES] = step_minutes, [GAPS] = step_gaps, [RUNS] = step_runs,
		[SEGMENTS] = step_segments, [PAGES] = step_pages, [LOG] = step_log
	};
	if (!p->under_way) {
		p->under_way = true;
		p->phase = FRAMES;
		p->now_ms = now_ms;
		p->after = 0;
	}
	for (; p->phase < PHASES; p->phase++, p->after = 0) {
		int r = steps[p->phase](p, e);
		if (r != 0)
			return r;
	}
	p->under_way = false;
	return 0;
}

int
pruner_vacuum(struct pruner *p, struct err *e)
{
	int64_t before, after;
	if (file_bytes(p, &before, e) != 0 || db_exec(p->db, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM", e) != 0
	    || file_bytes(p, &after, e) != 0)
		return -1;
	if (before > after)
		p->counts.bytes += before - after;
	if (look_at_file(p, e) != 0)
		return -1;
	return step_log(p, e);
}
