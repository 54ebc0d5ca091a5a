/*
 * Floor 2.  "Did you mean": the known word nearest to a misspelt one.
 */
#ifndef FOOTFALL_MODELS_NEAREST_H
#define FOOTFALL_MODELS_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *word;	/* the best so far, NULL: none is near enough */
	size_t distance;
};

/* Considers one known word for what was written; n starts zeroed. */
void nearest_try(struct nearest *n, const char *written, const char *known);

#endif
