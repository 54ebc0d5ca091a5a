/*
 * Fuzz target: any numbers in any shapes into every decoder, and what comes out through
 * suppression, the way back into a picture and the cut at its edges.
 *
 * The first bytes choose decoder, input size, classes and threshold, the next whether the shapes
 * are those that the decoder expects; the rest are values. A decoder takes an output or refuses it
 * with ERR_DATA; whatever it takes is finite, has a size and a score between the threshold and 1.
 * Tensors are exactly as large as their shapes, so that a sanitizer sees every step outside.
 */
#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/box.h"
#include "people/decode.h"
#include "people/letterbox.h"
#include "people/mtcnn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes in turn, again from the start when they are used up. */
struct source {
	const uint8_t *data;
	size_t size, at;
};

static int
take(struct source *s)
{
	return s->size > 0 ? s->data[s->at++ % s->size] : 0;
}

static float
take_value(struct source *s)
{
	static const float special[] = { 0, 1, 0.5f, -1, 1e-30f, 1e30f, -1e30f, 3e38f, INFINITY,
		-INFINITY, NAN, 88, 89, 700 };
	int b = take(s);
	if (b < (int)(sizeof(special) / sizeof(*special)))
		return special[b];
	return (float)(b - 128) / 64;
}

/* The outputs that a decoder expects: names and shapes. */
struct expected {
	const char *name;
	int ndims, dims[4];
};

enum { OUTPUTS = 12, MTCNN = 12, DECODERS = 17 };

static int
cells(const struct decode *c, int stride)
{
	return (c->in_w / stride) * (c->in_h / stride);
}

static size_t
expect_yunet(const struct decode *c, struct expected *x)
{
	static const char *const names[] = {
		"cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32",
		"bbox_8", "bbox_16", "bbox_32", "kps_8", "kps_16", "kps_32"
	};
	static const int cols[] = { 1, 1, 4, 10 };
	for (int i = 0; i < 12; i++)
		x[i] = (struct expected){ names[i], 3, { 1, cells(c, 8 << i % 3), cols[i / 3] } };
	return 12;
}

static size_t
expect_yunet2022(const struct decode *c, struct expected *x)
{
	int priors = 3 * cells(c, 8) + 2 * cells(c, 16) + 2 * cells(c, 32) + 3 * cells(c, 64);
	x[0] = (struct expected){ "conf", 2, { priors, 2 } };
	x[1] = (struct expected){ "iou", 2, { priors, 1 } };
	x[2] = (struct expected){ "loc", 2, { priors, 14 } };
	return 3;
}

/* Of a network cut at its heads: for each stride maps of those channels, up to 0. */
static size_t
expect_maps(const struct decode *c, const int *channels, struct expected *x)
{
	size_t n = 0;
	for (; *channels > 0; channels++)
		for (int i = 0; i < 3; i++)
			x[n++] = (struct expected){ "map", 4, { 1, *channels, c->in_h / (8 << i), c->in_w / (8 << i) } };
	return n;
}

static size_t
expect(int decoder, const struct decode *c, int n, struct expected *x)
{
	const int grid = cells(c, 8) + cells(c, 16) + cells(c, 32), nc = c->nclasses;
	switch (decoder) {
	case 0:
		x[0] = (struct expected){ "output0", 3, { 1, 3 * grid, 5 + nc } };
		return 1;
	case 1:
		x[0] = (struct expected){ "output0", 3, { 1, 4 + nc, grid } };
		return 1;
	case 2:
		x[0] = (struct expected){ "output", 3, { 1, grid, 5 + nc } };
		return 1;
	case 3:
		x[0] = (struct expected){ "output0", 3, { 1, n, 6 } };
		return 1;
	case 4:
		x[0] = (struct expected){ "yolo_1", 2, { n, 5 + nc } };
		x[1] = (struct expected){ "yolo_2", 3, { 1, 2 * n, 5 + nc } };
		return 2;
	case 5:
		for (int i = 0; i < 3; i++) {
			x[i] = (struct expected){ "classes", 3, { 1, cells(c, 8 << i), nc } };
			x[3 + i] = (struct expected){ "sides", 3, { 1, cells(c, 8 << i), 32 } };
		}
		return 6;
	case 6:
		x[0] = (struct expected){ "758", 4, { 1, 5 + nc, c->in_h / 16, c->in_w / 16 } };
		return 1;
	case 7:
		return expect_yunet(c, x);
	case 8:
		return expect_yunet2022(c, x);
	case 9:
		x[0] = (struct expected){ "detection_out", 4, { 1, 1, n, 7 } };
		return 1;
	case 10:
		x[0] = (struct expected){ "scores", 3, { 1, n, 1 + nc } };
		x[1] = (struct expected){ "boxes", 3, { 1, n, 4 } };
		return 2;
	case 11:
		return expect_maps(c, (int[]){ 18, 0 }, x);
	case 13:
		return expect_maps(c, (int[]){ 64, 1, 0 }, x);
	case 14:
		return expect_maps(c, (int[]){ 4, 1, 1, 0 }, x);
	case 15:
		return expect_maps(c, (int[]){ 33, 0 }, x);
	case 16:
		expect_maps(c, (int[]){ 5 * nc, 0 }, x);
		x[0].name = "stride_8";
		x[1].name = "stride_16";
		x[2].name = "stride_32";
		return 3;
	default:
		x[0] = (struct expected){ "prob1", 4, { 1, 2, n, 3 } };
		x[1] = (struct expected){ "conv4-2", 4, { 1, 4, n, 3 } };
		return 2;
	}
}

