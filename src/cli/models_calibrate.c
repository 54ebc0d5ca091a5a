/*
 * A network runs in single precision over frames spread over recordings like those that it will see, and how far its values reach is
 * written down.
 */
#include "cli/models_calibrate.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "fast/fast.h"
#include "nets/calibrated.h"
#include "nets/detector.h"
#include "out/out.h"
#include "pipeline/bench.h"
#include "pipeline/stop.h"

struct work {
	struct detector *detector;
	struct calibration calibration;
	struct dets found[DETECTOR_CLASSES];
	int64_t frames;
};

static int
watch_recording(struct work *w, const struct input *in, const struct settings *set, struct err *e)
{
	const struct source_options o = {
		.sampling = { .every = 1 }, .max_pixels = set->input_max_pixels, .picture_interval_ms = 1000, .unhashed = true
	};
	struct bench_sample sample = { 0 };
	int rc = in->why != NULL ? err_set(e, ERR_INPUT, "%s: %s", in->path, in->why) : bench_sample_take(&sample, in, &o, e);
	for (size_t i = 0; i < sample.n && rc == 0; i++) {
		rc = stop_requested() ? err_set(e, ERR_INTERRUPTED, "interrupted") : detector_run(w->detector, sample.v[i], w->found, e);
		w->frames += rc == 0;
	}
	if (rc == 0 && !sample.whole)
		log_info("%s: only its first %.0f seconds were looked at; name more recordings if others look different", in->path,
			(double)sample.seen_ms / 1000);
	bench_sample_free(&sample);
	return rc;
}

static int
open_detector(struct work *w, const struct registry *r, const struct model *m, const struct settings *set, struct err *e)
{
	struct model_data data = { 0 };
	struct detector_options o = { .square = set->input_square, .observed = &w->calibration };
	for (int t = 0; t < TASKS; t++)
		if (m->serves[t] && o.nclasses < DETECTOR_CLASSES)
			o.classes[o.nclasses++] = (struct detector_class) {
				.task = (enum task)t, .name = t == TASK_PERSON ? set->person_class : NULL, .min_score = -1, .iou = -1
			};
	if (model_load(r, m, &data, e) != 0)
		return -1;
	if (!calibrated_covers(m, &data)) {
		model_data_free(&data);
		return err_set(e, ERR_UNAVAILABLE, "%s stays f32: int8 covers ONNX networks that find persons or faces, and few of whose "
			"convolutions are of each channel alone", m->name);
	}
	w->calibration.observing = true;
	memcpy(w->calibration.network, data.sha256, sizeof data.sha256);
	int rc = detector_open(&w->detector, m, &data, &o, e);
	model_data_free(&data);
	if (rc == 0 && w->calibration.nregions == 0)
		rc = err_set(e, ERR_UNAVAILABLE, "%s: no part of it runs in layers of ours, which int8 would be (-v says why)", m->name);
	return rc;
}

static int
write_file(const struct work *w, const char *path, struct err *e)
{
	struct buf text = { 0 };
	struct out *o;
	char *folder = mem_strdup(path), *slash = strrchr(folder, '/');
	int rc = 0;
	if (slash != NULL && slash != folder) {
		*slash = '\0';
		rc = file_make_dirs(folder, e);
	}
	free(folder);
	if (rc != 0 || out_open(&o, path, e) != 0)
		return -1;
	calibration_print(&w->calibration, &text);
	out_bytes(o, text.data, text.len);
	buf_free(&text);
	return out_close(o, e);
}

static int
check(const struct cli *c, struct err *e)
{
	if (strcmp(c->settings.inference_precision, "f32") != 0)
		return err_set(e, ERR_USAGE, "models calibrate: a network is watched in f32, not in %s", c->settings.inference_precision);
	if (fast_ready(e) != 0)
		return -1;
	if (!fast_in_use())
		return err_set(e, ERR_UNAVAILABLE, "models calibrate: int8 needs layers of ours (footfall version says what is missing)");
	return 0;
}

int
models_calibrate(struct cli *c, const struct registry *r, struct err *e)
{
	const struct model *m;
	struct work w = { 0 };
	struct inputs in = { 0 };
	char *path = NULL;
	int rc = -1;

	if (c->argc < 3)
		return err_set(e, ERR_USAGE, "models calibrate: which network, and on which recording?");
	if (registry_find(r, c->argv[1], &m, e) != 0 || check(c, e) != 0 || inputs_expand(&in, c->argc - 2, c->argv + 2, e) != 0)
		goto out;
	path = calibrated_path(c->settings.inference_calibration, m);
	if (path == NULL) {
		err_set(e, ERR_CONFIG, "inference.calibration: there is no home folder to write to; name a folder");
		goto out;
	}
	stop_install();
	if (open_detector(&w, r, m, &c->settings, e) != 0)
		goto out;
	for (size_t i = 0; i < in.n; i++)
		if (watch_recording(&w, &in.v[i], &c->settings, e) != 0)
			goto out;
	rc = write_file(&w, path, e);
	if (rc == 0)
		log_info("%s: calibrated on %lld frames, in %s; -o inference.precision=int8 uses it", m->name, (long long)w.frames, path);
out:
	detector_close(w.detector);
	calibration_free(&w.calibration);
	for (size_t i = 0; i < DETECTOR_CLASSES; i++)
		dets_free(&w.found[i]);
	inputs_free(&in);
	free(path);
	return rc;
}
