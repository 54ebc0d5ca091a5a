/*
 * What was read, as JSON and CSV.  The shape is public: footfall(1) describes it.
 */
#include "serve/answers.h"

#include <math.h>

#include "base/when.h"
#include "out/out.h"

/* To a memory buffer nothing fails. */
static void
end(struct out *o)
{
	struct err e;
	out_close(o, &e);
}

static void
int_or_null(struct out *o, const char *key, bool has, int64_t v)
{
	if (has)
		out_json_int(o, key, v);
	else
		out_json_null(o, key);
}

static void
gap(struct out *o, const char *key, const struct query_gap *g, bool with_end)
{
	out_json_object(o, key);
	out_json_int(o, "from_ms", g->from_ms);
	if (with_end)
		int_or_null(o, "to_ms", g->to_ms != INT64_MAX, g->to_ms);
	out_json_text(o, "reason", g->reason);
	out_json_text(o, "detail", g->detail);
	out_json_end(o);
}

static void
source(struct out *o, const struct query_source *s)
{
	out_json_object(o, NULL);
	out_json_text(o, "name", s->name);
	out_json_text(o, "kind", s->kind);
	out_json_text(o, "uri", s->uri);
	out_json_bool(o, "live", s->live);
	out_json_text(o, "status", s->status);
	int_or_null(o, "run", s->run != 0, s->run);
	int_or_null(o, "width", s->width > 0, s->width);
	int_or_null(o, "height", s->height > 0, s->height);
	int_or_null(o, "frame_ms", s->has_frame, s->frame_ms);
	int_or_null(o, "people", s->has_people, s->people);
	int_or_null(o, "men", s->has_people, s->men);
	int_or_null(o, "women", s->has_people, s->women);
	int_or_null(o, "unknown", s->has_people, s->people - s->men - s->women);
	out_json_real(o, "fps", s->fps);
	out_json_real(o, "age_ms", s->age_ms);
	out_json_real(o, "age_p95_ms", s->age_p95_ms);
	out_json_int(o, "dropped", s->dropped);
	out_json_real(o, "coverage", s->coverage);
	out_json_int(o, "reconnects", s->reconnects);
	if (s->has_gap)
		gap(o, "gap", &s->gap, false);
	else
		out_json_null(o, "gap");
	out_json_bool(o, "frozen", s->frozen);
	out_json_bool(o, "dark", s->dark);
	out_json_bool(o, "moved", s->moved);
	out_json_end(o);
}

void
answer_now(struct buf *b, const struct query_now *v, bool pictures)
{
	struct out *o = out_buf(b);
	out_json_object(o, NULL);
	out_json_int(o, "time_ms", v->time_ms);
	out_json_text(o, "version", FOOTFALL_VERSION);
	out_json_bool(o, "pictures", pictures);
	out_json_array(o, "sources");
	for (size_t i = 0; i < v->n; i++)
		source(o, &v->sources[i]);
	out_json_end(o);
	out_json_end(o);
	end(o);
}

void
answer_minutes(struct buf *b, const char *name, const struct query_minutes *v)
{
	struct out *o = out_buf(b);
	out_json_object(o, NULL);
	out_json_text(o, "source", name);
	out_json_int(o, "from_ms", v->from_ms);
	out_json_int(o, "to_ms", v->to_ms);
	out_json_int(o, "step", v->step);
	out_json_array(o, "minutes");
	for (const struct query_minute *m = v->v; m < v->v + v->n; m++) {
		double frames = (double)m->frames;
		out_json_object(o, NULL);
		out_json_int(o, "t", m->t);
		out_json_real(o, "people", (double)m->people / frames);
		out_json_int(o, "min", m->min);
		out_json_int(o, "max", m->max);
		out_json_real(o, "men", (double)m->men / frames);
		out_json_real(o, "women", (double)m->women / frames);
		out_json_real(o, "unknown", (double)m->unknown / frames);
		out_json_real(o, "coverage", (double)m->covered_ms / (double)m->length_ms);
		out_json_int(o, "frames", m->frames);
		out_json_int(o, "dropped", m->dropped);
		out_json_real(o, "age_p95", m->age_p95_ms);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_array(o, "gaps");
	for (size_t i = 0; i < v->ngaps; i++)
		gap(o, NULL, &v->gaps[i], true);
	out_json_end(o);
	out_json_end(o);
	end(o);
}

void
answer_minutes_csv(struct buf *b, const char *name, const struct query_minutes *v)
{
	static const char *const columns[] = {
		"source", "time_utc", "start_ms", "people_avg", "people_min", "people_max", "men_avg", "women_avg", "unknown_avg",
		"frames", "coverage", "covered_ms", "dropped", "age_p95_ms"
	};
	struct out *o = out_buf(b);
	char when[WHEN_TEXT];
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		out_csv_text(o, columns[i]);
	out_csv_end(o);
	for (const struct query_minute *m = v->v; m < v->v + v->n; m++) {
		double frames = (double)m->frames;
		out_csv_text(o, name);
		out_csv_text(o, when_format(m->t, when));
		out_csv_int(o, m->t);
		out_csv_real(o, (double)m->people / frames);
		out_csv_int(o, m->min);
		out_csv_int(o, m->max);
		out_csv_real(o, (double)m->men / frames);
		out_csv_real(o, (double)m->women / frames);
		out_csv_real(o, (double)m->unknown / frames);
		out_csv_int(o, m->frames);
		out_csv_real(o, (double)m->covered_ms / (double)m->length_ms);
		out_csv_int(o, m->covered_ms);
		out_csv_int(o, m->dropped);
		out_csv_real(o, m->age_p95_ms);
		out_csv_end(o);
	}
	end(o);
}

void
answer_days(struct buf *b, const char *name, const int64_t *days, size_t n)
{
	struct out *o = out_buf(b);
	char when[WHEN_TEXT];
	out_json_object(o, NULL);
	out_json_text(o, "source", name);
	out_json_array(o, "days");
	for (size_t i = 0; i < n; i++) {
		when_format(days[i] * INT64_C(86400000), when);
		when[10] = '\0';	/* "2026-11-21" */
		out_json_text(o, NULL, when);
	}
	out_json_end(o);
	out_json_end(o);
	end(o);
}

void
answer_error(struct buf *b, const char *message)
{
	struct out *o = out_buf(b);
	out_json_object(o, NULL);
	out_json_text(o, "error", message);
	out_json_end(o);
	end(o);
}
