/*
 * Floor 2, pure.  Why evaluators disagree, on this very input: the same predictions scored under one changed rule
 * at a time.  All figures are means over classes, -1 where undefined.
 */
#ifndef FOOTFALL_SCORE_EXPLAIN_H
#define FOOTFALL_SCORE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "score/labels.h"

enum { EXPLAIN_FLOORS = 5 };

struct explain_pair {
	double ap, ap50;	/* COCO's AP and AP50 */
};

struct explain_floor {
	double score;		/* predictions below it taken away */
	uint64_t predictions;	/* left */
	struct explain_pair coco;
};

struct explain {
	struct explain_pair coco;		/* as pycocotools has it (but for the id 0, below) */

	/* Interpolation: COCO's matches are not involved, all three on VOC's at overlap 0.5. */
	double voc_101, voc_all, voc_11;

	/* At most 100 predictions per picture and class. */
	struct explain_pair any_number;		/* without that limit */
	uint64_t beyond_100;			/* predictions that the limit leaves out */
	uint64_t pictures_beyond_100;

	/* Regions that do not count. */
	uint64_t crowds, ignored;		/* truths; a crowd is not counted under ignored too */
	uint64_t excused;			/* predictions that they excuse at overlap 0.5 */
	struct explain_pair without_ignored;	/* those truths taken for not there: what they excused is wrong */

	/* Area ranges. */
	uint64_t small, medium, large;		/* truths to be found in each; one on an edge is in both */
	uint64_t area_not_box;			/* truths whose area is not that of their box (COCO's is the segment's) */

	/* Score floor. */
	double lowest, highest;			/* scores present; NaN without predictions */
	uint64_t below_001;			/* predictions with a score below 0.01 */
	bool cut;				/* there are predictions and none is below 0.01 */
	struct explain_floor floors[EXPLAIN_FLOORS];	/* 0.01, 0.05, 0.1, 0.25, 0.5 */

	/* pycocotools takes a match with a truth whose id is 0 for none. */
	uint64_t id_zero;			/* truths with id 0 that are to be found */
	struct explain_pair with_quirk;		/* what pycocotools then prints; equals coco when id_zero is 0 */

	/* Classes. */
	size_t classes_without_truths;		/* left out of every mean */
	uint64_t predictions_there;		/* predictions of those classes: cost nothing */
};

void explain(const struct labels *l, int threads, struct explain *out);

#endif
