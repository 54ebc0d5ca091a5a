/*
 * The threads of an analysis and the order between them; see the header for the picture.
 */
#include "pipeline/analyze.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/when.h"
#include "people/minute.h"
#include "pipeline/annotate.h"
#include "pipeline/identity.h"
#include "pipeline/progress.h"
#include "pipeline/stop.h"

#define LONGEST_GAP_MS 1e12	/* some thirty years */

/* One of the frames that circulate. */
struct frame {
	struct vision_image *image;
	struct frame_result result;
	size_t order;		/* 0, 1, 2 ... as they were read */
	bool stored;		/* its rows are in the database already; only to be drawn */
};

struct run {
	const struct analysis *a;
	struct source *source;
	struct store_begun begun;
	struct sketch *sketch;
	bool drawing;		/* all pictures are wanted, for the sketch */
	bool sketch_failed;
	struct err sketch_failure;
	bool with_persons;

	struct frame *frames;
	size_t nframes;
	struct queue *free, *work, *done;
	atomic_size_t working;	/* workers that have not ended */

	pthread_mutex_t lock;	/* of failure */
	struct err failure;	/* the first one, of whichever thread */
	bool failed, fatal;
	int64_t frames_read;	/* the reader's, valid after it was joined */

	struct minutes minutes;
	struct progress progress;
	int64_t analyzed;	/* frames analysed now */
	double networks_cpu_s;	/* of the workers */
};

/* ---- threads ---- */

/* Keeps the first failure and lets everybody go home. */
static void
fail(struct run *r, const struct err *e, bool fatal)
{
	pthread_mutex_lock(&r->lock);
	if (!r->failed) {
		r->failure = *e;
		r->failed = true;
		r->fatal = fatal;
	}
	pthread_mutex_unlock(&r->lock);
	if (fatal) {
		queue_abort(r->free);
		queue_abort(r->work);
		queue_abort(r->done);
	}
}

static void *
read_frames(void *arg)
{
	struct run *r = arg;
	int64_t known = r->begun.last_number;
	bool want_all = r->drawing;
	size_t order = 0;
	struct frame *f = NULL;

	while (!stop_requested()) {
		if (f == NULL && (f = queue_get(r->free)) == NULL)
			break;
		struct source_frame s;
		struct err e;
		int got = source_next(r->source, f->image, known, want_all, &s, &e);
		if (got < 0)
			fail(r, &e, false);
		if (got <= 0)
			break;
		f->stored = s.number <= known;
		if (f->stored && !want_all)
			continue;
		f->result.number = s.number;
		f->result.time_ms = s.time_ms;
		f->order = order++;
		if (queue_put(r->work, f) != 0)
			break;
		f = NULL;
	}
	r->frames_read = source_read(r->source);
	queue_finish(r->work);
	return NULL;
}

struct job {
	struct run *run;
	struct worker *worker;
	pthread_t thread;
	double cpu_s;		/* when it has ended */
};

static void *
run_networks(void *arg)
{
	struct job *j = arg;
	struct run *r = j->run;
	for (struct frame *f; (f = queue_get(r->work)) != NULL;) {
		struct err e;
		int64_t number = f->result.number, time_ms = f->result.time_ms;
		if (!f->stored && worker_run(j->worker, f->image, &f->result, &e) != 0) {
			err_wrap(&e, "frame %lld", (long long)number);
			fail(r, &e, true);
			break;
		}
		f->result.number = number;
		f->result.time_ms = time_ms;
		if (queue_put(r->done, f) != 0)
			break;
	}
	j->cpu_s = when_thread_cpu_s();
	if (atomic_fetch_sub(&r->working, 1) == 1)
		queue_finish(r->done);
	return NULL;
}

/* ---- the end of the line: in order, into the database ---- */

/* A drawing that fails is given up; the rows do not suffer from it. */
static void
draw(struct run *r, struct frame *f)
{
	if (r->sketch == NULL || sketch_add(r->sketch, f->image, &f->result, r->with_persons, &r->sketch_failure) == 0)
		return;
	r->sketch_failed = true;
	sketch_abandon(r->sketch);
	r->sketch = NULL;
}

