/*
 * What footfall eval gender prints: for each view the class report in the layout that scikit-learn's users know, the
 * other figures with their intervals, then the slices.
 */
#include "cli/eval_gender.h"

#include <math.h>
#include <stdio.h>

#include "cli/plain.h"
#include "people/groups.h"
#include "report/eval_page.h"

enum { CELL = GENDER_LABEL };

/* Three decimals; "-" for what is undefined. */
static const char *
three(double v, char cell[CELL])
{
	snprintf(cell, CELL, isnan(v) ? "-" : "%.3f", v);
	return cell;
}

static const char *
range(const struct interval *i, char cell[CELL])
{
	snprintf(cell, CELL, isnan(i->low) ? "-" : "%.3f to %.3f", i->low, i->high);
	return cell;
}

static void
print_row(struct out *o, const char *name, double precision, double recall, double f1, uint64_t support)
{
	char cell[3][CELL];
	out_printf(o, "%12s  %9s %9s %9s %9llu\n", name, three(precision, cell[0]), three(recall, cell[1]), three(f1, cell[2]),
	    (unsigned long long)support);
}

static double
mean(double a, uint64_t na, double b, uint64_t nb)
{
	/* a class of weight 0 has no say, whatever its figure */
	return na + nb == 0 ? NAN : ((na > 0 ? a * (double)na : 0) + (nb > 0 ? b * (double)nb : 0)) / (double)(na + nb);
}

static void
print_classes(const struct gender_score *s, struct out *o)
{
	const double *f = s->figures;
	const struct gender_confusion *c = &s->confusion;
	uint64_t females = c->female_female + c->female_male + c->female_none;
	uint64_t males = c->male_female + c->male_male + c->male_none;
	char cell[CELL];
	out_printf(o, "%12s  %9s %9s %9s %9s\n\n", "", "precision", "recall", "f1-score", "support");
	print_row(o, "female", f[GENDER_PRECISION_FEMALE], f[GENDER_RECALL_FEMALE], f[GENDER_F1_FEMALE], females);
	print_row(o, "male", f[GENDER_PRECISION_MALE], f[GENDER_RECALL_MALE], f[GENDER_F1_MALE], males);
	out_printf(o, "\n%12s  %9s %9s %9s %9llu\n", "accuracy", "", "", three(f[GENDER_ACCURACY], cell),
	    (unsigned long long)(females + males));
	print_row(o, "macro avg", mean(f[GENDER_PRECISION_FEMALE], 1, f[GENDER_PRECISION_MALE], 1),
	    mean(f[GENDER_RECALL_FEMALE], 1, f[GENDER_RECALL_MALE], 1), f[GENDER_F1_MACRO], females + males);
	print_row(o, "weighted avg", mean(f[GENDER_PRECISION_FEMALE], females, f[GENDER_PRECISION_MALE], males),
	    mean(f[GENDER_RECALL_FEMALE], females, f[GENDER_RECALL_MALE], males),
	    mean(f[GENDER_F1_FEMALE], females, f[GENDER_F1_MALE], males), females + males);
}

static void
print_figures(const struct gender_view *v, bool found, struct out *o)
{
	static const struct { enum gender_figure figure; const char *name; } shown[] = {
		{ GENDER_ACCURACY, "accuracy" }, { GENDER_ACCURACY_ANSWERED, "of the answered" }, { GENDER_F1_FEMALE, "F1 female" },
		{ GENDER_F1_MALE, "F1 male" }, { GENDER_F1_MACRO, "F1 macro" }, { GENDER_AUC, "ROC AUC" }, { GENDER_ECE, "ECE" },
	};
	const struct gender_score *s = &v->score;
	const struct gender_confusion *c = &s->confusion;
	char cell[2][CELL];
	out_printf(o, "\n%-16s %9s  %s\n", "", "VALUE", "95 % INTERVAL");
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		out_printf(o, "%-16s %9s  %s\n", shown[i].name, three(s->figures[shown[i].figure], cell[0]),
		    range(&v->intervals[shown[i].figure], cell[1]));
	out_printf(o, "%-16s %9llu  of %llu: a face, but not certain enough\n", "abstained", (unsigned long long)s->abstained,
	    (unsigned long long)s->items);
	if (found)
		out_printf(o, "%-16s %9llu  of %llu: counts against recall\n", "no face found", (unsigned long long)s->no_face,
		    (unsigned long long)s->items);
	out_printf(o, "\n%-16s %9s %9s %9s\n", "truth \\ answer", "female", "male", "none");
	out_printf(o, "%-16s %9llu %9llu %9llu\n", "female", (unsigned long long)c->female_female, (unsigned long long)c->female_male,
	    (unsigned long long)c->female_none);
	out_printf(o, "%-16s %9llu %9llu %9llu\n", "male", (unsigned long long)c->male_female, (unsigned long long)c->male_male,
	    (unsigned long long)c->male_none);
}

static const char *const titles[GENDER_BY] = { "age", "race label", "face size" };

