/*
 * Floor 2.  WIDER FACE's text: a picture's name, the number of its faces, and for each
 *
 *	x y w h blur expression illumination invalid occlusion pose
 *
 * A picture without faces has 0 and, in the set's own files, one row of zeros all the same.  Faces
 * flagged invalid become ignore.  The one class is "face", with id 1; sizes of pictures are not given.
 */
#ifndef FOOTFALL_TRUTH_WIDER_H
#define FOOTFALL_TRUTH_WIDER_H

#include "base/err.h"
#include "score/labels.h"
#include "truth/text.h"

/* Fills *out, which is empty.  ERR_DATA, naming the line: anything else than the above, a picture there twice. */
int wider_read(const char *what, struct span text, struct labels *out, struct err *e);

#endif
