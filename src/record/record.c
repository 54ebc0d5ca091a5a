/*
 * The recorder: its start and end, and the encoder's thread.
 *
 * Segments are Matroska: what was written of one when the power failed (all but the last megabyte, which FFmpeg holds back) can be
 * read, which MP4, whose index comes last, cannot.  The video's rate is nominal and even; frames' true times are those of their rows in the database.
 */
#include "record/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "record/names.h"
#include "record/parts.h"
#include "store/schema.h"

/* A segment that gets no frames is closed after that, even when it is to be longer. */
enum { IDLE_MS = 60000 };

/* Being written. */
struct writing {
	struct writing *next;
	struct record_job *job;
	int width, height;
	int64_t bytes, touched_ms;	/* of the monotonic clock */
};

struct encoder {
	struct recorder *r;
	struct writing *open;
	int64_t halted;			/* minute in which nothing is recorded */
	int64_t looked_ms;		/* when there was room on the disk */
};

char *
record_path(const struct recorder *r, const char *path)
{
	return file_join(r->o.folder, path);
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

static void
left_out(struct recorder *r)
{
	pthread_mutex_lock(&r->lock);
	r->status.left_out++;
	pthread_mutex_unlock(&r->lock);
}

/* Gives a segment to the keeper. */
static void
close_segment(struct encoder *c, struct writing **at)
{
	struct writing *w = *at;
	*at = w->next;
	pthread_mutex_lock(&c->r->lock);
	c->r->open_bytes -= w->bytes;
	*c->r->jobs_end = w->job;
	c->r->jobs_end = &w->job->next;
	pthread_cond_signal(&c->r->job);
	pthread_mutex_unlock(&c->r->lock);
	free(w);
}

static void
close_idle(struct encoder *c, bool all)
{
	int64_t now = when_monotonic_ms();
	int64_t idle = c->r->o.segment_ms < IDLE_MS ? c->r->o.segment_ms : IDLE_MS;
	for (struct writing **at = &c->open; *at != NULL;)
		if (all || now - (*at)->touched_ms >= idle)
			close_segment(c, at);
		else
			at = &(*at)->next;
}

/* A path that nothing has, whole or as a part. */
static char *
free_path(const struct recorder *r, const char *source, int64_t start_ms)
{
	struct stat st;
	for (int again = 0;; again++) {
		char *path = names_segment(source, start_ms, again), *part = names_part(path);
		bool taken = fstatat(r->folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0 || fstatat(r->folder, part, &st, AT_SYMLINK_NOFOLLOW) == 0;
		free(part);
		if (!taken)
			return path;
		free(path);
	}
}

static struct writing *
open_segment(struct encoder *c, const struct record_slot *s, struct err *e)
{
	struct recorder *r = c->r;
	struct vision_writer *writer = NULL;
	char *path = free_path(r, s->source, s->result.time_ms), *part = names_part(path), *full = record_path(r, part);
	int width = vision_image_width(s->im), height = vision_image_height(s->im);
	int rc = names_make_folders(r->folder, path, e);
	if (rc == 0 && (rc = vision_writer_open(&writer, full, r->o.fps, width, height, e)) != 0) {
		struct err ignored;
		names_remove(r->folder, part, &ignored);
	}
	free(full);
	if (rc != 0) {
		free(path);
		free(part);
		return NULL;
	}
	struct record_job *j = mem_alloc(sizeof *j);
	*j = (struct record_job){
		.part = part, .writer = writer,
		.segment = { .run_id = s->run_id, .source = mem_strdup(s->source), .path = path, .start_ms = s->result.time_ms,
			.first_number = s->result.number, .blurred = r->o.blur }
	};
	pthread_mutex_lock(&r->lock);
	j->fails = r->fails;
	pthread_mutex_unlock(&r->lock);
	struct writing *w = mem_alloc(sizeof *w);
	*w = (struct writing){ .next = c->open, .job = j, .width = width, .height = height };
	c->open = w;
	return w;
}

/* Is there room?  Asked once a second. */
static int
look_at_disk(struct encoder *c, struct err *e)
{
	struct statvfs fs;
	int64_t now = when_monotonic_ms();
	if (c->looked_ms != 0 && now - c->looked_ms < 1000)
		return 0;
	if (fstatvfs(c->r->folder, &fs) == 0 && (int64_t)fs.f_bavail * (int64_t)fs.f_frsize < RECORD_RESERVE)
		return err_set(e, ERR_IO, "%s: less than %d MB are free on its disk", c->r->o.folder, (int)(RECORD_RESERVE >> 20));
	c->looked_ms = now;
	return 0;
}

static bool
goes_on(const struct recorder *r, const struct writing *w, const struct record_slot *s)
{
	const struct segment *g = &w->job->segment;
	return w->width == vision_image_width(s->im) && w->height == vision_image_height(s->im) && g->run_id == s->run_id &&
		s->result.time_ms >= g->end_ms && s->result.number > g->last_number &&
		s->result.time_ms - g->start_ms < r->o.segment_ms && w->bytes < r->o.segment_bytes;
}

static int
record(struct encoder *c, struct record_slot *s, struct err *e)
{
	struct recorder *r = c->r;
	struct writing **at = &c->open;
	struct stat st;
	while (*at != NULL && strcmp((*at)->job->segment.source, s->source) != 0)
		at = &(*at)->next;
	if (*at != NULL && !goes_on(r, *at, s))
		close_segment(c, at);
	struct writing *w = *at;
	if (look_at_disk(c, e) != 0) {
		close_idle(c, true);
		return -1;
	}
	if (w == NULL || strcmp(w->job->segment.source, s->source) != 0) {
		if ((w = open_segment(c, s, e)) == NULL)
			return -1;
		at = &c->open;
	}
	for (size_t i = 0; r->o.blur && i < s->result.nfaces; i++) {
		const struct box *b = &s->result.faces[i].box;
		vision_blur(s->im, b->x, b->y, b->w, b->h);
	}
	if (vision_writer_add(w->job->writer, s->im, e) != 0) {
		close_segment(c, at);
		return -1;
	}
	w->job->segment.frames++;
	w->job->segment.end_ms = s->result.time_ms;
	w->job->segment.last_number = s->result.number;
	w->touched_ms = when_monotonic_ms();
	int64_t before = w->bytes;
	if (fstatat(r->folder, w->job->part, &st, AT_SYMLINK_NOFOLLOW) == 0)
		w->bytes = st.st_size;
	pthread_mutex_lock(&r->lock);
	r->open_bytes += w->bytes - before;
	r->status.frames++;
	pthread_mutex_unlock(&r->lock);
	return 0;
}

static void
encode(struct encoder *c, struct record_slot *s)
{
	struct err e;
	int64_t minute = when_minute(s->result.time_ms);
	pthread_mutex_lock(&c->r->lock);
	if (c->r->halt)
		c->halted = minute;
	c->r->halt = false;
	pthread_mutex_unlock(&c->r->lock);
	if (minute == c->halted) {
		left_out(c->r);
		return;
	}
	if (record(c, s, &e) == 0)
		return;
	left_out(c->r);
	record_failed(c->r, &e);
}

/* The next frame; NULL: none came for a second, or (*over) none will. */
static struct record_slot *
take(struct recorder *r, bool *over)
{
	struct timespec until;
	struct record_slot *s = NULL;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	pthread_mutex_lock(&r->lock);
	while (r->nready == 0 && !r->stop && pthread_cond_timedwait(&r->frame, &r->lock, &until) == 0)
		;
	if (r->nready > 0) {
		s = r->ready[0];
		memmove(r->ready, r->ready + 1, --r->nready * sizeof *r->ready);
	}
	*over = s == NULL && r->stop;
	pthread_mutex_unlock(&r->lock);
	return s;
}

static void *
encoder_main(void *recorder)
{
	struct recorder *r = recorder;
	struct encoder c = { .r = r, .halted = INT64_MIN };
	for (bool over = false; !over;) {
		struct record_slot *s = take(r, &over);
		if (s != NULL) {
			encode(&c, s);
			pthread_mutex_lock(&r->lock);
			r->free[r->nfree++] = s;
			pthread_mutex_unlock(&r->lock);
		}
		close_idle(&c, over);
	}
	pthread_mutex_lock(&r->lock);
	r->encoded = true;
	pthread_cond_signal(&r->job);
	pthread_mutex_unlock(&r->lock);
	return NULL;
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
	if (pthread_create(&r->encoder, NULL, encoder_main, r) != 0) {
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
