/*
 * Floor 5, pure.  The minutes of a live source as they pass: what each was is told once, when it is over, also when nothing came
 * in it.
 *
 * A minute is fed the rows of committed frames, of one run after the other when a run ended in it.  It is over when a later frame is
 * committed, or by the clock; the caller says by what time nothing earlier can come any more.
 */
#ifndef FOOTFALL_LIVE_WINDOW_H
#define FOOTFALL_LIVE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "people/ages.h"

/* Of some frames. */
struct window_marks {
	int64_t frozen, dark, moved;
};

struct window {
	int64_t start_ms;		/* of the open minute */
	struct minute before;		/* in it, of runs that have ended */
	struct minute row;		/* in it, of the current run; start_ms is not used */
	int64_t run_id;			/* the last one that it has a frame of; 0: none */
	struct ages ages, row_ages;	/* of all, and of the current run */
	struct window_marks marks, row_marks;
};

/* What a minute was. */
struct window_minute {
	int64_t start_ms;
	int64_t run_id;			/* 0: no frame came */
	struct minute sum;		/* over its runs */
	struct ages_summary ages;
	struct window_marks marks;
	/* of the current run's row, if it has one */
	bool has_row;
	struct ages_summary row_ages;
	struct window_marks row_marks;
};

void window_start(struct window *w, int64_t now_ms);
void window_free(struct window *w);	/* what it holds */
/*
 * One committed frame: rows of its run as they stood with it, its own minute's last (as of minutes_add).  Before it, window_over is to be asked
 * with the frame's time until it is false; the row of a minute that the frame closed must be given before that (window_row).
 */
void window_row(struct window *w, const struct minute *row);	/* of another minute than the open one: ignored */
void window_frame(struct window *w, int64_t run_id, const struct minute *row, int64_t age_ms, const struct window_marks *m);
/* Is the open minute over, when nothing before time_ms can come any more?  Then out is what it was, and the next one is open. */
bool window_over(struct window *w, int64_t time_ms, struct window_minute *out);
/* Ends the open minute whatever the time, and opens that of now_ms.  False: nothing came in it, and out is not set. */
bool window_restart(struct window *w, int64_t now_ms, struct window_minute *out);
/* How the current run's row of the open minute fared so far; false: it has no frame. */
bool window_health(struct window *w, struct ages_summary *ages, struct window_marks *m);
/* The current run is at its end; another may follow in the same minute. */
void window_run_ended(struct window *w);

#endif
