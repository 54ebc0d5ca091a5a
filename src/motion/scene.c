/*
 * The three looks of scene.h.  Thresholds were found on recordings of streets and halls, and on the same recordings
 * darkened, shifted, turned, held and flickering.
 */
#include "motion/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

uint64_t
scene_digest(uint64_t so_far, const unsigned char *row, size_t n)
{
	/* four at a time, because each multiplication waits for the one before it; an odd multiplier loses nothing */
	const uint64_t k = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t h[4] = { so_far, so_far ^ 1, so_far ^ 2, so_far ^ 3 }, v[4];
	size_t i = 0;
	for (; n - i >= sizeof v; i += sizeof v) {
		memcpy(v, row + i, sizeof v);
		for (int j = 0; j < 4; j++) {
			h[j] = (h[j] ^ v[j]) * k;
			h[j] ^= h[j] >> 29;
		}
	}
	uint64_t last[4] = { 0 };
	memcpy(last, row + i, n - i);
	uint64_t all = n;
	for (int j = 0; j < 4; j++) {
		all = (all ^ h[j] ^ last[j]) * k;
		all ^= all >> 32;
	}
	return all;
}

static bool
look_frozen(struct scene *s, uint64_t digest, int64_t time_ms)
{
	if (!s->has_digest || digest != s->digest) {
		s->has_digest = true;
		s->digest = digest;
		s->same_ms = time_ms;
	}
	return time_ms - s->same_ms > SCENE_FROZEN_MS;
}

static bool
look_dark(const struct grey *g)
{
	uint32_t counts[256] = { 0 };
	size_t n = (size_t)g->cols * (size_t)g->rows, below = 0;
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		counts[g->v[i] / GREY_LEVEL]++;
		sum += g->v[i];
	}
	int low = -1, high = -1;
	for (int level = 0; level < 256 && high < 0; level++) {
		below += counts[level];
		if (low < 0 && 20 * below > n)
			low = level;
		if (20 * below >= 19 * n)
			high = level;
	}
	double mean = (double)sum / (double)n / GREY_LEVEL;
	return high - low < SCENE_FLAT || (mean < SCENE_BLACK && high - low < SCENE_DIM);
}

/* Gradients of g, along x and then along y; how many. */
static size_t
gradients(float *out, const struct grey *g)
{
	float *at = out;
	for (int j = 0; j < g->rows; j++)
		for (int i = 1; i < g->cols; i++) {
			const uint16_t *v = g->v + (size_t)j * (size_t)g->cols + (size_t)i;
			*at++ = (float)(v[0] - v[-1]);
		}
	for (int j = 1; j < g->rows; j++)
		for (int i = 0; i < g->cols; i++) {
			const uint16_t *v = g->v + (size_t)j * (size_t)g->cols + (size_t)i;
			*at++ = (float)(v[0] - v[-g->cols]);
		}
	return (size_t)(at - out);
}

/* 1 where one of them has no edges at all: nothing speaks for another view. */
static double
correlation(const float *a, const float *b, size_t n)
{
	double ab = 0, aa = 0, bb = 0;
	for (size_t i = 0; i < n; i++) {
		ab += (double)(a[i] * b[i]);
		aa += (double)(a[i] * a[i]);
		bb += (double)(b[i] * b[i]);
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 1;
}

static void
make_room(struct scene *s, const struct grey *g)
{
	size_t n = 2 * (size_t)g->cols * (size_t)g->rows;
	if (n <= s->cap)
		return;
	s->background = mem_resize(s->background, n, sizeof *s->background);
	s->now = mem_resize(s->now, n, sizeof *s->now);
	s->before = mem_resize(s->before, n, sizeof *s->before);
	s->cap = n;
}

/* The background begins with the picture in now. */
static void
begin(struct scene *s, const struct grey *g, size_t n)
{
	memcpy(s->background, s->now, n * sizeof *s->now);
	s->width = g->width;
	s->height = g->height;
	s->cols = g->cols;
	s->rows = g->rows;
	s->other = false;
}

static bool
same_size(const struct scene *s, const struct grey *g)
{
	return s->width == g->width && s->height == g->height && s->cols == g->cols && s->rows == g->rows;
}

static void
follow(struct scene *s, size_t n, int64_t passed_ms)
{
	float part = (float)(1 - exp(-(double)passed_ms / SCENE_BACKGROUND_MS));
	for (size_t i = 0; i < n; i++)
		s->background[i] += part * (s->now[i] - s->background[i]);
}

static bool
look_moved(struct scene *s, const struct grey *g, int64_t time_ms)
{
	make_room(s, g);
	size_t n = gradients(s->now, g);
	int64_t passed = time_ms - s->last_ms;
	s->last_ms = time_ms;
	if (!same_size(s, g)) {
		begin(s, g, n);
		return false;
	}
	if (correlation(s->background, s->now, n) >= SCENE_OTHER) {
		s->other = false;
		follow(s, n, passed);
		return false;
	}
	if (!s->other) {
		s->other = true;
		s->other_ms = s->before_ms = time_ms;
		memcpy(s->before, s->now, n * sizeof *s->now);
		return false;
	}
	if (time_ms - s->before_ms < 1000)
		return false;
	bool rest = correlation(s->before, s->now, n) >= SCENE_REST;
	s->before_ms = time_ms;
	memcpy(s->before, s->now, n * sizeof *s->now);
	if (time_ms - s->other_ms < (rest ? SCENE_LASTING_MS : SCENE_RESTLESS_MS))
		return false;
	begin(s, g, n);
	return true;
}

struct scene_marks
scene_look(struct scene *s, const struct grey *g, uint64_t digest, int64_t time_ms)
{
	struct scene_marks m = { .frozen = look_frozen(s, digest, time_ms), .dark = look_dark(g) };
	if (m.dark) {
		s->other = false;
		s->last_ms = time_ms;
	} else {
		m.moved = look_moved(s, g, time_ms);
	}
	return m;
}

void
scene_pause(struct scene *s)
{
	s->has_digest = false;
	s->other = false;
}

void
scene_free(struct scene *s)
{
	free(s->background);
	free(s->now);
	free(s->before);
	*s = (struct scene){ 0 };
}
