/*
 * Floor 3.  One evaluation as one self-contained page: inline SVG, no scripts, nothing loaded.
 *
 * Plain data in, all of it borrowed for the call.  Whatever is NULL, zero or undefined (NaN; of boxes also below 0)
 * is left out of the page or said to be missing; an interval whose low is NaN is none.  All text is UTF-8 and is
 * escaped here.
 */
#ifndef FOOTFALL_REPORT_EVAL_PAGE_H
#define FOOTFALL_REPORT_EVAL_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "out/out.h"
#include "score/curve.h"
#include "score/gender_score.h"
#include "score/interval.h"
#include "score/score.h"

/* What was evaluated on what. */
struct eval_head {
	const char *task;		/* "Person detection", "Face detection", "Gender"; never NULL */
	const char *set;		/* name of the data set; never NULL */
	const char *network;		/* NULL: predictions came from a file */
	const char *protocol;		/* "COCO, 101 points, IoU .50:.95"; may be NULL */
	int64_t when_ms;		/* start of the evaluation */
};

/* A row of the table of facts, in the order given: data set, its sha256, network, settings, versions, seed, resamples ... */
struct eval_fact {
	const char *name, *value;	/* a value of several lines becomes a list; value NULL: the row is left out */
	bool code;			/* digests and settings: in a fixed-width face */
};

/* A picture of the gallery; those of one kind stand together. */
struct eval_picture {
	const char *kind;		/* "Misses", "False alarms", "Women taken for men" */
	const char *caption;
	const void *data;		/* a whole JPEG or PNG file, small: it goes into the page as it is */
	size_t size;
};

/* What both pages hold besides their figures. */
struct eval_common {
	struct eval_head head;
	const struct eval_fact *facts;
	size_t nfacts;
	const struct eval_picture *pictures;
	size_t npictures;
	size_t resamples;		/* of the bootstrap; 0: no intervals were computed */
};

/* Why another evaluator would print something else: one changed rule a row. */
struct eval_difference {
	const char *rule;		/* "VOC, all points"; never NULL */
	const char *words;		/* what changes; may be NULL */
	double ap, ap50;		/* under that rule */
};

struct eval_class_row {
	const char *name;
	const struct score_class *score;
};

struct eval_boxes_page {
	struct eval_common common;
	const struct score *score;		/* never NULL */
	const struct interval *figures;		/* SCORE_FIGURES of them; NULL: the figures stand without intervals */
	const struct interval *pr_curve;	/* AVERAGE_101 of them; NULL: no band */
	const struct eval_class_row *classes;	/* shown when there is more than one */
	size_t nclasses;
	uint64_t sizes[SCORE_AREAS];		/* truths in each area range; all 0: not known */
	const struct eval_difference *differences;
	size_t ndifferences;
};

/* ERR_DATA: a picture is neither JPEG nor PNG.  Writing is checked by out_close. */
int eval_boxes_page(const struct eval_boxes_page *p, struct out *o, struct err *e);

/* F1 that the system which this one succeeds reported on UTKFace: the page's line of reference. */
#define FOUNDING_FEMALE 0.855
#define FOUNDING_MALE 0.856

/* Slices of one view by one property. */
struct eval_slices {
	const char *by;				/* "Age band", "Race label", "Face size", "Gender" */
	const struct gender_slices *slices;
	const char *left_out;			/* names of the groups that are too small ("100-109, 110-119"); NULL: only counted */
};

struct eval_gender_view {
	const struct gender_score *score;	/* NULL: this view was not evaluated */
	const struct interval *figures;		/* GENDER_FIGURES of them; NULL: none */
	const struct eval_slices *slices;	/* the same properties in both views are shown together */
	size_t nslices;
};

struct eval_gender_page {
	struct eval_common common;
	struct eval_gender_view given;		/* given a face: the picture is the face */
	struct eval_gender_view found;		/* end to end: the face must be found first; at least one of both is there */
	uint64_t rejected;			/* files whose name says no gender */
	const char *const *rejected_names;	/* as many of them as are at hand; may be NULL */
	size_t nrejected_names;
	uint64_t minimum;			/* smallest group that is shown */
	double min_score;			/* certainty below which there is no answer */
};

int eval_gender_page(const struct eval_gender_page *p, struct out *o, struct err *e);

#endif
