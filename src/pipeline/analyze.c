/*
 * A run from its row in the database to its last frame: what comes off the line goes into the store.
 */
#include "pipeline/analyze.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/when.h"
#include "people/minute.h"
#include "pipeline/annotate.h"
#include "pipeline/gate.h"
#include "pipeline/identity.h"
#include "pipeline/line.h"
#include "pipeline/progress.h"
#include "pipeline/stop.h"

#define LONGEST_GAP_MS 1e12	/* some thirty years */

struct run {
	const struct analysis *a;
	struct source *source;
	struct store_begun begun;
	struct sketch *sketch;
	bool drawing;		/* all pictures are wanted, for the sketch */
	bool sketch_failed;
	struct err sketch_failure;
	bool with_persons;

	struct gate gate;	/* the reading thread's */
	struct grey now;
	struct frame_result seen;	/* what the networks last found, for the frames that the gate holds back */

	struct minutes minutes;
	struct progress progress;
	int64_t analyzed;	/* frames analysed now */
	struct line_end end;
};

/* ---- the gate: in the reading thread, in order ---- */

/*
 * A run that is continued begins with the frame that the networks saw last, as an undisturbed one came to it; the stored frames after it
 * took its result.
 */
static bool
look(void *context, const struct vision_image *im, struct line_frame *f)
{
	struct run *r = context;
	if (im == NULL) {
		gate_held(&r->gate);
		return false;
	}
	gate_look(&r->now, im, r->gate.options.grid);
	f->result.gated = gate_holds(&r->gate, &r->now, f->result.time_ms);
	return f->result.gated;
}

/* ---- the end of the line: in order, into the database ---- */

/* A drawing that fails is given up; the rows do not suffer from it. */
static void
draw(struct run *r, struct line_frame *f)
{
	if (r->sketch == NULL || sketch_add(r->sketch, f->image, &f->result, r->with_persons, &r->sketch_failure) == 0)
		return;
	r->sketch_failed = true;
	sketch_abandon(r->sketch);
	r->sketch = NULL;
}

static int
consume(void *context, struct line_frame *f, struct err *e)
{
	struct run *r = context;
	if (f->stored) {
		int found = store_load_frame(r->a->store, f->result.number, &f->result, e);
		if (found > 0)
			draw(r, f);
		return found < 0 ? -1 : 0;
	}
	if (f->result.gated)
		result_copy(&f->result, &r->seen);
	else if (r->a->settings->gate_enabled)
		result_copy(&r->seen, &f->result);
	struct tally t = result_tally(&f->result, r->with_persons);
	struct minute changed[2];
	size_t n = minutes_add(&r->minutes, f->result.time_ms, &t, changed);
	if (store_frame(r->a->store, &f->result, changed, n, f->result.number + 1, e) != 0)
		return -1;
	r->analyzed++;
	progress_frame(&r->progress, f->result.number, t.people);
	draw(r, f);
	return 0;
}

static void
run_line(struct run *r)
{
	const struct analysis *a = r->a;
	const struct line l = {
		.source = r->source,
		.workers = a->workers,
		.nworkers = a->nworkers,
		.known = r->begun.last_number,
		.seen = r->begun.seen_number,
		.want_all = r->drawing,
		.look = a->settings->gate_enabled ? look : NULL,
		.consume = consume,
		.context = r,
	};
	line_run(&l, &r->end);
}

/* ---- a run from begin to end ---- */

static int
begin(struct run *r, const struct input *in, const struct source_info *info, struct err *e)
{
	const struct analysis *a = r->a;
	/* frames taken sparsely on purpose stand for the time between them */
	int64_t gap_ms = llround(a->settings->minute_gap * 1000);
	if (info->rate > 0)
		gap_ms = llround(fmin(fmax((double)gap_ms, 2000 / info->rate), LONGEST_GAP_MS));
	struct buf settings = { 0 };
	identity_settings(&settings, a, info, gap_ms);
	char *uri = identity_uri(in);
	const struct store_run spec = {
		.source_name = a->name,
		.kind = info->kind,
		.uri = uri,
		.width = info->width,
		.height = info->height,
		.clock = info->clock,
		.person = crew_model(a->crew, TASK_PERSON),
		.face = crew_model(a->crew, TASK_FACE),
		.gender = crew_model(a->crew, TASK_GENDER),
		.settings = buf_str(&settings),
		.version = FOOTFALL_VERSION,
		.opencv = vision_version(),
		.input_sha256 = info->sha256,
	};
	int got = store_begin(a->store, &spec, a->force, &r->begun, e);
	free(uri);
	buf_free(&settings);
	if (got != 0)
		return -1;
	const struct store_begun *b = &r->begun;
	if (b->frames_analyzed > 0 && b->has_minute)
		minutes_resume(&r->minutes, gap_ms, b->frames_analyzed, b->last_ms, b->before_last_ms, &b->minute);
	else
		minutes_start(&r->minutes, gap_ms);
	if (!a->settings->gate_enabled)
		return 0;
	const struct gate_options gate = gate_settings(a->settings);
	gate_init(&r->gate, &gate);
	return b->seen_number < 0 || store_load_frame(a->store, b->seen_number, &r->seen, e) >= 0 ? 0 : -1;
}

