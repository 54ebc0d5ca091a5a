/*
 * Portraits and the threads that look at them.  Each thread takes the next picture until there is none; an answer
 * goes to the place of its picture, so their order is that of the pictures whoever was faster.
 */
#include "pipeline/portraits.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "pipeline/picture.h"
#include "pipeline/stop.h"

enum { TTY_MS = 200, PLAIN_MS = 10000 };

struct session {
	const struct portraits_options *o;
	struct portrait *v;
	size_t n;

	pthread_mutex_t lock;		/* of all below */
	size_t next, done;
	int64_t began_ms, shown_ms;	/* monotonic */
	bool failed;
	struct err failure;		/* the first one, of whichever thread */
};

struct sitter {
	struct session *s;
	struct worker *worker;
	pthread_t thread;
};

/* In a portrait the largest face is who was portrayed; others look over a shoulder. */
static const struct face *
largest(const struct frame_result *r)
{
	const struct face *best = &r->faces[0];
	for (size_t i = 1; i < r->nfaces; i++) {
		double more = box_area(r->faces[i].box) - box_area(best->box);
		if (more > 0 || (more == 0 && r->faces[i].score > best->score))
			best = &r->faces[i];
	}
	return best;
}

static int
look(struct sitter *t, struct vision_image *im, struct frame_result *r, struct portrait *p, struct err *e)
{
	const struct portraits_options *o = t->s->o;
	if (picture_load(im, p->path, o->max_pixels, e) != 0) {
		p->fault = mem_strdup(e->msg);
		p->fault_code = e->code;
		return 0;
	}
	p->width = vision_image_width(im);
	p->height = vision_image_height(im);
	struct face whole = { .box = { 0, 0, p->width, p->height }, .score = 1, .person = -1, .p_female = NAN };
	if (worker_genders(t->worker, im, &whole, 1, e) != 0)
		return err_wrap(e, "%s", p->path);
	p->p_whole = whole.p_female;
	if (!o->find)
		return 0;
	if (worker_run(t->worker, im, r, e) != 0)
		return err_wrap(e, "%s", p->path);
	p->nfaces = r->nfaces;
	if (r->nfaces > 0)
		p->face = *largest(r);
	return 0;
}

/* The next picture to look at, or NULL: there is none, or everybody is to go home. */
static struct portrait *
take(struct session *s)
{
	struct portrait *p = NULL;
	pthread_mutex_lock(&s->lock);
	if (!s->failed && s->next < s->n && !stop_requested())
		p = &s->v[s->next++];
	pthread_mutex_unlock(&s->lock);
	return p;
}

static void
show(struct session *s)
{
	int64_t now = when_monotonic_ms();
	if (now - s->shown_ms < (log_is_tty() ? TTY_MS : PLAIN_MS))
		return;
	s->shown_ms = now;
	double seconds = (double)(now - s->began_ms) / 1000, rate = (double)s->done / seconds;
	char left[WHEN_TEXT];
	log_progress("%zu/%zu pictures (%zu %%), %.1f pictures/s, %s left", s->done, s->n, s->done * 100 / s->n, rate,
	    when_format_duration((int64_t)((double)(s->n - s->done) / rate * 1000), left));
}

static void *
sit(void *arg)
{
	struct sitter *t = arg;
	struct session *s = t->s;
	struct vision_image *im = vision_image_new();
	struct frame_result r = { 0 };
	for (struct portrait *p; (p = take(s)) != NULL;) {
		struct err e = { 0 };
		int got = look(t, im, &r, p, &e);
		pthread_mutex_lock(&s->lock);
		if (got != 0 && !s->failed) {
			s->failed = true;
			s->failure = e;
		}
		s->done++;
		show(s);
		pthread_mutex_unlock(&s->lock);
	}
	result_free(&r);
	vision_image_free(im);
	return NULL;
}

static void
run_threads(struct sitter *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (pthread_create(&t[i].thread, NULL, sit, &t[i]) != 0) {
			log_error("no thread to be had");
			abort();
		}
	}
	for (size_t i = 0; i < n; i++)
		pthread_join(t[i].thread, NULL);
}

int
portraits_run(const struct crew *c, struct portrait *v, size_t n, const struct portraits_options *o, struct err *e)
{
	int64_t now = when_monotonic_ms();
	struct session s = { .o = o, .v = v, .n = n, .began_ms = now, .shown_ms = now };
	size_t nthreads = (size_t)o->threads < n ? (size_t)o->threads : n;
	struct sitter *sitters = mem_array(nthreads + 1, sizeof *sitters);
	int r = -1;

	pthread_mutex_init(&s.lock, NULL);
	for (size_t i = 0; i < nthreads; i++) {
		sitters[i].s = &s;
		if (worker_open(&sitters[i].worker, c, e) != 0)
			goto out;
	}
	run_threads(sitters, nthreads);
	log_progress_end();
	if (s.failed)
		*e = s.failure;
	else if (s.done < n)
		err_set(e, ERR_INTERRUPTED, "interrupted after %zu of %zu pictures; nothing was kept", s.done, n);
	else
		r = 0;
out:
	for (size_t i = 0; i < nthreads; i++)
		worker_close(sitters[i].worker);
	free(sitters);
	pthread_mutex_destroy(&s.lock);
	return r;
}

void
portraits_clear(struct portrait *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].fault);
}
