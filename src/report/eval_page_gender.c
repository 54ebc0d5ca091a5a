/*
 * The page on an evaluation of gender: given a face, and end to end, side by side.
 */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "eval_parts.h"
#include "page.h"
#include "report/text.h"

enum { REJECTED_SHOWN = 200 };

static const struct eval_gender_view *
view(const struct eval_gender_page *p, int k)
{
	return k == 0 ? &p->given : &p->found;
}

static const char *const view_names[] = { "Given a face", "End to end" };

static struct interval
figure(const struct eval_gender_view *v, enum gender_figure f)
{
	struct interval i = { (double)NAN, (double)NAN, (double)NAN, 0 };

	if (v->figures != NULL)
		i = v->figures[f];
	i.value = v->score != NULL ? v->score->figures[f] : (double)NAN;
	return i;
}

static void
put_key(struct out *o, const struct eval_gender_page *p, enum gender_figure f, const char *name)
{
	bool both = p->given.score != NULL && p->found.score != NULL;
	const struct interval i = figure(p->given.score != NULL ? &p->given : &p->found, f);

	eval_key_begin(o, name, i.value);
	eval_put_interval_words(o, &i);
	if (both) {
		const struct interval found = figure(&p->found, f);
		out_puts(o, eval_has_interval(&i) ? "; <span class=\"whole\">end to end " : "<span class=\"whole\">end to end ");
		eval_put_value(o, found.value);
		out_puts(o, "</span>");
	}
	eval_key_end(o);
}

static void
put_keys(struct out *o, const struct eval_gender_page *p)
{
	const struct gender_score *s = p->found.score != NULL ? p->found.score : p->given.score;
	bool given = p->given.score != NULL;
	char text[TEXT_SIZE];

	out_puts(o, "<dl class=\"keys\">\n");
	put_key(o, p, GENDER_ACCURACY, given ? "Accuracy, given a face" : "Accuracy, end to end");
	put_key(o, p, GENDER_F1_FEMALE, given ? "F1 female, given a face" : "F1 female, end to end");
	put_key(o, p, GENDER_F1_MALE, given ? "F1 male, given a face" : "F1 male, end to end");
	if (p->found.score != NULL) {
		out_puts(o, "<div><dt>Faces found</dt><dd><span class=\"big\">");
		out_puts(o, s->items > 0 ? text_percent((double)(s->items - s->no_face) / (double)s->items, text) : "\u2013");
		out_puts(o, "</span><span class=\"note\">");
		page_put_count(o, (int64_t)s->no_face, "face was", "faces were");
		out_puts(o, " not found, of ");
	} else {
		out_printf(o, "<div><dt>Items</dt><dd><span class=\"big\">%s</span><span class=\"note\">", text_count((int64_t)s->items, text));
		page_put_count(o, (int64_t)s->abstained, "got no answer", "got no answer");
		out_puts(o, "; all of ");
	}
	page_put_count(o, (int64_t)s->items, "item", "items");
	if (p->rejected > 0) {
		out_puts(o, "; <span class=\"whole\">");
		out_puts(o, text_count((int64_t)p->rejected, text));
		out_puts(o, " rejected</span>");
	}
	eval_key_end(o);
	out_puts(o, "</dl>\n");
}

static void
put_founding(struct out *o, const struct eval_gender_page *p)
{
	int only = p->given.score != NULL ? 0 : 1;
	bool both = p->given.score != NULL && p->found.score != NULL;
	struct interval marks[2][2];
	static const struct {
		enum gender_figure f;
		const char *name;
		double reference;
	} rows[] = { { GENDER_F1_FEMALE, "Female", FOUNDING_FEMALE }, { GENDER_F1_MALE, "Male", FOUNDING_MALE } };
	double lowest = FOUNDING_FEMALE;

	for (int r = 0; r < 2; r++) {
		for (int k = 0; k < 2; k++)
			marks[r][k] = figure(view(p, k), rows[r].f);
		lowest = fmin(lowest, eval_lowest(marks[r], 2));
	}
	const struct eval_dots d = {
		.o = o, .axis = eval_axis_share(lowest), .marks = both ? 2 : 1, .label = "F1 beside the founding system", .first = "",
		.figure = p->given.figures != NULL || p->found.figures != NULL ? "F1 <span class=\"range\">95\u00a0% interval</span>" : "F1"
	};
	out_puts(o, "<section>\n<figure class=\"flat\"><figcaption><h2 class=\"caption\">F1 beside the founding system</h2>\n"
	    "<div class=\"legend\" aria-hidden=\"true\">");
	if (p->given.score != NULL)
		out_puts(o, "<span><svg viewBox=\"0 0 18 12\"><path class=\"dot\" d=\"M9 6h.01\"/></svg>given a face</span>");
	if (both)
		out_puts(o, "<span><svg viewBox=\"0 0 18 12\"><path class=\"dot second\" d=\"M9 6h.01\"/>"
		    "<path class=\"hole\" d=\"M9 6h.01\"/></svg>end to end</span>");
	if (!both && p->given.score == NULL)
		out_puts(o, "<span><svg viewBox=\"0 0 18 12\"><path class=\"dot\" d=\"M9 6h.01\"/></svg>end to end</span>");
	out_printf(o, "<span><svg viewBox=\"0 0 18 12\"><path class=\"reference\" d=\"M9 0V12\"/></svg>founding system</span></div>\n"
	    "<p class=\"soft\">It reported %.3f (female) and %.3f (male) on UTKFace. On other pictures "
	    "the line is only a rough mark.</p></figcaption>\n", FOUNDING_FEMALE, FOUNDING_MALE);
	eval_dots_begin(&d);
	for (int r = 0; r < 2; r++)
		eval_dots_row(&d, rows[r].name, NULL, both ? marks[r] : &marks[r][only], rows[r].reference);
	eval_dots_end(&d);
	out_puts(o, "</figure>\n</section>\n");
}