/* Everything is joined: says how it ended, in the database and to the caller. */
static int
end(struct run *r, struct analysis_result *out, struct err *e)
{
	const char *status = "complete";
	out->frames_read = r->end.frames_read;
	out->frames_analyzed = r->analyzed;
	out->networks_cpu_s = r->end.networks_cpu_s;
	out->status = ANALYSIS_COMPLETE;
	if (r->end.failure.code != ERR_NONE)
		*e = r->end.failure;
	else if (stop_requested())
		err_set(e, ERR_INTERRUPTED, "interrupted after %lld frames; the same command continues", (long long)r->end.frames_read);
	else if (!source_complaint(r->source, e))
		e->code = ERR_NONE;
	if (e->code == ERR_INTERRUPTED) {
		status = "interrupted";
		out->status = ANALYSIS_INTERRUPTED;
	} else if (e->code != ERR_NONE) {
		status = "failed";
		out->status = ANALYSIS_FAILED;
		out->fatal = r->end.fatal;
	}
	struct err second;
	bool was_complete = r->begun.how == STORE_COMPLETE;
	if (!was_complete && store_end(r->a->store, status, r->end.frames_read, 0, e->code != ERR_NONE ? e->msg : NULL, &second) != 0) {
		if (e->code == ERR_NONE || e->code == ERR_INTERRUPTED)
			*e = second;
		out->status = ANALYSIS_FAILED;
		out->fatal = true;
	}
	return e->code == ERR_NONE ? 0 : -1;
}

/* What is no failure, and yet should not pass in silence. */
static void
warn_of_gaps(const struct run *r, const struct input *in, const struct source_info *info, const struct analysis_result *out)
{
	if (out->status != ANALYSIS_COMPLETE)
		return;
	if (r->analyzed == 0 && r->begun.frames_analyzed == 0)
		log_warn("%s: no frame lies in the range asked for (--from, --to)", in->path);
	bool to_the_end = !r->a->source.sampling.has_to;
	if (to_the_end && (double)r->end.frames_read < 0.9 * (double)info->frames)
		log_warn("%s: only %lld of some %lld frames could be read", in->path, (long long)r->end.frames_read, (long long)info->frames);
}

/*
 * The drawn files get their names when all frames that can be had are on them, also those of a truncated recording.
 */
static int
draw_end(struct run *r, int result, bool whole, struct err *e)
{
	struct sketch *s = r->sketch;
	struct err failure = r->sketch_failure;
	bool failed = r->sketch_failed;
	r->sketch = NULL;
	if (s != NULL && whole)
		failed = sketch_close(s, &failure) != 0;
	else if (s != NULL) {
		sketch_abandon(s);
		log_warn("--annotate and --snapshot: nothing is written, because the analysis did not get to the end");
	}
	if (!failed)
		return result;
	if (result != 0)
		log_error("%s", failure.msg);
	else
		*e = failure;
	return -1;
}

int
analyze_input(const struct analysis *a, const struct input *in, struct analysis_result *out, struct err *e)
{
	struct run r = { .a = a, .with_persons = crew_has(a->crew, TASK_PERSON) };
	struct source_info info;
	int64_t began = when_monotonic_ms();
	double cpu_began = when_process_cpu_s();
	int result = -1;

	*out = (struct analysis_result) { .status = ANALYSIS_FAILED };
	if (in->why != NULL) {
		err_set(e, ERR_INPUT, "%s: %s", in->path, in->why);
		goto out;
	}
	/* all that can be refused is refused before the database is touched */
	r.drawing = a->annotate != NULL || a->snapshot != NULL;
	if (source_open(&r.source, in, &a->source, &info, e) != 0
	    || (r.drawing && sketch_open(&r.sketch, a->annotate, a->snapshot, info.rate, e) != 0))
		goto out;
	if (begin(&r, in, &info, e) != 0) {
		out->fatal = e->code == ERR_IO;
		goto out;
	}
	if (r.begun.how == STORE_COMPLETE && r.drawing && r.begun.frames_pruned > 0) {
		err_set(e, ERR_DATA, "%s: what was found in run %lld was deleted by retention, so it cannot be drawn: --force analyses the input anew",
		    in->path, (long long)r.begun.run_id);
		goto out;
	}
	out->run_id = r.begun.run_id;
	if (r.begun.how == STORE_COMPLETE && !r.drawing) {
		out->status = ANALYSIS_ALREADY;
		result = 0;
		goto out;
	}
	if (r.begun.how == STORE_CONTINUED && r.drawing && r.begun.frames_pruned > 0)
		log_warn("%s: %lld frames are not drawn, because what was found in them was deleted by retention", in->path,
		    (long long)r.begun.frames_pruned);
	if (r.begun.how == STORE_CONTINUED && r.begun.frames_analyzed > 0)
		log_info("%s: continuing after frame %lld", in->path, (long long)r.begun.last_number);
	progress_start(&r.progress, file_name(in->path), info.frames, r.begun.last_number + 1);
	run_line(&r);
	result = end(&r, out, e);
	warn_of_gaps(&r, in, &info, out);
	result = draw_end(&r, result, out->status != ANALYSIS_INTERRUPTED && r.end.failure.code == ERR_NONE, e);
out:
	sketch_abandon(r.sketch);
	source_close(r.source);
	gate_free(&r.gate);
	grey_free(&r.now);
	result_free(&r.seen);
	out->elapsed_ms = when_monotonic_ms() - began;
	out->cpu_s = when_process_cpu_s() - cpu_began;
	return result;
}
