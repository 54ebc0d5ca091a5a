/*
 * The arithmetic between the three networks of MTCNN.
 *
 * The proposal network looks at 12 x 12 pixels and gives one cell every 2. Its maps are transposed
 * as its input is: their first axis runs along the picture's width.  Regressions are in units of
 * the box: x1, y1, x2, y2.
 */
#include "people/mtcnn.h"

#include <math.h>
#include <stdbool.h>

#include "people/decode_parts.h"

static const double CELL = 12, STEP = 2, FACTOR = 0.709;

size_t
mtcnn_scales(int width, int height, double min_face, double *scales, size_t max)
{
	size_t n = 0;
	double side = fmin(width, height);

	if (!(min_face > 0))
		return 0;
	for (double scale = CELL / min_face; n < max && side * scale >= CELL; scale *= FACTOR)
		scales[n++] = scale;
	return n;
}

void
mtcnn_regress(struct det *d, const float reg[4])
{
	double x1 = d->x + reg[0] * d->w, y1 = d->y + reg[1] * d->h;
	double x2 = d->x + d->w + reg[2] * d->w, y2 = d->y + d->h + reg[3] * d->h;
	d->x = x1;
	d->y = y1;
	d->w = x2 - x1;
	d->h = y2 - y1;
}

void
mtcnn_square(struct det *d)
{
	double side = fmax(d->w, d->h);
	d->x += (d->w - side) / 2;
	d->y += (d->h - side) / 2;
	d->w = d->h = side;
}

static bool
usable(const struct det *d)
{
	return isfinite(d->x) && isfinite(d->y) && isfinite(d->w) && isfinite(d->h)
		&& d->w > 0 && d->h > 0;
}

int
mtcnn_propose(const struct tensor *prob, const struct tensor *reg, double scale, double min_score,
	struct dets *d, struct err *e)
{
	const struct shape two = { 4, { 1, 2, DECODE_ANY, DECODE_ANY } };
	if (!decode_fits(prob, &two))
		return decode_refuse(prob, 1, "(1, 2, n, n)", e);
	const struct shape four = { 4, { 1, 4, prob->dims[2], prob->dims[3] } };
	if (!decode_fits(reg, &four))
		return decode_refuse(reg, 1,
			"(1, 4, n, n) with as many cells as there are probabilities", e);

	const size_t along_x = (size_t)prob->dims[2], along_y = (size_t)prob->dims[3];
	const size_t plane = along_x * along_y;
	const float *face = prob->data + plane, *r = reg->data;
	for (size_t i = 0; i < plane; i++) {
		if (!(face[i] >= min_score))
			continue;
		double x = STEP * (double)(i / along_y) / scale;
		double y = STEP * (double)(i % along_y) / scale;
		struct det *v = decode_add(d, x, y, CELL / scale, CELL / scale, face[i]);
		if (!v)
			continue;
		const float moves[4] = { r[i], r[plane + i], r[2 * plane + i], r[3 * plane + i] };
		mtcnn_regress(v, moves);
		if (!usable(v))
			d->n--;
	}
	return 0;
}
