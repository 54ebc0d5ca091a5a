/*
 * footfall bench --gate: what the motion gate would change in the counts of a recording, for thresholds around the one that is set.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/bench.h"
#include "cli/sampling.h"
#include "out/out.h"
#include "pipeline/cores.h"
#include "pipeline/crew.h"
#include "pipeline/gate.h"
#include "pipeline/input.h"
#include "pipeline/source.h"
#include "pipeline/stop.h"
#include "report/text.h"

/* Around the threshold in force. */
static const double factors[] = { 0.25, 0.5, 0.75, 1, 1.5, 2, 4 };
enum { CASES = sizeof factors / sizeof *factors };

struct bench {
	struct inputs in;
	struct crew *crew;
	struct worker **workers;
	size_t nworkers;
	struct source *source;
	struct source_info info;
};

static int
open_all(struct bench *b, struct cli *c, struct err *e)
{
	const struct crew_wish wish = {
		.stages = cli_value(c, "stages"),
		.networks = {
			[TASK_PERSON] = cli_value(c, "person"),
			[TASK_FACE] = cli_value(c, "face"),
			[TASK_GENDER] = cli_value(c, "gender"),
		},
	};
	struct source_options o = { .unhashed = true };
	if (sampling_parse(c, &o, e) != 0 || inputs_expand(&b->in, c->argc, c->argv, e) != 0)
		return -1;
	if (b->in.n != 1)
		return err_set(e, ERR_USAGE, "%s holds %zu recordings; the study takes one", c->argv[0], b->in.n);
	if (b->in.v[0].why != NULL)
		return err_set(e, ERR_INPUT, "%s: %s", b->in.v[0].path, b->in.v[0].why);
	if (source_open(&b->source, &b->in.v[0], &o, &b->info, e) != 0 || crew_open(&b->crew, &wish, &c->settings, e) != 0)
		return -1;
	log_info("networks: %s", crew_summary(b->crew));
	int64_t threads = c->settings.inference_threads;
	size_t n = threads > 0 ? (size_t)threads : (size_t)cores_available();
	b->workers = mem_array(n, sizeof *b->workers);
	for (; b->nworkers < n; b->nworkers++) {
		if (worker_open(&b->workers[b->nworkers], b->crew, e) != 0)
			return -1;
	}
	return 0;
}

static void
close_all(struct bench *b)
{
	source_close(b->source);
	for (size_t i = 0; i < b->nworkers; i++)
		worker_close(b->workers[i]);
	free(b->workers);
	crew_close(b->crew);
	inputs_free(&b->in);
}

static void
print_json(struct out *o, const struct cli *c, const struct gate_study *g)
{
	out_json_object(o, NULL);
	out_json_text(o, "input", c->argv[0]);
	out_json_int(o, "frames", g->frames);
	out_json_int(o, "minutes", g->minutes);
	out_json_real(o, "people_avg", g->people_avg);
	out_json_real(o, "threshold", c->settings.gate_threshold);
	out_json_real(o, "longest_s", c->settings.gate_longest);
	out_json_real(o, "reading_cpu_s", g->reading_cpu_s);
	out_json_real(o, "networks_cpu_s", g->networks_cpu_s);
	out_json_array(o, "cases");
	for (size_t i = 0; i < g->ncases; i++) {
		const struct gate_case *v = &g->cases[i];
		out_json_object(o, NULL);
		out_json_real(o, "threshold", v->threshold);
		out_json_int(o, "gated", v->gated);
		out_json_int(o, "different", v->different);
		out_json_real(o, "minute_error_mean", v->mean_error);
		out_json_real(o, "minute_error_max", v->max_error);
		out_json_real(o, "speedup", v->speedup);
		out_json_end(o);
	}
	out_json_end(o);
	out_json_end(o);
}

static void
print_text(struct out *o, const struct cli *c, const struct gate_study *g)
{
	struct buf name = { 0 };
	char frames[TEXT_SIZE], minutes[TEXT_SIZE], share[TEXT_SIZE], gated[TEXT_SIZE], different[TEXT_SIZE];

	log_escape(&name, file_name(c->argv[0]));
	out_printf(o, "%s: %s frames, %s minute%s, %.2f people on average without the gate\n", buf_str(&name), text_count(g->frames, frames),
	    text_count(g->minutes, minutes), g->minutes == 1 ? "" : "s", g->people_avg);
	buf_free(&name);
	out_puts(o, "THRESHOLD    GATED  (SHARE)  COUNTED DIFFERENTLY  MINUTES' ERROR, MEAN    MAX  FASTER\n");
	for (size_t i = 0; i < g->ncases; i++) {
		const struct gate_case *v = &g->cases[i];
		out_printf(o, "%9.4g %8s %8s %20s %21.3f %6.3f %6.2fx%s\n", v->threshold, text_count(v->gated, gated),
		    text_percent((double)v->gated / (double)g->frames, share), text_count(v->different, different),
		    v->mean_error, v->max_error, v->speedup, v->threshold == c->settings.gate_threshold ? "  as set" : "");
	}
}

static int
print(const struct cli *c, const struct gate_study *g, struct err *e)
{
	struct out *o = out_stream(stdout);
	if (c->json)
		print_json(o, c, g);
	else
		print_text(o, c, g);
	return out_close(o, e);
}

int
bench_gate(struct cli *c, struct err *e)
{
	struct bench b = { .nworkers = 0 };
	double thresholds[CASES];
	struct gate_study *g = mem_alloc(sizeof *g);
	int r = -1;

	if (open_all(&b, c, e) != 0)
		goto out;
	for (size_t i = 0; i < CASES; i++)
		thresholds[i] = factors[i] * c->settings.gate_threshold;
	const struct gate_study_options o = {
		.settings = &c->settings,
		.thresholds = thresholds,
		.n = CASES,
		.with_persons = crew_has(b.crew, TASK_PERSON),
		.name = file_name(b.in.v[0].path),
		.expected = b.info.frames,
	};
	stop_install();
	r = gate_study_run(b.source, b.workers, b.nworkers, &o, g, e);
	if (r == 0 && g->frames == 0)
		r = err_set(e, ERR_DATA, "%s: not one frame could be read", c->argv[0]);
	if (r == 0)
		r = print(c, g, e);
	if (r == 0 && source_complaint(b.source, e))
		r = -1;
out:
	free(g);
	close_all(&b);
	return r;
}