static void
put_report_row(struct out *o, const char *name, const double values[3], uint64_t support)
{
	char text[TEXT_SIZE];

	out_printf(o, "<tr><th scope=\"row\">%s</th>", name);
	for (int i = 0; i < 3; i++) {
		out_puts(o, "<td>");
		if (isfinite(values[i]))
			eval_put_value(o, values[i]);
		out_puts(o, "</td>");
	}
	out_printf(o, "<td>%s</td></tr>\n", text_count((int64_t)support, text));
}

/* In scikit-learn's layout. */
static void
put_report(struct out *o, const struct gender_score *s, const char *name)
{
	const double *f = s->figures;
	const struct gender_confusion *c = &s->confusion;
	uint64_t nf = c->female_female + c->female_male + c->female_none, nm = c->male_female + c->male_male + c->male_none;
	const double female[] = { f[GENDER_PRECISION_FEMALE], f[GENDER_RECALL_FEMALE], f[GENDER_F1_FEMALE] };
	const double male[] = { f[GENDER_PRECISION_MALE], f[GENDER_RECALL_MALE], f[GENDER_F1_MALE] };
	const double accuracy[] = { (double)NAN, (double)NAN, f[GENDER_ACCURACY] };
	double macro[3], weighted[3];

	for (int i = 0; i < 3; i++) {
		macro[i] = (female[i] + male[i]) / 2;
		weighted[i] = (female[i] * (double)nf + male[i] * (double)nm) / (double)(nf + nm);
	}
	macro[2] = f[GENDER_F1_MACRO];
	out_printf(o, "<div><h3 class=\"caption\">%s</h3>\n", name);
	eval_table_begin(o, "report", "Precision, recall and F1 per gender");
	out_puts(o, "<thead><tr><td></td><th scope=\"col\">Precision</th><th scope=\"col\">Recall</th><th scope=\"col\">F1</th>"
	    "<th scope=\"col\">Support</th></tr></thead>\n<tbody>\n");
	put_report_row(o, "female", female, nf);
	put_report_row(o, "male", male, nm);
	out_puts(o, "</tbody><tbody>\n");
	put_report_row(o, "accuracy", accuracy, nf + nm);
	put_report_row(o, "macro avg", macro, nf + nm);
	put_report_row(o, "weighted avg", weighted, nf + nm);
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</div>\n");
}

static void
put_reports(struct out *o, const struct eval_gender_page *p)
{
	bool none = false;

	out_puts(o, "<section class=\"keep\">\n<h2>Per gender</h2>\n"
	    "<p class=\"soft\">Whoever gets no answer, or whose face was not found, counts as not recognised: against recall and "
	    "accuracy.</p>\n<div class=\"pair views\">\n");
	for (int k = 0; k < 2; k++) {
		const struct gender_score *s = view(p, k)->score;
		if (s == NULL)
			continue;
		put_report(o, s, view_names[k]);
		none = none || s->confusion.female_none + s->confusion.male_none > 0;
	}
	out_puts(o, "</div>\n</section>\n<section class=\"keep\">\n<h2>Who was taken for what</h2>\n"
	    "<p class=\"soft\">Rows are the labels, columns the answers; shading and percentages are of the row.</p>\n<div class=\"pair views\">\n");
	for (int k = 0; k < 2; k++) {
		const struct gender_score *s = view(p, k)->score;
		if (s == NULL)
			continue;
		out_printf(o, "<div><h3 class=\"caption\">%s</h3>\n", view_names[k]);
		eval_put_matrix(o, &s->confusion, k == 0 ? "matrix-given" : "matrix-found", view_names[k], none);
		out_puts(o, "</div>\n");
	}
	out_puts(o, "</div>\n</section>\n");
}

