/*
 * Random numbers against published ones, intervals against known ones, and the bootstrap against itself.
 */
#include "score_test.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "score/parallel.h"
#include "score/random.h"
#include "score/score.h"

static void
near(double have, double want, double within)
{
	if (!(fabs(have - want) <= within))
		fail_msg("%.10g, not %.10g", have, want);
}

static void
test_random(void **state)
{
	/* The generator's first numbers from the state 1, 2, 3, 4. */
	static const uint64_t want[] = { 11520, 0, 1509978240, UINT64_C(1215971899390074240) };
	struct random_state r = { .s = { 1, 2, 3, 4 } }, other;
	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(random_next(&r), want[i]);
	random_seed(&r, 1, 0);
	random_seed(&other, 1, 1);
	assert_true(random_next(&r) != random_next(&other));
	random_seed(&other, 0, 1);
	random_seed(&r, 1, 0);
	assert_true(random_next(&r) != random_next(&other));
	unsigned seen[3] = { 0 };
	for (int i = 0; i < 30000; i++)
		seen[random_below(&r, 3)]++;
	for (int i = 0; i < 3; i++)
		assert_in_range(seen[i], 9700, 10300);
	assert_int_equal(random_below(&r, 1), 0);
	uint16_t weights[100];
	unsigned sum = 0;
	random_weights(&r, 100, weights);
	for (int i = 0; i < 100; i++)
		sum += weights[i];
	assert_int_equal(sum, 100);
}

static void
mark(void *context, int thread, size_t i)
{
	atomic_int *done = context;
	assert_in_range(thread, 0, 3);
	done[i]++;
}

static void
test_parallel(void **state)
{
	atomic_int done[500] = { 0 };
	(void)state;
	parallel_for(500, 4, mark, done);
	for (int i = 0; i < 500; i++)
		assert_int_equal(done[i], 1);
	parallel_for(0, 4, mark, done);
	parallel_for(1, 0, mark, done);
	assert_int_equal(done[0], 2);
}

static void
test_quantile(void **state)
{
	double v[] = { 3, 1, 2, 4 }, one[] = { 7 };
	(void)state;
	near(interval_quantile(v, 4, 0), 1, 0);
	near(interval_quantile(v, 4, 0.5), 2.5, 1e-12);
	near(interval_quantile(v, 4, 0.1), 1.3, 1e-12);
	near(interval_quantile(v, 4, 1), 4, 0);
	near(interval_quantile(one, 1, 0.3), 7, 0);
}

/* Newcombe 1998 prints 81/263 and the difference 56/70 - 48/80. */
static void
test_wilson(void **state)
{
	(void)state;
	struct interval w = interval_wilson(81, 263);
	near(w.low, 0.2553, 0.00005);
	near(w.high, 0.3662, 0.00005);
	w = interval_wilson(0, 20);
	near(w.low, 0, 0);
	near(w.high, 0.1611, 0.00005);
	w = interval_wilson(20, 20);
	near(w.high, 1, 0);
	assert_true(isnan(interval_wilson(0, 0).low));
	w = interval_gap(56, 70, 48, 80);
	near(w.value, 0.2, 1e-12);
	near(w.low, 0.0524, 0.00005);
	near(w.high, 0.3339, 0.00005);
}

/* Mean of 0, 1 ... n-1. */
static void
mean(void *context, int thread, const uint16_t *weights, double *out)
{
	size_t n = *(size_t *)context;
	double sum = 0;
	(void)thread;
	for (size_t i = 0; i < n; i++)
		sum += (double)weights[i] * (double)i;
	out[0] = sum / (double)n;
	out[1] = NAN;
}

