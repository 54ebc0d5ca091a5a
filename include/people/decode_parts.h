/*
 * Floor 2, pure.  What the decoders share: finding an output, checking its shape, and the one
 * door through which a candidate comes in.
 */
#ifndef FOOTFALL_PEOPLE_DECODE_PARTS_H
#define FOOTFALL_PEOPLE_DECODE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/tensor.h"
#include "people/decode.h"

/* A shape asked for: ndims numbers, DECODE_ANY fits any. */
struct shape {
	int ndims;
	int dims[TENSOR_DIMS];
};

enum { DECODE_ANY = -1 };

bool decode_fits(const struct tensor *t, const struct shape *s);
/*
 * The first of the outputs that has the shape.  NULL: none has (ERR_DATA, saying what there is
 * and what was expected).
 */
const struct tensor *decode_shaped(const struct tensor *outs, size_t n, const struct shape *s,
	struct err *e);
/*
 * The output called name, which must be rows x cols, with or without a leading dimension of 1.
 * NULL: there is none, or it is of another shape (ERR_DATA).
 */
const struct tensor *decode_table(const struct tensor *outs, size_t n, const char *name,
	int64_t rows, int cols, struct err *e);
/* ERR_DATA: what outputs there are, and what was expected. */
int decode_refuse(const struct tensor *outs, size_t n, const char *expected, struct err *e);

/* Cells of the grids of these strides together. */
int64_t decode_cells(int in_w, int in_h, const int *strides, size_t n);

/*
 * No raw number below this reaches the score p when it goes through a sigmoid.  A hair less than the exact inverse, which
 * rounds, and which near 1 would ask for infinity where the sigmoid is already 1: the score itself decides.
 */
double decode_least_raw(double p);

/*
 * Adds a candidate by its top left corner and size.  NULL, and nothing added, when a number is not
 * finite or the size not positive.  A score above 1 (rounding) becomes 1.
 */
struct det *decode_add(struct dets *d, double x, double y, double w, double h, double score);

#endif
