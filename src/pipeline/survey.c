/*
 * Surveyors take the next picture until there is none; what they find goes through a queue to the thread that
 * called, which alone may touch a database.  An answer depends on its picture only, so the number of threads changes
 * nothing but the order in which answers come.
 */
#include "pipeline/survey.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/when.h"
#include "pipeline/picture.h"
#include "pipeline/stop.h"

enum { TTY_MS = 200, PLAIN_MS = 10000 };

struct survey {
	const struct survey_picture *v;
	size_t n;
	const struct survey_options *o;
	struct queue *done;		/* of struct survey_answer */

	pthread_mutex_t lock;		/* of all below */
	size_t next;
	size_t working;			/* threads that may still put answers */
	bool failed;
	struct err failure;		/* the first one: no other picture would fare better */
};

struct surveyor {
	struct survey *s;
	struct worker *worker;
	pthread_t thread;
};

static const struct survey_picture *
take(struct survey *s)
{
	const struct survey_picture *p = NULL;
	pthread_mutex_lock(&s->lock);
	if (!s->failed && s->next < s->n && !stop_requested())
		p = &s->v[s->next++];
	pthread_mutex_unlock(&s->lock);
	return p;
}

static void
fail(struct survey *s, const struct err *e)
{
	pthread_mutex_lock(&s->lock);
	if (!s->failed) {
		s->failed = true;
		s->failure = *e;
	}
	pthread_mutex_unlock(&s->lock);
}

static void
answer_free(struct survey_answer *a)
{
	if (a != NULL)
		free(a->v);
	free(a);
}

static void
take_boxes(const struct survey *s, const struct frame_result *r, struct survey_answer *a)
{
	bool persons = s->o->task == TASK_PERSON;
	a->n = persons ? r->npersons : r->nfaces;
	a->v = mem_array(a->n + 1, sizeof *a->v);
	for (size_t i = 0; i < a->n; i++) {
		a->v[i] = (struct prediction) {
			.image = a->image, .class_index = s->o->class_index,
			.box = persons ? r->persons[i].box : r->faces[i].box,
			.score = persons ? r->persons[i].score : r->faces[i].score,
		};
	}
}

/* NULL with the reason in e: the network failed. */
static struct survey_answer *
look(struct surveyor *t, const struct survey_picture *p, struct vision_image *im, struct frame_result *r, struct err *e)
{
	struct survey_answer *a = mem_alloc(sizeof *a);
	a->image = p->image;
	a->path = p->path;
	if (picture_load(im, p->path, t->s->o->max_pixels, &a->fault) != 0)
		return a;
	a->width = vision_image_width(im);
	a->height = vision_image_height(im);
	if (worker_run(t->worker, im, r, e) != 0) {
		err_wrap(e, "%s", p->path);
		answer_free(a);
		return NULL;
	}
	take_boxes(t->s, r, a);
	return a;
}

static void *
work(void *arg)
{
	struct surveyor *t = arg;
	struct survey *s = t->s;
	struct vision_image *im = vision_image_new();
	struct frame_result r = { 0 };
	for (const struct survey_picture *p; (p = take(s)) != NULL;) {
		struct err e = { 0 };
		struct survey_answer *a = look(t, p, im, &r, &e);
		if (a == NULL) {
			fail(s, &e);
			break;
		}
		if (queue_put(s->done, a) != 0) {
			answer_free(a);
			break;
		}
	}
	result_free(&r);
	vision_image_free(im);
	pthread_mutex_lock(&s->lock);
	bool last = --s->working == 0;
	pthread_mutex_unlock(&s->lock);
	if (last)
		queue_finish(s->done);
	return NULL;
}

static void
show(size_t done, size_t n, int64_t began_ms, int64_t *shown_ms)
{
	int64_t now = when_monotonic_ms();
	if (now - *shown_ms < (log_is_tty() ? TTY_MS : PLAIN_MS))
		return;
	*shown_ms = now;
	double seconds = (double)(now - began_ms) / 1000, rate = (double)done / seconds;
	char left[WHEN_TEXT];
	log_progress("%zu/%zu pictures (%zu %%), %.1f pictures/s, %s left", done, n, done * 100 / n, rate,
	    when_format_duration((int64_t)((double)(n - done) / rate * 1000), left));
}

/* Hands the answers on as they come. */
static int
collect(struct survey *s, int (*each)(void *context, const struct survey_answer *a, struct err *e), void *context, struct err *e)
{
	int64_t began_ms = when_monotonic_ms(), shown_ms = began_ms;
	size_t done = 0;
	int r = 0;
	for (struct survey_answer *a; (a = queue_get(s->done)) != NULL; answer_free(a)) {
		if (r != 0)
			continue;
		r = each(context, a, e);
		if (r != 0)
			fail(s, e);
		else
			show(++done, s->n, began_ms, &shown_ms);
	}
	if (r == 0 && s->failed) {
		*e = s->failure;
		r = -1;
	}
	if (r == 0 && done < s->n)
		r = err_set(e, ERR_INTERRUPTED, "interrupted after %zu of %zu pictures", done, s->n);
	return r;
}

static void
start(struct survey *s, struct surveyor *t, size_t n)
{
	s->working = n;
	for (size_t i = 0; i < n; i++) {
		if (pthread_create(&t[i].thread, NULL, work, &t[i]) != 0) {
			log_error("no thread to be had");
			abort();
		}
	}
}

int
survey_run(const struct crew *c, const struct survey_picture *v, size_t n, const struct survey_options *o,
	int (*each)(void *context, const struct survey_answer *a, struct err *e), void *context, struct err *e)
{
	if (n == 0)
		return 0;
	size_t nthreads = (size_t)o->threads < n ? (size_t)o->threads : n;
	struct survey s = { .v = v, .n = n, .o = o, .done = queue_new(2 * nthreads) };
	struct surveyor *t = mem_array(nthreads, sizeof *t);
	int r = -1;

	pthread_mutex_init(&s.lock, NULL);
	for (size_t i = 0; i < nthreads; i++) {
		t[i].s = &s;
		if (worker_open(&t[i].worker, c, e) != 0)
			goto out;
	}
	start(&s, t, nthreads);
	r = collect(&s, each, context, e);
	for (size_t i = 0; i < nthreads; i++)
		pthread_join(t[i].thread, NULL);
	log_progress_end();
out:
	for (size_t i = 0; i < nthreads; i++)
		worker_close(t[i].worker);
	free(t);
	queue_free(s.done);
	pthread_mutex_destroy(&s.lock);
	return r;
}
