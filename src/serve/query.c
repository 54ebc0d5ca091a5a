/*
 * How each source is, now.
 *
 * A camera that was started ten thousand times has ten thousand runs, and this is asked four times a second: runs whose
 * last frame lies before what is asked for are left out by a comparison, before their minutes are looked up.  (The lower end may not be
 * cut by first_ms in the same way: retention may move it past minutes that are kept.)
 */
#include "serve/query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"

#define HOUR_MS (60 * WHEN_MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

enum {
	/* a minute is there whole at the latest so long after its end */
	LATE_MS = 5000,
	AGE_MINUTES = 3		/* an age is told for so long */
};

static char *
text_of(const struct stmt *s, int i)
{
	const char *t = stmt_text(s, i);
	return mem_strdup(t != NULL ? t : "");
}

int64_t
query_count(const struct stmt *s, int i)
{
	int64_t v = stmt_int(s, i);
	return v < 0 ? 0 : v > QUERY_COUNT_MOST ? QUERY_COUNT_MOST : v;
}

int64_t
query_time(const struct stmt *s, int i)
{
	int64_t v = stmt_int(s, i);
	return v < QUERY_TIME_LEAST ? QUERY_TIME_LEAST : v > QUERY_TIME_MOST ? QUERY_TIME_MOST : v;
}

/* ---- sources ---- */

static void
gap_free(struct query_gap *g)
{
	free(g->reason);
	free(g->detail);
}

void
query_now_free(struct query_now *v)
{
	for (struct query_source *s = v->sources; s < v->sources + v->n; s++) {
		free(s->name);
		free(s->kind);
		free(s->uri);
		free(s->status);
		gap_free(&s->gap);
		for (size_t i = 0; i < s->ngaps; i++)
			free(s->gaps[i].reason);
		free(s->gaps);
	}
	free(v->sources);
	*v = (struct query_now){ 0 };
}

static int
load_sources(struct db *d, struct query_now *out, struct err *e)
{
	static const char sql[] =
	    "SELECT s.id, s.name, s.kind, s.uri, s.width, s.height, r.id, r.status, r.started_ms, r.clock,\n"
	    "	r.frames_analyzed\n"
	    "FROM source s LEFT JOIN run r ON r.id = (SELECT max(id) FROM run WHERE source_id = s.id) ORDER BY s.name";
	struct stmt *s;
	int got;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	while ((got = stmt_step(s, e)) == 1) {
		out->sources = mem_resize(out->sources, out->n + 1, sizeof *out->sources);
		out->sources[out->n++] = (struct query_source){
			.id = stmt_int(s, 0), .name = text_of(s, 1), .kind = text_of(s, 2), .uri = text_of(s, 3),
			.width = stmt_int(s, 4), .height = stmt_int(s, 5), .run = stmt_int(s, 6),
			.status = stmt_type(s, 7) != STMT_NULL ? text_of(s, 7) : NULL, .live = stmt_is(s, 7, "running"),
			.started_ms = query_time(s, 8), .wall = stmt_is(s, 9, "wall"), .frames = query_count(s, 10),
			.fps = NAN, .age_ms = NAN, .age_p95_ms = NAN, .coverage = NAN
		};
	}
	stmt_free(s);
	return got;
}

/* ---- the newest frame ---- */

static int
load_tally(struct db *d, struct query_source *v, int64_t frame, bool with_persons, struct err *e)
{
	static const char persons[] =
	    "SELECT (SELECT count(*) FROM person WHERE frame_id = :frame), count(CASE gender WHEN 'male' THEN 1 END),\n"
	    "count(CASE gender WHEN 'female' THEN 1 END) FROM face WHERE frame_id = :frame AND person_id IS NOT NULL";
	static const char faces[] =
	    "SELECT count(*), count(CASE gender WHEN 'male' THEN 1 END), count(CASE gender WHEN 'female' THEN 1 END)\n"
	    "FROM face WHERE frame_id = :frame";
	struct stmt *s;
	if (stmt_new(&s, d, with_persons ? persons : faces, e) != 0)
		return -1;
	stmt_bind_int(s, ":frame", frame);
	int got = stmt_step(s, e);
	if (got == 1) {
		v->has_people = true;
		v->people = stmt_int(s, 0);
		v->men = stmt_int(s, 1);
		v->women = stmt_int(s, 2);
	}
	stmt_free(s);
	return got < 0 ? -1 : 0;
}

