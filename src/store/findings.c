/*
 * Findings in single rows, and how findings are collected.
 *
 * The ranges stand in the tables as CHECK constraints as well, but SQLite's own integrity_check leaves those
 * out on a read-only connection, and a file from elsewhere may lack them.
 */
#include "store/findings.h"

#include <stdarg.h>
#include <stdio.h>

void
findings_add(struct findings *f, const char *fmt, ...)
{
	char line[1024];
	if (f->n++ >= FINDINGS_LISTED)
		return;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	/* names and SQLite's texts may hold anything */
	for (char *p = line; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ')
			*p = ' ';
	}
	buf_puts(f->text, line);
	buf_putc(f->text, '\n');
}

int
findings_query(struct findings *f, struct db *d, const char *sql,
	void (*each)(struct findings *f, struct stmt *s), struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	int got;
	while ((got = stmt_step(s, e)) == 1)
		each(f, s);
	stmt_free(s);
	return got;
}

const char *
findings_text(const struct stmt *s, int i)
{
	const char *text = stmt_text(s, i);
	return text != NULL ? text : "NULL";
}

#define BOX_BAD "x NOT BETWEEN 0 AND 1e9 OR y NOT BETWEEN 0 AND 1e9 OR w NOT BETWEEN 0 AND 1e9 OR h NOT BETWEEN 0 AND 1e9"

/* Retention deletes the oldest frames of a run, and so perhaps the one whose result the next one took. */
#define WHOLE(run) "NOT EXISTS (SELECT 1 FROM run WHERE id = " run " AND frames_pruned > 0)"

/* A gated frame holds what the frame before it does: what differs is found as rows that only one of them has. */
#define GATED(table, columns, what) \
	"WITH g AS MATERIALIZED (SELECT id, before_id FROM (SELECT f.id, f.run_id, (SELECT b.id FROM frame b WHERE b.run_id = f.run_id" \
	" AND b.number < f.number ORDER BY b.number DESC LIMIT 1) AS before_id FROM frame f WHERE f.gated) w" \
	" WHERE before_id IS NOT NULL OR " WHOLE("w.run_id") ")," \
	" own AS (SELECT g.id, " columns ", count(*) AS n FROM g JOIN " table " t ON t.frame_id = g.id GROUP BY g.id, " columns ")," \
	" due AS (SELECT g.id, " columns ", count(*) AS n FROM g JOIN " table " t ON t.frame_id = g.before_id GROUP BY g.id, " columns ")" \
	" SELECT 'frame', id, 'it took an earlier result, and its " what " are not those of the frame before it' FROM (" \
	"SELECT id FROM (SELECT * FROM own EXCEPT SELECT * FROM due) UNION SELECT id FROM (SELECT * FROM due EXCEPT SELECT * FROM own))"

