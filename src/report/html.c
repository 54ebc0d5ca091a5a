/*
 * The page: one file without scripts or addresses, for a browser, a phone or paper.
 *
 * Everything that comes from the database as text goes through out_xml_text; numbers and
 * times are made here.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/when.h"
#include "page.h"
#include "report/text.h"

enum {
	SOURCES_CHARTED = 24,	/* more would make a page that nobody can open */
	ROWS_OPEN = 12,		/* tables up to here are shown unasked */
	PAIRED = 3		/* charts of up to so many bins stand side by side */
};

const char *
page_width_name(int64_t width_ms)
{
	switch (width_ms / WHEN_MINUTE_MS) {
	case 1:
		return "minute";
	case 5:
		return "5 minutes";
	case 15:
		return "15 minutes";
	case 60:
		return "hour";
	default:
		return "day";
	}
}

void
page_put_time(struct out *o, const struct report_bin *b, bool in_recording)
{
	char text[TEXT_SIZE];
	text_time(b->start_ms, in_recording, text);
	/* A day's midnight says nothing. */
	if (!in_recording && b->width_ms >= DAY_MS)
		text[strcspn(text, " ")] = '\0';
	out_puts(o, text);
}

void
page_put_average(struct out *o, double v)
{
	char text[TEXT_SIZE];
	out_puts(o, isnan(v) ? "\u2013" : text_average(v, text));
}

/* "21 November 2026, 02:20-02:35 UTC" in a sentence. */
static void
put_period(struct out *o, const struct report_source *s)
{
	int64_t from = s->total.start_ms, to = from + s->total.width_ms;
	char a[TEXT_SIZE], b[TEXT_SIZE];

	text_clock(from, s->in_recording, a);
	text_clock(to, s->in_recording, b);
	if (s->in_recording) {
		out_printf(o, "%s\u2013%s in the recording (hours and minutes; its start is not known)", a, b);
		return;
	}
	char first[TEXT_SIZE], last[TEXT_SIZE];
	text_date(from, true, first);
	text_date(to - 1, true, last);
	if (strcmp(first, last) == 0)
		out_printf(o, "%s, %s\u2013%s UTC", first, a, strcmp(b, "00:00") == 0 ? "24:00" : b);
	else
		out_printf(o, "%s, %s to %s, %s UTC", first, a, text_date(to, true, last), b);
}

/* A share of the people whose gender was asked for. */
static void
put_share(struct out *o, const char *name, int64_t sum, int64_t all)
{
	char text[TEXT_SIZE];
	out_printf(o, "<span class=\"share\"><span>%s</span><span>%s</span></span>", name,
	    text_percent((double)sum / (double)all, text));
}

static void
put_key_gender(struct out *o, const struct report_bin *t)
{
	out_puts(o, "<div><dt>Men, women, unknown</dt><dd>");
	if (t->gender_frames == 0) {
		out_puts(o, "<span class=\"big\">\u2013</span><span class=\"note\">gender was not estimated</span></dd></div>\n");
		return;
	}
	if (t->gender_people == 0) {
		out_puts(o, "<span class=\"big\">\u2013</span><span class=\"note\">nobody was seen</span></dd></div>\n");
		return;
	}
	double men = 1000.0 * (double)t->men_sum / (double)t->gender_people;
	double women = 1000.0 * (double)t->women_sum / (double)t->gender_people;
	out_printf(o, "<svg class=\"shares\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	    "<defs><pattern id=\"key-h\" width=\"8\" height=\"4\" patternUnits=\"userSpaceOnUse\">"
	    "<rect class=\"unknown\" width=\"8\" height=\"4\"/><rect class=\"stripe\" width=\"8\" height=\"1.6\"/></pattern></defs>"
	    "<rect width=\"1000\" height=\"10\" fill=\"url(#key-h)\"/>"
	    "<path class=\"men\" d=\"M0 0h%.1fv10H0z\"/><path class=\"women\" d=\"M%.1f 0h%.1fv10h%.1fz\"/></svg>",
	    men, men, women, -women);
	put_share(o, "men", t->men_sum, t->gender_people);
	put_share(o, "women", t->women_sum, t->gender_people);
	put_share(o, "unknown", t->unknown_sum, t->gender_people);
	out_puts(o, "</dd></div>\n");
}

