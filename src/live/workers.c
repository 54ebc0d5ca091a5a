/*
 * Threads with networks: each takes the newest frame of the source whose turn it is, and gives back a result.
 *
 * Taking is done by one worker at a time for each source, because marks and the gate compare a frame with those before it; the
 * networks then run side by side.
 */
#include "live/parts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/when.h"

/* A network that takes longer than this for one frame hangs. */
enum { HANGS_MS = 60000 };

/* The source whose frame is next, NULL when none has one to take.  With the lock held. */
static struct live_source *
next_source(struct core *core)
{
	for (size_t i = 0; i < core->nsources; i++) {
		struct live_source *s = core->sources[(core->turn + i) % core->nsources];
		if (!s->has_pending || s->taking || order_full(&s->order))
			continue;
		core->turn = (core->turn + i + 1) % core->nsources;
		return s;
	}
	return NULL;
}

/* What changed for good since the frame before, as the taker must know it. */
struct change {
	bool paused;		/* no frames came for a while */
	bool step;		/* the clock was set */
};

static struct job *
begin_taking(struct core *core, struct live_source *s, struct camera_frame *f, struct change *c)
{
	struct job *j = core->free;
	core->free = j->next;
	*f = s->pending;
	s->has_pending = false;
	s->taking = true;
	*c = (struct change){ s->paused, s->taken_steps != s->pending_steps };
	s->paused = false;
	s->taken_steps = s->pending_steps;
	j->source = s;
	j->order = order_give(&s->order, s->pending_ms);
	j->captured_ms = f->captured_ms;
	j->steps = s->pending_steps;
	j->drops = drops_take(&s->drops, s->pending_ms);
	result_clear(&j->result);
	j->result.number = s->base + f->number;
	j->result.time_ms = s->pending_ms;
	return j;
}

static uint64_t
digest(struct vision_image *im)
{
	uint64_t h = 0;
	for (int y = 0; y < vision_image_height(im); y++)
		h = scene_digest(h, vision_image_row(im, y), 3 * (size_t)vision_image_width(im));
	return h;
}

/* In the order of the frames.  Sets whether the networks are spared it. */
static void
look(struct core *core, struct live_source *s, struct job *j, const struct change *c)
{
	j->width = vision_image_width(j->image);
	j->height = vision_image_height(j->image);
	gate_look(&s->grey, j->image, s->gate.options.grid);
	if (c->paused)
		scene_pause(&s->scene);
	j->marks = scene_look(&s->scene, &s->grey, digest(j->image), j->captured_ms);
	/* what was found before does not speak for what comes after */
	if (c->step || c->paused)
		s->gate.has_seen = false;
	j->result.gated = core->gated && gate_holds(&s->gate, &s->grey, j->result.time_ms);
}

/* Keeps the first failure and lets everybody go home.  With the lock held. */
static void
fail(struct core *core, const struct err *e)
{
	if (core->failure.code == ERR_NONE)
		core->failure = *e;
	core->quit = true;
	pthread_cond_broadcast(&core->work);
	pthread_cond_broadcast(&core->done);
}

static int
run_networks(struct worker_thread *t, struct job *j, struct err *e)
{
	/* the worker begins with an empty result */
	int64_t number = j->result.number, time_ms = j->result.time_ms;
	int r = worker_run(t->worker, j->image, &j->result, e);
	j->result.number = number;
	j->result.time_ms = time_ms;
	j->result.gated = false;
	return r;
}

/* One frame, from its slot to its result.  The lock is held before and after. */
static void
take(struct worker_thread *t, struct live_source *s)
{
	struct core *core = t->core;
	struct camera_frame f;
	struct change c;
	struct err e = { 0 };
	struct job *j = begin_taking(core, s, &f, &c);
	t->busy_ms = when_monotonic_ms();
	pthread_mutex_unlock(&core->lock);

	int r = camera_picture(&f, j->image, &e);
	camera_release(s->camera, &f);
	if (r == 0)
		look(core, s, j, &c);

	pthread_mutex_lock(&core->lock);
	s->taking = false;
	/* the next frame of this source can be taken, and who stops it need not wait any more */
	pthread_cond_broadcast(&core->work);
	pthread_cond_broadcast(&core->done);
	pthread_mutex_unlock(&core->lock);

	if (r == 0 && !j->result.gated)
		r = run_networks(t, j, &e);

	pthread_mutex_lock(&core->lock);
	t->busy_ms = 0;
	if (r != 0) {
		err_wrap(&e, "%s: frame %lld", s->address->name, (long long)j->result.number);
		fail(core, &e);
		return;
	}
	order_fill(&s->order, j->order, j);
	pthread_cond_signal(&core->done);
}

static void *
work(void *arg)
{
	struct worker_thread *t = arg;
	struct core *core = t->core;
	pthread_mutex_lock(&core->lock);
	while (!core->quit) {
		struct live_source *s = core->free != NULL ? next_source(core) : NULL;
		if (s != NULL)
			take(t, s);
		else
			pthread_cond_wait(&core->work, &core->lock);
	}
	pthread_mutex_unlock(&core->lock);
	return NULL;
}

static void
make_jobs(struct core *core)
{
	/* each worker has one in hand; as many may wait for those before them, or for the thread that writes */
	core->njobs = 2 * core->nworkers + 2;
	core->jobs = mem_array(core->njobs, sizeof *core->jobs);
	for (size_t i = 0; i < core->njobs; i++) {
		core->jobs[i].image = vision_image_new();
		core->jobs[i].next = core->free;
		core->free = &core->jobs[i];
	}
}

int
workers_start(struct core *core, size_t n, struct err *e)
{
	core->workers = mem_array(n, sizeof *core->workers);
	core->nworkers = n;
	make_jobs(core);
	for (size_t i = 0; i < n; i++) {
		core->workers[i].core = core;
		if (worker_open(&core->workers[i].worker, core->options->crew, e) != 0)
			return -1;
	}
	for (size_t i = 0; i < n; i++) {
		struct worker_thread *t = &core->workers[i];
		if (pthread_create(&t->thread, NULL, work, t) != 0)
			return err_set(e, ERR_FAIL, "no thread to be had");
		t->started = true;
	}
	return 0;
}

void
workers_join(struct core *core)
{
	pthread_mutex_lock(&core->lock);
	core->quit = true;
	pthread_cond_broadcast(&core->work);
	pthread_mutex_unlock(&core->lock);
	for (size_t i = 0; i < core->nworkers; i++) {
		if (core->workers[i].started)
			pthread_join(core->workers[i].thread, NULL);
		worker_close(core->workers[i].worker);
	}
	for (size_t i = 0; i < core->njobs; i++) {
		vision_image_free(core->jobs[i].image);
		result_free(&core->jobs[i].result);
	}
	free(core->jobs);
	free(core->workers);
	core->jobs = core->free = NULL;
	core->workers = NULL;
	core->njobs = core->nworkers = 0;
}

bool
workers_alive(const struct core *core, int64_t now_ms)
{
	for (size_t i = 0; i < core->nworkers; i++) {
		int64_t since = core->workers[i].busy_ms;
		if (since != 0 && now_ms - since > HANGS_MS)
			return false;
	}
	return true;
}
