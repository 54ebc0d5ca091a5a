/*
 * What a crash left in the folder of recordings, made to agree with the rows.
 *
 * Only files with the names of segments and parts are looked at; whatever else lies there is none of ours.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "record/names.h"
#include "record/parts.h"

enum { PATIENCE_MS = 300 };	/* that tidying goes on for when the program is to end */

static bool
stopped(struct recorder *r)
{
	pthread_mutex_lock(&r->lock);
	bool stop = r->stop && when_monotonic_ms() - r->stop_ms > PATIENCE_MS;
	pthread_mutex_unlock(&r->lock);
	return stop;
}

/* Its frames, counted by going through it; end_ms too. */
static int
count_frames(const char *full, struct segment *s, struct err *e)
{
	struct vision_capture *c;
	struct vision_capture_info info;
	double pts_ms, last_ms = 0;
	if (vision_capture_open(&c, full, &info, e) != 0)
		return -1;
	/* The end of a part that was cut is an error to some readers; what came before it counts. */
	while (vision_capture_skip(c, &pts_ms, e) == 1) {
		s->frames++;
		if (pts_ms > last_ms)
			last_ms = pts_ms;
	}
	vision_capture_close(c);
	s->end_ms = s->start_ms + (int64_t)llround(fmin(last_ms, 1e12));
	return s->frames > 0 ? 0 : err_set(e, ERR_DATA, "no frames in it");
}

/*
 * Adds a row for a file that has none.  Nothing is known of its run, nor of blurring, so it counts as not blurred.  Where a row
 * was marked deleted because the file could not be seen for a time (a disk that was not there), that one counts again.
 */
static int
adopt(struct recorder *r, const char *path, const char *part, struct err *e)
{
	struct segment s = { .source = mem_printf("%.*s", (int)strcspn(path, "/"), path), .path = mem_strdup(path) };
	char *full = record_path(r, part != NULL ? part : path);
	int fd = names_open(r->folder, part != NULL ? part : path, e), rc = -1;
	if (fd < 0)
		goto out;
	close(fd);
	if (file_sha256(full, s.sha256, &s.bytes, e) != 0)
		goto out;
	int again = segment_revive(r->db, r->o.folder, path, s.sha256, s.bytes, e);
	if (again != 0) {
		rc = again > 0 ? 0 : -1;
		if (rc == 0)
			log_info("recording: %s is there again, and counts again", path);
		goto out;
	}
	when_from_name(path, &s.start_ms);
	if (count_frames(full, &s, e) != 0)
		goto out;
	s.last_number = s.frames - 1;
	if (part != NULL && names_finish(r->folder, part, path, e) != 0)
		goto out;
	rc = segment_add(r->db, r->o.folder, &s, e);
	if (rc == 0)
		log_info("recording: %s was left by an interrupted program: kept, with its %lld frames", path, (long long)s.frames);
out:
	free(full);
	segment_free(&s);
	return rc;
}

static int
look_at_part(struct recorder *r, const char *part, const char *path, struct err *e)
{
	struct err why = { 0 };
	struct stat st;
	int known = segment_known(r->db, r->o.folder, path, e);
	if (known < 0)
		return -1;
	if (known == 0 && fstatat(r->folder, path, &st, AT_SYMLINK_NOFOLLOW) != 0 && adopt(r, path, part, &why) == 0)
		return 0;
	/* The disk or the database: another time. */
	if (known == 0 && why.code == ERR_IO)
		return err_set(e, ERR_IO, "%s", why.msg);
	log_info("recording: %s was left by an interrupted program, and cannot be read: removed", part);
	return record_remove(r, part, e);
}

static int
look_at_file(struct recorder *r, const char *path, struct err *e)
{
	struct err why;
	char *whole = names_whole(path);
	int rc = 0;
	if (whole != NULL) {
		rc = look_at_part(r, path, whole, e);
	} else if (names_is_segment(path)) {
		int known = segment_known(r->db, r->o.folder, path, e);
		if (known < 0)
			rc = -1;
		else if (known == 0 && adopt(r, path, NULL, &why) != 0)
			log_warn("recording: %s has no row, and gets none: %s", path, why.msg);
	}
	free(whole);
	return rc;
}

/* depth 0: sources, 1: days, 2: files. */
static void
walk(struct recorder *r, const char *path, int depth)
{
	int fd = openat(r->folder, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *f; (f = readdir(d)) != NULL;) {
		if (f->d_name[0] == '.')
			continue;
		char *below = depth == 0 ? mem_strdup(f->d_name) : mem_printf("%s/%s", path, f->d_name), *whole = names_whole(below);
		bool ours = whole != NULL || names_is_segment(below);
		free(whole);
		if (depth < 2)
			walk(r, below, depth + 1);
		if (depth == 2 && ours) {
			if ((r->nleft & (r->nleft + 1)) == 0)
				r->left = mem_resize(r->left, 2 * (r->nleft + 1), sizeof *r->left);
			r->left[r->nleft++] = below;
		} else {
			free(below);
		}
	}
	closedir(d);
}

void
record_note(struct recorder *r)
{
	walk(r, ".", 0);
}

/* Rows whose files are gone. */
static int
look_at_rows(struct recorder *r, struct err *e)
{
	struct segment s = { 0 }, next;
	struct err why;
	int got, rc = 0, gone = 0;
	while (rc == 0 && !stopped(r) && (got = segment_first(r->db, r->o.folder, false, s.path != NULL ? &s : NULL, &next, e)) != 0) {
		if (got < 0) {
			rc = -1;
			break;
		}
		segment_free(&s);
		s = next;
		int fd = names_open(r->folder, s.path, &why);
		if (fd >= 0) {
			close(fd);
		} else if (why.code != ERR_IO) {
			gone++;
			rc = segment_set_deleted(r->db, s.id, when_now_ms(), e);
		}
	}
	segment_free(&s);
	if (gone > 0)
		log_warn("recording: %d segments of %s are no longer there; their rows are marked deleted", gone, r->o.folder);
	return rc;
}

void
record_tidy(struct recorder *r)
{
	struct err e;
	int rc = look_at_rows(r, &e);
	for (size_t i = 0; rc == 0 && i < r->nleft && !stopped(r); i++)
		rc = look_at_file(r, r->left[i], &e);
	if (rc != 0)
		record_failed(r, &e);
}
