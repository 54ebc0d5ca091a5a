/*
 * Floor 3.  A person or face network at work: input preparation, pass, decoding, NMS, boxes back in
 * the picture; one pass gives the boxes of several classes. One thread at a time; open one per thread.
 */
#ifndef FOOTFALL_NETS_DETECTOR_H
#define FOOTFALL_NETS_DETECTOR_H

#include "base/err.h"
#include "fast/calibration.h"
#include "models/registry.h"
#include "nets/times.h"
#include "people/decode.h"
#include "vision/vision.h"

struct detector;

/* A flood of candidates (a threshold of 0) costs bounded time: the best so many meet in the suppression, the best so many come out. */
enum { DETECTOR_CANDIDATES = 8192, DETECTOR_MOST = 1000 };

enum { DETECTOR_CLASSES = 2 };	/* most that are wanted of a pass */

struct detector_class {
	enum task task;		/* one that the model serves */
	const char *name;	/* NULL: as the task is called; must be one of the model's classes */
	double min_score;	/* < 0: the model's own for the task */
	double iou;		/* < 0: the model's own for the task */
};

struct detector_options {
	struct detector_class classes[DETECTOR_CLASSES];
	size_t nclasses;	/* at least 1 */
	struct calibration *observed;	/* to be made of what it sees; outlives it; NULL: none is made */
	bool square;		/* flexible networks: full square input instead of only what the aspect needs */
};

/* m must outlive the detector. data: model_load's; needed only during the call. ERR_USAGE: no such class (lists them). ERR_UNAVAILABLE: wrong task; OpenCV cannot read it. */
int detector_open(struct detector **out, const struct model *m, const struct model_data *data, const struct detector_options *o, struct err *e);
void detector_close(struct detector *d);
/* outs: one for each class, in the order of the options. d's boxes (cleared first) are in pixels of im, clipped, sorted by falling score, NMS done. ERR_UNAVAILABLE: the network itself fails. */
int detector_run(struct detector *d, const struct vision_image *im, struct dets *outs, struct err *e);
/* What its runs have taken so far; d's. */
const struct net_times *detector_times(const struct detector *d);

#endif
