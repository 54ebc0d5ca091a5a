/*
 * The figures of footfall eval gender as rows of the database: those of the main view under no slice, those given a face
 * under "view=given", groups under "age=20-29" and the like.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/eval_gender_parts.h"
#include "store/evaluation.h"

struct metrics {
	struct evaluation_metric *v;
	char **slices;
	size_t n, nslices;
};

/* The slice's name, which the metrics then share. */
static const char *
slice_name(struct metrics *m, const char *view, const char *by, const char *value)
{
	char *name = mem_printf("%s%s%s%s%s", view, view[0] != '\0' && by != NULL ? "," : "", by != NULL ? by : "",
	    by != NULL ? "=" : "", by != NULL ? value : "");
	m->slices = mem_resize(m->slices, m->nslices + 1, sizeof *m->slices);
	return m->slices[m->nslices++] = name;
}

static void
add_metric(struct metrics *m, const char *name, const char *slice, struct interval v, uint64_t n)
{
	m->v = mem_resize(m->v, m->n + 1, sizeof *m->v);
	m->v[m->n++] = (struct evaluation_metric) { name, slice, v.value, v.low, v.high, (int64_t)n };
}

static void
add_count(struct metrics *m, const char *name, const char *slice, uint64_t v, uint64_t n)
{
	add_metric(m, name, slice, (struct interval) { (double)v, NAN, NAN, 0 }, n);
}

static void
add_view(struct metrics *m, const struct gender_view *v, const char *view)
{
	const struct gender_score *s = &v->score;
	const struct gender_confusion *c = &s->confusion;
	const char *all = slice_name(m, view, NULL, NULL);
	for (int f = 0; f < GENDER_FIGURES; f++)
		add_metric(m, gender_figure_name((enum gender_figure)f), all, v->intervals[f], s->items);
	add_count(m, "no_face", all, s->no_face, s->items);
	add_count(m, "abstained", all, s->abstained, s->items);
	add_count(m, "female_female", all, c->female_female, s->items);
	add_count(m, "female_male", all, c->female_male, s->items);
	add_count(m, "male_female", all, c->male_female, s->items);
	add_count(m, "male_male", all, c->male_male, s->items);
	for (int by = 0; by < GENDER_BY; by++) {
		for (size_t i = 0; i < v->slices[by].nslices; i++) {
			const struct gender_slice *k = &v->slices[by].slices[i];
			const char *slice = slice_name(m, view, gender_by_name((enum gender_by)by), k->value);
			add_metric(m, "accuracy", slice, k->accuracy, k->items);
			add_metric(m, "f1_female", slice, (struct interval) { k->f1_female, NAN, NAN, 0 }, k->items);
			add_metric(m, "f1_male", slice, (struct interval) { k->f1_male, NAN, NAN, 0 }, k->items);
		}
	}
}

int
gender_keep(struct db *d, const struct gender_result *r, struct err *e)
{
	struct metrics m = { 0 };
	add_view(&m, gender_main_view(r), "");
	if (r->has_found)
		add_view(&m, &r->given, "view=given");
	char min_score[32];
	char *scoring = mem_printf("{\"resamples\":%zu,\"seed\":%llu,\"gender.min_score\":%s,\"min_group\":%llu}", r->resamples,
	    (unsigned long long)r->seed, out_real_text(r->min_score, min_score), (unsigned long long)r->minimum);
	const struct evaluation_result result = {
		.items = (int64_t)r->n, .rejected = (int64_t)r->nrejects, .scoring = scoring, .metrics = m.v, .nmetrics = m.n
	};
	int got = evaluation_end(d, r->evaluation, &result, e);
	free(scoring);
	for (size_t i = 0; i < m.nslices; i++)
		free(m.slices[i]);
	free(m.slices);
	free(m.v);
	return got;
}