static int
load_frame(struct db *d, int64_t now_ms, struct query_source *v, struct err *e)
{
	/* the frame itself may have been deleted by retention; its run still tells the time */
	static const char sql[] =
	    "SELECT r.last_ms, f.id, r.person_model_id IS NOT NULL FROM run r\n"
	    "LEFT JOIN frame f ON f.run_id = r.id AND f.number = (SELECT max(number) FROM frame WHERE run_id = r.id)\n"
	    "	AND f.time_ms = r.last_ms\n"
	    "WHERE r.id = (SELECT max(id) FROM run WHERE source_id = :source AND last_ms IS NOT NULL)";
	struct stmt *s;
	int64_t frame = 0;
	bool with_persons = false;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	stmt_bind_int(s, ":source", v->id);
	int got = stmt_step(s, e);
	if (got == 1) {
		v->has_frame = true;
		v->frame_ms = query_time(s, 0);
		frame = stmt_int(s, 1);
		with_persons = stmt_int(s, 2) != 0;
	}
	stmt_free(s);
	if (got < 0)
		return -1;
	/* only what is running now can say who is there now: the time of a recording may be any */
	if (frame == 0 || !v->live || !v->wall || v->has_gap || v->frame_ms < now_ms - QUERY_FRESH_MS)
		return 0;
	return load_tally(d, v, frame, with_persons, e);
}

/* ---- gaps ---- */

static int
load_gaps(struct db *d, int64_t now_ms, struct query_source *v, struct err *e)
{
	static const char sql[] =
	    "SELECT g.reason, count(*) FROM run r CROSS JOIN gap g ON g.run_id = r.id WHERE r.source_id = :source AND g.from_ms >= :from\n"
	    "GROUP BY g.reason ORDER BY g.reason";
	/* a run that has ended leaves gaps open that nobody knows the end of: they are none of now */
	static const char open[] =
	    "SELECT from_ms, reason, detail FROM gap WHERE run_id = :run AND to_ms IS NULL ORDER BY from_ms DESC LIMIT 1";
	struct stmt *s;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	stmt_bind_int(s, ":source", v->id);
	stmt_bind_int(s, ":from", now_ms - DAY_MS);
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		v->gaps = mem_resize(v->gaps, v->ngaps + 1, sizeof *v->gaps);
		v->gaps[v->ngaps++] = (struct query_gap_count){ .reason = text_of(s, 0), .n = query_count(s, 1) };
		v->reconnects += query_count(s, 1);
	}
	stmt_free(s);
	if (got < 0 || !v->live)
		return got < 0 ? -1 : 0;
	if (stmt_new(&s, d, open, e) != 0)
		return -1;
	stmt_bind_int(s, ":run", v->run);
	got = stmt_step(s, e);
	if (got == 1) {
		v->has_gap = true;
		v->gap = (struct query_gap){
			.from_ms = query_time(s, 0), .to_ms = INT64_MAX, .reason = text_of(s, 1),
			.detail = stmt_type(s, 2) != STMT_NULL ? text_of(s, 2) : NULL
		};
	}
	stmt_free(s);
	return got < 0 ? -1 : 0;
}

/* ---- minutes ---- */

/* One row of the last hour.  last: start of the minute that ended last. */
static void
take_minute(struct query_source *v, const struct stmt *s, int64_t last, int64_t *covered_ms)
{
	int64_t start = query_time(s, 0), frames = query_count(s, 1), covered = query_count(s, 2);
	v->dropped += query_count(s, 3);
	if (start <= last)
		*covered_ms += covered;
	/* the current minute, until a whole one is there; rows come in order of time */
	if (covered > 0 && (start == last || (start > last && isnan(v->fps))))
		v->fps = (double)frames * 1000 / (double)covered;
	if (start >= last - (AGE_MINUTES - 1) * WHEN_MINUTE_MS && stmt_type(s, 4) != STMT_NULL) {
		v->age_ms = stmt_real(s, 4);
		v->age_p95_ms = stmt_real(s, 5);
	}
	if (start == last) {
		/* a single frame like the one before is nothing yet */
		v->frozen = v->frozen || 2 * query_count(s, 6) >= frames;
		v->dark = v->dark || 2 * query_count(s, 7) >= frames;
		v->moved = v->moved || stmt_int(s, 8) > 0;
	}
}

static int
first_start(struct db *d, int64_t source, int64_t *ms, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT started_ms FROM run WHERE id = (SELECT min(id) FROM run WHERE source_id = :source)", e) != 0)
		return -1;
	stmt_bind_int(s, ":source", source);
	int got = stmt_step(s, e);
	if (got == 1)
		*ms = query_time(s, 0);
	stmt_free(s);
	return got < 0 ? -1 : 0;
}

