/*
 * The page of an evaluation of boxes, and its gallery: the pictures with most misses and most false alarms, with what
 * is true and what was found drawn on them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/eval_boxes.h"
#include "cli/eval_html.h"
#include "pipeline/picture.h"
#include "pipeline/thumbnail.h"
#include "report/eval_page.h"
#include "truth/json.h"
#include "vision/vision.h"

enum { LONGEST = 480, DIFFERENCES = 12 };
/* Told apart by colour-blind readers too (Okabe and Ito's palette). */
enum { TRUTH = 0x56B4E9, RIGHT = 0x009E73, WRONG = 0xD55E00 };

/* ---- gallery ---- */

struct worst {
	uint32_t image;
	uint32_t mistakes;
};

static int
worse(const void *a, const void *b)
{
	const struct worst *x = a, *y = b;
	if (x->mistakes != y->mistakes)
		return x->mistakes > y->mistakes ? -1 : 1;
	return x->image < y->image ? -1 : x->image > y->image;
}

/* Truths that took no prediction at the threshold and predictions that found none, by COCO's rule at overlap 0.5. */
static void
draw(const struct boxes *b, uint32_t image, struct vision_image *im)
{
	int thickness = vision_image_height(im) >= 720 ? 3 : 2;
	for (size_t i = 0; i < b->labels.ntruths; i++) {
		const struct truth *t = &b->labels.truths[i];
		if (t->image == image && match_counts(t))
			vision_draw_box(im, t->box.x, t->box.y, t->box.w, t->box.h, TRUTH, thickness);
	}
	for (size_t k = 0; k < b->score->nclasses; k++) {
		const struct class_matches *m = &b->score->matches->classes[k];
		for (size_t i = 0; i < m->npredictions && m->score[i] >= b->score->threshold; i++) {
			if (m->image[i] != image)
				continue;
			const struct box *p = &b->labels.predictions[m->prediction[i]].box;
			vision_draw_box(im, p->x, p->y, p->w, p->h, m->taken[i] != MATCH_NONE ? RIGHT : WRONG, thickness);
		}
	}
}

static int
add_picture(const struct boxes *b, const char *kind, const struct worst *w, struct eval_gallery *g, struct err *e)
{
	const struct label_image *l = &b->labels.images[w->image];
	const struct curve_image *c = &b->score->images[w->image];
	char *path = boxes_picture(b, cli_value(b->c, "images"), w->image);
	struct vision_image *im = vision_image_new();
	struct buf data = { 0 };
	int r = -1;
	if (path == NULL)
		err_set(e, ERR_INPUT, "--gallery: no picture %s in %s", l->name, cli_value(b->c, "images"));
	else if (picture_load(im, path, b->c->settings.input_max_pixels, e) == 0) {
		draw(b, w->image, im);
		r = thumbnail_of(im, LONGEST, &data, e);
	}
	vision_image_free(im);
	free(path);
	if (r != 0) {
		buf_free(&data);
		return -1;
	}
	char *caption = mem_printf("%s: %u found, %u missed, %u false (blue: true, green: found, orange: false)", l->name,
	    (unsigned)c->right, (unsigned)c->missed, (unsigned)c->wrong);
	eval_gallery_add(g, kind, caption, &data);
	return 0;
}

static int
add_kind(const struct boxes *b, bool misses, size_t most, struct eval_gallery *g, struct err *e)
{
	struct worst *w = mem_array(b->score->nimages + 1, sizeof *w);
	size_t n = 0;
	int r = 0;
	for (size_t i = 0; i < b->score->nimages; i++) {
		const struct curve_image *c = &b->score->images[i];
		uint32_t mistakes = misses ? c->missed : c->wrong;
		if (mistakes > 0)
			w[n++] = (struct worst) { (uint32_t)i, mistakes };
	}
	qsort(w, n, sizeof *w, worse);
	for (size_t i = 0; r == 0 && i < n && i < most; i++)
		r = add_picture(b, misses ? "Most misses" : "Most false alarms", &w[i], g, e);
	free(w);
	return r;
}

/* ---- page ---- */

/* One line for each setting, "name = value"; those that were not given are left out. */
static char *
list_settings(const char *settings)
{
	struct buf lines = { 0 };
	struct err e;
	struct json j;
	struct span key;
	json_init(&j, "settings", (struct span) { settings, strlen(settings) }, &e);
	json_object(&j);
	while (json_member(&j, &key)) {
		enum json_kind kind = json_kind(&j);
		if (kind == JSON_NULL) {
			json_skip(&j);
			continue;
		}
		buf_printf(&lines, "%s%.*s = ", lines.len > 0 ? "\n" : "", (int)key.n, key.s);
		if (kind == JSON_TEXT) {
			struct span text = json_text(&j);
			for (size_t i = 0; i < text.n; i++)
				buf_putc(&lines, text.s[i] == '\n' ? ' ' : text.s[i]);
		} else {
			const char *place = j.at;
			json_mark(&j, &place);
			buf_printf(&lines, "%.*s", (int)(j.at - place), place);
		}
	}
	json_free(&j);
	return lines.data;
}

