/*
 * The page on an evaluation of boxes.
 */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "eval_parts.h"
#include "page.h"
#include "report/text.h"

static double
defined(double v)
{
	return v < 0 ? (double)NAN : v;
}

static struct interval
figure(const struct eval_boxes_page *p, enum score_figure f)
{
	struct interval i = { .low = (double)NAN, .high = (double)NAN };

	if (p->figures != NULL)
		i = p->figures[f];
	i.value = defined(p->score->figures[f]);
	return i;
}

static void
put_pieces(struct out *o, uint64_t n, const char *one, const char *many)
{
	out_puts(o, "<span class=\"whole\">");
	page_put_count(o, (int64_t)n, one, many);
	out_puts(o, "</span>");
}

static void
put_keys(struct out *o, const struct eval_boxes_page *p)
{
	const struct score *s = p->score;
	const struct interval ap = figure(p, SCORE_AP), ap50 = figure(p, SCORE_AP50), f1 = figure(p, SCORE_F1);

	out_puts(o, "<dl class=\"keys\">\n");
	eval_key_begin(o, "AP, mean over IoU .50 to .95", ap.value);
	eval_put_interval_words(o, &ap);
	eval_key_end(o);
	eval_key_begin(o, "AP50, at IoU .50", ap50.value);
	eval_put_interval_words(o, &ap50);
	eval_key_end(o);
	eval_key_begin(o, "F1 at IoU .50", f1.value);
	if (isfinite(s->threshold) && s->curve != NULL) {
		const struct curve_point at = curve_at(s->curve, s->threshold);
		out_printf(o, "at score %.3g: precision ", s->threshold);
		eval_put_value(o, defined(at.precision));
		out_puts(o, ", recall ");
		eval_put_value(o, defined(at.recall));
		eval_key_end(o);
		out_puts(o, "<div><dt>Found</dt><dd><span class=\"big\">");
		page_put_count(o, (int64_t)at.right, "", "");
		out_puts(o, "</span><span class=\"note\">of ");
		put_pieces(o, at.right + at.missed, "object", "objects");
		out_puts(o, " in ");
		put_pieces(o, s->nimages, "picture", "pictures");
		out_puts(o, "; ");
		put_pieces(o, at.wrong, "false alarm", "false alarms");
	} else {
		out_puts(o, "nothing was predicted that could count");
		eval_key_end(o);
		out_puts(o, "<div><dt>Found</dt><dd><span class=\"big\">0</span><span class=\"note\">of ");
		put_pieces(o, s->truths, "object", "objects");
		out_puts(o, " in ");
		put_pieces(o, s->nimages, "picture", "pictures");
	}
	eval_key_end(o);
	out_puts(o, "</dl>\n");
}

static void
row(const struct eval_dots *d, const struct eval_boxes_page *p, enum score_figure f, const char *name, const char *below)
{
	const struct interval mark = figure(p, f);
	eval_dots_row(d, name, below, &mark, (double)NAN);
}

static const char *
figure_title(const struct eval_boxes_page *p)
{
	return p->figures != NULL ? "Figure <span class=\"range\">95\u00a0% interval</span>" : "Figure";
}

