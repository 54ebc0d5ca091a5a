/*
 * Floor 3.  MTCNN at work: three networks, each looking closer at what the one before proposed.
 *
 * Faces of at least CASCADE_FACE pixels are looked for: in the picture as it is, or, for a model
 * that the registry calls flexible, as it would be with its longest side shrunk to the model's
 * width, which bounds the cost of large pictures.
 */
#ifndef FOOTFALL_NETS_CASCADE_H
#define FOOTFALL_NETS_CASCADE_H

#include "base/err.h"
#include "models/registry.h"
#include "people/decode.h"
#include "vision/vision.h"

enum {
	CASCADE_FACE = 20,	/* smallest face looked for */
	CASCADE_MOST = 512	/* candidates that go from one network to the next, the best ones */
};

struct cascade;

int cascade_open(struct cascade **out, const struct model *m, const struct model_data *data,
	struct err *e);
void cascade_close(struct cascade *c);
/*
 * out (cleared first): faces with their points, in pixels of im, not clipped, by falling score.
 * min_score is the last network's.
 */
int cascade_run(struct cascade *c, const struct vision_image *im, double min_score, double iou,
	struct dets *out, struct err *e);

#endif
