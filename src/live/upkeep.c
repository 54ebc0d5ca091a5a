/*
 * Retention in the background: what is too old goes, at the start and once an hour, in steps between which the writer has its turn.
 */
#include "live/parts.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "store/prune.h"

enum { EVERY_MS = 3600000, BETWEEN_MS = 50, AFTER_FAILURE_MS = 60000 };

struct upkeep {
	struct pruner *pruner;		/* the thread's */
	pthread_t thread;
	pthread_mutex_t lock;		/* of the rest */
	pthread_cond_t changed;
	bool stop, has_plan;
	struct prune_plan plan;
};

/* Until then, or until something changed.  With the lock held.  True: to be stopped. */
static bool
rest(struct upkeep *u, int64_t ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	int r = 0;
	while (!u->stop && !u->has_plan && r == 0)
		r = pthread_cond_timedwait(&u->changed, &u->lock, &until);
	return u->stop;
}

static void
tell(const struct prune_counts *now, const struct prune_counts *before)
{
	int64_t frames = now->frames - before->frames, minutes = now->minutes - before->minutes;
	if (frames > 0 || minutes > 0)
		log_info("retention: deleted %lld frames and %lld minutes", (long long)frames, (long long)minutes);
}

static void *
keep_up(void *arg)
{
	struct upkeep *u = arg;
	struct prune_counts told = { 0 };
	bool failing = false, stop = false;
	while (!stop) {
		struct err e;
		struct prune_counts counts;
		int r = pruner_step(u->pruner, when_now_ms(), &e);
		if (r < 0 && !failing)
			log_warn("retention: %s; trying again every minute", e.msg);
		failing = r < 0;
		pruner_counts(u->pruner, &counts);
		if (r == 0) {
			tell(&counts, &told);
			told = counts;
		}
		pthread_mutex_lock(&u->lock);
		stop = rest(u, r > 0 ? BETWEEN_MS : r < 0 ? AFTER_FAILURE_MS : EVERY_MS);
		/* a new plan waits until a round is over */
		if (r <= 0 && u->has_plan)
			pruner_plan(u->pruner, &u->plan);
		u->has_plan = u->has_plan && r > 0;
		pthread_mutex_unlock(&u->lock);
	}
	return NULL;
}

int
upkeep_start(struct upkeep **out, const char *db, int timeout_ms, const struct prune_plan *plan, struct err *e)
{
	*out = NULL;
	struct upkeep *u = mem_alloc(sizeof *u);
	if (pruner_open(&u->pruner, db, timeout_ms, plan, e) != 0) {
		free(u);
		return -1;
	}
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&u->lock, NULL);
	pthread_cond_init(&u->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&u->thread, NULL, keep_up, u) != 0) {
		err_set(e, ERR_FAIL, "no thread to be had");
		pruner_close(u->pruner);
		pthread_mutex_destroy(&u->lock);
		pthread_cond_destroy(&u->changed);
		free(u);
		return -1;
	}
	*out = u;
	return 0;
}

void
upkeep_plan(struct upkeep *u, const struct prune_plan *plan)
{
	pthread_mutex_lock(&u->lock);
	u->plan = *plan;
	u->has_plan = true;
	pthread_cond_signal(&u->changed);
	pthread_mutex_unlock(&u->lock);
}

void
upkeep_stop(struct upkeep *u)
{
	if (u == NULL)
		return;
	pthread_mutex_lock(&u->lock);
	u->stop = true;
	pthread_cond_signal(&u->changed);
	pthread_mutex_unlock(&u->lock);
	pthread_join(u->thread, NULL);
	pruner_close(u->pruner);
	pthread_mutex_destroy(&u->lock);
	pthread_cond_destroy(&u->changed);
	free(u);
}
