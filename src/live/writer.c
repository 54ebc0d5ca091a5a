/*
 * From results to rows, for one source.
 *
 * Results wait together for a while, because each commit is a write to disk; they are counted into minutes only when they are
 * written, so that a batch that the database refused can be written again, into another run where the store has given up
 * the one before.  Before anything is written, the lock is tried for: a database that somebody else holds costs time, not a run.
 */
#include "live/parts.h"

#include <math.h>

#include "base/log.h"
#include "base/when.h"

enum {
	GRACE_MS = 1000,	/* a frame may be on its way from the camera for so long */
	/* A stream that alternates between two sizes would begin runs without end: at most one in so long. */
	SWITCH_MS = 10000,
	SETTLED_MS = 60000	/* a size that lasts so long is no alternation */
};

/* ---- minutes ---- */

/* Tells the minutes that are over when nothing before time_ms can come any more. */
static int
close_minutes(struct live_source *s, int64_t time_ms, struct err *e)
{
	struct writer *w = &s->writer;
	struct window_minute m;
	int r = 0;
	while (window_over(&w->window, time_ms, &m)) {
		if (m.has_row && r == 0)
			r = writer_run_health(w, m.start_ms, &m.row_ages, &m.row_marks, e);
		tell_minute(s->core, s, &m);
	}
	return r;
}

/* The open minute is told as it is, and that of now_ms begins. */
static int
restart_window(struct live_source *s, int64_t now_ms, struct err *e)
{
	struct writer *w = &s->writer;
	struct window_minute m;
	if (!window_restart(&w->window, now_ms, &m))
		return 0;
	int r = m.has_row ? writer_run_health(w, m.start_ms, &m.row_ages, &m.row_marks, e) : 0;
	tell_minute(s->core, s, &m);
	return r;
}

/* ---- the batch ---- */

/* Counts the entry into its minute, and writes both. */
static int
write_entry(struct live_source *s, struct entry *x, struct err *e)
{
	struct writer *w = &s->writer;
	if (w->minutes.frames > 0)
		w->minutes.open.dropped += x->drops.before;
	else
		/* an earlier result is one of another run, which the database refused to go on with: here it is the first */
		x->result.gated = false;
	struct tally t = result_tally(&x->result, crew_has(s->core->options->crew, TASK_PERSON));
	x->nrows = minutes_add(&w->minutes, x->result.time_ms, &t, x->rows);
	w->minutes.open.dropped += x->drops.now;
	x->rows[x->nrows - 1].dropped = w->minutes.open.dropped;
	w->dropped += x->drops.before + x->drops.now;
	return store_frame(w->store, &x->result, x->rows, x->nrows, x->result.number + 1, e);
}

/* The first n entries are committed. */
static int
settle(struct live_source *s, size_t n, struct err *e)
{
	struct writer *w = &s->writer;
	int64_t now = when_monotonic_ms();
	int64_t run_id = w->run_id;
	int r = 0;
	for (size_t i = 0; i < n; i++) {
		struct entry *x = &w->batch[i];
		for (size_t k = 0; k + 1 < x->nrows; k++)
			window_row(&w->window, &x->rows[k]);
		if (r == 0)
			r = close_minutes(s, x->result.time_ms, e);
		const struct window_marks m = { x->marks.frozen, x->marks.dark, x->marks.moved };
		window_frame(&w->window, run_id, &x->rows[x->nrows - 1], now - x->captured_ms, &m);
	}
	/* the others move up, and keep everybody's memory */
	for (size_t i = n; i < w->n; i++) {
		struct entry x = w->batch[i - n];
		w->batch[i - n] = w->batch[i];
		w->batch[i] = x;
	}
	w->n -= n;
	w->batch_ms = now;
	w->urgent = false;
	pthread_mutex_lock(&s->core->lock);
	s->analyzed += (int64_t)n;
	pthread_mutex_unlock(&s->core->lock);
	return r;
}

int
writer_flush(struct live_source *s, bool now, struct err *e)
{
	struct writer *w = &s->writer;
	size_t committed = 0;
	int r;
	if (w->n == 0)
		return 0;
	if (!now && !w->urgent && when_monotonic_ms() - w->batch_ms < llround(s->core->now.live_commit * 1000))
		return 0;
	if ((r = writer_run_try(w, e)) != 0 || (!w->has_run && (r = writer_run_begin(s, w, e)) != 0))
		return r;
	for (size_t i = 0; i < w->n && r == 0; i++) {
		r = write_entry(s, &w->batch[i], e);
		/* the store commits by itself what has become large */
		if (r == 0 && !db_in_transaction(store_db(w->store)))
			committed = i + 1;
	}
	if (r == 0)
		r = store_commit(w->store, e);
	if (r == 0)
		return settle(s, w->n, e);
	struct err ignored;
	settle(s, committed, &ignored);
	return writer_run_lose(w, e);
}

