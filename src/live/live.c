/*
 * The thread that writes: results in order from the workers, gaps from the cameras, minutes by the clock, signals.
 */
#include "live/parts.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "live/notify.h"
#include "pipeline/cores.h"
#include "pipeline/stop.h"

enum {
	LOOK_MS = 100,		/* between two looks at signals and the clock */
	TRY_AGAIN_MS = 1000,	/* ... and at a database that could not be written, */
	BLOCKED_MS = 60000,	/* which is waited for so long, */
	BLOCKED_STOP_MS = 5000,	/* and less when we are to stop */
	STATUS_MS = 10000
};

/* ---- signals ---- */

static atomic_bool asked_reload, asked_status;

static void
ask(int signal_number)
{
	atomic_store(signal_number == SIGHUP ? &asked_reload : &asked_status, true);
}

static void
install_signals(void)
{
	struct sigaction a = { .sa_handler = ask, .sa_flags = SA_RESTART };
	sigemptyset(&a.sa_mask);
	sigaction(SIGHUP, &a, NULL);
	sigaction(SIGUSR1, &a, NULL);
	/* who reads our output and goes away is told by a failing write */
	signal(SIGPIPE, SIG_IGN);
	stop_install();
}

/* ---- one source ---- */

/* The picture of the result that the writer took last. */
static void
keep_picture(struct live_source *s, const struct job *j)
{
	struct core *core = s->core;
	const struct writer *w = &s->writer;
	const struct frame_result *result = &w->batch[w->n - 1].result;
	if (core->recorder != NULL && w->has_run)
		recorder_add(core->recorder, s->address->name, w->run_id, j->image, result);
	pictures_show(s, j->image, result);
}

/* Results that are there, in order.  As writer_flush. */
static int
deliver(struct live_source *s, struct err *e)
{
	struct core *core = s->core;
	for (;;) {
		pthread_mutex_lock(&core->lock);
		struct job *j = order_next(&s->order);
		pthread_mutex_unlock(&core->lock);
		if (j == NULL)
			return 0;
		if (j->result.gated)
			result_copy(&j->result, &s->seen);
		else if (core->gated)
			result_copy(&s->seen, &j->result);
		int r = writer_add(s, j, e);
		if (r < 0 || r == WRITER_NOT_NOW)
			return r < 0 ? -1 : 1;
		tell_marks(s, &j->marks, j->captured_ms);
		/* of what was left out nothing is kept, its picture neither */
		if (r == WRITER_TAKEN)
			keep_picture(s, j);
		pthread_mutex_lock(&core->lock);
		order_take(&s->order);
		j->next = core->free;
		core->free = j;
		pthread_cond_signal(&core->work);
		pthread_mutex_unlock(&core->lock);
	}
}

/* Will nothing more come, and is nothing under way?  why: code ERR_NONE when it ended well. */
static bool
is_over(struct live_source *s, struct err *why)
{
	int64_t oldest;
	pthread_mutex_lock(&s->core->lock);
	bool over = (s->ended || s->stopping) && !s->has_pending && !s->taking && !order_oldest(&s->order, &oldest);
	*why = s->why;
	pthread_mutex_unlock(&s->core->lock);
	return over;
}

/* failure: why all of this ends, or code ERR_NONE.  As writer_flush. */
static int
close_source(struct live_source *s, const struct err *why, struct err *e)
{
	struct core *core = s->core;
	bool failed = why->code != ERR_NONE;
	int r = writer_close(s, failed ? "failed" : "complete", failed ? why->msg : NULL, e);
	if (r != 0)
		return r;
	s->finished = true;
	if (s->removed)
		return 0;
	core->ended++;
	if (!failed)
		return 0;
	struct err named = *why;
	/* of a recording the name is the file's, which its messages begin with */
	if (strncmp(why->msg, s->address->name, strlen(s->address->name)) != 0)
		err_wrap(&named, "%s", s->address->name);
	if (core->failed++ > 0 || core->nsources > 1)
		log_error("%s", named.msg);
	if (core->failed == 1)
		core->first = named;
	return 0;
}

