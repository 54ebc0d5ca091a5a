/*
 * From the database to a view.  All statements run in one read transaction, so that a report made while
 * an analysis writes shows one state of it.  A database is input like any other: its rows are
 * checked before numbers are added up.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "page.h"
#include "report/view.h"

/* Years 0000 to 9999, so that every time can be written as RFC 3339. */
#define TIME_MIN_MS INT64_C(-62167219200000)
#define TIME_MAX_MS INT64_C(253402300799999)
/* Far beyond any true count of a minute, and small enough that no sum of rows overflows. */
#define COUNT_MAX INT64_C(10000000000)

static const char SELECT_RUNS[] =
	"SELECT s.id, s.name, s.kind, s.width, s.height,"
	" r.id, r.status, r.clock, r.started_ms, coalesce(r.ended_ms, 0),"
	" p.name, p.sha256, f.name, f.sha256, g.name, g.sha256,"
	" r.version, r.opencv, r.input_sha256, r.error,"
	" r.frames_read, r.frames_analyzed, r.frames_dropped,"
	" CASE WHEN json_valid(r.settings) THEN json_type(r.settings, '$.\"gate.threshold\"') IS NOT NULL ELSE 0 END,"
	" (SELECT CAST(total(m.gated) AS INTEGER) FROM minute AS m WHERE m.run_id = r.id)"
	" FROM source AS s JOIN run AS r ON r.source_id = s.id"
	" LEFT JOIN model AS p ON p.id = r.person_model_id"
	" LEFT JOIN model AS f ON f.id = r.face_model_id"
	" LEFT JOIN model AS g ON g.id = r.gender_model_id"
	" WHERE (:source IS NULL OR s.name = :source) AND (:run = 0 OR r.id = :run)"
	" ORDER BY s.id, r.id";

/* Settings that are not JSON are shown as they are. */
static const char SELECT_SETTINGS[] =
	"SELECT j.key, CASE j.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'"
	" WHEN 'null' THEN 'none' ELSE CAST(j.value AS TEXT) END"
	" FROM run AS r, json_each(CASE WHEN json_valid(r.settings) THEN r.settings"
	" ELSE json_object('settings', r.settings) END) AS j"
	" WHERE r.id = :run ORDER BY j.key";

static const char SELECT_MINUTES[] =
	"SELECT start_ms, frames, covered_ms, dropped, people_sum, people_min, people_max,"
	" men_sum, women_sum, unknown_sum, faces_sum, gated, age_median_ms, age_p95_ms, age_max_ms, frozen, dark, moved FROM minute"
	" WHERE run_id = :run AND start_ms >= :from AND start_ms < :to ORDER BY start_ms";

static char *
text_or_null(const struct stmt *s, int i)
{
	const char *t = stmt_text(s, i);
	return t != NULL ? mem_strdup(t) : NULL;
}

static char *
text_of(const struct stmt *s, int i)
{
	const char *t = stmt_text(s, i);
	return mem_strdup(t != NULL ? t : "");
}

static struct report_network
network_of(const struct stmt *s, int i)
{
	return (struct report_network) { .name = text_or_null(s, i), .sha256 = text_or_null(s, i + 1) };
}

static struct report_source *
add_source(struct report_view *v, const struct stmt *s)
{
	v->sources = mem_resize(v->sources, v->nsources + 1, sizeof *v->sources);
	struct report_source *source = &v->sources[v->nsources++];
	*source = (struct report_source) {
		.id = stmt_int(s, 0), .name = text_of(s, 1), .kind = text_of(s, 2), .width = stmt_int(s, 3), .height = stmt_int(s, 4)
	};
	source->adds_up = strcmp(source->kind, "camera") == 0 || strcmp(source->kind, "stream") == 0;
	return source;
}

static void
add_run(struct report_source *source, const struct stmt *s)
{
	source->runs = mem_resize(source->runs, source->nruns + 1, sizeof *source->runs);
	source->runs[source->nruns++] = (struct report_run) {
		.id = stmt_int(s, 5), .status = text_of(s, 6), .clock = text_of(s, 7),
		.started_ms = stmt_int(s, 8), .ended_ms = stmt_int(s, 9),
		.person = network_of(s, 10), .face = network_of(s, 12), .gender = network_of(s, 14),
		.version = text_of(s, 16), .opencv = text_of(s, 17),
		.input_sha256 = text_or_null(s, 18), .error = text_or_null(s, 19),
		.frames_read = stmt_int(s, 20), .frames_analyzed = stmt_int(s, 21),
		.frames_dropped = stmt_int(s, 22), .gate = stmt_int(s, 23) != 0, .gated = stmt_int(s, 24)
	};
}

