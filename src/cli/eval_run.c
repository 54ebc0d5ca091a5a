/*
 * A network over the pictures of a labelled set.  Predictions go to the database as they come, a transaction a
 * second, so that a killed evaluation is continued by the same command.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/when.h"
#include "cli/eval.h"
#include "cli/eval_boxes.h"
#include "fast/fast.h"
#include "nets/detector.h"
#include "pipeline/crew.h"
#include "pipeline/stop.h"
#include "pipeline/survey.h"
#include "truth/truth.h"

enum { COMMIT_MS = 1000 };
#define LEAST_SCORE 0.001

struct found {
	struct prediction *v;
	size_t n;
};

struct run {
	struct boxes *b;
	bool skip_missing;
	bool *done, *skipped;		/* per picture */
	struct found *found;		/* per picture, where nothing is stored; else NULL */
	int64_t since_ms;		/* of the open transaction */
	size_t fullest;			/* pictures in which more than DETECTOR_MOST may have been seen */
	size_t missized;		/* pictures of another size than the labels say */
};

char *
boxes_picture(const struct boxes *b, const char *folder, size_t i)
{
	const char *name = b->labels.images[i].name;
	char *path = truth_picture(folder, name);
	/* labels often name the folder in which their pictures once lay */
	return path != NULL ? path : truth_picture(folder, file_name(name));
}

/* A picture that cannot be had. */
static int
fault(struct run *u, size_t image, const struct err *why, struct err *e)
{
	if (!u->skip_missing) {
		*e = *why;
		return err_wrap(e, "picture %zu of %zu", image + 1, u->b->labels.nimages);
	}
	log_warn("left out: %s", why->msg);
	u->skipped[image] = true;
	u->b->nskipped++;
	return 0;
}

static int
keep(struct run *u, uint32_t image, const struct prediction *v, size_t n, struct err *e)
{
	u->done[image] = true;
	if (u->found != NULL) {
		u->found[image] = (struct found) { mem_array(n + 1, sizeof *v), n };
		if (n > 0)
			memcpy(u->found[image].v, v, n * sizeof *v);
		return 0;
	}
	struct db *d = store_db(u->b->store);
	if (!db_in_transaction(d)) {
		if (db_begin(d, e) != 0)
			return -1;
		u->since_ms = when_monotonic_ms();
	}
	if (evaluation_put_image(d, u->b->id, image, u->skipped[image], v, n, e) != 0)
		return -1;
	return when_monotonic_ms() - u->since_ms >= COMMIT_MS ? db_commit(d, e) : 0;
}

static int
take(void *context, const struct survey_answer *a, struct err *e)
{
	struct run *u = context;
	const struct label_image *im = &u->b->labels.images[a->image];
	if (a->fault.code != ERR_NONE) {
		if (fault(u, a->image, &a->fault, e) != 0)
			return -1;
		return keep(u, a->image, NULL, 0, e);
	}
	if (im->width > 0 && im->height > 0 && (im->width != a->width || im->height != a->height) && u->missized++ == 0)
		log_warn("%s is %d x %d, and the labels say %d x %d: their boxes may not fit it", a->path, a->width, a->height,
		    im->width, im->height);
	if (a->n >= DETECTOR_MOST)
		u->fullest++;
	return keep(u, a->image, a->v, a->n, e);
}

/* What is missing is told before the first picture is looked at. */
static int
list_pictures(struct run *u, struct survey_picture *v, size_t *n, struct err *e)
{
	struct boxes *b = u->b;
	const char *folder = cli_value(b->c, "images");
	*n = 0;
	if (!file_is_dir(folder))
		return err_set(e, ERR_INPUT, "--images %s: no such folder", folder);
	for (size_t i = 0; i < b->labels.nimages; i++) {
		if (u->done[i])
			continue;
		const struct label_image *im = &b->labels.images[i];
		struct err why = { 0 };
		char *path = boxes_picture(b, folder, i);
		if (path != NULL) {
			v[(*n)++] = (struct survey_picture) { .image = (uint32_t)i, .path = path };
			continue;
		}
		if (im->name[0] == '\0')
			err_set(&why, ERR_DATA, "the labels give no file name for the picture with id %lld", (long long)im->id);
		else
			err_set(&why, ERR_INPUT, "%s: no picture %s there, which the labels name", folder, im->name);
		if (fault(u, i, &why, e) != 0 || keep(u, (uint32_t)i, NULL, 0, e) != 0)
			return -1;
	}
	return 0;
}

