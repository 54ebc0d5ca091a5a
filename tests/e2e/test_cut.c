/*
 * Networks cut at their heads, run in the real OpenCV: their boxes are those of the whole network, for generated networks that end as
 * the exports do, and for the real ones on real pictures where they are at hand (FOOTFALL_SHARED names the folder).
 */
#include "onnx/cut.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/ends_test.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "people/decode.h"
#include "people/letterbox.h"
#include "vision/vision.h"

static struct err e;

#define OK(call) do { if ((call) != 0) fail_msg("%s", e.msg); } while (0)

struct family {
	const char *name;
	cut_fn *cut;
	decode_fn *decode, *decode_heads;
};

static const struct family YOLOV5 = { "yolov5", cut_yolov5, decode_yolov5, decode_yolov5_heads },
	YOLOV8 = { "yolov8", cut_yolov8, decode_yolov8, decode_yolov8_heads },
	YOLOX = { "yolox", cut_yolox, decode_yolox, decode_yolox_heads },
	NANODET = { "nanodet", cut_nanodet, decode_nanodet, decode_nanodet_heads };

static const struct family *
family_of(const struct ends *v)
{
	return v->family == ENDS_YOLOV8 ? &YOLOV8 : v->family == ENDS_YOLOX ? &YOLOX : &NANODET;
}

/* The boxes of a pass, of picture i of a batch. */
static void
run(struct vision_net *net, const float *input, const int dims[4], int picture, decode_fn *decode, const struct decode *c,
	struct dets *d)
{
	struct tensor outs[VISION_OUTPUTS];
	size_t n;
	OK(vision_net_run(net, input, dims, outs, &n, &e));
	for (size_t i = 0; i < n && dims[0] > 1; i++) {
		assert_int_equal(outs[i].dims[0], dims[0]);
		outs[i].dims[0] = 1;
		outs[i].data += (size_t)picture * tensor_count(&outs[i]);
	}
	dets_clear(d);
	OK(decode(c, outs, n, d, &e));
}

/*
 * Is each box of a also in b? Boxes whose score is within a hair of the threshold may be missing; 1e-3 of a pixel
 * and 1e-5 of a score are the agreement asked for. How many there are.
 */
static size_t
all_in(const char *what, const struct dets *a, const struct dets *b, double min_score)
{
	enum { NUMBERS = 5 };
	for (size_t i = 0; i < a->n; i++) {
		const struct det *v = &a->v[i];
		double best = INFINITY;
		for (size_t k = 0; k < b->n; k++) {
			const struct det *w = &b->v[k];
			const double off[NUMBERS] = { fabs(v->x - w->x) / 1e-3, fabs(v->y - w->y) / 1e-3, fabs(v->w - w->w) / 1e-3,
				fabs(v->h - w->h) / 1e-3, fabs(v->score - w->score) / 1e-5 };
			double most = 0;
			for (int j = 0; j < NUMBERS; j++)
				most = fmax(most, off[j]);
			best = fmin(best, most);
		}
		if (!(best <= 1) && v->score > min_score + 1e-5)
			fail_msg("%s: box %g,%g %gx%g, score %g: nearest is %g times off what is allowed", what, v->x, v->y, v->w, v->h,
			    v->score, best);
	}
	return a->n;
}

static struct vision_net *
open_bytes(const struct buf *b)
{
	struct vision_net *net;
	OK(vision_net_open(&net, VISION_ONNX, b->data, b->len, NULL, 0, &e));
	return net;
}

static float *
noise(int n, int size_w, int size_h)
{
	size_t floats = (size_t)n * 3 * (size_t)size_w * (size_t)size_h;
	float *v = mem_array(floats, sizeof *v);
	uint64_t x = 5;
	for (size_t i = 0; i < floats; i++) {
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		v[i] = (float)(x >> 40) / (1 << 24);
	}
	return v;
}

