/*
 * What the kernels of all instruction sets share: weights in the order in which they are used.
 */
#include "fast/rows.h"

size_t
rows_block(size_t left, size_t widest)
{
	/* five are three and two, not four and one */
	return left == widest + 1 ? (left + 1) / 2 : left < widest ? left : widest;
}

bool
rows_act(struct act a)
{
	return a.kind != ACT_TANH;
}

/* How many weights each channel has. */
static size_t
weights_each(const struct region_op *op, enum rows_order order)
{
	size_t all = op->nweights / (size_t)op->channels;
	return order == ROWS_TILES ? all / 9 * TILE_CELLS : all;
}

size_t
rows_packed(const struct region_op *op, enum rows_order order)
{
	return (weights_each(op, order) + 1) * (size_t)op->channels;
}

/* G g G' of the window of 3x3 numbers g: number `cell` of 4x4. */
static float
tile_weight(const float *g, size_t cell)
{
	static const double factor[TILE][3] = { { 1, 0, 0 }, { 0.5, 0.5, 0.5 }, { 0.5, -0.5, 0.5 }, { 0, 0, 1 } };
	double sum = 0;
	for (size_t y = 0; y < 3; y++)
		for (size_t x = 0; x < 3; x++)
			sum += factor[cell / TILE][y] * factor[cell % TILE][x] * (double)g[y * 3 + x];
	return (float)sum;
}

/* Number i of what channel c wants. */
static float
weight_at(const struct region_op *op, enum rows_order order, size_t c, size_t i)
{
	const size_t size = (size_t)(op->window.size[0] * op->window.size[1]), all = op->nweights / (size_t)op->channels;
	const size_t each = all / size;
	const float *weights = op->weights + c * all;
	switch (order) {
	case ROWS_PLANES:
		return weights[i];
	case ROWS_PIXELS:
		return weights[i % each * size + i / each];
	case ROWS_TILES:
		break;
	}
	return tile_weight(weights + i % each * size, i / each);
}

void
rows_pack(const struct rows *k, const struct region_op *op, enum rows_order order, float *out)
{
	const size_t channels = (size_t)op->channels, lanes = (size_t)k->lanes, all = weights_each(op, order);
	/* a tile's 16 numbers are made one after the other, each for all channels */
	const size_t turns = order == ROWS_TILES ? TILE_CELLS : 1, run = all / turns;
	for (size_t t = 0; t < turns; t++) {
		for (size_t c = 0, n; c < channels; c += n) {
			n = op->groups > 1 ? lanes : lanes * rows_block((channels - c) / lanes, (size_t)k->widest);
			for (size_t i = 0; i < run; i++)
				for (size_t own = c; own < c + n; own++)
					*out++ = weight_at(op, order, own, t * run + i);
		}
	}
	for (size_t c = 0; c < channels; c++)
		*out++ = op->bias != NULL ? op->bias[c] : 0;
}
