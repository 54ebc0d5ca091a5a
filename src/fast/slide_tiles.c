/*
 * Winograd's way: a few rows of tiles at once become sixteen small matrices (tiles by channels), each of which meets its own
 * weights; what comes out becomes pixels.
 */
#include "fast/slide_parts.h"

enum { STEP = 2, ENOUGH = 48 };	/* pixels from tile to tile; tiles at once that make the weights worth fetching */

void
slide_tiles_plan(struct slide *s)
{
	const int64_t rows = (s->out[SLIDE_ROWS] + 1) / STEP;
	s->tiles = (int)((s->out[SLIDE_COLUMNS] + 1) / STEP);
	int64_t batch = (ENOUGH + s->tiles - 1) / s->tiles;
	s->batch = (int)(batch < rows ? batch : rows);
	s->copy = (size_t)(s->tiles * STEP + STEP) * (size_t)s->channels;
}

static size_t
copied(const struct slide *s)
{
	return (size_t)(s->batch * STEP + STEP) * s->copy;
}

static size_t
batch_in(const struct slide *s)
{
	return (size_t)s->batch * (size_t)s->tiles * (size_t)s->channels;
}

static size_t
batch_out(const struct slide *s)
{
	return (size_t)s->batch * (size_t)s->tiles * (size_t)s->out[SLIDE_CHANNELS];
}

size_t
slide_tiles_scratch(const struct slide *s)
{
	return copied(s) + TILE_CELLS * (batch_in(s) + batch_out(s)) + (size_t)s->out[SLIDE_CHANNELS];
}

/* n rows of tiles from tile row first on. */
static void
run_batch(const struct slide *s, int64_t picture, int64_t first, int n)
{
	float *copies = s->scratch, *in = copies + copied(s), *out = in + TILE_CELLS * batch_in(s);
	float *none = out + TILE_CELLS * batch_out(s);
	const size_t channels = (size_t)s->channels, made = (size_t)s->out[SLIDE_CHANNELS];
	for (int i = 0; i < n * STEP + STEP; i++)
		slide_copy_row(s, picture, 0, first * STEP - s->op.window.before[0] + i, copies + (size_t)i * s->copy);
	for (int i = 0; i < n; i++) {
		const float *rows[TILE];
		for (int k = 0; k < TILE; k++)
			rows[k] = copies + (size_t)(i * STEP + k) * s->copy;
		s->rows->tile_in(rows, channels, s->tiles, in + (size_t)(i * s->tiles) * channels, batch_in(s));
	}
	for (size_t c = 0; c < made; c++)
		none[c] = 0;
	for (size_t i = 0; i < TILE_CELLS; i++) {
		struct row sums = {
			.in = { in + i * batch_in(s) }, .height = 1, .width = 1, .step = channels, .column = channels,
			.channels_in = channels, .channels = made, .weights = s->weights + i * channels * made, .bias = none,
			.out = out + i * batch_out(s), .out_step = made, .pixels = n * s->tiles
		};
		s->rows->dense(&sums);
	}
	for (int i = 0; i < n; i++) {
		int64_t y = (first + i) * STEP;
		bool two = y + 1 < s->out[SLIDE_ROWS];
		struct row r = slide_row(s, picture, y), below = slide_row(s, picture, two ? y + 1 : y);
		s->rows->tile_out(out + (size_t)(i * s->tiles) * made, batch_out(s), &r, two ? below.out : NULL);
		s->rows->finish(&r);
		if (two)
			s->rows->finish(&below);
	}
}

void
slide_tiles_run(struct slide *s, int64_t picture, int64_t end)
{
	const int64_t rows = (end + 1) / STEP;
	for (int64_t y = s->made / STEP; y < rows; y += s->batch)
		run_batch(s, picture, y, (int)(rows - y < s->batch ? rows - y : s->batch));
	s->made = end;
}
