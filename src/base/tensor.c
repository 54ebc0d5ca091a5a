/*
 * The shape of a tensor.  Dimensions come from files that anybody may have
 * written: whatever makes no sense has no elements.
 */
#include "base/tensor.h"

#include <stdio.h>
#include <string.h>

size_t
tensor_count(const struct tensor *t)
{
	if (t->ndims < 1 || t->ndims > TENSOR_DIMS)
		return 0;
	size_t n = 1;
	for (int i = 0; i < t->ndims; i++) {
		if (t->dims[i] < 0 || __builtin_mul_overflow(n, (size_t)t->dims[i], &n))
			return 0;
	}
	return n;
}

char *
tensor_shape(const struct tensor *t, char *out, size_t size)
{
	/* Six ints, their commas and the brackets always fit. */
	char text[TENSOR_DIMS * 13 + 3] = "(";
	size_t at = 1;
	for (int i = 0; i < t->ndims && i < TENSOR_DIMS; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, i > 0 ? ", %d" : "%d", t->dims[i]);
	snprintf(text + at, sizeof text - at, ")");
	if (size > 0) {
		size_t n = strnlen(text, size - 1);
		memcpy(out, text, n);
		out[n] = '\0';
	}
	return out;
}

const struct tensor *
tensor_find(const struct tensor *t, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strncmp(t[i].name, name, TENSOR_NAME) == 0)
			return &t[i];
	}
	return NULL;
}
