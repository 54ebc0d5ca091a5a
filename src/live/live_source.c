/*
 * One live source: what its camera's thread tells, kept until somebody takes it.
 *
 * What happens here happens for every frame of every camera, also when it is thrown away the next moment: a time, a few
 * comparisons, an exchange.  Pictures are not looked at.
 */
#include "live/parts.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"

void
core_look_at_clock(struct core *core)
{
	int64_t before = when_monotonic_ms(), wall = when_now_ms(), after = when_monotonic_ms();
	/* a thread that was held up between the two would see a step that is none */
	if (after - before < 100 || !core->clock.looked)
		live_clock_look(&core->clock, wall, before + (after - before) / 2);
}

/* Wall clock of a monotonic time, not before the last frame's.  With the lock held. */
static int64_t
wall_time(const struct live_source *s, int64_t monotonic_ms)
{
	const struct live_clock *c = &s->core->clock;
	int64_t t = live_clock_wall(c, monotonic_ms);
	return s->has_last && s->last_steps == c->steps && t < s->last_ms ? s->last_ms : t;
}

static void
drop(struct live_source *s, int64_t time_ms, int64_t n)
{
	drops_add(&s->drops, time_ms, n);
	s->dropped += n;
}

static void
on_frame(void *context, const struct camera_frame *f, int64_t lost)
{
	struct live_source *s = context;
	struct core *core = s->core;
	struct camera_frame unwanted = *f;
	bool release = true;

	pthread_mutex_lock(&core->lock);
	core_look_at_clock(core);
	int64_t time_ms = wall_time(s, f->captured_ms);
	s->has_last = true;
	s->last_ms = time_ms;
	s->last_steps = core->clock.steps;
	s->next_number = s->base + f->number + 1;
	s->frames++;
	if (gaps_open(&s->gaps)) {
		gaps_end(&s->gaps, time_ms);
		s->paused = true;
		pthread_cond_signal(&core->done);
	}
	/* of those that were lost a cap might have wanted none */
	if (s->cap.fps <= 0)
		drop(s, time_ms, lost);
	if (!s->stopping && cap_wants(&s->cap, f->captured_ms)) {
		release = s->has_pending;
		if (s->has_pending) {
			unwanted = s->pending;
			drop(s, s->pending_ms, 1);
		}
		s->pending = *f;
		s->pending_ms = time_ms;
		s->pending_steps = core->clock.steps;
		s->has_pending = true;
		pthread_cond_signal(&core->work);
	}
	pthread_mutex_unlock(&core->lock);
	if (release)
		camera_release(s->camera, &unwanted);
}

static void
on_down(void *context, enum camera_why why, int64_t since_ms, const char *detail)
{
	struct live_source *s = context;
	pthread_mutex_lock(&s->core->lock);
	core_look_at_clock(s->core);
	gaps_begin(&s->gaps, wall_time(s, since_ms), camera_why_name(why), detail);
	pthread_cond_signal(&s->core->done);
	pthread_mutex_unlock(&s->core->lock);
}

static void
on_end(void *context, const struct err *why)
{
	struct live_source *s = context;
	pthread_mutex_lock(&s->core->lock);
	s->ended = true;
	if (why != NULL)
		s->why = *why;
	pthread_cond_signal(&s->core->done);
	pthread_mutex_unlock(&s->core->lock);
}

static int64_t
ms(double seconds)
{
	return llround(seconds * 1000);
}

/* "640x480"; width 0 for "none". */
static int
parse_size(const char *text, int *width, int *height, struct err *e)
{
	char more;
	*width = *height = 0;
	if (strcmp(text, "none") == 0)
		return 0;
	if (sscanf(text, "%5dx%5d%c", width, height, &more) == 2 && *width > 0 && *height > 0)
		return 0;
	return err_set(e, ERR_CONFIG, "live.raw_size: \"%s\" is no size: none or WIDTHxHEIGHT, as 640x480", text);
}

