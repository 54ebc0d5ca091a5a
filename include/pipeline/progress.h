/*
 * Floor 4.  The progress line of a recording: done, total, rate, time left, people now.
 */
#ifndef FOOTFALL_PIPELINE_PROGRESS_H
#define FOOTFALL_PIPELINE_PROGRESS_H

#include <stdint.h>

struct progress {
	const char *name;
	int64_t total;		/* frames; 0 unknown */
	int64_t began_ms, shown_ms;	/* monotonic */
	int64_t first;		/* number of the first frame done here */
	int64_t analyzed;
};

/* first: the frame at which this run begins (not 0 when it continues one). */
void progress_start(struct progress *p, const char *name, int64_t total, int64_t first);
/* After each frame; shows the line when it is time to: 5 times a second on a terminal, else every 10 s. */
void progress_frame(struct progress *p, int64_t number, int64_t people);

#endif
