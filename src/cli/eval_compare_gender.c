/*
 * Two gender networks on the same faces, answer by answer.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/eval_compare.h"
#include "people/gender.h"
#include "score/gender_score.h"

/* One view of one evaluation. */
struct view {
	char **names;
	struct gender_item *items;
	enum gender *answers;
	size_t n, cap;
	double min_score;	/* certainty below which there is no answer */
	struct gender_score score;
};

static int
take_item(void *context, const struct evaluation_item *v, struct err *e)
{
	struct view *w = context;
	(void)e;
	if (w->n == w->cap) {
		w->cap = w->cap > 0 ? 2 * w->cap : 1024;
		w->names = mem_resize(w->names, w->cap, sizeof *w->names);
		w->items = mem_resize(w->items, w->cap, sizeof *w->items);
		w->answers = mem_resize(w->answers, w->cap, sizeof *w->answers);
	}
	w->names[w->n] = mem_strdup(v->name);
	w->items[w->n] = (struct gender_item) { .truth = v->truth, .no_face = v->no_face, .p_female = v->p_female };
	w->answers[w->n++] = v->no_face ? GENDER_UNKNOWN : gender_decide(v->p_female, w->min_score);
	return 0;
}

static void
view_free(struct view *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->names[i]);
	free(w->names);
	free(w->items);
	free(w->answers);
}

static int
load(struct db *d, const struct evaluation *v, const char *view, struct view *w, struct err *e)
{
	struct stmt *s;
	/* what was asked of the scoring says when an answer counts */
	if (stmt_new(&s, d, "SELECT coalesce(scoring ->> '$.\"gender.min_score\"', 0.0) FROM evaluation WHERE id = :id", e) != 0)
		return -1;
	stmt_bind_int(s, ":id", v->id);
	int got = stmt_step(s, e);
	if (got == 1)
		w->min_score = stmt_real(s, 0);
	stmt_free(s);
	if (got < 0 || evaluation_items(d, v->id, view, take_item, w, e) != 0)
		return -1;
	gender_score(w->items, w->n, w->min_score, &w->score);
	return 0;
}

/* ---- the difference ---- */

enum { ACCURACY, F1_FEMALE, F1_MALE, F1_MACRO, FIGURES };

static const enum gender_figure figures[FIGURES] = { GENDER_ACCURACY, GENDER_F1_FEMALE, GENDER_F1_MALE, GENDER_F1_MACRO };

struct pair {
	const struct view *a, *b;
};

static double
f1(double right, double said, double true_ones)
{
	return said + true_ones > 0 ? 2 * right / (said + true_ones) : NAN;
}

static void
weighted(const struct view *w, const uint16_t *weights, double out[FIGURES])
{
	double n = 0, female = 0, said_female = 0, right_female = 0, male = 0, said_male = 0, right_male = 0;
	for (size_t i = 0; i < w->n; i++) {
		double k = weights[i];
		bool is = w->items[i].truth == GENDER_FEMALE;
		n += k;
		female += is ? k : 0;
		male += is ? 0 : k;
		said_female += w->answers[i] == GENDER_FEMALE ? k : 0;
		said_male += w->answers[i] == GENDER_MALE ? k : 0;
		right_female += is && w->answers[i] == GENDER_FEMALE ? k : 0;
		right_male += !is && w->answers[i] == GENDER_MALE ? k : 0;
	}
	out[ACCURACY] = n > 0 ? (right_female + right_male) / n : NAN;
	out[F1_FEMALE] = f1(right_female, said_female, female);
	out[F1_MALE] = f1(right_male, said_male, male);
	out[F1_MACRO] = (out[F1_FEMALE] + out[F1_MALE]) / 2;
}

static void
resample(void *context, int thread, const uint16_t *weights, double *out)
{
	const struct pair *p = context;
	double a[FIGURES], b[FIGURES];
	(void)thread;
	weighted(p->a, weights, a);
	weighted(p->b, weights, b);
	for (int f = 0; f < FIGURES; f++)
		out[f] = b[f] - a[f];
}

static int
check_same(const struct view *a, const struct view *b, struct err *e)
{
	bool same = a->n == b->n;
	for (size_t i = 0; same && i < a->n; i++)
		same = strcmp(a->names[i], b->names[i]) == 0 && a->items[i].truth == b->items[i].truth;
	if (!same)
		return err_set(e, ERR_USAGE, "other pictures were left out of the one evaluation than of the other; "
		    "do both again with --force");
	return 0;
}