static void
add_facts(struct eval_facts *f, const struct boxes *b)
{
	const char *images = cli_value(b->c, "images"), *predictions = cli_value(b->c, "predictions");
	eval_facts_add(f, "Labels", false, mem_strdup(cli_value(b->c, "truth")));
	eval_facts_add(f, "Their sha256", true, mem_strdup(b->sha256));
	eval_facts_add(f, "Predictions", false, predictions != NULL ? mem_strdup(predictions) : NULL);
	eval_facts_add(f, "Pictures", false, images != NULL ? mem_strdup(images) : NULL);
	eval_facts_add(f, "Pictures left out", false, b->nskipped > 0 ? mem_printf("%zu", b->nskipped) : NULL);
	eval_facts_add(f, "Network", false, b->network != NULL ? mem_strdup(b->network) : NULL);
	eval_facts_add(f, "Its sha256", true, b->network_sha256 != NULL ? mem_strdup(b->network_sha256) : NULL);
	eval_facts_add(f, "Settings", true, list_settings(b->settings));
	eval_facts_add(f, "Resamples of the pictures", false, b->with_intervals ? mem_printf("%zu, seed %llu", b->bootstrap.resamples,
	    (unsigned long long)b->bootstrap.seed) : NULL);
	eval_facts_add(f, "Evaluation", false, b->id != 0 ? mem_printf("%lld in %s", (long long)b->id, b->c->db) : NULL);
	eval_facts_add(f, "Versions", false, b->network != NULL ? mem_printf("footfall %s, OpenCV %s", FOOTFALL_VERSION, vision_version()) :
	    mem_printf("footfall %s", FOOTFALL_VERSION));
}

static size_t
list_differences(const struct explain *x, struct eval_difference v[DIFFERENCES])
{
	size_t n = 0;
	if (x == NULL)
		return 0;
	v[n++] = (struct eval_difference) { "COCO", "101 points, IoU 0.50:0.95, 100 predictions per picture", x->coco.ap,
		x->coco.ap50 };
	v[n++] = (struct eval_difference) { "VOC, all points", "area under the whole curve, IoU 0.50 alone", NAN, x->voc_all };
	v[n++] = (struct eval_difference) { "VOC, 11 points", "until 2009, IoU 0.50 alone", NAN, x->voc_11 };
	v[n++] = (struct eval_difference) { "Any number", "more than 100 predictions per picture", x->any_number.ap, x->any_number.ap50 };
	v[n++] = (struct eval_difference) { "No ignored regions", "crowds and difficult truths taken away", x->without_ignored.ap,
		x->without_ignored.ap50 };
	if (x->id_zero > 0)
		v[n++] = (struct eval_difference) { "Id 0 as pycocotools", "a match with a truth whose id is 0 passes for none",
			x->with_quirk.ap, x->with_quirk.ap50 };
	static const char *const floors[EXPLAIN_FLOORS] = { "Floor 0.01", "Floor 0.05", "Floor 0.1", "Floor 0.25", "Floor 0.5" };
	for (int i = 0; i < EXPLAIN_FLOORS; i++)
		v[n++] = (struct eval_difference) { floors[i], "predictions with lower scores left out", x->floors[i].coco.ap,
			x->floors[i].coco.ap50 };
	return n;
}

static void
count_sizes(const struct labels *l, uint64_t sizes[SCORE_AREAS], const struct matches *m)
{
	for (size_t k = 0; k < m->nclasses; k++) {
		const struct class_matches *c = &m->classes[k];
		for (size_t i = 0; i < c->ntruths; i++) {
			if (!match_counts(&l->truths[c->truth[i]]))
				continue;
			for (int a = 0; a < SCORE_AREAS; a++)
				sizes[a] += c->truth_marks[i] >> a & 1;
		}
	}
}

int
boxes_html(const struct boxes *b, const char *path, int64_t gallery, struct err *e)
{
	const struct score *s = b->score;
	size_t most = (size_t)gallery < s->nimages ? (size_t)gallery : s->nimages;
	struct eval_gallery g = { .v = mem_array(2 * most + 1, sizeof *g.v) };
	struct eval_facts facts = { 0 };
	struct eval_difference differences[DIFFERENCES];
	struct eval_class_row *classes = mem_array(s->nclasses + 1, sizeof *classes);
	static const char *const tasks[] = { "Object detection", "Person detection", "Face detection" };
	int task = strcmp(b->kind, "detect") == 0 ? 1 : strcmp(b->kind, "face") == 0 ? 2 : 0;
	char *set = eval_html_set(cli_value(b->c, "truth"));
	struct eval_boxes_page p = {
		.common = {
			.head = { .task = tasks[task], .set = set, .network = b->network,
				.protocol = "COCO, 101 points, IoU 0.50:0.95", .when_ms = b->started_ms },
			.resamples = b->with_intervals ? b->bootstrap.resamples : 0,
		},
		.score = s, .figures = b->with_intervals ? b->figures : NULL, .pr_curve = b->with_intervals ? b->pr_curve : NULL,
		.classes = classes, .differences = differences, .ndifferences = list_differences(b->explain, differences),
	};
	int r = -1;

	if (most > 0 && (add_kind(b, true, most, &g, e) != 0 || add_kind(b, false, most, &g, e) != 0))
		goto out;
	for (size_t k = 0; k < s->nclasses; k++) {
		if (s->classes[k].truths > 0 || s->classes[k].predictions > 0)
			classes[p.nclasses++] = (struct eval_class_row) { b->labels.classes[k].name, &s->classes[k] };
	}
	count_sizes(&b->labels, p.sizes, s->matches);
	add_facts(&facts, b);
	p.common.facts = facts.v;
	p.common.nfacts = facts.n;
	p.common.pictures = g.v;
	p.common.npictures = g.n;
	struct out *o;
	if (out_open(&o, path, e) == 0)
		r = eval_html_close(o, path, eval_boxes_page(&p, o, e), e);
out:
	eval_facts_free(&facts);
	eval_gallery_free(&g);
	free(classes);
	free(set);
	return r;
}
