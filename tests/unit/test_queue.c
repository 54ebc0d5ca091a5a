/* queue: order, bounds and both ends, with many threads at each side. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/queue.h"

enum { PRODUCERS = 4, CONSUMERS = 3, EACH = 5000 };

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static void
one_thread(void **state)
{
	(void)state;
	int items[5];
	struct queue *q = queue_new(3);
	assert_null(queue_try_get(q));
	/* Round and round the ring. */
	for (int i = 0; i < 10; i++) {
		for (int k = 0; k < 3; k++)
			assert_int_equal(queue_put(q, &items[k]), 0);
		assert_ptr_equal(queue_get(q), &items[0]);
		assert_int_equal(queue_put(q, &items[3]), 0);
		assert_ptr_equal(queue_try_get(q), &items[1]);
		assert_ptr_equal(queue_get(q), &items[2]);
		assert_ptr_equal(queue_get(q), &items[3]);
		assert_null(queue_try_get(q));
	}
	assert_int_equal(queue_put(q, &items[0]), 0);
	assert_int_equal(queue_put(q, &items[1]), 0);
	queue_finish(q);
	assert_int_equal(queue_put(q, &items[2]), -1);
	assert_ptr_equal(queue_get(q), &items[0]);
	assert_ptr_equal(queue_try_get(q), &items[1]);
	assert_null(queue_get(q));
	assert_null(queue_try_get(q));
	queue_finish(q);
	queue_free(q);
	queue_free(NULL);
}

static void
aborted(void **state)
{
	(void)state;
	int item;
	struct queue *q = queue_new(2);
	assert_int_equal(queue_put(q, &item), 0);
	queue_abort(q);
	assert_int_equal(queue_put(q, &item), -1);
	assert_null(queue_get(q));
	assert_null(queue_try_get(q));
	queue_finish(q);
	assert_null(queue_get(q));
	queue_free(q);
}

struct side {
	struct queue *q;
	int *items;	/* a producer's own */
	int count;
	int rc;
};

static void *
produce(void *arg)
{
	struct side *s = arg;
	for (s->count = 0; s->count < EACH; s->count++) {
		if (queue_put(s->q, &s->items[s->count]) != 0) {
			s->rc = -1;
			break;
		}
	}
	return NULL;
}

/* Marks what it gets: unsynchronised on purpose, since handing over must order memory. */
static void *
consume(void *arg)
{
	struct side *s = arg;
	for (int *item; (item = queue_get(s->q)) != NULL; s->count++)
		(*item)++;
	return NULL;
}

static void
many(void **state)
{
	(void)state;
	static int items[PRODUCERS][EACH];
	for (size_t capacity = 1; capacity <= 64; capacity *= 8) {
		struct queue *q = queue_new(capacity);
		struct side in[PRODUCERS] = {0}, out[CONSUMERS] = {0};
		pthread_t producers[PRODUCERS], consumers[CONSUMERS];
		for (int i = 0; i < CONSUMERS; i++) {
			out[i].q = q;
			assert_int_equal(pthread_create(&consumers[i], NULL, consume, &out[i]), 0);
		}
		for (int i = 0; i < PRODUCERS; i++) {
			for (int k = 0; k < EACH; k++)
				items[i][k] = 0;
			in[i].q = q;
			in[i].items = items[i];
			assert_int_equal(pthread_create(&producers[i], NULL, produce, &in[i]), 0);
		}
		for (int i = 0; i < PRODUCERS; i++)
			pthread_join(producers[i], NULL);
		queue_finish(q);
		int got = 0;
		for (int i = 0; i < CONSUMERS; i++) {
			pthread_join(consumers[i], NULL);
			got += out[i].count;
		}
		assert_int_equal(got, PRODUCERS * EACH);
		/* Each exactly once. */
		for (int i = 0; i < PRODUCERS; i++) {
			assert_int_equal(in[i].rc, 0);
			for (int k = 0; k < EACH; k++)
				assert_int_equal(items[i][k], 1);
		}
		queue_free(q);
	}
}

/* One reader sees each writer's items in the order in which they were put. */
static void
order(void **state)
{
	(void)state;
	static int items[PRODUCERS][EACH];
	struct queue *q = queue_new(7);
	struct side in[PRODUCERS] = {0};
	pthread_t producers[PRODUCERS];
	for (int i = 0; i < PRODUCERS; i++) {
		for (int k = 0; k < EACH; k++)
			items[i][k] = i * EACH + k;
		in[i].q = q;
		in[i].items = items[i];
		assert_int_equal(pthread_create(&producers[i], NULL, produce, &in[i]), 0);
	}
	int next[PRODUCERS] = {0};
	for (int n = 0; n < PRODUCERS * EACH; n++) {
		const int *item = queue_get(q);
		assert_non_null(item);
		assert_int_equal(*item % EACH, next[*item / EACH]++);
	}
	for (int i = 0; i < PRODUCERS; i++)
		pthread_join(producers[i], NULL);
	assert_null(queue_try_get(q));
	queue_free(q);
}

/* Threads that wait at a full or an empty queue are let go by either end. */
static void
wakes_all(void **state)
{
	(void)state;
	static int items[EACH];
	void (*const ends[])(struct queue *) = {queue_finish, queue_abort};
	for (int which = 0; which < 2; which++) {
		struct queue *full = queue_new(1), *empty = queue_new(1);
		struct side in[PRODUCERS] = {0}, out[CONSUMERS] = {0};
		pthread_t producers[PRODUCERS], consumers[CONSUMERS];
		for (int i = 0; i < PRODUCERS; i++) {
			in[i].q = full;
			in[i].items = items;
			assert_int_equal(pthread_create(&producers[i], NULL, produce, &in[i]), 0);
		}
		for (int i = 0; i < CONSUMERS; i++) {
			out[i].q = empty;
			assert_int_equal(pthread_create(&consumers[i], NULL, consume, &out[i]), 0);
		}
		pause_ms(30);
		ends[which](full);
		ends[which](empty);
		int put = 0;
		for (int i = 0; i < PRODUCERS; i++) {
			pthread_join(producers[i], NULL);
			assert_int_equal(in[i].rc, -1);
			put += in[i].count;
		}
		assert_int_equal(put, 1);
		for (int i = 0; i < CONSUMERS; i++) {
			pthread_join(consumers[i], NULL);
			assert_int_equal(out[i].count, 0);
		}
		if (ends[which] == queue_finish)
			assert_non_null(queue_get(full));
		assert_null(queue_get(full));
		queue_free(full);
		queue_free(empty);
	}
}

static atomic_int inside;

static void *
put_three(void *arg)
{
	static int items[3];
	for (int i = 0; i < 3; i++) {
		queue_put(arg, &items[i]);
		atomic_fetch_add(&inside, 1);
	}
	return NULL;
}

/* A writer waits at the bound, and goes on when there is room. */
static void
bounded(void **state)
{
	(void)state;
	struct queue *q = queue_new(2);
	pthread_t t;
	atomic_store(&inside, 0);
	assert_int_equal(pthread_create(&t, NULL, put_three, q), 0);
	for (int i = 0; i < 1000 && atomic_load(&inside) < 2; i++)
		pause_ms(2);
	pause_ms(30);
	assert_int_equal(atomic_load(&inside), 2);
	assert_non_null(queue_get(q));
	pthread_join(t, NULL);
	assert_int_equal(atomic_load(&inside), 3);
	queue_free(q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_thread),
		cmocka_unit_test(aborted),
		cmocka_unit_test(many),
		cmocka_unit_test(order),
		cmocka_unit_test(wakes_all),
		cmocka_unit_test(bounded),
	};
	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
