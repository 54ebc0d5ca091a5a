/*
 * Floor 0.  A block of 32-bit floats, row-major, as a network takes and gives it.
 * Shared with the C++ bridge.
 */
#ifndef FOOTFALL_BASE_TENSOR_H
#define FOOTFALL_BASE_TENSOR_H

#include <stddef.h>

enum { TENSOR_DIMS = 6, TENSOR_NAME = 64 };

struct tensor {
	char name[TENSOR_NAME];		/* of the output, as in the network's file */
	int ndims;			/* 1..TENSOR_DIMS */
	int dims[TENSOR_DIMS];		/* each >= 0 */
	const float *data;		/* borrowed; see whoever fills it */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Number of floats. */
size_t tensor_count(const struct tensor *t);
/* "(1, 25200, 85)" into out, cut when too long; returns out. */
char *tensor_shape(const struct tensor *t, char *out, size_t size);
/* The one called name, or NULL. */
const struct tensor *tensor_find(const struct tensor *t, size_t n, const char *name);

#ifdef __cplusplus
}
#endif
#endif
