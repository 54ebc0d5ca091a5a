/*
 * The networks look at every frame once; several gates watch the same pictures, each with a threshold of its own.
 *
 * The gates decide in the reading thread, in order, as they would in an analysis.  What they say travels with the frame as bits,
 * and meets the results where those are in order again.
 */
#include "pipeline/gate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "pipeline/cores.h"
#include "pipeline/line.h"
#include "pipeline/progress.h"
#include "pipeline/stop.h"

/* People in the open minute, as the networks count them and as each gate would. */
struct window {
	int64_t start_ms, frames, people;
	int64_t gated[GATE_STUDY_THRESHOLDS];
};

struct study {
	const struct gate_study_options *o;
	struct gate_study *out;
	struct gate gates[GATE_STUDY_THRESHOLDS];
	struct grey now;
	int64_t last[GATE_STUDY_THRESHOLDS];	/* people in the last frame that the gate let pass */
	struct window window;
	int64_t people;
	double error_sum[GATE_STUDY_THRESHOLDS];
	struct progress progress;
};

static bool
look(void *context, const struct vision_image *im, struct line_frame *f)
{
	struct study *s = context;
	gate_look(&s->now, im, (int)s->o->settings->gate_grid);
	for (size_t i = 0; i < s->o->n; i++) {
		if (gate_holds(&s->gates[i], &s->now, f->result.time_ms))
			f->mark |= UINT64_C(1) << i;
	}
	return false;
}

static void
close_window(struct study *s)
{
	struct window *w = &s->window;
	if (w->frames == 0)
		return;
	s->out->minutes++;
	for (size_t i = 0; i < s->o->n; i++) {
		struct gate_case *c = &s->out->cases[i];
		double error = fabs((double)(w->gated[i] - w->people)) / (double)w->frames;
		s->error_sum[i] += error;
		c->max_error = fmax(c->max_error, error);
	}
	*w = (struct window){ 0 };
}

static int
consume(void *context, struct line_frame *f, struct err *e)
{
	struct study *s = context;
	struct window *w = &s->window;
	int64_t people = result_tally(&f->result, s->o->with_persons).people, start = when_minute(f->result.time_ms);

	(void)e;
	if (w->frames > 0 && w->start_ms != start)
		close_window(s);
	w->start_ms = start;
	w->frames++;
	w->people += people;
	s->out->frames++;
	s->people += people;
	for (size_t i = 0; i < s->o->n; i++) {
		struct gate_case *c = &s->out->cases[i];
		if (f->mark >> i & 1) {
			c->gated++;
			c->different += s->last[i] != people;
		} else {
			s->last[i] = people;
		}
		w->gated[i] += s->last[i];
	}
	progress_frame(&s->progress, f->result.number, people);
	return 0;
}

/*
 * Reading goes on beside the networks, and both share the cores: it takes as long as the reading thread alone, as the networks divided by
 * their threads, or as all the work divided by the cores, whichever is longest.
 */
static double
time_of(const struct gate_study *g, double share_gated, size_t nworkers)
{
	const double networks = g->networks_cpu_s * (1 - share_gated), all = (g->reading_cpu_s + networks) / cores_available();
	return fmax(fmax(g->reader_cpu_s, networks / (double)nworkers), all);
}

static void
conclude(struct study *s, size_t nworkers)
{
	struct gate_study *g = s->out;
	close_window(s);
	if (g->frames == 0)
		return;
	g->people_avg = (double)s->people / (double)g->frames;
	for (size_t i = 0; i < s->o->n; i++) {
		struct gate_case *c = &g->cases[i];
		double share = (double)c->gated / (double)g->frames, least = time_of(g, share, nworkers);
		c->mean_error = s->error_sum[i] / (double)g->minutes;
		c->speedup = least > 0 ? time_of(g, 0, nworkers) / least : 1;
	}
}

int
gate_study_run(struct source *source, struct worker **workers, size_t nworkers, const struct gate_study_options *o,
	struct gate_study *out, struct err *e)
{
	assert(o->n <= GATE_STUDY_THRESHOLDS);
	struct study *s = mem_alloc(sizeof *s);
	*s = (struct study){ .o = o, .out = out };
	*out = (struct gate_study){ .ncases = o->n };
	for (size_t i = 0; i < o->n; i++) {
		struct gate_options g = gate_settings(o->settings);
		g.threshold = out->cases[i].threshold = o->thresholds[i];
		gate_init(&s->gates[i], &g);
	}
	progress_start(&s->progress, o->name, o->expected, 0);
	const struct line l = {
		.source = source, .workers = workers, .nworkers = nworkers,
		.known = -1, .seen = -1,
		.look = look, .consume = consume, .context = s
	};
	struct line_end end;
	const double cpu = when_process_cpu_s();
	line_run(&l, &end);
	out->reader_cpu_s = end.reader_cpu_s;
	out->networks_cpu_s = end.networks_cpu_s;
	out->reading_cpu_s = fmax(when_process_cpu_s() - cpu - end.networks_cpu_s, end.reader_cpu_s);
	conclude(s, nworkers);
	for (size_t i = 0; i < o->n; i++)
		gate_free(&s->gates[i]);
	grey_free(&s->now);
	free(s);
	if (end.failure.code == ERR_NONE && stop_requested())
		return err_set(e, ERR_INTERRUPTED, "interrupted after %lld frames", (long long)out->frames);
	*e = end.failure;
	return e->code == ERR_NONE ? 0 : -1;
}
