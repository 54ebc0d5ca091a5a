/*
 * The keeper's thread: segments that were written get their names and rows, and the oldest are deleted for the quota.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/when.h"
#include "record/names.h"
#include "record/parts.h"

enum { TICK_S = 5 };	/* between looks at the quota, and attempts at rows that could not be stored */

/* Finishes the file.  A part that is not whole is removed. */
static int
finish_file(struct recorder *r, struct record_job *j, struct err *e)
{
	struct err ignored;
	char *full = record_path(r, j->part);
	struct vision_writer *w = j->writer;
	j->writer = NULL;
	int rc = vision_writer_close(w, e);
	if (rc == 0 && j->segment.frames > 0) {
		rc = file_sha256(full, j->segment.sha256, &j->segment.bytes, e);
		if (rc == 0)
			rc = names_finish(r->folder, j->part, j->segment.path, e);
		j->named = rc == 0;
	}
	free(full);
	if (!j->named)
		record_remove(r, j->part, &ignored);
	return rc;
}

static int
delete_segment(struct recorder *r, const struct segment *s, struct err *e)
{
	bool uploaded;
	if (segment_is_uploaded(r->db, s->id, &uploaded, e) != 0)
		return -1;
	struct err why;
	/* A row that names no segment is of no file of ours. */
	if (record_remove(r, s->path, &why) != 0) {
		if (why.code == ERR_IO)
			return err_set(e, ERR_IO, "%s", why.msg);
		log_warn("recording: %s: left as it is; its row is marked deleted", why.msg);
	} else if (r->o.upload && !uploaded) {
		log_warn("recording: %s was deleted for record.quota before it was uploaded", s->path);
	} else {
		log_verbose("recording: %s was deleted for record.quota", s->path);
	}
	return segment_set_deleted(r->db, s->id, when_now_ms(), e);
}

/* Deletes the oldest while all together are too large, and says how large they are. */
static int
keep_quota(struct recorder *r, struct err *e)
{
	int64_t bytes;
	if (segment_bytes(r->db, r->o.folder, &bytes, e) != 0)
		return -1;
	for (;;) {
		pthread_mutex_lock(&r->lock);
		int64_t all = bytes + r->open_bytes;
		r->status.bytes = all;
		pthread_mutex_unlock(&r->lock);
		if (r->o.quota_bytes <= 0 || all <= r->o.quota_bytes)
			return 0;
		struct segment s;
		int got = segment_first(r->db, r->o.folder, false, NULL, &s, e);
		if (got != 1)
			return got;
		int rc = delete_segment(r, &s, e);
		bytes -= s.bytes;
		segment_free(&s);
		if (rc != 0)
			return -1;
	}
}

/* true: done with it, well or not; false: its row is missing still. */
static bool
finish(struct recorder *r, struct record_job *j)
{
	struct err e;
	if (!j->named && finish_file(r, j, &e) != 0) {
		record_failed(r, &e);
		return true;
	}
	if (!j->named)
		return true;
	if (segment_add(r->db, r->o.folder, &j->segment, &e) != 0) {
		record_failed(r, &e);
		return false;
	}
	pthread_mutex_lock(&r->lock);
	r->status.segments++;
	bool again = r->status.failed && j->fails == r->fails;
	if (again)
		r->status.failed = false;
	pthread_mutex_unlock(&r->lock);
	if (again)
		log_info("recording: it works again");
	log_verbose("recording: %s: %lld frames, %lld bytes", j->segment.path, (long long)j->segment.frames, (long long)j->segment.bytes);
	return true;
}

/* The next job; NULL: none came for a while, or (*over) none will. */
static struct record_job *
take(struct recorder *r, bool *over)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += TICK_S;
	pthread_mutex_lock(&r->lock);
	while (r->jobs == NULL && !r->encoded && pthread_cond_timedwait(&r->job, &r->lock, &until) == 0)
		;
	struct record_job *j = r->jobs;
	if (j != NULL) {
		r->jobs = j->next;
		j->next = NULL;
		if (r->jobs == NULL)
			r->jobs_end = &r->jobs;
	}
	*over = j == NULL && r->encoded;
	pthread_mutex_unlock(&r->lock);
	return j;
}

void *
record_keep(void *recorder)
{
	struct recorder *r = recorder;
	struct record_job *late = NULL;	/* named, without a row */
	struct err e;
	record_tidy(r);
	for (bool over = false; !over;) {
		struct record_job *j = take(r, &over);
		for (struct record_job **at = &late; *at != NULL;) {
			struct record_job *one = *at;
			if (!finish(r, one)) {
				at = &one->next;
				continue;
			}
			*at = one->next;
			record_job_free(one);
		}
		if (j != NULL && finish(r, j)) {
			record_job_free(j);
		} else if (j != NULL) {
			j->next = late;
			late = j;
		}
		if (keep_quota(r, &e) != 0)
			record_failed(r, &e);
	}
	for (struct record_job *next; late != NULL; late = next) {
		next = late->next;
		log_warn("recording: %s has no row yet; it gets one when its folder is recorded into again", late->segment.path);
		record_job_free(late);
	}
	return NULL;
}
