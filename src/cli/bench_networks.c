/*
 * footfall bench --passes: what a pass of each network costs here, on one thread.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "cli/bench.h"
#include "cli/plain.h"
#include "pipeline/stop.h"

/* A network with one precision. */
struct line {
	const struct model *model;
	const struct settings *settings;
	struct bench_passes rounds[BENCH_ROUNDS], median;
	size_t n;
	bool failed;
	struct err why;
};

struct lines {
	struct line *v;
	size_t n;
};

static void
add_model(struct lines *l, const struct model *m, const struct bench_settings *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].model == m)
			return;
	l->v = mem_resize(l->v, l->n + s->n, sizeof *l->v);
	for (size_t i = 0; i < s->n; i++)
		if (bench_settings_suit(s, i, m))
			l->v[l->n++] = (struct line) { .model = m, .settings = &s->v[i] };
}

/* Those named, else all that are at hand. */
static int
choose(struct lines *l, const struct cli *c, const struct registry *r, const struct bench_settings *s, struct err *e)
{
	for (int i = 0; i < c->argc; i++) {
		const struct model *m;
		if (registry_find(r, c->argv[i], &m, e) != 0)
			return -1;
		add_model(l, m, s);
	}
	for (size_t i = 0; c->argc == 0 && i < registry_count(r); i++)
		if (model_state(r, registry_at(r, i), NULL) == MODEL_READY)
			add_model(l, registry_at(r, i), s);
	if (l->n == 0)
		return err_set(e, ERR_UNAVAILABLE, "no network is at hand; footfall models list says which can be fetched");
	return 0;
}

static void
take_medians(struct line *l)
{
	double prepare[BENCH_ROUNDS], pass[BENCH_ROUNDS], decode[BENCH_ROUNDS];
	l->median = l->rounds[0];
	l->median.passes = 0;
	for (size_t i = 0; i < l->n; i++) {
		prepare[i] = l->rounds[i].prepare_ms;
		pass[i] = l->rounds[i].pass_ms;
		decode[i] = l->rounds[i].decode_ms;
		l->median.passes += l->rounds[i].passes;
	}
	l->median.prepare_ms = bench_median(prepare, l->n);
	l->median.pass_ms = bench_median(pass, l->n);
	l->median.decode_ms = bench_median(decode, l->n);
}

static void
show_progress(size_t round, const struct line *k, int64_t *shown_ms)
{
	const int64_t now = when_monotonic_ms();
	if (!log_is_tty() && now - *shown_ms < 10000)
		return;
	*shown_ms = now;
	log_progress("round %zu of %d: %s, %s", round + 1, BENCH_ROUNDS, k->model->name, k->settings->inference_precision);
}

static int
measure(struct lines *l, const struct registry *r, double seconds, struct err *e)
{
	int64_t shown_ms = when_monotonic_ms();
	size_t good = 0;
	for (size_t round = 0; round < BENCH_ROUNDS; round++)
		for (size_t i = 0; i < l->n; i++) {
			struct line *k = &l->v[i];
			if (k->failed)
				continue;
			if (stop_requested())
				return err_set(e, ERR_INTERRUPTED, "interrupted");
			show_progress(round, k, &shown_ms);
			k->failed = bench_passes(r, k->model, k->settings, seconds / (double)(l->n * BENCH_ROUNDS),
			    &k->rounds[round], &k->why) != 0;
			if (!k->failed) {
				k->n++;
			} else if (k->why.code == ERR_INTERRUPTED) {
				*e = k->why;
				return -1;
			}
		}
	log_progress_end();
	for (size_t i = 0; i < l->n; i++)
		if (!l->v[i].failed) {
			take_medians(&l->v[i]);
			good++;
		}
	if (good > 0)
		return 0;
	*e = l->v[0].why;
	return -1;
}

static void
print_text(struct out *o, const struct lines *l)
{
	int w = 7;
	for (size_t i = 0; i < l->n; i++)
		if ((int)strlen(l->v[i].model->name) > w)
			w = (int)strlen(l->v[i].model->name);
	out_printf(o, "%-*s  %-11s  %-9s  %-4s  %9s  %9s  %9s  %9s\n", w, "NETWORK", "TASK", "PICTURE", "PREC", "PASS",
	    "PREPARE", "BOXES", "PASSES/S");
	for (size_t i = 0; i < l->n; i++) {
		const struct line *k = &l->v[i];
		const struct bench_passes *m = &k->median;
		out_printf(o, "%-*s  %-11s  ", w, k->model->name, model_tasks(k->model));
		if (k->failed) {
			out_printf(o, "%-9s  %-4s  ", "", k->settings->inference_precision);
			plain_put(o, k->why.msg);
			out_puts(o, "\n");
			continue;
		}
		char *size = mem_printf("%dx%d", m->width, m->height);
		out_printf(o, "%-9s  %-4s  %6.2f ms  %6.2f ms  %6.2f ms  %9.1f\n", size, k->settings->inference_precision,
		    m->pass_ms, m->prepare_ms, m->decode_ms, m->pass_ms > 0 ? 1000 / m->pass_ms : 0);
		free(size);
	}
	out_puts(o, "\nProcessor time of one thread, median; a picture of the network's own size without anybody in it.\n");
}

static void
print_json(struct out *o, const struct lines *l)
{
	out_json_object(o, NULL);
	out_json_int(o, "rounds", BENCH_ROUNDS);
	out_json_array(o, "networks");
	for (size_t i = 0; i < l->n; i++) {
		const struct line *k = &l->v[i];
		out_json_object(o, NULL);
		out_json_text(o, "name", k->model->name);
		out_json_text(o, "task", model_tasks(k->model));
		out_json_text(o, "precision", k->settings->inference_precision);
		out_json_text(o, "error", k->failed ? k->why.msg : NULL);
		if (!k->failed) {
			out_json_int(o, "width", k->median.width);
			out_json_int(o, "height", k->median.height);
			out_json_int(o, "passes", k->median.passes);
			out_json_real(o, "pass_ms", k->median.pass_ms);
			out_json_real(o, "prepare_ms", k->median.prepare_ms);
			out_json_real(o, "boxes_ms", k->median.decode_ms);
		}
		out_json_end(o);
	}
	out_json_end(o);
	out_json_end(o);
}

int
bench_networks(struct cli *c, struct err *e)
{
	struct registry *registry = NULL;
	struct bench_settings settings;
	struct lines lines = { 0 };
	double seconds;
	int r = -1;

	if (bench_seconds(c, &seconds, e) != 0)
		return -1;
	if (bench_settings_make(&settings, &c->settings, e) != 0 || registry_open(&registry, e) != 0 || choose(&lines, c, registry, &settings, e) != 0)
		goto out;
	stop_install();
	if (measure(&lines, registry, seconds, e) != 0)
		goto out;
	struct out *o = out_stream(stdout);
	(c->json ? print_json : print_text)(o, &lines);
	r = out_close(o, e);
out:
	free(lines.v);
	bench_settings_free(&settings);
	registry_close(registry);
	return r;
}