static void
network_free(struct report_network *n)
{
	free(n->name);
	free(n->sha256);
}

static void
run_free(struct report_run *r)
{
	free(r->status);
	free(r->clock);
	network_free(&r->person);
	network_free(&r->face);
	network_free(&r->gender);
	free(r->settings);
	free(r->version);
	free(r->opencv);
	free(r->input_sha256);
	free(r->error);
}

static void
source_free(struct report_source *s)
{
	for (size_t i = 0; i < s->nruns; i++)
		run_free(&s->runs[i]);
	free(s->runs);
	free(s->name);
	free(s->kind);
	free(s->minutes);
	for (size_t i = 0; i < s->ngaps; i++) {
		free(s->gaps[i].reason);
		free(s->gaps[i].detail);
	}
	free(s->gaps);
}

void
report_view_free(struct report_view *v)
{
	for (size_t i = 0; i < v->nsources; i++)
		source_free(&v->sources[i]);
	free(v->sources);
	*v = (struct report_view) { 0 };
}

static bool
is_time(int64_t ms)
{
	return ms >= TIME_MIN_MS && ms <= TIME_MAX_MS;
}

static int
load_runs(struct report_view *v, struct db *d, const struct report_query *q, struct err *e)
{
	struct stmt *s = NULL;
	int64_t source_id = 0;
	int r;

	if (stmt_new(&s, d, SELECT_RUNS, e) != 0)
		return -1;
	stmt_bind_text(s, ":source", q->source);
	stmt_bind_int(s, ":run", q->run_id);
	while ((r = stmt_step(s, e)) == 1) {
		if (v->nsources == 0 || stmt_int(s, 0) != source_id)
			add_source(v, s);
		source_id = stmt_int(s, 0);
		add_run(&v->sources[v->nsources - 1], s);
		if (!is_time(stmt_int(s, 8)) || !is_time(stmt_int(s, 9))) {
			r = err_set(e, ERR_DATA, "%s: run %" PRId64 " holds times that cannot be; footfall db check says more",
			    db_path(d), stmt_int(s, 5));
			break;
		}
	}
	stmt_free(s);
	return r;
}

/* Keeps the runs that have minutes on show, in order. */
static void
drop_silent_runs(struct report_source *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->nruns; i++) {
		if (s->runs[i].speaks)
			s->runs[n++] = s->runs[i];
		else
			run_free(&s->runs[i]);
	}
	s->nruns = n;
}

static bool
is_count(int64_t v)
{
	return v >= 0 && v <= COUNT_MAX;
}

static bool
minute_is_sane(const struct report_bin *m)
{
	return is_time(m->start_ms) && m->start_ms == when_minute(m->start_ms) &&
	    is_count(m->frames) && is_count(m->dropped) && is_count(m->people_sum) &&
	    is_count(m->men_sum) && is_count(m->women_sum) && is_count(m->unknown_sum) &&
	    is_count(m->faces_sum) && m->gated >= 0 && m->gated <= m->frames && m->covered_ms >= 0 && m->covered_ms <= WHEN_MINUTE_MS &&
	    m->people_min >= 0 && m->people_min <= m->people_max && is_count(m->people_max) &&
	    m->men_sum + m->women_sum + m->unknown_sum == m->people_sum &&
	    is_count(m->age_median_ms) && is_count(m->age_p95_ms) && is_count(m->age_max_ms) &&
	    m->frozen >= 0 && m->frozen <= m->frames && m->dark >= 0 && m->dark <= m->frames && is_count(m->moved);
}

static struct report_bin
minute_of(const struct stmt *s, const struct report_run *run)
{
	struct report_bin m = {
		.start_ms = stmt_int(s, 0), .width_ms = WHEN_MINUTE_MS, .minutes = 1,
		.frames = stmt_int(s, 1), .covered_ms = stmt_int(s, 2), .dropped = stmt_int(s, 3),
		.people_sum = stmt_int(s, 4), .people_min = stmt_int(s, 5), .people_max = stmt_int(s, 6),
		.men_sum = stmt_int(s, 7), .women_sum = stmt_int(s, 8), .unknown_sum = stmt_int(s, 9),
		.faces_sum = stmt_int(s, 10), .gated = stmt_int(s, 11),
		.aged = stmt_type(s, 14) != STMT_NULL,
		.age_median_ms = stmt_int(s, 12), .age_p95_ms = stmt_int(s, 13), .age_max_ms = stmt_int(s, 14),
		.frozen = stmt_int(s, 15), .dark = stmt_int(s, 16), .moved = stmt_int(s, 17)
	};
	if (run->gender.name != NULL) {
		m.gender_frames = m.frames;
		m.gender_people = m.people_sum;
	}
	if (run->face.name != NULL)
		m.face_frames = m.frames;
	if (run->gate)
		m.gate_frames = m.frames;
	return m;
}

