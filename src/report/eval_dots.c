/*
 * A table whose rows hold their figures twice: as dots with whiskers on a common axis, and as numbers.
 * Being a table, it can be read aloud, and its text keeps its size on every screen.
 */
#include <assert.h>
#include <math.h>

#include "eval_parts.h"

enum { LINE = 28 };	/* what a mark has for itself, up and down; pixels, where the style sheet does not say otherwise */

static const char *const classes[][3] = {
	{ "whisker", "dot", NULL }, { "whisker second", "dot second", "hole" }
};

static double
across(const struct eval_dots *d, double v)
{
	double part = (v - d->axis.low) / (d->axis.high - d->axis.low);
	return 1000 * fmin(fmax(part, 0), 1);
}

double
eval_lowest(const struct interval *marks, size_t n)
{
	double lowest = 1;
	for (size_t i = 0; i < n; i++) {
		if (isfinite(marks[i].value))
			lowest = fmin(lowest, marks[i].value);
		if (eval_has_interval(&marks[i]))
			lowest = fmin(lowest, marks[i].low);
	}
	return lowest;
}

void
eval_dots_begin(const struct eval_dots *d)
{
	int n = (int)lround((d->axis.high - d->axis.low) / d->axis.step);

	assert(d->marks >= 1 && d->marks <= sizeof classes / sizeof classes[0]);
	/* Not "scroll": it must fit, or nobody sees the dots. */
	out_printf(d->o, "<table class=\"dots\" aria-label=\"%s\">\n<thead><tr><th scope=\"col\">%s</th>"
	    "<td class=\"c\"><div class=\"ticks\" aria-hidden=\"true\">", d->label, d->first);
	for (int i = 0; i <= n; i++) {
		double v = d->axis.low + d->axis.step * i;
		out_printf(d->o, "<span%s style=\"left:%.2f%%\">%.*f</span>", n > 3 && (n - i) % 2 == 1 ? " class=\"odd\"" : "",
		    across(d, v) / 10, d->axis.decimals, v);
	}
	out_printf(d->o, "</div></td><th scope=\"col\">%s</th></tr></thead>\n<tbody>\n", d->figure);
}

void
eval_dots_group(const struct eval_dots *d, const char *name)
{
	out_puts(d->o, "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"3\">");
	out_xml_text(d->o, name);
	out_puts(d->o, "</th></tr>\n");
}

static void
put_mark(const struct eval_dots *d, const struct interval *m, size_t line)
{
	double y = LINE * ((double)line + 0.5);

	if (!isfinite(m->value))
		return;
	if (eval_has_interval(m))
		out_printf(d->o, "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/>", classes[line][0], across(d, m->low), y,
		    across(d, m->high));
	for (size_t k = 1; k < 3 && classes[line][k] != NULL; k++)
		out_printf(d->o, "<path class=\"%s\" d=\"M%.1f %.1fh.01\"/>", classes[line][k], across(d, m->value), y);
}

void
eval_dots_row(const struct eval_dots *d, const char *name, const char *below, const struct interval *marks,
    double reference)
{
	int n = (int)lround((d->axis.high - d->axis.low) / d->axis.step);
	int height = LINE * (int)d->marks;
	bool ranges = false;

	out_puts(d->o, "<tr><th scope=\"row\">");
	out_xml_text(d->o, name);
	if (below != NULL)
		out_printf(d->o, "<span class=\"sub\">%s</span>", below);
	out_printf(d->o, "</th><td class=\"c\"><svg class=\"of%zu\" viewBox=\"0 0 1000 %d\" preserveAspectRatio=\"none\" "
	    "aria-hidden=\"true\"><path class=\"grid\" d=\"", d->marks, height);
	/* The lines run on through the whole cell, which cuts them. */
	for (int i = 0; i <= n; i++)
		out_printf(d->o, "M%.1f -60V%d", across(d, d->axis.low + d->axis.step * i), height + 60);
	out_puts(d->o, "\"/>");
	if (isfinite(reference))
		out_printf(d->o, "<path class=\"reference\" d=\"M%.1f -2V%d\"/>", across(d, reference), height + 2);
	for (size_t i = 0; i < d->marks; i++)
		put_mark(d, &marks[i], i);
	out_puts(d->o, "</svg></td><td>");
	for (size_t i = 0; i < d->marks; i++)
		ranges = ranges || eval_has_interval(&marks[i]);
	for (size_t i = 0; i < d->marks; i++) {
		out_puts(d->o, "<span class=\"m\">");
		eval_put_value(d->o, marks[i].value);
		/* Room for the one that is missing keeps the figures below each other. */
		if (eval_has_interval(&marks[i]) || !ranges)
			eval_put_interval(d->o, &marks[i]);
		else
			out_puts(d->o, "<span class=\"range\"></span>");
		out_puts(d->o, "</span>");
	}
	out_puts(d->o, "</td></tr>\n");
}

void
eval_dots_end(const struct eval_dots *d)
{
	out_puts(d->o, "</tbody></table>\n");
}
