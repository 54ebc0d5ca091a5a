/*
 * The minutes of a source, added up to the entries that are shown, and its days.
 *
 * A year is half a million rows.  They are read in the order in which they lie, run by run, into an array of the entries that were
 * asked for; sorting them, or asking of each whether a newer run holds it too, would take many times as long.
 */
#include "serve/query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"

#define DAY_MS (INT64_C(86400) * 1000)

/* Which minutes a newer run has spoken for already; only where the newest speaks. */
struct seen {
	unsigned char *bits;
	int64_t from_ms;
};

static bool
see(struct seen *s, int64_t start_ms)
{
	if (s->bits == NULL)
		return true;
	size_t i = (size_t)((start_ms - s->from_ms) / WHEN_MINUTE_MS);
	unsigned char bit = (unsigned char)(1u << i % 8);
	bool new = (s->bits[i / 8] & bit) == 0;
	s->bits[i / 8] |= bit;
	return new;
}

static void
add(struct query_minute *m, const struct stmt *s)
{
	int64_t min = query_count(s, 5), max = query_count(s, 6);
	if (m->frames == 0 || min < m->min)
		m->min = min;
	if (m->frames == 0 || max > m->max)
		m->max = max;
	m->frames += query_count(s, 1);
	m->covered_ms += query_count(s, 2);
	m->dropped += query_count(s, 3);
	m->people += query_count(s, 4);
	m->men += query_count(s, 7);
	m->women += query_count(s, 8);
	m->unknown += query_count(s, 9);
	m->age_p95_ms = fmax(m->age_p95_ms, stmt_real(s, 10));
}

static int
load_run(struct stmt *minutes, int64_t run, struct query_minutes *out, struct seen *seen, struct err *e)
{
	int64_t length = out->step * WHEN_MINUTE_MS;
	int got;
	stmt_bind_int(minutes, ":run", run);
	while ((got = stmt_step(minutes, e)) == 1) {
		int64_t start = stmt_int(minutes, 0);
		if (see(seen, start))
			add(&out->v[(start - out->from_ms) / length], minutes);
	}
	return got;
}

static int
load_rows(struct db *d, struct query_minutes *out, bool adds, struct err *e)
{
	static const char sql[] =
	    "SELECT start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max,\n"
	    "	men_sum, women_sum, unknown_sum, age_p95_ms\n"
	    "FROM minute WHERE run_id = :run AND start_ms >= :from AND start_ms < :to";
	struct seen seen = { .from_ms = out->from_ms };
	struct stmt *runs = NULL, *minutes = NULL;
	int r = -1;
	if (stmt_new(&runs, d, "SELECT id FROM run WHERE source_id = :source AND (last_ms IS NULL OR last_ms >= :from)\n"
	    "ORDER BY id DESC", e) != 0 || stmt_new(&minutes, d, sql, e) != 0)
		goto out;
	if (!adds)
		seen.bits = mem_alloc((size_t)((out->to_ms - out->from_ms) / WHEN_MINUTE_MS / 8) + 1);
	stmt_bind_int(runs, ":source", out->source_id);
	stmt_bind_int(runs, ":from", out->from_ms);
	stmt_bind_int(minutes, ":from", out->from_ms);
	stmt_bind_int(minutes, ":to", out->to_ms);
	int got;
	while ((got = stmt_step(runs, e)) == 1) {
		if (load_run(minutes, stmt_int(runs, 0), out, &seen, e) != 0)
			goto out;
	}
	r = got;
out:
	free(seen.bits);
	stmt_free(runs);
	stmt_free(minutes);
	return r;
}

static int
load_gaps(struct db *d, struct query_minutes *out, struct err *e)
{
	/* where the end was not written because the process was killed, the next run's beginning tells */
	static const char sql[] =
	    "SELECT from_ms, to_ms, reason, detail FROM (\n"
	    "	SELECT g.id, g.from_ms, coalesce(g.to_ms, (SELECT coalesce(n.first_ms, n.started_ms) FROM run n\n"
	    "		WHERE n.id = (SELECT min(id) FROM run WHERE source_id = r.source_id AND id > r.id))) AS to_ms,\n"
	    "		g.reason, g.detail\n"
	    "	FROM run r CROSS JOIN gap g ON g.run_id = r.id WHERE r.source_id = :source AND g.from_ms < :to)\n"
	    "WHERE to_ms IS NULL OR to_ms > :from ORDER BY from_ms, id LIMIT :most";
	struct stmt *s;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	stmt_bind_int(s, ":source", out->source_id);
	stmt_bind_int(s, ":from", out->from_ms);
	stmt_bind_int(s, ":to", out->to_ms);
	stmt_bind_int(s, ":most", QUERY_MOST);
	int got;
	while ((got = stmt_step(s, e)) == 1) {
		const char *reason = stmt_text(s, 2), *detail = stmt_text(s, 3);
		out->gaps = mem_resize(out->gaps, out->ngaps + 1, sizeof *out->gaps);
		out->gaps[out->ngaps++] = (struct query_gap){
			.from_ms = query_time(s, 0), .to_ms = stmt_type(s, 1) != STMT_NULL ? query_time(s, 1) : INT64_MAX,
			.reason = mem_strdup(reason != NULL ? reason : ""), .detail = detail != NULL ? mem_strdup(detail) : NULL
		};
	}
	stmt_free(s);
	return got;
}

