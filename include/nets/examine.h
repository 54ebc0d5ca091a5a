/*
 * Floor 3.  `footfall models check`: does this network do here what the registry says of it?
 */
#ifndef FOOTFALL_NETS_EXAMINE_H
#define FOOTFALL_NETS_EXAMINE_H

#include "base/buf.h"
#include "base/err.h"
#include "models/registry.h"

struct examination {
	bool ok;		/* runs, and all that the registry states holds */
	double ms;		/* median of a few passes, one thread, without preparation */
	char outputs[512];	/* "output0 (1, 25200, 85)" joined by ", " */
	char batch[256];	/* what a batch of 2 did: "any number of pictures", "one picture only: <OpenCV's words>", "folds two pictures into one (no error): one picture only" */
	char cut[128];		/* how it is run, when it is cut at its heads: ms is of that, outputs and batch are of its file; else empty */
	char finding[1024];	/* empty when ok, else what is wrong */
};

/* -1 only when the files are not to be had (model_load); a network that fails the probe is a finding. */
int examine_model(const struct registry *r, const struct model *m, struct examination *out, struct err *e);

#endif
