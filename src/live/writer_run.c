/*
 * The run that a live source is written to: begun, ended, lost.
 *
 * When the store fails it gives up what is not committed, and its run takes no more; another one is begun then, and the next live_begin
 * marks the lost one.
 */
#include "live/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/when.h"
#include "pipeline/identity.h"

enum { TIMEOUT_MS = 250 };	/* of a locked database, one time */
#define TIMEOUT_TEXT "250"

/* 1: the database does not let us now; -1: nor will it later. */
int
writer_run_refused(const struct err *e)
{
	return e->code == ERR_IO ? 1 : -1;
}

/* The run took what it takes; what is left goes into another one. */
int
writer_run_lose(struct writer *w, const struct err *e)
{
	w->has_run = false;
	window_run_ended(&w->window);
	return writer_run_refused(e);
}

/* Is the database to be had?  Waits for the time-out. */
int
writer_run_try(struct writer *w, struct err *e)
{
	struct db *d = store_db(w->store);
	if (db_moved(d))
		return err_set(e, ERR_IO, "%s was removed, or replaced, while it was written to: start again", db_path(d));
	if (db_begin(d, e) != 0) {
		/* how long one attempt waited, and what a user could do, is not of interest here */
		if (e->code == ERR_IO && strstr(e->msg, "is locked") != NULL)
			err_set(e, ERR_IO, "%s is locked by another process", db_path(d));
		return writer_run_refused(e);
	}
	db_rollback(d);
	return 0;
}

static int64_t
gap_ms(const struct core *core)
{
	int64_t ms = llround(core->options->settings->live_gap * 1000);
	/* frames taken sparsely on purpose stand for the time between them */
	int64_t sparse = core->options->fps > 0 ? llround(2000 / core->options->fps) : 0;
	return ms > sparse ? ms : sparse;
}

int
writer_run_begin(const struct live_source *s, struct writer *w, struct err *e)
{
	const struct live_options *o = s->core->options;
	const struct analysis a = {
		.settings = o->settings, .crew = o->crew, .source.sampling = { .every = 1, .fps = o->fps }
	};
	const struct source_info info = { .kind = camera_address_kind(s->address), .times = "wall", .start_ms = when_now_ms() };
	int64_t gap = gap_ms(s->core);
	struct buf settings = { 0 };
	struct store_begun begun;
	char *uri = s->address->kind == CAMERA_FILE ? file_absolute(s->address->shown) : mem_strdup(s->address->shown);
	identity_settings(&settings, &a, &info, gap);
	const struct store_run spec = {
		.source_name = w->name,
		.kind = info.kind,
		.uri = uri,
		.width = w->width,
		.height = w->height,
		.clock = "wall",
		.person = crew_model(o->crew, TASK_PERSON),
		.face = crew_model(o->crew, TASK_FACE),
		.gender = crew_model(o->crew, TASK_GENDER),
		.settings = buf_str(&settings),
		.version = FOOTFALL_VERSION,
		.opencv = vision_version()
	};
	int r = live_begin(w->store, &spec, &begun, e);
	free(uri);
	buf_free(&settings);
	if (r != 0)
		return writer_run_refused(e);
	w->has_run = true;
	w->run_id = begun.run_id;
	w->dropped = 0;
	minutes_start(&w->minutes, gap);
	return 0;
}

int
writer_open(struct writer *w, const struct live_source *s, struct err *e)
{
	struct core *core = s->core;
	w->name = s->address->name;
	w->batch = mem_array(BATCH, sizeof *w->batch);
	pthread_mutex_lock(&core->lock);
	core_look_at_clock(core);
	w->steps = w->window_steps = core->clock.steps;
	pthread_mutex_unlock(&core->lock);
	window_start(&w->window, when_now_ms());
	int timeout_ms = (int)(core->options->settings->store_timeout * 1000);
	if (store_open(&w->store, core->options->db, timeout_ms, e) != 0 || writer_run_begin(s, w, e) != 0)
		return -1;
	/* from now on who waits in SQLite hears neither results nor a stop: longer waiting is done by trying again */
	return timeout_ms > TIMEOUT_MS ? db_exec(store_db(w->store), "PRAGMA busy_timeout = " TIMEOUT_TEXT, e) : 0;
}

void
writer_free(struct writer *w)
{
	for (size_t i = 0; w->batch != NULL && i < BATCH; i++)
		result_free(&w->batch[i].result);
	free(w->batch);
	window_free(&w->window);
	store_close(w->store);
}

int
writer_run_health(struct writer *w, int64_t start_ms, const struct ages_summary *a, const struct window_marks *m, struct err *e)
{
	const struct minute_health h = {
		.age_median_ms = a->median_ms, .age_p95_ms = a->p95_ms, .age_max_ms = a->max_ms,
		.frozen = m->frozen, .dark = m->dark, .moved = m->moved
	};
	if (!w->has_run)
		return 0;
	if (store_minute_health(w->store, start_ms, &h, e) != 0 || store_commit(w->store, e) != 0)
		return writer_run_lose(w, e);
	return 0;
}

int
writer_run_end(struct live_source *s, const char *status, const char *why, struct err *e)
{
	struct writer *w = &s->writer;
	struct ages_summary ages;
	struct window_marks marks;
	int r = 0;
	if (!w->has_run)
		return 0;
	if (window_health(&w->window, &ages, &marks))
		r = writer_run_health(w, w->window.start_ms, &ages, &marks, e);
	if (r != 0)
		return r;
	int64_t read = w->has_first ? w->last_number + 1 : 0;
	if (store_end(w->store, status, read, w->dropped, why, e) != 0)
		return writer_run_lose(w, e);
	w->has_run = false;
	window_run_ended(&w->window);
	return 0;
}

/* The size of the first picture, which was not known when the run began. */
int
writer_run_size(struct writer *w, struct err *e)
{
	struct stmt *q = NULL;
	if (stmt_new(&q, store_db(w->store), "UPDATE source SET width = :width, height = :height"
	    " WHERE id = (SELECT source_id FROM run WHERE id = :run)", e) != 0)
		return writer_run_refused(e);
	stmt_bind_int(q, ":width", w->width);
	stmt_bind_int(q, ":height", w->height);
	stmt_bind_int(q, ":run", w->run_id);
	int r = stmt_run(q, e);
	stmt_free(q);
	return r == 0 ? 0 : writer_run_refused(e);
}
