/*
 * Floor 2.  YOLO's text files: for each picture one, with a line for each object,
 *
 *	class x_centre y_centre width height		labels
 *	class x_centre y_centre width height score	predictions
 *
 * all but class and score being fractions of the picture's size.  So the pictures are needed, too: their sizes are read from
 * their files, as coded.  Pictures without a text file are part of the set; they show nothing.
 *
 * The names of classes are in names.txt or classes.txt (one a line) or data.yaml (names: as a list in
 * brackets, as dashed lines, or as numbered lines; no more of YAML is understood).
 */
#ifndef FOOTFALL_TRUTH_YOLO_H
#define FOOTFALL_TRUTH_YOLO_H

#include <stdint.h>

#include "base/err.h"
#include "score/labels.h"
#include "truth/folder.h"
#include "truth/text.h"

enum { YOLO_CLASSES = 10000 };	/* a larger class number is refused */

/* What one line says. */
struct yolo_object {
	uint32_t class_index;
	struct box box;		/* pixels */
	double score;		/* 0 in labels */
};

struct yolo_objects {
	struct yolo_object *v;
	size_t n;
};

/*
 * Reads the text of one file; width and height are the picture's.  ERR_DATA, naming file and line: another number of
 * columns, a class that is no whole number or not below YOLO_CLASSES, a fraction outside 0..1 (a hundredth more is let
 * through, for rounding), a score that is not a finite number.
 */
int yolo_read_file(const char *what, struct span text, bool scores, int width, int height,
	struct yolo_objects *out, struct err *e);

/* The names of classes in the text of data.yaml, or of a list with one a line.  ERR_DATA: not understood. */
int yolo_read_yaml(const char *what, struct span text, struct names *out, struct err *e);
int yolo_read_names(const char *what, struct span text, struct names *out, struct err *e);
/* The names for a folder of labels: searched in it, and above it as long as "labels" is in the path. None: empty. */
int yolo_find_names(const char *folder, struct names *out, struct err *e);

/*
 * Reads a set: folder holds the text files, or labels/ and images/.  images is the folder of the pictures; NULL: images/ in the
 * place of labels/ in the path, else the folder itself.  Fills *out, which is empty.  Without names the classes are called by their
 * numbers.  ERR_INPUT: a text file without picture, pictures not to be read.
 */
int yolo_read_folder(const char *folder, const char *images, struct labels *out, struct err *e);
/*
 * Adds predictions to a set, of which the pictures' sizes are known.  Files are told by the names of the set's images,
 * without extension.  When names of classes are found they decide; else class n is the set's class n, counted from 0.
 * ERR_DATA: a file of no image, a class that the set does not have.  Then no prediction is added.
 */
int yolo_read_predictions(const char *folder, struct labels *l, struct err *e);

#endif
