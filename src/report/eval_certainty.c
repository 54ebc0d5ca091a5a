/*
 * What a network's certainty is worth: the reliability diagram, and accuracy against the share abstained.
 */
#include <math.h>

#include "eval_parts.h"
#include "report/text.h"

enum { HEIGHT = 280, STRIP = 36 };

static struct interval
bin_share(const struct gender_bin *b)
{
	return interval_wilson((uint64_t)llround(b->share * (double)b->n), b->n);
}

static void
put_bins(const struct eval_plot *p, const struct gender_score *s)
{
	uint64_t most = 1;
	int bottom = p->height + 8 + p->strip;

	for (int i = 0; i < GENDER_BINS; i++)
		most = s->bins[i].n > most ? s->bins[i].n : most;
	out_printf(p->o, "<rect class=\"track\" y=\"%d\" width=\"1000\" height=\"%d\"/>\n", bottom - p->strip, p->strip);
	for (int i = 0; i < GENDER_BINS; i++) {
		const struct gender_bin *b = &s->bins[i];
		char text[TEXT_SIZE];
		if (b->n == 0)
			continue;
		double x = eval_plot_x(p, b->low), w = eval_plot_x(p, b->high) - x, y = eval_plot_y(p, b->share);
		double high = fmax((double)p->strip * (double)b->n / (double)most, 1);
		struct interval range = bin_share(b);
		out_printf(p->o, "<rect class=\"band\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x + 4, y, w - 8,
		    p->height - y);
		out_printf(p->o, "<rect class=\"seen\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x + 4, bottom - high, w - 8,
		    high);
		out_printf(p->o, "<path class=\"whisker\" d=\"M%.1f %.1fV%.1f\"/>", eval_plot_x(p, b->p_mean),
		    eval_plot_y(p, range.low), eval_plot_y(p, range.high));
		out_printf(p->o, "<path class=\"dot\" d=\"M%.1f %.1fh.01\"><title>said %.3f, were %.3f, of %s</title></path>\n",
		    eval_plot_x(p, b->p_mean), y, b->p_mean, b->share, text_count((int64_t)b->n, text));
	}
}

static void
put_bin_numbers(struct out *o, const struct gender_score *s)
{
	char text[TEXT_SIZE];

	out_puts(o, "<details>\n<summary>The numbers</summary>\n");
	eval_table_begin(o, "", "Reliability");
	out_puts(o, "<thead><tr><th scope=\"col\">p(female)</th><th scope=\"col\">Faces</th><th scope=\"col\">Mean said</th>"
	    "<th scope=\"col\">Were female</th></tr></thead>\n<tbody>\n");
	for (int i = 0; i < GENDER_BINS; i++) {
		const struct gender_bin *b = &s->bins[i];
		out_printf(o, "<tr><th scope=\"row\">%.1f\u2013%.1f</th><td>%s</td><td>", b->low, b->high,
		    text_count((int64_t)b->n, text));
		eval_put_value(o, b->p_mean);
		out_puts(o, "</td><td>");
		eval_put_value(o, b->share);
		out_puts(o, "</td></tr>\n");
	}
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</details>\n");
}

void
eval_put_reliability(struct out *o, const struct gender_score *s, const char *id, const char *view)
{
	const struct eval_plot p = {
		.o = o, .x = eval_axis_share(0), .y = eval_axis_share(0), .height = HEIGHT, .strip = STRIP, .id = id,
		.x_title = "p(female) that the network said", .title = "Reliability: share of women against what the network said"
	};
	double ece = s->figures[GENDER_ECE];

	out_printf(o, "<div><figure>\n<figcaption><h3 class=\"caption\">%s</h3><p class=\"soft\">", view);
	if (!isfinite(ece)) {
		out_puts(o, "No face was classified.</p></figcaption>\n</figure></div>\n");
		return;
	}
	out_printf(o, "Expected calibration error (ECE) %.3f</p></figcaption>\n", ece);
	eval_plot_begin(&p);
	out_printf(o, "Share of faces labelled female in ten bins of the network\u2019s p(female), beside the diagonal of a network that "
	    "is right about its certainty; expected calibration error %.3f. The table below has the numbers.", ece);
	eval_plot_axes(&p);
	put_bins(&p, s);
	out_printf(o, "<path class=\"diagonal\" d=\"M0 %dL1000 0\"/>\n", p.height);
	eval_plot_end_svg(&p);
	eval_plot_end(&p);
	out_puts(o, "</figure>\n");
	put_bin_numbers(o, s);
	out_puts(o, "</div>\n");
}