/* ---- runs ---- */

/* Does the newest gap reach into what follows from_ms?  A camera that comes back with another size was away before. */
static bool
is_told(const struct gaps *g, int64_t from_ms)
{
	size_t n = gaps_count(g);
	return n > 0 && (gaps_at(g, n - 1)->open || gaps_at(g, n - 1)->to_ms > from_ms);
}

/* A stretch without frames that is known only after it is over. */
static void
add_gap(struct live_source *s, int64_t from_ms, int64_t to_ms, const char *reason, const char *detail)
{
	pthread_mutex_lock(&s->core->lock);
	if (!is_told(&s->gaps, from_ms)) {
		gaps_begin(&s->gaps, from_ms, reason, detail);
		gaps_end(&s->gaps, to_ms);
	}
	pthread_mutex_unlock(&s->core->lock);
}

/* The clock was set, or the picture has another size: what comes belongs to another run.  As writer_flush. */
static int
switch_run(struct live_source *s, const struct job *j, struct err *e)
{
	struct writer *w = &s->writer;
	bool size = w->width != 0 && (w->width != j->width || w->height != j->height), step = w->steps != j->steps;
	int64_t time_ms = j->result.time_ms;
	int r = writer_flush(s, true, e);
	if (r != 0)
		return r;
	if (w->has_run) {
		if (step && w->has_first && time_ms > w->last_ms)
			add_gap(s, w->last_ms, time_ms, "clock", "the clock was set, or the machine was asleep");
		else if (size && !step)
			add_gap(s, w->last_ms, time_ms, "size", "the picture has another size");
		if ((r = writer_gaps(s, e)) != 0 || (r = writer_run_try(w, e)) != 0 || (r = writer_run_end(s, "complete", NULL, e)) != 0)
			return r;
		if (size && !w->alternates)
			log_info("%s: the picture is %dx%d now, it was %dx%d: another run begins", w->name, j->width, j->height, w->width, w->height);
		if (step)
			log_warn("%s: the clock was set by more than a second: another run begins", w->name);
	}
	if (w->window_steps != j->steps && (r = restart_window(s, time_ms, e)) != 0)
		return r;
	if (size)
		w->switched_ms = when_monotonic_ms();
	w->width = j->width;
	w->height = j->height;
	w->steps = w->window_steps = j->steps;
	w->has_first = false;
	return writer_run_begin(s, w, e);
}

/* Is it of another size so soon after the last change that it is left out?  Told once. */
static bool
is_skipped(struct writer *w, const struct job *j)
{
	bool other = w->width != 0 && (w->width != j->width || w->height != j->height);
	if (!other || w->steps != j->steps || w->switched_ms == 0)
		return false;
	int64_t since_ms = when_monotonic_ms() - w->switched_ms;
	if (since_ms >= SETTLED_MS)
		w->alternates = false;
	if (since_ms >= SWITCH_MS)
		return false;
	if (!w->alternates)
		log_warn("%s: the picture's size keeps changing (%dx%d, %dx%d): frames of another size than the run's are dropped for up to %d s",
		    w->name, w->width, w->height, j->width, j->height, SWITCH_MS / 1000);
	w->alternates = true;
	return true;
}

static int
prepare(struct live_source *s, const struct job *j, struct err *e)
{
	struct writer *w = &s->writer;
	if (w->steps != j->steps || (w->width != 0 && (w->width != j->width || w->height != j->height)))
		return switch_run(s, j, e);
	if (w->width != 0 || !w->has_run)
		return 0;
	w->width = j->width;
	w->height = j->height;
	int r = writer_run_size(w, e);
	if (r != 0)
		w->width = w->height = 0;
	return r;
}

