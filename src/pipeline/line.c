/*
 * Reader, workers, and the end of the line; see the header for the picture.
 */
#include "pipeline/line.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/when.h"
#include "pipeline/stop.h"

/* Frames that no network looks at may run ahead of one that it takes long for: a second or two of recording for each worker. */
enum { AHEAD = 64 };

struct state {
	const struct line *line;
	struct line_frame *frames;
	size_t nframes;
	struct vision_image **images;
	size_t nimages;
	struct queue *free, *pictures, *work, *done;
	atomic_size_t working;	/* workers that have not ended */
	pthread_mutex_t lock;	/* of the failure in end */
	struct line_end *end;
};

/* Keeps the first failure and lets everybody go home. */
static void
fail(struct state *s, const struct err *e, bool fatal)
{
	pthread_mutex_lock(&s->lock);
	if (s->end->failure.code == ERR_NONE) {
		s->end->failure = *e;
		s->end->fatal = fatal;
	}
	pthread_mutex_unlock(&s->lock);
	if (fatal) {
		queue_abort(s->free);
		queue_abort(s->pictures);
		queue_abort(s->work);
		queue_abort(s->done);
	}
}

/* What the reading thread has in hand. */
struct hand {
	struct line_frame *frame;
	struct vision_image *image;
	bool began;		/* look() has seen the first frame that it is to see */
	size_t order;
};

/* Sends the frame in hand on its way. -1: the line is at its end. */
static int
dispatch(struct state *s, struct hand *h)
{
	const struct line *l = s->line;
	struct line_frame *f = h->frame;
	bool look = l->look != NULL && (!f->stored || (l->seen >= 0 && f->result.number >= l->seen));
	bool skip = look && l->look(l->context, !f->stored || !h->began ? h->image : NULL, f);

	h->began = h->began || look;
	if (f->stored && !l->want_all)
		return 0;
	f->order = h->order++;
	f->image = NULL;
	bool network = !f->stored && !skip;
	if (network || l->want_all) {
		f->image = h->image;
		h->image = NULL;
	}
	h->frame = NULL;
	return queue_put(network ? s->work : s->done, f);
}

static void *
read_frames(void *arg)
{
	struct state *s = arg;
	const struct line *l = s->line;
	struct hand h = { .began = l->look == NULL || l->seen < 0 };

	while (!stop_requested()) {
		if ((h.frame == NULL && (h.frame = queue_get(s->free)) == NULL)
		    || (h.image == NULL && (h.image = queue_get(s->pictures)) == NULL))
			break;
		struct source_frame got;
		struct err e;
		/* stored frames are read without their pictures, but for the one that look() begins with */
		int r = source_next(l->source, h.image, h.began ? l->known : l->seen - 1, l->want_all, &got, &e);
		if (r < 0)
			fail(s, &e, false);
		if (r <= 0)
			break;
		result_clear(&h.frame->result);
		h.frame->result.number = got.number;
		h.frame->result.time_ms = got.time_ms;
		h.frame->stored = got.number <= l->known;
		h.frame->mark = 0;
		if (dispatch(s, &h) != 0)
			break;
	}
	s->end->frames_read = source_read(l->source);
	s->end->reader_cpu_s = when_thread_cpu_s();
	queue_finish(s->work);
	return NULL;
}

struct job {
	struct state *state;
	struct worker *worker;
	pthread_t thread;
	double cpu_s;		/* when it has ended */
};

static void *
run_networks(void *arg)
{
	struct job *j = arg;
	struct state *s = j->state;
	for (struct line_frame *f; (f = queue_get(s->work)) != NULL;) {
		struct err e;
		int64_t number = f->result.number, time_ms = f->result.time_ms;
		if (worker_run(j->worker, f->image, &f->result, &e) != 0) {
			err_wrap(&e, "frame %lld", (long long)number);
			fail(s, &e, true);
			break;
		}
		f->result.number = number;
		f->result.time_ms = time_ms;
		if (queue_put(s->done, f) != 0)
			break;
	}
	j->cpu_s = when_thread_cpu_s();
	if (atomic_fetch_sub(&s->working, 1) == 1)
		queue_finish(s->done);
	return NULL;
}

