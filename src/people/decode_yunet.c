/*
 * YuNet, both generations.  OpenCV 4.6's own FaceDetectorYN decodes only the older one; decoded
 * here, both run as plain networks.
 *
 * yunet      cls_s, obj_s (n, 1), bbox_s (n, 4), kps_s (n, 10) for s = 8, 16, 32, row by row:
 *            score = sqrt(cls * obj), cx = (col + b0) * s, w = exp(b2) * s, points x = (col + k) * s
 * yunet2022  loc (n, 14), conf (n, 2), iou (n, 1) over prior boxes of several sizes in each cell
 *            of strides 8 to 64: score = sqrt(conf * iou), centre and points move by 0.1 prior
 *            sizes, the sizes by exp(0.2 * l2), exp(0.2 * l3).  OpenCV's FaceDetectorYN (4.5.4 to
 *            4.6) takes 0.1 for the width, which cannot be meant: on WIDER FACE the boxes then
 *            overlap the truth less (mean IoU 0.78 against 0.80 with 0.2).
 *
 * The points are in our order already: right eye, left eye, nose, right and left mouth corner.
 */
#include "people/decode_parts.h"

#include <math.h>
#include <stdio.h>

enum { POINTS = 5 };

static double
unit(float v)
{
	return fmin(fmax(v, 0), 1);
}

static bool
finite_points(const struct det *v)
{
	for (int k = 0; k < POINTS; k++) {
		if (!isfinite(v->points[k][0]) || !isfinite(v->points[k][1]))
			return false;
	}
	return true;
}

struct yunet_stride {
	int stride;
	const float *cls, *obj, *bbox, *kps;
};

static void
yunet_stride(const struct decode *c, const struct yunet_stride *y, struct dets *d)
{
	const int s = y->stride, cols = c->in_w / s, rows = c->in_h / s;
	/* Neither factor is above 1, so both must be at least this. */
	const double floor = c->min_score * c->min_score * (1 - 1e-6);

	for (int row = 0; row < rows; row++) {
		for (int col = 0; col < cols; col++) {
			const size_t i = (size_t)row * (size_t)cols + (size_t)col;
			if (!(y->obj[i] >= floor) || !(y->cls[i] >= floor))
				continue;
			double score = sqrt(unit(y->cls[i]) * unit(y->obj[i]));
			if (score < c->min_score)
				continue;
			const float *b = y->bbox + 4 * i, *k = y->kps + 10 * i;
			double w = exp(b[2]) * s, h = exp(b[3]) * s;
			double cx = ((double)b[0] + col) * s, cy = ((double)b[1] + row) * s;
			struct det *v = decode_add(d, cx - w / 2, cy - h / 2, w, h, score);
			if (!v)
				continue;
			for (int j = 0; j < POINTS; j++) {
				v->points[j][0] = ((double)k[2 * j] + col) * s;
				v->points[j][1] = ((double)k[2 * j + 1] + row) * s;
			}
			v->has_points = finite_points(v);
		}
	}
}

/* The output called "<what>_<stride>". */
static const float *
yunet_part(const struct tensor *outs, size_t n, const char *what, int stride, int64_t cells,
	int cols, struct err *e)
{
	char name[TENSOR_NAME];
	snprintf(name, sizeof(name), "%s_%d", what, stride);
	const struct tensor *t = decode_table(outs, n, name, cells, cols, e);
	return t ? t->data : NULL;
}

int
decode_yunet(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	static const int strides[] = { 8, 16, 32 };
	struct yunet_stride y[3];

	for (int i = 0; i < 3; i++) {
		const int s = strides[i];
		const int64_t cells = decode_cells(c->in_w, c->in_h, &s, 1);
		y[i].stride = s;
		if (!(y[i].cls = yunet_part(outs, n, "cls", s, cells, 1, e))
			|| !(y[i].obj = yunet_part(outs, n, "obj", s, cells, 1, e))
			|| !(y[i].bbox = yunet_part(outs, n, "bbox", s, cells, 4, e))
			|| !(y[i].kps = yunet_part(outs, n, "kps", s, cells, 10, e)))
			return -1;
	}
	for (int i = 0; i < 3; i++)
		yunet_stride(c, &y[i], d);
	return 0;
}

static const struct prior_level {
	int stride, nsizes;
	double sizes[3];
} LEVELS[] = {
	{ 8, 3, { 10, 16, 24 } },
	{ 16, 2, { 32, 48 } },
	{ 32, 2, { 64, 96 } },
	{ 64, 3, { 128, 192, 256 } }
};
enum { NLEVELS = 4 };

/* Cells along a side: the network halves it, rounding up once and then down. */
static int
level_cells(int side, int stride)
{
	int n = (side + 1) / 2 / 2;
	for (int s = 4; s < stride; s *= 2)
		n /= 2;
	return n;
}

static void
prior_face(const float *l, double cx, double cy, double size, double score, struct dets *d)
{
	double w = size * exp(0.2 * l[2]), h = size * exp(0.2 * l[3]);
	struct det *v = decode_add(d, cx + 0.1 * l[0] * size - w / 2,
		cy + 0.1 * l[1] * size - h / 2, w, h, score);
	if (!v)
		return;
	for (int k = 0; k < POINTS; k++) {
		v->points[k][0] = cx + 0.1 * l[4 + 2 * k] * size;
		v->points[k][1] = cy + 0.1 * l[5 + 2 * k] * size;
	}
	v->has_points = finite_points(v);
}

int
decode_yunet2022(const struct decode *c, const struct tensor *outs, size_t n, struct dets *d,
	struct err *e)
{
	int64_t priors = 0;
	for (int i = 0; i < NLEVELS; i++) {
		const struct prior_level *v = &LEVELS[i];
		priors += (int64_t)level_cells(c->in_w, v->stride) * level_cells(c->in_h, v->stride)
			* v->nsizes;
	}
	const struct tensor *loc = decode_table(outs, n, "loc", priors, 14, e);
	const struct tensor *conf = loc ? decode_table(outs, n, "conf", priors, 2, e) : NULL;
	const struct tensor *iou = conf ? decode_table(outs, n, "iou", priors, 1, e) : NULL;
	if (!iou)
		return -1;

	const float *l = loc->data, *p = conf->data, *q = iou->data;
	for (int i = 0; i < NLEVELS; i++) {
		const struct prior_level *v = &LEVELS[i];
		const int cols = level_cells(c->in_w, v->stride);
		const int rows = level_cells(c->in_h, v->stride);
		for (int cell = 0; cell < cols * rows; cell++) {
			for (int j = 0; j < v->nsizes; j++, l += 14, p += 2, q++) {
				double product = unit(p[1]) * unit(*q);
				if (!(product >= c->min_score * c->min_score))
					continue;
				double cx = (cell % cols + 0.5) * v->stride;
				double cy = (cell / cols + 0.5) * v->stride;
				prior_face(l, cx, cy, v->sizes[j], sqrt(product), d);
			}
		}
	}
	return 0;
}
