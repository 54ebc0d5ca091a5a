/*
 * Floor 4.  What a crew holds, for the two files that implement it: crew.c chooses, worker.c runs.
 */
#ifndef FOOTFALL_PIPELINE_CREW_PARTS_H
#define FOOTFALL_PIPELINE_CREW_PARTS_H

#include "base/buf.h"
#include "nets/classifier.h"
#include "pipeline/crew.h"

/* The networks of one stage: one, or for gender several of which the mean is taken. */
struct stage {
	bool on;
	bool whole;		/* face: the picture is the face, no network */
	size_t n;
	const struct model *models[CLASSIFIER_MAX];
	struct model_data *data[CLASSIFIER_MAX];
	bool borrowed;		/* data is another stage's, whose network this is too */
	struct store_model stored;
	char *name;
	char sha256[SHA256_HEX];
	char facts[SHA256_HEX];
	char calibration[SHA256_HEX];	/* its digest; "": none is used */
};

struct crew {
	struct registry *registry;
	const struct settings *set;
	struct stage stages[TASKS];
	struct buf summary;
};

/* Do persons and faces come from one network? */
bool crew_one_pass(const struct crew *c);

#endif
