/*
 * Floor 2, pure.  Is a camera still showing what it was put up to show?
 *
 * Three things are looked for in the pictures as they come:
 *
 * frozen	the picture has been the same to the last bit for more than SCENE_FROZEN_MS while frames came.  A sensor's noise makes
 *		each picture another one, so a camera that repeats itself hangs somewhere between the lens and here.
 *
 * dark		nothing can be seen: nine tenths of the grey picture's cells lie within SCENE_FLAT levels of each other (covered, fogged,
 *		a test colour), or within SCENE_DIM levels while their mean is below SCENE_BLACK (night without light).
 *
 * moved	the view is another one.  What counts is where the edges are, not how light it is: the gradients of the grey picture, g, are
 *		compared with those of a slow background, b, by their correlation r = sum(g b) / sqrt(sum(g g) sum(b b)).
 *		People in front of it take away some edges and add others; another direction leaves none.  r below
 *		SCENE_OTHER for SCENE_LASTING_MS, at the end of it with a picture at rest (r with the picture of a second before it at least SCENE_REST), is a
 *		change of view; without rest (a camera that keeps swinging) it is one after SCENE_RESTLESS_MS.  Then
 *		the background begins anew.  A picture in which nothing can be seen decides nothing.
 *
 * Times are monotonic milliseconds.
 */
#ifndef FOOTFALL_MOTION_SCENE_H
#define FOOTFALL_MOTION_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "motion/grey.h"

enum {
	SCENE_FROZEN_MS = 2000,
	SCENE_FLAT = 4,			/* grey levels, of 256 */
	SCENE_DIM = 12,
	SCENE_BLACK = 24,
	SCENE_LASTING_MS = 3000,
	SCENE_RESTLESS_MS = 15000,
	SCENE_BACKGROUND_MS = 60000	/* time constant of the background */
};
#define SCENE_OTHER 0.35
#define SCENE_REST 0.6

struct scene {
	/* frozen */
	bool has_digest;
	uint64_t digest;
	int64_t same_ms;	/* since when the picture is this one */
	/* moved */
	int width, height, cols, rows;	/* of the background; 0: none */
	float *background, *now, *before;	/* gradients: along x, then along y */
	size_t cap;
	int64_t last_ms;	/* of the frame before this */
	int64_t other_ms;	/* since when another view is seen; meaningful with other */
	bool other;
	int64_t before_ms;	/* when `before` was taken */
};

struct scene_marks {
	bool frozen, dark;	/* of this frame */
	bool moved;		/* the change of view is found now */
};

/* Of all pixels of a picture: equal for equal pictures, and hardly ever for others.  Row by row, begun with 0. */
uint64_t scene_digest(uint64_t so_far, const unsigned char *row, size_t n);
/* The next picture: its grey one (a grid of 96 cells is what the thresholds are made for) and its digest. */
struct scene_marks scene_look(struct scene *s, const struct grey *g, uint64_t digest, int64_t time_ms);
/* Frames stopped coming: what came before says nothing about how long the next one has been the same. */
void scene_pause(struct scene *s);
void scene_free(struct scene *s);	/* what it holds */

#endif