static const struct report_source *
find_busiest(const struct report_view *v, const struct report_bin **minute)
{
	const struct report_source *in = NULL;

	*minute = NULL;
	for (size_t i = 0; i < v->nsources; i++) {
		const struct report_bin *m = report_busiest(&v->sources[i]);
		if (m != NULL && (*minute == NULL || report_bin_people(m) > report_bin_people(*minute))) {
			*minute = m;
			in = &v->sources[i];
		}
	}
	return in;
}

static void
put_key_figures(struct out *o, const struct report_view *v)
{
	const struct report_bin *busiest;
	const struct report_source *in = find_busiest(v, &busiest);
	char text[TEXT_SIZE];

	out_puts(o, "<dl class=\"keys\">\n<div><dt>People on average</dt><dd><span class=\"big\">");
	page_put_average(o, report_bin_people(&v->total));
	out_puts(o, "</span><span class=\"note\">over ");
	page_put_count(o, v->total.frames, "frame", "frames");
	out_printf(o, ", %" PRId64 " to %" PRId64 " at a time</span></dd></div>\n", v->total.people_min, v->total.people_max);

	out_puts(o, "<div><dt>Busiest minute</dt><dd><span class=\"big\">");
	if (busiest != NULL && v->total.people_max > 0) {
		out_puts(o, text_clock(busiest->start_ms, in->in_recording, text));
		out_puts(o, "</span><span class=\"note\">");
		page_put_average(o, report_bin_people(busiest));
		out_printf(o, " people, at most %" PRId64, busiest->people_max);
		if (in->in_recording)
			out_puts(o, "; hours and minutes into the recording");
		if (!in->in_recording && in->total.width_ms > DAY_MS)
			out_printf(o, "; %s", text_date(busiest->start_ms, true, text));
		if (v->nsources > 1) {
			out_puts(o, "; ");
			out_xml_text(o, in->name);
		}
		out_puts(o, "</span></dd></div>\n");
	} else {
		out_puts(o, "\u2013</span><span class=\"note\">nobody was seen</span></dd></div>\n");
	}

	int64_t span = 0;
	for (size_t i = 0; i < v->nsources; i++)
		span += v->sources[i].total.width_ms / WHEN_MINUTE_MS;
	out_printf(o, "<div><dt>Minutes covered</dt><dd><span class=\"big\">%s</span><span class=\"note\">",
	    text_count(v->total.minutes, text));
	if (span > v->total.minutes)
		out_printf(o, "of %s in the period; ", text_count(span, text));
	out_printf(o, "%s seen", text_duration(v->total.covered_ms, text));
	out_printf(o, ", %s of their time</span></dd></div>\n",
	    text_percent((double)v->total.covered_ms / ((double)v->total.minutes * WHEN_MINUTE_MS), text));
	put_key_gender(o, &v->total);
	out_puts(o, "</dl>\n");
}

/* Columns of stages that ran nowhere in `all` are left out. */
static void
put_cells(struct out *o, const struct report_bin *b, const struct report_bin *all)
{
	char text[TEXT_SIZE];

	out_puts(o, "<td>");
	page_put_average(o, report_bin_people(b));
	if (b->frames > 0)
		out_printf(o, "</td><td>%" PRId64 "</td><td>%" PRId64, b->people_min, b->people_max);
	else
		out_puts(o, "</td><td>\u2013</td><td>\u2013");
	if (all->gender_frames > 0) {
		out_puts(o, "</td><td>");
		page_put_average(o, report_bin_men(b));
		out_puts(o, "</td><td>");
		page_put_average(o, report_bin_women(b));
		out_puts(o, "</td><td>");
		page_put_average(o, report_bin_unknown(b));
	}
	out_printf(o, "</td><td>%s</td>", text_count(b->frames, text));
	if (all->dropped > 0)
		out_printf(o, "<td>%s</td>", text_count(b->dropped, text));
	if (all->aged > 0)
		out_printf(o, "<td>%s</td>", b->aged > 0 ? text_age(b->age_p95_ms, text) : "\u2013");
	if (all->gate_frames > 0)
		out_printf(o, "<td>%s</td>", b->gate_frames > 0 ? text_percent(report_bin_gated(b), text) : "\u2013");
}