static int
step(struct live_source *s, struct err *e)
{
	struct err why;
	int r;
	if (s->finished)
		return 0;
	if ((r = writer_gaps(s, e)) != 0 || (r = deliver(s, e)) != 0 || (r = writer_flush(s, false, e)) != 0
	    || (r = writer_tick(s, e)) != 0)
		return r;
	return is_over(s, &why) ? close_source(s, &why, e) : 0;
}

/* ---- all of them ---- */

/* Sources that were removed and are closed leave. */
static void
forget_removed(struct core *core)
{
	for (size_t i = 0; i < core->nsources;) {
		struct live_source *s = core->sources[i];
		if (!s->removed || !s->finished) {
			i++;
			continue;
		}
		pthread_mutex_lock(&core->lock);
		memmove(&core->sources[i], &core->sources[i + 1], (core->nsources - i - 1) * sizeof *core->sources);
		core->nsources--;
		pthread_mutex_unlock(&core->lock);
		source_free(s);
	}
}

/*
 * A database that cannot be written is waited for: results wait in the batches, then frames are dropped.
 * -1: it has been too long.
 */
static int
wait_for_database(struct core *core, bool blocked, int64_t now, struct err *e)
{
	if (!blocked) {
		if (core->blocked)
			log_info("the database can be written again, after %.1f s", (double)(now - core->blocked_ms) / 1000);
		core->blocked = false;
		return 0;
	}
	if (!core->blocked) {
		core->blocked_ms = now;
		log_warn("%s; trying again for a minute, meanwhile results wait", e->msg);
	}
	core->blocked = true;
	core->tried_ms = now;
	if (now - core->blocked_ms < (stop_requested() ? BLOCKED_STOP_MS : BLOCKED_MS))
		return 0;
	return err_wrap(e, "results could not be stored for %.0f s", (double)(now - core->blocked_ms) / 1000);
}

/* Into the batches, as long as that needs no database. */
static int
deliver_all(struct core *core, struct err *e)
{
	for (size_t i = 0; i < core->nsources; i++) {
		struct live_source *s = core->sources[i];
		if (!s->finished && s->writer.n < BATCH && deliver(s, e) < 0)
			return -1;
	}
	return 0;
}

static int
step_all(struct core *core, struct err *e)
{
	bool blocked = false;
	int64_t now = when_monotonic_ms();
	if (core->blocked && now - core->tried_ms < TRY_AGAIN_MS)
		return deliver_all(core, e);
	for (size_t i = 0; i < core->nsources; i++) {
		int r = step(core->sources[i], e);
		if (r < 0)
			return -1;
		blocked = blocked || r > 0;
		if (blocked)
			break;
	}
	if (wait_for_database(core, blocked, now, e) != 0)
		return -1;
	forget_removed(core);
	sources_come(core);
	if (core->out_failure.code != ERR_NONE) {
		*e = core->out_failure;
		return -1;
	}
	return 0;
}

/* Until there is something to do, at most until the next look. */
static void
rest(struct core *core)
{
	int64_t ms = LOOK_MS;
	if (core->now.live_commit * 1000 < (double)ms)
		ms = core->now.live_commit * 1000 < 10 ? 10 : (int64_t)(core->now.live_commit * 1000);
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ms * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&core->lock);
	pthread_cond_timedwait(&core->done, &core->lock, &until);
	pthread_mutex_unlock(&core->lock);
}

static int
worker_failure(struct core *core, struct err *e)
{
	pthread_mutex_lock(&core->lock);
	bool failed = core->failure.code != ERR_NONE;
	if (failed)
		*e = core->failure;
	pthread_mutex_unlock(&core->lock);
	return failed ? -1 : 0;
}

