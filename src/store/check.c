/*
 * Do the stored minutes say what the stored detections give?
 *
 * The rules of minute.h and result.h once more, in SQL over whole runs instead of C over frames as they come, and sharing
 * nothing with it: a mistake in either shows as a difference.  The recomputation is a temporary table, made in
 * the transaction that compares it or puts it in place, so that both see one state of the file.
 *
 * Minutes before run.pruned_ms have lost their frames to retention: they stand as they are.  The first one after them has lost what
 * the frame before it covers of it, so that its coverage stands too.
 */
#include "store/check.h"

#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "store/findings.h"
#include "store/schema.h"

/* ---- the recomputation ---- */

/* Frames earlier than the one before them: no rule says what those cover. */
static const char make_back[] =
"CREATE TEMP TABLE back AS\n"
"SELECT run_id, number FROM (SELECT run_id, number, time_ms,\n"
"	lag(time_ms) OVER (PARTITION BY run_id ORDER BY number) AS before_ms FROM frame)\n"
"WHERE time_ms < before_ms";

/* The runs that can be recomputed, and by which rule. */
static const char make_rule[] =
"CREATE TEMP TABLE rule (run_id INTEGER PRIMARY KEY, persons INTEGER NOT NULL, gap_ms INTEGER NOT NULL,\n"
"	pruned_ms INTEGER NOT NULL, whole_ms INTEGER NOT NULL);	-- frames from then on; coverage from then on\n"
"INSERT INTO rule SELECT id, person_model_id IS NOT NULL, json_extract(settings, '$.\"minute.gap_ms\"'),\n"
"	coalesce(pruned_ms, -9000000000000000000), CASE WHEN pruned_ms IS NULL THEN -9000000000000000000 ELSE coalesce((SELECT time_ms FROM frame\n"
"		WHERE run_id = run.id AND time_ms >= run.pruned_ms ORDER BY number LIMIT 1), pruned_ms) END FROM run\n"
"WHERE CASE WHEN json_valid(settings) THEN json_type(settings, '$.\"minute.gap_ms\"') = 'integer'\n"
"	AND json_extract(settings, '$.\"minute.gap_ms\"') BETWEEN 0 AND 1000000000000 END\n"
"	AND id NOT IN (SELECT run_id FROM back)";

/*
 * f: each frame with its neighbours and its window; t: its heads, and what it and the one before it cover of its window.
 * A stretch that began in an earlier window reaches this one only up to this window's first frame, so what comes
 * in from before is found at that frame.
 */
static const char make_due[] =
"CREATE TEMP TABLE due (run_id INTEGER, start_ms INTEGER, frames INTEGER, covered_ms INTEGER, dropped INTEGER,\n"
"	people_sum INTEGER, people_min INTEGER, people_max INTEGER, men_sum INTEGER, women_sum INTEGER,\n"
"	unknown_sum INTEGER, faces_sum INTEGER, gated INTEGER, PRIMARY KEY (run_id, start_ms)) WITHOUT ROWID;\n"
"INSERT INTO due\n"
"WITH f AS (\n"
"	SELECT frame.run_id, frame.id, time_ms, gap_ms, persons, whole_ms, gated,\n"
"		time_ms - ((time_ms % 60000) + 60000) % 60000 AS start_ms,\n"
"		lag(time_ms) OVER w AS before_ms, lead(time_ms) OVER w AS after_ms\n"
"	FROM frame JOIN rule ON rule.run_id = frame.run_id AND frame.time_ms >= rule.pruned_ms\n"
"	WINDOW w AS (PARTITION BY frame.run_id ORDER BY number)\n"
"), t AS (\n"
"	SELECT run_id, start_ms, whole_ms, gated,\n"
"		min(CASE WHEN after_ms IS NOT NULL THEN min(after_ms - time_ms, gap_ms)\n"
"			WHEN before_ms IS NOT NULL THEN min(time_ms - before_ms, gap_ms)\n"
"			ELSE 0 END, start_ms + 60000 - time_ms) AS own_ms,\n"
"		CASE WHEN before_ms < start_ms THEN max(min(before_ms + gap_ms, time_ms) - start_ms, 0)\n"
"			ELSE 0 END AS carried_ms,\n"
"		CASE WHEN persons THEN (SELECT count(*) FROM person WHERE frame_id = f.id)\n"
"			ELSE (SELECT count(*) FROM face WHERE frame_id = f.id) END AS people,\n"
"		(SELECT count(*) FROM face WHERE frame_id = f.id AND gender = 'male'\n"
"			AND (person_id IS NOT NULL OR NOT persons)) AS men,\n"
"		(SELECT count(*) FROM face WHERE frame_id = f.id AND gender = 'female'\n"
"			AND (person_id IS NOT NULL OR NOT persons)) AS women,\n"
"		(SELECT count(*) FROM face WHERE frame_id = f.id) AS faces\n"
"	FROM f\n"
")\n"
/* frames that were dropped left nothing to count: that column is kept */
"SELECT run_id, start_ms, count(*), coalesce(CASE WHEN start_ms <= whole_ms THEN\n"
"		(SELECT covered_ms FROM minute m WHERE m.run_id = t.run_id AND m.start_ms = t.start_ms) END, sum(own_ms + carried_ms)),\n"
"	coalesce((SELECT dropped FROM minute m WHERE m.run_id = t.run_id AND m.start_ms = t.start_ms), 0),\n"
"	sum(people), min(people), max(people), sum(men), sum(women), sum(people - men - women), sum(faces), sum(gated)\n"
"FROM t GROUP BY run_id, start_ms";

