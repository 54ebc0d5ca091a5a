/*
 * Floor 4.  Pictures of one face each through the face and gender networks, both ways: the picture taken for the
 * face, and the face looked for in it.
 */
#ifndef FOOTFALL_PIPELINE_PORTRAITS_H
#define FOOTFALL_PIPELINE_PORTRAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/result.h"
#include "pipeline/crew.h"

struct portrait {
	const char *path;	/* the caller's */
	/* What came of it. */
	char *fault;		/* why the picture could not be read; NULL: it could, and the rest is set */
	enum err_code fault_code;
	int width, height;
	double p_whole;		/* P(female), the picture taken for the face */
	size_t nfaces;		/* found; 0 also when none were looked for */
	struct face face;	/* with nfaces > 0 the one with the largest box; of equals the surer */
};

struct portraits_options {
	bool find;		/* look for faces too; the crew has a face network then */
	int threads;		/* at least 1; the answers are the same for any number */
	int64_t max_pixels;
};

/*
 * Fills v[0..n).  A picture that cannot be read is a fault of that one; -1: a network failed, or ERR_INTERRUPTED.
 * Networks are the crew's, a set for each thread; they are closed at the end.
 */
int portraits_run(const struct crew *c, struct portrait *v, size_t n, const struct portraits_options *o, struct err *e);
void portraits_clear(struct portrait *v, size_t n);	/* frees what they hold */

#endif
