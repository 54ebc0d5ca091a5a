/*
 * Pieces are taken from one counter, so that a slow one does not hold up the rest.
 */
#include "score/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

struct crew {
	atomic_size_t next;
	size_t n;
	void (*work)(void *context, int thread, size_t i);
	void *context;
};

struct worker {
	struct crew *crew;
	int thread;
	pthread_t id;
};

static void *
labour(void *arg)
{
	struct worker *w = arg;
	struct crew *c = w->crew;
	for (size_t i; (i = atomic_fetch_add(&c->next, 1)) < c->n;)
		c->work(c->context, w->thread, i);
	return NULL;
}

void
parallel_for(size_t n, int threads, void (*work)(void *context, int thread, size_t i), void *context)
{
	struct crew crew = { .n = n, .work = work, .context = context };
	atomic_init(&crew.next, 0);
	if (threads < 1)
		threads = 1;
	if ((size_t)threads > n)
		threads = n > 0 ? (int)n : 1;
	struct worker *workers = mem_array((size_t)threads, sizeof *workers);
	int started = 1;	/* this thread is the first */
	for (; started < threads; started++) {
		workers[started] = (struct worker){ .crew = &crew, .thread = started };
		if (pthread_create(&workers[started].id, NULL, labour, &workers[started]) != 0)
			break;
	}
	workers[0] = (struct worker){ .crew = &crew };
	labour(&workers[0]);
	for (int i = 1; i < started; i++)
		pthread_join(workers[i].id, NULL);
	free(workers);
}