/* Appends the minutes of one run. */
static int
load_minutes(struct report_source *source, size_t run, size_t *cap, struct stmt *s, struct db *d, struct err *e)
{
	int r;

	stmt_bind_int(s, ":run", source->runs[run].id);
	while ((r = stmt_step(s, e)) == 1) {
		struct report_bin m = minute_of(s, &source->runs[run]);
		if (!minute_is_sane(&m)) {
			stmt_reset(s);
			return err_set(e, ERR_DATA, "%s: a minute of run %" PRId64 " holds numbers that cannot be; "
			    "footfall db check tells which, footfall db rebuild mends them", db_path(d), source->runs[run].id);
		}
		/* Without a gender stage the columns say "all unknown", which would read as a finding. */
		if (m.gender_frames == 0)
			m.unknown_sum = m.men_sum = m.women_sum = 0;
		m.run = run;
		if (source->nminutes == *cap) {
			*cap = *cap * 2 + 64;
			source->minutes = mem_resize(source->minutes, *cap, sizeof *source->minutes);
		}
		source->minutes[source->nminutes++] = m;
	}
	return r;
}

static int
by_start_and_run(const void *a, const void *b)
{
	const struct report_bin *x = a, *y = b;
	if (x->start_ms != y->start_ms)
		return x->start_ms < y->start_ms ? -1 : 1;
	return (x->run > y->run) - (x->run < y->run);
}

/* Two runs of a camera share a minute. */
static void
add_minute(struct report_bin *to, const struct report_bin *more)
{
	report_bin_add(to, more);
	to->minutes = 1;
	if (to->covered_ms > WHEN_MINUTE_MS)
		to->covered_ms = WHEN_MINUTE_MS;
}

/* One row for a minute: of a camera's runs together, else the newest run's.  Says which runs speak. */
static void
choose_minutes(struct report_source *s)
{
	size_t n = 0;

	qsort(s->minutes, s->nminutes, sizeof *s->minutes, by_start_and_run);
	for (size_t i = 0; i < s->nminutes; i++) {
		bool again = n > 0 && s->minutes[n - 1].start_ms == s->minutes[i].start_ms;
		if (s->adds_up)
			s->runs[s->minutes[i].run].speaks = true;
		if (again && s->adds_up) {
			add_minute(&s->minutes[n - 1], &s->minutes[i]);
			continue;
		}
		s->minutes[again ? n - 1 : n++] = s->minutes[i];
	}
	s->nminutes = n;
	for (size_t i = 0; i < n; i++)
		s->runs[s->minutes[i].run].speaks = true;
}

static int
load_source(struct report_source *source, struct stmt *s, struct db *d, struct err *e)
{
	size_t cap = 0, runs = 0;

	for (size_t i = 0; i < source->nruns; i++) {
		size_t before = source->nminutes;
		if (load_minutes(source, i, &cap, s, d, e) != 0)
			return -1;
		runs += source->nminutes > before;
	}
	if (source->nminutes == 0)
		return 0;
	choose_minutes(source);
	drop_silent_runs(source);
	source->left_out = runs - source->nruns;
	source->in_recording = true;
	for (size_t i = 0; i < source->nruns; i++) {
		source->in_recording = source->in_recording && strcmp(source->runs[i].clock, "none") == 0;
		source->live = source->live || strcmp(source->runs[i].clock, "wall") == 0;
	}
	for (size_t i = 0; i < source->nminutes; i++)
		report_bin_add(&source->total, &source->minutes[i]);
	source->total.start_ms = source->minutes[0].start_ms;
	source->total.width_ms = source->minutes[source->nminutes - 1].start_ms + WHEN_MINUTE_MS -
	    source->total.start_ms;
	return 0;
}

