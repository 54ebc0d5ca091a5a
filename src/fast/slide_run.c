/*
 * Running what slides over rows of pixels, in each of the ways that slide.c chooses from (but for Winograd's tiles).
 */
#include <string.h>

#include "fast/slide_parts.h"

enum { CHANNELS = SLIDE_CHANNELS, ROWS = SLIDE_ROWS, COLUMNS = SLIDE_COLUMNS };

float *
slide_row_of(const struct lie *l, const int64_t dims[4], int64_t picture, int64_t row)
{
	const int64_t at = l->kept > 0 ? row % l->kept : picture * dims[ROWS] + row;
	return l->at + l->first + (size_t)(at * dims[COLUMNS]) * l->step;
}

struct row
slide_row(const struct slide *s, int64_t picture, int64_t y)
{
	return (struct row) {
		.height = s->parts, .width = s->op.window.size[1], .channels_in = (size_t)s->channels,
		.channels = (size_t)s->out[CHANNELS], .weights = s->weights,
		.bias = s->bias, .weights_row = s->op.window.size[1], .weights_each = s->op.window.size[0] * s->op.window.size[1],
		.act = s->op.act, .last = s->op.last,
		.out = slide_row_of(&s->to, s->out, picture, y), .out_step = s->to.step, .added_step = s->added.step,
		.added = s->added.at != NULL ? slide_row_of(&s->added, s->out, picture, y) : NULL, .pixels = (int)s->out[COLUMNS]
	};
}

static void
run_row(const struct slide *s, const struct row *r)
{
	if (s->op.kind == REGION_MAXPOOL)
		s->rows->maximum(r);
	else if (s->op.groups > 1)
		s->rows->depthwise(r);
	else
		s->rows->dense(r);
}

/* So many pixels at once that the weights are worth fetching and what is made stays at hand. */
static void
run_flat(const struct slide *s, struct row r, const float *in, int64_t all)
{
	enum { PIXELS = 96 };
	r.in[0] = in;
	r.step = s->from.step;
	r.column = r.channels_in;
	for (int64_t x = 0; x < all; x += PIXELS) {
		r.pixels = (int)(all - x < PIXELS ? all - x : PIXELS);
		run_row(s, &r);
		r.in[0] += PIXELS * r.step;
		r.out += PIXELS * r.out_step;
		if (r.added != NULL)
			r.added += PIXELS * r.added_step;
	}
}

/* Row by row only where rows are kept for a while. */
static void
run_pixelwise(struct slide *s, int64_t picture, int64_t end)
{
	if (s->from.kept == 0 && s->to.kept == 0) {
		int64_t y = s->made;
		run_flat(s, slide_row(s, picture, y), slide_row_of(&s->from, s->in, picture, y), (end - y) * s->out[COLUMNS]);
		s->made = end;
	}
	for (; s->made < end; s->made++)
		run_flat(s, slide_row(s, picture, s->made), slide_row_of(&s->from, s->in, picture, s->made), s->out[COLUMNS]);
}

/* n pixels from x on, all with the same columns of their windows inside. */
static void
run_pixels(const struct slide *s, const struct row *whole, const float *const parts[ROWS_PARTS], int64_t x, int64_t n)
{
	const struct window *w = &s->op.window;
	const int64_t first = x * w->stride[1] - w->before[1];
	const int skipped = first < 0 ? (int)-first : 0;
	const int64_t room = s->in[COLUMNS] - first;
	struct row r = *whole;
	if (n <= 0)
		return;
	r.pixels = (int)n;
	r.width = (room < w->size[1] ? (int)room : w->size[1]) - skipped;
	r.out += (size_t)x * r.out_step;
	if (r.added != NULL)
		r.added += (size_t)x * r.added_step;
	if (r.weights != NULL)
		r.weights += skipped * s->rows->lanes;
	for (int i = 0; i < r.height; i++)
		r.in[i] = parts[i] + (size_t)(first + skipped) * s->from.step;
	run_row(s, &r);
}

static void
run_by_edges(struct slide *s, int64_t picture, int64_t end)
{
	const struct window *w = &s->op.window;
	const float *parts[ROWS_PARTS];
	for (; s->made < end; s->made++) {
		struct row r = slide_row(s, picture, s->made);
		const int64_t first = s->made * w->stride[0] - w->before[0];
		r.step = (size_t)w->stride[1] * s->from.step;
		r.column = s->from.step;
		r.height = 0;
		for (int64_t row = first; row < first + w->size[0] && row < s->in[ROWS]; row++)
			if (row >= 0)
				parts[r.height++] = slide_row_of(&s->from, s->in, picture, row);
		if (r.weights != NULL && first < 0)
			r.weights -= first * w->size[1] * s->rows->lanes;
		for (int64_t x = 0; x < s->inner[0]; x++)
			run_pixels(s, &r, parts, x, 1);
		run_pixels(s, &r, parts, s->inner[0], s->inner[1] - s->inner[0]);
		for (int64_t x = s->inner[1]; x < s->out[COLUMNS]; x++)
			run_pixels(s, &r, parts, x, 1);
	}
}

