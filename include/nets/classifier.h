/*
 * Floor 3.  Gender networks at work, one or the mean of several. One thread at a time.
 */
#ifndef FOOTFALL_NETS_CLASSIFIER_H
#define FOOTFALL_NETS_CLASSIFIER_H

#include <stddef.h>

#include "base/err.h"
#include "base/result.h"
#include "models/registry.h"
#include "vision/vision.h"

enum { CLASSIFIER_MAX = 8 };	/* networks in one ensemble */

struct classifier;

int classifier_open(struct classifier **out, const struct model *const *models, const struct model_data *const *data, size_t n, struct err *e);
void classifier_close(struct classifier *c);
/*
 * Sets p_female of each face: the mean over the networks. Faces go through in batches where the network allows it, in groups of at most 8, so the
 * result of a face does not depend on other frames.
 */
int classifier_run(struct classifier *c, const struct vision_image *im, struct face *faces, size_t n, struct err *e);

#endif
