/*
 * Floor 1.  A region: part of a network as a list of operations on values of four dimensions
 * (pictures, channels, rows, columns), in an order in which they can be run. Only data; src/onnx/plan.c
 * makes it from a graph, region_fuse makes it shorter, src/fast/run.c runs it.
 */
#ifndef FOOTFALL_FAST_REGION_H
#define FOOTFALL_FAST_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum act_kind {
	ACT_NONE,
	ACT_RELU,		/* alpha: slope below 0 */
	ACT_CLIP,		/* alpha..beta */
	ACT_SIGMOID,
	ACT_SILU,		/* x * sigmoid(x) */
	ACT_HARDSIGMOID,	/* alpha * x + beta, within 0..1 */
	ACT_HARDSWISH,		/* x * hardsigmoid(x) */
	ACT_TANH,
	ACT_LINEAR		/* alpha * x + beta */
};

struct act {
	enum act_kind kind;
	float alpha, beta;
};

enum region_op_kind {
	REGION_CONV,
	REGION_MAXPOOL,
	REGION_AVGPOOL,		/* the divisor counts padding where count_padding is set */
	REGION_GLOBALPOOL,	/* mean of each plane */
	REGION_RESIZE,		/* each pixel repeated factor x factor times */
	REGION_ACT,
	REGION_ADD,		/* of two values of the same shape, or one of them with one row and column */
	REGION_MUL,
	REGION_CONCAT,		/* of channels */
	REGION_SLICE		/* channels first..first + channels - 1 */
};

enum { REGION_NONE = -1 };

/* A window that slides over rows and columns; [0] is for rows, [1] for columns. */
struct window {
	int size[2], stride[2], dilation[2];
	int before[2], after[2];	/* padding */
	bool ceil;			/* a last window that is only partly inside counts */
};

struct region_op {
	enum region_op_kind kind;
	int *in;		/* values */
	int nin, out;
	struct window window;	/* CONV, MAXPOOL, AVGPOOL */
	bool count_padding;
	int channels;		/* CONV: that come out; SLICE */
	int groups;		/* CONV */
	float *weights;		/* CONV: channels x (channels in / groups) x rows x columns */
	size_t nweights;
	float *bias;		/* CONV: channels, or NULL */
	int first;		/* SLICE */
	int factor;		/* RESIZE */
	struct act act;		/* applied to what the operation makes */
	int residual;		/* CONV: a value that is added then, as ADD does, or REGION_NONE */
	struct act last;	/* CONV: applied after that */
};

/* What leaves a region: a value as it is, or with channels last and seen as rows: (pictures or 1, as many as there are, width). */
struct region_output {
	int value;
	bool rows;
	int width;		/* of a row; divides the channels */
	bool one;		/* all pictures' rows follow each other: the first dimension is 1 */
};

struct region {
	struct region_op *ops;
	int nops, cap;
	int nvalues;		/* values are numbered from 0 */
	int *inputs;
	int ninputs;
	struct region_output *outputs;
	int noutputs;
};

struct region *region_new(void);
void region_free(struct region *r);
/* Appends an operation on a copy of in; it is zeroed but for kind, in, out and residual (none). Valid until the next. */
struct region_op *region_add(struct region *r, enum region_op_kind kind, const int *in, int nin, int out);

/* The same with fewer convolutions: those of the same value that make a few channels each become one. */
void region_merge(struct region *r);
/* Shorter, with the same outcome: heads are merged, activations and residuals join the convolution before them. */
void region_fuse(struct region *r);

enum { REGION_SIDE = 1 << 20, REGION_CELLS = 1 << 28 };	/* most that a dimension and a value may count */

/*
 * The shape of every value (shapes: nvalues of them), given those of the inputs in their places. ERR_DATA when an operation
 * cannot be done on what it is given.
 */
int region_shapes(const struct region *r, int64_t (*shapes)[4], struct err *e);
/* The shape of what a CONV makes of in, without its residual. */
int region_conv_shape(const struct region_op *op, const int64_t in[4], int64_t out[4], struct err *e);
/* What output i looks like from outside; returns how many dimensions. */
int region_output_shape(const struct region *r, int i, const int64_t (*shapes)[4], int64_t out[4]);

/* What act makes of x. */
float act_of(struct act a, float x);

#endif
