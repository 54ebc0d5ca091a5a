/*
 * Floor 0.  Boxes: x, y of the top left corner, width, height, in pixels of
 * whatever picture the context names (REAL, edges between pixels: a frame of
 * width W spans 0..W).
 */
#ifndef FOOTFALL_BASE_BOX_H
#define FOOTFALL_BASE_BOX_H

#include <stdbool.h>

struct box {
	double x, y, w, h;
};

/* Area of a box; 0 when w or h is not positive. */
double box_area(struct box b);
/* Intersection over union, 0..1; 0 when both are empty. */
double box_iou(struct box a, struct box b);
/* Cuts b to 0..width, 0..height.  False when nothing (or less than a positive area) is left. */
bool box_clip(struct box *b, double width, double height);

#endif
