/*
 * Floor 4.  The threads between a source and whoever wants the results, and the order between them.
 *
 *	reader thread --> work queue --> workers (one set of networks each) --> done queue --> the calling thread
 *	   ^   |                                                                    ^               |
 *	   |   +------ frames that need no network (stored already, or gated) ------+               |
 *	   +----------------------------- free frames and pictures <-------------------------------+
 *
 * A fixed number of frames and pictures circulates, so memory does not grow with the recording. The workers finish in any order; the
 * calling thread puts the results back in order. Recorded input waits when a queue is full: no frame is lost.
 */
#ifndef FOOTFALL_PIPELINE_LINE_H
#define FOOTFALL_PIPELINE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/result.h"
#include "pipeline/crew.h"
#include "pipeline/source.h"

struct line_frame {
	/* number, time and whether it is gated are set in any case; persons and faces by a worker, if one was to look */
	struct frame_result result;
	struct vision_image *image;	/* NULL: nobody wants it */
	size_t order;			/* 0, 1, 2 ... as they were read */
	bool stored;			/* of those up to number `known` */
	uint64_t mark;			/* free for look() to tell consume() something */
};

struct line {
	struct source *source;
	struct worker **workers;
	size_t nworkers;
	int64_t known;			/* frames up to this number are stored already: no network looks at them; -1: none */
	int64_t seen;			/* the first of them that look() is to see; -1: none */
	bool want_all;			/* consume() gets every frame, also those stored, and always its picture */
	/*
	 * In the reading thread, in order; NULL: not wanted. Of the stored frames those from number `seen` on, that one with its picture,
	 * the others with NULL; of the others all, with their picture. true: no network needs to look at it.
	 */
	bool (*look)(void *context, const struct vision_image *im, struct line_frame *f);
	/* In the calling thread, in order. -1: it ends here. f is valid during the call. */
	int (*consume)(void *context, struct line_frame *f, struct err *e);
	void *context;
};

struct line_end {
	struct err failure;		/* code ERR_NONE: to the end, or stopped on request */
	bool fatal;			/* it failed, and not because the source did */
	int64_t frames_read;
	double reader_cpu_s, networks_cpu_s;	/* of the reading thread, and of all workers' */
};

void line_run(const struct line *l, struct line_end *end);

#endif
