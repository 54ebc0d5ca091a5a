/*
 * YOLOv5 cut at its head convolutions (onnx/cut.h): three raw maps (1, 3 * 6, h, w), per anchor the planes
 * x, y, w, h, objectness, class, all before the sigmoid. With s = sigmoid(v), stride = input / map:
 *
 *	cx = (2 s(x) - 0.5 + column) * stride	w = (2 s(w))^2 * anchor width
 *	score = s(objectness) * s(class)
 *
 * https://github.com/ultralytics/yolov5/issues/6998 (architecture summary). As the score is at most the objectness, cells are
 * judged by the raw objectness first.
 */
#include <assert.h>

#include "people/decode_heads.h"
#include "people/decode_parts.h"

enum { MAPS = 3, ANCHORS = 3, PLANES = 6 };

static void
add(const float *cell, size_t plane, double column, double row, double stride, const double anchor[2],
	double min_score, struct dets *d)
{
	double score = heads_sigmoid((double)cell[4 * plane]) * heads_sigmoid((double)cell[5 * plane]);
	if (!(score >= min_score))
		return;
	double cx = (2 * heads_sigmoid((double)cell[0]) - 0.5 + column) * stride;
	double cy = (2 * heads_sigmoid((double)cell[plane]) - 0.5 + row) * stride;
	double sw = 2 * heads_sigmoid((double)cell[2 * plane]), sh = 2 * heads_sigmoid((double)cell[3 * plane]);
	double w = sw * sw * anchor[0], h = sh * sh * anchor[1];
	decode_add(d, cx - w / 2, cy - h / 2, w, h, score);
}

static void
decode_map(const struct decode *c, const struct tensor *t, const double anchors[ANCHORS][2], struct dets *d)
{
	const size_t height = (size_t)t->dims[2], width = (size_t)t->dims[3], plane = height * width;
	const double stride = (double)c->in_w / (double)width, least = decode_least_raw(c->min_score);
	for (size_t a = 0; a < ANCHORS; a++) {
		const float *first = t->data + a * PLANES * plane, *objectness = first + 4 * plane;
		for (size_t k = 0; k < plane; k++)
			if ((double)objectness[k] >= least)
				add(first + k, plane, (double)(k % width), (double)(k / width), stride, anchors[a],
				    c->min_score, d);
	}
}

int
decode_yolov5_heads(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d, struct err *e)
{
	bool ok = n == MAPS;
	assert(c->anchors != NULL);
	for (size_t i = 0; i < n && ok; i++)
		ok = heads_is_map(c, &outs[i], ANCHORS * PLANES);
	if (!ok)
		return decode_refuse(outs, n, "three maps (1, 18, height / stride, width / stride)", e);
	for (size_t i = 0; i < n; i++)
		decode_map(c, &outs[i], c->anchors[i], d);
	return 0;
}
