/*
 * Floor 2, pure.  Stable sorting of many scores at once.
 */
#ifndef FOOTFALL_SCORE_ORDER_H
#define FOOTFALL_SCORE_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* order[0..n) becomes the indices of scores, best first, equal ones (0 and -0 are) in their order, NaN last.  n below 2^32. */
void order_by_score(const double *scores, size_t n, uint32_t *order);
/* order[0..n) becomes the indices, by key; equal ones as they were in `from` (NULL: 0, 1, 2 ...).  Keys are below nkeys. */
void order_by_key(const uint32_t *keys, size_t n, size_t nkeys, const uint32_t *from, uint32_t *order);

#endif