const char *
gender_label(enum gender_by by, const char *value, char text[GENDER_LABEL])
{
	const char *race = by == BY_RACE ? group_race_name(value) : NULL;
	snprintf(text, GENDER_LABEL, "%s%s%s%s%s", value, race != NULL ? " (" : "", race != NULL ? race : "", race != NULL ? ")" : "",
	    by == BY_SIZE ? " px" : "");
	return text;
}

static void
print_gap(const struct gender_slices *s, enum gender_by by, uint64_t minimum, bool found, struct out *o)
{
	char cell[4][CELL];
	if (s->nslices >= 2 && s->best == s->worst)
		out_puts(o, "no gap in accuracy\n");
	else if (s->nslices >= 2)
		out_printf(o, "gap in accuracy %s (%s; %s best, %s worst)\n", three(s->gap.value, cell[0]), range(&s->gap, cell[1]),
		    gender_label(by, s->slices[s->best].value, cell[2]), gender_label(by, s->slices[s->worst].value, cell[3]));
	if (s->small_groups > 0)
		out_printf(o, "not shown: %zu group%s of fewer than %llu, %llu item%s together\n", s->small_groups,
		    s->small_groups == 1 ? "" : "s", (unsigned long long)minimum, (unsigned long long)s->small_items,
		    s->small_items == 1 ? "" : "s");
	if (s->without_value > 0)
		out_printf(o, "in no group: %llu item%s%s\n", (unsigned long long)s->without_value, s->without_value == 1 ? "" : "s",
		    by == BY_SIZE && found ? " (no face found)" : "");
}

static void
print_slices(const struct gender_view *v, const struct gender_result *r, struct out *o)
{
	bool found = v == &r->found;
	for (int i = 0; i < GENDER_BY; i++) {
		enum gender_by by = (enum gender_by)i;
		const struct gender_slices *s = &v->slices[by];
		if (s->without_value == v->score.items)
			continue;
		if (s->nslices == 0)
			out_printf(o, "\n%s\n", titles[by]);
		else
			out_printf(o, "\n%-16s %9s %9s %9s %9s  %-15s %9s %9s\n", titles[by], "ITEMS", "ABSTAINED", "NO FACE",
			    "ACCURACY", "95 % INTERVAL", "F1 FEMALE", "F1 MALE");
		for (size_t k = 0; k < s->nslices; k++) {
			const struct gender_slice *g = &s->slices[k];
			char cell[5][CELL];
			out_printf(o, "%-16s %9llu %9llu %9llu %9s  %-15s %9s %9s\n", gender_label(by, g->value, cell[0]),
			    (unsigned long long)g->items, (unsigned long long)g->abstained, (unsigned long long)g->no_face,
			    three(g->accuracy.value, cell[1]), range(&g->accuracy, cell[2]), three(g->f1_female, cell[3]),
			    three(g->f1_male, cell[4]));
		}
		print_gap(s, by, r->minimum, found, o);
	}
}

static void
print_view(const struct gender_result *r, const struct gender_view *v, struct out *o)
{
	out_puts(o, v == &r->found ? "\nEND TO END: the face must be found first\n\n" : "\nGIVEN A FACE: the picture is the face\n\n");
	print_classes(&v->score, o);
	char cell[3][CELL];
	out_printf(o, "\nWithout abstaining: F1 %s (female), %s (male), accuracy %s.\n", three(v->forced[GENDER_F1_FEMALE], cell[0]),
	    three(v->forced[GENDER_F1_MALE], cell[1]), three(v->forced[GENDER_ACCURACY], cell[2]));
	if (r->utkface)
		out_printf(o, "The founding system on UTKFace, given a face: F1 %.3f (female), %.3f (male).\n", FOUNDING_FEMALE, FOUNDING_MALE);
	print_figures(v, v == &r->found, o);
	print_slices(v, r, o);
}

void
gender_print_text(const struct gender_result *r, struct out *o)
{
	plain_put(o, r->set);
	out_printf(o, ": %zu items, %zu rejected\n", r->n, r->nrejects);
	for (size_t i = 0; i < r->nrejects; i++) {
		out_puts(o, "rejected ");
		plain_put(o, r->rejects[i].name);
		out_puts(o, ": ");
		plain_put(o, r->rejects[i].why);
		out_puts(o, "\n");
	}
	out_printf(o, "gender %s, an answer from certainty %.2f", r->gender, r->min_score);
	if (r->has_found)
		out_printf(o, "; face %s, from score %.2f", r->face, r->face_min_score);
	out_puts(o, "\n");
	print_view(r, &r->given, o);
	if (r->has_found)
		print_view(r, &r->found, o);
	out_puts(o, "\n");
	if (r->resamples > 0)
		out_printf(o, "Intervals: %zu resamples of the items, seed %llu; of slices: Wilson's.\n", r->resamples,
		    (unsigned long long)r->seed);
	if (r->evaluation != 0)
		out_printf(o, "Evaluation %lld in %s.\n", (long long)r->evaluation, r->db);
}
