/*
 * Lines in a square of numbers.  As in the charts of people per minute the drawing stretches with the
 * page and its letters do not: lengths across are parts of 1000, lengths down are pixels.
 */
#include <assert.h>
#include <math.h>

#include "eval_parts.h"
#include "report/axis.h"

enum { STRIP_GAP = 8 };

struct eval_axis
eval_axis(double low, double high, int most)
{
	assert(isfinite(low) && isfinite(high) && most >= 3);
	if (!(high > low))
		high = low + 1;
	/* One tick may be lost at each end to rounding outwards. */
	struct axis_values v = axis_values(high - low, most - 1);
	struct eval_axis a = { .low = floor(low / v.step) * v.step, .step = v.step, .decimals = v.decimals };
	a.high = a.low + v.step * ceil((high - a.low) / v.step - 1e-9);
	return a;
}

struct eval_axis
eval_axis_share(double lowest)
{
	static const struct eval_axis axes[] = {
		{ 0.9, 1, 0.02, 2 }, { 0.8, 1, 0.05, 2 }, { 0.7, 1, 0.1, 1 }, { 0.6, 1, 0.1, 1 }, { 0.5, 1, 0.1, 1 }
	};
	for (size_t i = 0; i < sizeof axes / sizeof axes[0]; i++)
		if (lowest >= axes[i].low + 0.01)
			return axes[i];
	return (struct eval_axis) { 0, 1, 0.2, 1 };
}

double
eval_plot_x(const struct eval_plot *p, double v)
{
	return 1000 * (v - p->x.low) / (p->x.high - p->x.low);
}

double
eval_plot_y(const struct eval_plot *p, double v)
{
	return p->height - p->height * (v - p->y.low) / (p->y.high - p->y.low);
}

static int
ticks(const struct eval_axis *a)
{
	return (int)lround((a->high - a->low) / a->step) + 1;
}

/* -0.0 would be written with its sign. */
static double
tick(const struct eval_axis *a, int i)
{
	double v = a->low + a->step * i;
	return fabs(v) < a->step / 2 ? 0 : v;
}

void
eval_plot_begin(const struct eval_plot *p)
{
	int whole = p->height + (p->strip > 0 ? STRIP_GAP + p->strip : 0);

	out_printf(p->o, "<div class=\"plot titled\" style=\"height:%dpx\">\n<div aria-hidden=\"true\">\n", whole);
	for (int i = 0; i < ticks(&p->y); i++)
		out_printf(p->o, "<span class=\"y\" style=\"top:%.1fpx\">%.*f</span>", eval_plot_y(p, tick(&p->y, i)),
		    p->y.decimals, tick(&p->y, i));
	if (p->strip > 0)
		out_printf(p->o, "<span class=\"y\" style=\"top:%dpx\">faces</span>", whole - p->strip / 2);
	out_puts(p->o, "\n<div class=\"x\">");
	for (int i = 0; i < ticks(&p->x); i++)
		out_printf(p->o, "<span style=\"left:%.2f%%\">%.*f</span>", eval_plot_x(p, tick(&p->x, i)) / 10,
		    p->x.decimals, tick(&p->x, i));
	out_printf(p->o, "</div>\n<div class=\"axis\">%s</div>\n</div>\n", p->x_title);
	out_printf(p->o, "<svg viewBox=\"0 0 1000 %d\" height=\"%d\" preserveAspectRatio=\"none\" role=\"img\" "
	    "aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">", whole, whole, p->id, p->id,
	    p->id, p->title, p->id);
}

void
eval_plot_axes(const struct eval_plot *p)
{
	out_puts(p->o, "</desc>\n<path class=\"grid\" d=\"");
	for (int i = 1; i < ticks(&p->y); i++)
		out_printf(p->o, "M0 %.1fH1000", eval_plot_y(p, tick(&p->y, i)));
	out_puts(p->o, "\"/>\n");
	out_printf(p->o, "<path class=\"base\" d=\"M0 %dH1000\"/>\n", p->height);
}

void
eval_plot_end_svg(const struct eval_plot *p)
{
	out_puts(p->o, "</svg>\n<div aria-hidden=\"true\">");
}

void
eval_plot_end(const struct eval_plot *p)
{
	out_puts(p->o, "</div>\n</div>\n");
}

void
eval_line_begin(struct eval_line *l, const struct eval_plot *p, const char *class)
{
	*l = (struct eval_line) { .p = p };
	out_printf(p->o, "<path class=\"%s\" d=\"", class);
}

static void
draw(struct eval_line *l, double x, double y)
{
	out_printf(l->p->o, "%s%.1f %.1f", l->down ? "L" : "M", x, y);
	l->down = true;
	l->skipped = false;
	l->last_x = x;
	l->last_y = y;
}

void
eval_line_to(struct eval_line *l, double x, double y)
{
	if (!isfinite(x) || !isfinite(y)) {
		if (l->skipped)
			draw(l, l->skipped_x, l->skipped_y);
		l->down = false;
		return;
	}
	x = eval_plot_x(l->p, x);
	y = eval_plot_y(l->p, y);
	if (l->down && fabs(x - l->last_x) < 2 && fabs(y - l->last_y) < 1) {
		l->skipped = true;
		l->skipped_x = x;
		l->skipped_y = y;
		return;
	}
	/* A jump starts where the line was, not where it was last drawn. */
	if (l->skipped)
		draw(l, l->skipped_x, l->skipped_y);
	draw(l, x, y);
}

void
eval_line_end(struct eval_line *l)
{
	if (l->skipped)
		draw(l, l->skipped_x, l->skipped_y);
	out_puts(l->p->o, "\"/>\n");
}

void
eval_plot_dot(const struct eval_plot *p, double x, double y, const char *class)
{
	if (isfinite(x) && isfinite(y))
		out_printf(p->o, "<path class=\"%s\" d=\"M%.1f %.1fh.01\"/>\n", class, eval_plot_x(p, x), eval_plot_y(p, y));
}

void
eval_plot_label(const struct eval_plot *p, double x, const char *words)
{
	double part = eval_plot_x(p, x) / 10;
	const char *side = part < 30 ? " from" : part > 70 ? " upto" : "";
	out_printf(p->o, "<span class=\"flag%s\" style=\"left:%.2f%%\">%s</span>", side, part, words);
}
