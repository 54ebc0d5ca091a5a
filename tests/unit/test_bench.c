/*
 * The parts of measuring that are not measurements: processes, the sample, energy counters, medians.
 */
#include "pipeline/bench.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "pipeline/stop.h"

static struct err e;

/* ---- processes ---- */

struct note {
	int number;
	char text[100000];	/* more than a pipe holds */
};

static int
answer(void *context, void *out, struct err *why)
{
	(void)why;
	struct note *n = out;
	n->number = *(int *)context + 1;
	memset(n->text, 'x', sizeof n->text);
	return 0;
}

static int
refuse(void *context, void *out, struct err *why)
{
	(void)context;
	(void)out;
	return err_set(why, ERR_DATA, "not this one");
}

static int
be_killed(void *context, void *out, struct err *why)
{
	(void)out;
	(void)why;
	signal(*(int *)context, SIG_DFL);
	raise(*(int *)context);
	return 0;
}

static int
leave(void *context, void *out, struct err *why)
{
	(void)context;
	(void)out;
	(void)why;
	_exit(7);
}

/* Until it is told to stop: a signal that came before the parent's first look is passed on too. */
static int
wait_for_stop(void *context, void *out, struct err *why)
{
	(void)context;
	(void)out;
	while (!stop_requested())
		usleep(1000);
	return err_set(why, ERR_INTERRUPTED, "stopped");
}

static void
stopped(void **unused)
{
	(void)unused;
	int number = 0;
	stop_install();
	pid_t self = getpid(), other = fork();
	assert_true(other >= 0);
	if (other == 0) {
		usleep(50000);
		kill(self, SIGINT);
		_exit(0);
	}
	assert_int_equal(bench_apart(wait_for_stop, NULL, &number, sizeof number, &e), -1);
	assert_int_equal(e.code, ERR_INTERRUPTED);
}

