/*
 * Floor 1.  An operation of a region that kernels of our own run, row by row: convolutions, pools, repeating pixels, and copying
 * a value to its place among others. Values lie channels last, alone or as some channels of something larger.
 */
#ifndef FOOTFALL_FAST_SLIDE_H
#define FOOTFALL_FAST_SLIDE_H

#include "fast/onednn.h"
#include "fast/region.h"
#include "fast/rows.h"

struct slide;

enum slide_way {
	SLIDE_REPEATS,		/* each pixel as often as it is wanted */
	SLIDE_FLAT,		/* pixel by pixel, wherever rows end */
	SLIDE_BY_EDGES,		/* windows are smaller at the edges */
	SLIDE_BY_COPIES,	/* rows are copied, with their padding */
	SLIDE_BY_TILES		/* Winograd's */
};

/* The kernels for the instructions in use, or NULL. */
const struct rows *slide_rows(void);
/* Can they do op, given what comes in? Not what op adds. */
bool slide_can(const struct rows *k, const struct region_op *op, const int64_t in[4]);
/* Does op take a picture's planes as they lie? */
bool slide_planes(const struct region_op *op, const int64_t in[4]);
/* In what order op wants its weights; planes: it takes them as they lie. */
enum rows_order slide_order(const struct rows *k, const struct region_op *op, const int64_t in[4], bool planes);

/*
 * op NULL: a copy. added: what op adds, of the shape of out; NULL: nothing. packed: rows_pack's, kept by the caller. NULL: a layout
 * is neither planes (from alone) nor channels last.
 */
struct slide *slide_new(const struct rows *k, const struct region_op *op, const int64_t in[4], const int64_t out[4],
	const struct layout *from, const struct layout *added, const struct layout *to, const float *packed);
/*
 * Makes last, which reads what s makes and is the only one to do so, run s row by row as it needs them: what passes between them
 * stays in the nearest cache and has no memory of its own. Takes s.
 */
void slide_join(struct slide *s, struct slide *last);
/* Can it be joined to another that comes after it? */
bool slide_joins(const struct slide *s);
void slide_free(struct slide *s);
size_t slide_scratch(const struct slide *s);	/* bytes that it needs beside its values */
/* SLOT_SOURCE (of the first of those joined), SLOT_SECOND (what is added), SLOT_RESULT, SLOT_SCRATCH. */
void slide_point(struct slide *s, int slot, void *at);
void slide_run(struct slide *s);

#endif
