/*
 * A window slides over rows of pixels. Where there is much to do for each pixel it pays to copy each row with its padding, so that
 * all pixels of a row are alike. Where there is little, the kernels read the value itself, and the pixels at its edges have smaller
 * windows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/slide_parts.h"

enum { CHANNELS = SLIDE_CHANNELS, ROWS = SLIDE_ROWS, COLUMNS = SLIDE_COLUMNS, PLANES_MOST = 4 };

const struct rows *
slide_rows(void)
{
	switch (onednn_level()) {
	case ONEDNN_AMX:
	case ONEDNN_AVX512:
		return rows_avx512();
	case ONEDNN_AVX2:
		return rows_avx2();
	case ONEDNN_SSE41:
	case ONEDNN_AUTO:
		break;
	}
	return NULL;
}

/* ---- what can be done ---- */

bool
slide_planes(const struct region_op *op, const int64_t in[4])
{
	return op->kind == REGION_CONV && op->groups == 1 && in[CHANNELS] <= PLANES_MOST
		&& in[CHANNELS] * op->window.size[0] <= ROWS_PARTS;
}

static bool
can_slide(const struct window *w)
{
	return w->dilation[0] == 1 && w->dilation[1] == 1 && w->size[0] <= ROWS_PARTS && !w->ceil;
}

bool
slide_can(const struct rows *k, const struct region_op *op, const int64_t in[4])
{
	switch (op->kind) {
	case REGION_CONV:
		return can_slide(&op->window) && op->channels % k->lanes == 0 && rows_act(op->act) && rows_act(op->last)
			&& (op->groups == 1 || (op->groups == op->channels && in[CHANNELS] == op->channels));
	case REGION_MAXPOOL:
		return can_slide(&op->window) && in[CHANNELS] % k->lanes == 0 && rows_act(op->act);
	case REGION_RESIZE:
		return true;
	default:
		return false;
	}
}

/* ---- making ---- */

/* Winograd's way has its price by the pixel, which must be small beside that of the sums. */
static bool
wants_tiles(const struct rows *k, const struct region_op *op, const int64_t in[4])
{
	enum { FEW = 16 };
	const struct window *w = &op->window;
	return op->groups == 1 && w->size[0] == 3 && w->size[1] == 3 && w->stride[0] == 1 && w->stride[1] == 1
		&& in[CHANNELS] % k->lanes == 0 && in[CHANNELS] >= FEW && op->channels >= FEW;
}

static enum slide_way
way_of(const struct rows *k, const struct region_op *op, const int64_t in[4])
{
	const struct window *w = &op->window;
	if (op->kind == REGION_RESIZE)
		return SLIDE_REPEATS;
	if (op->kind != REGION_CONV || op->groups > 1)
		return SLIDE_BY_EDGES;
	if (wants_tiles(k, op, in))
		return SLIDE_BY_TILES;
	bool padded = w->before[0] + w->before[1] + w->after[0] + w->after[1] > 0;
	if (!padded && w->size[0] * w->size[1] == 1 && w->stride[0] * w->stride[1] == 1)
		return SLIDE_FLAT;
	return padded ? SLIDE_BY_COPIES : SLIDE_BY_EDGES;
}

enum rows_order
slide_order(const struct rows *k, const struct region_op *op, const int64_t in[4], bool planes)
{
	return planes ? ROWS_PLANES : way_of(k, op, in) == SLIDE_BY_TILES ? ROWS_TILES : ROWS_PIXELS;
}

/* Which pixels of a row have their windows inside. */
static void
find_inner(struct slide *s)
{
	const struct window *w = &s->op.window;
	const int64_t stride = w->stride[1], before = w->before[1], room = s->in[COLUMNS] - w->size[1] + before;
	int64_t from = (before + stride - 1) / stride, to = room < 0 ? 0 : room / stride + 1;
	from = from < s->out[COLUMNS] ? from : s->out[COLUMNS];
	to = to < s->out[COLUMNS] ? to : s->out[COLUMNS];
	s->inner[0] = (int)from;
	s->inner[1] = (int)(to > from ? to : from);
}

static bool
find_lies(struct slide *s, const struct layout *from, const struct layout *added, const struct layout *to)
{
	struct layout *plain = layout_plain(s->in, LAYOUT_F32);
	s->planes = s->op.kind == REGION_CONV && plain != NULL && slide_planes(&s->op, s->in) && layout_same(from, plain);
	layout_free(plain);
	if (!s->planes && !layout_pixels(from, &s->from.first, &s->from.step))
		return false;
	if (added != NULL && !layout_pixels(added, &s->added.first, &s->added.step))
		return false;
	return layout_pixels(to, &s->to.first, &s->to.step);
}

