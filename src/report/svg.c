/*
 * The two charts.
 *
 * The drawing is an SVG that stretches with the page (preserveAspectRatio none, strokes that do not
 * scale), and everything with letters in it is HTML laid over it, so that text keeps its size from a
 * phone to a sheet of paper.  Lengths across are parts of 1000, lengths down are pixels.
 * Hatching is horizontal, because only that survives stretching.
 */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "page.h"
#include "report/axis.h"
#include "report/text.h"

enum {
	PLOT = 220,		/* height of the values */
	STRIP_TOP = PLOT + 16,	/* the strip below them */
	STRIP = 10,
	VALUE_TICKS = 6,
	LABELLED = 6,		/* so few bins have their values written */
	RIMMED = 72		/* so few bars have rims */
};

struct plot {
	struct out *o;
	const struct chart *c;
	int64_t from_ms, span_ms;
	struct axis_values y;
	int height;		/* strip included */
	const char *kind;	/* part of ids */
};

static double
across(const struct plot *p, int64_t ms)
{
	return 1000.0 * (double)(ms - p->from_ms) / (double)p->span_ms;
}

static double
down(const struct plot *p, double value)
{
	return PLOT - PLOT * value / p->y.top;
}

static bool
next_to(const struct chart *c, size_t i)
{
	return i > 0 && c->bins[i].frames > 0 && c->bins[i - 1].frames > 0 &&
	    c->bins[i - 1].start_ms + c->width_ms == c->bins[i].start_ms;
}

static void
put_rect(struct plot *p, double x, double y, double w, double h)
{
	if (w > 0 && h > 0)
		out_printf(p->o, "M%.2f %.1fh%.2fv%.1fh%.2fz", x, y, w, h, -w);
}

/* Where bin i is drawn: its whole width, or with a little air on both sides. */
static void
slot(const struct plot *p, size_t i, bool air, double *x, double *w)
{
	double left = across(p, p->c->bins[i].start_ms), right = across(p, p->c->bins[i].start_ms + p->c->width_ms);
	double inset = air && (right - left) > 12 ? (right - left) * 0.08 : 0;
	*x = left + inset;
	*w = right - left - 2 * inset;
}

static void
put_value_labels(struct plot *p)
{
	for (int i = 0; i < p->y.n; i++) {
		double v = p->y.step * i;
		out_printf(p->o, "<span class=\"y\" style=\"top:%.1fpx\">%.*f</span>", down(p, v), p->y.decimals, v);
	}
	if (p->height > PLOT)
		out_printf(p->o, "<span class=\"y\" style=\"top:%dpx\">seen</span>", STRIP_TOP + STRIP / 2);
	out_puts(p->o, "\n");
}

/* Three sets, of which the style sheet shows one: as many as there is room for. */
static void
put_time_labels(struct plot *p)
{
	static const struct {
		const char *name;
		size_t most;
	} sets[] = { { "few", 5 }, { "some", 8 }, { "many", 12 } };

	for (size_t k = 0; k < sizeof sets / sizeof sets[0]; k++) {
		struct axis_tick ticks[AXIS_TICKS];
		size_t n = axis_times(p->from_ms, p->from_ms + p->span_ms, p->c->in_recording, sets[k].most, ticks);
		out_printf(p->o, "<div class=\"x %s\">", sets[k].name);
		for (size_t i = 0; i < n; i++) {
			out_printf(p->o, "<span style=\"left:%.2f%%\">%s", across(p, ticks[i].ms) / 10, ticks[i].label);
			if (ticks[i].second[0] != '\0')
				out_printf(p->o, "<br>%s", ticks[i].second);
			out_puts(p->o, "</span>");
		}
		out_puts(p->o, "</div>\n");
	}
}

static void
put_moment(struct plot *p, const struct report_bin *b)
{
	char period[TEXT_SIZE];
	out_xml_text(p->o, text_period(b->start_ms, b->start_ms + b->width_ms, p->c->in_recording, "\u2013", period));
}