static void
test_bootstrap(void **state)
{
	size_t n = 400;
	struct interval a[2], b[2], c[2];
	(void)state;
	bootstrap(n, 2, &(struct bootstrap_options){ .seed = 5 }, mean, &n, a);
	bootstrap(n, 2, &(struct bootstrap_options){ .seed = 5, .threads = 4 }, mean, &n, b);
	bootstrap(n, 2, &(struct bootstrap_options){ .seed = 6 }, mean, &n, c);
	assert_true(a[0].low == b[0].low && a[0].high == b[0].high);
	assert_true(a[0].low != c[0].low);
	assert_int_equal(a[0].n, 1000);
	/* The mean's standard error is sqrt((n^2 - 1) / 12 / n) = 5.77 */
	near(a[0].low, 199.5 - 1.96 * 5.77, 1.5);
	near(a[0].high, 199.5 + 1.96 * 5.77, 1.5);
	assert_true(isnan(a[1].low) && a[1].n == 0);
	n = 1;
	bootstrap(n, 2, &(struct bootstrap_options){ .seed = 5 }, mean, &n, a);
	assert_true(isnan(a[0].low) && isnan(a[0].high));
}

static void
test_score_intervals(void **state)
{
	struct labels l = set_random(11, 60, 2, false);
	struct interval one[SCORE_FIGURES], three[SCORE_FIGURES], band[AVERAGE_101];
	(void)state;
	struct score *s = score_new(&l, &(struct score_options){ .threshold = NAN });
	score_intervals(s, &(struct bootstrap_options){ .seed = 1, .resamples = 200 }, one, band);
	score_intervals(s, &(struct bootstrap_options){ .seed = 1, .resamples = 200, .threads = 3 }, three, NULL);
	for (int f = 0; f < SCORE_FIGURES; f++) {
		assert_true(one[f].value == s->figures[f]);
		if (one[f].value >= 0) {
			assert_true(one[f].low == three[f].low && one[f].high == three[f].high);
			assert_true(one[f].low <= one[f].value && one[f].value <= one[f].high);
		}
	}
	assert_true(one[SCORE_AP].high - one[SCORE_AP].low > 0.01);
	for (int r = 0; r < AVERAGE_101; r++)
		assert_true(band[r].value == s->pr_curve[r] && band[r].low <= band[r].high);
	score_free(s);
	labels_free(&l);
}

static void
test_difference(void **state)
{
	struct labels l = set_random(11, 60, 2, true);
	struct interval d[SCORE_FIGURES];
	uint32_t pictures[60];
	(void)state;
	struct score *a = score_new(&l, &(struct score_options){ .threshold = 0.3 });
	score_difference(a, a, &(struct bootstrap_options){ .seed = 1, .resamples = 100 }, d);
	for (int f = 0; f < SCORE_FIGURES; f++)
		if (a->figures[f] >= 0)
			assert_true(d[f].value == 0 && d[f].low == 0 && d[f].high == 0);
	assert_int_equal(score_differing(a, a, 60, pictures), 0);

	/* b misses everything in picture 5 and hardly differs otherwise */
	size_t n = 0;
	for (size_t p = 0; p < l.npredictions; p++)
		if (l.predictions[p].image != 5)
			l.predictions[n++] = l.predictions[p];
	l.npredictions = n;
	struct score *b = score_new(&l, &(struct score_options){ .threshold = 0.3 });
	score_difference(a, b, &(struct bootstrap_options){ .seed = 1, .resamples = 100 }, d);
	near(d[SCORE_RECALL].value, a->figures[SCORE_RECALL] - b->figures[SCORE_RECALL], 0);
	assert_true(d[SCORE_RECALL].low >= 0 && d[SCORE_RECALL].high > 0);
	if (score_differing(a, b, 60, pictures) > 0)
		assert_int_equal(pictures[0], 5);
	score_free(a);
	score_free(b);
	labels_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_parallel),
		cmocka_unit_test(test_quantile),
		cmocka_unit_test(test_wilson),
		cmocka_unit_test(test_bootstrap),
		cmocka_unit_test(test_score_intervals),
		cmocka_unit_test(test_difference)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