static void
put_cuts(const struct eval_plot *p, const struct gender_score *s, double min_score, bool second)
{
	struct eval_line line;

	eval_line_begin(&line, p, second ? "second-line" : "average");
	for (int i = 0; i < GENDER_CUTS; i++)
		eval_line_to(&line, s->cuts[i].abstained, s->cuts[i].accuracy);
	eval_line_end(&line);
	for (int i = 0; i < GENDER_CUTS; i++) {
		const struct gender_cut *c = &s->cuts[i];
		/* Cuts are 0.01 apart: the one in force, or the nearest. */
		if (fabs(c->certainty - min_score) > 0.005)
			continue;
		eval_plot_dot(p, c->abstained, c->accuracy, second ? "dot second" : "dot");
		if (second)
			eval_plot_dot(p, c->abstained, c->accuracy, "hole");
		break;
	}
}

static void
put_cut_numbers(struct out *o, const struct eval_gender_page *p)
{
	const struct gender_score *const views[] = { p->given.score, p->found.score };
	static const char *const names[] = { "given a face", "end to end" };

	out_puts(o, "<details>\n<summary>The numbers, by certainty</summary>\n");
	eval_table_begin(o, "", "Accuracy against share abstained");
	out_puts(o, "<thead><tr><th scope=\"col\">Certainty at least</th>");
	for (int k = 0; k < 2; k++)
		if (views[k] != NULL)
			out_printf(o, "<th scope=\"col\">Abstained, %s</th><th scope=\"col\">Accuracy, %s</th>", names[k], names[k]);
	out_puts(o, "</tr></thead>\n<tbody>\n");
	for (int i = 0; i < GENDER_CUTS; i += 5) {
		const struct gender_score *any = views[0] != NULL ? views[0] : views[1];
		out_printf(o, "<tr><th scope=\"row\">%.2f</th>", any->cuts[i].certainty);
		for (int k = 0; k < 2; k++) {
			if (views[k] == NULL)
				continue;
			out_puts(o, "<td>");
			eval_put_value(o, views[k]->cuts[i].abstained);
			out_puts(o, "</td><td>");
			eval_put_value(o, views[k]->cuts[i].accuracy);
			out_puts(o, "</td>");
		}
		out_puts(o, "</tr>\n");
	}
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</details>\n");
}

void
eval_put_abstaining(struct out *o, const struct eval_gender_page *p)
{
	const struct gender_score *const views[] = { p->given.score, p->found.score };
	double lowest = (double)NAN;

	for (int k = 0; k < 2; k++)
		for (int i = 0; views[k] != NULL && i < GENDER_CUTS; i++)
			if (isfinite(views[k]->cuts[i].abstained))
				lowest = fmin(lowest, views[k]->cuts[i].accuracy);
	if (!isfinite(lowest))
		return;
	const struct eval_plot plot = {
		.o = o, .x = eval_axis_share(0), .y = eval_axis_share(lowest), .height = HEIGHT, .id = "abstaining",
		.x_title = "share of the faces that get no answer", .title = "Accuracy against share abstained"
	};
	out_puts(o, "<section>\n<figure>\n<figcaption><h2 class=\"caption\">Accuracy against share abstained</h2>\n");
	if (views[0] != NULL && views[1] != NULL)
		out_puts(o, "<div class=\"legend\" aria-hidden=\"true\">"
		    "<span><svg viewBox=\"0 0 18 12\"><path class=\"average\" d=\"M0 6H18\"/></svg>given a face</span>"
		    "<span><svg viewBox=\"0 0 18 12\"><path class=\"second-line\" d=\"M0 6H18\"/></svg>end to end</span></div>\n");
	out_printf(o, "<p class=\"soft\">Of those answered, how many were right, when the network is let off the faces it is least certain "
	    "of. The dot is the setting in force, %.2f. Faces that were not found are left aside here.</p></figcaption>\n", p->min_score);
	eval_plot_begin(&plot);
	for (int k = 0; k < 2; k++)
		if (views[k] != NULL && isfinite(views[k]->cuts[0].accuracy))
			out_printf(o, "%s: accuracy %.3f with %.3f abstained at certainty 0.5. ", k == 0 ? "Given a face" : "End to end",
			    views[k]->cuts[0].accuracy, views[k]->cuts[0].abstained);
	out_puts(o, "The table below has the numbers.");
	eval_plot_axes(&plot);
	for (int k = 0; k < 2; k++)
		if (views[k] != NULL)
			put_cuts(&plot, views[k], p->min_score, k == 1);
	eval_plot_end_svg(&plot);
	eval_plot_end(&plot);
	out_puts(o, "</figure>\n");
	put_cut_numbers(o, p);
	out_puts(o, "</section>\n");
}