/* What a pointer that rests on a bin is told. */
static void
put_tips(struct plot *p, bool gender)
{
	char text[TEXT_SIZE];

	out_puts(p->o, "<g class=\"tips\">\n");
	for (size_t i = 0; i < p->c->n; i++) {
		const struct report_bin *b = &p->c->bins[i];
		double x, w;
		if (gender ? b->gender_frames == 0 : b->frames == 0)
			continue;
		slot(p, i, false, &x, &w);
		out_printf(p->o, "<rect x=\"%.2f\" width=\"%.2f\" height=\"%d\"><title>", x, w, p->height);
		put_moment(p, b);
		if (gender) {
			out_printf(p->o, ": men %s", text_average(report_bin_men(b), text));
			out_printf(p->o, ", women %s", text_average(report_bin_women(b), text));
			out_printf(p->o, ", unknown %s", text_average(report_bin_unknown(b), text));
		} else {
			out_printf(p->o, ": average %s, %" PRId64 " to %" PRId64,
			    text_average(report_bin_people(b), text), b->people_min, b->people_max);
			out_printf(p->o, ", %s frames", text_count(b->frames, text));
			out_printf(p->o, ", %s seen", text_percent(report_bin_coverage(b), text));
		}
		out_puts(p->o, "</title></rect>\n");
	}
	out_puts(p->o, "</g>\n");
}

static void
put_grid(struct plot *p)
{
	out_puts(p->o, "<path class=\"grid\" d=\"");
	for (int i = 1; i < p->y.n; i++)
		out_printf(p->o, "M0 %.1fH1000", down(p, p->y.step * i));
	out_printf(p->o, "\"/>\n<path class=\"base\" d=\"M0 %dH1000\"/>\n", PLOT);
}

static void
open_svg(struct plot *p, const char *title)
{
	size_t n = p->c->number;
	out_printf(p->o, "<svg viewBox=\"0 0 1000 %d\" height=\"%d\" preserveAspectRatio=\"none\" role=\"img\" "
	    "aria-labelledby=\"%s-t%zu %s-d%zu\">\n<title id=\"%s-t%zu\">%s: ",
	    p->height, p->height, p->kind, n, p->kind, n, p->kind, n, title);
	out_xml_text(p->o, p->c->name);
	out_printf(p->o, "</title>\n<desc id=\"%s-d%zu\">", p->kind, n);
}

static void
put_period(struct plot *p)
{
	char period[TEXT_SIZE];
	out_xml_text(p->o, text_period(p->from_ms, p->from_ms + p->span_ms, p->c->in_recording, "\u2013", period));
}

static void
put_hatch(struct plot *p, const char *class, const char *ground)
{
	out_printf(p->o, "<defs><pattern id=\"%s-h%zu\" width=\"8\" height=\"4\" patternUnits=\"userSpaceOnUse\">"
	    "<rect class=\"%s\" width=\"8\" height=\"4\"/><rect class=\"%s\" width=\"8\" height=\"1.6\"/></pattern></defs>\n",
	    p->kind, p->c->number, ground, class);
}

static void
begin(struct plot *p, struct out *o, const struct chart *c, const char *kind, double largest, int height)
{
	const struct report_bin *last = &c->bins[c->n - 1];

	assert(c->n > 0 && c->width_ms > 0);
	*p = (struct plot) {
		.o = o, .c = c, .kind = kind, .height = height,
		.from_ms = c->bins[0].start_ms,
		.span_ms = last->start_ms + c->width_ms - c->bins[0].start_ms,
		.y = axis_values(largest, VALUE_TICKS)
	};
	out_printf(o, "<div class=\"plot\" style=\"height:%dpx\">\n<div aria-hidden=\"true\">\n", height);
	put_value_labels(p);
	put_time_labels(p);
	out_puts(o, "</div>\n");
}

/* Fewest to most, as steps; partly seen bins apart, to be hatched. */
static void
put_band(struct plot *p, bool partial)
{
	for (size_t i = 0; i < p->c->n; i++) {
		const struct report_bin *b = &p->c->bins[i];
		double x, w;
		if (b->frames == 0 || report_bin_partial(b) != partial)
			continue;
		slot(p, i, false, &x, &w);
		double top = down(p, (double)b->people_max);
		/* Fewest = most is still a value: a line of two pixels. */
		put_rect(p, x, top, w, fmax(down(p, (double)b->people_min) - top, 2));
	}
}

static void
put_average_line(struct plot *p)
{
	for (size_t i = 0; i < p->c->n; i++) {
		const struct report_bin *b = &p->c->bins[i];
		if (b->frames == 0)
			continue;
		double y = down(p, report_bin_people(b));
		if (next_to(p->c, i))
			out_printf(p->o, "V%.1f", y);
		else
			out_printf(p->o, "M%.2f %.1f", across(p, b->start_ms), y);
		out_printf(p->o, "H%.2f", across(p, b->start_ms + p->c->width_ms));
	}
}

