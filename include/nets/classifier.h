/*
 * Floor 3.  Gender networks at work, one or the mean of several. One thread at a time.
 */
#ifndef FOOTFALL_NETS_CLASSIFIER_H
#define FOOTFALL_NETS_CLASSIFIER_H

#include <stddef.h>

#include "base/err.h"
#include "base/result.h"
#include "models/registry.h"
#include "nets/times.h"
#include "vision/vision.h"

enum { CLASSIFIER_MAX = 8 };	/* networks in one ensemble */

struct classifier;

int classifier_open(struct classifier **out, const struct model *const *models, const struct model_data *const *data, size_t n, struct err *e);
void classifier_close(struct classifier *c);
/*
 * Sets p_female of each face: the mean over the networks. One face is one pass, so the result does not depend on what
 * else is in the picture; and it is the fastest: several in a pass take 5 to 25 % longer for each, because what lies
 * between two layers then leaves the cache, and passes of changing sizes are prepared anew.
 */
int classifier_run(struct classifier *c, const struct vision_image *im, struct face *faces, size_t n, struct err *e);
/* What its runs have taken so far; c's. */
const struct net_times *classifier_times(const struct classifier *c);

#endif
