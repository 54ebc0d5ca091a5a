/*
 * Pixels to planes: bit for bit what the formula says, by either way, at every width and place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "vision/planes.h"

static uint32_t state = 1;

static int
below(int n)
{
	state = state * 1664525 + 1013904223;
	return (int)((state >> 8) % (uint32_t)n);
}

static float
expected(const unsigned char *pixels, size_t step, const struct vision_blob *b, int c, int y, int x)
{
	float v = b->fill;
	if (y >= b->y && y < b->y + b->h && x >= b->x && x < b->x + b->w) {
		int channel = b->channels == VISION_RGB ? 2 - c : c;
		v = pixels[(size_t)(y - b->y) * step + (size_t)(3 * (x - b->x) + channel)];
	}
	return (v - b->mean[c]) * b->scale[c];
}

static void
check(const struct vision_blob *b)
{
	const size_t step = 3 * (size_t)b->w + (size_t)below(9);
	const size_t n = 3 * (size_t)b->width * (size_t)b->height;
	/* Just as large as promised, so that a sanitizer sees a byte too many. */
	unsigned char *pixels = mem_alloc(step * (size_t)(b->h - 1) + 3 * (size_t)b->w);
	float *one = mem_array(n, sizeof *one), *two = mem_array(n, sizeof *two);
	for (size_t i = 0; i < step * (size_t)(b->h - 1) + 3 * (size_t)b->w; i++)
		pixels[i] = (unsigned char)below(256);
	for (size_t i = 0; i < n; i++)
		one[i] = two[i] = NAN;
	planes_fill(pixels, step, b, one);
	planes_fill_plain(pixels, step, b, two);
	assert_memory_equal(one, two, n * sizeof *one);
	for (int c = 0; c < 3; c++)
		for (int y = 0; y < b->height; y++)
			for (int x = 0; x < b->width; x++) {
				float v = expected(pixels, step, b, c, y, x);
				assert_memory_equal(&v, &one[((size_t)c * (size_t)b->height + (size_t)y) * (size_t)b->width + (size_t)x], sizeof v);
			}
	free(pixels);
	free(one);
	free(two);
}

static void
every_width(void **unused)
{
	(void)unused;
	for (int w = 1; w <= 100; w++) {
		struct vision_blob b = {
			.width = w + below(40), .height = 1 + below(8), .w = w, .h = 1, .fill = 114,
			.channels = w % 2 != 0 ? VISION_RGB : VISION_BGR,
			.mean = { 0, 0, 0 }, .scale = { 1 / 255.0f, 1 / 255.0f, 1 / 255.0f },
		};
		b.x = below(b.width - w + 1);
		b.h = 1 + below(b.height);
		b.y = below(b.height - b.h + 1);
		check(&b);
	}
}

/* Each channel has its own numbers, in the order of the planes. */
static void
own_numbers(void **unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++) {
		const struct vision_blob b = {
			.width = 70, .height = 9, .x = 3, .y = 2, .w = 61, .h = 5, .fill = 7,
			.channels = i == 0 ? VISION_RGB : VISION_BGR,
			.mean = { 123.675f, 116.28f, 103.53f }, .scale = { 1 / 58.395f, 1 / 57.12f, -1 / 57.375f },
		};
		check(&b);
	}
}

static void
one_pixel(void **unused)
{
	(void)unused;
	const struct vision_blob b = { .width = 1, .height = 1, .w = 1, .h = 1, .channels = VISION_BGR, .scale = { 1, 2, 3 } };
	check(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_width),
		cmocka_unit_test(own_numbers),
		cmocka_unit_test(one_pixel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