/* Whole and cut at the network's own size; where it takes others, a batch of two and the size of another whole network as well. */
static void
generated(const struct ends *v, int wanted, bool any_size)
{
	const struct family *f = family_of(v);
	struct buf file = ends_model(v);
	struct decode c = { .in_w = v->size, .in_h = v->size, .nclasses = v->nclasses, .wanted = wanted, .min_score = 0.3 };
	struct dets whole = { 0 }, less = { 0 };
	struct cut cut;
	float *input = noise(2, v->size, v->size);
	const size_t one = 3 * (size_t)v->size * (size_t)v->size;
	int dims[4] = { 1, 3, v->size, v->size };
	if (!f->cut(file.data, file.len, v->nclasses, wanted, &cut))
		fail_msg("%s, flags %u: not cut", f->name, v->flags);
	assert_int_equal(cut.any_size, any_size);
	struct vision_net *net = open_bytes(&file), *short_net = open_bytes(&cut.model);

	for (int i = 0; i < 2; i++) {
		run(net, input + (size_t)i * one, dims, 0, f->decode, &c, &whole);
		run(short_net, input + (size_t)i * one, dims, 0, f->decode_heads, &c, &less);
		assert_true(all_in(f->name, &whole, &less, c.min_score) > 0);
		all_in(f->name, &less, &whole, c.min_score);
		dims[0] = 2;
		if (any_size) {
			run(short_net, input, dims, i, f->decode_heads, &c, &less);
			all_in("batch", &whole, &less, c.min_score);
			all_in("batch", &less, &whole, c.min_score);
		}
		dims[0] = 1;
	}
	vision_net_close(net);
	vision_net_close(short_net);

	/* Weights do not depend on the size, so a whole network of another size shows what is right at that. */
	struct ends other = *v;
	other.size = v->size + 32;
	struct buf other_file = ends_model(&other);
	if (any_size) {
		free(input);
		input = noise(1, other.size, other.size);
		c.in_w = c.in_h = dims[2] = dims[3] = other.size;
		net = open_bytes(&other_file);
		short_net = open_bytes(&cut.model);
		run(net, input, dims, 0, f->decode, &c, &whole);
		run(short_net, input, dims, 0, f->decode_heads, &c, &less);
		assert_true(all_in("other size", &whole, &less, c.min_score) > 0);
		all_in("other size", &less, &whole, c.min_score);
		vision_net_close(net);
		vision_net_close(short_net);
	}
	free(input);
	buf_free(&file);
	buf_free(&other_file);
	cut_free(&cut);
	dets_free(&whole);
	dets_free(&less);
}

