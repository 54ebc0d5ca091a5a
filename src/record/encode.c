/*
 * The encoder's thread: frames into segments, which it begins and ends, and gives to the keeper.
 *
 * Segments are Matroska: what was written of one when the power failed (all but the last megabyte, which FFmpeg holds
 * back) can be read, which MP4, whose index comes last, cannot.  The video's rate is nominal and even; frames' true times
 * are those of their rows in the database.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/mem.h"
#include "base/when.h"
#include "record/names.h"
#include "record/parts.h"

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
		bool taken = fstatat(r->folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
		    fstatat(r->folder, part, &st, AT_SYMLINK_NOFOLLOW) == 0;
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
	pthread_mutex_lock(&r->folders);
	int rc = names_make_folders(r->folder, path, e);
	if (rc == 0 && (rc = vision_writer_open(&writer, full, r->o.fps, width, height, e)) != 0) {
		struct err ignored;
		names_remove(r->folder, part, &ignored);
	}
	pthread_mutex_unlock(&r->folders);
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
		return err_set(e, ERR_IO, "less than %d MB are free on its disk", (int)(RECORD_RESERVE >> 20));
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

void *
record_encode(void *recorder)
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
