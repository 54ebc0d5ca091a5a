/*
 * Floor 1, pure.  Cutting a detection network at its head convolutions.
 *
 * A YOLOv5 export ends in some forty small layers that turn three feature maps into 25,200 rows of 85 numbers, of which a handful
 * matter. Without them the network is faster by a quarter in OpenCV 4.6, accepts any input size that is a multiple of 32 and any batch, and
 * the few cells of interest are decoded in C. Only the class asked for is kept in the last convolutions' weights. The file on disk is never changed.
 */
#ifndef FOOTFALL_ONNX_CUT_H
#define FOOTFALL_ONNX_CUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { CUT_HEADS = 3, CUT_ANCHORS = 3 };

struct cut {
	struct buf model;	/* the shorter network */
	double anchors[CUT_HEADS][CUT_ANCHORS][2];	/* width and height, pixels of the input; per head in the order of the outputs */
};

/*
 * Cuts a YOLOv5 network with nclasses classes down to the class wanted. Its outputs then are CUT_HEADS raw maps (n, 3 * 6, h, w):
 * per anchor x, y, w, h, objectness, class, before the sigmoid. False when the file does not follow the pattern; use it as it is then.
 */
bool cut_yolov5(const void *file, size_t size, int nclasses, int wanted, struct cut *out);
void cut_free(struct cut *c);

#endif
