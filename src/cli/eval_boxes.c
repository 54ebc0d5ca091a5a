/*
 * footfall eval score, detect and face: boxes against true boxes.
 *
 * They differ in where the predictions come from.  What is stored is what was scored, so that a later comparison
 * needs neither the labels' files nor the network.
 */
#include <math.h>
#include <stdio.h>
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
#include "truth/coco.h"

/* What --fail-under may name, with the values of a result or (b NULL) without. */
enum { FIGURES = SCORE_FIGURES + 1 };

static void
list_figures(const struct boxes *b, struct eval_figure out[FIGURES + 1])
{
	for (int f = 0; f < SCORE_FIGURES; f++)
		out[f] = (struct eval_figure) { score_name((enum score_figure)f), b != NULL ? b->figures[f].value : NAN };
	out[SCORE_FIGURES] = (struct eval_figure) { "f1_score_threshold", b != NULL ? b->score->threshold : NAN };
	out[FIGURES] = (struct eval_figure) { NULL, 0 };
}

/* What is wrong with the command is said before hours of work, not after. */
static int
take_options(struct boxes *b, int64_t *gallery, struct err *e)
{
	const struct cli *c = b->c;
	struct eval_figure names[FIGURES + 1];
	list_figures(NULL, names);
	if (cli_operands(c, 1, 1, e) != 0 || eval_bootstrap(c, &b->bootstrap, &b->with_intervals, e) != 0
	    || eval_number(c, "gallery", 0, 1000, 0, gallery, e) != 0
	    || eval_number(c, "baseline", 1, INT64_MAX, 0, &b->baseline, e) != 0
	    || eval_fail_check(cli_value(c, "fail-under"), names, e) != 0)
		return -1;
	if (*gallery > 0 && cli_value(c, "html") == NULL)
		return err_set(e, ERR_USAGE, "--gallery is part of a page: say --html FILE too");
	if (*gallery > 0 && cli_value(c, "images") == NULL)
		return err_set(e, ERR_USAGE, "--gallery needs the pictures: say --images DIR too");
	if (cli_flag(c, "no-store") && b->baseline > 0 && !file_exists(c->db))
		return err_set(e, ERR_INPUT, "--baseline %lld: there is no %s", (long long)b->baseline, c->db);
	const char *html = cli_value(c, "html"), *save = cli_value(c, "save");
	int to_stdout = c->json + (html != NULL && strcmp(html, "-") == 0) + (save != NULL && strcmp(save, "-") == 0);
	if (to_stdout > 1)
		return err_set(e, ERR_USAGE, "--json, --html - and --save - all want standard output; give files to the others");
	return 0;
}

static int
required(const struct cli *c, const char *option, struct err *e)
{
	if (cli_value(c, option) == NULL)
		return err_set(e, ERR_USAGE, "eval %s: --%s is missing; see footfall eval --help", c->argv[0], option);
	return 0;
}

static int
open_store(struct boxes *b, struct err *e)
{
	if (cli_flag(b->c, "no-store") && b->baseline == 0)
		return 0;
	return store_open(&b->store, b->c->db, cli_timeout_ms(b->c), e);
}

/* ---- storing ---- */