static int
load_all_minutes(struct report_view *v, struct db *d, const struct report_query *q, struct err *e)
{
	struct stmt *s = NULL;
	size_t n = 0;
	int r = -1;

	if (stmt_new(&s, d, SELECT_MINUTES, e) != 0)
		return -1;
	stmt_bind_int(s, ":from", q->has_from ? q->from_ms : INT64_MIN);
	stmt_bind_int(s, ":to", q->has_to ? q->to_ms : INT64_MAX);
	for (size_t i = 0; i < v->nsources; i++) {
		if (load_source(&v->sources[i], s, d, e) != 0)
			goto out;
	}
	for (size_t i = 0; i < v->nsources; i++) {
		if (v->sources[i].nminutes > 0)
			v->sources[n++] = v->sources[i];
		else
			source_free(&v->sources[i]);
	}
	v->nsources = n;
	for (size_t i = 0; i < n; i++)
		report_bin_add(&v->total, &v->sources[i].total);
	r = 0;
out:
	stmt_free(s);
	return r;
}

static int
load_settings(struct report_view *v, struct db *d, struct err *e)
{
	struct stmt *s = NULL;
	int r = 0;

	if (stmt_new(&s, d, SELECT_SETTINGS, e) != 0)
		return -1;
	for (size_t i = 0; i < v->nsources && r == 0; i++) {
		for (size_t k = 0; k < v->sources[i].nruns && r == 0; k++) {
			struct report_run *run = &v->sources[i].runs[k];
			struct buf b = { 0 };
			stmt_bind_int(s, ":run", run->id);
			while ((r = stmt_step(s, e)) == 1) {
				const char *key = stmt_text(s, 0), *value = stmt_text(s, 1);
				buf_printf(&b, "%s = %s\n", key != NULL ? key : "", value != NULL ? value : "");
			}
			run->settings = mem_strdup(buf_str(&b));
			buf_free(&b);
		}
	}
	stmt_free(s);
	return r;
}

/* Why there is nothing to show. */
static int
nothing(struct db *d, const struct report_query *q, bool has_source, struct err *e)
{
	struct stmt *s = NULL;
	char from[WHEN_TEXT] = "", to[WHEN_TEXT] = "";
	int r;

	if (q->source != NULL && !has_source)
		return err_set(e, ERR_INPUT, "%s holds no source \"%s\"; footfall db info lists the sources",
		    db_path(d), q->source);
	if (stmt_new(&s, d, "SELECT min(m.start_ms), max(m.start_ms) FROM minute AS m"
	    " JOIN run AS r ON r.id = m.run_id JOIN source AS s ON s.id = r.source_id"
	    " WHERE :source IS NULL OR s.name = :source", e) != 0)
		return -1;
	stmt_bind_text(s, ":source", q->source);
	r = stmt_step(s, e);
	if (r == 1 && stmt_type(s, 0) != STMT_NULL) {
		when_format(stmt_int(s, 0), from);
		when_format(stmt_int(s, 1), to);
	}
	stmt_free(s);
	if (r < 0)
		return -1;
	if (from[0] == '\0')
		return err_set(e, ERR_INPUT, "%s holds no minutes yet; footfall analyze RECORDING makes some", db_path(d));
	return err_set(e, ERR_INPUT, "%s holds no minutes in that period, only from %s to %s; change --from and --to",
	    db_path(d), from, to);
}

static int
by_time_and_name(const void *a, const void *b)
{
	const struct report_source *x = a, *y = b;
	if (x->total.start_ms != y->total.start_ms)
		return x->total.start_ms < y->total.start_ms ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int
load(struct report_view *v, struct db *d, const struct report_query *q, struct err *e)
{
	if (load_runs(v, d, q, e) != 0)
		return -1;
	bool has_source = v->nsources > 0;
	if (load_all_minutes(v, d, q, e) != 0)
		return -1;
	if (v->nsources == 0)
		return nothing(d, q, has_source, e);
	qsort(v->sources, v->nsources, sizeof *v->sources, by_time_and_name);
	if (load_settings(v, d, e) != 0)
		return -1;
	return report_gaps_load(v, d, q, e);
}

int
report_view_load(struct report_view *v, struct db *d, const struct report_query *q, struct err *e)
{
	*v = (struct report_view) { 0 };
	bool own = !db_in_transaction(d);
	if (own && db_snapshot(d, e) != 0)
		return -1;
	int r = load(v, d, q, e);
	if (own)
		db_rollback(d);
	return r;
}
