/*
 * Accuracy by group: who is served worse.  Both views of a property stand in one chart.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "eval_parts.h"
#include "page.h"
#include "report/text.h"

/* A group as both views have it; NULL where one has not. */
struct group {
	const struct gender_slice *views[2];
};

struct property {
	const struct eval_slices *views[2];
	struct group *groups;
	size_t ngroups;
	size_t nviews;
};

static const char *
value_of(const struct group *g)
{
	return g->views[g->views[0] == NULL]->value;
}

/* The first number in it, -1 without one; before: words stand in front of it. */
static long
number_in(const char *value, bool *before)
{
	size_t n = strcspn(value, "0123456789");

	*before = n > 0;
	return value[n] != '\0' ? strtol(value + n, NULL, 10) : -1;
}

/* "5-9" before "10-19", and "below 64" before "64 to 127". */
static int
compare(const void *va, const void *vb)
{
	const char *a = value_of(va), *b = value_of(vb);
	bool before_a, before_b;
	long na = number_in(a, &before_a), nb = number_in(b, &before_b);

	if (na != nb)
		return na < nb ? -1 : 1;
	if (before_a != before_b)
		return before_a ? -1 : 1;
	return strcmp(a, b);
}

static const struct eval_slices *
find_property(const struct eval_gender_view *v, const char *by)
{
	for (size_t i = 0; v->score != NULL && i < v->nslices; i++)
		if (strcmp(v->slices[i].by, by) == 0)
			return &v->slices[i];
	return NULL;
}

static void
collect(struct property *p)
{
	size_t most = 0;

	for (int k = 0; k < 2; k++)
		if (p->views[k] != NULL)
			most += p->views[k]->slices->nslices;
	p->groups = mem_array(most, sizeof *p->groups);
	for (int k = 0; k < 2; k++) {
		const struct gender_slices *s = p->views[k] != NULL ? p->views[k]->slices : NULL;
		for (size_t i = 0; s != NULL && i < s->nslices; i++) {
			size_t g = 0;
			while (g < p->ngroups && strcmp(value_of(&p->groups[g]), s->slices[i].value) != 0)
				g++;
			p->groups[g].views[k] = &s->slices[i];
			if (g == p->ngroups)
				p->ngroups++;
		}
	}
	if (p->ngroups > 1)
		qsort(p->groups, p->ngroups, sizeof *p->groups, compare);
}

static struct interval
mark(const struct gender_slice *s)
{
	return s != NULL ? s->accuracy : (struct interval) { (double)NAN, (double)NAN, (double)NAN, 0 };
}

static const char *const view_names[] = { "given a face", "end to end" };

static void
put_gap(struct out *o, const struct gender_slices *g, const char *view)
{
	if (!isfinite(g->gap.value) || g->best >= g->nslices || g->worst >= g->nslices)
		return;
	out_printf(o, "<p class=\"soft\">%s: the largest gap in accuracy is %.3f", view, g->gap.value);
	if (eval_has_interval(&g->gap))
		out_printf(o, " (95\u00a0%% interval <span class=\"whole\">%.3f to %.3f</span>)", g->gap.low, g->gap.high);
	out_puts(o, ", between ");
	out_xml_text(o, g->slices[g->best].value);
	out_puts(o, " and ");
	out_xml_text(o, g->slices[g->worst].value);
	if (isfinite(g->f1_gap))
		out_printf(o, "; in macro F1 it is %.3f", g->f1_gap);
	out_puts(o, ".</p>\n");
}

/* What the chart does not show. */
static void
put_left_out(struct out *o, const struct eval_slices *s, uint64_t minimum, const char *view)
{
	const struct gender_slices *g = s->slices;
	char text[TEXT_SIZE];

	if (g->small_groups > 0) {
		out_printf(o, "<p class=\"soft\">%sLeft out, because smaller than %s: ", view, text_count((int64_t)minimum, text));
		if (s->left_out != NULL) {
			out_xml_text(o, s->left_out);
			out_puts(o, " (");
		}
		page_put_count(o, (int64_t)g->small_groups, "group", "groups");
		out_puts(o, " with ");
		page_put_count(o, (int64_t)g->small_items, "item", "items");
		out_puts(o, s->left_out != NULL ? ").</p>\n" : ".</p>\n");
	}
	if (g->without_value > 0) {
		out_printf(o, "<p class=\"soft\">%sNot known for ", view);
		page_put_count(o, (int64_t)g->without_value, "item", "items");
		out_puts(o, ".</p>\n");
	}
}

static bool
same_left_out(const struct eval_slices *a, const struct eval_slices *b)
{
	const char *la = a->left_out != NULL ? a->left_out : "", *lb = b->left_out != NULL ? b->left_out : "";

	return a->slices->small_groups == b->slices->small_groups && a->slices->small_items == b->slices->small_items &&
	    a->slices->without_value == b->slices->without_value && strcmp(la, lb) == 0;
}

static void
put_remarks(struct out *o, const struct property *p, uint64_t minimum)
{
	static const char *const starts[] = { "Given a face", "End to end" };
	static const char *const prefixes[] = { "Given a face: ", "End to end: " };
	bool same = p->nviews == 1 || same_left_out(p->views[0], p->views[1]);

	out_puts(o, "<div class=\"remarks\">\n");
	if (p->ngroups == 0)
		out_puts(o, "<p class=\"soft\">No group is large enough to be shown.</p>\n");
	for (int k = 0; k < 2; k++)
		if (p->views[k] != NULL)
			put_gap(o, p->views[k]->slices, starts[k]);
	for (int k = 0, said = 0; k < 2; k++)
		if (p->views[k] != NULL && !(same && said++ > 0))
			put_left_out(o, p->views[k], minimum, same ? "" : prefixes[k]);
	out_puts(o, "</div>\n");
}

