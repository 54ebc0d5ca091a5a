/*
 * Floor 1, pure.  Cutting a detection network at its head convolutions.
 *
 * A YOLO export ends in some forty small layers that turn three feature maps into thousands of rows, of which a handful
 * matter. Without them the network is faster, in most cases accepts any input size that is a multiple of 32 and any batch, and
 * the few cells of interest are decoded in C. Only the class asked for is kept in the last convolutions' weights. The file on disk is never changed.
 *
 * Outputs of the cut network, all before any sigmoid or softmax, h and w those of the three strides:
 *
 *	yolov5	three maps (n, 3 * 6, h, w): per anchor x, y, w, h, objectness, class
 *	yolov8	three of (n, 64, h, w): left, top, right, bottom, 16 bins each; three of (n, 1, h, w): class. YOLO11 too
 *	yolox	three of (n, 4, h, w): x, y, w, h; six of (n, 1, h, w): objectness, class
 *	nanodet	three of (n, 1 + 32, h, w): class; left, top, right, bottom, 8 bins each
 */
#ifndef FOOTFALL_ONNX_CUT_H
#define FOOTFALL_ONNX_CUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { CUT_HEADS = 3, CUT_ANCHORS = 3 };

struct cut {
	struct buf model;	/* the shorter network */
	bool any_size;		/* nothing left in it depends on the input's size or batch */
	double anchors[CUT_HEADS][CUT_ANCHORS][2];	/* yolov5: width and height, pixels of the input; per head in the order of the outputs */
};

/*
 * Cuts a network with nclasses classes down to the class wanted. False when the file does not follow the pattern; use it as it
 * is then.
 */
typedef bool cut_fn(const void *file, size_t size, int nclasses, int wanted, struct cut *out);

cut_fn cut_yolov5, cut_yolov8, cut_yolox, cut_nanodet;
void cut_free(struct cut *c);

#endif
