/*
 * Floor 2, pure.  How old results were when they were stored: of each minute the median, the 95th percentile and the largest age.
 *
 * Exact, from all of a minute's ages; the memory for them is used again for the next minute.
 */
#ifndef FOOTFALL_PEOPLE_AGES_H
#define FOOTFALL_PEOPLE_AGES_H

#include <stddef.h>
#include <stdint.h>

struct ages {
	int64_t *v;		/* in the order of ages_add, until ages_summary sorts them */
	size_t n, cap;
};

struct ages_summary {
	int64_t median_ms, p95_ms, max_ms;	/* all -1 when there is none */
};

void ages_add(struct ages *a, int64_t ms);	/* below 0 counts as 0 */
/* Nearest rank: the smallest age that so large a part of all do not exceed. */
struct ages_summary ages_summary(struct ages *a);
void ages_clear(struct ages *a);	/* keeps the memory */
void ages_free(struct ages *a);		/* what it holds */

#endif