char *
boxes_settings(struct out *o, struct buf *text)
{
	struct err e;
	out_close(o, &e);	/* memory takes everything */
	char *line = text->data;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static int
store_predictions(struct boxes *b, struct err *e)
{
	struct db *d = store_db(b->store);
	char *input = file_absolute(cli_value(b->c, "predictions"));
	const struct evaluation_spec spec = {
		.kind = b->kind, .dataset = cli_value(b->c, "truth"), .dataset_sha256 = b->sha256, .input = input,
		.settings = b->settings, .version = FOOTFALL_VERSION, .opencv = "",
	};
	size_t n = b->labels.nimages;
	bool *done = mem_array(n + 1, 2 * sizeof *done);
	enum evaluation_how how;
	int r = -1;

	if (evaluation_put_set(d, b->sha256, &b->labels, e) != 0 || evaluation_begin(d, &spec, false, &b->id, &how, e) != 0)
		goto out;
	/* they are stored in one transaction: all of them or none */
	if (how != EVALUATION_NEW && evaluation_done(d, b->id, n, done, done + n + 1, e) != 0)
		goto out;
	r = how == EVALUATION_NEW || !done[0] ? evaluation_put_predictions(d, b->id, &b->labels, e) : 0;
out:
	free(done);
	free(input);
	return r;
}

static void
add_metric(struct evaluation_metric *m, size_t *n, const char *name, const char *slice, const struct interval *v, uint64_t items)
{
	m[(*n)++] = (struct evaluation_metric) {
		.name = name, .slice = slice, .value = v->value, .low = v->low, .high = v->high, .n = (int64_t)items
	};
}

static int
store_figures(const struct boxes *b, struct err *e)
{
	static const enum score_figure of_class[] = { SCORE_AP, SCORE_AP50, SCORE_F1 };
	enum { OF_CLASS = sizeof of_class / sizeof of_class[0] };
	const struct score *s = b->score;
	struct evaluation_metric *m = mem_array(FIGURES + 2 + OF_CLASS * s->nclasses, sizeof *m);
	char **slices = mem_array(s->nclasses + 1, sizeof *slices);
	size_t n = 0;

	for (int f = 0; f < SCORE_FIGURES; f++)
		add_metric(m, &n, score_name((enum score_figure)f), "", &b->figures[f], s->truths);
	const struct interval alone[] = {
		{ s->threshold, NAN, NAN, 0 }, { (double)s->truths, NAN, NAN, 0 }, { (double)s->predictions, NAN, NAN, 0 }
	};
	add_metric(m, &n, "f1_score_threshold", "", &alone[0], s->truths);
	add_metric(m, &n, "truths", "", &alone[1], s->truths);
	add_metric(m, &n, "detections", "", &alone[2], s->predictions);
	for (size_t k = 0; s->nclasses > 1 && k < s->nclasses; k++) {
		if (s->classes[k].truths == 0)
			continue;
		/* by its number too: two classes may be called the same */
		slices[k] = mem_printf("class %lld: %s", (long long)b->labels.classes[k].id, b->labels.classes[k].name);
		for (int f = 0; f < OF_CLASS; f++) {
			const struct interval v = { s->classes[k].figures[of_class[f]], NAN, NAN, 0 };
			add_metric(m, &n, score_name(of_class[f]), slices[k], &v, s->classes[k].truths);
		}
	}
	char *scoring = mem_printf("{\"resamples\":%zu,\"seed\":%llu}", b->with_intervals ? b->bootstrap.resamples : 0,
	    (unsigned long long)b->bootstrap.seed);
	const struct evaluation_result r = {
		.items = (int64_t)(b->labels.nimages - b->nskipped), .rejected = (int64_t)b->nskipped,
		.scoring = scoring, .metrics = m, .nmetrics = n
	};
	int got = evaluation_end(store_db(b->store), b->id, &r, e);
	free(scoring);
	for (size_t k = 0; k < s->nclasses; k++)
		free(slices[k]);
	free(slices);
	free(m);
	return got;
}

/* ---- scoring ---- */

static void
score_boxes(struct boxes *b)
{
	const struct score_options o = { .threshold = NAN, .threads = b->bootstrap.threads };
	b->score = score_new(&b->labels, &o);
	for (int f = 0; f < SCORE_FIGURES; f++)
		b->figures[f] = (struct interval) { b->score->figures[f], NAN, NAN, 0 };
	if (b->with_intervals) {
		score_intervals(b->score, &b->bootstrap, b->figures, b->pr_curve);
		for (int f = 0; f < SCORE_FIGURES; f++)
			b->figures[f].value = b->score->figures[f];
		for (int i = 0; i < AVERAGE_101; i++)
			b->pr_curve[i].value = b->score->pr_curve[i];
	}
	if (cli_flag(b->c, "explain")) {
		b->explain = mem_alloc(sizeof *b->explain);
		explain(&b->labels, b->bootstrap.threads, b->explain);
	}
}

/* --baseline: of the same set, whoever predicted.  Told before anything is stored. */
static int
check_baseline(const struct boxes *b, struct err *e)
{
	struct evaluation v;
	if (b->baseline == 0)
		return 0;
	if (evaluation_get(store_db(b->store), b->baseline, &v, e) != 0)
		return -1;
	int r = 0;
	if (v.dataset_sha256 == NULL || strcmp(v.dataset_sha256, b->sha256) != 0)
		r = err_set(e, ERR_USAGE, "--baseline %lld: that evaluation is of other labels or classes (%s), so its figures say nothing "
		    "about these", (long long)b->baseline, v.dataset);
	evaluation_free(&v);
	return r;
}

static int
compare(struct boxes *b, struct err *e)
{
	struct db *d = store_db(b->store);
	struct evaluation v = { 0 };
	struct labels l = { 0 };
	bool *skipped = NULL;
	struct score *s = NULL;
	int r = -1;

	if (evaluation_get(d, b->baseline, &v, e) != 0 || boxes_load(d, b->baseline, &v, &l, &skipped, e) != 0)
		goto out;
	for (size_t i = 0; i < l.nimages; i++) {
		if (skipped[i] != (b->skipped != NULL && b->skipped[i])) {
			err_set(e, ERR_USAGE, "--baseline %lld: other pictures were left out there", (long long)b->baseline);
			goto out;
		}
	}
	const struct score_options o = { .threshold = NAN, .threads = b->bootstrap.threads };
	s = score_new(&l, &o);
	if (b->with_intervals) {
		score_difference(b->score, s, &b->bootstrap, b->difference);
	} else {
		for (int f = 0; f < SCORE_FIGURES; f++) {
			double x = b->score->figures[f], y = s->figures[f];
			b->difference[f] = (struct interval) { x < 0 || y < 0 ? NAN : x - y, NAN, NAN, 0 };
		}
	}
	r = 0;
out:
	score_free(s);
	free(skipped);
	labels_free(&l);
	evaluation_free(&v);
	return r;
}

/* ---- telling ---- */

static int
print(const struct boxes *b, struct err *e)
{
	const char *html = cli_value(b->c, "html"), *save = cli_value(b->c, "save");
	/* standard output belongs to whoever was given "-" */
	bool taken = (html != NULL && strcmp(html, "-") == 0) || (save != NULL && strcmp(save, "-") == 0);
	if (taken && !b->c->json)
		return 0;
	struct out *o = out_stream(stdout);
	if (b->c->json)
		boxes_json(o, b);
	else
		boxes_text(o, b);
	return out_close(o, e);
}

/* Everything after the predictions are there. */
static int
finish(struct boxes *b, int64_t gallery, struct err *e)
{
	const struct cli *c = b->c;
	if (b->labels.ntruths == 0)
		log_warn("%s holds no true boxes%s: nothing can be found", cli_value(c, "truth"),
		    cli_value(c, "class") != NULL ? " of that class" : "");
	score_boxes(b);
	if (b->baseline > 0 && compare(b, e) != 0)
		return -1;
	if (b->id != 0 && store_figures(b, e) != 0)
		return -1;
	if (print(b, e) != 0)
		return -1;
	const char *html = cli_value(c, "html");
	if (html != NULL && boxes_html(b, html, gallery, e) != 0)
		return -1;
	struct eval_figure figures[FIGURES + 1];
	list_figures(b, figures);
	return eval_fail_under(cli_value(c, "fail-under"), figures, e);
}

static void
boxes_free(struct boxes *b)
{
	store_close(b->store);
	score_free(b->score);
	free(b->explain);
	free(b->skipped);
	free(b->network);
	free(b->network_sha256);
	free(b->settings);
	labels_free(&b->labels);
}

static void
warn_of_cut(const struct labels *l)
{
	double lowest = INFINITY;
	for (size_t i = 0; i < l->npredictions; i++)
		lowest = l->predictions[i].score < lowest ? l->predictions[i].score : lowest;
	if (l->npredictions > 0 && lowest > 0.01)
		log_warn("the predictions were cut at score %.3g: AP counts what lies below too, so this AP is too low "
		    "(make them at 0.001; --explain says how much each cut costs)", lowest);
}

int
eval_score(struct cli *c, struct err *e)
{
	struct boxes b = { .c = c, .kind = "score", .started_ms = when_now_ms() };
	const char *class_name = cli_value(c, "class");
	int64_t gallery;
	int r = -1;

	if (take_options(&b, &gallery, e) != 0 || required(c, "truth", e) != 0 || required(c, "predictions", e) != 0)
		return -1;
	if (boxes_read_truth(c, &b.labels, e) != 0 || boxes_read_predictions(c, &b.labels, e) != 0)
		goto out;
	if (class_name != NULL && boxes_keep_class(&b.labels, class_name, e) != 0)
		goto out;
	warn_of_cut(&b.labels);
	evaluation_digest(&b.labels, b.sha256);
	char digest[SHA256_HEX];
	evaluation_predictions_digest(&b.labels, digest);
	struct buf settings = { 0 };
	struct out *o = out_buf(&settings);
	out_json_object(o, NULL);
	out_json_text(o, "class", class_name);
	out_json_text(o, "predictions_sha256", digest);
	out_json_end(o);
	b.settings = boxes_settings(o, &settings);
	if (open_store(&b, e) != 0 || check_baseline(&b, e) != 0)
		goto out;
	if (!cli_flag(c, "no-store") && store_predictions(&b, e) != 0)
		goto out;
	r = finish(&b, gallery, e);
out:
	boxes_free(&b);
	return r;
}

/* The class whose boxes are wanted, as the labels call it. */
static const char *
wanted_class(const struct boxes *b, enum task task)
{
	const char *truth_class = cli_value(b->c, "truth-class"), *class_name = task == TASK_PERSON ? cli_value(b->c, "class") : NULL;
	if (truth_class != NULL)
		return truth_class;
	if (class_name != NULL)
		return class_name;
	/* a set of one kind of object needs no name for it */
	if (b->labels.nclasses == 1)
		return b->labels.classes[0].name;
	return task == TASK_PERSON ? b->c->settings.person_class : "face";
}

static int
save(const struct boxes *b, struct err *e)
{
	const char *path = cli_value(b->c, "save");
	struct out *o;
	if (path == NULL)
		return 0;
	if (out_open(&o, path, e) != 0)
		return -1;
	coco_write_results(o, &b->labels);
	return out_close(o, e);
}

static int
detect(struct cli *c, enum task task, struct err *e)
{
	struct boxes b = { .c = c, .kind = task == TASK_PERSON ? "detect" : "face", .started_ms = when_now_ms() };
	int64_t gallery;
	int r = -1;

	if (take_options(&b, &gallery, e) != 0 || required(c, "truth", e) != 0 || required(c, "images", e) != 0)
		return -1;
	if (boxes_read_truth(c, &b.labels, e) != 0)
		goto out;
	if (boxes_keep_class(&b.labels, wanted_class(&b, task), e) != 0)
		goto out;
	evaluation_digest(&b.labels, b.sha256);
	if (open_store(&b, e) != 0 || check_baseline(&b, e) != 0 || boxes_run(&b, task, e) != 0 || save(&b, e) != 0)
		goto out;
	r = finish(&b, gallery, e);
out:
	boxes_free(&b);
	return r;
}

int
eval_detect(struct cli *c, struct err *e)
{
	return detect(c, TASK_PERSON, e);
}

int
eval_face(struct cli *c, struct err *e)
{
	return detect(c, TASK_FACE, e);
}
