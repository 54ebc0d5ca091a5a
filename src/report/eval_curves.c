/*
 * The curves of an evaluation of boxes: precision against recall, and precision, recall and F1 against the score.
 */
#include <math.h>

#include "eval_parts.h"
#include "report/text.h"

enum { HEIGHT = 300 };

/* Ratios of the curve are below 0 where there is nothing to divide by. */
static double
ratio(double v)
{
	return v < 0 ? (double)NAN : v;
}

static double
at_recall(const struct eval_boxes_page *p, int r)
{
	return ratio(p->score->pr_curve[r]);
}

/* Between the bounds, wherever there are some: there may be several pieces. */
static void
put_band(const struct eval_plot *plot, const struct interval *band)
{
	for (int from = 0; from < AVERAGE_101; from++) {
		int end = from;
		while (end < AVERAGE_101 && eval_has_interval(&band[end]))
			end++;
		if (end - from < 2)
			continue;
		out_puts(plot->o, "<path class=\"band\" d=\"");
		for (int r = from; r < end; r++)
			out_printf(plot->o, "%s%.0f %.1f", r == from ? "M" : "L", eval_plot_x(plot, r / 100.0),
			    eval_plot_y(plot, band[r].high));
		for (int r = end; r-- > from;)
			out_printf(plot->o, "L%.0f %.1f", eval_plot_x(plot, r / 100.0), eval_plot_y(plot, band[r].low));
		out_puts(plot->o, "z\"/>\n");
		from = end;
	}
}

static void
put_pr_numbers(struct out *o, const struct eval_boxes_page *p)
{
	out_puts(o, "<details>\n<summary>The numbers, at every twentieth of recall</summary>\n");
	eval_table_begin(o, "", "Precision against recall");
	out_puts(o, "<thead><tr><th scope=\"col\">Recall</th><th scope=\"col\">Precision</th>");
	if (p->pr_curve != NULL)
		out_puts(o, "<th scope=\"col\">Low</th><th scope=\"col\">High</th>");
	out_puts(o, "</tr></thead>\n<tbody>\n");
	for (int r = 0; r < AVERAGE_101; r += 5) {
		out_printf(o, "<tr><th scope=\"row\">%.2f</th><td>", r / 100.0);
		eval_put_value(o, at_recall(p, r));
		if (p->pr_curve != NULL) {
			out_puts(o, "</td><td>");
			eval_put_value(o, p->pr_curve[r].low);
			out_puts(o, "</td><td>");
			eval_put_value(o, p->pr_curve[r].high);
		}
		out_puts(o, "</td></tr>\n");
	}
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</details>\n");
}

void
eval_put_pr(struct out *o, const struct eval_boxes_page *p)
{
	const struct eval_plot plot = {
		.o = o, .x = eval_axis_share(0), .y = eval_axis_share(0), .height = HEIGHT, .id = "pr",
		.x_title = "recall", .title = "Precision against recall at IoU 0.5"
	};
	struct eval_line line;
	double ap50 = ratio(p->score->figures[SCORE_AP50]);

	if (!isfinite(ap50))
		return;
	out_puts(o, "<section>\n<figure>\n<figcaption><h2 class=\"caption\">Precision against recall</h2>\n"
	    "<div class=\"legend\" aria-hidden=\"true\"><span><svg viewBox=\"0 0 18 12\"><path class=\"average\" d=\"M0 6H18\"/></svg>");
	out_puts(o, p->score->nclasses > 1 ? "mean over classes</span>" : "precision</span>");
	if (p->pr_curve != NULL)
		out_puts(o, "<span><svg viewBox=\"0 0 18 12\"><rect class=\"band\" width=\"18\" height=\"12\"/></svg>95\u00a0% interval</span>");
	out_puts(o, "</div>\n<p class=\"soft\">At IoU 0.5. The area below the line is AP50, ");
	eval_put_value(o, ap50);
	out_puts(o, ".</p></figcaption>\n");
	eval_plot_begin(&plot);
	out_puts(o, "Precision at recall 0, 0.25, 0.5, 0.75 and 1:");
	for (int r = 0; r < AVERAGE_101; r += 25) {
		out_puts(o, r > 0 ? ", " : " ");
		eval_put_value(o, at_recall(p, r));
	}
	out_puts(o, ". The table below has the numbers.");
	eval_plot_axes(&plot);
	if (p->pr_curve != NULL)
		put_band(&plot, p->pr_curve);
	eval_line_begin(&line, &plot, "average");
	for (int r = 0; r < AVERAGE_101; r++)
		eval_line_to(&line, r / 100.0, at_recall(p, r));
	eval_line_end(&line);
	eval_plot_end_svg(&plot);
	eval_plot_end(&plot);
	out_puts(o, "</figure>\n");
	put_pr_numbers(o, p);
	out_puts(o, "</section>\n");
}

enum ratio_line { PRECISION, RECALL, F1, LINES };

