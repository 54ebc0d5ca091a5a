/*
 * Floor 3.  Opening a network cut at its heads, where its family has such a cut and its file follows the pattern.
 */
#ifndef FOOTFALL_NETS_CUTTING_H
#define FOOTFALL_NETS_CUTTING_H

#include <stdbool.h>

#include "fast/calibration.h"
#include "models/registry.h"
#include "onnx/cut.h"
#include "people/decode.h"
#include "vision/vision.h"

/*
 * The boxes of the class wanted (an index among m's) are those of the whole network, and it is faster.  out, decode and cut are set when true;
 * cut->model is emptied.  False, and said in the log: open the network as it is.
 */
bool net_open_cut(struct vision_net **out, decode_fn **decode, struct cut *cut, const struct model *m,
	const struct model_data *data, int wanted, struct calibration *c);

#endif
