/*
 * footfall eval counts: a stored run against what was really there.
 *
 * All is taken from the run's frames, not from its minute rows: a truth by frame may not speak of every frame, and minutes
 * that count from the start of a recording need not be those of the clock.
 */
#include "cli/eval_counts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/when.h"
#include "cli/eval.h"
#include "out/gz.h"
#include "store/evaluation.h"
#include "truth/people.h"

struct truth_of {
	char sha256[SHA256_HEX];
	bool by_frame, classes;		/* classes: its boxes say of what they are */
	struct mot mot;
	struct true_minutes minutes;
};

/* A frame that the truth speaks of is one of these, and part of a minute. */
struct tallies {
	struct counts_minute *frames;
	double *marked;			/* people among them that the truth marks as not to be considered */
	size_t nframes, cap;
	struct counted_minute *minutes;	/* sums until the end */
	size_t nminutes;
};

/* ---- the truth ---- */

/* MOTChallenge's text has no header, so it begins with a number. */
static bool
is_mot(struct span text)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t i = text.n >= 3 && memcmp(text.s, mark, 3) == 0 ? 3 : 0;
	while (i < text.n && strchr(" \t\r\n", text.s[i]) != NULL)
		i++;
	return i < text.n && ((text.s[i] >= '0' && text.s[i] <= '9') || text.s[i] == '-');
}

/*
 * Files of nine columns have a class, and boxes that do not count are no pedestrians.  Without one (2015) everybody is a
 * person; conf 0 then says that a detector need not find them, as they are hard to see.  They were there: they count.
 */
static bool
has_classes(struct span text)
{
	const char *end = memchr(text.s, '\n', text.n);
	size_t n = end != NULL ? (size_t)(end - text.s) : text.n, commas = 0;
	for (size_t i = 0; i < n; i++)
		commas += text.s[i] == ',';
	return commas == 8;
}

static int
read_truth(const char *path, struct truth_of *t, struct err *e)
{
	struct buf text = { 0 };
	int r = gz_read(path, TEXT_MAX, &text, e);
	if (r == 0) {
		const struct span s = { buf_str(&text), text.len };
		sha256_of(s.s, s.n, t->sha256);
		t->by_frame = is_mot(s);
		t->classes = t->by_frame && has_classes(s);
		r = t->by_frame ? mot_read(path, s, &t->mot, e) : minutes_read(path, s, &t->minutes, e);
	}
	buf_free(&text);
	return r;
}

/* ---- frame by frame ---- */

static struct counted_minute *
minute_of(struct tallies *t, int64_t start_ms)
{
	/* frames come by number, and time may step back: look a little way behind the end */
	for (size_t i = t->nminutes; i > 0 && t->minutes[i - 1].start_ms >= start_ms; i--) {
		if (t->minutes[i - 1].start_ms == start_ms)
			return &t->minutes[i - 1];
	}
	t->minutes = mem_resize(t->minutes, t->nminutes + 1, sizeof *t->minutes);
	size_t at = t->nminutes++;
	for (; at > 0 && t->minutes[at - 1].start_ms > start_ms; at--)
		t->minutes[at] = t->minutes[at - 1];
	t->minutes[at] = (struct counted_minute) { .start_ms = start_ms };
	return &t->minutes[at];
}

static void
add_frame(struct tallies *t, double truth, double marked, double counted)
{
	if (t->nframes == t->cap) {
		t->cap = t->cap > 0 ? 2 * t->cap : 1024;
		t->frames = mem_resize(t->frames, t->cap, sizeof *t->frames);
		t->marked = mem_resize(t->marked, t->cap, sizeof *t->marked);
	}
	t->marked[t->nframes] = marked;
	t->frames[t->nframes++] = (struct counts_minute) { truth, counted };
}

