/*
 * Scores the cases that come on stdin (score_text.h says how they look) and prints every figure to the last digit, for
 * comparison with reference implementations: eval/oracle_coco.py and eval/oracle_gender.py.
 *
 *	gen_score [threads [resamples]]       "NAME VALUE [LOW HIGH]" lines, "end" after each case
 *
 * The time that scoring and the intervals took, and the peak of memory, go to stderr.
 */
#include <math.h>
#include <time.h>

#include "score/score.h"
#include "score_text.h"

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* getrusage would also count the program that started this one. */
static void
print_peak(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			fprintf(stderr, "peak %.0f MiB\n", atof(line + 6) / 1024);
	if (f != NULL)
		fclose(f);
}

static void
print_set(const struct labels *l, int threads, size_t resamples)
{
	double start = now();
	struct score *s = score_new(l, &(struct score_options){ .threshold = NAN, .threads = threads });
	fprintf(stderr, "scoring %.3f s\n", now() - start);
	struct interval out[SCORE_FIGURES];
	if (resamples > 0) {
		start = now();
		score_intervals(s, &(struct bootstrap_options){ .resamples = resamples, .seed = 1, .threads = threads }, out, NULL);
		fprintf(stderr, "%zu resamples %.3f s\n", resamples, now() - start);
	}
	for (int f = 0; f < SCORE_FIGURES; f++) {
		if (resamples > 0)
			printf("%s %.17g %.17g %.17g\n", score_name((enum score_figure)f), s->figures[f], out[f].low, out[f].high);
		else
			printf("%s %.17g\n", score_name((enum score_figure)f), s->figures[f]);
	}
	printf("f1_score_threshold %.17g\n", s->threshold);
	for (size_t k = 0; k < l->nclasses; k++)
		for (int f = 0; f < COCO_FIGURES; f++)
			printf("%" PRId64 "/%s %.17g\n", l->classes[k].id, score_name((enum score_figure)f), s->classes[k].figures[f]);
	score_free(s);
}

static void
print_gender(const struct score_case *c)
{
	struct gender_score g;
	gender_score(c->items, c->nitems, 0, &g);
	for (int f = 0; f < GENDER_FIGURES; f++)
		printf("%s %.17g\n", gender_figure_name((enum gender_figure)f), g.figures[f]);
	for (int b = 0; b < GENDER_BINS; b++)
		if (g.bins[b].n > 0)
			printf("bin%d_p %.17g\nbin%d_share %.17g\n", b, g.bins[b].p_mean, b, g.bins[b].share);
}

static void
print_counts(const struct score_case *c)
{
	struct interval out[COUNTS_FIGURES];
	counts_score(c->minutes, c->nminutes, &(struct bootstrap_options){ .seed = 1 }, out);
	for (int f = 0; f < COUNTS_FIGURES; f++)
		printf("%s %.17g %.17g %.17g\n", counts_name((enum counts_figure)f), out[f].value, out[f].low, out[f].high);
}

int
main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 1;
	size_t resamples = argc > 2 ? (size_t)atol(argv[2]) : 0;
	struct score_case c;
	while (score_text_read(stdin, &c)) {
		if (c.labels.nimages > 0)
			print_set(&c.labels, threads, resamples);
		if (c.nitems > 0)
			print_gender(&c);
		if (c.nminutes > 0)
			print_counts(&c);
		puts("end");
		score_text_free(&c);
	}
	score_text_free(&c);
	print_peak();
	return 0;
}
