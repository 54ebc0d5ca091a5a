/*
 * Floor 2, pure.  From a network's output tensors to candidate boxes.
 *
 * Each family of layouts has its own file (decode_yolo.c, decode_grid.c, decode_yunet.c, decode_ssd.c). A decoder checks every shape it relies on
 * (ERR_DATA, saying which output has which shape and what was expected) and never reads outside; a candidate that is not finite is
 * left out. Only the class asked for is computed.
 */
#ifndef FOOTFALL_PEOPLE_DECODE_H
#define FOOTFALL_PEOPLE_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/tensor.h"

struct det {
	double x, y, w, h;	/* top left and size, pixels of the network's input */
	double score;		/* 0..1 */
	bool has_points;
	double points[5][2];	/* as in struct face; input pixels */
};

struct dets {
	struct det *v;
	size_t n, cap;
};

struct det *dets_add(struct dets *d);	/* zeroed; valid until the next add */
void dets_clear(struct dets *d);
void dets_free(struct dets *d);

struct decode {
	int in_w, in_h;		/* input size of this pass */
	int nclasses;		/* of the network, a background that it counts left out */
	int wanted;		/* index of the class asked for among these */
	double min_score;	/* candidates below are left out */
	const double (*anchors)[3][2];	/* decode_yolov5_heads: width and height, pixels of the input, per map and anchor */
};

typedef int decode_fn(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d, struct err *e);

/* The last ones are for networks that were cut at their heads (onnx/cut.h). */
decode_fn decode_yolov5, decode_yolov8, decode_yolox, decode_end2end, decode_darknet, decode_nanodet,
	decode_fastestdet, decode_yunet, decode_yunet2022, decode_ssd, decode_ultralight, decode_pf,
	decode_yolov5_heads, decode_yolov8_heads, decode_yolox_heads, decode_nanodet_heads;

/*
 * Greedy non-maximum suppression: sorts by score (ties: by x, y, w, h, so that the order is the same everywhere), and drops each
 * box whose IoU with a kept one is above iou. One class only; iou >= 1 keeps all.
 */
void nms(struct dets *d, double iou);

#endif