static int
open_crew(struct crew **out, struct boxes *b, enum task task, double min_score, struct err *e)
{
	/* the settings of an analysis would cut what the curves need */
	struct settings *set = &b->c->settings;
	set->person_min_score = set->face_min_score = min_score;
	const char *class_name = task == TASK_PERSON ? cli_value(b->c, "class") : NULL;
	if (class_name != NULL && settings_set(set, "person.class", class_name, "--class", e) != 0)
		return -1;
	struct crew_wish wish = { .stages = task_name(task) };
	wish.networks[task] = cli_value(b->c, task_name(task));
	if (wish.networks[task] != NULL && strcmp(wish.networks[task], "whole") == 0)
		return err_set(e, ERR_USAGE, "--face whole finds nothing that could be scored; name a face network");
	return crew_open(out, &wish, set, e);
}

static int
take_min_score(const struct cli *c, double *out, struct err *e)
{
	const char *text = cli_value(c, "min-score");
	*out = LEAST_SCORE;
	if (text != NULL && (num_real(text, out) != 0 || *out < 0 || *out > 1))
		return err_set(e, ERR_USAGE, "--min-score %s: a number from 0 to 1 is wanted", text);
	return 0;
}

/* All that can change a prediction. */
static void
describe(struct boxes *b, const struct crew *crew, enum task task, double min_score)
{
	const struct settings *set = &b->c->settings;
	struct buf text = { 0 };
	struct out *o = out_buf(&text);
	out_json_object(o, NULL);
	if (task == TASK_PERSON)
		out_json_text(o, "person.class", set->person_class);
	out_json_text(o, "truth_class", b->labels.nclasses > 0 ? b->labels.classes[0].name : NULL);
	out_json_real(o, "min_score", min_score);
	out_json_real(o, "nms.iou", crew_iou(crew, task));
	out_json_bool(o, "input.square", set->input_square);
	out_json_text(o, "inference", fast_arithmetic());
	if (crew_calibration(crew, task) != NULL)
		out_json_text(o, "calibration", crew_calibration(crew, task));
	out_json_int(o, "input.max_pixels", set->input_max_pixels);
	out_json_bool(o, "skip_missing", cli_flag(b->c, "skip-missing"));
	out_json_end(o);
	b->settings = boxes_settings(o, &text);
}

static int
begin(struct run *u, const struct crew *crew, struct err *e)
{
	struct boxes *b = u->b;
	size_t n = b->labels.nimages, before = 0;
	if (cli_flag(b->c, "no-store")) {
		u->found = mem_array(n + 1, sizeof *u->found);
		return 0;
	}
	struct db *d = store_db(b->store);
	char *input = file_absolute(cli_value(b->c, "images"));
	const struct evaluation_spec spec = {
		.kind = b->kind, .dataset = cli_value(b->c, "truth"), .dataset_sha256 = b->sha256, .input = input,
		.person = crew_model(crew, TASK_PERSON), .face = crew_model(crew, TASK_FACE),
		.settings = b->settings, .version = FOOTFALL_VERSION, .opencv = vision_version(),
	};
	enum evaluation_how how;
	int r = -1;
	if (evaluation_put_set(d, b->sha256, &b->labels, e) == 0
	    && evaluation_begin(d, &spec, cli_flag(b->c, "force"), &b->id, &how, e) == 0)
		r = evaluation_done(d, b->id, n, u->done, u->skipped, e);
	free(input);
	for (size_t i = 0; i < n; i++) {
		before += u->done[i];
		b->nskipped += u->skipped[i];
	}
	if (r == 0 && before > 0)
		log_info("%s: %zu of %zu pictures were done before%s", crew_summary(crew), before, n,
		    before == n ? " (--force does them again)" : "");
	return r;
}