static void
fill(float *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = 0;
}

void
slide_copy_row(const struct slide *s, int64_t picture, int plane, int64_t row, float *out)
{
	const size_t channels = (size_t)s->channels, columns = s->copy / channels, before = (size_t)s->op.window.before[1];
	if (row < 0 || row >= s->in[ROWS] || before >= columns) {
		fill(out, s->copy);
		return;
	}
	size_t n = (size_t)s->in[COLUMNS] < columns - before ? (size_t)s->in[COLUMNS] : columns - before;
	const float *from = s->planes ? s->from.at + ((picture * s->in[CHANNELS] + plane) * s->in[ROWS] + row) * s->in[COLUMNS]
		: slide_row_of(&s->from, s->in, picture, row);
	fill(out, before * channels);
	out += before * channels;
	if (s->planes || s->from.step == channels)
		memcpy(out, from, n * channels * sizeof *out);
	else
		for (size_t i = 0; i < n; i++)
			memcpy(out + i * channels, from + i * s->from.step, channels * sizeof *out);
	fill(out + n * channels, (columns - before - n) * channels);
}

/* The rows of a window follow each other in a ring: each is copied once. */
static void
run_by_copies(struct slide *s, int64_t picture, int64_t end)
{
	const struct window *w = &s->op.window;
	const int height = w->size[0];
	if (s->made == 0)
		s->next = -w->before[0];
	for (; s->made < end; s->made++) {
		struct row r = slide_row(s, picture, s->made);
		int64_t first = s->made * w->stride[0] - w->before[0];
		for (int64_t row = s->next > first ? s->next : first; row < first + height; row++)
			for (int plane = 0; plane * height < s->parts; plane++)
				slide_copy_row(s, picture, plane, row,
					s->scratch + (size_t)(plane * height + (row + w->before[0]) % height) * s->copy);
		s->next = first + height;
		for (int i = 0; i < s->parts; i++)
			r.in[i] = s->scratch + (size_t)(i / height * height + (first + i % height + w->before[0]) % height) * s->copy;
		r.column = r.channels_in;
		r.step = (size_t)w->stride[1] * r.channels_in;
		run_row(s, &r);
	}
}

static void
run_repeats(struct slide *s, int64_t picture, int64_t end)
{
	const int64_t factor = s->op.factor;
	const size_t bytes = (size_t)s->in[CHANNELS] * sizeof(float);
	for (; s->made < end; s->made++) {
		const float *from = slide_row_of(&s->from, s->in, picture, s->made / factor);
		float *to = slide_row_of(&s->to, s->out, picture, s->made);
		for (int64_t x = 0; x < s->in[COLUMNS]; x++)
			for (int64_t i = 0; i < factor; i++)
				memcpy(to + (size_t)(x * factor + i) * s->to.step, from + (size_t)x * s->from.step, bytes);
	}
}

/* How many rows of what comes in the rows before end need: those before that one. */
static int64_t
needed(const struct slide *s, int64_t end)
{
	const struct window *w = &s->op.window;
	int64_t rows = s->way == SLIDE_REPEATS ? (end + s->op.factor - 1) / s->op.factor
		: (end - 1) * w->stride[0] - w->before[0] + w->size[0];
	return rows < 0 ? 0 : rows < s->in[ROWS] ? rows : s->in[ROWS];
}

/* Makes the rows before end at least, and first those that they need. */
static void
run_rows(struct slide *s, int64_t picture, int64_t end)
{
	static void (*const ways[])(struct slide *, int64_t, int64_t) = {
		[SLIDE_REPEATS] = run_repeats, [SLIDE_FLAT] = run_pixelwise, [SLIDE_BY_EDGES] = run_by_edges,
		[SLIDE_BY_COPIES] = run_by_copies, [SLIDE_BY_TILES] = slide_tiles_run
	};
	const int64_t unit = s->before == NULL && s->to.kept == 0 ? s->out[ROWS] : slide_unit(s);
	while (s->made < end) {
		int64_t next = s->made + unit < s->out[ROWS] ? s->made + unit : s->out[ROWS];
		if (s->before != NULL)
			run_rows(s->before, picture, needed(s, next));
		ways[s->way](s, picture, next);
	}
}

void
slide_run(struct slide *s)
{
	for (int64_t picture = 0; picture < s->out[0]; picture++) {
		for (struct slide *i = s; i != NULL; i = i->before)
			i->made = 0;
		run_rows(s, picture, s->out[ROWS]);
	}
}
