/*
 * Work in a process of its own, and the counters that measure it.
 */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "fast/fast.h"
#include "pipeline/bench.h"
#include "pipeline/stop.h"

enum { POLL_MS = 100 };

/* What comes through the pipe before the result. */
struct answer {
	int rc;
	struct err e;
};

static bool
put_all(int fd, const void *data, size_t n)
{
	const char *at = data;
	while (n > 0) {
		ssize_t k = write(fd, at, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

/* Waits for the child, which a stop request is passed on to: a signal may have been meant for this process alone. */
static void
wait_readable(int fd, pid_t child)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	while (poll(&p, 1, POLL_MS) <= 0)
		if (stop_requested())
			kill(child, SIGTERM);
}

static bool
get_all(int fd, pid_t child, void *data, size_t n)
{
	char *at = data;
	while (n > 0) {
		wait_readable(fd, child);
		ssize_t k = read(fd, at, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

/* In the child.  What was said of the recording and the networks the parent has said already. */
static _Noreturn void
serve(int (*work)(void *context, void *out, struct err *e), void *context, void *out, size_t size, int fd)
{
	struct answer a = { 0 };
	/* Nobody would read what it measures. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (log_get_level() < LOG_VERBOSE)
		log_set_level(LOG_ERROR);
	a.rc = work(context, out, &a.e);
	_exit(put_all(fd, &a, sizeof a) && put_all(fd, out, size) ? 0 : 1);
}

static int
ended(int status, struct err *e)
{
	if (stop_requested())
		return err_set(e, ERR_INTERRUPTED, "interrupted");
	if (WIFSIGNALED(status))
		return err_set(e, ERR_FAIL, "the measuring process was ended by signal %d (%s)%s", WTERMSIG(status),
		    strsignal(WTERMSIG(status)), WTERMSIG(status) == 9 ? "; was there too little memory?" : "");
	return err_set(e, ERR_FAIL, "the measuring process ended with status %d and without a result", WEXITSTATUS(status));
}

int
bench_apart(int (*work)(void *context, void *out, struct err *e), void *context, void *out, size_t size, struct err *e)
{
	int fds[2], status = 0;
	if (pipe(fds) != 0)
		return err_set(e, ERR_FAIL, "no pipe to a measuring process: %s", strerror(errno));
	/* Else what stdio holds would be written twice. */
	fflush(NULL);
	pid_t child = fork();
	if (child < 0) {
		err_set(e, ERR_FAIL, "no measuring process: %s", strerror(errno));
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	if (child == 0) {
		close(fds[0]);
		serve(work, context, out, size, fds[1]);
	}
	close(fds[1]);
	struct answer a;
	bool whole = get_all(fds[0], child, &a, sizeof a) && get_all(fds[0], child, out, size);
	close(fds[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!whole)
		return ended(status, e);
	if (a.rc != 0)
		*e = a.e;
	return a.rc;
}

/* ---- what is chosen once in a process ---- */

void
bench_choose(const struct settings *set)
{
	fast_choose(&(struct fast_choice) { set->inference_layers, set->inference_isa, set->inference_precision,
		set->inference_calibration });
}

static int
try_choice(void *context, void *out, struct err *e)
{
	const struct settings *const *set = context;
	(void)out;
	bench_choose(*set);
	return fast_ready(e);
}

int
bench_can(const struct settings *set, struct err *e)
{
	return bench_apart(try_choice, &set, NULL, 0, e);
}

/* ---- energy ---- */

static bool
read_number(const char *folder, const char *zone, const char *name, double *out)
{
	char *path = mem_printf("%s/%s/%s", folder, zone, name);
	FILE *f = fopen(path, "re");
	free(path);
	bool good = f != NULL && fscanf(f, "%lf", out) == 1 && isfinite(*out) && *out >= 0;
	if (f != NULL)
		fclose(f);
	return good;
}

/* "intel-rapl:0" is a package; "intel-rapl:0:1" a part of it; other zones count the same energy another way. */
static bool
is_package(const char *zone)
{
	const char prefix[] = "intel-rapl:";
	const size_t n = sizeof prefix - 1;
	return strncmp(zone, prefix, n) == 0 && zone[n] != '\0' && strspn(zone + n, "0123456789") == strlen(zone + n);
}

/* Zones that are no package (the whole platform's) would count twice. */
static bool
is_named_package(const char *folder, const char *zone)
{
	char text[32] = "";
	char *path = mem_printf("%s/%s/name", folder, zone);
	FILE *f = fopen(path, "re");
	free(path);
	bool good = f != NULL && fscanf(f, "%31s", text) == 1 && strncmp(text, "package", 7) == 0;
	if (f != NULL)
		fclose(f);
	return good;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

void
bench_energy_read(struct bench_energy *out, const char *folder)
{
	struct dirent **zones = NULL;
	*out = (struct bench_energy) { 0 };
	int n = scandir(folder, &zones, NULL, by_name);
	for (int i = 0; i < n; i++) {
		const char *zone = zones[i]->d_name;
		double uj, range;
		if (out->n < BENCH_PACKAGES && is_package(zone) && is_named_package(folder, zone)
		    && read_number(folder, zone, "energy_uj", &uj) && read_number(folder, zone, "max_energy_range_uj", &range)) {
			out->v[out->n].uj = uj;
			out->v[out->n++].range_uj = range;
		}
		free(zones[i]);
	}
	free(zones);
}

double
bench_energy_between(const struct bench_energy *a, const struct bench_energy *b)
{
	double uj = 0;
	if (a->n == 0 || a->n != b->n)
		return NAN;
	for (size_t i = 0; i < a->n; i++) {
		double d = b->v[i].uj - a->v[i].uj;
		uj += d >= 0 ? d : d + a->v[i].range_uj;
	}
	return uj / 1e6;
}

/* ---- medians ---- */

static int
by_number(const void *va, const void *vb)
{
	double a = *(const double *)va, b = *(const double *)vb;
	return (a > b) - (a < b);
}

double
bench_median(double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isnan(v[i]))
			return NAN;
	if (n == 0)
		return NAN;
	qsort(v, n, sizeof *v, by_number);
	return n % 2 != 0 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}
