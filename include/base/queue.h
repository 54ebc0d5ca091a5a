/*
 * Floor 0.  A bounded queue of pointers between threads, any number at either end.
 *
 * The queue never owns what the pointers point to.  Two ways to end it:
 * queue_finish, by the writing side, when no more will come: readers get what is
 * still in it, then NULL.  queue_abort, by either side: every waiting and later
 * call returns at once (put -1, get NULL), whatever is still in it.
 */
#ifndef FOOTFALL_BASE_QUEUE_H
#define FOOTFALL_BASE_QUEUE_H

#include <stddef.h>

struct queue;

struct queue *queue_new(size_t capacity);	/* capacity >= 1 */
void queue_free(struct queue *q);		/* no thread may be using it; NULL is fine */

/* Waits while full.  0, or -1 when finished or aborted: the item is still the caller's. */
int queue_put(struct queue *q, void *item);
/* Waits while empty.  An item, or NULL when finished and empty, or aborted. */
void *queue_get(struct queue *q);
/* Like queue_get, but NULL at once when there is nothing now. */
void *queue_try_get(struct queue *q);

void queue_finish(struct queue *q);
void queue_abort(struct queue *q);

#endif
