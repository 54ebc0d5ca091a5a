/*
 * Which stored run footfall eval counts is about.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/eval.h"
#include "cli/eval_counts.h"

#define RUNS " FROM run r JOIN source s ON s.id = r.source_id LEFT JOIN model p ON p.id = r.person_model_id" \
	" LEFT JOIN model f ON f.id = r.face_model_id WHERE (:run IS NULL OR r.id = :run)" \
	" AND (:source IS NULL OR s.name = :source) AND r.frames_analyzed > 0"

static char *
copy_of(const struct stmt *q, int i)
{
	const char *text = stmt_text(q, i);
	return mem_strdup(text != NULL ? text : "");
}

static void
take_run(struct counted_run *r, const struct stmt *q)
{
	*r = (struct counted_run) {
		.id = stmt_int(q, 0), .start_ms = stmt_int(q, 1), .source = copy_of(q, 2), .clock = copy_of(q, 3),
		.by_person = stmt_int(q, 4) != 0, .model = copy_of(q, 5), .task = copy_of(q, 6), .family = copy_of(q, 7),
		.sha256 = copy_of(q, 8),
	};
}

void
counts_free_run(struct counted_run *r)
{
	free(r->source);
	free(r->clock);
	free(r->model);
	free(r->task);
	free(r->family);
	free(r->sha256);
}

/* More than one source and none named: which there are. */
static int
refuse_several(struct db *d, struct err *e)
{
	struct stmt *q;
	struct buf names = { 0 };
	int got, n = 0;
	if (stmt_new(&q, d, "SELECT DISTINCT s.name FROM source s JOIN run r ON r.source_id = s.id WHERE r.frames_analyzed > 0"
	    " ORDER BY 1 LIMIT 10", e) != 0)
		return -1;
	while ((got = stmt_step(q, e)) == 1)
		buf_printf(&names, "%s%s", n++ > 0 ? ", " : "", stmt_text(q, 0));
	if (got == 0 && n > 1)
		got = err_set(e, ERR_USAGE, "%s holds several sources: say which with --source (%s%s) or a run with --run", db_path(d),
		    buf_str(&names), n == 10 ? ", ..." : "");
	stmt_free(q);
	buf_free(&names);
	return got;
}

int
counts_find_run(const struct cli *c, struct db *d, struct counted_run *r, struct err *e)
{
	const char *source = cli_value(c, "source");
	int64_t run;
	struct stmt *q;
	if (eval_number(c, "run", 1, INT64_MAX, 0, &run, e) != 0)
		return -1;
	if (source == NULL && run == 0 && refuse_several(d, e) != 0)
		return -1;
	if (stmt_new(&q, d, "SELECT r.id, coalesce(r.settings ->> '$.start_ms', r.first_ms), s.name, r.clock, p.id IS NOT NULL,"
	    " coalesce(p.name, f.name), coalesce(p.task, f.task), coalesce(p.family, f.family), coalesce(p.sha256, f.sha256)"
	    RUNS " ORDER BY r.status = 'complete' DESC, r.id DESC LIMIT 1", e) != 0)
		return -1;
	if (run != 0)
		stmt_bind_int(q, ":run", run);
	else
		stmt_bind_null(q, ":run");
	stmt_bind_text(q, ":source", source);
	int got = stmt_step(q, e);
	if (got == 1)
		take_run(r, q);
	stmt_free(q);
	if (got == 0 && run != 0)
		return err_set(e, ERR_INPUT, "%s has no run %lld%s%s with frames; footfall db info lists what there is", db_path(d),
		    (long long)run, source != NULL ? " of " : "", source != NULL ? source : "");
	if (got == 0)
		return err_set(e, ERR_INPUT, "%s has no run%s%s with frames; footfall analyze makes one", db_path(d),
		    source != NULL ? " of " : "", source != NULL ? source : "");
	return got == 1 ? 0 : -1;
}
