/*
 * What people and programs read of a live source: a line a minute on standard output, and on stderr what changed, once.
 */
#include "live/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/when.h"
#include "out/out.h"

enum {
	MOVED_AGAIN_MS = 600000,	/* a camera that is moved about all the time is told of this often */
	OVER_MS = 10000			/* what comes again sooner was not over: at dusk it is dark in every other frame */
};

/* ---- minutes ---- */

/* Those that reach into the minute; how many. */
static size_t
gaps_of(struct live_source *s, int64_t start_ms, struct gap out[GAPS_KEPT])
{
	size_t n = 0;
	pthread_mutex_lock(&s->core->lock);
	for (size_t i = 0; i < gaps_count(&s->gaps); i++) {
		const struct gap *g = gaps_at(&s->gaps, i);
		if (g->from_ms < start_ms + WHEN_MINUTE_MS && (g->open || g->to_ms > start_ms))
			out[n++] = *g;
	}
	pthread_mutex_unlock(&s->core->lock);
	return n;
}

/* NaN, which JSON makes null, without a frame. */
static double
average(int64_t sum, int64_t frames)
{
	return frames > 0 ? (double)sum / (double)frames : (double)NAN;
}

static void
int_or_null(struct out *o, const char *key, int64_t value, bool known)
{
	if (known)
		out_json_int(o, key, value);
	else
		out_json_null(o, key);
}

static void
print_json(struct out *o, const struct live_source *s, const struct window_minute *m, const struct gap *gaps, size_t ngaps)
{
	char time[WHEN_TEXT];
	const struct minute *x = &m->sum;
	bool any = x->frames > 0;
	out_json_object(o, NULL);
	out_json_text(o, "time_utc", when_format(m->start_ms, time));
	out_json_text(o, "source", s->address->name);
	int_or_null(o, "run", m->run_id, m->run_id != 0);
	out_json_int(o, "frames", x->frames);
	out_json_real(o, "coverage", (double)x->covered_ms / (double)WHEN_MINUTE_MS);
	out_json_real(o, "people_avg", average(x->people_sum, x->frames));
	int_or_null(o, "people_min", x->people_min, any);
	int_or_null(o, "people_max", x->people_max, any);
	out_json_real(o, "men_avg", average(x->men_sum, x->frames));
	out_json_real(o, "women_avg", average(x->women_sum, x->frames));
	out_json_real(o, "unknown_avg", average(x->unknown_sum, x->frames));
	out_json_real(o, "faces_avg", average(x->faces_sum, x->frames));
	out_json_int(o, "dropped", x->dropped);
	out_json_int(o, "gated", x->gated);
	int_or_null(o, "age_median_ms", m->ages.median_ms, m->ages.median_ms >= 0);
	int_or_null(o, "age_p95_ms", m->ages.p95_ms, m->ages.p95_ms >= 0);
	int_or_null(o, "age_max_ms", m->ages.max_ms, m->ages.max_ms >= 0);
	out_json_int(o, "frozen", m->marks.frozen);
	out_json_int(o, "dark", m->marks.dark);
	out_json_int(o, "moved", m->marks.moved);
	out_json_array(o, "gaps");
	for (size_t i = 0; i < ngaps; i++) {
		out_json_object(o, NULL);
		out_json_text(o, "from_utc", when_format(gaps[i].from_ms, time));
		out_json_text(o, "to_utc", gaps[i].open ? NULL : when_format(gaps[i].to_ms, time));
		out_json_text(o, "reason", gaps[i].reason);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_end(o);
}

static void
print_text(struct out *o, const struct live_source *s, const struct window_minute *m, size_t ngaps)
{
	char time[WHEN_TEXT];
	const struct minute *x = &m->sum;
	struct buf name = { 0 };
	log_escape(&name, s->address->name);
	out_printf(o, "%s %s: ", when_format(m->start_ms, time), buf_str(&name));
	buf_free(&name);
	if (x->frames == 0) {
		out_puts(o, "not seen\n");
		return;
	}
	out_printf(o, "%.2f people (%lld to %lld), %.2f men, %.2f women, %.2f unknown; %lld frames, %.0f %% seen",
	    average(x->people_sum, x->frames), (long long)x->people_min, (long long)x->people_max, average(x->men_sum, x->frames),
	    average(x->women_sum, x->frames), average(x->unknown_sum, x->frames), (long long)x->frames,
	    100 * (double)x->covered_ms / (double)WHEN_MINUTE_MS);
	if (x->dropped > 0)
		out_printf(o, ", %lld dropped", (long long)x->dropped);
	if (ngaps > 0)
		out_printf(o, ", %zu gap%s", ngaps, ngaps > 1 ? "s" : "");
	if (m->marks.frozen > 0)
		out_printf(o, ", %lld frozen", (long long)m->marks.frozen);
	if (m->marks.dark > 0)
		out_printf(o, ", %lld dark", (long long)m->marks.dark);
	if (m->marks.moved > 0)
		out_puts(o, ", camera moved");
	out_puts(o, "\n");
}

void
tell_minute(struct core *core, struct live_source *s, const struct window_minute *m)
{
	struct gap gaps[GAPS_KEPT];
	size_t n = gaps_of(s, m->start_ms, gaps);
	struct out *o = out_stream(stdout);
	if (core->options->json)
		print_json(o, s, m, gaps, n);
	else
		print_text(o, s, m, n);
	struct err e;
	if (out_close(o, &e) != 0 && core->out_failure.code == ERR_NONE)
		core->out_failure = e;
}

/* ---- gaps ---- */

/* Those are known only when they are over, and are told as what they are: another run begins. */
static bool
is_switch(const struct gap *g)
{
	return strcmp(g->reason, "clock") == 0 || strcmp(g->reason, "size") == 0;
}

void
tell_gap_begin(const struct live_source *s, const struct gap *g)
{
	char time[WHEN_TEXT];
	if (is_switch(g))
		return;
	log_warn("%s: no frames since %s (%s%s%s)%s", s->address->name, when_format(g->from_ms, time), g->reason,
	    g->detail[0] != '\0' ? ": " : "", g->detail, g->open ? "; trying again" : "");
}

void
tell_gap_end(const struct live_source *s, const struct gap *g)
{
	if (!is_switch(g))
		log_info("%s: frames again after %.1f s", s->address->name, (double)(g->to_ms - g->from_ms) / 1000);
}

/* ---- marks ---- */

static void
tell_lasting(const char *name, struct told *t, bool now, int64_t now_ms, const char *begins, const char *ends)
{
	if (now && !t->lasts)
		log_warn("%s: %s", name, begins);
	else if (!now && t->lasts && now_ms - t->last_ms >= OVER_MS)
		log_info("%s: %s", name, ends);
	else if (!now)
		return;
	t->lasts = now;
	t->last_ms = now_ms;
}

void
tell_marks(struct live_source *s, const struct scene_marks *m, int64_t now_ms)
{
	const char *name = s->address->name;
	tell_lasting(name, &s->frozen, m->frozen, now_ms, "frames come, and the picture stands still: the camera hangs?",
	    "the picture moves again");
	tell_lasting(name, &s->dark, m->dark, now_ms, "nothing can be seen: it is dark, or the lens is covered",
	    "something can be seen again");
	if (!m->moved || (s->told_moved_ms != 0 && now_ms - s->told_moved_ms < MOVED_AGAIN_MS))
		return;
	log_warn("%s: the view is another one: was the camera moved?", name);
	s->told_moved_ms = now_ms;
}