static void
put_numbers(struct out *o, const struct property *p)
{
	char text[TEXT_SIZE];

	out_puts(o, "<details>\n<summary>The numbers</summary>\n");
	eval_table_begin(o, "names", "Figures by group");
	out_puts(o, "<thead><tr><th scope=\"col\">Group</th><th scope=\"col\">View</th><th scope=\"col\">Items</th>"
	    "<th scope=\"col\">No face</th><th scope=\"col\">Abstained</th><th scope=\"col\">Accuracy</th><th scope=\"col\">Low</th>"
	    "<th scope=\"col\">High</th><th scope=\"col\">F1 female</th><th scope=\"col\">F1 male</th>"
	    "<th scope=\"col\">Macro F1</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < p->ngroups; i++) {
		for (int k = 0; k < 2; k++) {
			const struct gender_slice *s = p->groups[i].views[k];
			if (s == NULL)
				continue;
			out_puts(o, "<tr><th scope=\"row\">");
			out_xml_text(o, s->value);
			out_printf(o, "</th><td>%s</td><td>%s</td>", view_names[k], text_count((int64_t)s->items, text));
			out_printf(o, "<td>%s</td>", text_count((int64_t)s->no_face, text));
			out_printf(o, "<td>%s</td>", text_count((int64_t)s->abstained, text));
			const double values[] = { s->accuracy.value, s->accuracy.low, s->accuracy.high, s->f1_female, s->f1_male,
			    s->f1_macro };
			for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
				out_puts(o, "<td>");
				eval_put_value(o, values[v]);
				out_puts(o, "</td>");
			}
			out_puts(o, "</tr>\n");
		}
	}
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</details>\n");
}

static void
put_chart(struct out *o, const struct property *p, const struct eval_axis *axis)
{
	int only = p->views[0] != NULL ? 0 : 1;
	const struct eval_dots d = {
		.o = o, .axis = *axis, .marks = p->nviews, .label = "Accuracy by group", .first = "",
		.figure = "Accuracy <span class=\"range\">95\u00a0% interval</span>"
	};

	eval_dots_begin(&d);
	for (size_t i = 0; i < p->ngroups; i++) {
		const struct group *g = &p->groups[i];
		const struct interval both[] = { mark(g->views[0]), mark(g->views[1]) };
		const struct gender_slice *any = g->views[g->views[0] == NULL];
		char below[TEXT_SIZE + 8] = "", text[TEXT_SIZE];
		snprintf(below, sizeof below, "%s item%s", text_count((int64_t)any->items, text), any->items == 1 ? "" : "s");
		eval_dots_row(&d, any->value, below, p->nviews == 2 ? both : &both[only], (double)NAN);
	}
	eval_dots_end(&d);
}

static void
put_property(struct out *o, const struct eval_gender_page *page, const char *by, const struct eval_axis *axis)
{
	struct property p = { .views = { find_property(&page->given, by), find_property(&page->found, by) } };

	p.nviews = (size_t)((p.views[0] != NULL) + (p.views[1] != NULL));
	collect(&p);
	out_puts(o, "<figure class=\"flat slice\"><figcaption><h3 class=\"caption\">");
	out_xml_text(o, by);
	out_puts(o, "</h3></figcaption>\n");
	if (p.ngroups > 0)
		put_chart(o, &p, axis);
	put_remarks(o, &p, page->minimum);
	if (p.ngroups > 0)
		put_numbers(o, &p);
	out_puts(o, "</figure>\n");
	free(p.groups);
}

static double
lowest_of(const struct eval_gender_view *v, double lowest)
{
	for (size_t i = 0; v->score != NULL && i < v->nslices; i++)
		for (size_t k = 0; k < v->slices[i].slices->nslices; k++)
			lowest = fmin(lowest, eval_lowest(&v->slices[i].slices->slices[k].accuracy, 1));
	return lowest;
}

void
eval_put_slices(struct out *o, const struct eval_gender_page *p)
{
	const struct eval_gender_view *given = &p->given, *found = &p->found;
	bool both = given->score != NULL && given->nslices > 0 && found->score != NULL && found->nslices > 0;
	/* One axis for all of them, so that they can be compared. */
	const struct eval_axis axis = eval_axis_share(lowest_of(found, lowest_of(given, 1)));
	char text[TEXT_SIZE];

	if ((given->score == NULL || given->nslices == 0) && (found->score == NULL || found->nslices == 0))
		return;
	out_puts(o, "<section>\n<h2>Accuracy by group</h2>\n");
	if (both)
		out_puts(o, "<div class=\"legend\" aria-hidden=\"true\">"
		    "<span><svg viewBox=\"0 0 18 12\"><path class=\"dot\" d=\"M9 6h.01\"/></svg>given a face</span>"
		    "<span><svg viewBox=\"0 0 18 12\"><path class=\"dot second\" d=\"M9 6h.01\"/><path class=\"hole\" d=\"M9 6h.01\"/></svg>"
		    "end to end</span></div>\n");
	out_printf(o, "<p class=\"soft\">Whiskers are 95\u00a0%% intervals (Wilson). Where they overlap widely, a difference may be chance. "
	    "Groups of fewer than %s are not shown.</p>\n", text_count((int64_t)p->minimum, text));
	for (size_t i = 0; given->score != NULL && i < given->nslices; i++)
		put_property(o, p, given->slices[i].by, &axis);
	for (size_t i = 0; found->score != NULL && i < found->nslices; i++)
		if (find_property(given, found->slices[i].by) == NULL)
			put_property(o, p, found->slices[i].by, &axis);
	out_puts(o, "</section>\n");
}