int
writer_add(struct live_source *s, struct job *j, struct err *e)
{
	struct writer *w = &s->writer;
	int r;
	if (w->n == BATCH && (r = writer_flush(s, true, e)) != 0)
		return r > 0 ? WRITER_NOT_NOW : -1;
	if (is_skipped(w, j)) {
		w->skipped += 1 + j->drops.before + j->drops.now;
		pthread_mutex_lock(&s->core->lock);
		s->dropped++;
		pthread_mutex_unlock(&s->core->lock);
		return WRITER_LEFT_OUT;
	}
	if ((r = prepare(s, j, e)) != 0)
		return r > 0 ? WRITER_NOT_NOW : -1;
	struct entry *x = &w->batch[w->n];
	struct frame_result spare = x->result;
	x->result = j->result;
	j->result = spare;
	x->captured_ms = j->captured_ms;
	x->drops = j->drops;
	x->drops.now += w->skipped;
	w->skipped = 0;
	x->marks = j->marks;
	if (!w->has_first) {
		w->has_first = true;
		/* those that were dropped before it came too */
		w->first_number = x->result.number - x->drops.before - x->drops.now;
	} else if (when_minute(w->last_ms) != when_minute(x->result.time_ms)) {
		w->urgent = true;
	}
	x->result.number -= w->first_number;
	w->last_number = x->result.number;
	w->last_ms = x->result.time_ms;
	if (w->n++ == 0)
		w->batch_ms = when_monotonic_ms();
	return WRITER_TAKEN;
}

/* ---- gaps ---- */

static int
put_gap(struct writer *w, struct gap *g, bool begin, struct err *e)
{
	int64_t id = g->id;
	if ((begin && gap_begin(w->store, g->from_ms, g->reason, g->detail[0] != '\0' ? g->detail : NULL, &id, e) != 0)
	    || (!g->open && gap_end(w->store, id, g->to_ms, e) != 0)
	    || store_commit(w->store, e) != 0)
		return writer_run_lose(w, e);
	g->id = id;
	return 0;
}

int
writer_gaps(struct live_source *s, struct err *e)
{
	struct core *core = s->core;
	struct writer *w = &s->writer;
	for (;;) {
		/* a copy: the camera's thread may end it meanwhile */
		pthread_mutex_lock(&core->lock);
		struct gap *there = gaps_unwritten(&s->gaps);
		struct gap g = there != NULL ? *there : (struct gap){ 0 };
		if (there != NULL)
			there->told = true;
		pthread_mutex_unlock(&core->lock);
		if (there == NULL || (g.open && g.id != 0))
			return 0;
		if (!g.told)
			tell_gap_begin(s, &g);
		int r = writer_run_try(w, e);
		if (r == 0 && !w->has_run)
			r = writer_run_begin(s, w, e);
		if (r == 0)
			r = put_gap(w, &g, g.id == 0, e);
		if (r != 0)
			return r;
		pthread_mutex_lock(&core->lock);
		there->id = g.id;
		if (!g.open)
			gaps_written(&s->gaps);
		pthread_mutex_unlock(&core->lock);
		if (!g.open && !w->closing)
			tell_gap_end(s, &g);
	}
}

/* ---- the clock ---- */

int
writer_tick(struct live_source *s, struct err *e)
{
	struct core *core = s->core;
	struct writer *w = &s->writer;
	int64_t oldest;
	pthread_mutex_lock(&core->lock);
	core_look_at_clock(core);
	int64_t now = live_clock_wall(&core->clock, when_monotonic_ms()), steps = core->clock.steps;
	bool busy = order_oldest(&s->order, &oldest);
	if (!busy && (busy = s->has_pending))
		oldest = s->pending_ms;
	pthread_mutex_unlock(&core->lock);

	if (steps != w->window_steps) {
		/* what came before the step is told first */
		if (busy || w->n > 0)
			return 0;
		w->window_steps = steps;
		return restart_window(s, now, e);
	}
	int64_t limit = now - GRACE_MS;
	if (busy && oldest < limit)
		limit = oldest;
	if (when_minute(limit) <= w->window.start_ms)
		return 0;
	int r = writer_flush(s, true, e);
	return r != 0 ? r : close_minutes(s, limit, e);
}

int
writer_close(struct live_source *s, const char *status, const char *why, struct err *e)
{
	struct core *core = s->core;
	struct writer *w = &s->writer;
	int r = writer_flush(s, true, e);
	if (r != 0)
		return r;
	w->closing = true;
	pthread_mutex_lock(&core->lock);
	core_look_at_clock(core);
	gaps_end(&s->gaps, live_clock_wall(&core->clock, when_monotonic_ms()));
	struct drops left = drops_take(&s->drops, w->last_ms);
	pthread_mutex_unlock(&core->lock);
	w->dropped += left.now + left.before + w->skipped;
	w->skipped = 0;
	if ((r = writer_gaps(s, e)) != 0 || (r = writer_run_try(w, e)) != 0)
		return r;
	/* also where the run was lost: the minute is told all the same */
	if ((r = writer_run_end(s, status, why, e)) != 0)
		return r;
	return restart_window(s, w->last_ms, e);
}