static const struct true_minute *
true_minute(const struct true_minutes *m, int64_t start_ms)
{
	for (size_t low = 0, high = m->n; low < high;) {
		size_t mid = low + (high - low) / 2;
		if (m->v[mid].start_ms == start_ms)
			return &m->v[mid];
		if (m->v[mid].start_ms < start_ms)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* How many people the truth has in frame number, and how many of them it marks; its boxes begin at *at or later. */
static void
true_people(const struct truth_of *t, int64_t number, size_t *at, double *people, double *marked)
{
	const struct mot *m = &t->mot;
	*people = *marked = 0;
	while (*at < m->n && m->boxes[*at].frame < number)
		++*at;
	for (; *at < m->n && m->boxes[*at].frame == number; ++*at) {
		*people += m->boxes[*at].counts || !t->classes;
		*marked += !m->boxes[*at].counts && !t->classes;
	}
}

static void
take_frame(struct tallies *t, const struct truth_of *truth, const struct counted_run *run, int64_t number, int64_t time_ms,
	double counted, size_t *at, struct counts_result *r)
{
	int64_t origin = !truth->by_frame && truth->minutes.relative ? run->start_ms : 0;
	int64_t start_ms = when_minute(time_ms - origin);
	const struct true_minute *known = truth->by_frame ? NULL : true_minute(&truth->minutes, start_ms);
	if (truth->by_frame ? number >= truth->mot.frames : known == NULL) {
		r->frames_alone++;
		return;
	}
	struct counted_minute *m = minute_of(t, start_ms + origin);
	m->frames++;
	m->counted += counted;
	if (truth->by_frame) {
		double people, marked;
		true_people(truth, number, at, &people, &marked);
		m->truth += people;
		r->marked += (int64_t)marked;
		add_frame(t, people, marked, counted);
	} else {
		m->truth = known->people;
	}
	r->frames++;
}

/* Half of the frames would give figures of another recording. */
static int
refuse_pruned(struct db *d, const struct counted_run *run, struct err *e)
{
	struct stmt *q;
	if (stmt_new(&q, d, "SELECT frames_pruned FROM run WHERE id = :run", e) != 0)
		return -1;
	stmt_bind_int(q, ":run", run->id);
	int got = stmt_step(q, e);
	if (got == 1 && stmt_int(q, 0) > 0)
		got = err_set(e, ERR_DATA, "%lld frames of run %lld (%s) were deleted by retention, so it cannot be counted: "
		    "`footfall analyze --force` analyses the recording anew", (long long)stmt_int(q, 0), (long long)run->id, run->source);
	stmt_free(q);
	return got < 0 ? -1 : 0;
}

static int
compare_frames(struct db *d, const struct counted_run *run, const struct truth_of *truth, struct tallies *t,
	struct counts_result *r, struct err *e)
{
	struct stmt *q;
	size_t at = 0;
	int got = refuse_pruned(d, run, e);
	if (got != 0 || stmt_new(&q, d, run->by_person
	    ? "SELECT number, time_ms, (SELECT count(*) FROM person p WHERE p.frame_id = f.id) FROM frame f"
	      " WHERE run_id = :run ORDER BY number"
	    : "SELECT number, time_ms, (SELECT count(*) FROM face c WHERE c.frame_id = f.id) FROM frame f"
	      " WHERE run_id = :run ORDER BY number", e) != 0)
		return -1;
	stmt_bind_int(q, ":run", run->id);
	while ((got = stmt_step(q, e)) == 1)
		take_frame(t, truth, run, stmt_int(q, 0), stmt_int(q, 1), (double)stmt_int(q, 2), &at, r);
	stmt_free(q);
	if (got == 0 && r->frames == 0)
		return err_set(e, ERR_DATA, "%s speaks of no frame of run %lld (%s): is it the truth of another recording?", r->truth,
		    (long long)run->id, run->source);
	return got;
}

/* From sums to means. */
static void
finish_minutes(struct tallies *t, const struct truth_of *truth, struct counts_result *r)
{
	for (size_t i = 0; i < t->nminutes; i++) {
		struct counted_minute *m = &t->minutes[i];
		m->counted /= (double)m->frames;
		if (truth->by_frame)
			m->truth /= (double)m->frames;
	}
	r->minutes = t->minutes;
	r->n = t->nminutes;
	if (!truth->by_frame)
		r->minutes_alone = truth->minutes.n - t->nminutes;
}

static void
score(struct tallies *t, const struct bootstrap_options *o, bool intervals, struct counts_result *r)
{
	struct counts_minute *m = mem_array(r->n, sizeof *m);
	struct bootstrap_options once = { .resamples = 1, .threads = 1 };
	intervals = intervals && r->n >= COUNTS_LEAST;
	for (size_t i = 0; i < r->n; i++)
		m[i] = (struct counts_minute) { r->minutes[i].truth, r->minutes[i].counted };
	counts_score(m, r->n, intervals ? o : &once, r->figures);
	if (t->nframes > 0)
		counts_score(t->frames, t->nframes, &once, r->of_frames);
	for (size_t i = 0; i < t->nframes; i++)
		t->frames[i].truth -= t->marked[i];
	if (t->nframes > 0)
		counts_score(t->frames, t->nframes, &once, r->without_marked);
	for (int f = 0; f < COUNTS_FIGURES; f++) {
		if (!intervals)
			r->figures[f].low = r->figures[f].high = NAN;
		r->of_frames[f].low = r->of_frames[f].high = r->without_marked[f].low = r->without_marked[f].high = NAN;
	}
	r->has_frames = t->nframes > 0;
	free(m);
}

/* ---- the row in the database ---- */

enum { SLICE = 48 };

static size_t
add_metrics(struct evaluation_metric *m, char (*slices)[SLICE], const struct counts_result *r)
{
	size_t n = 0;
	for (int f = 0; f < COUNTS_FIGURES; f++) {
		const struct interval *i = &r->figures[f];
		m[n++] = (struct evaluation_metric) { counts_name((enum counts_figure)f), "", i->value, i->low, i->high, (int64_t)r->n };
	}
	for (int f = 0; r->has_frames && f < COUNTS_FIGURES; f++)
		m[n++] = (struct evaluation_metric) { counts_name((enum counts_figure)f), "by=frame", r->of_frames[f].value, NAN, NAN,
			r->frames };
	for (int f = 0; r->marked > 0 && f < COUNTS_FIGURES; f++)
		m[n++] = (struct evaluation_metric) { counts_name((enum counts_figure)f), "by=frame,without=marked",
			r->without_marked[f].value, NAN, NAN, r->frames };
	for (size_t i = 0; i < r->n; i++) {
		const struct counted_minute *k = &r->minutes[i];
		char time[WHEN_TEXT];
		snprintf(slices[i], SLICE, "minute=%s", when_format(k->start_ms, time));
		m[n++] = (struct evaluation_metric) { "truth", slices[i], k->truth, NAN, NAN, k->frames };
		m[n++] = (struct evaluation_metric) { "counted", slices[i], k->counted, NAN, NAN, k->frames };
	}
	return n;
}

static int
end_evaluation(struct db *d, const struct counts_result *r, struct err *e)
{
	struct evaluation_metric *m = mem_array(3 * COUNTS_FIGURES + 2 * r->n, sizeof *m);
	char (*slices)[SLICE] = mem_array(r->n, sizeof *slices);
	char *scoring = mem_printf("{\"resamples\":%zu,\"seed\":%llu}", r->resamples, (unsigned long long)r->seed);
	const struct evaluation_result result = {
		.items = (int64_t)r->n, .rejected = (int64_t)r->minutes_alone, .scoring = scoring, .metrics = m,
		.nmetrics = add_metrics(m, slices, r),
	};
	int got = evaluation_end(d, r->evaluation, &result, e);
	free(scoring);
	free(slices);
	free(m);
	return got;
}

static int
keep(struct db *d, const struct counted_run *run, const struct truth_of *truth, struct counts_result *r, struct err *e)
{
	const struct store_model model = { run->model, run->task, run->family, run->sha256 };
	const struct evaluation_spec spec = {
		.kind = "counts", .dataset = r->truth, .dataset_sha256 = truth->sha256, .input = run->source,
		.person = run->by_person ? &model : NULL, .face = run->by_person ? NULL : &model, .run_id = run->id,
		.settings = "{}", .version = FOOTFALL_VERSION, .opencv = "",
	};
	enum evaluation_how how;
	if (evaluation_begin(d, &spec, false, &r->evaluation, &how, e) != 0)
		return -1;
	return end_evaluation(d, r, e);
}

/* ---- the action ---- */

static int
open_databases(const struct cli *c, bool keeps, struct store **store, struct db **d, struct err *e)
{
	/* also where it is to be written: an evaluation of counts does not make a database */
	if (store_open_read(d, c->db, cli_timeout_ms(c), e) != 0 && !(keeps && e->code == ERR_DATA))
		return -1;
	if (!keeps)
		return 0;
	db_close(*d);
	*d = NULL;
	if (store_open(store, c->db, cli_timeout_ms(c), e) != 0)
		return -1;
	*d = store_db(*store);
	return 0;
}

static int
print(const struct cli *c, const struct counts_result *r, struct err *e)
{
	struct out *o = out_stream(stdout);
	if (c->json)
		counts_print_json(r, o);
	else
		counts_print_text(r, o);
	return out_close(o, e);
}

/* The error figures have no place here: under a threshold is where they should be. */
static void
fill_figures(const struct counts_result *r, struct eval_figure out[3])
{
	out[0] = (struct eval_figure) { "correlation", r != NULL ? r->figures[COUNTS_CORRELATION].value : NAN };
	out[1] = (struct eval_figure) { "frame_correlation", r != NULL && r->has_frames ? r->of_frames[COUNTS_CORRELATION].value : NAN };
	out[2] = (struct eval_figure) { NULL, 0 };
}

int
eval_counts(struct cli *c, struct err *e)
{
	const char *fail_under = cli_value(c, "fail-under");
	bool keeps = !cli_flag(c, "no-store"), intervals;
	struct counts_result r = { .truth = cli_value(c, "truth"), .db = c->db };
	struct truth_of truth = { 0 };
	struct tallies t = { 0 };
	struct counted_run run = { 0 };
	struct bootstrap_options bootstrap;
	struct eval_figure figures[3];
	struct store *store = NULL;
	struct db *d = NULL;
	int result = -1;

	fill_figures(NULL, figures);
	if (r.truth == NULL)
		return err_set(e, ERR_USAGE, "--truth is missing: a file of true boxes (MOTChallenge) or of true people per minute (CSV)");
	if (cli_operands(c, 1, 1, e) != 0 || eval_bootstrap(c, &bootstrap, &intervals, e) != 0
	    || eval_fail_check(fail_under, figures, e) != 0)
		return -1;
	if (read_truth(r.truth, &truth, e) != 0 || open_databases(c, keeps, &store, &d, e) != 0 || counts_find_run(c, d, &run, e) != 0
	    || compare_frames(d, &run, &truth, &t, &r, e) != 0)
		goto out;
	r.source = run.source;
	r.network = run.model;
	r.faces = !run.by_person;
	r.kind = truth.by_frame ? "mot" : "minutes";
	r.in_recording = strcmp(run.clock, "none") == 0;
	r.run = run.id;
	r.resamples = intervals ? bootstrap.resamples : 0;
	r.seed = bootstrap.seed;
	finish_minutes(&t, &truth, &r);
	score(&t, &bootstrap, intervals, &r);
	if ((keeps && keep(d, &run, &truth, &r, e) != 0) || print(c, &r, e) != 0)
		goto out;
	fill_figures(&r, figures);
	result = eval_fail_under(fail_under, figures, e);
out:
	if (store == NULL)
		db_close(d);
	store_close(store);
	free(t.frames);
	free(t.marked);
	free(t.minutes);
	counts_free_run(&run);
	mot_free(&truth.mot);
	minutes_free(&truth.minutes);
	return result;
}
