/*
 * The recorder: its start and end, and what its threads share.
 */
#include "record/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "record/names.h"
#include "record/parts.h"
#include "store/schema.h"

char *
record_path(const struct recorder *r, const char *path)
{
	return file_join(r->o.folder, path);
}

int
record_remove(struct recorder *r, const char *path, struct err *e)
{
	pthread_mutex_lock(&r->folders);
	int rc = names_remove(r->folder, path, e);
	pthread_mutex_unlock(&r->folders);
	return rc;
}

void
record_failed(struct recorder *r, const struct err *e)
{
	pthread_mutex_lock(&r->lock);
	bool first = !r->status.failed;
	r->status.failed = true;
	r->halt = true;
	r->fails++;
	pthread_mutex_unlock(&r->lock);
	if (first)
		log_error("recording in %s: %s; it is tried again every minute", r->o.folder, e->msg);
	else
		log_verbose("recording in %s: %s", r->o.folder, e->msg);
}

void
record_job_free(struct record_job *j)
{
	segment_free(&j->segment);
	free(j->part);
	free(j);
}

void
recorder_add(struct recorder *r, const char *source, int64_t run_id, const struct vision_image *im, const struct frame_result *f)
{
	struct err e;
	pthread_mutex_lock(&r->lock);
	struct record_slot *s = r->nfree > 0 ? r->free[--r->nfree] : NULL;
	if (s == NULL)
		r->status.left_out++;
	pthread_mutex_unlock(&r->lock);
	if (s == NULL)
		return;
	if (s->source == NULL || strcmp(s->source, source) != 0) {
		free(s->source);
		s->source = mem_strdup(source);
	}
	s->run_id = run_id;
	result_copy(&s->result, f);
	s->result.number = f->number;
	s->result.time_ms = f->time_ms;
	bool good = vision_image_copy(s->im, im, &e) == 0;
	pthread_mutex_lock(&r->lock);
	if (good) {
		r->ready[r->nready++] = s;
		pthread_cond_signal(&r->frame);
	} else {
		r->free[r->nfree++] = s;
		r->status.left_out++;
	}
	pthread_mutex_unlock(&r->lock);
}

/* The folder, for this program alone. */
static int
open_folder(struct recorder *r, const char *folder, struct err *e)
{
	if (file_make_dirs(folder, e) != 0)
		return -1;
	r->o.folder = file_absolute(folder);
	r->folder = open(r->o.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->folder < 0 || (r->lock_file = openat(r->folder, ".footfall.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
		return err_set(e, ERR_IO, "cannot record in %s: %s", r->o.folder, strerror(errno));
	if (flock(r->lock_file, LOCK_EX | LOCK_NB) != 0)
		return err_set(e, ERR_IO, "cannot record in %s: another footfall does; give each one a folder of its own", r->o.folder);
	return 0;
}

static void
free_recorder(struct recorder *r)
{
	for (size_t i = 0; i < RECORD_SLOTS; i++) {
		free(r->slots[i].source);
		vision_image_free(r->slots[i].im);
		result_free(&r->slots[i].result);
	}
	for (size_t i = 0; i < r->nleft; i++)
		free(r->left[i]);
	free(r->left);
	db_close(r->db);
	if (r->lock_file >= 0)
		close(r->lock_file);
	if (r->folder >= 0)
		close(r->folder);
	free((char *)r->o.folder);
	free((char *)r->o.db);
	pthread_cond_destroy(&r->frame);
	pthread_cond_destroy(&r->job);
	pthread_mutex_destroy(&r->lock);
	pthread_mutex_destroy(&r->folders);
	free(r);
}

/* Ends the threads: the encoder first, which gives the keeper its last jobs. */
static void
join(struct recorder *r, bool keeper)
{
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	r->stop_ms = when_monotonic_ms();
	pthread_cond_signal(&r->frame);
	pthread_cond_signal(&r->job);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->encoder, NULL);
	if (keeper)
		pthread_join(r->keeper, NULL);
}

int
recorder_open(struct recorder **out, const struct record_options *o, struct err *e)
{
	pthread_condattr_t monotonic;
	struct recorder *r = mem_alloc(sizeof *r);
	*out = NULL;
	r->o = *o;
	r->o.folder = NULL;
	r->o.db = mem_strdup(o->db);
	r->o.fps = o->fps > 0 && o->fps <= 240 ? o->fps : 10;
	/* Deleting the oldest keeps the quota only when a segment is a small part of it. */
	if (o->quota_bytes > 0 && o->segment_bytes > o->quota_bytes / 4)
		r->o.segment_bytes = o->quota_bytes / 4;
	r->folder = r->lock_file = -1;
	r->jobs_end = &r->jobs;
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_init(&r->folders, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&r->frame, &monotonic);
	pthread_cond_init(&r->job, &monotonic);
	pthread_condattr_destroy(&monotonic);
	for (size_t i = 0; i < RECORD_SLOTS; i++) {
		r->slots[i].im = vision_image_new();
		r->free[r->nfree++] = &r->slots[i];
	}
	if (open_folder(r, o->folder, e) != 0 || db_open(&r->db, o->db, DB_WRITE, o->timeout_ms, e) != 0 ||
	    schema_readable(r->db, e) != 0 || db_exec(r->db, "PRAGMA synchronous = NORMAL", e) != 0)
		goto fail;
	record_note(r);
	if (pthread_create(&r->encoder, NULL, record_encode, r) != 0) {
		err_set(e, ERR_FAIL, "no thread for recording");
		goto fail;
	}
	if (pthread_create(&r->keeper, NULL, record_keep, r) != 0) {
		err_set(e, ERR_FAIL, "no thread for recording");
		join(r, false);
		goto fail;
	}
	*out = r;
	return 0;
fail:
	free_recorder(r);
	return -1;
}

void
recorder_status(struct recorder *r, struct recorder_status *out)
{
	pthread_mutex_lock(&r->lock);
	*out = r->status;
	pthread_mutex_unlock(&r->lock);
}

void
recorder_close(struct recorder *r)
{
	if (r == NULL)
		return;
	join(r, true);
	free_recorder(r);
}
