/*
 * MTCNN at work.
 *
 * The proposal network sees the whole picture at every level of a pyramid; the other two see
 * single candidates, cut from the picture at full resolution, many in one pass: their results do
 * not depend on the company (checked bit for bit on OpenCV 4.6).
 */
#include "nets/cascade.h"

#include <math.h>
#include <stdlib.h>

#include "base/box.h"
#include "base/mem.h"
#include "nets/parts.h"
#include "people/decode_parts.h"
#include "people/mtcnn.h"

/* Thresholds of the first two networks and of the suppression, from the authors' demo. */
static const double PROPOSE_SCORE = 0.6, REFINE_SCORE = 0.7;
static const double LEVEL_IOU = 0.5, PROPOSE_IOU = 0.7, REFINE_IOU = 0.7;

enum { LEVELS = 32, CANDIDATES = 8192, GROUP = 32, REFINE_SIDE = 24, OUTPUT_SIDE = 48, CHANNELS = 3 };

struct cascade {
	const struct model *model;
	struct vision_net *propose, *refine, *output;
	float *input;
	size_t cap;		/* floats in input */
	struct dets level, found;
};

int
cascade_open(struct cascade **out, const struct model *m, const struct model_data *data,
	struct err *e)
{
	struct cascade *c = mem_alloc(sizeof(*c));
	*out = NULL;
	c->model = m;
	if (net_open(&c->propose, m, data, 0, NULL, e) != 0 || net_open(&c->refine, m, data, 1, NULL, e) != 0
		|| net_open(&c->output, m, data, 2, NULL, e) != 0) {
		cascade_close(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
cascade_close(struct cascade *c)
{
	if (!c)
		return;
	vision_net_close(c->propose);
	vision_net_close(c->refine);
	vision_net_close(c->output);
	dets_free(&c->level);
	dets_free(&c->found);
	free(c->input);
	free(c);
}

static void
need(struct cascade *c, size_t floats)
{
	if (floats <= c->cap)
		return;
	free(c->input);
	c->input = mem_array(floats, sizeof(*c->input));
	c->cap = floats;
}

static void
keep_best(struct dets *d, double iou)
{
	/* Suppression takes time by the square: a texture that looks like faces all over must not stop us. */
	if (d->n > CANDIDATES) {
		nms(d, 1);
		d->n = CANDIDATES;
	}
	nms(d, iou);
	if (d->n > CASCADE_MOST)
		d->n = CASCADE_MOST;
}

/* One level of the pyramid: width x height of the picture shrunk. */
static int
propose(struct cascade *c, const struct vision_image *im, double scale, struct err *e)
{
	const int im_w = vision_image_width(im), im_h = vision_image_height(im);
	const int width = (int)ceil(im_w * scale), height = (int)ceil(im_h * scale);
	struct letterbox l = letterbox_fit(im_w, im_h, width, height, LETTERBOX_STRETCH);
	struct vision_blob b = net_blob(c->model, &l);
	b.transpose = true;
	need(c, CHANNELS * (size_t)width * (size_t)height);
	if (vision_blob(im, NULL, &b, c->input, e) != 0)
		return -1;

	struct tensor outs[VISION_OUTPUTS];
	size_t n = 0;
	const int dims[4] = { 1, CHANNELS, width, height };
	if (vision_net_run(c->propose, c->input, dims, outs, &n, e) != 0)
		return net_fault(c->model, e);
	const struct tensor *prob = tensor_find(outs, n, "prob1");
	const struct tensor *reg = tensor_find(outs, n, "conv4-2");
	if (!prob || !reg) {
		decode_refuse(outs, n, "prob1 and conv4-2", e);
		return net_fault(c->model, e);
	}
	dets_clear(&c->level);
	if (mtcnn_propose(prob, reg, scale, PROPOSE_SCORE, &c->level, e) != 0)
		return net_fault(c->model, e);
	keep_best(&c->level, LEVEL_IOU);
	for (size_t i = 0; i < c->level.n; i++)
		*dets_add(&c->found) = c->level.v[i];
	return 0;
}

/* Squares for the next network; what lies outside, or is too small or too large to cut out, goes. */
static void
make_squares(struct dets *d, const struct vision_image *im)
{
	const double width = vision_image_width(im), height = vision_image_height(im);
	size_t kept = 0;

	for (size_t i = 0; i < d->n; i++) {
		struct det v = d->v[i];
		mtcnn_square(&v);
		struct box b = { v.x, v.y, v.w, v.h };
		if (v.w >= 1 && v.w <= fmin(2 * (width + height), CUT_MOST)
			&& box_clip(&b, width, height))
			d->v[kept++] = v;
	}
	d->n = kept;
}

/* What a later network says of a group of candidates. */
struct answer {
	const float *prob, *reg, *points;	/* 2, 4 and 10 numbers each; points may be NULL */
};

static int
look(struct cascade *c, struct vision_net *net, const struct vision_image *im,
	const struct det *v, int n, int side, struct answer *a, struct err *e)
{
	const size_t each = CHANNELS * (size_t)side * (size_t)side;
	struct letterbox l = letterbox_fit(side, side, side, side, LETTERBOX_STRETCH);
	struct vision_blob b = net_blob(c->model, &l);
	b.transpose = true;
	need(c, GROUP * each);
	for (int i = 0; i < n; i++) {
		struct vision_region r = { v[i].x, v[i].y, v[i].w, v[i].h, 0 };
		if (vision_blob(im, &r, &b, c->input + (size_t)i * each, e) != 0)
			return -1;
	}

	struct tensor outs[VISION_OUTPUTS];
	size_t nouts = 0;
	const int dims[4] = { n, CHANNELS, side, side };
	if (vision_net_run(net, c->input, dims, outs, &nouts, e) != 0)
		return net_fault(c->model, e);
	const bool last = side == OUTPUT_SIDE;
	const struct tensor *prob = tensor_find(outs, nouts, "prob1");
	const struct tensor *reg = tensor_find(outs, nouts, last ? "conv6-2" : "conv5-2");
	const struct tensor *points = last ? tensor_find(outs, nouts, "conv6-3") : NULL;
	if (!prob || !decode_fits(prob, &(struct shape){ 2, { n, 2 } })
		|| !reg || !decode_fits(reg, &(struct shape){ 2, { n, 4 } })
		|| (last && (!points || !decode_fits(points, &(struct shape){ 2, { n, 10 } })))) {
		decode_refuse(outs, nouts, last ? "prob1 (n, 2), conv6-2 (n, 4) and conv6-3 (n, 10)"
			: "prob1 (n, 2) and conv5-2 (n, 4)", e);
		return net_fault(c->model, e);
	}
	*a = (struct answer){ prob->data, reg->data, points ? points->data : NULL };
	return 0;
}

/* x of the five points, then y, as fractions of the box that the network saw. */
static void
set_points(struct det *d, const float *p)
{
	d->has_points = true;
	for (int k = 0; k < 5; k++) {
		d->points[k][0] = d->x + p[k] * d->w;
		d->points[k][1] = d->y + p[5 + k] * d->h;
		if (!isfinite(d->points[k][0]) || !isfinite(d->points[k][1]))
			d->has_points = false;
	}
}

/* Candidates that the network of this side confirms, moved as it says. */
static int
confirm(struct cascade *c, struct vision_net *net, const struct vision_image *im, int side,
	double min_score, struct dets *d, struct err *e)
{
	size_t kept = 0;

	for (size_t at = 0; at < d->n; at += GROUP) {
		const int n = d->n - at < GROUP ? (int)(d->n - at) : GROUP;
		struct answer a;
		if (look(c, net, im, d->v + at, n, side, &a, e) != 0)
			return -1;
		for (int i = 0; i < n; i++) {
			struct det v = d->v[at + (size_t)i];
			v.score = a.prob[2 * i + 1];
			if (!(v.score >= min_score))
				continue;
			if (a.points)
				set_points(&v, a.points + 10 * i);
			mtcnn_regress(&v, a.reg + 4 * i);
			if (isfinite(v.x) && isfinite(v.y) && isfinite(v.w) && isfinite(v.h)
				&& v.w > 0 && v.h > 0)
				d->v[kept++] = v;
		}
	}
	d->n = kept;
	return 0;
}

int
cascade_run(struct cascade *c, const struct vision_image *im, double min_score, double iou,
	struct dets *out, struct err *e)
{
	const int width = vision_image_width(im), height = vision_image_height(im);
	const int longest = width > height ? width : height;
	double face = CASCADE_FACE;
	if (c->model->flexible && c->model->width < longest)
		face *= (double)longest / c->model->width;

	double scales[LEVELS];
	size_t levels = mtcnn_scales(width, height, face, scales, LEVELS);
	dets_clear(out);
	dets_clear(&c->found);
	for (size_t i = 0; i < levels; i++) {
		if (propose(c, im, scales[i], e) != 0)
			return -1;
	}
	keep_best(&c->found, PROPOSE_IOU);

	make_squares(&c->found, im);
	if (confirm(c, c->refine, im, REFINE_SIDE, REFINE_SCORE, &c->found, e) != 0)
		return -1;
	keep_best(&c->found, REFINE_IOU);

	make_squares(&c->found, im);
	if (confirm(c, c->output, im, OUTPUT_SIDE, min_score, &c->found, e) != 0)
		return -1;
	nms_min(&c->found, iou);
	for (size_t i = 0; i < c->found.n; i++)
		*dets_add(out) = c->found.v[i];
	return 0;
}