/* Sometimes a shape that is not the expected one, and sometimes one dimension off. */
static void
spoil(struct source *s, struct expected *x)
{
	int how = take(s);
	if (how < 64) {
		x->ndims = 1 + how % 4;
		for (int i = 0; i < x->ndims; i++)
			x->dims[i] = take(s) % 12;
	} else if (how < 128) {
		x->dims[how % x->ndims] += take(s) % 3 - 1;
		x->dims[how % x->ndims] = abs(x->dims[how % x->ndims]);
	}
}

static void
fill(struct source *s, const struct expected *x, struct tensor *t)
{
	*t = (struct tensor){ .ndims = x->ndims };
	snprintf(t->name, sizeof(t->name), "%s", x->name);
	memcpy(t->dims, x->dims, (size_t)x->ndims * sizeof(*t->dims));
	size_t n = tensor_count(t);
	float *v = malloc(n > 0 ? n * sizeof(*v) : 1);
	assert(v);
	for (size_t i = 0; i < n; i++)
		v[i] = take_value(s);
	t->data = v;
}

static void
check(const struct decode *c, struct dets *d, struct source *s)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct det *v = &d->v[i];
		assert(isfinite(v->x) && isfinite(v->y) && isfinite(v->w) && isfinite(v->h));
		assert(v->w > 0 && v->h > 0 && v->score >= c->min_score - 1e-6 && v->score <= 1);
		for (int k = 0; v->has_points && k < 5; k++)
			assert(isfinite(v->points[k][0]) && isfinite(v->points[k][1]));
	}

	size_t before = d->n;
	double limit = take(s) / 200.0;
	(take(s) % 2 ? nms : nms_min)(d, limit);
	assert(d->n <= before && (limit < 1 || d->n == before) && (before == 0 || d->n > 0));
	struct letterbox l = letterbox_fit(1 + take(s) * 7, 1 + take(s), c->in_w, c->in_h,
		(enum letterbox_rule)(take(s) % 3));
	for (size_t i = 0; i < d->n; i++) {
		struct det *v = &d->v[i];
		assert(i == 0 || v->score <= d->v[i - 1].score);
		struct box b = letterbox_back(&l, (struct box){ v->x, v->y, v->w, v->h });
		if (box_clip(&b, l.src_w, l.src_h)) {
			const double hair = 1e-6 * (l.src_w + l.src_h);
			assert(b.x >= 0 && b.y >= 0 && b.w > 0 && b.h > 0);
			assert(b.x + b.w <= l.src_w + hair && b.y + b.h <= l.src_h + hair);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static decode_fn *const decoders[] = {
		decode_yolov5, decode_yolov8, decode_yolox, decode_end2end, decode_darknet,
		decode_nanodet, decode_fastestdet, decode_yunet, decode_yunet2022, decode_ssd,
		decode_ultralight, decode_yolov5_heads, NULL, decode_yolov8_heads, decode_yolox_heads,
		decode_nanodet_heads, decode_pf
	};
	static const double anchors[3][3][2] = {
		{ { 10, 13 }, { 16, 30 }, { 33, 23 } },
		{ { 30, 61 }, { 62, 45 }, { 59, 119 } },
		{ { 116, 90 }, { 156, 198 }, { 373, 326 } }
	};
	struct source s = { data, size, 0 };
	const int decoder = take(&s) % DECODERS;
	struct decode c = { .in_w = 32 * (1 + take(&s) % 4), .in_h = 32 * (1 + take(&s) % 3),
		.anchors = anchors };
	c.nclasses = 1 + take(&s) % 33;
	c.wanted = take(&s) % c.nclasses;
	c.min_score = take(&s) / 255.0;

	struct expected x[OUTPUTS];
	struct tensor outs[OUTPUTS];
	const bool right = take(&s) % 4 != 0;
	size_t n = expect(decoder, &c, take(&s) % 20, x);
	for (size_t i = 0; i < n; i++) {
		if (!right)
			spoil(&s, &x[i]);
		fill(&s, &x[i], &outs[i]);
	}
	/* The last one missing; or, for MTCNN, which is given both by name, as it is. */
	const size_t given = !right && decoder != MTCNN && take(&s) % 4 == 0 ? n - 1 : n;

	struct dets d = {0};
	struct err e = {0};
	int rc = decoder == MTCNN ? mtcnn_propose(&outs[0], &outs[1], (1 + take(&s)) / 256.0,
		c.min_score, &d, &e)
		: decoders[decoder](&c, outs, given, &d, &e);
	assert(rc == 0 || (rc == -1 && e.code == ERR_DATA && e.msg[0] && d.n == 0));
	check(&c, &d, &s);
	dets_free(&d);
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)outs[i].data);
	return 0;
}
