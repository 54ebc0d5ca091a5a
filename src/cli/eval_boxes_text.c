/*
 * What an evaluation of boxes found, as text and as JSON.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "cli/eval_boxes.h"
#include "report/text.h"

/* The twelve lines in the layout that everybody knows, to the blank. */
void
boxes_coco_lines(struct out *o, const double figures[SCORE_FIGURES])
{
	static const struct {
		const char *overlap, *area;
		int most;
	} lines[COCO_FIGURES] = {
		{ "0.50:0.95", "all", 100 }, { "0.50", "all", 100 }, { "0.75", "all", 100 },
		{ "0.50:0.95", "small", 100 }, { "0.50:0.95", "medium", 100 }, { "0.50:0.95", "large", 100 },
		{ "0.50:0.95", "all", 1 }, { "0.50:0.95", "all", 10 }, { "0.50:0.95", "all", 100 },
		{ "0.50:0.95", "small", 100 }, { "0.50:0.95", "medium", 100 }, { "0.50:0.95", "large", 100 },
	};
	for (int f = 0; f < COCO_FIGURES; f++)
		out_printf(o, " %-18s %s @[ IoU=%-9s | area=%6s | maxDets=%3d ] = %0.3f\n",
		    f < COCO_AR1 ? "Average Precision" : "Average Recall", f < COCO_AR1 ? "(AP)" : "(AR)", lines[f].overlap, lines[f].area, lines[f].most, figures[f]);
}

const char *
boxes_figure(double v, char text[32])
{
	if (isnan(v) || v < 0)
		return "-";
	snprintf(text, 32, "%.3f", v);
	return text;
}

static void
put_intervals(struct out *o, const struct boxes *b)
{
	char text[TEXT_SIZE];
	int on_line = 0;
	bool any = false;
	for (int f = 0; f < SCORE_FIGURES; f++)
		any = any || (!isnan(b->figures[f].low) && b->figures[f].value >= 0);
	if (!b->with_intervals || !any)
		return;
	out_printf(o, "\n95 %% intervals (%s resamples", text_count((int64_t)b->bootstrap.resamples, text));
	out_printf(o, " of the pictures, seed %llu):\n", (unsigned long long)b->bootstrap.seed);
	for (int f = 0; f < SCORE_FIGURES; f++) {
		const struct interval *v = &b->figures[f];
		if (isnan(v->low) || v->value < 0)
			continue;
		out_printf(o, "%s %-10s %.3f-%.3f", on_line == 0 ? " " : "  ", score_name((enum score_figure)f), v->low, v->high);
		on_line = (on_line + 1) % 3;
		if (on_line == 0)
			out_puts(o, "\n");
	}
	if (on_line != 0)
		out_puts(o, "\n");
}

static void
put_classes(struct out *o, const struct boxes *b)
{
	const struct score *s = b->score;
	size_t widest = 5;
	if (s->nclasses < 2)
		return;
	for (size_t k = 0; k < s->nclasses; k++) {
		size_t n = strlen(b->labels.classes[k].name);
		widest = n > widest && n <= 24 ? n : widest;
	}
	out_printf(o, "\n%-*s  %7s  %6s  %6s  %6s\n", (int)widest, "class", "truths", "AP", "AP50", "F1");
	for (size_t k = 0; k < s->nclasses; k++) {
		const struct score_class *v = &s->classes[k];
		char ap[32], ap50[32], f1[32];
		if (v->truths == 0)
			continue;
		out_printf(o, "%-*.24s  %7llu  %6s  %6s  %6s\n", (int)widest, b->labels.classes[k].name, (unsigned long long)v->truths,
		    boxes_figure(v->figures[SCORE_AP], ap), boxes_figure(v->figures[SCORE_AP50], ap50), boxes_figure(v->figures[SCORE_F1], f1));
	}
}

static void
put_difference(struct out *o, const struct boxes *b)
{
	static const enum score_figure shown[] = { SCORE_AP, SCORE_AP50, SCORE_F1 };
	if (b->baseline == 0)
		return;
	out_printf(o, "\nagainst evaluation %lld:\n", (long long)b->baseline);
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
		const struct interval *v = &b->difference[shown[i]];
		out_printf(o, "  %-5s", score_name(shown[i]));
		if (isnan(v->value))
			out_puts(o, " undefined\n");
		else if (isnan(v->low))
			out_printf(o, " %+.3f\n", v->value);
		else
			out_printf(o, " %+.3f (95 %% interval %+.3f to %+.3f%s)\n", v->value, v->low, v->high,
			    v->low <= 0 && v->high >= 0 ? ": no difference can be told" : "");
	}
}