static int
recompute(struct db *d, struct err *e)
{
	if (db_exec(d, make_back, e) != 0 || db_exec(d, make_rule, e) != 0)
		return -1;
	return db_exec(d, make_due, e);
}

/* ---- findings ---- */

static void
each_integrity(struct findings *f, struct stmt *s)
{
	if (!stmt_is(s, 0, "ok"))
		findings_add(f, "SQLite: %s", findings_text(s, 0));
}

static void
each_orphan(struct findings *f, struct stmt *s)
{
	findings_add(f, "table %s: row %lld refers to a row of %s that is not there", findings_text(s, 0),
	    (long long)stmt_int(s, 1), findings_text(s, 2));
}

static void
each_rule_missing(struct findings *f, struct stmt *s)
{
	findings_add(f, "run %lld: its settings do not say minute.gap_ms, so its minutes cannot be recomputed", (long long)stmt_int(s, 0));
}

static void
each_back(struct findings *f, struct stmt *s)
{
	findings_add(f, "run %lld: frame %lld is earlier than the one before it, so the run's minutes cannot be recomputed",
	    (long long)stmt_int(s, 0), (long long)stmt_int(s, 1));
}

static void
each_missing(struct findings *f, struct stmt *s)
{
	char when[WHEN_TEXT];
	findings_add(f, "run %lld, minute %s: missing, and %lld frames lie in it", (long long)stmt_int(s, 0),
	    when_format(stmt_int(s, 1), when), (long long)stmt_int(s, 2));
}

static void
each_extra(struct findings *f, struct stmt *s)
{
	char when[WHEN_TEXT];
	findings_add(f, "run %lld, minute %s: no frame lies in it", (long long)stmt_int(s, 0), when_format(stmt_int(s, 1), when));
}

/* Columns: run, where (NULL: the run itself), then name, stored and right value in threes. */
static void
each_difference(struct findings *f, struct stmt *s)
{
	char when[WHEN_TEXT], place[80];
	snprintf(place, sizeof place, "run %lld", (long long)stmt_int(s, 0));
	if (stmt_type(s, 1) != STMT_NULL)
		snprintf(place, sizeof place, "run %lld, minute %s", (long long)stmt_int(s, 0), when_format(stmt_int(s, 1), when));
	for (int i = 2; i + 2 < stmt_columns(s); i += 3) {
		const char *is = findings_text(s, i + 1), *due = findings_text(s, i + 2);
		if (strcmp(is, due) != 0)
			findings_add(f, "%s: %s is %s, its frames give %s", place, findings_text(s, i), is, due);
	}
}

