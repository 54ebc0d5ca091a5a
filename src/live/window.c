/*
 * Minutes of a live source, closed by frames or by the clock.
 */
#include "live/window.h"

#include "base/when.h"

void
window_start(struct window *w, int64_t now_ms)
{
	*w = (struct window){ .start_ms = when_minute(now_ms) };
}

void
window_free(struct window *w)
{
	ages_free(&w->ages);
	ages_free(&w->row_ages);
}

void
window_row(struct window *w, const struct minute *row)
{
	if (row->start_ms == w->start_ms)
		w->row = *row;
}

static void
add_marks(struct window_marks *to, const struct window_marks *m)
{
	to->frozen += m->frozen;
	to->dark += m->dark;
	to->moved += m->moved;
}

void
window_frame(struct window *w, int64_t run_id, const struct minute *row, int64_t age_ms, const struct window_marks *m)
{
	/* a frame that took longer than the clock was waited for: its row in the database has it */
	if (row->start_ms != w->start_ms)
		return;
	w->row = *row;
	w->run_id = run_id;
	ages_add(&w->ages, age_ms);
	ages_add(&w->row_ages, age_ms);
	add_marks(&w->marks, m);
	add_marks(&w->row_marks, m);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Both of the same minute; together as in the view people_per_minute. */
static struct minute
together(const struct minute *a, const struct minute *b)
{
	if (a->frames == 0 || b->frames == 0)
		return a->frames > 0 ? *a : *b;
	return (struct minute){
		.frames = a->frames + b->frames,
		.covered_ms = least(a->covered_ms + b->covered_ms, WHEN_MINUTE_MS),
		.dropped = a->dropped + b->dropped,
		.people_sum = a->people_sum + b->people_sum,
		.people_min = least(a->people_min, b->people_min),
		.people_max = a->people_max > b->people_max ? a->people_max : b->people_max,
		.men_sum = a->men_sum + b->men_sum,
		.women_sum = a->women_sum + b->women_sum,
		.unknown_sum = a->unknown_sum + b->unknown_sum,
		.faces_sum = a->faces_sum + b->faces_sum,
		.gated = a->gated + b->gated
	};
}

static void
open_minute(struct window *w, int64_t start_ms)
{
	w->start_ms = start_ms;
	w->before = w->row = (struct minute){ 0 };
	w->run_id = 0;
	ages_clear(&w->ages);
	ages_clear(&w->row_ages);
	w->marks = w->row_marks = (struct window_marks){ 0 };
}

bool
window_health(struct window *w, struct ages_summary *ages, struct window_marks *m)
{
	if (w->row_ages.n == 0)
		return false;
	*ages = ages_summary(&w->row_ages);
	*m = w->row_marks;
	return true;
}

static void
tell(struct window *w, struct window_minute *out)
{
	*out = (struct window_minute){
		.start_ms = w->start_ms,
		.run_id = w->run_id,
		.sum = together(&w->before, &w->row),
		.ages = ages_summary(&w->ages),
		.marks = w->marks
	};
	out->sum.start_ms = w->start_ms;
	out->has_row = window_health(w, &out->row_ages, &out->row_marks);
}

bool
window_over(struct window *w, int64_t time_ms, struct window_minute *out)
{
	if (when_minute(time_ms) <= w->start_ms)
		return false;
	tell(w, out);
	open_minute(w, w->start_ms + WHEN_MINUTE_MS);
	return true;
}

bool
window_restart(struct window *w, int64_t now_ms, struct window_minute *out)
{
	bool any = w->run_id != 0;
	if (any)
		tell(w, out);
	open_minute(w, when_minute(now_ms));
	return any;
}

void
window_run_ended(struct window *w)
{
	w->before = together(&w->before, &w->row);
	w->row = (struct minute){ 0 };
	ages_clear(&w->row_ages);
	w->row_marks = (struct window_marks){ 0 };
}
