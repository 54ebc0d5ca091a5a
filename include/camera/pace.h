/*
 * Floor 2.  When a frame is due that has a time stamp but does not come by itself at that time.  Pure.
 */
#ifndef FOOTFALL_CAMERA_PACE_H
#define FOOTFALL_CAMERA_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
	bool started;
	int64_t at_ms;		/* the clock, when the frame stamped pts_ms was due */
	double pts_ms;
	double speed;		/* 1: real time */
	int64_t longest_ms;	/* a longer wait is cut to this; 0: as long as it takes */
};

/* When the frame stamped pts_ms is due, now_ms or later.  Whoever is more than a second late begins anew: no frame is hurried through. */
int64_t pace_due(struct pace *p, double pts_ms, int64_t now_ms);

#endif
