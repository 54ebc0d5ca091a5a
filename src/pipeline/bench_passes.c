/*
 * One network alone, pass after pass, on one thread.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"
#include "nets/classifier.h"
#include "nets/detector.h"
#include "nets/parts.h"
#include "pipeline/bench.h"
#include "pipeline/stop.h"

enum { WARM = 2, LEAST = 3, MOST = 4096 };	/* passes */

struct request {
	const struct registry *registry;
	const struct model *model;
	const struct settings *settings;
	double seconds;
};

/* A network at work, whatever its task. */
struct subject {
	struct detector *detector;
	struct classifier *classifier;
	struct dets found[DETECTOR_CLASSES];
	struct face face;
};

/* Noise, always the same: in it nothing is found, and no value of a network's layers stands out. */
static int
fill_with_noise(struct vision_image *im, int width, int height, struct err *e)
{
	uint32_t state = 1;
	if (vision_image_create(im, width, height, e) != 0)
		return -1;
	for (int y = 0; y < height; y++) {
		unsigned char *row = vision_image_row(im, y);
		for (int x = 0; x < 3 * width; x++) {
			state = state * 1664525 + 1013904223;
			row[x] = (unsigned char)(96 + (state >> 26));
		}
	}
	return 0;
}

static int
open_subject(struct subject *s, const struct request *q, const struct model_data *data, struct err *e)
{
	const struct model *m = q->model;
	struct detector_options o = { .square = q->settings->input_square };
	for (int t = 0; t < TASKS && m->task != TASK_GENDER; t++)
		if (m->serves[t] && o.nclasses < DETECTOR_CLASSES)
			o.classes[o.nclasses++] = (struct detector_class) { .task = (enum task)t, .min_score = -1, .iou = -1 };
	if (m->task == TASK_GENDER)
		return classifier_open(&s->classifier, &m, &data, 1, e);
	return detector_open(&s->detector, m, data, &o, e);
}

static int
pass(struct subject *s, const struct vision_image *im, struct net_times *t, struct err *e)
{
	const struct net_times *all = s->classifier != NULL ? classifier_times(s->classifier) : detector_times(s->detector);
	const struct net_times before = *all;
	int r = s->classifier != NULL ? classifier_run(s->classifier, im, &s->face, 1, e)
		: detector_run(s->detector, im, s->found, e);
	*t = (struct net_times) { all->prepare_s - before.prepare_s, all->pass_s - before.pass_s, all->decode_s - before.decode_s };
	return r;
}

static int
time_passes(struct subject *s, const struct vision_image *im, double seconds, struct bench_passes *out, struct err *e)
{
	struct net_times t;
	double *prepare = mem_array(MOST, sizeof *prepare), *run = mem_array(MOST, sizeof *run), *decode = mem_array(MOST, sizeof *decode);
	size_t n = 0;
	int r = 0;

	for (int i = 0; i < WARM && r == 0; i++)
		r = pass(s, im, &t, e);
	const int64_t until = when_monotonic_ms() + (int64_t)(seconds * 1000);
	while (r == 0 && n < MOST && !stop_requested() && (n < LEAST || when_monotonic_ms() < until)) {
		r = pass(s, im, &t, e);
		prepare[n] = t.prepare_s * 1000;
		run[n] = t.pass_s * 1000;
		decode[n++] = t.decode_s * 1000;
	}
	if (r == 0 && stop_requested())
		r = err_set(e, ERR_INTERRUPTED, "interrupted");
	out->passes = (int64_t)n;
	out->prepare_ms = bench_median(prepare, n);
	out->pass_ms = bench_median(run, n);
	out->decode_ms = bench_median(decode, n);
	free(prepare);
	free(run);
	free(decode);
	return r;
}

static int
measure(void *context, void *result, struct err *e)
{
	const struct request *q = context;
	struct bench_passes *out = result;
	struct model_data data = { 0 };
	struct subject s = { 0 };
	struct vision_image *im = vision_image_new();
	int r = -1;

	out->width = q->model->width;
	out->height = q->model->height > 0 ? q->model->height : q->model->width;
	bench_choose(q->settings);
	s.face.box = (struct box) { 0, 0, out->width, out->height };
	if (model_load(q->registry, q->model, &data, e) == 0 && fill_with_noise(im, out->width, out->height, e) == 0
	    && open_subject(&s, q, &data, e) == 0)
		r = time_passes(&s, im, q->seconds, out, e);
	detector_close(s.detector);
	classifier_close(s.classifier);
	for (size_t i = 0; i < DETECTOR_CLASSES; i++)
		dets_free(&s.found[i]);
	vision_image_free(im);
	model_data_free(&data);
	return r;
}

int
bench_passes(const struct registry *r, const struct model *m, const struct settings *set, double seconds,
	struct bench_passes *out, struct err *e)
{
	struct request q = { .registry = r, .model = m, .settings = set, .seconds = seconds };
	*out = (struct bench_passes) { 0 };
	return bench_apart(measure, &q, out, sizeof *out, e);
}