#define PAIR(c) "'" #c "', m." #c ", d." #c
static const char differing_minutes[] =
"SELECT d.run_id, d.start_ms, " PAIR(frames) ", " PAIR(covered_ms) ", " PAIR(people_sum) ", " PAIR(people_min) ", "
PAIR(people_max) ", " PAIR(men_sum) ", " PAIR(women_sum) ", " PAIR(unknown_sum) ", " PAIR(faces_sum) ", " PAIR(gated) "\n"
"FROM due d JOIN minute m ON m.run_id = d.run_id AND m.start_ms = d.start_ms\n"
"WHERE m.frames IS NOT d.frames OR m.covered_ms IS NOT d.covered_ms OR m.people_sum IS NOT d.people_sum\n"
"	OR m.people_min IS NOT d.people_min OR m.people_max IS NOT d.people_max OR m.men_sum IS NOT d.men_sum\n"
"	OR m.women_sum IS NOT d.women_sum OR m.unknown_sum IS NOT d.unknown_sum OR m.faces_sum IS NOT d.faces_sum\n"
"	OR m.gated IS NOT d.gated";
#undef PAIR

static const char missing_minutes[] =
"SELECT d.run_id, d.start_ms, d.frames FROM due d\n"
"WHERE NOT EXISTS (SELECT 1 FROM minute m WHERE m.run_id = d.run_id AND m.start_ms = d.start_ms)";

static const char extra_minutes[] =
"SELECT m.run_id, m.start_ms FROM minute m JOIN rule r ON r.run_id = m.run_id AND m.start_ms >= r.pruned_ms\n"
"WHERE NOT EXISTS (SELECT 1 FROM due d WHERE d.run_id = m.run_id AND d.start_ms = m.start_ms)";

/* Of a run: frames that were deleted by retention count, and were its first ones, and perhaps all. */
#define COUNTED "((SELECT count(*) FROM frame WHERE run_id = run.id) + frames_pruned)"
#define FIRST "CASE WHEN frames_pruned > 0 THEN first_ms\n" \
	"	ELSE (SELECT time_ms FROM frame WHERE run_id = run.id ORDER BY number LIMIT 1) END"
#define LAST "coalesce((SELECT time_ms FROM frame WHERE run_id = run.id ORDER BY number DESC LIMIT 1),\n" \
	"	CASE WHEN frames_pruned > 0 THEN last_ms END)"

static const char differing_runs[] =
"SELECT id, NULL, 'frames_analyzed', frames_analyzed, n, 'first_ms', first_ms, t, 'last_ms', last_ms, u FROM (\n"
"	SELECT id, frames_analyzed, first_ms, last_ms, " COUNTED " AS n, " FIRST " AS t, " LAST " AS u FROM run)\n"
"WHERE frames_analyzed IS NOT n OR first_ms IS NOT t OR last_ms IS NOT u";

static int
look_at_minutes(struct db *d, struct findings *f, struct err *e)
{
	if (recompute(d, e) != 0
	    || findings_query(f, d, "SELECT id FROM run WHERE id NOT IN (SELECT run_id FROM rule)"
		" AND id NOT IN (SELECT run_id FROM back)", each_rule_missing, e) != 0
	    || findings_query(f, d, "SELECT run_id, number FROM back", each_back, e) != 0
	    || findings_query(f, d, missing_minutes, each_missing, e) != 0
	    || findings_query(f, d, extra_minutes, each_extra, e) != 0
	    || findings_query(f, d, differing_minutes, each_difference, e) != 0
	    || findings_query(f, d, differing_runs, each_difference, e) != 0)
		return -1;
	return 0;
}

static int
look_at_schema(struct db *d, struct findings *f, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT count(*) FROM sqlite_schema WHERE type = :type AND name = :name", e) != 0)
		return -1;
	int got = 0;
	for (const struct schema_object *o = schema_objects; o->type != NULL && got >= 0; o++) {
		stmt_bind_text(s, ":type", o->type);
		stmt_bind_text(s, ":name", o->name);
		got = stmt_step(s, e);
		if (got == 1 && stmt_int(s, 0) != 1)
			findings_add(f, "the %s %s is not there", o->type, o->name);
		stmt_reset(s);
	}
	stmt_free(s);
	return got < 0 ? -1 : 0;
}

