/*
 * Floor 5.  What the files of src/live share.
 *
 * core.lock guards what is marked [lock], and nothing else does.  What is marked [taker] belongs to the worker that has set `taking`, and
 * what is marked [main] to the thread that called live_run.  No thread holds the lock while it calls a camera, a network or the database.
 */
#ifndef FOOTFALL_LIVE_PARTS_H
#define FOOTFALL_LIVE_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "camera/camera.h"
#include "live/clock.h"
#include "live/gaps.h"
#include "live/live.h"
#include "live/order.h"
#include "live/pending.h"
#include "live/window.h"
#include "motion/scene.h"
#include "people/minute.h"
#include "pipeline/gate.h"
#include "record/record.h"
#include "record/upload.h"
#include "serve/serve.h"
#include "store/live.h"
#include "store/store.h"

struct core;

/* A frame on its way, with room for its picture. */
struct job {
	struct live_source *source;
	uint64_t order;
	struct frame_result result;
	struct vision_image *image;
	int width, height;
	int64_t captured_ms;		/* monotonic */
	int64_t steps;			/* of the clock, when it came */
	struct drops drops;		/* before it */
	struct scene_marks marks;
	struct job *next;		/* of the free ones */
};

/* A result that waits to be committed. */
struct entry {
	struct frame_result result;
	int64_t captured_ms;
	struct drops drops;
	struct scene_marks marks;
	struct minute rows[2];
	size_t nrows;
};

enum { BATCH = 2048 };	/* results of a source that wait at most: a minute's worth of a usual camera */

/* Of one source, what is written.  [main] */
struct writer {
	struct store *store;
	const char *name;
	/* the run */
	bool has_run;
	int64_t run_id;
	int width, height;		/* of its frames; 0: it has none yet */
	int64_t steps;			/* of the clock */
	bool has_first;
	int64_t first_number;		/* the camera's number of its first frame */
	int64_t last_number, last_ms;	/* of the last entry added */
	int64_t dropped;
	int64_t switched_ms;		/* monotonic: when the size last changed; 0: never */
	bool alternates;		/* that it changes all the time was told */
	int64_t skipped;		/* frames of another size, not yet counted as dropped */
	struct minutes minutes;
	/* what is not yet committed */
	struct entry *batch;		/* BATCH of them, whose memory is used again */
	size_t n;
	int64_t batch_ms;		/* monotonic: since when the first waits */
	bool urgent;			/* a minute is over: no waiting */
	struct window window;
	int64_t window_steps;		/* of the clock, that it goes by */
	bool closing;			/* a gap ends because we do, not because frames come */
};

/* What was logged because it began, and not yet that it is over. */
struct told {
	bool lasts;
	int64_t last_ms;	/* monotonic: when it was so last */
};

struct live_source {
	struct core *core;
	struct camera_address own;	/* does not change */
	const struct camera_address *address;	/* that one */
	struct camera *camera;		/* [main] */
	struct frame_result seen;	/* [main] what the networks last found, for frames that the gate holds back */
	struct writer writer;		/* [main] */
	struct told frozen, dark;	/* [main] */
	int64_t told_moved_ms;		/* [main] monotonic; 0: never */
	int64_t picture_ms;		/* [main] monotonic: when the last live picture was made */
	bool removed;			/* [main] it is to go when it is closed */
	bool finished;			/* [main] closed: nothing more to do */

	/* [lock] */
	bool stopping;			/* frames are no longer taken */
	bool has_pending;
	struct camera_frame pending;
	int64_t pending_ms;		/* wall clock */
	int64_t pending_steps;
	struct cap cap;
	struct drops drops;
	struct order order;
	bool taking;
	int64_t taken_steps;		/* the clock's, when the last taken frame came */
	bool has_last;
	int64_t last_ms, last_steps;	/* wall clock of the last frame, and the clock's steps then */
	int64_t base;			/* added to the camera's numbers, which begin anew with the camera */
	int64_t next_number;		/* after the last frame */
	struct gaps gaps;
	bool paused;			/* a gap ended since a frame was taken */
	bool ended;
	struct err why;			/* code ERR_NONE: it ended well */
	int64_t frames, analyzed, dropped;	/* since the start, for the status */

	/* [taker] */
	struct gate gate;
	struct grey grey;
	struct scene scene;
};

struct core {
	const struct live_options *options;
	struct settings now;		/* [main] as last read again */
	pthread_mutex_t lock;
	pthread_cond_t work;		/* frames to take, or room for them */
	pthread_cond_t done;		/* something for the calling thread */
	bool gated;			/* the gate is on; does not change */
	bool quit;			/* [lock] workers go home */
	struct err failure;		/* [lock] of a worker */
	struct live_clock clock;	/* [lock] */

	/* [lock]; only main changes the array */
	struct live_source **sources;
	size_t nsources;
	size_t turn;			/* whose frame is taken next */

	struct camera_address *coming;	/* [main] sources that begin when the one of the same name has gone */
	size_t ncoming;

	struct job *jobs;		/* all */
	size_t njobs;
	struct job *free;		/* [lock] */

	struct worker_thread *workers;
	size_t nworkers;

