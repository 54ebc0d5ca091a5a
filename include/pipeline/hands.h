/*
 * Floor 4.  Many pictures, one at a time, by threads with networks of their own: what evaluations run.
 */
#ifndef FOOTFALL_PIPELINE_HANDS_H
#define FOOTFALL_PIPELINE_HANDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/result.h"
#include "pipeline/crew.h"
#include "vision/vision.h"

struct hands;

struct hands_work {
	size_t n;		/* pictures */
	int threads;		/* at least 1 */
	/*
	 * Looks at picture i on one of the threads, which w, im and r belong to.  -1: no other picture would fare better,
	 * and none is begun any more.
	 */
	int (*look)(void *context, size_t i, struct worker *w, struct vision_image *im, struct frame_result *r, struct err *e);
	void (*end)(void *context);	/* called once, when there is nothing left to do; may be NULL */
	void *context;
};

/* Opens the networks and sets the threads to work.  They stop early when a stop is requested. */
int hands_start(struct hands **out, const struct crew *c, const struct hands_work *work, struct err *e);
/* No other picture is begun; e becomes the failure unless there was one before. */
void hands_fail(struct hands *h, const struct err *e);
/* Waits for the threads and frees all.  -1: the first failure, of whichever thread. */
int hands_join(struct hands *h, struct err *e);

/* The progress line.  Whoever shares one among threads locks it. */
struct hands_progress {
	size_t n, done;
	int64_t began_ms, shown_ms;	/* monotonic */
};

void hands_progress_start(struct hands_progress *p, size_t n);
/* One more; shows the line when it is time to: 5 times a second on a terminal, else every 10 s. */
void hands_progress_add(struct hands_progress *p);

#endif