static void
put_all_figures(struct out *o, const struct eval_gender_page *p)
{
	static const char *const names[GENDER_FIGURES] = {
		"Accuracy", "Accuracy of those answered", "F1 female", "F1 male", "Macro F1", "Precision female", "Recall female",
		"Precision male", "Recall male", "Area under the ROC curve", "Expected calibration error"
	};

	out_puts(o, "<section>\n<details>\n<summary>All figures with their intervals</summary>\n");
	eval_table_begin(o, "names", "All figures");
	out_puts(o, "<thead><tr><th scope=\"col\">Figure</th>");
	for (int k = 0; k < 2; k++)
		if (view(p, k)->score != NULL)
			out_printf(o, "<th scope=\"col\">%s</th>", view_names[k]);
	out_puts(o, "</tr></thead>\n<tbody>\n");
	for (int f = 0; f < GENDER_FIGURES; f++) {
		out_printf(o, "<tr><th scope=\"row\">%s</th>", names[f]);
		for (int k = 0; k < 2; k++) {
			const struct interval i = figure(view(p, k), (enum gender_figure)f);
			if (view(p, k)->score == NULL)
				continue;
			out_puts(o, "<td>");
			eval_put_value(o, i.value);
			out_puts(o, " ");
			eval_put_interval(o, &i);
			out_puts(o, "</td>");
		}
		out_puts(o, "</tr>\n");
	}
	out_puts(o, "</tbody>");
	eval_table_end(o);
	out_puts(o, "</details>\n</section>\n");
}

static void
put_certainty(struct out *o, const struct eval_gender_page *p)
{
	out_puts(o, "<section>\n<h2>Is its certainty worth anything?</h2>\n<p class=\"soft\">Of the faces for which the network says 0.8, "
	    "about 80\u00a0% should be labelled female: then the dots lie on the diagonal. Below, how many faces each bin holds.</p>\n"
	    "<div class=\"pair views plots\">\n");
	for (int k = 0; k < 2; k++)
		if (view(p, k)->score != NULL)
			eval_put_reliability(o, view(p, k)->score, k == 0 ? "reliability-given" : "reliability-found", view_names[k]);
	out_puts(o, "</div>\n</section>\n");
	eval_put_abstaining(o, p);
}

static void
put_rejected(struct out *o, const struct eval_gender_page *p)
{
	char text[TEXT_SIZE];
	size_t shown = p->nrejected_names < REJECTED_SHOWN ? p->nrejected_names : REJECTED_SHOWN;

	if (p->rejected == 0)
		return;
	out_puts(o, "<section>\n<h2>Rejected</h2>\n<p class=\"soft\">");
	page_put_count(o, (int64_t)p->rejected, "file was", "files were");
	out_puts(o, " left out, because the label could not be read (UTKFace\u2019s names are age_gender_race_timestamp).</p>\n");
	if (shown > 0) {
		out_printf(o, "<details%s>\n<summary>Their names</summary>\n<ul class=\"rejected\">\n", shown <= 12 ? " open" : "");
		for (size_t i = 0; i < shown; i++) {
			out_puts(o, "<li><code>");
			out_xml_text(o, p->rejected_names[i]);
			out_puts(o, "</code></li>\n");
		}
		out_puts(o, "</ul>\n");
		if (p->rejected > shown)
			out_printf(o, "<p class=\"soft\">and %s more</p>\n", text_count((int64_t)(p->rejected - shown), text));
		out_puts(o, "</details>\n");
	}
	out_puts(o, "</section>\n");
}

static void
put_notes(struct out *o, const struct eval_gender_page *p)
{
	out_puts(o, "<section class=\"notes\">\n<h2>What the numbers mean</h2>\n<dl>\n");
	page_note(o, "Gender", "A network\u2019s estimate from the appearance of a face, compared with a label that somebody gave to the same "
	    "appearance. Neither says how a person understands themselves. Two answers are all that network and labels know.");
	page_note(o, "Given a face, end to end", "Given a face: each picture is taken for the face, and only the gender network is judged. End "
	    "to end: a face detector must find the face first, as in a recording; a face that it misses is a person not recognised.");
	page_note(o, "Accuracy, F1", "Accuracy: of all items, the part that was answered rightly. F1 of a gender: the harmonic mean of "
	    "precision (of those called so, who are) and recall (of those who are, who were called so). Macro F1 is the mean of both.");
	page_note(o, "Calibration", "The expected calibration error is how far, on average over the faces, what the network says lies from what "
	    "is so. 0 is best.");
	eval_note_interval(o, &p->common, "items");
	page_note(o, "Groups", "Race is a label of the data set, given by a program and checked by people; age likewise. The groups show where a "
	    "network errs more often, not why.");
	page_note(o, "Limits", "UTKFace and sets like it are collected from the web and are for research use only; their faces are larger, "
	    "brighter and more frontal than those in a recording, where more errors must be expected.");
	out_puts(o, "</dl>\n</section>\n");
}

int
eval_gender_page(const struct eval_gender_page *p, struct out *o, struct err *e)
{
	assert(p->given.score != NULL || p->found.score != NULL);
	if (eval_check_pictures(&p->common, e) != 0)
		return -1;
	eval_put_head(o, &p->common);
	put_keys(o, p);
	put_founding(o, p);
	put_reports(o, p);
	put_all_figures(o, p);
	eval_put_slices(o, p);
	put_certainty(o, p);
	eval_put_gallery(o, &p->common, false);
	put_rejected(o, p);
	eval_put_facts(o, &p->common);
	put_notes(o, p);
	page_end(o);
	return 0;
}