/* What is done now and then. */
static void
look_around(struct core *core, int64_t *watchdog_ms, int64_t *status_ms)
{
	int64_t now = when_monotonic_ms();
	if (atomic_exchange(&asked_status, false))
		status_tell(core);
	if (atomic_exchange(&asked_reload, false))
		reload(core);
	if (now - *status_ms >= STATUS_MS) {
		*status_ms = now;
		status_notify(core);
	}
	int64_t every = notify_watchdog_ms();
	if (every == 0 || now - *watchdog_ms < every)
		return;
	*watchdog_ms = now;
	pthread_mutex_lock(&core->lock);
	bool alive = workers_alive(core, now);
	pthread_mutex_unlock(&core->lock);
	if (alive)
		notify_watchdog();
}

static bool
all_finished(const struct core *core)
{
	for (size_t i = 0; i < core->nsources; i++)
		if (!core->sources[i]->finished)
			return false;
	return true;
}

static int
run(struct core *core, struct err *e)
{
	int64_t watchdog_ms = 0, status_ms = 0, duration = core->options->duration_ms;
	while (!stop_requested() && !all_finished(core) && (duration == 0 || when_monotonic_ms() - core->began_ms < duration)) {
		rest(core);
		if (worker_failure(core, e) != 0 || step_all(core, e) != 0)
			return -1;
		look_around(core, &watchdog_ms, &status_ms);
	}
	return 0;
}

/* What is under way is waited for and stored, the runs are ended.  result: how it went until now, with e. */
static int
finish(struct core *core, int result, struct err *e)
{
	notify_stopping();
	live_addresses_free(core->coming, core->ncoming);
	core->coming = NULL;
	core->ncoming = 0;
	sources_stop(core->sources, core->nsources);
	while (result == 0 && !all_finished(core)) {
		if (worker_failure(core, e) != 0 || step_all(core, e) != 0)
			result = -1;
		else if (!all_finished(core))
			rest(core);
	}
	for (size_t i = 0; result != 0 && i < core->nsources; i++) {
		struct err ignored;
		if (!core->sources[i]->finished)
			writer_close(core->sources[i], "failed", e->msg, &ignored);
	}
	return result;
}

/* ---- from start to end ---- */

static void
init(struct core *core, const struct live_options *o)
{
	*core = (struct core){ .options = o, .gated = o->settings->gate_enabled, .began_ms = when_monotonic_ms() };
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&core->lock, NULL);
	pthread_cond_init(&core->work, &monotonic);
	pthread_cond_init(&core->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	settings_init(&core->now);
}

static void
destroy(struct core *core)
{
	for (size_t i = 0; i < core->nsources; i++)
		source_free(core->sources[i]);
	free(core->sources);
	settings_free(&core->now);
	pthread_mutex_destroy(&core->lock);
	pthread_cond_destroy(&core->work);
	pthread_cond_destroy(&core->done);
}

static int
start_sources(struct core *core, struct err *e)
{
	for (size_t i = 0; i < core->options->naddresses; i++)
		if (source_start(core, &core->options->addresses[i], e) != 0)
			return -1;
	return 0;
}

int
live_run(const struct live_options *o, struct err *e)
{
	struct core core;
	int64_t threads = o->settings->inference_threads;
	int r = -1;

	init(&core, o);
	install_signals();
	if (settings_take_over(&core.now, o->settings, e) == 0
	    && workers_start(&core, threads > 0 ? (size_t)threads : (size_t)cores_available(), e) == 0
	    && start_sources(&core, e) == 0
	    && parties_open(&core, e) == 0) {
		notify_ready();
		r = run(&core, e);
	}
	r = finish(&core, r, e);
	workers_join(&core);
	parties_close(&core);
	if (r == 0 && core.failed > 0) {
		*e = core.first;
		r = core.ended == 1 ? -1 : err_set(e, core.failed == core.ended ? e->code : ERR_PARTIAL, "%zu of %zu sources failed",
		    core.failed, core.ended);
	}
	destroy(&core);
	return r;
}
