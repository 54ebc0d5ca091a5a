/*
 * The minutes as JSON lines, under the names that the database's views use.
 */
#include "base/when.h"
#include "report/view.h"

static void
put_minute(struct out *o, const struct report_source *s, const struct report_bin *m)
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
	out_json_end(o);
}

int
report_json(struct db *d, const struct report_query *q, struct out *o, struct err *e)
{
	struct report_view v;
	int r = report_view_load(&v, d, q, e);

	for (size_t i = 0; r == 0 && i < v.nsources; i++)
		for (size_t k = 0; k < v.sources[i].nminutes; k++)
			put_minute(o, &v.sources[i], &v.sources[i].minutes[k]);
	report_view_free(&v);
	return r;
}