/* Leaves out what has no frames, and finishes the others. */
static void
finish(struct query_minutes *out, size_t n)
{
	int64_t length = out->step * WHEN_MINUTE_MS;
	for (size_t i = 0; i < n; i++) {
		struct query_minute m = out->v[i];
		if (m.frames == 0)
			continue;
		m.t = out->from_ms + (int64_t)i * length;
		m.length_ms = m.t + length < out->to_ms ? length : out->to_ms - m.t;
		/* two runs in one minute cannot have seen more of it than there is */
		if (m.covered_ms > m.length_ms)
			m.covered_ms = m.length_ms;
		out->v[out->n++] = m;
	}
}

void
query_minutes_free(struct query_minutes *v)
{
	for (size_t i = 0; i < v->ngaps; i++) {
		free(v->gaps[i].reason);
		free(v->gaps[i].detail);
	}
	free(v->gaps);
	free(v->v);
	*v = (struct query_minutes){ 0 };
}

int
query_minutes(struct db *d, const char *source, int64_t from_ms, int64_t to_ms, int64_t step, struct query_minutes *out,
	struct err *e)
{
	int64_t from = when_minute(from_ms), to = when_minute(to_ms + WHEN_MINUTE_MS - 1);
	bool adds = false;
	*out = (struct query_minutes){ .from_ms = from, .to_ms = to, .step = step };
	if (to_ms <= from_ms)
		return err_set(e, ERR_USAGE, "from is not before to");
	if (to - from > QUERY_YEARS_MS)
		return err_set(e, ERR_USAGE, "more than ten years at once");
	int64_t minutes = (to - from) / WHEN_MINUTE_MS, n = (minutes + step - 1) / step;
	if (n > QUERY_MOST)
		return err_set(e, ERR_USAGE, "%lld entries are too many, %d are the most: step=%lld gives minutes together",
		    (long long)n, (int)QUERY_MOST, (long long)((minutes + QUERY_MOST - 1) / QUERY_MOST));
	if (db_snapshot(d, e) != 0)
		return -1;
	int r = query_source(d, source, &out->source_id, &adds, e);
	if (r != 1)
		goto out;
	out->v = mem_array((size_t)n, sizeof *out->v);
	for (int64_t i = 0; i < n; i++)
		out->v[i].age_p95_ms = NAN;
	if (load_rows(d, out, adds, e) != 0 || load_gaps(d, out, e) != 0) {
		r = -1;
		goto out;
	}
	finish(out, (size_t)n);
out:
	db_rollback(d);
	if (r != 1)
		query_minutes_free(out);
	return r;
}

/* ---- days ---- */

struct days {
	int64_t *v;
	size_t n;
};

static int
newest_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x < y) - (x > y);
}

/* Jumps from day to day: a look-up for each, however many minutes it has. */
static int
days_of_run(struct stmt *newest, int64_t run, int64_t zone_ms, struct days *days, struct err *e)
{
	int64_t before = QUERY_TIME_MOST;
	for (int n = 0; n < QUERY_DAYS; n++) {
		stmt_bind_int(newest, ":run", run);
		stmt_bind_int(newest, ":before", before);
		int got = stmt_step(newest, e);
		bool none = got != 1 || stmt_type(newest, 0) == STMT_NULL;
		int64_t local = none ? 0 : stmt_int(newest, 0) + zone_ms;
		if (got == 1)
			stmt_reset(newest);
		if (none)
			return got < 0 ? -1 : 0;
		int64_t day = local / DAY_MS - (local % DAY_MS < 0);
		days->v = mem_resize(days->v, days->n + 1, sizeof *days->v);
		days->v[days->n++] = day;
		before = day * DAY_MS - zone_ms;
	}
	return 0;
}

/* Sorted, each once, no more than are told: called now and then, so that many runs take no memory. */
static void
tidy(struct days *days)
{
	size_t n = 0;
	if (days->n > 0)
		qsort(days->v, days->n, sizeof *days->v, newest_first);
	for (size_t i = 0; i < days->n && n < QUERY_DAYS; i++) {
		if (n == 0 || days->v[n - 1] != days->v[i])
			days->v[n++] = days->v[i];
	}
	days->n = n;
}

int
query_days(struct db *d, const char *source, int64_t zone_minutes, int64_t **out, size_t *n, struct err *e)
{
	struct stmt *runs = NULL, *newest = NULL;
	struct days days = { 0 };
	int64_t id = 0;
	bool adds;
	*out = NULL;
	*n = 0;
	if (db_snapshot(d, e) != 0)
		return -1;
	int r = query_source(d, source, &id, &adds, e);
	if (r != 1)
		goto out;
	r = -1;
	if (stmt_new(&runs, d, "SELECT id FROM run WHERE source_id = :source", e) != 0
	    || stmt_new(&newest, d, "SELECT max(start_ms) FROM minute WHERE run_id = :run AND start_ms < :before\n"
	    "AND start_ms >= -62167219200000", e) != 0)
		goto out;
	stmt_bind_int(runs, ":source", id);
	int got;
	while ((got = stmt_step(runs, e)) == 1) {
		if (days_of_run(newest, stmt_int(runs, 0), zone_minutes * WHEN_MINUTE_MS, &days, e) != 0)
			goto out;
		if (days.n > 4 * QUERY_DAYS)
			tidy(&days);
	}
	if (got < 0)
		goto out;
	tidy(&days);
	*out = days.v;
	*n = days.n;
	days.v = NULL;
	r = 1;
out:
	free(days.v);
	stmt_free(runs);
	stmt_free(newest);
	db_rollback(d);
	return r;
}
