/*
 * Floor 2, pure.  The arithmetic between the three networks of MTCNN (Zhang, Zhang, Li, Qiao 2016,
 * "Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks"): picture pyramid, candidates of
 * the proposal network, box regression, squares. The networks were trained in Matlab: inputs and maps are transposed.
 */
#ifndef FOOTFALL_PEOPLE_MTCNN_H
#define FOOTFALL_PEOPLE_MTCNN_H

#include <stddef.h>

#include "base/err.h"
#include "base/tensor.h"
#include "people/decode.h"

/* Scales of the pyramid for faces of at least min_face pixels, factor 0.709; at most max of them. Returns how many. */
size_t mtcnn_scales(int width, int height, double min_face, double *scales, size_t max);
/* Candidates of one pyramid level, in picture pixels, regression applied. prob (1,2,w,h), reg (1,4,w,h), transposed maps. */
int mtcnn_propose(const struct tensor *prob, const struct tensor *reg, double scale, double min_score, struct dets *d, struct err *e);
/* Moves a box by its regression (x1 y1 x2 y2 as fractions of its size). */
void mtcnn_regress(struct det *d, const float reg[4]);
/* Makes it a square of the longer side about its centre. */
void mtcnn_square(struct det *d);
/* NMS by intersection over the smaller area ("min" mode of the last stage). */
void nms_min(struct dets *d, double threshold);

#endif