static void
put_column_titles(struct out *o, const struct report_bin *all)
{
	out_puts(o, "<th scope=\"col\">Average</th><th scope=\"col\">Fewest</th><th scope=\"col\">Most</th>");
	if (all->gender_frames > 0)
		out_puts(o, "<th scope=\"col\">Men</th><th scope=\"col\">Women</th><th scope=\"col\">Unknown</th>");
	out_puts(o, "<th scope=\"col\">Frames</th>");
	if (all->dropped > 0)
		out_puts(o, "<th scope=\"col\">Dropped</th>");
	if (all->aged > 0)
		out_puts(o, "<th scope=\"col\">Age</th>");
	if (all->gate_frames > 0)
		out_puts(o, "<th scope=\"col\">Gated</th>");
}

/* The charts' numbers: the same bins. */
static void
put_numbers(struct out *o, const struct chart *c, const struct report_bin *all)
{
	char text[TEXT_SIZE];

	out_printf(o, "<details%s>\n<summary>The numbers, one row per %s</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of numbers\"><table>\n"
	    "<thead><tr><th scope=\"col\">%s</th>", c->n <= ROWS_OPEN ? " open" : "", page_width_name(c->width_ms),
	    c->in_recording ? "In the recording" : "Time (UTC)");
	put_column_titles(o, all);
	out_puts(o, "<th scope=\"col\">Seen</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < c->n; i++) {
		const struct report_bin *b = &c->bins[i];
		out_puts(o, "<tr><th scope=\"row\">");
		page_put_time(o, b, c->in_recording);
		out_puts(o, "</th>");
		put_cells(o, b, all);
		out_printf(o, "<td%s>%s</td></tr>\n", report_bin_partial(b) ? " class=\"part\"" : "",
		    text_percent(report_bin_coverage(b), text));
	}
	out_puts(o, "</tbody></table></div>\n</details>\n");
}

static void
put_people_legend(struct out *o)
{
	out_puts(o, "<div class=\"legend\" aria-hidden=\"true\">"
	    "<span><svg viewBox=\"0 0 18 12\"><path class=\"average\" d=\"M0 6H18\"/></svg>average</span>"
	    "<span><svg viewBox=\"0 0 18 12\"><rect class=\"band\" width=\"18\" height=\"12\"/></svg>fewest to most</span>"
	    "<span><svg viewBox=\"0 0 18 12\"><rect class=\"ground\" width=\"18\" height=\"12\"/>"
	    "<path class=\"hatch\" d=\"M0 1h18v2H0zM0 5h18v2H0zM0 9h18v2H0z\"/></svg>partly seen</span>"
	    "</div>\n");
}

static void
put_gender_legend(struct out *o)
{
	out_puts(o, "<div class=\"legend\" aria-hidden=\"true\">"
	    "<span><svg viewBox=\"0 0 18 12\"><rect class=\"men\" width=\"18\" height=\"12\"/></svg>men</span>"
	    "<span><svg viewBox=\"0 0 18 12\"><rect class=\"women\" width=\"18\" height=\"12\"/></svg>women</span>"
	    "<span><svg viewBox=\"0 0 18 12\"><rect class=\"unknown\" width=\"18\" height=\"12\"/>"
	    "<path class=\"stripe\" d=\"M0 1h18v2H0zM0 5h18v2H0zM0 9h18v2H0z\"/></svg>unknown</span></div>\n");
}

static void
put_charts(struct out *o, const struct report_source *s, const struct chart *c, const char *heading)
{
	bool gender = s->total.gender_frames > 0;

	if (c->width_ms > WHEN_MINUTE_MS)
		out_printf(o, "<p class=\"soft\">The period is long, so each step below is the average over one %s%s, weighted by frames.</p>\n",
		    c->width_ms == 60 * WHEN_MINUTE_MS || c->width_ms == DAY_MS ? "" : "stretch of ", page_width_name(c->width_ms));
	if (c->n <= PAIRED && gender)
		out_puts(o, "<div class=\"pair\">\n");
	out_printf(o, "<figure>\n<figcaption><%s class=\"caption\">People per minute</%s>\n", heading, heading);
	put_people_legend(o);
	out_puts(o, "</figcaption>\n");
	chart_people(o, c);
	out_puts(o, "</figure>\n");
	if (gender) {
		out_printf(o, "<figure>\n<figcaption><%s class=\"caption\">Men, women and unknown</%s>\n", heading, heading);
		put_gender_legend(o);
		out_puts(o, "</figcaption>\n");
		chart_gender(o, c);
		out_puts(o, "</figure>\n");
		if (c->n <= PAIRED)
			out_puts(o, "</div>\n");
	} else {
		out_puts(o, "<p class=\"soft\">There is no chart of men and women: no gender network ran.</p>\n");
	}
	put_numbers(o, c, &s->total);
}

