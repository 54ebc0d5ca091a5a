/*
 * The minutes as JSON lines, under the names that the database's views use.
 */
#include "base/when.h"
#include "report/view.h"

static void
put_age(struct out *o, const char *name, const struct report_bin *m, int64_t ms)
{
	if (m->aged > 0)
		out_json_int(o, name, ms);
	else
		out_json_null(o, name);
}

static void
put_gap(struct out *o, const struct report_gap *g)
{
	char time[WHEN_TEXT];

	out_json_object(o, NULL);
	out_json_text(o, "from_utc", when_format(g->from_ms, time));
	out_json_text(o, "to_utc", g->open ? NULL : when_format(g->to_ms, time));
	out_json_text(o, "reason", g->reason);
	out_json_text(o, "detail", g->detail);
	out_json_end(o);
}

/* What only somebody who watches as it happens can say. */
static void
put_live(struct out *o, const struct report_source *s, const struct report_bin *m, const struct report_gap *gaps, size_t n)
{
	if (!s->live)
		return;
	put_age(o, "age_median_ms", m, m->age_median_ms);
	put_age(o, "age_p95_ms", m, m->age_p95_ms);
	put_age(o, "age_max_ms", m, m->age_max_ms);
	out_json_int(o, "frozen", m->frozen);
	out_json_int(o, "dark", m->dark);
	out_json_int(o, "moved", m->moved);
	out_json_array(o, "gaps");
	for (size_t i = 0; i < n; i++)
		put_gap(o, &gaps[i]);
	out_json_end(o);
}

static void
put_minute(struct out *o, const struct report_source *s, const struct report_bin *m, const struct report_gap *gaps, size_t n)
{
	char time[WHEN_TEXT];

	out_json_object(o, NULL);
	out_json_text(o, "source", s->name);
	out_json_text(o, "time_utc", when_format(m->start_ms, time));
	out_json_int(o, "time", m->start_ms / 1000);
	/* False: the time is only a place in the recording, counted from 1970. */
	out_json_bool(o, "start_known", !s->in_recording);
	out_json_real(o, "people_avg", report_bin_people(m));
	if (m->frames > 0) {
		out_json_int(o, "people_min", m->people_min);
		out_json_int(o, "people_max", m->people_max);
	} else {
		out_json_null(o, "people_min");
		out_json_null(o, "people_max");
	}
	out_json_real(o, "men_avg", report_bin_men(m));
	out_json_real(o, "women_avg", report_bin_women(m));
	out_json_real(o, "unknown_avg", report_bin_unknown(m));
	out_json_real(o, "faces_avg", report_bin_faces(m));
	out_json_int(o, "frames", m->frames);
	out_json_int(o, "dropped", m->dropped);
	out_json_int(o, "gated", m->gated);
	out_json_real(o, "coverage", report_bin_coverage(m));
	put_live(o, s, m, gaps, n);
	out_json_end(o);
}

int
report_json(struct db *d, const struct report_query *q, struct out *o, struct err *e)
{
	struct report_view v;
	int r = report_view_load(&v, d, q, e);

	for (size_t i = 0; r == 0 && i < v.nsources; i++) {
		const struct report_source *s = &v.sources[i];
		for (size_t k = 0, gap = 0; k < s->nminutes; k++) {
			size_t n = report_gaps_of(s, k, &gap);
			put_minute(o, s, &s->minutes[k], s->gaps + gap, n);
			gap += n;
		}
	}
	report_view_free(&v);
	return r;
}
