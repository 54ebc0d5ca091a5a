/*
 * Floor 2.  What the readers of sets of faces share.  Private to src/truth.
 */
#ifndef FOOTFALL_TRUTH_FACES_PARTS_H
#define FOOTFALL_TRUTH_FACES_PARTS_H

#include "truth/faces.h"

void faces_add(struct face_set *s, const struct labelled_face *f);	/* its texts become the set's */

#endif
