/*
 * Figures against stored ones of pycocotools, scikit-learn and numpy (tests/ref; remake_score.sh says how they were made).
 */
#include "score_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../gen/score_text.h"
#include "score/score.h"

static FILE *
reference(const char *name)
{
	const char *root = getenv("ROOT");
	char *path = mem_printf("%s/tests/ref/%s", root != NULL ? root : ".", name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		fail_msg("cannot open %s", path);
	free(path);
	return f;
}

static void
same(size_t at, const char *name, double have, double want, double within)
{
	if (isnan(have) && isnan(want))
		return;
	if (!(fabs(have - want) <= within))
		fail_msg("case %zu: %s is %.17g, the reference has %.17g", at, name, have, want);
}

/* A figure by its name; classes as "ID/NAME". */
static double
figure_of(const struct labels *l, const struct score *s, const char *name)
{
	const double *figures = s->figures;
	const char *slash = strchr(name, '/');
	for (size_t k = 0; slash != NULL && k < l->nclasses; k++)
		if (l->classes[k].id == atoll(name))
			figures = s->classes[k].figures;
	if (slash != NULL)
		assert_ptr_not_equal(figures, s->figures);
	for (int f = 0; f < SCORE_FIGURES; f++)
		if (strcmp(score_name((enum score_figure)f), slash != NULL ? slash + 1 : name) == 0)
			return figures[f];
	fail_msg("no figure is called %s", name);
	return NAN;
}

static void
test_coco(void **state)
{
	(void)state;
	FILE *f = reference("score_coco.txt");
	struct score_case c;
	size_t n = 0;
	for (; score_text_read(f, &c); n++) {
		struct score *s = score_new(&c.labels, &(struct score_options){ .threshold = NAN });
		assert_true(c.nexpected >= 12);
		for (size_t i = 0; i < c.nexpected; i++)
			same(n, c.expected[i].name, figure_of(&c.labels, s, c.expected[i].name), c.expected[i].value, 1e-9);
		score_free(s);
		score_text_free(&c);
	}
	fclose(f);
	assert_int_equal(n, 16);
}

static double
gender_of(const struct gender_score *g, const char *name)
{
	int b;
	char what[16];
	for (int f = 0; f < GENDER_FIGURES; f++)
		if (strcmp(gender_figure_name((enum gender_figure)f), name) == 0)
			return g->figures[f];
	assert_int_equal(sscanf(name, "bin%d_%15s", &b, what), 2);
	assert_in_range(b, 0, GENDER_BINS - 1);
	return strcmp(what, "p") == 0 ? g->bins[b].p_mean : g->bins[b].share;
}

static double
counts_of(const struct interval *v, const char *name)
{
	for (int f = 0; f < COUNTS_FIGURES; f++)
		if (strcmp(counts_name((enum counts_figure)f), name) == 0)
			return v[f].value;
	fail_msg("no figure is called %s", name);
	return NAN;
}

static void
test_gender_and_counts(void **state)
{
	(void)state;
	FILE *f = reference("score_gender.txt");
	struct score_case c;
	size_t n = 0;
	for (; score_text_read(f, &c); n++) {
		struct gender_score g;
		struct interval v[COUNTS_FIGURES];
		gender_score(c.items, c.nitems, 0, &g);
		counts_score(c.minutes, c.nminutes, &(struct bootstrap_options){ .resamples = 10 }, v);
		assert_true(c.nexpected > 0);
		for (size_t i = 0; i < c.nexpected; i++) {
			const char *name = c.expected[i].name;
			same(n, name, c.nitems > 0 ? gender_of(&g, name) : counts_of(v, name), c.expected[i].value, 1e-12);
		}
		score_text_free(&c);
	}
	fclose(f);
	assert_int_equal(n, 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_coco),
		cmocka_unit_test(test_gender_and_counts)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