static void
plan(struct slide *s)
{
	const struct window *w = &s->op.window;
	s->way = s->planes ? SLIDE_BY_COPIES : way_of(s->rows, &s->op, s->in);
	s->parts = s->planes ? (int)s->in[CHANNELS] * w->size[0] : w->size[0];
	s->channels = s->planes ? 1 : (int)s->in[CHANNELS];
	if (s->way == SLIDE_BY_EDGES)
		find_inner(s);
	if (s->way == SLIDE_BY_COPIES)
		s->copy = (size_t)(((s->out[COLUMNS] - 1) * w->stride[1] + w->size[1]) * s->channels);
	if (s->way == SLIDE_BY_TILES)
		slide_tiles_plan(s);
}

struct slide *
slide_new(const struct rows *k, const struct region_op *op, const int64_t in[4], const int64_t out[4], const struct layout *from,
	const struct layout *added, const struct layout *to, const float *packed)
{
	static const struct region_op copy = { .kind = REGION_RESIZE, .factor = 1 };
	struct slide *s = mem_alloc(sizeof *s);
	s->rows = k;
	s->op = op != NULL ? *op : copy;
	memcpy(s->in, in, sizeof s->in);
	memcpy(s->out, out, sizeof s->out);
	if (!find_lies(s, from, added, to)) {
		free(s);
		return NULL;
	}
	plan(s);
	if (s->op.kind == REGION_CONV) {
		s->weights = packed;
		s->bias = packed + rows_packed(&s->op, slide_order(k, &s->op, in, s->planes)) - s->op.channels;
	}
	return s;
}

void
slide_free(struct slide *s)
{
	if (s != NULL)
		slide_free(s->before);
	free(s);
}

/* How many rows are made at once. */
static int64_t
unit_of(const struct slide *s)
{
	return s->way == SLIDE_BY_TILES ? 2 * s->batch : s->way == SLIDE_REPEATS ? s->op.factor : 1;
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

bool
slide_joins(const struct slide *s)
{
	return s->added.step == 0 && s->way != SLIDE_REPEATS;
}

void
slide_join(struct slide *s, struct slide *last)
{
	const struct window *w = &last->op.window;
	const int64_t rows = (unit_of(last) - 1) * w->stride[0] + w->size[0] + unit_of(s) - 1;
	last->before = s;
	last->from = s->to = (struct lie) { .step = (size_t)s->out[CHANNELS], .kept = rows };
}

/* Floats of its own, without what it reads and makes. */
static size_t
own_scratch(const struct slide *s)
{
	switch (s->way) {
	case SLIDE_BY_COPIES:
		return (size_t)s->parts * s->copy;
	case SLIDE_BY_TILES:
		return slide_tiles_scratch(s);
	case SLIDE_REPEATS:
	case SLIDE_FLAT:
	case SLIDE_BY_EDGES:
		break;
	}
	return 0;
}

/* What is read from the one before, in floats. */
static size_t
kept_floats(const struct slide *s)
{
	return (size_t)(s->from.kept * s->in[COLUMNS]) * s->from.step;
}

enum { LINE = 16 };	/* floats of a cache line */

static size_t
lines(size_t floats)
{
	return (floats + LINE - 1) / LINE * LINE;
}

size_t
slide_scratch(const struct slide *s)
{
	size_t floats = lines(own_scratch(s));
	return floats * sizeof(float) + (s->before != NULL ? lines(kept_floats(s)) * sizeof(float) + slide_scratch(s->before) : 0);
}

static void
give_scratch(struct slide *s, float *at)
{
	s->scratch = at;
	if (s->before == NULL)
		return;
	at += lines(own_scratch(s));
	s->from.at = s->before->to.at = at;
	give_scratch(s->before, at + lines(kept_floats(s)));
}

void
slide_point(struct slide *s, int slot, void *at)
{
	switch (slot) {
	case SLOT_SOURCE:
		while (s->before != NULL)
			s = s->before;
		s->from.at = at;
		break;
	case SLOT_SECOND:
		s->added.at = at;
		break;
	case SLOT_RESULT:
		s->to.at = at;
		break;
	case SLOT_SCRATCH:
		give_scratch(s, at);
		break;
	default:
		break;
	}
}

/* ---- running ---- */

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

/* Makes the rows before end at least, and first those that they need. */
static void
run_rows(struct slide *s, int64_t picture, int64_t end)
{
	static void (*const ways[])(struct slide *, int64_t, int64_t) = {
		[SLIDE_REPEATS] = run_repeats, [SLIDE_FLAT] = run_pixelwise, [SLIDE_BY_EDGES] = run_by_edges,
		[SLIDE_BY_COPIES] = run_by_copies, [SLIDE_BY_TILES] = slide_tiles_run
	};
	const int64_t unit = s->before == NULL && s->to.kept == 0 ? s->out[ROWS] : unit_of(s);
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
