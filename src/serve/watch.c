/*
 * Watches the database.
 *
 * PRAGMA data_version tells for a few microseconds whether another connection has committed; what is told to the page is read again
 * only then, and every two seconds besides, because a frame gets old by itself.
 */
#include "serve/watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "serve/answers.h"
#include "serve/reader.h"

enum {
	TICK_MS = 250,
	AGAIN_MS = 2000,		/* it is read again without a change */
	SHARE = 10,			/* of the time, reading takes at most one part in so many, however much there is to read */
	WAKE_MS = 5000,			/* streams are asked without news: is one due to show that it lives? */
	NICE = 10			/* the analysis goes first */
};

/* The minute of a source that had ended when it was looked at last. */
struct ended {
	int64_t source, ms;
};

struct watch {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop;			/* under the lock */
	/* of the thread alone */
	struct reader reader;
	bool pictures;
	struct http *http;
	struct feed *feed;
	struct db *read;		/* the connection that version is of */
	int64_t version, read_ms, took_ms, woke_ms;
	struct buf last;		/* what was told */
	struct ended *ended;
	size_t nended;
};

/* Without the time, which is always another one. */
static const char *
apart_from_time(const struct buf *json)
{
	const char *comma = strchr(buf_str(json), ',');
	return comma != NULL ? comma : buf_str(json);
}

static void
tell(struct watch *w, struct buf *json, bool changed, bool trouble)
{
	if (changed || strcmp(apart_from_time(json), apart_from_time(&w->last)) != 0) {
		(trouble ? feed_trouble : feed_now)(w->feed, buf_str(json));
		struct buf old = w->last;
		w->last = *json;
		*json = old;
	}
}

static void
tell_minutes(struct watch *w, const struct query_now *v)
{
	for (const struct query_source *s = v->sources; s < v->sources + v->n; s++) {
		struct ended *known = w->ended;
		if (!s->has_ended)
			continue;
		while (known < w->ended + w->nended && known->source != s->id)
			known++;
		if (known == w->ended + w->nended) {
			w->ended = mem_resize(w->ended, w->nended + 1, sizeof *w->ended);
			w->ended[w->nended++] = (struct ended){ s->id, s->ended_ms };
			/* one that has just begun has ended its first minute; at the start of all nothing is new */
			if (w->last.len == 0)
				continue;
			feed_minute(w->feed, s->name, s->ended_ms);
		} else if (known->ms != s->ended_ms) {
			known->ms = s->ended_ms;
			feed_minute(w->feed, s->name, s->ended_ms);
		}
	}
}

static int
look(struct watch *w, struct err *e)
{
	int64_t version, now_ms = when_monotonic_ms();
	struct db *d = reader_get(&w->reader, e);
	if (d == NULL || db_int(d, "PRAGMA data_version", &version, e) != 0)
		return -1;
	bool changed = d != w->read || version != w->version;
	int64_t since_ms = now_ms - w->read_ms;
	if ((!changed && since_ms < AGAIN_MS) || since_ms < SHARE * w->took_ms)
		return 0;
	struct query_now v;
	struct buf json = { 0 };
	if (query_now(d, when_now_ms(), &v, e) != 0)
		return -1;
	w->read = d;
	w->version = version;
	w->read_ms = when_monotonic_ms();
	w->took_ms = w->read_ms - now_ms;
	tell_minutes(w, &v);
	answer_now(&json, &v, w->pictures);
	tell(w, &json, changed, false);
	buf_free(&json);
	query_now_free(&v);
	return 0;
}

static void
tick(struct watch *w)
{
	struct err e;
	if (look(w, &e) != 0) {
		struct buf json = { 0 };
		reader_drop(&w->reader);
		w->read = NULL;
		answer_error(&json, e.msg);
		tell(w, &json, false, true);
		buf_free(&json);
	}
	int64_t now_ms = when_monotonic_ms();
	if (feed_stirred(w->feed) || now_ms - w->woke_ms >= WAKE_MS) {
		w->woke_ms = now_ms;
		http_wake(w->http);
	}
	http_sweep(w->http);
}

/* False: it is to end. */
static bool
wait_tick(struct watch *w)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&w->lock);
	while (!w->stop && pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
		continue;
	bool stop = w->stop;
	pthread_mutex_unlock(&w->lock);
	return !stop;
}

static void *
run(void *context)
{
	struct watch *w = context;
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
	do
		tick(w);
	while (wait_tick(w));
	reader_drop(&w->reader);
	return NULL;
}

struct watch *
watch_start(const char *path, int timeout_ms, bool pictures, struct http *http, struct feed *feed)
{
	struct watch *w = mem_alloc(sizeof *w);
	pthread_condattr_t a;
	w->reader = (struct reader){ .path = path, .timeout_ms = timeout_ms };
	w->pictures = pictures;
	w->http = http;
	w->feed = feed;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &a);
	pthread_condattr_destroy(&a);
	if (pthread_create(&w->thread, NULL, run, w) != 0) {
		log_error("cannot start a thread");
		abort();
	}
	return w;
}

void
watch_stop(struct watch *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	buf_free(&w->last);
	free(w->ended);
	free(w);
}
