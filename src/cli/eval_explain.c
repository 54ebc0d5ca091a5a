/*
 * --explain: why another evaluator would print another figure, in words and in the figures of this very input.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/eval_boxes.h"
#include "report/text.h"

static void
put_pair(struct out *o, const char *words, const struct explain_pair *p)
{
	char ap[32], ap50[32];
	out_printf(o, "  %-62s AP %5s  AP50 %5s\n", words, boxes_figure(p->ap, ap), boxes_figure(p->ap50, ap50));
}

static void
put_interpolation(struct out *o, const struct explain *x)
{
	char a[32], b[32], c[32];
	out_puts(o, "\nInterpolation. Precision is averaged over recall, at 101 points (COCO), over the whole curve (VOC from\n"
	    "2010) or at 11 points (VOC before). The same matches at IoU 0.50:\n");
	out_printf(o, "  101 points %s, all points %s, 11 points %s\n", boxes_figure(x->voc_101, a), boxes_figure(x->voc_all, b),
	    boxes_figure(x->voc_11, c));
}

static void
put_number(struct out *o, const struct explain *x)
{
	out_puts(o, "\nNumber. COCO looks at the 100 best predictions of a class in a picture; most others look at all.\n");
	if (x->beyond_100 == 0) {
		out_puts(o, "  No picture has more: it makes no difference here.\n");
		return;
	}
	out_printf(o, "  Predictions beyond that: %" PRIu64 ", in %" PRIu64 " of the pictures.\n", x->beyond_100, x->pictures_beyond_100);
	put_pair(o, "without that limit", &x->any_number);
}

static void
put_regions(struct out *o, const struct explain *x)
{
	out_puts(o, "\nRegions that do not count. Crowds and ignored (difficult, invalid) truths need not be found, and excuse\n"
	    "what is found in them; evaluators that do not know them count more misses and false alarms.\n");
	if (x->crowds + x->ignored == 0) {
		out_puts(o, "  There are none: it makes no difference here.\n");
		return;
	}
	out_printf(o, "  Crowds: %" PRIu64 "; ignored truths: %" PRIu64 "; predictions that they excuse: %" PRIu64 ".\n",
	    x->crowds, x->ignored, x->excused);
	put_pair(o, "those regions taken away", &x->without_ignored);
}

static void
put_areas(struct out *o, const struct explain *x)
{
	out_puts(o, "\nArea ranges. Small is below 32 x 32 pixels, large above 96 x 96, by the area of the object's outline where\n"
	    "the labels give it, else of its box; a figure of -1 says that the set has no such object.\n");
	out_printf(o, "  Small: %" PRIu64 ", medium: %" PRIu64 ", large: %" PRIu64 "; with an area other than their box's: %"
	    PRIu64 ".\n", x->small, x->medium, x->large, x->area_not_box);
}

static void
put_floor(struct out *o, const struct explain *x)
{
	out_puts(o, "\nScore floor. AP is the area under the whole curve, so predictions with low scores belong to it: a\n"
	    "threshold that was applied when they were written cuts the curve off.\n");
	if (isnan(x->lowest)) {
		out_puts(o, "  There are no predictions.\n");
		return;
	}
	out_printf(o, "  Scores here go from %.4g to %.4g; below 0.01: %" PRIu64 ".%s\n", x->lowest, x->highest, x->below_001,
	    x->cut ? " They were cut: this AP is too low." : "");
	for (int i = 0; i < EXPLAIN_FLOORS; i++) {
		char words[96];
		snprintf(words, sizeof words, "with a floor of %.2f, which leaves %" PRIu64, x->floors[i].score, x->floors[i].predictions);
		put_pair(o, words, &x->floors[i].coco);
	}
}

static void
put_oddities(struct out *o, const struct explain *x)
{
	if (x->classes_without_truths > 0)
		out_printf(o, "\nClasses. %zu without a truth are in no mean, and %" PRIu64 " predictions of theirs cost nothing.\n",
		    x->classes_without_truths, x->predictions_there);
	if (x->id_zero > 0) {
		out_printf(o, "\nThe id 0. pycocotools takes a match with a truth whose id is 0 for none; %" PRIu64 " here %s such an id. It\n"
		    "would print:\n", x->id_zero, x->id_zero == 1 ? "has" : "have");
		put_pair(o, "with that mistake", &x->with_quirk);
	}
}

void
boxes_explain_text(struct out *o, const struct explain *x)
{
	out_puts(o, "\nWhy other evaluators print other figures for this very input\n\n");
	put_pair(o, "as scored (COCO: 101 points, IoU 0.50:0.95, 100 per picture)", &x->coco);
	put_interpolation(o, x);
	put_number(o, x);
	put_regions(o, x);
	put_areas(o, x);
	put_floor(o, x);
	put_oddities(o, x);
	out_puts(o, "\nMatching. Predictions are matched in the order of their scores, not of their overlap: a surer one takes the\n"
	    "truth though a later one fits better. Overlaps have no extra pixel (VOC's own kit adds one).\n");
}

static void
put_json_pair(struct out *o, const char *key, const struct explain_pair *p)
{
	out_json_object(o, key);
	out_json_real(o, "AP", p->ap);
	out_json_real(o, "AP50", p->ap50);
	out_json_end(o);
}

static void
put_json_count(struct out *o, const char *key, uint64_t v)
{
	out_json_int(o, key, (int64_t)v);
}

void
boxes_explain_json(struct out *o, const struct explain *x)
{
	out_json_object(o, "explain");
	put_json_pair(o, "coco", &x->coco);
	out_json_real(o, "voc_101", x->voc_101);
	out_json_real(o, "voc_all", x->voc_all);
	out_json_real(o, "voc_11", x->voc_11);
	put_json_count(o, "beyond_100", x->beyond_100);
	put_json_pair(o, "any_number", &x->any_number);
	put_json_count(o, "crowds", x->crowds);
	put_json_count(o, "ignored", x->ignored);
	put_json_count(o, "excused", x->excused);
	put_json_pair(o, "without_ignored", &x->without_ignored);
	put_json_count(o, "small", x->small);
	put_json_count(o, "medium", x->medium);
	put_json_count(o, "large", x->large);
	put_json_count(o, "area_not_box", x->area_not_box);
	out_json_real(o, "lowest_score", x->lowest);
	out_json_real(o, "highest_score", x->highest);
	put_json_count(o, "below_0.01", x->below_001);
	out_json_bool(o, "cut", x->cut);
	out_json_array(o, "floors");
	for (int i = 0; i < EXPLAIN_FLOORS; i++) {
		out_json_object(o, NULL);
		out_json_real(o, "score", x->floors[i].score);
		put_json_count(o, "detections", x->floors[i].predictions);
		out_json_real(o, "AP", x->floors[i].coco.ap);
		out_json_real(o, "AP50", x->floors[i].coco.ap50);
		out_json_end(o);
	}
	out_json_end(o);
	put_json_count(o, "id_zero", x->id_zero);
	put_json_pair(o, "with_id_zero_for_none", &x->with_quirk);
	put_json_count(o, "classes_without_truths", x->classes_without_truths);
	put_json_count(o, "detections_there", x->predictions_there);
	out_json_end(o);
}