static void
put_twelve(struct out *o, const struct eval_boxes_page *p)
{
	static const struct {
		const char *name, *below;
	} rows[COCO_FIGURES] = {
		{ "AP", "IoU .50:.95, all sizes" }, { "AP50", "IoU .50, all sizes" }, { "AP75", "IoU .75, all sizes" },
		{ "APs", "IoU .50:.95, small" }, { "APm", "IoU .50:.95, medium" }, { "APl", "IoU .50:.95, large" },
		{ "AR1", "1 a picture, all sizes" }, { "AR10", "10 a picture, all sizes" }, { "AR100", "100 a picture, all sizes" },
		{ "ARs", "100 a picture, small" }, { "ARm", "100 a picture, medium" }, { "ARl", "100 a picture, large" },
	};
	const struct eval_dots d = {
		.o = o, .axis = eval_axis_share(0), .marks = 1, .label = "The twelve COCO figures, two VOC figures, and precision, recall and F1",
		.first = "", .figure = figure_title(p)
	};

	out_puts(o, "<section class=\"keep\">\n<h2>All figures</h2>\n");
	eval_dots_begin(&d);
	for (int f = 0; f < COCO_FIGURES; f++) {
		if (f == COCO_AP)
			eval_dots_group(&d, "COCO, average precision");
		if (f == COCO_AR1)
			eval_dots_group(&d, "COCO, average recall");
		row(&d, p, (enum score_figure)f, rows[f].name, rows[f].below);
	}
	eval_dots_group(&d, "Pascal VOC");
	row(&d, p, SCORE_VOC_AP50, "AP50", "all points (from 2010)");
	row(&d, p, SCORE_VOC07_AP50, "AP50", "11 points (until 2009)");
	char at[64] = "IoU .50";
	if (isfinite(p->score->threshold))
		snprintf(at, sizeof at, "IoU .50, score \u2265 %.3g", p->score->threshold);
	eval_dots_group(&d, "At one threshold");
	row(&d, p, SCORE_PRECISION, "Precision", at);
	row(&d, p, SCORE_RECALL, "Recall", at);
	row(&d, p, SCORE_F1, "F1", at);
	eval_dots_end(&d);
	out_puts(o, "</section>\n");
}

static void
put_sizes(struct out *o, const struct eval_boxes_page *p)
{
	static const struct {
		const char *name, *range;
		enum score_area area;
		enum score_figure ap, ar;
	} rows[] = {
		{ "Small", "below 32\u00b2 pixels", AREA_SMALL, SCORE_APS, SCORE_ARS },
		{ "Medium", "32\u00b2 to 96\u00b2", AREA_MEDIUM, SCORE_APM, SCORE_ARM },
		{ "Large", "from 96\u00b2", AREA_LARGE, SCORE_APL, SCORE_ARL },
	};
	const struct eval_dots d = {
		.o = o, .axis = eval_axis_share(0), .marks = 2, .label = "Average precision and recall by size", .first = "",
		.figure = figure_title(p)
	};
	bool counted = p->sizes[AREA_SMALL] + p->sizes[AREA_MEDIUM] + p->sizes[AREA_LARGE] > 0;

	out_puts(o, "<section>\n<figure class=\"flat\"><figcaption><h2 class=\"caption\">By size of the object</h2>"
	    "<div class=\"legend\" aria-hidden=\"true\">"
	    "<span><svg viewBox=\"0 0 18 12\"><path class=\"dot\" d=\"M9 6h.01\"/></svg>average precision</span>"
	    "<span><svg viewBox=\"0 0 18 12\"><path class=\"dot second\" d=\"M9 6h.01\"/><path class=\"hole\" d=\"M9 6h.01\"/></svg>"
	    "average recall</span></div></figcaption>\n");
	eval_dots_begin(&d);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct interval marks[] = { figure(p, rows[i].ap), figure(p, rows[i].ar) };
		char below[160], text[TEXT_SIZE];
		if (counted)
			snprintf(below, sizeof below, "%s<br>%s object%s", rows[i].range,
			    text_count((int64_t)p->sizes[rows[i].area], text), p->sizes[rows[i].area] == 1 ? "" : "s");
		else
			snprintf(below, sizeof below, "%s", rows[i].range);
		eval_dots_row(&d, rows[i].name, below, marks, (double)NAN);
	}
	eval_dots_end(&d);
	out_puts(o, "</figure>\n</section>\n");
}

static void
put_classes(struct out *o, const struct eval_boxes_page *p)
{
	static const enum score_figure shown[] = { SCORE_AP, SCORE_AP50, SCORE_PRECISION, SCORE_RECALL, SCORE_F1 };
	char text[TEXT_SIZE];

	if (p->nclasses < 2)
		return;
	out_printf(o, "<section>\n<details%s>\n<summary>By class</summary>\n", p->nclasses <= 20 ? " open" : "");
	eval_table_begin(o, "names", "Figures by class");
	out_puts(o, "<thead><tr><th scope=\"col\">Class</th><th scope=\"col\">AP</th><th scope=\"col\">AP50</th>"
	    "<th scope=\"col\">Precision</th><th scope=\"col\">Recall</th><th scope=\"col\">F1</th>"
	    "<th scope=\"col\">Truths</th><th scope=\"col\">Predictions</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->nclasses; i++) {
		const struct score_class *c = p->classes[i].score;
		out_puts(o, "<tr><th scope=\"row\">");
		out_xml_text(o, p->classes[i].name);
		out_puts(o, "</th>");
		for (size_t k = 0; k < sizeof shown / sizeof shown[0]; k++) {
			out_puts(o, "<td>");
			eval_put_value(o, defined(c->figures[shown[k]]));
			out_puts(o, "</td>");
		}
		out_printf(o, "<td>%s</td>", text_count((int64_t)c->truths, text));
		out_printf(o, "<td>%s</td></tr>\n", text_count((int64_t)c->predictions, text));
	}
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</details>\n</section>\n");
}