static int
load_hour(struct db *d, int64_t now_ms, struct query_source *v, struct err *e)
{
	static const char sql[] =
	    "SELECT m.start_ms, m.frames, m.covered_ms, m.dropped, m.age_median_ms, m.age_p95_ms, m.frozen, m.dark, m.moved\n"
	    "FROM run r CROSS JOIN minute m ON m.run_id = r.id\n"
	    "WHERE r.source_id = :source AND r.last_ms >= :from AND m.start_ms >= :from AND m.start_ms <= :now\n"
	    "ORDER BY m.start_ms, m.run_id";
	int64_t last = when_minute(now_ms) - WHEN_MINUTE_MS, from = last - 59 * WHEN_MINUTE_MS, covered_ms = 0, began = from;
	struct stmt *s;
	if (!v->wall)
		return 0;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	stmt_bind_int(s, ":source", v->id);
	stmt_bind_int(s, ":from", from);
	stmt_bind_int(s, ":now", now_ms);
	int got;
	while ((got = stmt_step(s, e)) == 1)
		take_minute(v, s, last, &covered_ms);
	stmt_free(s);
	if (got < 0 || first_start(d, v->id, &began, e) != 0)
		return -1;
	int64_t length = last + WHEN_MINUTE_MS - (began > from ? began : from);
	if (length > 0)
		v->coverage = fmin(1, (double)covered_ms / (double)length);
	return 0;
}

/* A minute has ended when a later one is there, or when the wall clock says so. */
static int
load_ended(struct db *d, int64_t now_ms, struct query_source *v, struct err *e)
{
	static const char sql[] =
	    "SELECT DISTINCT m.start_ms FROM run r CROSS JOIN minute m ON m.run_id = r.id\n"
	    "WHERE r.source_id = :source AND r.last_ms >= :from AND m.start_ms >= :from ORDER BY m.start_ms DESC LIMIT 2";
	struct stmt *s;
	int64_t starts[2] = { 0 };
	int n = 0, got;
	if (!v->has_frame)
		return 0;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	stmt_bind_int(s, ":source", v->id);
	stmt_bind_int(s, ":from", v->frame_ms - HOUR_MS);
	while ((got = stmt_step(s, e)) == 1 && n < 2)
		starts[n++] = query_time(s, 0);
	stmt_free(s);
	if (got < 0)
		return -1;
	bool newest = n > 0 && (!v->live || (v->wall && starts[0] + WHEN_MINUTE_MS + LATE_MS <= now_ms));
	v->has_ended = newest || n > 1;
	v->ended_ms = newest ? starts[0] : starts[1];
	return 0;
}

int
query_now(struct db *d, int64_t now_ms, struct query_now *out, struct err *e)
{
	int r = -1;
	*out = (struct query_now){ .time_ms = now_ms };
	if (db_snapshot(d, e) != 0)
		return -1;
	if (load_sources(d, out, e) != 0)
		goto out;
	for (struct query_source *v = out->sources; v < out->sources + out->n; v++) {
		if (load_gaps(d, now_ms, v, e) != 0 || load_frame(d, now_ms, v, e) != 0 || load_hour(d, now_ms, v, e) != 0
		    || load_ended(d, now_ms, v, e) != 0)
			goto out;
	}
	r = 0;
out:
	db_rollback(d);
	if (r != 0)
		query_now_free(out);
	return r;
}

int
query_quiet(struct db *d, int64_t now_ms, int64_t *n, struct err *e)
{
	static const char sql[] =
	    "SELECT count(*) FROM source s JOIN run r ON r.id = (SELECT max(id) FROM run WHERE source_id = s.id)\n"
	    "WHERE r.status = 'running' AND r.clock = 'wall' AND max(coalesce(r.last_ms, 0), r.started_ms) < :before";
	struct stmt *s;
	*n = 0;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	stmt_bind_int(s, ":before", now_ms - QUERY_QUIET_MS);
	int got = stmt_step(s, e);
	if (got == 1)
		*n = stmt_int(s, 0);
	stmt_free(s);
	return got < 0 ? -1 : 0;
}

int
query_source(struct db *d, const char *source, int64_t *id, bool *adds, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT id, kind IN ('camera', 'stream') FROM source WHERE name = :name", e) != 0)
		return -1;
	stmt_bind_text(s, ":name", source);
	int got = stmt_step(s, e);
	if (got == 1) {
		*id = stmt_int(s, 0);
		*adds = stmt_int(s, 1) != 0;
	}
	stmt_free(s);
	return got;
}
