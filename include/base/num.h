/*
 * Floor 0.  Numbers from text, strictly: the whole string must be the number,
 * no white space, no overflow, and (for reals) finite.  Return 0 or -1.
 */
#ifndef FOOTFALL_BASE_NUM_H
#define FOOTFALL_BASE_NUM_H

#include <stdint.h>

int num_int(const char *s, int64_t *out);
int num_real(const char *s, double *out);

#endif