/* Predictions into the labels, by picture. */
static int
gather(struct run *u, struct err *e)
{
	struct boxes *b = u->b;
	if (u->found == NULL)
		return evaluation_predictions(store_db(b->store), b->id, &b->labels, e);
	for (size_t i = 0; i < b->labels.nimages; i++) {
		for (size_t k = 0; k < u->found[i].n; k++)
			*labels_add_prediction(&b->labels) = u->found[i].v[k];
	}
	return 0;
}

static void
tell(const struct run *u)
{
	if (u->missized > 1)
		log_warn("%zu pictures are of another size than the labels say", u->missized);
	if (u->fullest > 0)
		log_warn("%zu picture%s gave %d boxes, which is all that are kept of one", u->fullest, u->fullest == 1 ? "" : "s",
		    DETECTOR_MOST);
	if (u->b->nskipped > 0)
		log_warn("%zu of %zu pictures are left out; their true boxes do not count", u->b->nskipped, u->b->labels.nimages);
}

static int
survey(struct run *u, const struct crew *crew, enum task task, struct err *e)
{
	struct boxes *b = u->b;
	struct survey_picture *v = mem_array(b->labels.nimages + 1, sizeof *v);
	const struct survey_options o = {
		.task = task, .threads = eval_threads(b->c), .max_pixels = b->c->settings.input_max_pixels
	};
	size_t n;
	stop_install();
	int64_t began_ms = when_monotonic_ms();
	int r = list_pictures(u, v, &n, e);
	if (r == 0)
		r = survey_run(crew, v, n, &o, take, u, e);
	/* what was done stays done, whatever stopped the rest */
	if (b->id != 0 && db_in_transaction(store_db(b->store))) {
		struct err second = { 0 };
		if (db_commit(store_db(b->store), &second) != 0) {
			db_rollback(store_db(b->store));
			if (r == 0) {
				*e = second;
				r = -1;
			}
		}
	}
	double seconds = (double)(when_monotonic_ms() - began_ms) / 1000;
	if (r == 0 && n > 0 && seconds > 0)
		log_info("%zu pictures in %.1f s, %.1f pictures/s", n, seconds, (double)n / seconds);
	if (r != 0 && e->code == ERR_INTERRUPTED && b->id != 0)
		err_set(e, ERR_INTERRUPTED, "interrupted; the same command continues");
	for (size_t i = 0; i < n; i++)
		free((char *)v[i].path);
	free(v);
	return r;
}

int
boxes_run(struct boxes *b, enum task task, struct err *e)
{
	struct run u = { .b = b, .skip_missing = cli_flag(b->c, "skip-missing") };
	struct crew *crew = NULL;
	size_t n = b->labels.nimages;
	double min_score;
	int r = -1;

	u.done = mem_array(n + 1, sizeof *u.done);
	b->skipped = u.skipped = mem_array(n + 1, sizeof *u.skipped);
	if (take_min_score(b->c, &min_score, e) != 0 || open_crew(&crew, b, task, min_score, e) != 0)
		goto out;
	describe(b, crew, task, min_score);
	b->network = mem_strdup(crew_model(crew, task)->name);
	b->network_sha256 = mem_strdup(crew_model(crew, task)->sha256);
	if (begin(&u, crew, e) != 0 || survey(&u, crew, task, e) != 0 || gather(&u, e) != 0)
		goto out;
	tell(&u);
	boxes_skip(&b->labels, b->skipped);
	r = 0;
out:
	for (size_t i = 0; u.found != NULL && i < n; i++)
		free(u.found[i].v);
	free(u.found);
	free(u.done);
	crew_close(crew);
	return r;
}