static int
look(struct db *d, struct findings *f, struct err *e)
{
	if (findings_query(f, d, "PRAGMA integrity_check", each_integrity, e) != 0
	    || findings_query(f, d, "PRAGMA foreign_key_check", each_orphan, e) != 0
	    || look_at_schema(d, f, e) != 0
	    || look_at_minutes(d, f, e) != 0)
		return -1;
	return findings_in_rows(f, d, e);
}

int64_t
check_database(struct db *d, struct buf *findings, struct err *e)
{
	struct findings f = { .text = findings };
	if (db_snapshot(d, e) != 0)
		return -1;
	int got = look(d, &f, e);
	/* takes the temporary tables with it */
	db_rollback(d);
	if (got != 0 && e->code != ERR_DATA)
		return -1;
	if (got != 0)
		findings_add(&f, "the rest cannot be checked: %s", e->msg);
	if (f.n > FINDINGS_LISTED)
		buf_printf(findings, "and %lld more\n", (long long)(f.n - FINDINGS_LISTED));
	return f.n;
}

/* ---- repair ---- */

/* Only what differs is touched: the columns that frames say nothing of stay as they are. */
static const char put_minutes[] =
"DELETE FROM minute WHERE EXISTS (SELECT 1 FROM rule r WHERE r.run_id = minute.run_id AND minute.start_ms >= r.pruned_ms)\n"
"	AND NOT EXISTS (SELECT 1 FROM due d WHERE d.run_id = minute.run_id AND d.start_ms = minute.start_ms);\n"
"INSERT INTO minute (run_id, start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max,\n"
"	men_sum, women_sum, unknown_sum, faces_sum, gated)\n"
"SELECT run_id, start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max,\n"
"	men_sum, women_sum, unknown_sum, faces_sum, gated FROM due WHERE true\n"
"ON CONFLICT (run_id, start_ms) DO UPDATE SET frames = excluded.frames, covered_ms = excluded.covered_ms,\n"
"	people_sum = excluded.people_sum, people_min = excluded.people_min, people_max = excluded.people_max,\n"
"	men_sum = excluded.men_sum, women_sum = excluded.women_sum, unknown_sum = excluded.unknown_sum,\n"
"	faces_sum = excluded.faces_sum, gated = excluded.gated,\n"
"	frozen = min(frozen, excluded.frames), dark = min(dark, excluded.frames)";

static const char put_runs[] =
"UPDATE run SET frames_analyzed = " COUNTED ", frames_read = max(frames_read, " COUNTED "),\n"
"	first_ms = " FIRST ", last_ms = " LAST;

static int
count_rows(struct db *d, const char *sql, int64_t *sum, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	int got;
	while ((got = stmt_step(s, e)) == 1)
		(*sum)++;
	stmt_free(s);
	return got;
}

static int
rebuild(struct db *d, int64_t *changed, struct err *e)
{
	if (recompute(d, e) != 0)
		return -1;
	int64_t stuck;
	if (db_int(d, "SELECT id FROM run WHERE id NOT IN (SELECT run_id FROM rule)", &stuck, e) != 0)
		return -1;
	if (stuck != 0)
		return err_set(e, ERR_DATA, "%s: the minutes of run %lld cannot be recomputed (`footfall db check` says why): "
		    "nothing was changed", db_path(d), (long long)stuck);
	if (count_rows(d, missing_minutes, changed, e) != 0
	    || count_rows(d, extra_minutes, changed, e) != 0
	    || count_rows(d, differing_minutes, changed, e) != 0
	    || count_rows(d, differing_runs, changed, e) != 0)
		return -1;
	if (*changed > 0 && (db_exec(d, put_minutes, e) != 0 || db_exec(d, put_runs, e) != 0))
		return -1;
	return db_exec(d, "DROP TABLE due; DROP TABLE rule; DROP TABLE back", e);
}

int
check_rebuild(struct db *d, int64_t *changed, struct err *e)
{
	*changed = 0;
	if (db_begin(d, e) != 0)
		return -1;
	if (rebuild(d, changed, e) != 0 || db_commit(d, e) != 0) {
		db_rollback(d);
		return -1;
	}
	return 0;
}