static int
consume(struct state *s, struct line_frame *f)
{
	struct err e;
	if (s->line->consume(s->line->context, f, &e) != 0) {
		fail(s, &e, true);
		return -1;
	}
	if (f->image != NULL)
		queue_put(s->pictures, f->image);
	queue_put(s->free, f);
	return 0;
}

static void
consume_in_order(struct state *s)
{
	struct line_frame **waiting = mem_array(s->nframes, sizeof *waiting);
	size_t next = 0;
	int r = 0;
	for (struct line_frame *f; r == 0 && (f = queue_get(s->done)) != NULL;) {
		/* fewer frames circulate than there are places, so the place is empty */
		assert(waiting[f->order % s->nframes] == NULL);
		waiting[f->order % s->nframes] = f;
		while (r == 0 && (f = waiting[next % s->nframes]) != NULL) {
			waiting[next++ % s->nframes] = NULL;
			r = consume(s, f);
		}
	}
	free(waiting);
}

static void
make_frames(struct state *s, size_t nworkers)
{
	/* each worker holds one and finds one waiting; the reader fills one; one is being consumed; one waits for its turn */
	s->nimages = 2 * nworkers + 3;
	s->nframes = s->nimages + (s->line->look != NULL ? AHEAD * nworkers : 0);
	s->images = mem_array(s->nimages, sizeof *s->images);
	s->frames = mem_array(s->nframes, sizeof *s->frames);
	s->pictures = queue_new(s->nimages);
	s->free = queue_new(s->nframes);
	s->work = queue_new(nworkers);
	s->done = queue_new(s->nframes);
	for (size_t i = 0; i < s->nimages; i++) {
		s->images[i] = vision_image_new();
		queue_put(s->pictures, s->images[i]);
	}
	for (size_t i = 0; i < s->nframes; i++)
		queue_put(s->free, &s->frames[i]);
}

static void
free_frames(struct state *s)
{
	for (size_t i = 0; i < s->nimages; i++)
		vision_image_free(s->images[i]);
	for (size_t i = 0; i < s->nframes; i++)
		result_free(&s->frames[i].result);
	free(s->images);
	free(s->frames);
	queue_free(s->pictures);
	queue_free(s->free);
	queue_free(s->work);
	queue_free(s->done);
}

/* A thread that cannot be had is like memory that cannot. */
static void
start(pthread_t *t, void *(*f)(void *), void *arg)
{
	if (pthread_create(t, NULL, f, arg) != 0) {
		log_error("no thread to be had");
		abort();
	}
}

void
line_run(const struct line *l, struct line_end *end)
{
	struct state s = { .line = l, .end = end };
	struct job *jobs = mem_array(l->nworkers, sizeof *jobs);
	pthread_t reader;

	*end = (struct line_end){ .failure = { .code = ERR_NONE } };
	pthread_mutex_init(&s.lock, NULL);
	make_frames(&s, l->nworkers);
	atomic_store(&s.working, l->nworkers);
	start(&reader, read_frames, &s);
	for (size_t i = 0; i < l->nworkers; i++) {
		jobs[i].state = &s;
		jobs[i].worker = l->workers[i];
		start(&jobs[i].thread, run_networks, &jobs[i]);
	}
	consume_in_order(&s);
	pthread_join(reader, NULL);
	for (size_t i = 0; i < l->nworkers; i++) {
		pthread_join(jobs[i].thread, NULL);
		end->networks_cpu_s += jobs[i].cpu_s;
	}
	log_progress_end();
	free_frames(&s);
	free(jobs);
	pthread_mutex_destroy(&s.lock);
}
