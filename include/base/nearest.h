/*
 * Floor 0.  "Did you mean": the known word nearest to a misspelt one.
 */
#ifndef FOOTFALL_BASE_NEAREST_H
#define FOOTFALL_BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *word;	/* the best so far, NULL: none is near enough */
	size_t distance;
};

/* Letters to insert, remove or change to make one of the other (Levenshtein), any case; only the first 64 letters count. */
size_t nearest_distance(const char *a, size_t na, const char *b);
/* Considers one known word for what was written; n starts zeroed. */
void nearest_try(struct nearest *n, const char *written, const char *known);

#endif
