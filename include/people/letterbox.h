/*
 * Floor 2, pure.  From a picture to a network's input and back.
 *
 * The resized picture occupies whole pixels x, y, w, h of the input, so the two axes scale by w / source width and
 * h / source height, which may differ a little; the way back uses exactly those, and is therefore exact at any size.
 */
#ifndef FOOTFALL_PEOPLE_LETTERBOX_H
#define FOOTFALL_PEOPLE_LETTERBOX_H

#include "base/box.h"

struct letterbox {
	int in_w, in_h;		/* network input */
	int x, y, w, h;		/* the picture in it */
	int src_w, src_h;	/* the picture */
};

enum letterbox_rule { LETTERBOX_CENTRE, LETTERBOX_TOPLEFT, LETTERBOX_STRETCH };

struct letterbox letterbox_fit(int src_w, int src_h, int in_w, int in_h, enum letterbox_rule rule);
/*
 * The input size for a flexible network: longest side `longest` (a multiple of `stride`), the other only as large as the aspect needs,
 * rounded up to a multiple of stride.
 */
void letterbox_flexible(int src_w, int src_h, int longest, int stride, int *in_w, int *in_h);
/* A box in input pixels, as a box in picture pixels (not clipped), and the reverse. */
struct box letterbox_back(const struct letterbox *l, struct box b);
struct box letterbox_forth(const struct letterbox *l, struct box b);
void letterbox_back_point(const struct letterbox *l, double *x, double *y);

#endif
