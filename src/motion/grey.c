/*
 * Area averages in two steps: rows are added up column by column, which compilers turn into vector
 * instructions, and then each cell takes its columns.
 */
#include "motion/grey.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Of a band of more pixel rows not all are read: so many say as much, and their sums fit in 16 bits. */
enum { BAND_ROWS = 32 };

static void
add_row(uint16_t *restrict sums, const unsigned char *restrict row, size_t n)
{
	/* blocks of a fixed length need no loop for what is left over, without which compilers do not vectorise at -O2 */
	enum { BLOCK = 64 };
	for (; n >= BLOCK; n -= BLOCK, sums += BLOCK, row += BLOCK)
		for (size_t i = 0; i < BLOCK; i++)
			sums[i] = (uint16_t)(sums[i] + row[i]);
	for (size_t i = 0; i < n; i++)
		sums[i] = (uint16_t)(sums[i] + row[i]);
}

/* The mean of columns x0..x1 of the sums over n rows. */
static uint16_t
cell(const uint16_t *sums, int x0, int x1, int n)
{
	uint64_t b = 0, g = 0, r = 0;
	for (const uint16_t *s = sums + 3 * (size_t)x0, *end = sums + 3 * (size_t)x1; s < end; s += 3) {
		b += s[0];
		g += s[1];
		r += s[2];
	}
	/* Rec. 601 luma in 256ths */
	uint64_t luma = 29 * b + 150 * g + 77 * r, pixels = (uint64_t)(x1 - x0) * (uint64_t)n;
	return (uint16_t)(luma * GREY_LEVEL / (256 * pixels));
}

static int
bound(int i, int pixels, int cells)
{
	return (int)((int64_t)i * pixels / cells);
}

/* Cells along a side, when the longer one has grid of them. */
static int
cells(int grid, int side, int longer)
{
	int64_t n = ((int64_t)grid * side + longer / 2) / longer;
	n = n < 1 ? 1 : n;
	return n < side ? (int)n : side;
}

static void
make_room(struct grey *g)
{
	size_t n = (size_t)g->cols * (size_t)g->rows, columns = 3 * (size_t)g->width;
	if (n > g->cap) {
		g->v = mem_resize(g->v, n, sizeof *g->v);
		g->cap = n;
	}
	if (columns > g->cap_sums) {
		g->sums = mem_resize(g->sums, columns, sizeof *g->sums);
		g->cap_sums = columns;
	}
}

void
grey_make(struct grey *g, int grid, int width, int height,
	const unsigned char *(*row)(const void *picture, int y), const void *picture)
{
	assert(grid >= 1 && width >= 1 && height >= 1);
	int longer = width > height ? width : height;
	g->width = width;
	g->height = height;
	g->cols = cells(grid, width, longer);
	g->rows = cells(grid, height, longer);
	make_room(g);
	uint16_t *v = g->v;
	for (int j = 0; j < g->rows; j++) {
		int y = bound(j, height, g->rows), end = bound(j + 1, height, g->rows), n = 0;
		int step = (end - y + BAND_ROWS - 1) / BAND_ROWS;
		memset(g->sums, 0, 3 * (size_t)width * sizeof *g->sums);
		for (; y < end; y += step, n++)
			add_row(g->sums, row(picture, y), 3 * (size_t)width);
		for (int i = 0; i < g->cols; i++)
			*v++ = cell(g->sums, bound(i, width, g->cols), bound(i + 1, width, g->cols), n);
	}
}

void
grey_copy(struct grey *to, const struct grey *from)
{
	size_t n = (size_t)from->cols * (size_t)from->rows;
	to->width = from->width;
	to->height = from->height;
	to->cols = from->cols;
	to->rows = from->rows;
	if (n > to->cap) {
		to->v = mem_resize(to->v, n, sizeof *to->v);
		to->cap = n;
	}
	memcpy(to->v, from->v, n * sizeof *to->v);
}

void
grey_free(struct grey *g)
{
	free(g->v);
	free(g->sums);
	*g = (struct grey){ 0 };
}