static void
generated_networks(void **state)
{
	(void)state;
	const struct { struct ends v; bool any_size; } all[] = {
		{ { ENDS_YOLOV8, 0, 3, 64 }, true }, { { ENDS_YOLOV8, ENDS_PARTED, 2, 96 }, true },
		{ { ENDS_YOLOV8, ENDS_FOCUS, 1, 64 }, true }, { { ENDS_YOLOV8, ENDS_SHUFFLE, 3, 64 }, false },
		{ { ENDS_YOLOV8, 0, 64, 64 }, true },
		{ { ENDS_YOLOX, 0, 3, 64 }, true }, { { ENDS_YOLOX, ENDS_FOCUS, 2, 96 }, true }, { { ENDS_YOLOX, ENDS_FOCUS, 1, 64 }, true },
		{ { ENDS_YOLOX, ENDS_CONSTANT_PLANE, 2, 64 }, false },
		{ { ENDS_NANODET, 0, 3, 64 }, true }, { { ENDS_NANODET, ENDS_SHUFFLE, 2, 96 }, false },
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (int wanted = 0; wanted < all[i].v.nclasses; wanted += 1 + all[i].v.nclasses / 3)
			generated(&all[i].v, wanted, all[i].any_size);
}

/* ---- real networks ---- */

static const char *shared;

struct real {
	const struct family *family;
	const char *file;
	int size;
	enum letterbox_rule rule;
	enum vision_channels channels;
	float fill, mean[3], divide[3];
	bool any_size;
};

static void
compare_pictures(const struct real *r, const struct buf *file, const struct buf *cut_model, const struct cut *cut, int wanted)
{
	const struct decode c = { .in_w = r->size, .in_h = r->size, .nclasses = 80, .wanted = wanted, .min_score = 0.01,
		.anchors = (const double (*)[3][2])cut->anchors };
	struct vision_net *net = open_bytes(file), *short_net = open_bytes(cut_model);
	struct vision_image *im = vision_image_new();
	struct dets whole = { 0 }, less = { 0 };
	float *input = mem_array(3 * (size_t)r->size * (size_t)r->size, sizeof *input);
	char list[1024], path[1200], line[512];
	size_t found = 0, n = 0;
	snprintf(list, sizeof list, "ls '%s'/data/coco_yolo/images/*.jpg", shared);
	FILE *names = popen(list, "r");
	assert_non_null(names);
	/* every twelfth, five at most */
	for (int i = 0; n < 5 && fgets(line, sizeof line, names) != NULL; i++) {
		if (i % 12 != 0)
			continue;
		snprintf(path, sizeof path, "%.*s", (int)strcspn(line, "\n"), line);
		OK(vision_image_load(im, path, &e));
		const struct letterbox l = letterbox_fit(vision_image_width(im), vision_image_height(im), r->size, r->size, r->rule);
		struct vision_blob b = { .width = r->size, .height = r->size, .x = l.x, .y = l.y, .w = l.w, .h = l.h, .fill = r->fill,
			.channels = r->channels };
		for (int k = 0; k < 3; k++) {
			b.mean[k] = r->mean[k];
			b.scale[k] = 1 / r->divide[k];
		}
		OK(vision_blob(im, NULL, &b, input, &e));
		run(net, input, (int[4]){ 1, 3, r->size, r->size }, 0, r->family->decode, &c, &whole);
		run(short_net, input, (int[4]){ 1, 3, r->size, r->size }, 0, r->family->decode_heads, &c, &less);
		found += all_in(r->file, &whole, &less, c.min_score);
		all_in(r->file, &less, &whole, c.min_score);
		n++;
	}
	pclose(names);
	assert_true(n > 0 && found > 0);
	print_message("# %s: %zu boxes of %zu pictures agree\n", r->file, found, n);
	free(input);
	dets_free(&whole);
	dets_free(&less);
	vision_image_free(im);
	vision_net_close(net);
	vision_net_close(short_net);
}

static void
real_networks(void **state)
{
	(void)state;
	static const struct real all[] = {
		{ &YOLOV5, "yolov5n", 640, LETTERBOX_CENTRE, VISION_RGB, 114, { 0, 0, 0 }, { 255, 255, 255 }, true },
		{ &YOLOV8, "yolov8n", 640, LETTERBOX_CENTRE, VISION_RGB, 114, { 0, 0, 0 }, { 255, 255, 255 }, true },
		{ &YOLOV8, "yolo11n", 640, LETTERBOX_CENTRE, VISION_RGB, 114, { 0, 0, 0 }, { 255, 255, 255 }, false },
		{ &YOLOX, "yolox_nano", 416, LETTERBOX_TOPLEFT, VISION_BGR, 114, { 0, 0, 0 }, { 1, 1, 1 }, true },
		{ &NANODET, "object_detection_nanodet_2022nov", 416, LETTERBOX_CENTRE, VISION_BGR, 0, { 103.53F, 116.28F, 123.675F },
		    { 57.375F, 57.12F, 58.395F }, false },
	};
	shared = getenv("FOOTFALL_SHARED");
	if (shared == NULL || *shared == '\0') {
		print_message("neither ../shared nor FOOTFALL_SHARED is there\n");
		skip();
	}
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		char path[1024];
		struct buf file = { 0 };
		struct cut cut;
		snprintf(path, sizeof path, "%s/models/person/%s.onnx", shared, all[i].file);
		OK(file_read(path, 1 << 26, &file, &e));
		if (!all[i].family->cut(file.data, file.len, 80, 0, &cut))
			fail_msg("%s: not cut", all[i].file);
		assert_int_equal(cut.any_size, all[i].any_size);
		compare_pictures(&all[i], &file, &cut.model, &cut, 0);
		buf_free(&file);
		cut_free(&cut);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_networks),
		cmocka_unit_test(real_networks),
	};
	vision_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
