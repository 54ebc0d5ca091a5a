/*
 * From pixels to planes, once with what every machine has and once with AVX2.
 *
 * The compiler makes vectors of the loop: 0.10 ms for 640x480 where looking each value up in a table took 0.29.  The
 * picture was resized by OpenCV before (0.45 ms, in vectors too); resized here, bit for bit as there, it would have to
 * be gathered byte by byte, which costs what one pass less saves.
 */
#include "vision/planes.h"

#if defined __GNUC__ && !defined __clang__
#define VECTORS __attribute__((optimize("O3")))
#else
#define VECTORS		/* clang vectorises at -O2 */
#endif

/* One row.  The operations are those of cv::dnn::blobFromImage, so the floats are the same. */
static inline __attribute__((always_inline)) void
split(const unsigned char *restrict row, int n, const float mean[3], const float scale[3], float *restrict first,
	float *restrict second, float *restrict third)
{
	const float m0 = mean[0], m1 = mean[1], m2 = mean[2], s0 = scale[0], s1 = scale[1], s2 = scale[2];
	for (int x = 0; x < n; x++) {
		first[x] = ((float)row[3 * x] - m0) * s0;
		second[x] = ((float)row[3 * x + 1] - m1) * s1;
		third[x] = ((float)row[3 * x + 2] - m2) * s2;
	}
}

typedef void split_fn(const unsigned char *row, int n, const float mean[3], const float scale[3], float *first,
	float *second, float *third);

VECTORS static void
split_plain(const unsigned char *row, int n, const float mean[3], const float scale[3], float *first, float *second,
	float *third)
{
	split(row, n, mean, scale, first, second, third);
}

#if defined __x86_64__
VECTORS __attribute__((target("avx2"))) static void
split_avx2(const unsigned char *row, int n, const float mean[3], const float scale[3], float *first, float *second,
	float *third)
{
	split(row, n, mean, scale, first, second, third);
}
#endif

static void
fill_with(float *row, int n, float v)
{
	for (int x = 0; x < n; x++)
		row[x] = v;
}

static void
fill_planes(const unsigned char *pixels, size_t step, const struct vision_blob *b, float *dst, split_fn *split_row)
{
	const size_t width = (size_t)b->width, plane = width * (size_t)b->height;
	/* In the order of the pixel: its first channel is blue. */
	const int blue = b->channels == VISION_RGB ? 2 : 0, red = 2 - blue;
	const float mean[3] = { b->mean[blue], b->mean[1], b->mean[red] };
	const float scale[3] = { b->scale[blue], b->scale[1], b->scale[red] };
	float *const planes[3] = { dst + (size_t)blue * plane, dst + plane, dst + (size_t)red * plane };

	for (int c = 0; c < 3; c++) {
		const float fill = (b->fill - mean[c]) * scale[c];
		for (int y = 0; y < b->height; y++) {
			float *row = planes[c] + (size_t)y * width;
			if (y < b->y || y >= b->y + b->h) {
				fill_with(row, b->width, fill);
				continue;
			}
			fill_with(row, b->x, fill);
			fill_with(row + b->x + b->w, b->width - b->x - b->w, fill);
		}
	}
	for (int y = 0; y < b->h; y++) {
		const size_t at = (size_t)(b->y + y) * width + (size_t)b->x;
		split_row(pixels + (size_t)y * step, b->w, mean, scale, planes[0] + at, planes[1] + at, planes[2] + at);
	}
}

void
planes_fill_plain(const unsigned char *pixels, size_t step, const struct vision_blob *b, float *dst)
{
	fill_planes(pixels, step, b, dst, split_plain);
}

void
planes_fill(const unsigned char *pixels, size_t step, const struct vision_blob *b, float *dst)
{
#if defined __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		fill_planes(pixels, step, b, dst, split_avx2);
		return;
	}
#endif
	planes_fill_plain(pixels, step, b, dst);
}
