/*
 * Each thread takes the next picture until there is none.  An answer depends on its picture only, so the number of
 * threads changes nothing but the order in which answers come.
 */
#include "pipeline/hands.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "pipeline/stop.h"

enum { TTY_MS = 200, PLAIN_MS = 10000 };

struct hand {
	struct hands *all;
	struct worker *worker;
	pthread_t thread;
};

struct hands {
	struct hands_work work;
	struct hand *v;
	size_t n;

	pthread_mutex_t lock;		/* of all below */
	size_t next;
	size_t working;
	bool failed;
	struct err failure;		/* the first one */
};

/* The next picture to look at; false: there is none, or everybody is to go home. */
static bool
take(struct hands *h, size_t *i)
{
	pthread_mutex_lock(&h->lock);
	bool more = !h->failed && h->next < h->work.n && !stop_requested();
	if (more)
		*i = h->next++;
	pthread_mutex_unlock(&h->lock);
	return more;
}

static void *
work(void *arg)
{
	struct hand *t = arg;
	struct hands *h = t->all;
	struct vision_image *im = vision_image_new();
	struct frame_result r = { 0 };
	for (size_t i; take(h, &i);) {
		struct err e = { 0 };
		if (h->work.look(h->work.context, i, t->worker, im, &r, &e) != 0)
			hands_fail(h, &e);
	}
	result_free(&r);
	vision_image_free(im);
	pthread_mutex_lock(&h->lock);
	bool last = --h->working == 0;
	pthread_mutex_unlock(&h->lock);
	if (last && h->work.end != NULL)
		h->work.end(h->work.context);
	return NULL;
}

static void
hands_free(struct hands *h)
{
	for (size_t i = 0; i < h->n; i++)
		worker_close(h->v[i].worker);
	free(h->v);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

int
hands_start(struct hands **out, const struct crew *c, const struct hands_work *w, struct err *e)
{
	struct hands *h = mem_alloc(sizeof *h);
	h->work = *w;
	h->n = (size_t)w->threads < w->n ? (size_t)w->threads : w->n;
	h->working = h->n;
	h->v = mem_array(h->n + 1, sizeof *h->v);
	pthread_mutex_init(&h->lock, NULL);
	for (size_t i = 0; i < h->n; i++) {
		h->v[i].all = h;
		if (worker_open(&h->v[i].worker, c, e) != 0) {
			hands_free(h);
			return -1;
		}
	}
	for (size_t i = 0; i < h->n; i++) {
		if (pthread_create(&h->v[i].thread, NULL, work, &h->v[i]) != 0) {
			log_error("no thread to be had");
			abort();
		}
	}
	*out = h;
	return 0;
}

void
hands_fail(struct hands *h, const struct err *e)
{
	pthread_mutex_lock(&h->lock);
	if (!h->failed) {
		h->failed = true;
		h->failure = *e;
	}
	pthread_mutex_unlock(&h->lock);
}

int
hands_join(struct hands *h, struct err *e)
{
	for (size_t i = 0; i < h->n; i++)
		pthread_join(h->v[i].thread, NULL);
	int r = h->failed ? -1 : 0;
	if (r != 0)
		*e = h->failure;
	hands_free(h);
	return r;
}

/* ---- progress ---- */

void
hands_progress_start(struct hands_progress *p, size_t n)
{
	int64_t now = when_monotonic_ms();
	*p = (struct hands_progress) { .n = n, .began_ms = now, .shown_ms = now };
}

void
hands_progress_add(struct hands_progress *p)
{
	int64_t now = when_monotonic_ms();
	p->done++;
	if (now - p->shown_ms < (log_is_tty() ? TTY_MS : PLAIN_MS))
		return;
	p->shown_ms = now;
	double seconds = (double)(now - p->began_ms) / 1000, rate = (double)p->done / seconds;
	char left[WHEN_TEXT];
	log_progress("%zu/%zu pictures (%zu %%), %.1f pictures/s, %s left", p->done, p->n, p->done * 100 / p->n, rate,
	    when_format_duration((int64_t)((double)(p->n - p->done) / rate * 1000), left));
}
