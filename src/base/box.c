/*
 * Boxes come from networks, so every number may be NaN or infinite.  The
 * comparisons are written so that such a box has no area and survives no cut.
 */
#include "base/box.h"

#include <math.h>

double
box_area(struct box b)
{
	return b.w > 0 && b.h > 0 ? b.w * b.h : 0;
}

double
box_iou(struct box a, struct box b)
{
	/* fmin and fmax would quietly pass over a NaN. */
	double area_a = box_area(a), area_b = box_area(b), any = area_a + area_b;
	if (!(area_a > 0 && area_b > 0) || !isfinite(any) || !isfinite(a.x + a.y + b.x + b.y))
		return 0;
	double w = fmin(a.x + a.w, b.x + b.w) - fmax(a.x, b.x);
	double h = fmin(a.y + a.h, b.y + b.h) - fmax(a.y, b.y);
	if (!(w > 0 && h > 0))
		return 0;
	/* x + w - x need not be w: equal boxes may come out a hair above 1. */
	return fmin(w * h / (any - w * h), 1);
}

bool
box_clip(struct box *b, double width, double height)
{
	double x0 = b->x, y0 = b->y, x1 = b->x + b->w, y1 = b->y + b->h;
	if (!(x1 > x0 && y1 > y0))
		return false;
	if (x0 < 0)
		x0 = 0;
	if (y0 < 0)
		y0 = 0;
	if (x1 > width)
		x1 = width;
	if (y1 > height)
		y1 = height;
	if (!(x1 > x0 && y1 > y0))
		return false;
	/* Untouched edges keep their numbers to the last bit. */
	if (x0 != b->x || x1 != b->x + b->w)
		b->w = x1 - x0;
	if (y0 != b->y || y1 != b->y + b->h)
		b->h = y1 - y0;
	b->x = x0;
	b->y = y0;
	return true;
}
