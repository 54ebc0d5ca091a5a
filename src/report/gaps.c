/*
 * Stretches in which a camera gave nothing: read beside the minutes, and shown as what they are, so that a
 * reader can tell a quiet hour from a broken cable.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/when.h"
#include "page.h"

/* Years 0000 to 9999, as for minutes. */
#define TIME_MIN_MS INT64_C(-62167219200000)
#define TIME_MAX_MS INT64_C(253402300799999)

/* The end of a gap in which the program was killed is the beginning of the next run. */
static const char SELECT_GAPS[] =
	"SELECT from_ms, to_ms, reason, detail, run_id FROM (SELECT g.from_ms, coalesce(g.to_ms, (SELECT min(n.started_ms) FROM run AS n"
	" WHERE n.source_id = r.source_id AND n.id > r.id AND r.status <> 'running')) AS to_ms, g.reason, g.detail, g.run_id"
	" FROM run AS r JOIN gap AS g ON g.run_id = r.id WHERE r.source_id = :source AND (:run = 0 OR r.id = :run))"
	" WHERE from_ms < :to AND (to_ms IS NULL OR to_ms >= :from) ORDER BY from_ms";

static int
add_gap(struct report_source *source, size_t *cap, const struct stmt *s, struct db *d, struct err *e)
{
	struct report_gap g = { .from_ms = stmt_int(s, 0), .to_ms = stmt_int(s, 1), .open = stmt_type(s, 1) == STMT_NULL };
	if (g.open || g.to_ms < g.from_ms)
		g.to_ms = g.from_ms;
	if (g.from_ms < TIME_MIN_MS || g.to_ms > TIME_MAX_MS)
		return err_set(e, ERR_DATA, "%s: a gap of run %" PRId64 " holds times that cannot be", db_path(d), stmt_int(s, 4));
	if (source->ngaps == *cap) {
		*cap = *cap * 2 + 16;
		source->gaps = mem_resize(source->gaps, *cap, sizeof *source->gaps);
	}
	const char *reason = stmt_text(s, 2), *detail = stmt_text(s, 3);
	g.reason = mem_strdup(reason != NULL ? reason : "");
	g.detail = detail != NULL ? mem_strdup(detail) : NULL;
	source->gaps[source->ngaps++] = g;
	return 0;
}

int
report_gaps_load(struct report_view *v, struct db *d, const struct report_query *q, struct err *e)
{
	struct stmt *s = NULL;
	int r = 0;

	if (stmt_new(&s, d, SELECT_GAPS, e) != 0)
		return -1;
	stmt_bind_int(s, ":run", q->run_id);
	stmt_bind_int(s, ":from", q->has_from ? q->from_ms : INT64_MIN);
	stmt_bind_int(s, ":to", q->has_to ? q->to_ms : INT64_MAX);
	for (size_t i = 0; i < v->nsources && r == 0; i++) {
		size_t cap = 0;
		stmt_bind_int(s, ":source", v->sources[i].id);
		while ((r = stmt_step(s, e)) == 1 && (r = add_gap(&v->sources[i], &cap, s, d, e)) == 0)
			;
	}
	stmt_free(s);
	return r;
}

size_t
report_gaps_of(const struct report_source *s, size_t i, size_t *from)
{
	size_t n = 0;

	if (i + 1 == s->nminutes)
		return s->ngaps - *from;
	while (*from + n < s->ngaps && s->gaps[*from + n].from_ms < s->minutes[i].start_ms + WHEN_MINUTE_MS)
		n++;
	return n;
}

void
report_gap_period(const struct report_gap *g, char out[2 * TEXT_SIZE])
{
	char from[WHEN_TEXT], to[WHEN_TEXT], length[TEXT_SIZE];

	/* to the second: many a gap is shorter than a minute */
	when_format(g->from_ms - (g->from_ms % 1000 + 1000) % 1000, from);
	when_format(g->to_ms - (g->to_ms % 1000 + 1000) % 1000, to);
	if (g->open)
		snprintf(out, 2 * TEXT_SIZE, "%.10s from %.8s on", from, from + 11);
	else
		snprintf(out, 2 * TEXT_SIZE, "%.10s %.8s to %.8s, %.30s", from, from + 11, to + 11,
		    text_duration(g->to_ms - g->from_ms, length));
}
