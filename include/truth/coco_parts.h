/*
 * Floor 2.  What the readers of COCO's two kinds of files share.  Private to src/truth.
 */
#ifndef FOOTFALL_TRUTH_COCO_PARTS_H
#define FOOTFALL_TRUTH_COCO_PARTS_H

#include "truth/json.h"

/* A box as it was read; count is that of the numbers in its array, -1 when there is none. */
struct coco_box {
	double v[4];
	long count;
};

void coco_box(struct json *j, struct coco_box *out);
/* json_real that lets infinite numbers through, for the caller to refuse. */
double coco_real(struct json *j);
/* Why the box cannot be used, or NULL. */
const char *coco_box_fault(const struct coco_box *b);

#endif
