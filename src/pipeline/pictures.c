/*
 * A set of pictures as the frames of one source. Their times: each picture's own date, when all have one in their
 * names; else a fixed interval from the start.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "pipeline/feed.h"
#include "pipeline/picture.h"
#include "vision/probe.h"

struct pictures {
	struct feed feed;
	const struct input *in;
	int64_t start_ms, interval_ms, max_pixels;
	bool dated;		/* every name holds a date */
	size_t at;
	size_t failed;		/* pictures that could not be read */
	struct err first;	/* the first one's reason */
};

/* Why this picture cannot be taken, before a decoder sees it; fills p. */
static int
examine(const char *path, int64_t max_pixels, struct probe *p, struct err *e)
{
	if (probe_file(path, p, e) != 0)
		return -1;
	if (p->kind == PROBE_LFS_POINTER)
		return err_set(e, ERR_DATA, "%s: only a Git LFS pointer, not the picture itself; git lfs pull brings it", path);
	if ((p->kind == PROBE_JPEG || p->kind == PROBE_PNG) && (int64_t)p->width * p->height > max_pixels)
		return err_set(e, ERR_DATA, "%s: %dx%d is more than input.max_pixels = %lld", path, p->width, p->height, (long long)max_pixels);
	if (p->truncated)
		return err_set(e, ERR_DATA, "%s: truncated picture", path);
	return 0;
}

int
picture_load(struct vision_image *im, const char *path, int64_t max_pixels, struct err *e)
{
	struct probe p;
	if (examine(path, max_pixels, &p, e) != 0)
		return -1;
	return vision_image_load(im, path, e);
}

static int64_t
time_of(const struct pictures *s, size_t i)
{
	int64_t ms;
	if (s->dated && when_from_name(s->in->pictures[i], &ms) == 0)
		return ms;
	return s->start_ms + (int64_t)i * s->interval_ms;
}

static bool
peek(struct feed *f, int64_t *time_ms)
{
	const struct pictures *s = (const struct pictures *)f;
	if (s->at == s->in->npictures)
		return false;
	*time_ms = time_of(s, s->at);
	return true;
}

/* A picture that cannot be read leaves a hole in the numbers, is named, and fails the input in the end. */
static int
next(struct feed *f, struct vision_image *im, int64_t *time_ms, struct err *e)
{
	struct pictures *s = (struct pictures *)f;
	if (s->at == s->in->npictures)
		return 0;
	size_t i = s->at++;
	*time_ms = time_of(s, i);
	if (im == NULL)
		return 1;
	if (picture_load(im, s->in->pictures[i], s->max_pixels, e) != 0) {
		log_error("%s", e->msg);
		if (s->failed++ == 0)
			s->first = *e;
		return FEED_HOLE;
	}
	return 1;
}

static bool
complaint(struct feed *f, int64_t read, struct err *e)
{
	struct pictures *s = (struct pictures *)f;
	(void)read;
	if (s->failed == 0)
		return false;
	if (s->in->npictures == 1)
		*e = s->first;
	else
		err_set(e, s->first.code, "%s: %zu of %zu pictures could not be read", s->in->path, s->failed, s->in->npictures);
	return true;
}

static void
close_pictures(struct feed *f)
{
	free(f);
}

/* The digest of all names and contents. A missing file counts by its name alone: reading it will fail later, by name. */
static int
digest(const struct input *in, char hex[SHA256_HEX], struct err *e)
{
	struct sha256 all;
	sha256_init(&all);
	for (size_t i = 0; i < in->npictures; i++) {
		char one[SHA256_HEX] = "";
		const char *name = file_name(in->pictures[i]);
		if (file_sha256(in->pictures[i], one, NULL, e) != 0 && e->code == ERR_IO)
			return -1;
		sha256_add(&all, name, strlen(name) + 1);
		sha256_add(&all, one, strlen(one) + 1);
	}
	sha256_end(&all, hex);
	return 0;
}

static void
find_start(struct pictures *s, const struct source_options *o, struct source_info *info)
{
	int64_t ms = 0;
	s->dated = !o->has_start;
	for (size_t i = 0; i < s->in->npictures && s->dated; i++)
		s->dated = when_from_name(s->in->pictures[i], &ms) == 0;
	info->start_ms = 0;
	info->clock = "none";
	if (o->has_start) {
		info->start_ms = o->start_ms;
		info->clock = "option";
	} else if (s->dated) {
		when_from_name(s->in->pictures[0], &info->start_ms);
		info->clock = "name";
	}
}

int
pictures_open(struct feed **out, const struct input *in, const struct source_options *o, struct source_info *info, struct err *e)
{
	struct pictures *s = mem_alloc(sizeof *s);
	*s = (struct pictures) {
		.feed = { .holes = true, .next = next, .peek = peek, .complaint = complaint, .close = close_pictures },
		.in = in,
		.interval_ms = o->picture_interval_ms,
		.max_pixels = o->max_pixels,
	};
	if (digest(in, info->sha256, e) != 0) {
		free(s);
		return -1;
	}
	struct probe p;
	for (size_t i = 0; i < in->npictures && info->width == 0; i++)
		if (examine(in->pictures[i], o->max_pixels, &p, e) == 0) {
			info->width = p.width;
			info->height = p.height;
		}
	info->kind = "images";
	info->frames = (int64_t)in->npictures;
	find_start(s, o, info);
	info->times = s->dated ? "names" : "interval";
	s->start_ms = info->start_ms;
	if (!s->dated)
		info->fps = 1000 / (double)s->interval_ms;
	*out = &s->feed;
	return 0;
}
