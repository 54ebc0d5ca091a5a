/*
 * What the tests of the decoders share: tensors to write into, and looking at candidates.
 */
#ifndef FOOTFALL_TESTS_DECODE_TEST_H
#define FOOTFALL_TESTS_DECODE_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "people/decode.h"

/*
 * A tensor of zeros in new memory, exactly as large as its shape, so that a sanitizer sees any
 * step outside.
 */
static inline struct tensor
zeros(const char *name, int ndims, const int *dims)
{
	struct tensor t = { .ndims = ndims };
	snprintf(t.name, sizeof(t.name), "%s", name);
	memcpy(t.dims, dims, (size_t)ndims * sizeof(*dims));
	t.data = calloc(tensor_count(&t) ? tensor_count(&t) : 1, sizeof(float));
	assert_non_null(t.data);
	return t;
}

#define ZEROS(name, ...) \
	zeros(name, (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)), (int[]){ __VA_ARGS__ })

/* Float i of a tensor made by zeros. */
static inline float *
at(const struct tensor *t, size_t i)
{
	assert_true(i < tensor_count(t));
	return (float *)(uintptr_t)t->data + i;
}

static inline void
put(const struct tensor *t, size_t from, size_t step, size_t n, const float *v)
{
	for (size_t i = 0; i < n; i++)
		*at(t, from + i * step) = v[i];
}

#define PUT(t, from, step, ...) \
	put(t, from, step, sizeof((float[]){ __VA_ARGS__ }) / sizeof(float), (float[]){ __VA_ARGS__ })

static inline void
drop(struct tensor *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)t[i].data);
}

static inline void
is_det(const struct det *d, double x, double y, double w, double h, double score)
{
	const double have[] = { d->x, d->y, d->w, d->h, d->score }, want[] = { x, y, w, h, score };
	for (int i = 0; i < 5; i++) {
		if (fabs(have[i] - want[i]) > 1e-4 * (1 + fabs(want[i])))
			fail_msg("number %d is %.9g, not %.9g", i, have[i], want[i]);
	}
}

/* The decoder must refuse with ERR_DATA, add nothing, and say both texts. */
static inline void
refuses(decode_fn *f, const struct decode *c, const struct tensor *outs, size_t n,
	const char *has, const char *wants)
{
	struct dets d = {0};
	struct err e = {0};
	assert_int_equal(f(c, outs, n, &d, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_int_equal(d.n, 0);
	if (!strstr(e.msg, has) || !strstr(e.msg, wants))
		fail_msg("'%s' says neither '%s' nor '%s'", e.msg, has, wants);
	dets_free(&d);
}

static inline void
finds(decode_fn *f, const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	size_t want)
{
	struct err e = {0};
	dets_clear(d);
	if (f(c, outs, n, d, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(d->n, want);
}

#endif