static int
consume(struct run *r, struct frame *f, struct err *e)
{
	if (f->stored) {
		int found = store_load_frame(r->a->store, f->result.number, &f->result, e);
		if (found > 0)
			draw(r, f);
		return found < 0 ? -1 : 0;
	}
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
consume_in_order(struct run *r)
{
	struct frame **waiting = mem_array(r->nframes, sizeof *waiting);
	size_t next = 0;
	for (struct frame *f; (f = queue_get(r->done)) != NULL;) {
		/* fewer frames circulate than there are places, so the place is empty */
		assert(waiting[f->order % r->nframes] == NULL);
		waiting[f->order % r->nframes] = f;
		while ((f = waiting[next % r->nframes]) != NULL) {
			struct err e;
			waiting[next++ % r->nframes] = NULL;
			if (consume(r, f, &e) != 0) {
				fail(r, &e, true);
				goto out;
			}
			queue_put(r->free, f);
		}
	}
out:
	free(waiting);
}

static void
make_frames(struct run *r, size_t nworkers)
{
	/* each worker holds one and finds one waiting; the reader fills one; one is being stored; one waits for its turn */
	r->nframes = 2 * nworkers + 3;
	r->frames = mem_array(r->nframes, sizeof *r->frames);
	r->free = queue_new(r->nframes);
	r->work = queue_new(nworkers);
	r->done = queue_new(r->nframes);
	for (size_t i = 0; i < r->nframes; i++) {
		r->frames[i].image = vision_image_new();
		queue_put(r->free, &r->frames[i]);
	}
}

static void
free_frames(struct run *r)
{
	for (size_t i = 0; i < r->nframes; i++) {
		vision_image_free(r->frames[i].image);
		result_free(&r->frames[i].result);
	}
	free(r->frames);
	queue_free(r->free);
	queue_free(r->work);
	queue_free(r->done);
}

/* A thread that cannot be had is like memory that cannot. */
static void
start(pthread_t *t, void *(*f)(void *), void *arg)
{
	if (pthread_create(t, NULL, f, arg) != 0) {
		log_error("no thread to be had");
		abort();
	}
}

static void
run_threads(struct run *r)
{
	const struct analysis *a = r->a;
	struct job *jobs = mem_array(a->nworkers, sizeof *jobs);
	pthread_t reader;

	make_frames(r, a->nworkers);
	atomic_store(&r->working, a->nworkers);
	start(&reader, read_frames, r);
	for (size_t i = 0; i < a->nworkers; i++) {
		jobs[i].run = r;
		jobs[i].worker = a->workers[i];
		start(&jobs[i].thread, run_networks, &jobs[i]);
	}
	consume_in_order(r);
	pthread_join(reader, NULL);
	for (size_t i = 0; i < a->nworkers; i++) {
		pthread_join(jobs[i].thread, NULL);
		r->networks_cpu_s += jobs[i].cpu_s;
	}
	log_progress_end();
	free_frames(r);
	free(jobs);
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
	return 0;
}

/* Everything is joined: says how it ended, in the database and to the caller. */
static int
end(struct run *r, struct analysis_result *out, struct err *e)
{
	const char *status = "complete";
	out->frames_read = r->frames_read;
	out->frames_analyzed = r->analyzed;
	out->networks_cpu_s = r->networks_cpu_s;
	out->status = ANALYSIS_COMPLETE;
	if (r->failed)
		*e = r->failure;
	else if (stop_requested())
		err_set(e, ERR_INTERRUPTED, "interrupted after %lld frames; the same command continues", (long long)r->frames_read);
	else if (!source_complaint(r->source, e))
		e->code = ERR_NONE;
	if (e->code == ERR_INTERRUPTED) {
		status = "interrupted";
		out->status = ANALYSIS_INTERRUPTED;
	} else if (e->code != ERR_NONE) {
		status = "failed";
		out->status = ANALYSIS_FAILED;
		out->fatal = r->fatal;
	}
	struct err second;
	bool was_complete = r->begun.how == STORE_COMPLETE;
	if (!was_complete && store_end(r->a->store, status, r->frames_read, 0, e->code != ERR_NONE ? e->msg : NULL, &second) != 0) {
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
	if (to_the_end && (double)r->frames_read < 0.9 * (double)info->frames)
		log_warn("%s: only %lld of some %lld frames could be read", in->path, (long long)r->frames_read, (long long)info->frames);
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
	pthread_mutex_init(&r.lock, NULL);
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
	out->run_id = r.begun.run_id;
	if (r.begun.how == STORE_COMPLETE && !r.drawing) {
		out->status = ANALYSIS_ALREADY;
		result = 0;
		goto out;
	}
	if (r.begun.how == STORE_CONTINUED && r.begun.frames_analyzed > 0)
		log_info("%s: continuing after frame %lld", in->path, (long long)r.begun.last_number);
	progress_start(&r.progress, file_name(in->path), info.frames, r.begun.last_number + 1);
	run_threads(&r);
	result = end(&r, out, e);
	warn_of_gaps(&r, in, &info, out);
	result = draw_end(&r, result, out->status != ANALYSIS_INTERRUPTED && !r.failed, e);
out:
	sketch_abandon(r.sketch);
	source_close(r.source);
	pthread_mutex_destroy(&r.lock);
	out->elapsed_ms = when_monotonic_ms() - began;
	out->cpu_s = when_process_cpu_s() - cpu_began;
	return result;
}