void
boxes_text(struct out *o, const struct boxes *b)
{
	const struct score *s = b->score;
	char one[TEXT_SIZE], two[TEXT_SIZE], three[TEXT_SIZE], all[32], eleven[32], p[32], r[32], f1[32];

	out_printf(o, "pictures: %s; truths: %s; predictions: %s", text_count((int64_t)(s->nimages - b->nskipped), one),
	    text_count((int64_t)s->truths, two), text_count((int64_t)s->predictions, three));
	if (s->ignored > 0)
		out_printf(o, "; ignored truths: %s", text_count((int64_t)s->ignored, one));
	if (b->nskipped > 0)
		out_printf(o, "; pictures left out: %s", text_count((int64_t)b->nskipped, one));
	if (b->network != NULL)
		out_printf(o, "; network: %s", b->network);
	out_puts(o, "\n\n");
	boxes_coco_lines(o, s->figures);
	out_printf(o, "\nPascal VOC, IoU 0.50: AP %s (all points), %s (11 points)\n",
	    boxes_figure(s->figures[SCORE_VOC_AP50], all), boxes_figure(s->figures[SCORE_VOC07_AP50], eleven));
	if (isnan(s->threshold))
		out_puts(o, "No precision and recall: there are no predictions, or nothing is to be found.\n");
	else
		out_printf(o, "At score %.3f, where F1 is best: precision %s, recall %s, F1 %s\n", s->threshold,
		    boxes_figure(s->figures[SCORE_PRECISION], p), boxes_figure(s->figures[SCORE_RECALL], r), boxes_figure(s->figures[SCORE_F1], f1));
	put_intervals(o, b);
	put_classes(o, b);
	put_difference(o, b);
	if (b->explain != NULL)
		boxes_explain_text(o, b->explain);
	if (b->id != 0)
		out_printf(o, "\nevaluation %lld in %s\n", (long long)b->id, b->c->db);
}

/* ---- JSON ---- */

static void
put_json_interval(struct out *o, const char *name, const struct interval *v)
{
	if (isnan(v->low)) {
		out_json_null(o, name);
		return;
	}
	out_json_object(o, name);
	out_json_real(o, "low", v->low);
	out_json_real(o, "high", v->high);
	out_json_end(o);
}

static void
put_json_classes(struct out *o, const struct boxes *b)
{
	const struct score *s = b->score;
	out_json_array(o, "classes");
	for (size_t k = 0; k < s->nclasses; k++) {
		const struct score_class *v = &s->classes[k];
		out_json_object(o, NULL);
		out_json_text(o, "class", b->labels.classes[k].name);
		out_json_int(o, "id", b->labels.classes[k].id);
		out_json_int(o, "truths", (int64_t)v->truths);
		out_json_int(o, "detections", (int64_t)v->predictions);
		for (int f = 0; f < SCORE_FIGURES; f++)
			out_json_real(o, score_name((enum score_figure)f), v->figures[f]);
		out_json_end(o);
	}
	out_json_end(o);
}

static void
put_json_difference(struct out *o, const struct boxes *b)
{
	out_json_object(o, "baseline");
	out_json_int(o, "evaluation", b->baseline);
	out_json_object(o, "difference");
	for (int f = 0; f < SCORE_FIGURES; f++) {
		const struct interval *v = &b->difference[f];
		out_json_object(o, score_name((enum score_figure)f));
		out_json_real(o, "value", v->value);
		out_json_real(o, "low", v->low);
		out_json_real(o, "high", v->high);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_end(o);
}

void
boxes_json(struct out *o, const struct boxes *b)
{
	const struct score *s = b->score;
	out_json_object(o, NULL);
	if (b->id != 0)
		out_json_int(o, "evaluation", b->id);
	out_json_text(o, "dataset_sha256", b->sha256);
	if (b->network != NULL) {
		out_json_text(o, "network", b->network);
		out_json_text(o, "network_sha256", b->network_sha256);
	}
	out_json_int(o, "images", (int64_t)(s->nimages - b->nskipped));
	out_json_int(o, "skipped", (int64_t)b->nskipped);
	out_json_int(o, "truths", (int64_t)s->truths);
	out_json_int(o, "ignored", (int64_t)s->ignored);
	out_json_int(o, "detections", (int64_t)s->predictions);
	for (int f = 0; f < SCORE_FIGURES; f++)
		out_json_real(o, score_name((enum score_figure)f), s->figures[f]);
	out_json_real(o, "f1_score_threshold", s->threshold);
	if (b->with_intervals) {
		out_json_object(o, "intervals");
		for (int f = 0; f < SCORE_FIGURES; f++)
			put_json_interval(o, score_name((enum score_figure)f), &b->figures[f]);
		out_json_int(o, "resamples", (int64_t)b->bootstrap.resamples);
		out_json_int(o, "seed", (int64_t)b->bootstrap.seed);
		out_json_end(o);
	}
	if (s->nclasses > 1)
		put_json_classes(o, b);
	if (b->baseline != 0)
		put_json_difference(o, b);
	if (b->explain != NULL)
		boxes_explain_json(o, b->explain);
	out_json_end(o);
}
