/*
 * Floor 2, pure.  A picture made small and grey, so that two can be compared in microseconds.
 *
 * Each cell is the mean of its pixels.  Whole numbers throughout, so that the same picture gives the same cells on every machine.
 */
#ifndef FOOTFALL_MOTION_GREY_H
#define FOOTFALL_MOTION_GREY_H

#include <stddef.h>
#include <stdint.h>

enum { GREY_LEVEL = 64 };	/* a cell's unit: this part of one of the 256 grey levels */

struct grey {
	int width, height;	/* of the picture */
	int cols, rows;		/* 0: none was made yet */
	uint16_t *v;		/* rows * cols cells, 0..255 * GREY_LEVEL */
	uint16_t *sums;		/* of columns, while it is made */
	size_t cap, cap_sums;
};

/*
 * Makes g of a picture of width x height pixels (at least 1 each) in BGR, whose rows row() gives.  grid: cells along its longer side, at least 1;
 * as many along the other as the aspect asks for, and never more than pixels.
 */
void grey_make(struct grey *g, int grid, int width, int height,
	const unsigned char *(*row)(const void *picture, int y), const void *picture);
void grey_copy(struct grey *to, const struct grey *from);
void grey_free(struct grey *g);		/* what it holds */

#endif
