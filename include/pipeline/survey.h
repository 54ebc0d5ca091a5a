/*
 * Floor 4.  Many pictures through one network, on all cores: what evaluations of detectors run.
 */
#ifndef FOOTFALL_PIPELINE_SURVEY_H
#define FOOTFALL_PIPELINE_SURVEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "models/registry.h"
#include "pipeline/crew.h"
#include "score/labels.h"

struct survey_picture {
	uint32_t image;		/* goes into its predictions */
	const char *path;
};

struct survey_options {
	enum task task;		/* person or face: whose boxes are wanted; the crew has that stage alone */
	uint32_t class_index;	/* goes into the predictions */
	int threads;		/* at least 1 */
	int64_t max_pixels;
};

/* One picture done. */
struct survey_answer {
	uint32_t image;
	const char *path;
	struct err fault;	/* code not ERR_NONE: it could not be read */
	int width, height;
	struct prediction *v;	/* best first */
	size_t n;
};

/*
 * Calls each for every picture, on the calling thread, in the order in which they are done.  Shows progress.  -1: each returned
 * not 0, a network failed, or ERR_INTERRUPTED: what was done has been given out.
 */
int survey_run(const struct crew *c, const struct survey_picture *v, size_t n, const struct survey_options *o,
	int (*each)(void *context, const struct survey_answer *a, struct err *e), void *context, struct err *e);

#endif
