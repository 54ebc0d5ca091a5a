/*
 * Floor 1.  Kernels of our own: operations on one row of a map at a time, channels last. They exist for AVX2 and AVX-512;
 * src/fast/slide*.c run them row after row.
 */
#ifndef FOOTFALL_FAST_ROWS_H
#define FOOTFALL_FAST_ROWS_H

#include <stddef.h>

#include "fast/region.h"

enum { ROWS_PARTS = 32 };	/* most pieces that a window is read in */
/*
 * Winograd's way to a window of 3x3: tiles of 4x4 pixels become 16 numbers each, of which sums over the channels are made, and these
 * become 2x2 pixels. Less than half the products; nothing is multiplied but by 1, 1/2 and 1/4 on the way, so it is as exact.
 */
enum { TILE = 4, TILE_CELLS = TILE * TILE };

/* A row of a convolution or pool, of whose pixels all windows lie inside what is read. */
struct row {
	/*
	 * Where the first pixel's window begins in each of its rows. Of a picture whose planes lie one after the other: in each row
	 * of each plane.
	 */
	const float *in[ROWS_PARTS];
	int height, width;		/* of the window; height: how many there are in in */
	size_t step, column;		/* floats from one pixel's window to the next's, and from one of its columns to the next */
	size_t channels_in, channels;	/* that come in and that are made: channels is a multiple of the lanes */
	const float *weights, *bias;	/* as packed; bias: channels of them */
	/* Each channel by itself, where some of its window lies outside: weights from one of the channel's rows to the next, and in all. */
	int weights_row, weights_each;
	struct act act;
	const float *added;		/* added then, or NULL */
	size_t added_step;		/* floats from one pixel to the next */
	struct act last;		/* applied after that */
	float *out;
	size_t out_step;
	int pixels;
};

struct rows {
	int lanes;				/* floats in a register */
	int widest;				/* registers of channels that are made at once */
	void (*dense)(const struct row *r);	/* every channel with every other */
	void (*depthwise)(const struct row *r);	/* each channel by itself */
	void (*maximum)(const struct row *r);
	void (*finish)(const struct row *r);	/* the functions, on what lies in out */
	/* Tiles begin two pixels apart in four rows; number i of them goes to out + i * plane. And from there to out and the row below. */
	void (*tile_in)(const float *const in[TILE], size_t channels, int tiles, float *out, size_t plane);
	void (*tile_out)(const float *in, size_t plane, const struct row *r, float *below);
};

/* NULL: none for this processor. */
const struct rows *rows_avx2(void);
const struct rows *rows_avx512(void);

/* Can they do that function? */
bool rows_act(struct act a);
/* In what order the weights of a convolution are wanted; each channel by itself or not grouped. */
enum rows_order { ROWS_PIXELS, ROWS_PLANES, ROWS_TILES };
/* How many floats they are when packed, the bias behind them; and packing them. */
size_t rows_packed(const struct region_op *op, enum rows_order order);
void rows_pack(const struct rows *k, const struct region_op *op, enum rows_order order, float *out);
/* How many registers of channels are made at once of those that are left. */
size_t rows_block(size_t left, size_t widest);

#endif
