/*
 * Floor 2.  Pascal VOC: a folder of XML files, one a picture.
 *
 * VOC's boxes are 1-based pixels with both edges inclusive, as its development kit writes and measures
 * them (its intersections count xmax - xmin + 1).  Here an edge lies between pixels, so x = xmin - 1,
 * y = ymin - 1, w = xmax - xmin + 1, h = ymax - ymin + 1: the same pixels.  Files of other tools that call
 * themselves VOC are often 0-based or exclusive; nothing in them says so, and the error is a pixel.
 *
 * Of each file: filename (else the XML file's own name without extension), size, and of each object name,
 * difficult (which becomes ignore) and bndbox.  Parts of objects, and all else, are passed over.
 * Pictures come in the order of the files, classes sorted by name, with ids from 1: with all twenty of VOC's
 * that is the development kit's own order.
 */
#ifndef FOOTFALL_TRUTH_VOC_H
#define FOOTFALL_TRUTH_VOC_H

#include "base/err.h"
#include "score/labels.h"
#include "truth/folder.h"
#include "truth/text.h"

/*
 * Adds the picture and objects of one file; what names it.  Classes are in the order in which they were met.
 * ERR_DATA, naming file and line: not XML, no bndbox, a box that is turned over or not made of finite numbers.
 */
int voc_read_file(const char *what, struct span text, struct labels *l, struct err *e);
/* Reads every *.xml of files (as folder_list gives them) in the folder. Fills *out, which is empty. */
int voc_read_folder(const char *folder, const struct names *files, struct labels *out, struct err *e);

#endif
