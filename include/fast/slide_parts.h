/*
 * Floor 1.  What src/fast/slide*.c share.
 */
#ifndef FOOTFALL_FAST_SLIDE_PARTS_H
#define FOOTFALL_FAST_SLIDE_PARTS_H

#include "fast/slide.h"

enum { SLIDE_CHANNELS = 1, SLIDE_ROWS, SLIDE_COLUMNS };	/* dimensions of a value */

/* How a value lies. */
struct lie {
	size_t first, step;	/* floats to its first number, and from one pixel to the next */
	int64_t kept;		/* so many rows, each in the place of one that nobody needs any more; 0: all of them */
	float *at;
};

struct slide {
	const struct rows *rows;
	struct region_op op;		/* its arrays are not this one's */
	enum slide_way way;
	bool planes;
	int64_t in[4], out[4];
	struct lie from, added, to;
	struct slide *before;		/* what makes the rows that this one reads, when it needs them; its own */
	int64_t made;			/* rows of the picture */
	const float *weights, *bias;
	int parts;			/* rows of a window, of each plane */
	int channels;			/* of a pixel as it is read: 1 of planes */
	float *scratch;
	/* BY_EDGES */
	int inner[2];			/* the first pixel whose window is inside, and the first after those */
	/* BY_COPIES, BY_TILES */
	size_t copy;			/* floats of a row with its padding */
	int64_t next;			/* BY_COPIES: the first row that has not been copied */
	/* BY_TILES */
	int tiles, batch;		/* of a row, and how many rows of tiles are worked on at once */
};

/* How many rows are made at once. */
int64_t slide_unit(const struct slide *s);
/* The first number of that row of the value. */
float *slide_row_of(const struct lie *l, const int64_t dims[4], int64_t picture, int64_t row);
/* Row `row` of the plane, or of all channels, with its padding to out; one outside is all padding. */
void slide_copy_row(const struct slide *s, int64_t picture, int plane, int64_t row, float *out);
/* The row that makes row y of the outcome, but for what it reads. */
struct row slide_row(const struct slide *s, int64_t picture, int64_t y);

/* BY_TILES: sets it up, its scratch memory in floats, and running it: rows up to end, whole tiles from s->made on. */
void slide_tiles_plan(struct slide *s);
size_t slide_tiles_scratch(const struct slide *s);
void slide_tiles_run(struct slide *s, int64_t picture, int64_t end);

#endif
