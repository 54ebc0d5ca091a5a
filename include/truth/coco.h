/*
 * Floor 2.  COCO's JSON: labelled sets ("instances") and detections ("results").
 *
 * Of images: id, file_name, width, height.  Of annotations: id, image_id, category_id, bbox, area (else the
 * box's), iscrowd and ignore (else 0).  Of categories: id, name.  All else is passed over, but must be JSON.
 * Ids are any 64-bit whole numbers.  Boxes partly outside of their picture, and such without area, are
 * kept: the reference implementation keeps them.  It also forgets the key "ignore" (it puts iscrowd in its
 * place), and takes a truth with id 0 for none: who wants its very figures must do so when scoring.
 *
 * A result's image_id may also be a text: the name of the picture or that name without its extension, which is
 * what some tools write when names are no numbers.
 */
#ifndef FOOTFALL_TRUTH_COCO_H
#define FOOTFALL_TRUTH_COCO_H

#include "base/err.h"
#include "out/out.h"
#include "score/labels.h"
#include "truth/text.h"

/*
 * Fills *out, which is empty; what names the text in messages.  text must be followed by a NUL.
 * ERR_DATA, naming line and column and the id or number of what is wrong: syntax, a missing or
 * duplicate id, an unknown image or category, a box that is not four finite numbers or has a negative size.
 */
int coco_read_instances(const char *what, struct span text, struct labels *out, struct err *e);
/* Adds results to l, which has images and classes. Errors as above; then no result is added. */
int coco_read_results(const char *what, struct span text, struct labels *l, struct err *e);

/* The same files, for any other tool. */
void coco_write_instances(struct out *o, const struct labels *l);
void coco_write_results(struct out *o, const struct labels *l);

#endif
