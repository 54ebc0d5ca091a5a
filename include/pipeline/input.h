/*
 * Floor 4.  From what the user named to what can be read: recordings and sets of pictures.
 */
#ifndef FOOTFALL_PIPELINE_INPUT_H
#define FOOTFALL_PIPELINE_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* One thing to analyse: a recording, or pictures that are the frames of one source. */
struct input {
	char *path;		/* the recording; for pictures their folder or pattern */
	char **pictures;	/* NULL for a recording; else sorted by name */
	size_t npictures;
	bool loose;		/* pictures that were named one by one */
	char *why;		/* it cannot be had, and this is why (ERR_INPUT); NULL: nothing known against it */
};

struct inputs {
	struct input *v;
	size_t n;
};

/*
 * A recording is taken as it is. A folder gives one input of its pictures (JPEG, PNG), if it has any, and one for
 * each recording in it; a pattern that is no file is expanded (glob), its pictures being one input. Pictures named one
 * by one are gathered by their folder; one that stays alone goes by its own name. "-" reads names from stdin, one a line (or NUL-terminated, when a NUL is there).
 * What does not exist, or holds nothing, stays an input, so that it fails by name when its turn comes and the others go on.
 * ERR_USAGE: nothing named. ERR_IO: the list cannot be read.
 */
int inputs_expand(struct inputs *out, int n, char **names, struct err *e);
void inputs_free(struct inputs *in);

#endif