static void
apart(void **unused)
{
	(void)unused;
	int number = 41;
	struct note *n = mem_alloc(sizeof *n);
	assert_int_equal(bench_apart(answer, &number, n, sizeof *n, &e), 0);
	assert_int_equal(n->number, 42);
	assert_int_equal(n->text[sizeof n->text - 1], 'x');
	assert_int_equal(number, 41);

	assert_int_equal(bench_apart(refuse, NULL, n, sizeof *n, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_string_equal(e.msg, "not this one");

	/* The kernel's answer to too little memory. */
	number = SIGKILL;
	assert_int_equal(bench_apart(be_killed, &number, n, sizeof *n, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_non_null(strstr(e.msg, "signal 9"));
	assert_non_null(strstr(e.msg, "memory"));

	assert_int_equal(bench_apart(leave, NULL, n, sizeof *n, &e), -1);
	assert_int_equal(e.code, ERR_FAIL);
	assert_non_null(strstr(e.msg, "status 7"));
	free(n);
}

/* ---- energy ---- */

static void
put(const char *path, const char *text)
{
	char *folder = mem_strdup(path);
	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_make_dirs(folder, &e), 0);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	free(folder);
}

static void
energy(void **unused)
{
	(void)unused;
	struct bench_energy a, b;
	bench_energy_read(&a, "nowhere");
	assert_int_equal(a.n, 0);
	assert_true(isnan(bench_energy_between(&a, &a)));

	put("p/intel-rapl:0/name", "package-0\n");
	put("p/intel-rapl:0/energy_uj", "1000000\n");
	put("p/intel-rapl:0/max_energy_range_uj", "262143328850\n");
	/* A part of it, the whole platform, and another way to the same counter. */
	put("p/intel-rapl:0:0/name", "core\n");
	put("p/intel-rapl:0:0/energy_uj", "5\n");
	put("p/intel-rapl:0:0/max_energy_range_uj", "5\n");
	put("p/intel-rapl:1/name", "psys\n");
	put("p/intel-rapl:1/energy_uj", "5\n");
	put("p/intel-rapl:1/max_energy_range_uj", "5\n");
	put("p/intel-rapl-mmio:0/name", "package-0\n");
	put("p/intel-rapl-mmio:0/energy_uj", "5\n");
	put("p/intel-rapl-mmio:0/max_energy_range_uj", "5\n");
	bench_energy_read(&a, "p");
	assert_int_equal(a.n, 1);
	put("p/intel-rapl:0/energy_uj", "3500000\n");
	bench_energy_read(&b, "p");
	assert_true(fabs(bench_energy_between(&a, &b) - 2.5) < 1e-9);
	/* The counter began anew. */
	put("p/intel-rapl:0/max_energy_range_uj", "4000000\n");
	bench_energy_read(&a, "p");
	put("p/intel-rapl:0/energy_uj", "500000\n");
	bench_energy_read(&b, "p");
	assert_true(fabs(bench_energy_between(&a, &b) - 1) < 1e-9);

	put("p/intel-rapl:2/name", "package-1\n");
	put("p/intel-rapl:2/energy_uj", "7\n");
	put("p/intel-rapl:2/max_energy_range_uj", "100\n");
	bench_energy_read(&b, "p");
	assert_int_equal(b.n, 2);
	/* One appeared in between. */
	assert_true(isnan(bench_energy_between(&a, &b)));

	put("p/intel-rapl:0/energy_uj", "nonsense\n");
	put("p/intel-rapl:2/energy_uj", "-4\n");
	bench_energy_read(&b, "p");
	assert_int_equal(b.n, 0);
}

/* ---- medians ---- */

static void
medians(void **unused)
{
	(void)unused;
	double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 3, 2 }, one[] = { 7 }, with_nan[] = { 1, NAN, 2 };
	assert_true(fabs(bench_median(odd, 3) - 2) < 1e-12);
	assert_true(fabs(bench_median(even, 4) - 2.5) < 1e-12);
	assert_true(fabs(bench_median(one, 1) - 7) < 1e-12);
	assert_true(isnan(bench_median(with_nan, 3)));
	assert_true(isnan(bench_median(NULL, 0)));
}

/* ---- the sample ---- */

/* Numbers of the frames in a sample of a recording of so many: the stand-in paints frame n with n + 20. */
static size_t
sample(const char *script, int numbers[BENCH_FRAMES], struct bench_sample *s)
{
	struct input in = { .path = (char *)"a.avi" };
	const struct source_options o = { .sampling = { .every = 1 }, .max_pixels = 100000000, .unhashed = true };
	FILE *f = fopen("a.avi", "w");
	assert_non_null(f);
	fputs(script, f);
	assert_int_equal(fclose(f), 0);
	if (bench_sample_take(s, &in, &o, &e) != 0)
		return 0;
	for (size_t i = 0; i < s->n; i++)
		numbers[i] = vision_image_row(s->v[i], 0)[0] - 20;
	assert_int_equal(s->info.sha256[0], '\0');
	return s->n;
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void
spread(void **unused)
{
	(void)unused;
	int v[BENCH_FRAMES];
	struct bench_sample s;
	char script[64];
	for (int frames = 1; frames <= 190; frames += frames < 70 ? 1 : 17) {
		snprintf(script, sizeof script, "FAKEVIDEO 16 16 10 %d\n", frames);
		size_t n = sample(script, v, &s);
		assert_true(n >= 1 && n <= BENCH_FRAMES && (frames < BENCH_FRAMES || n >= BENCH_FRAMES / 2));
		assert_true(s.whole);
		assert_int_equal(s.bytes, (int64_t)n * 16 * 16 * 3);
		/* Any beginning is spread: the first two are the first frame and one behind the middle. */
		assert_int_equal(v[0], 0);
		if (n > 2)
			assert_true(v[1] >= frames / 2 - 1 && v[1] <= 3 * frames / 4 + 1);
		qsort(v, n, sizeof *v, by_number);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(v[i], (int)i * (n > 1 ? v[1] : 1));
		assert_true(v[n - 1] >= frames - 2 * (n > 1 ? v[1] : 1));
		bench_sample_free(&s);
	}
}

static void
sample_facts(void **unused)
{
	(void)unused;
	int v[BENCH_FRAMES];
	struct bench_sample s;
	assert_true(sample("FAKEVIDEO 16 16 10 100\n", v, &s) > 0);
	assert_true(fabs(s.rate - 10) < 1e-9);
	bench_sample_free(&s);

	/* What the container says of its length is not relied on. */
	assert_true(sample("FAKEVIDEO 16 16 25 100 100000\n", v, &s) >= BENCH_FRAMES / 2);
	assert_true(s.whole);
	bench_sample_free(&s);

	/* Read until it fails. */
	assert_true(sample("FAKEVIDEO 16 16 25 100\nfail 50\n", v, &s) >= BENCH_FRAMES / 2);
	assert_false(s.whole);
	bench_sample_free(&s);

	assert_int_equal(sample("FAKEVIDEO 16 16 25 0\n", v, &s), 0);
	assert_int_equal(e.code, ERR_DATA);
	bench_sample_free(&s);
	assert_int_equal(sample("FAKEVIDEO 16 16 25 9\nfail 0\n", v, &s), 0);
	assert_int_equal(e.code, ERR_DATA);
	bench_sample_free(&s);
}

/* Large frames: as many as there is room for, one at least. */
static void
large_frames(void **unused)
{
	(void)unused;
	int v[BENCH_FRAMES];
	struct bench_sample s;
	size_t n = sample("FAKEVIDEO 7680 4320 10 9\n", v, &s);
	assert_true(n == 1 || n == 2);
	assert_true(s.bytes <= BENCH_BYTES);
	bench_sample_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apart),
		cmocka_unit_test(energy),
		cmocka_unit_test(medians),
		cmocka_unit_test(spread),
		cmocka_unit_test(sample_facts),
		cmocka_unit_test(large_frames),
		/* Last: a stop request stays. */
		cmocka_unit_test(stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
