/*
 * Floor 1.  A labelled set in memory: pictures, classes, true boxes, and predictions to be scored against them.
 * Readers (truth/) fill it, networks add predictions, score/ only reads it.
 */
#ifndef FOOTFALL_SCORE_LABELS_H
#define FOOTFALL_SCORE_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/box.h"

struct label_image {
	char *name;		/* file name as the labels give it, "" when they give none */
	int64_t id;		/* as the labels give it; else the index */
	int width, height;	/* 0: not known */
};

struct label_class {
	char *name;
	int64_t id;
};

struct truth {
	uint32_t image, class_index;	/* into images, classes */
	struct box box;			/* pixels, x y of the top left corner */
	double area;			/* of the object, for area ranges (COCO: of its segmentation); the box's when not given */
	int64_t id;
	bool crowd;			/* a region that holds many: COCO's iscrowd */
	bool ignore;			/* neither to be found nor a mistake to find: VOC's difficult, WIDER's invalid */
};

struct prediction {
	uint32_t image, class_index;
	struct box box;
	double score;
};

struct labels {
	struct label_image *images;
	size_t nimages;
	struct label_class *classes;
	size_t nclasses;
	struct truth *truths;
	size_t ntruths;
	struct prediction *predictions;
	size_t npredictions;
	char *protocol;			/* "coco", "voc", "yolo", "wider": the format that was read */
};

void labels_free(struct labels *l);	/* what it holds */

/*
 * Room for one more, zeroed, valid until the next of its kind.  Arrays grow by doubling at powers of
 * two: one that was filled by other means must not be added to.
 */
struct label_image *labels_add_image(struct labels *l, const char *name, int64_t id);
struct label_class *labels_add_class(struct labels *l, const char *name, int64_t id);
struct truth *labels_add_truth(struct labels *l);
struct prediction *labels_add_prediction(struct labels *l);

#endif
