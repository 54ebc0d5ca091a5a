/*
 * A ring of pointers under one lock.  The threads here hand over whole frames, a
 * few dozen a second, so the simplest thing that is surely right is fast enough.
 */
#include "base/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t not_empty, not_full;
	void **ring;
	size_t cap, first, len;
	bool finished, aborted;
};

struct queue *
queue_new(size_t capacity)
{
	assert(capacity >= 1);
	struct queue *q = mem_alloc(sizeof *q);
	q->ring = mem_array(capacity, sizeof *q->ring);
	q->cap = capacity;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->not_empty, NULL);
	pthread_cond_init(&q->not_full, NULL);
	return q;
}

void
queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	pthread_cond_destroy(&q->not_full);
	pthread_cond_destroy(&q->not_empty);
	pthread_mutex_destroy(&q->lock);
	free(q->ring);
	free(q);
}

int
queue_put(struct queue *q, void *item)
{
	assert(item != NULL);	/* NULL is what the end looks like to a reader */
	int rc = -1;
	pthread_mutex_lock(&q->lock);
	while (q->len == q->cap && !q->finished && !q->aborted)
		pthread_cond_wait(&q->not_full, &q->lock);
	if (!q->finished && !q->aborted) {
		q->ring[(q->first + q->len) % q->cap] = item;
		q->len++;
		pthread_cond_signal(&q->not_empty);
		rc = 0;
	}
	pthread_mutex_unlock(&q->lock);
	return rc;
}

/* With the lock held: the oldest item, or NULL. */
static void *
take(struct queue *q)
{
	if (q->len == 0 || q->aborted)
		return NULL;
	void *item = q->ring[q->first];
	q->first = (q->first + 1) % q->cap;
	q->len--;
	pthread_cond_signal(&q->not_full);
	return item;
}

void *
queue_get(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	while (q->len == 0 && !q->finished && !q->aborted)
		pthread_cond_wait(&q->not_empty, &q->lock);
	void *item = take(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

void *
queue_try_get(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	void *item = take(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

static void
end(struct queue *q, bool *how)
{
	pthread_mutex_lock(&q->lock);
	*how = true;
	pthread_cond_broadcast(&q->not_empty);
	pthread_cond_broadcast(&q->not_full);
	pthread_mutex_unlock(&q->lock);
}

void
queue_finish(struct queue *q)
{
	end(q, &q->finished);
}

void
queue_abort(struct queue *q)
{
	end(q, &q->aborted);
}
