/*
 * Floor 2, pure.  Has anything changed since the last frame that the networks saw?
 *
 * Each frame is compared with that frame, never with the one before it: what changes slowly adds up until it counts.
 * Nothing else is remembered, so a decision depends on two pictures, two times and a number of frames alone, and can be
 * taken up from a stored run.
 */
#ifndef FOOTFALL_MOTION_GATE_H
#define FOOTFALL_MOTION_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "motion/grey.h"

struct gate_options {
	double threshold;	/* a larger change is one */
	int64_t longest_ms;	/* a result is taken for at most this time of recording ... */
	int64_t longest_frames;	/* ... and by at most so many frames */
	int grid;		/* for grey_make */
};

struct gate {
	struct gate_options options;
	struct grey seen;	/* the last frame that the networks saw */
	bool has_seen;
	int64_t seen_ms;	/* its time */
	int64_t held;		/* frames since that took its result */
};

/*
 * How much b differs from a: the largest difference of any cell, as a multiple of the noise, which is what three of four cells stay below.
 * Noise is taken for at least one grey level, and more than three are none any more: then, as where sizes differ, the scene is another one
 * and the answer infinity.
 */
double gate_change(const struct grey *a, const struct grey *b);

void gate_init(struct gate *g, const struct gate_options *o);
void gate_free(struct gate *g);		/* what it holds */
/* Does the next frame take the result of the last one that the networks saw?  If not, it is that frame from now on. */
bool gate_holds(struct gate *g, const struct grey *now, int64_t time_ms);
/* A frame took that result in an earlier run of the program. */
void gate_held(struct gate *g);

#endif