static void
put_strip(struct plot *p)
{
	out_printf(p->o, "<rect class=\"track\" y=\"%d\" width=\"1000\" height=\"%d\"/>\n<path class=\"seen\" d=\"",
	    STRIP_TOP, STRIP);
	for (size_t i = 0; i < p->c->n; i++) {
		double x, w, h = STRIP * fmin(report_bin_coverage(&p->c->bins[i]), 1);
		slot(p, i, false, &x, &w);
		if (h > 0)
			h = fmax(h, 1);
		put_rect(p, x, STRIP_TOP + STRIP - h, w, h);
	}
	out_puts(p->o, "\"/>\n");
}

static void
put_few_values(struct plot *p)
{
	char text[TEXT_SIZE];

	if (p->c->n > LABELLED || p->span_ms / p->c->width_ms > LABELLED)
		return;
	out_puts(p->o, "<div aria-hidden=\"true\">");
	for (size_t i = 0; i < p->c->n; i++) {
		const struct report_bin *b = &p->c->bins[i];
		double x, w;
		if (b->frames == 0)
			continue;
		slot(p, i, false, &x, &w);
		out_printf(p->o, "<span class=\"v\" style=\"left:%.2f%%;top:%.1fpx\">%s</span>", (x + w / 2) / 10,
		    down(p, report_bin_people(b)), text_average(report_bin_people(b), text));
	}
	out_puts(p->o, "</div>\n");
}

void
chart_people(struct out *o, const struct chart *c)
{
	struct plot p;
	int64_t most = 0;
	char text[TEXT_SIZE];

	for (size_t i = 0; i < c->n; i++)
		if (c->bins[i].people_max > most)
			most = c->bins[i].people_max;
	begin(&p, o, c, "people", (double)most, STRIP_TOP + STRIP);
	open_svg(&p, "People per minute");
	out_puts(o, "Average number of people with a band from the fewest to the most, and how much was seen, ");
	put_period(&p);
	out_printf(o, "; one step per %s. At most %s people in one frame. The table below has the numbers.</desc>\n",
	    page_width_name(c->width_ms), text_count(most, text));
	put_hatch(&p, "hatch", "ground");
	put_grid(&p);
	out_puts(o, "<path class=\"band\" d=\"");
	put_band(&p, false);
	out_printf(o, "\"/>\n<path fill=\"url(#people-h%zu)\" d=\"", c->number);
	put_band(&p, true);
	out_puts(o, "\"/>\n<path class=\"average\" d=\"");
	put_average_line(&p);
	out_puts(o, "\"/>\n");
	put_strip(&p);
	put_tips(&p, false);
	out_puts(o, "</svg>\n");
	put_few_values(&p);
	out_puts(o, "</div>\n");
}

enum part { MEN, WOMEN, UNKNOWN, PARTS };

/* Bars of one part, standing on those below it. */
static void
put_bars(struct plot *p, enum part part)
{
	for (size_t i = 0; i < p->c->n; i++) {
		const struct report_bin *b = &p->c->bins[i];
		double x, w, below = 0, v[PARTS] = { report_bin_men(b), report_bin_women(b), report_bin_unknown(b) };
		if (b->gender_frames == 0)
			continue;
		for (int k = 0; k < (int)part; k++)
			below += v[k];
		slot(p, i, true, &x, &w);
		put_rect(p, x, down(p, below + v[part]), w, down(p, below) - down(p, below + v[part]));
	}
}

void
chart_gender(struct out *o, const struct chart *c)
{
	static const char *const classes[PARTS] = { "men", "women", NULL };
	/* A rim would eat bars that are only a few pixels wide. */
	const char *rim = c->n <= RIMMED ? "edge" : "";
	struct plot p;
	double most = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct report_bin *b = &c->bins[i];
		if (b->gender_frames > 0)
			most = fmax(most, report_bin_men(b) + report_bin_women(b) + report_bin_unknown(b));
	}
	begin(&p, o, c, "gender", most, PLOT);
	open_svg(&p, "Men, women and unknown per minute");
	out_puts(o, "Average numbers, stacked: men at the bottom, then women, then unknown; ");
	put_period(&p);
	out_printf(o, "; one bar per %s. The table below has the numbers.</desc>\n", page_width_name(c->width_ms));
	put_hatch(&p, "stripe", "unknown");
	put_grid(&p);
	for (int k = 0; k < PARTS; k++) {
		if (classes[k] != NULL)
			out_printf(o, "<path class=\"%s %s\" d=\"", classes[k], rim);
		else
			out_printf(o, "<path class=\"%s\" fill=\"url(#gender-h%zu)\" d=\"", rim, c->number);
		put_bars(&p, (enum part)k);
		out_puts(o, "\"/>\n");
	}
	put_tips(&p, true);
	out_puts(o, "</svg>\n</div>\n");
}