static void
put_source(struct out *o, const struct report_source *s, size_t number, bool several)
{
	struct chart c = { .in_recording = s->in_recording, .number = number, .name = s->name };
	struct report_bin *bins = report_bins(s, &c.width_ms, &c.n);

	c.bins = bins;
	out_printf(o, "<section id=\"s%zu\">\n", number);
	if (several) {
		out_puts(o, "<h2>");
		out_xml_text(o, s->name);
		out_puts(o, "</h2>\n<p class=\"soft\">");
		put_period(o, s);
		out_puts(o, "</p>\n");
	}
	put_charts(o, s, &c, several ? "h3" : "h2");
	page_gaps(o, s);
	page_facts(o, s, several);
	out_puts(o, "</section>\n");
	free(bins);
}

static void
put_overview(struct out *o, const struct report_view *v)
{
	char text[TEXT_SIZE];

	out_puts(o, "<section>\n<h2>Sources</h2>\n");
	if (v->nsources > SOURCES_CHARTED)
		out_printf(o, "<p class=\"soft\">The first %d are charted below; footfall report --source NAME --html FILE draws any other.</p>\n",
		    SOURCES_CHARTED);
	out_puts(o, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of sources\"><table class=\"names\">\n"
	    "<thead><tr><th scope=\"col\">Source</th><th scope=\"col\">From</th>");
	put_column_titles(o, &v->total);
	out_puts(o, "<th scope=\"col\">Minutes</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < v->nsources; i++) {
		const struct report_source *s = &v->sources[i];
		out_puts(o, "<tr><th scope=\"row\">");
		if (i < SOURCES_CHARTED)
			out_printf(o, "<a href=\"#s%zu\">", i + 1);
		out_xml_text(o, s->name);
		out_printf(o, "%s</th><td>%s</td>", i < SOURCES_CHARTED ? "</a>" : "",
		    text_time(s->total.start_ms, s->in_recording, text));
		put_cells(o, &s->total, &v->total);
		out_printf(o, "<td>%s</td></tr>\n", text_count(s->total.minutes, text));
	}
	out_puts(o, "</tbody></table></div>\n</section>\n");
}

static void
put_head(struct out *o, const struct report_view *v)
{
	page_head_begin(o);
	out_puts(o, "People per minute: ");
	if (v->nsources == 1)
		out_xml_text(o, v->sources[0].name);
	else
		page_put_count(o, (int64_t)v->nsources, "source", "sources");
	page_head_end(o, NULL);
}

static void
put_page(struct out *o, const struct report_view *v)
{
	bool several = v->nsources > 1;

	put_head(o, v);
	out_puts(o, "<header>\n<h1>People per minute</h1>\n<p class=\"lede\"><b>");
	if (several) {
		page_put_count(o, (int64_t)v->nsources, "source", "sources");
		out_puts(o, "</b></p>\n");
	} else {
		out_xml_text(o, v->sources[0].name);
		out_puts(o, "</b> &#183; ");
		put_period(o, &v->sources[0]);
		out_puts(o, "</p>\n");
	}
	out_puts(o, "</header>\n");
	put_key_figures(o, v);
	if (several)
		put_overview(o, v);
	for (size_t i = 0; i < v->nsources && i < SOURCES_CHARTED; i++)
		put_source(o, &v->sources[i], i + 1, several);
	page_notes(o, v);
	page_end(o);
}

int
report_html(struct db *d, const struct report_query *q, struct out *o, struct err *e)
{
	struct report_view v;
	int r = report_view_load(&v, d, q, e);

	if (r == 0)
		put_page(o, &v);
	report_view_free(&v);
	return r;
}
