/*
 * Floor 2.  Labelled sets, whatever their format: which it is, and reading it.
 */
#ifndef FOOTFALL_TRUTH_TRUTH_H
#define FOOTFALL_TRUTH_TRUTH_H

#include <stddef.h>

#include "base/err.h"
#include "score/labels.h"
#include "truth/faces.h"
#include "truth/folder.h"
#include "truth/people.h"

enum truth_kind {
	TRUTH_AUTO,		/* find out */
	TRUTH_COCO,		/* instances, a file */
	TRUTH_COCO_RESULTS,	/* detections, a file */
	TRUTH_VOC,		/* a folder of XML files */
	TRUTH_YOLO,		/* a folder of text files */
	TRUTH_YOLO_RESULTS,	/* a folder of text files with scores */
	TRUTH_WIDER,		/* a text file */
	TRUTH_UTKFACE,		/* a folder of pictures named the UTKFace way */
	TRUTH_CLASSES,		/* a folder with a folder of pictures for each gender */
	TRUTH_CSV,		/* path,label */
	TRUTH_MOT,		/* boxes of each frame */
	TRUTH_MINUTES,		/* people of each minute */
	TRUTH_KINDS
};

/* "coco", "coco-results", "voc", "yolo", "yolo-results", "wider", "utkface", "classes", "csv", "mot", "minutes"; NULL for TRUTH_AUTO. */
const char *truth_kind_name(enum truth_kind kind);
/* The kind of that name, "auto" being TRUTH_AUTO; TRUTH_KINDS when there is none. */
enum truth_kind truth_kind_parse(const char *name);

/*
 * Which kind a file or folder is, by what it holds.  Nothing is checked yet: reading does that.
 * ERR_INPUT: it cannot be read.  ERR_DATA: none of them, saying what would be.
 */
int truth_recognise(const char *path, enum truth_kind *kind, struct err *e);
/* The same for the text of a file, already unpacked. */
int truth_recognise_text(const char *path, struct span text, enum truth_kind *kind, struct err *e);

/*
 * Reads a set of boxes (coco, voc, yolo, wider); files may be gzipped.  images is the folder of the pictures or NULL: YOLO needs
 * it for their sizes and looks beside the labels when it is NULL; for the others sizes that the labels do not give are
 * read from the pictures that are there.  Fills *out, which is empty.  ERR_DATA, ERR_INPUT, ERR_IO; a set of another
 * kind is ERR_DATA.
 */
int truth_open(const char *path, enum truth_kind kind, const char *images, struct labels *out, struct err *e);
/* Adds predictions (coco-results, yolo-results) to a set that was read. */
int truth_add_predictions(const char *path, enum truth_kind kind, struct labels *l, struct err *e);
/* Reads a set of faces (utkface, classes, csv). */
int truth_open_faces(const char *path, enum truth_kind kind, struct face_set *out, struct err *e);
/* Reads counts: *kind (TRUTH_AUTO is found out) becomes mot or minutes, and that one of the two is filled. */
int truth_open_people(const char *path, enum truth_kind *kind, struct mot *mot, struct true_minutes *minutes, struct err *e);

/*
 * Where the picture of that name lies in the folder, in new memory; NULL when it is not there, or the name leads out of the
 * folder ("../x", "/x"), which no set has reason to do.
 */
char *truth_picture(const char *images, const char *name);
/* The names of the set's images that truth_picture does not find.  How many. */
size_t truth_missing(const struct labels *l, const char *images, struct names *out);

#endif
