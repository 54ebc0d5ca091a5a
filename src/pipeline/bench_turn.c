/*
 * One turn of measuring: the threads of an analysis without its end.
 *
 * A worker's rate is its frames over the time until its last one was done, and the rates are added: so that the end of
 * a turn, when one worker waits for the other, is not counted, long as a pass may be against a turn.
 */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/when.h"
#include "pipeline/bench.h"
#include "pipeline/stop.h"

enum { LEAST = 2 };	/* frames that each worker does, however short the turn */

struct hand {
	struct turn *turn;
	struct worker *worker;
	pthread_t thread;
	int64_t frames, persons, faces;
	int64_t ended_ns;		/* when the last of them was done */
	double cpu_s, waited_s;
	struct net_times parts[TASKS];
};

/* What circulates: the room to decode into, and which frame of the sample stands for what was decoded. */
struct slot {
	struct vision_image *image;
	const struct vision_image *stand_in;
};

struct turn {
	const struct bench_case *c;
	double seconds;
	struct hand *hands;
	size_t n;
	struct slot *slots;
	size_t nslots;
	struct queue *free, *work;
	pthread_barrier_t start;
	atomic_bool over;
	atomic_llong done;
	pthread_mutex_t lock;		/* of failure */
	bool failed;
	struct err failure;
};

static int64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Seconds in which this thread could have run and did not, so far; NaN unknown. */
static double
thread_waited_s(void)
{
	double ran, waited;
	FILE *f = fopen("/proc/thread-self/schedstat", "re");
	bool good = f != NULL && fscanf(f, "%lf %lf", &ran, &waited) == 2;
	if (f != NULL)
		fclose(f);
	return good ? waited / 1e9 : NAN;
}

static void
fail(struct turn *t, const struct err *e)
{
	pthread_mutex_lock(&t->lock);
	if (!t->failed) {
		t->failed = true;
		t->failure = *e;
	}
	pthread_mutex_unlock(&t->lock);
	atomic_store(&t->over, true);
	queue_abort(t->free);
	queue_abort(t->work);
}

/* The recording from its beginning, again when it ends. */
static int
decode_next(struct source **src, const struct bench_sample *s, struct vision_image *im, struct err *e)
{
	for (int opened = 0;; opened++) {
		struct source_info info;
		struct source_frame f;
		if (*src == NULL && source_open(src, s->in, &s->source, &info, e) != 0)
			return -1;
		int got = source_next(*src, im, -1, false, &f, e);
		if (got == 1)
			return 0;
		/* What ended early ends early every time; it was told when the sample was taken. */
		source_close(*src);
		*src = NULL;
		if (opened > 0)
			return got < 0 ? -1 : err_set(e, ERR_DATA, "%s: not one frame could be decoded", s->in->path);
	}
}

static void *
read_frames(void *arg)
{
	struct turn *t = arg;
	const struct bench_sample *s = t->c->sample;
	struct source *src = NULL;
	struct err e = { 0 };

	pthread_barrier_wait(&t->start);
	for (size_t i = 0; !atomic_load(&t->over); i++) {
		struct slot *k = queue_get(t->free);
		if (k == NULL)
			break;
		if (decode_next(&src, s, k->image, &e) != 0) {
			fail(t, &e);
			break;
		}
		k->stand_in = s->v[i % s->n];
		if (queue_put(t->work, k) != 0)
			break;
	}
	queue_finish(t->work);
	source_close(src);
	return NULL;
}

static void *
run_networks(void *arg)
{
	struct hand *h = arg;
	struct turn *t = h->turn;
	struct frame_result r = { 0 };
	struct net_times before[TASKS];
	struct err e = { 0 };

	/* The first pass makes memory that the others use again. */
	if (worker_run(h->worker, t->c->sample->v[0], &r, &e) != 0)
		fail(t, &e);
	pthread_barrier_wait(&t->start);
	worker_times(h->worker, before);
	const double cpu = when_thread_cpu_s(), waited = thread_waited_s();
	for (struct slot *k; (k = queue_get(t->work)) != NULL;) {
		if (worker_run(h->worker, k->stand_in, &r, &e) != 0) {
			fail(t, &e);
			break;
		}
		h->frames++;
		h->persons += (int64_t)r.npersons;
		h->faces += (int64_t)r.nfaces;
		h->ended_ns = now_ns();
		atomic_fetch_add(&t->done, 1);
		queue_put(t->free, k);
	}
	h->cpu_s = when_thread_cpu_s() - cpu;
	h->waited_s = thread_waited_s() - waited;
	worker_times(h->worker, h->parts);
	for (int i = 0; i < TASKS; i++) {
		h->parts[i].prepare_s -= before[i].prepare_s;
		h->parts[i].pass_s -= before[i].pass_s;
		h->parts[i].decode_s -= before[i].decode_s;
	}
	result_free(&r);
	return NULL;
}

static void
start(pthread_t *thread, void *(*f)(void *), void *arg)
{
	if (pthread_create(thread, NULL, f, arg) != 0) {
		log_error("no thread to be had");
		abort();
	}
}

