/*
 * One-minute tumbling windows, kept up frame by frame.
 *
 * Incremental, so that a minute's row can be written with every frame: what is known of the open
 * window is its row, and how much of it all but the last frame cover.  The last frame's own
 * stretch is an estimate until the next frame comes, so it is never added to that part.
 */
#include "people/minute.h"

#include <assert.h>

#include "base/when.h"

/* For how long a frame stands when the next comes at `to`.  Unsigned: a difference may not fit. */
static int64_t
stretch(const struct minutes *m, int64_t from, int64_t to)
{
	uint64_t d = (uint64_t)to - (uint64_t)from;
	return d < (uint64_t)m->gap_ms ? (int64_t)d : m->gap_ms;
}

/* What of [from, from + length) lies in the window of start; from may lie long before it. */
static int64_t
inside(int64_t start, int64_t from, int64_t length)
{
	if (from < start) {
		uint64_t before = (uint64_t)start - (uint64_t)from;
		if (before >= (uint64_t)length)
			return 0;
		length -= (int64_t)before;
		from = start;
	}
	int64_t room = WHEN_MINUTE_MS - (from - start);
	return length < room ? length : room;
}

void
minutes_start(struct minutes *m, int64_t gap_ms)
{
	assert(gap_ms >= 0);
	*m = (struct minutes){ .gap_ms = gap_ms };
}

void
minutes_resume(struct minutes *m, int64_t gap_ms, int64_t frames, int64_t last_ms,
	int64_t before_last_ms, const struct minute *open)
{
	minutes_start(m, gap_ms);
	if (frames < 1)
		return;
	m->frames = frames;
	m->last_ms = last_ms;
	if (frames > 1)
		m->step_ms = stretch(m, before_last_ms, last_ms);
	m->open = *open;
	m->closed_ms = open->covered_ms - inside(open->start_ms, last_ms, m->step_ms);
}

static void
count(struct minute *r, const struct tally *t)
{
	if (r->frames == 0 || t->people < r->people_min)
		r->people_min = t->people;
	if (r->frames == 0 || t->people > r->people_max)
		r->people_max = t->people;
	r->frames++;
	r->people_sum += t->people;
	r->men_sum += t->men;
	r->women_sum += t->women;
	r->unknown_sum += t->unknown;
	r->faces_sum += t->faces;
	r->gated += t->gated;
}

size_t
minutes_add(struct minutes *m, int64_t time_ms, const struct tally *t, struct minute changed[2])
{
	int64_t start = when_minute(time_ms);
	size_t n = 0;

	if (m->frames == 0) {
		m->open = (struct minute){ .start_ms = start };
	} else {
		assert(time_ms >= m->last_ms);
		m->step_ms = stretch(m, m->last_ms, time_ms);
		m->closed_ms += inside(m->open.start_ms, m->last_ms, m->step_ms);
		if (start != m->open.start_ms) {
			m->open.covered_ms = m->closed_ms;
			changed[n++] = m->open;
			m->open = (struct minute){ .start_ms = start };
			m->closed_ms = inside(start, m->last_ms, m->step_ms);
		}
	}
	m->frames++;
	m->last_ms = time_ms;
	count(&m->open, t);
	m->open.covered_ms = m->closed_ms + inside(start, time_ms, m->step_ms);
	changed[n++] = m->open;
	return n;
}