static void
put_differences(struct out *o, const struct eval_boxes_page *p)
{
	if (p->ndifferences == 0)
		return;
	out_puts(o, "<section>\n<h2>Why another evaluator would print something else</h2>\n"
	    "<p class=\"soft\">The same predictions, scored under one changed rule at a time.</p>\n");
	eval_table_begin(o, "names words", "The same predictions under other rules");
	out_puts(o, "<thead><tr><th scope=\"col\">Rule</th><th scope=\"col\">AP</th><th scope=\"col\">AP50</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->ndifferences; i++) {
		const struct eval_difference *d = &p->differences[i];
		out_puts(o, "<tr><th scope=\"row\">");
		out_xml_text(o, d->rule);
		if (d->words != NULL) {
			out_puts(o, "<span class=\"sub\">");
			out_xml_text(o, d->words);
			out_puts(o, "</span>");
		}
		out_puts(o, "</th><td>");
		eval_put_value(o, defined(d->ap));
		out_puts(o, "</td><td>");
		eval_put_value(o, defined(d->ap50));
		out_puts(o, "</td></tr>\n");
	}
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</section>\n");
}

static void
put_notes(struct out *o, const struct eval_boxes_page *p)
{
	out_puts(o, "<section class=\"notes\">\n<h2>What the numbers mean</h2>\n<dl>\n");
	page_note(o, "IoU", "Intersection over union: the area that a predicted and a true box share, as a part of the area that both "
	    "cover. 1 is the same box, 0 is no contact. At IoU .50 a prediction counts as right from one half on.");
	page_note(o, "Precision and recall", "Precision: of what was predicted, the part that is there. Recall: of what is there, the part "
	    "that was found. F1 is their harmonic mean. All three hold for one threshold of the score.");
	page_note(o, "AP", "Average precision: the mean precision over all recalls, with predictions taken in order of their score. "
	    "It judges the order and the boxes, not a threshold. Where nothing is to be found it is undefined, shown as \u2013.");
	eval_note_interval(o, &p->common, "pictures");
	if (p->score->ignored > 0) {
		out_puts(o, "<dt>Regions that do not count</dt><dd>");
		page_put_count(o, (int64_t)p->score->ignored, "region of the set is", "regions of the set are");
		out_puts(o, " marked as a crowd, as difficult or to be ignored: not to be found, and no mistake to find.</dd>\n");
	}
	page_note(o, "Limits", "The figures hold for this set and its labels, with their mistakes. Another place, camera or light can give "
	    "others.");
	out_puts(o, "</dl>\n</section>\n");
}

int
eval_boxes_page(const struct eval_boxes_page *p, struct out *o, struct err *e)
{
	assert(p->score != NULL);
	if (eval_check_pictures(&p->common, e) != 0)
		return -1;
	eval_put_head(o, &p->common);
	put_keys(o, p);
	if (p->score->truths == 0)
		out_puts(o, "<p class=\"soft said\">The set holds no object that is to be found, so no figure is defined.</p>\n");
	else if (p->score->predictions == 0)
		out_puts(o, "<p class=\"soft said\">Nothing was predicted: there is no curve against the score to draw.</p>\n");
	out_puts(o, "<div class=\"pair curves\">\n");
	eval_put_pr(o, p);
	eval_put_scores(o, p);
	out_puts(o, "</div>\n");
	put_twelve(o, p);
	put_sizes(o, p);
	put_classes(o, p);
	put_differences(o, p);
	eval_put_gallery(o, &p->common, true);
	eval_put_facts(o, &p->common);
	put_notes(o, p);
	page_end(o);
	return 0;
}