static void
wait_until_over(struct turn *t, int64_t began_ns)
{
	const struct timespec nap = { .tv_nsec = 2000000 };
	while (!atomic_load(&t->over)) {
		bool long_enough = (double)(now_ns() - began_ns) >= t->seconds * 1e9
			&& atomic_load(&t->done) >= (long long)(LEAST * t->n);
		if (long_enough || stop_requested())
			atomic_store(&t->over, true);
		else
			nanosleep(&nap, NULL);
	}
}

static void
sum_up(const struct turn *t, int64_t began_ns, double cpu_s, struct bench_turn *out)
{
	double workers_s = 0, waited_s = 0, spent_s = 0, persons = 0, faces = 0;
	struct rusage u;
	for (size_t i = 0; i < t->n; i++) {
		const struct hand *h = &t->hands[i];
		const double s = (double)(h->ended_ns - began_ns) / 1e9;
		if (h->frames == 0)
			continue;
		out->frames += h->frames;
		out->fps += (double)h->frames / s;
		workers_s += h->cpu_s;
		waited_s += h->waited_s;
		spent_s += s;
		persons += (double)h->persons;
		faces += (double)h->faces;
		for (int k = 0; k < TASKS; k++)
			net_times_add(&out->parts[k], &h->parts[k]);
	}
	const double n = (double)out->frames;
	out->rest_s = workers_s;
	for (int k = 0; k < TASKS; k++) {
		struct net_times *p = &out->parts[k];
		out->rest_s -= p->prepare_s + p->pass_s + p->decode_s;
		p->prepare_s /= n;
		p->pass_s /= n;
		p->decode_s /= n;
	}
	out->rest_s = fmax(out->rest_s, 0) / n;
	out->cpu_s = cpu_s / n;
	/* FFmpeg decodes in threads of its own: what is not the workers' is the reader's. */
	out->read_s = fmax(cpu_s - workers_s, 0) / n;
	out->waited = waited_s / spent_s;
	out->persons = persons / n;
	out->faces = faces / n;
	if (getrusage(RUSAGE_SELF, &u) == 0 && u.ru_maxrss * 1024L > t->c->sample->bytes)
		out->peak_bytes = u.ru_maxrss * 1024L - t->c->sample->bytes;
}

static int
run_threads(struct turn *t, struct bench_turn *out, struct err *e)
{
	struct bench_energy before, after;
	pthread_t reader;

	start(&reader, read_frames, t);
	for (size_t i = 0; i < t->n; i++)
		start(&t->hands[i].thread, run_networks, &t->hands[i]);
	pthread_barrier_wait(&t->start);
	const int64_t began = now_ns();
	const double cpu = when_process_cpu_s();
	/* After the barrier: what the first passes took is not of the turn. */
	bench_energy_read(&before, BENCH_POWER);
	const int64_t from = now_ns();
	wait_until_over(t, began);
	bench_energy_read(&after, BENCH_POWER);
	const double took = (double)(now_ns() - from) / 1e9;
	/* The reader may be waiting for room. */
	pthread_join(reader, NULL);
	for (size_t i = 0; i < t->n; i++)
		pthread_join(t->hands[i].thread, NULL);
	if (stop_requested())
		return err_set(e, ERR_INTERRUPTED, "interrupted");
	if (t->failed) {
		*e = t->failure;
		return -1;
	}
	sum_up(t, began, when_process_cpu_s() - cpu, out);
	out->watts = bench_energy_between(&before, &after) / took;
	return 0;
}

struct request {
	const struct bench_case *c;
	double seconds;
};

/* In the process of its own, which ends after it: nothing is freed that the system takes back anyway. */
static int
measure(void *context, void *result, struct err *e)
{
	const struct request *q = context;
	struct bench_turn *out = result;
	struct turn t = { .c = q->c, .seconds = q->seconds, .n = (size_t)q->c->threads };
	struct crew *crew = NULL;

	bench_choose(q->c->settings);
	if (crew_open(&crew, &q->c->wish, q->c->settings, e) != 0)
		return -1;
	snprintf(out->networks, sizeof out->networks, "%s", crew_summary(crew));
	t.hands = mem_array(t.n, sizeof *t.hands);
	for (size_t i = 0; i < t.n; i++) {
		t.hands[i].turn = &t;
		if (worker_open(&t.hands[i].worker, crew, e) != 0)
			return -1;
	}
	/* As many as circulate in an analysis. */
	t.nslots = 2 * t.n + 3;
	t.slots = mem_array(t.nslots, sizeof *t.slots);
	t.free = queue_new(t.nslots);
	t.work = queue_new(t.n);
	for (size_t i = 0; i < t.nslots; i++) {
		t.slots[i].image = vision_image_new();
		queue_put(t.free, &t.slots[i]);
	}
	pthread_mutex_init(&t.lock, NULL);
	/* The workers, the reader, and this thread, which takes the time. */
	pthread_barrier_init(&t.start, NULL, (unsigned)t.n + 2);
	return run_threads(&t, out, e);
}

int
bench_turn(const struct bench_case *c, double seconds, struct bench_turn *out, struct err *e)
{
	struct request q = { .c = c, .seconds = seconds };
	*out = (struct bench_turn) { 0 };
	return bench_apart(measure, &q, out, sizeof *out, e);
}