/* Each gives rows of: what, its id, what is wrong with it. */
static const char *const rules[] = {
	"SELECT 'source', id, 'of no known kind' FROM source WHERE kind NOT IN ('file', 'images', 'camera', 'stream')",
	"SELECT 'source', id, 'its pictures have no size' FROM source WHERE width < 1 OR height < 1",
	"SELECT 'model', id, 'of no known task' FROM model WHERE task NOT IN ('person', 'face', 'gender')",
	"SELECT 'run', id, 'of no known status' FROM run WHERE status NOT IN ('running', 'complete', 'interrupted', 'failed')",
	"SELECT 'run', id, 'of no known clock' FROM run WHERE clock NOT IN ('option', 'name', 'container', 'none', 'wall')",
	"SELECT 'run', id, 'it is ' || status || CASE WHEN ended_ms IS NULL THEN ', and has no end' ELSE ', and has ended' END"
	" FROM run WHERE (status = 'running') <> (ended_ms IS NULL)",
	"SELECT 'run', id, 'more frames analyzed than read' FROM run WHERE frames_analyzed > frames_read",
	"SELECT 'run', id, 'a count below zero' FROM run WHERE frames_read < 0 OR frames_analyzed < 0 OR frames_dropped < 0",
	/* a run under way has not told its dropped frames yet */
	"SELECT 'run', r.id, 'its minutes hold ' || sum(m.dropped) || ' dropped frames, the run ' || r.frames_dropped"
	" FROM run r JOIN minute m ON m.run_id = r.id WHERE r.status <> 'running' GROUP BY r.id HAVING sum(m.dropped) > r.frames_dropped",
	"SELECT 'run', r.id, 'it has no person network, and yet ' || count(*) || ' persons' FROM run r"
	" JOIN frame f ON f.run_id = r.id JOIN person p ON p.frame_id = f.id WHERE r.person_model_id IS NULL GROUP BY r.id",
	"SELECT 'run', id, 'it says that retention deleted ' || frames_pruned || ' of its ' || frames_analyzed || ' frames' FROM run"
	" WHERE frames_pruned NOT BETWEEN 0 AND frames_analyzed",
	"SELECT 'run', id, CASE WHEN pruned_ms IS NULL THEN 'frames of it were deleted by retention, and it does not say up to when'"
	" ELSE 'it says up to when its frames were deleted by retention, and none was' END FROM run WHERE (frames_pruned = 0) <> (pruned_ms IS NULL)",
	"SELECT 'run', id, 'retention ended within a minute' FROM run WHERE pruned_ms % 60000 <> 0",
	"SELECT 'run', run_id, 'dropped frames below zero in a minute' FROM minute WHERE dropped < 0",
	"SELECT 'run', run_id, 'more frozen or dark frames in a minute than frames, or fewer than none' FROM minute"
	" WHERE frozen NOT BETWEEN 0 AND frames OR dark NOT BETWEEN 0 AND frames",
	"SELECT 'run', run_id, 'changes of view below zero in a minute' FROM minute WHERE moved < 0",
	"SELECT 'run', run_id, 'ages in a minute that are below zero, not in order, or not all there' FROM minute"
	" WHERE age_median_ms < 0 OR age_p95_ms < age_median_ms OR age_max_ms < age_p95_ms"
	" OR (age_median_ms IS NULL) + (age_p95_ms IS NULL) + (age_max_ms IS NULL) IN (1, 2)",
	"SELECT 'gap', id, 'of no known reason' FROM gap WHERE reason NOT IN ('connect', 'closed', 'stall', 'crash', 'clock', 'size')",
	"SELECT 'gap', id, 'it ends before it begins' FROM gap WHERE to_ms < from_ms",
	"SELECT 'gap', g.id, 'it is in a run of a recording' FROM gap g JOIN run r ON r.id = g.run_id WHERE r.input_sha256 IS NOT NULL",
	"SELECT 'segment', id, 'it ends before it begins' FROM segment WHERE end_ms < start_ms OR last_number < first_number",
	"SELECT 'segment', id, 'a count out of range' FROM segment WHERE frames < 1 OR bytes < 0 OR first_number < 0",
	"SELECT 'segment', id, 'blurred is neither 0 nor 1' FROM segment WHERE blurred NOT IN (0, 1)",
	"SELECT 'segment', id, 'its file is not named as it must be' FROM segment"
	" WHERE source = '' OR path = '' OR path GLOB '/*' OR folder NOT GLOB '/*'",
	"SELECT 'segment', id, 'its digest is none' FROM segment WHERE length(sha256) <> 64 OR sha256 GLOB '*[^0-9a-f]*'",
	"SELECT 'segment', max(id), 'another one is the same file' FROM segment WHERE deleted_ms IS NULL GROUP BY folder, path HAVING count(*) > 1",
	"SELECT 'frame', id, 'its number is below zero' FROM frame WHERE number < 0",
	"SELECT 'frame', id, 'its time is not in the years 1 to 9999' FROM frame WHERE time_ms NOT BETWEEN -62135596800000 AND 253402300799999",
	"SELECT 'frame', id, 'gated is neither 0 nor 1' FROM frame WHERE gated NOT IN (0, 1)",
	"SELECT 'frame', f.id, 'it took an earlier result, and there is none' FROM frame f WHERE f.gated"
	" AND NOT EXISTS (SELECT 1 FROM frame b WHERE b.run_id = f.run_id AND b.number < f.number) AND " WHOLE("f.run_id"),
	GATED("person", "score, x, y, w, h", "persons"),
	GATED("face", "score, x, y, w, h, gender, p_female", "faces"),
	"SELECT 'person', id, 'its score is not from 0 to 1' FROM person WHERE score NOT BETWEEN 0 AND 1",
	"SELECT 'person', id, 'its box lies in no picture' FROM person WHERE " BOX_BAD,
	"SELECT 'face', id, 'its score is not from 0 to 1' FROM face WHERE score NOT BETWEEN 0 AND 1",
	"SELECT 'face', id, 'its box lies in no picture' FROM face WHERE " BOX_BAD,
	"SELECT 'face', id, 'its gender is neither female nor male nor NULL' FROM face WHERE gender NOT IN ('female', 'male')",
	"SELECT 'face', id, 'its p_female is not from 0 to 1' FROM face WHERE p_female NOT BETWEEN 0 AND 1",
	"SELECT 'face', id, 'it has a gender, and was not classified' FROM face WHERE gender IS NOT NULL AND p_female IS NULL",
	"SELECT 'face', f.id, 'its person ' || p.id || ' is in another frame' FROM face f JOIN person p ON p.id = f.person_id"
	" WHERE p.frame_id <> f.frame_id",
	NULL
};

static void
each_row(struct findings *f, struct stmt *s)
{
	findings_add(f, "%s %lld: %s", findings_text(s, 0), (long long)stmt_int(s, 1), findings_text(s, 2));
}

int
findings_in_rows(struct findings *f, struct db *d, struct err *e)
{
	for (const char *const *rule = rules; *rule != NULL; rule++) {
		if (findings_query(f, d, *rule, each_row, e) != 0)
			return -1;
	}
	return 0;
}