static int
start_camera(struct live_source *s, struct err *e)
{
	struct core *core = s->core;
	const struct settings *set = &core->now;
	struct camera_options o = {
		.address = s->address,
		.open_ms = ms(set->live_open),
		.stall_ms = ms(set->live_stall),
		.backoff_max_ms = ms(set->live_backoff),
		.max_pixels = set->input_max_pixels,
		.udp = strcmp(set->live_transport, "udp") == 0,
		/* a text that stays */
		.raw_pixels = core->options->settings->live_raw_pixels,
		.loop = core->options->loop,
		.verbose = log_get_level() >= LOG_DEBUG
	};
	const struct camera_events events = { on_frame, on_down, on_end, s };
	if (parse_size(set->live_raw_size, &o.raw_width, &o.raw_height, e) != 0)
		return -1;
	/* the one call with the lock held: the camera's thread needs s->camera, and waits for the lock until it is set */
	pthread_mutex_lock(&core->lock);
	s->stopping = false;
	int r = camera_start(&s->camera, &o, &events, e);
	pthread_mutex_unlock(&core->lock);
	return r;
}

static void
add_source(struct core *core, struct live_source *s)
{
	pthread_mutex_lock(&core->lock);
	core->sources = mem_resize(core->sources, core->nsources + 1, sizeof *core->sources);
	core->sources[core->nsources++] = s;
	pthread_mutex_unlock(&core->lock);
}

int
source_start(struct core *core, struct camera_address *a, struct err *e)
{
	struct live_source *s = mem_alloc(sizeof *s);
	const struct gate_options gate = gate_settings(core->options->settings);
	int width, height;
	s->core = core;
	s->own = *a;
	*a = (struct camera_address){ 0 };
	s->address = &s->own;
	s->cap.fps = core->options->fps;
	gate_init(&s->gate, &gate);
	/* what can be refused is refused before the database is touched */
	if (parse_size(core->now.live_raw_size, &width, &height, e) != 0 || writer_open(&s->writer, s, e) != 0
	    || start_camera(s, e) != 0) {
		err_wrap(e, "%s", s->address->name);
		source_free(s);
		return -1;
	}
	add_source(core, s);
	return 0;
}

static void *
stop_camera(void *arg)
{
	camera_stop(arg);
	return NULL;
}

/* Frames that wait are let go, and none is taken any more. */
static void
let_go(struct live_source *s)
{
	struct core *core = s->core;
	pthread_mutex_lock(&core->lock);
	s->stopping = true;
	struct camera_frame f = s->pending;
	bool release = s->has_pending;
	if (release)
		drop(s, s->pending_ms, 1);
	s->has_pending = false;
	while (s->taking)
		pthread_cond_wait(&core->done, &core->lock);
	pthread_mutex_unlock(&core->lock);
	if (release)
		camera_release(s->camera, &f);
}

void
sources_stop(struct live_source **v, size_t n)
{
	pthread_t *threads = mem_array(n, sizeof *threads);
	bool *started = mem_array(n, sizeof *started);
	for (size_t i = 0; i < n; i++) {
		let_go(v[i]);
		started[i] = n > 1 && v[i]->camera != NULL && pthread_create(&threads[i], NULL, stop_camera, v[i]->camera) == 0;
		if (!started[i])
			camera_stop(v[i]->camera);
	}
	for (size_t i = 0; i < n; i++) {
		if (started[i])
			pthread_join(threads[i], NULL);
		v[i]->camera = NULL;
	}
	free(threads);
	free(started);
}

void
source_restart(struct live_source *s)
{
	struct err e;
	enum camera_kind kind = s->address->kind;
	if (s->camera == NULL || kind == CAMERA_STDIN || (kind == CAMERA_FILE && !s->core->options->loop))
		return;
	sources_stop(&s, 1);
	pthread_mutex_lock(&s->core->lock);
	if (s->ended) {
		/* nobody would take what comes */
		pthread_mutex_unlock(&s->core->lock);
		return;
	}
	core_look_at_clock(s->core);
	int64_t from = s->has_last ? s->last_ms : wall_time(s, when_monotonic_ms());
	gaps_begin(&s->gaps, from, camera_why_name(CAMERA_WHY_CLOSED), "opened again with other settings");
	s->base = s->next_number;
	pthread_mutex_unlock(&s->core->lock);
	if (start_camera(s, &e) != 0)
		on_end(s, &e);
}

void
source_free(struct live_source *s)
{
	if (s == NULL)
		return;
	assert(s->camera == NULL);
	writer_free(&s->writer);
	result_free(&s->seen);
	gate_free(&s->gate);
	grey_free(&s->grey);
	scene_free(&s->scene);
	camera_address_free(&s->own);
	free(s);
}
