/*
 * What retention would delete, told without deleting anything.
 */
#include "base/when.h"
#include "store/prune_parts.h"

enum asking { NEXT_RUN, FRAMES, PERSONS, FACES, MINUTES, REST, GAPS, SEGMENTS, STATEMENTS };

static const char *const sql[STATEMENTS] = {
	[NEXT_RUN] = prune_runs,
	[FRAMES] = "SELECT count(*) FROM frame WHERE run_id = :run AND time_ms < :limit",
	[PERSONS] = "SELECT count(*) FROM frame f CROSS JOIN person p ON p.frame_id = f.id WHERE f.run_id = :run AND f.time_ms < :limit",
	[FACES] = "SELECT count(*) FROM frame f CROSS JOIN face a ON a.frame_id = f.id WHERE f.run_id = :run AND f.time_ms < :limit",
	[MINUTES] = "SELECT count(*) FROM minute WHERE run_id = :run AND start_ms < :limit",
	/* what is left of a run when frames, minutes and gaps have gone */
	[REST] = "SELECT EXISTS (SELECT 1 FROM frame WHERE run_id = :run AND time_ms >= :frames)"
	    " OR EXISTS (SELECT 1 FROM minute WHERE run_id = :run AND start_ms >= :limit)"
	    " OR EXISTS (SELECT 1 FROM gap WHERE run_id = :run AND coalesce(to_ms, from_ms) >= :cutoff)",
	[GAPS] = prune_gaps,
	[SEGMENTS] = prune_segments
};

struct foresight {
	struct db *db;
	struct stmt *st[STATEMENTS];
	int64_t detections_cutoff, minutes_cutoff;
	struct prune_counts *out;
};

static int
count(struct stmt *s, int64_t run, int64_t limit_ms, int64_t *n, struct err *e)
{
	stmt_bind_int(s, ":run", run);
	stmt_bind_int(s, ":limit", limit_ms);
	int got = stmt_step(s, e);
	*n = got == 1 ? stmt_int(s, 0) : 0;
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

static int
look_at_frames(struct foresight *f, const struct prune_run *r, int64_t limit_ms, struct err *e)
{
	int64_t frames, persons, faces;
	if (!r->has_frame || r->first_frame_ms >= limit_ms)
		return 0;
	if (count(f->st[FRAMES], r->id, limit_ms, &frames, e) != 0
	    || count(f->st[PERSONS], r->id, limit_ms, &persons, e) != 0
	    || count(f->st[FACES], r->id, limit_ms, &faces, e) != 0)
		return -1;
	if (f->out->frames == 0 || r->first_frame_ms < f->out->frames_from_ms)
		f->out->frames_from_ms = r->first_frame_ms;
	f->out->frames += frames;
	f->out->persons += persons;
	f->out->faces += faces;
	return 0;
}

static int
look_at_minutes(struct foresight *f, const struct prune_run *r, int64_t limit_ms, struct err *e)
{
	int64_t minutes;
	if (!r->has_minute || r->first_minute_ms >= limit_ms)
		return 0;
	if (count(f->st[MINUTES], r->id, limit_ms, &minutes, e) != 0)
		return -1;
	if (f->out->minutes == 0 || r->first_minute_ms < f->out->minutes_from_ms)
		f->out->minutes_from_ms = r->first_minute_ms;
	f->out->minutes += minutes;
	return 0;
}

/* Does the run itself go? */
static int
look_at_rest(struct foresight *f, const struct prune_run *r, int64_t frame_limit, int64_t minute_limit, struct err *e)
{
	int64_t moment = r->timeless ? r->ended_ms : r->last_ms, rest;
	if (f->minutes_cutoff == PRUNE_NOTHING || r->running || moment >= f->minutes_cutoff)
		return 0;
	stmt_bind_int(f->st[REST], ":frames", frame_limit);
	stmt_bind_int(f->st[REST], ":cutoff", f->minutes_cutoff);
	if (count(f->st[REST], r->id, minute_limit, &rest, e) != 0)
		return -1;
	f->out->runs += rest == 0;
	return 0;
}

static int
look_at_runs(struct foresight *f, struct err *e)
{
	struct prune_run r = { .id = 0 };
	int got;
	while ((got = prune_next(f->st[NEXT_RUN], r.id, &r, e)) == 1) {
		int64_t frame_limit, minute_limit;
		if (prune_limit(f->db, &r, f->detections_cutoff, &frame_limit, e) != 0
		    || prune_limit(f->db, &r, f->minutes_cutoff, &minute_limit, e) != 0)
			return -1;
		frame_limit = prune_frame_limit(&r, frame_limit);
		if (look_at_frames(f, &r, frame_limit, e) != 0 || look_at_minutes(f, &r, minute_limit, e) != 0
		    || look_at_rest(f, &r, frame_limit, minute_limit, e) != 0)
			return -1;
	}
	return got;
}

/* A list of ids that comes in parts. */
static int
count_ids(struct stmt *s, int64_t cutoff, int64_t *n, struct err *e)
{
	int64_t after = 0, before;
	do {
		before = *n;
		stmt_bind_int(s, ":after", after);
		stmt_bind_int(s, ":cutoff", cutoff);
		int got;
		while ((got = stmt_step(s, e)) == 1) {
			after = stmt_int(s, 0);
			(*n)++;
		}
		if (got < 0)
			return -1;
	} while (*n > before);
	return 0;
}

static int
foresee(struct foresight *f, struct err *e)
{
	for (int i = 0; i < STATEMENTS; i++) {
		if (stmt_new(&f->st[i], f->db, sql[i], e) != 0)
			return -1;
	}
	if (look_at_runs(f, e) != 0
	    || count_ids(f->st[GAPS], f->minutes_cutoff, &f->out->gaps, e) != 0)
		return -1;
	return count_ids(f->st[SEGMENTS], f->minutes_cutoff, &f->out->segments, e);
}

int
prune_foresee(struct db *d, const struct prune_plan *plan, int64_t now_ms, struct prune_counts *out, struct err *e)
{
	*out = (struct prune_counts){ 0 };
	struct foresight f = {
		.db = d, .out = out, .detections_cutoff = prune_cutoff(plan->detections_ms, now_ms),
		.minutes_cutoff = prune_cutoff(plan->minutes_ms, now_ms)
	};
	if (db_snapshot(d, e) != 0)
		return -1;
	int r = foresee(&f, e);
	for (int i = 0; i < STATEMENTS; i++)
		stmt_free(f.st[i]);
	db_rollback(d);
	return r;
}