	/* [main] */
	bool blocked;			/* the database cannot be written */
	int64_t blocked_ms;		/* monotonic: since when */
	int64_t tried_ms;		/* when it was last tried */
	size_t ended, failed;		/* sources that are finished, and of them those that failed */
	struct err first;		/* of those */
	struct recorder *recorder;
	struct uploader *uploader;
	struct serve *serve;
	struct upkeep *upkeep;
	struct vision_image *picture;	/* for drawing */
	int64_t began_ms;
	struct err out_failure;		/* standard output could not be written */
};

/* ---- live_source.c: one source's camera ---- */

/* Takes what the address holds, also on failure; the source is in core->sources then, or not at all. */
int source_start(struct core *core, struct camera_address *a, struct err *e);
/*
 * Its camera, if it still has one, is opened again with the settings of now; not what can be read only once.  A failure ends
 * the source.
 */
void source_restart(struct live_source *s);
/* Stops the cameras of n sources at once, within half a second; their waiting frames are let go. */
void sources_stop(struct live_source **v, size_t n);
void source_free(struct live_source *s);	/* its camera is stopped, and nothing is under way */
/* Both clocks are looked at.  With the lock held. */
void core_look_at_clock(struct core *core);

/* ---- workers.c: networks ---- */

struct worker_thread {
	struct core *core;
	struct worker *worker;
	pthread_t thread;
	bool started;
	int64_t busy_ms;	/* [lock] monotonic: since when it has been at its frame; 0: it waits for one */
};

int workers_start(struct core *core, size_t n, struct err *e);
void workers_join(struct core *core);	/* they end with the frame in hand */
/* Does none of them hang?  With the lock held. */
bool workers_alive(const struct core *core, int64_t now_ms);

/* ---- writer_run.c: the run that rows belong to.  Results as of writer_flush ---- */

int writer_run_refused(const struct err *e);	/* what a failure of the store means */
int writer_run_lose(struct writer *w, const struct err *e);	/* the store gave the run up, because of e */
int writer_run_try(struct writer *w, struct err *e);		/* is the database to be had? */
int writer_run_begin(const struct live_source *s, struct writer *w, struct err *e);
int writer_run_health(struct writer *w, int64_t start_ms, const struct ages_summary *a, const struct window_marks *m, struct err *e);
int writer_run_end(struct live_source *s, const char *status, const char *why, struct err *e);
int writer_run_size(struct writer *w, struct err *e);		/* of the first picture, which was not known when the run began */

/* ---- writer.c: rows ---- */

int writer_open(struct writer *w, const struct live_source *s, struct err *e);	/* in writer_run.c, as writer_free */
enum {
	WRITER_NOT_NOW,		/* the batch is full, or another run must begin, and the database does not let it */
	WRITER_TAKEN,		/* it is the last one of the batch */
	WRITER_LEFT_OUT		/* of another size too soon: counted as dropped */
};
/* Takes a result; what it holds is exchanged for other memory.  One of the above; -1: failure for good. */
int writer_add(struct live_source *s, struct job *j, struct err *e);
/* Commits what waits, when it is time to or now.  0: done, or nothing to do; 1: the database does not let it, try again; -1: failure for good. */
int writer_flush(struct live_source *s, bool now, struct err *e);
/* Gaps that began or ended; results as of writer_flush. */
int writer_gaps(struct live_source *s, struct err *e);
/* Closes minutes that are over by the clock.  As writer_flush. */
int writer_tick(struct live_source *s, struct err *e);
/* Everything is committed, the run ended ("complete", "failed"), the open minute told. */
int writer_close(struct live_source *s, const char *status, const char *why, struct err *e);
void writer_free(struct writer *w);

/* ---- tell.c: what is printed and logged ---- */

void tell_minute(struct core *core, struct live_source *s, const struct window_minute *m);
void tell_gap_begin(const struct live_source *s, const struct gap *g);
void tell_gap_end(const struct live_source *s, const struct gap *g);
void tell_marks(struct live_source *s, const struct scene_marks *m, int64_t now_ms);

/* ---- pictures.c: live pictures for the page ---- */

void pictures_show(struct live_source *s, const struct vision_image *im, const struct frame_result *r);

/* ---- status.c ---- */

void status_tell(struct core *core);			/* SIGUSR1: one line a source */
void status_notify(struct core *core);			/* one line for the service manager */

/* ---- upkeep.c: retention, in a thread of its own ---- */

struct prune_plan;
int upkeep_start(struct upkeep **out, const char *db, int timeout_ms, const struct prune_plan *plan, struct err *e);
void upkeep_plan(struct upkeep *u, const struct prune_plan *plan);	/* from now on */
void upkeep_stop(struct upkeep *u);	/* NULL is fine */

/* ---- parties.c: recorder, uploader, page, retention ---- */

int parties_open(struct core *core, struct err *e);
/* The page as the settings of now have it; nothing without --serve. */
int serve_begin(struct core *core, struct err *e);
void parties_close(struct core *core);

/* ---- reload.c: SIGHUP ---- */

void reload(struct core *core);
/* Starts those of core->coming whose name is free, when the database can be written.  One that cannot be started counts as a source that failed. */
void sources_come(struct core *core);
/* All of from's values and origins; to is initialised. */
int settings_take_over(struct settings *to, const struct settings *from, struct err *e);

#endif