/* ---- printing ---- */

enum { SHOWN = 10 };

static const char *
word(enum gender g)
{
	return g == GENDER_UNKNOWN ? "unknown" : gender_name(g);
}

/* The items of which one is right and the other is not. */
static void
put_items(struct out *o, bool json, const struct view *a, const struct view *b)
{
	size_t differ = 0;
	if (json)
		out_json_array(o, "images");
	for (size_t i = 0; i < a->n; i++) {
		bool right_a = a->answers[i] == a->items[i].truth, right_b = b->answers[i] == b->items[i].truth;
		if (right_a == right_b || ++differ > SHOWN)
			continue;
		if (json) {
			out_json_object(o, NULL);
			out_json_text(o, "name", a->names[i]);
			out_json_text(o, "truth", word(a->items[i].truth));
			out_json_text(o, "a", word(a->answers[i]));
			out_json_text(o, "b", word(b->answers[i]));
			out_json_end(o);
			continue;
		}
		if (differ == 1)
			out_puts(o, "\npictures that only one has right: truth, A, B\n");
		out_printf(o, "  %-7s %-7s %-7s  %s\n", word(a->items[i].truth), word(a->answers[i]), word(b->answers[i]), a->names[i]);
	}
	if (json) {
		out_json_end(o);
		out_json_int(o, "images_differ", (int64_t)differ);
	} else if (differ > SHOWN) {
		out_printf(o, "  and %zu more\n", differ - SHOWN);
	}
}

static void
put_view(struct out *o, bool json, const char *view, const struct view *a, const struct view *b,
	const struct bootstrap_options *b_o, bool intervals)
{
	struct interval d[FIGURES];
	struct pair p = { a, b };
	for (int f = 0; f < FIGURES; f++)
		d[f] = (struct interval) { b->score.figures[figures[f]] - a->score.figures[figures[f]], NAN, NAN, 0 };
	if (intervals)
		bootstrap(a->n, FIGURES, b_o, resample, &p, d);
	if (json) {
		out_json_object(o, view);
		out_json_int(o, "items", (int64_t)a->n);
		out_json_object(o, "figures");
	} else {
		out_printf(o, "\n%s: %zu items\n", strcmp(view, "given") == 0 ? "given a face" : "end to end", a->n);
		compare_put_head(o);
	}
	for (int f = 0; f < FIGURES; f++) {
		const char *name = gender_figure_name(figures[f]);
		double x = a->score.figures[figures[f]], y = b->score.figures[figures[f]];
		if (json)
			compare_put_json(o, name, x, y, &d[f]);
		else
			compare_put_row(o, name, x, y, &d[f]);
	}
	if (json)
		out_json_end(o);
	else if (intervals)
		compare_put_note(o);
	put_items(o, json, a, b);
	if (json)
		out_json_end(o);
}

int
compare_gender(const struct cli *c, struct db *d, const struct evaluation *a, const struct evaluation *b,
	const struct bootstrap_options *bo, bool intervals, struct err *e)
{
	static const char *const names[] = { "given", "end_to_end" };
	struct view v[2][2] = { 0 };
	bool common = false;
	int r = -1;
	for (int i = 0; i < 2; i++) {
		if (load(d, a, names[i], &v[i][0], e) != 0 || load(d, b, names[i], &v[i][1], e) != 0)
			goto out;
		if (v[i][0].n == 0 || v[i][1].n == 0)
			continue;
		common = true;
		if (check_same(&v[i][0], &v[i][1], e) != 0)
			goto out;
	}
	if (!common) {
		err_set(e, ERR_USAGE, "evaluations %lld and %lld have no answers to the same question stored", (long long)a->id,
		    (long long)b->id);
		goto out;
	}
	struct out *o = out_stream(stdout);
	if (c->json)
		out_json_object(o, NULL);
	compare_put_sides(o, c->json, a, b);
	for (int i = 0; i < 2; i++) {
		if (v[i][0].n > 0 && v[i][1].n > 0)
			put_view(o, c->json, names[i], &v[i][0], &v[i][1], bo, intervals);
	}
	if (c->json)
		out_json_end(o);
	r = out_close(o, e);
out:
	for (int i = 0; i < 4; i++)
		view_free(&v[i / 2][i % 2]);
	return r;
}