static double
value_of(const struct curve_point *c, enum ratio_line which)
{
	return ratio(which == PRECISION ? c->precision : which == RECALL ? c->recall : c->f1);
}

static void
put_score_numbers(struct out *o, const struct eval_boxes_page *p, const struct eval_axis *x)
{
	const struct curve *c = p->score->curve;
	char text[TEXT_SIZE];

	out_puts(o, "<details>\n<summary>The numbers, by score</summary>\n");
	eval_table_begin(o, "", "Precision, recall and F1 against score");
	out_puts(o, "<thead><tr><th scope=\"col\">Score at least</th><th scope=\"col\">Precision</th><th scope=\"col\">Recall</th>"
	    "<th scope=\"col\">F1</th><th scope=\"col\">Found</th><th scope=\"col\">False alarms</th>"
	    "<th scope=\"col\">Missed</th></tr></thead>\n<tbody>\n");
	int n = (int)lround((x->high - x->low) / x->step) * 4;
	for (int i = 0; i <= n; i++) {
		struct curve_point at = curve_at(c, x->low + (x->high - x->low) * i / n);
		out_printf(o, "<tr><th scope=\"row\">%.*f</th>", x->decimals + 2, at.score);
		for (int k = 0; k < LINES; k++) {
			out_puts(o, "<td>");
			eval_put_value(o, value_of(&at, (enum ratio_line)k));
			out_puts(o, "</td>");
		}
		out_printf(o, "<td>%s</td>", text_count((int64_t)at.right, text));
		out_printf(o, "<td>%s</td>", text_count((int64_t)at.wrong, text));
		out_printf(o, "<td>%s</td></tr>\n", text_count((int64_t)at.missed, text));
	}
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</details>\n");
}

static void
put_best(const struct eval_plot *plot, const struct curve_point *best)
{
	out_printf(plot->o, "<path class=\"guide\" d=\"M%.1f 0V%d\"/>\n", eval_plot_x(plot, best->score), plot->height);
	eval_plot_dot(plot, best->score, best->precision, "small one");
	eval_plot_dot(plot, best->score, best->recall, "small two");
	eval_plot_dot(plot, best->score, best->f1, "dot");
}

static void
put_score_legend(struct out *o)
{
	out_puts(o, "<figure>\n<figcaption><h2 class=\"caption\">Precision, recall and F1 against score</h2>\n"
	    "<div class=\"legend\" aria-hidden=\"true\">"
	    "<span><svg viewBox=\"0 0 18 12\"><path class=\"one\" d=\"M0 6H18\"/></svg>precision</span>"
	    "<span><svg viewBox=\"0 0 18 12\"><path class=\"two\" d=\"M0 6H18\"/></svg>recall</span>"
	    "<span><svg viewBox=\"0 0 18 12\"><path class=\"average\" d=\"M0 6H18\"/></svg>F1</span></div>\n"
	    "<p class=\"soft\">What a threshold would give: only predictions with that score or a better one. At IoU 0.5, "
	    "all classes together.</p></figcaption>\n");
}

void
eval_put_scores(struct out *o, const struct eval_boxes_page *p)
{
	static const char *const classes[LINES] = { "one", "two", "average" };
	const struct curve *c = p->score->curve;
	const struct curve_point *best = c != NULL ? curve_best(c) : NULL;

	if (best == NULL)
		return;
	double lowest = c->points[c->npoints - 1].score, highest = c->points[0].score;
	if (!isfinite(lowest) || !isfinite(highest) || !isfinite(highest - lowest))
		return;
	const struct eval_plot plot = {
		.o = o, .x = lowest >= 0 && highest <= 1 ? eval_axis_share(0) : eval_axis(lowest, highest, 6),
		.y = eval_axis_share(0), .height = HEIGHT, .id = "scores",
		.x_title = "score", .title = "Precision, recall and F1 against score"
	};
	out_puts(o, "<section>\n");
	put_score_legend(o);
	eval_plot_begin(&plot);
	out_printf(o, "F1 is best, %.3f, at score %.3f, with precision %.3f and recall %.3f. The table below has the numbers.",
	    best->f1, best->score, ratio(best->precision), ratio(best->recall));
	eval_plot_axes(&plot);
	for (int k = 0; k < LINES; k++) {
		struct eval_line line;
		eval_line_begin(&line, &plot, classes[k]);
		for (size_t i = 0; i < c->npoints; i++)
			eval_line_to(&line, c->points[i].score, value_of(&c->points[i], (enum ratio_line)k));
		eval_line_end(&line);
	}
	put_best(&plot, best);
	eval_plot_end_svg(&plot);
	char words[80];
	snprintf(words, sizeof words, "best F1 %.3f at %.3g", best->f1, best->score);
	eval_plot_label(&plot, best->score, words);
	eval_plot_end(&plot);
	out_puts(o, "</figure>\n");
	put_score_numbers(o, p, &plot.x);
	out_puts(o, "</section>\n");
}
