/*
 * What the actions of footfall eval share: thresholds that fail a build, and options that are numbers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"
#include "cli/eval.h"
#include "out/out.h"
#include "pipeline/cores.h"

enum { RESAMPLES_MOST = 1000000 };

static const struct eval_figure *
figure(const struct eval_figure *f, const char *name)
{
	for (; f->name != NULL; f++) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

static int
unknown(const struct eval_figure *figures, const char *name, struct err *e)
{
	struct nearest near = { 0 };
	struct buf all = { 0 };
	for (const struct eval_figure *f = figures; f->name != NULL; f++) {
		nearest_try(&near, name, f->name);
		buf_printf(&all, "%s%s", all.len > 0 ? ", " : "", f->name);
	}
	if (near.word != NULL)
		err_set(e, ERR_USAGE, "--fail-under: no figure is called %s; did you mean %s?", name, near.word);
	else
		err_set(e, ERR_USAGE, "--fail-under: no figure is called %s; there are %s", name, buf_str(&all));
	buf_free(&all);
	return -1;
}

/* One KEY=VALUE, which is taken apart in place. A miss is added to misses. */
static int
look(char *wish, const struct eval_figure *figures, struct buf *misses, struct err *e)
{
	char *value = strchr(wish, '=');
	double least;
	if (value == NULL || value == wish || num_real(value + 1, &least) != 0)
		return err_set(e, ERR_USAGE, "--fail-under %s: KEY=VALUE is wanted, as AP50=0.6", wish);
	*value++ = '\0';
	const struct eval_figure *f = figure(figures, wish);
	if (f == NULL)
		return unknown(figures, wish, e);
	if (f->value >= least)
		return 0;
	char got[32], want[32];
	out_real_text(f->value, got);
	buf_printf(misses, "%s%s %s is under %s", misses->len > 0 ? ", " : "", f->name, isnan(f->value) ? "(undefined)" : got,
	    out_real_text(least, want));
	return 0;
}

static int
look_at_all(const char *wanted, const struct eval_figure *figures, struct buf *misses, struct err *e)
{
	if (wanted == NULL)
		return 0;
	char *copy = mem_strdup(wanted), *at = copy;
	int r = 0;
	for (char *wish; r == 0 && (wish = strsep(&at, ",")) != NULL;)
		r = look(wish, figures, misses, e);
	free(copy);
	return r;
}

int
eval_fail_check(const char *wanted, const struct eval_figure *figures, struct err *e)
{
	struct buf misses = { 0 };
	int r = look_at_all(wanted, figures, &misses, e);
	buf_free(&misses);
	return r;
}

int
eval_fail_under(const char *wanted, const struct eval_figure *figures, struct err *e)
{
	struct buf misses = { 0 };
	int r = look_at_all(wanted, figures, &misses, e);
	if (r == 0 && misses.len > 0)
		r = err_set(e, ERR_MISSED, "%s", buf_str(&misses));
	buf_free(&misses);
	return r;
}

int
eval_number(const struct cli *c, const char *option, int64_t low, int64_t high, int64_t fallback, int64_t *out, struct err *e)
{
	const char *text = cli_value(c, option);
	*out = fallback;
	if (text != NULL && (num_int(text, out) != 0 || *out < low || *out > high))
		return err_set(e, ERR_USAGE, "--%s %s: a whole number from %lld to %lld is wanted", option, text, (long long)low,
		    (long long)high);
	return 0;
}

int
eval_bootstrap(const struct cli *c, struct bootstrap_options *o, bool *on, struct err *e)
{
	int64_t resamples, seed;
	if (eval_number(c, "resamples", 0, RESAMPLES_MOST, 1000, &resamples, e) != 0
	    || eval_number(c, "seed", 0, INT64_MAX, 1, &seed, e) != 0)
		return -1;
	*on = resamples > 0;
	*o = (struct bootstrap_options) { .resamples = (size_t)resamples, .seed = (uint64_t)seed, .threads = eval_threads(c) };
	return 0;
}

int
eval_threads(const struct cli *c)
{
	int64_t n = c->settings.inference_threads;
	return n > 0 ? (int)n : cores_available();
}
