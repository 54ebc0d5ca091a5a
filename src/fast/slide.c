/*
 * What slides over rows of pixels, in which way, and the memory that it needs. Where there is much to do for each pixel it pays to
 * copy each row with its padding, so that all pixels of a row are alike. Where there is little, the kernels read the value itself,
 * and the pixels at its edges have smaller windows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/slide_parts.h"

enum { CHANNELS = SLIDE_CHANNELS, COLUMNS = SLIDE_COLUMNS, PLANES_MOST = 4 };

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

int64_t
slide_unit(const struct slide *s)
{
	return s->way == SLIDE_BY_TILES ? 2 * s->batch : s->way == SLIDE_REPEATS ? s->op.factor : 1;
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
	const int64_t rows = (slide_unit(last) - 1) * w->stride[0] + w->size[0] + slide_unit(s) - 1;
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
