/*
 * A recording: decoded by FFmpeg through the bridge, timed by its own time stamps.
 */
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "pipeline/feed.h"
#include "vision/probe.h"

struct recording {
	struct feed feed;
	char *path;
	struct vision_capture *capture;
	struct probe probe;
	int64_t start_ms;
	bool ended;		/* read to its end, not only to --to */
};

static int
next(struct feed *f, struct vision_image *im, int64_t *time_ms, struct err *e)
{
	struct recording *r = (struct recording *)f;
	double pts;
	int got = im != NULL ? vision_capture_read(r->capture, im, &pts, e) : vision_capture_skip(r->capture, &pts, e);
	if (got < 0)
		return err_wrap(e, "%s", r->path);
	if (got == 0) {
		r->ended = true;
		return 0;
	}
	if (!isfinite(pts) || fabs(pts) > 1e13)
		return err_set(e, ERR_DATA, "%s: the stream has no time stamps; give it some: ffmpeg -framerate RATE -i IN -c copy OUT.mkv", r->path);
	*time_ms = r->start_ms + llround(pts);
	return 1;
}

static bool
complaint(struct feed *f, int64_t read, struct err *e)
{
	struct recording *r = (struct recording *)f;
	if (!r->ended)
		return false;
	if (read == 0) {
		err_set(e, ERR_DATA, "%s: not one frame could be decoded", r->path);
		return true;
	}
	if (r->probe.truncated && r->probe.declared > r->probe.size) {
		err_set(e, ERR_DATA, "%s: truncated: %lld of %lld bytes are there; %lld frames could be read",
		    r->path, (long long)r->probe.size, (long long)r->probe.declared, (long long)read);
		return true;
	}
	if (r->probe.truncated) {
		err_set(e, ERR_DATA, "%s: truncated; %lld frames could be read", r->path, (long long)read);
		return true;
	}
	return false;
}

static void
close_recording(struct feed *f)
{
	struct recording *r = (struct recording *)f;
	vision_capture_close(r->capture);
	free(r->path);
	free(r);
}

/* The start of a recording and who says so, in the order of the manual. */
static void
find_start(const struct recording *r, const struct source_options *o, struct source_info *info)
{
	int64_t ms = 0;
	if (o->has_start) {
		info->start_ms = o->start_ms;
		info->clock = "option";
	} else if (when_from_name(r->path, &ms) == 0) {
		info->start_ms = ms;
		info->clock = "name";
	} else if (r->probe.has_created) {
		info->start_ms = r->probe.created_ms;
		info->clock = "container";
	} else {
		info->start_ms = 0;
		info->clock = "none";
	}
}

int
recording_open(struct feed **out, const struct input *in, const struct source_options *o, struct source_info *info, struct err *e)
{
	struct recording *r = mem_alloc(sizeof *r);
	r->feed = (struct feed) { .next = next, .complaint = complaint, .close = close_recording };
	r->path = mem_strdup(in->path);
	if (probe_file(in->path, &r->probe, e) != 0)
		goto fail;
	if (r->probe.kind == PROBE_LFS_POINTER) {
		err_set(e, ERR_DATA, "%s: only a Git LFS pointer, not the recording itself; git lfs pull brings it", in->path);
		goto fail;
	}
	struct vision_capture_info ci;
	if (vision_capture_open(&r->capture, in->path, &ci, e) != 0) {
		if (r->probe.truncated)
			err_set(e, ERR_DATA, "%s: truncated, and its index is missing: nothing in it can be read", in->path);
		goto fail;
	}
	if ((int64_t)ci.width * ci.height > o->max_pixels) {
		err_set(e, ERR_DATA, "%s: %dx%d is more than input.max_pixels = %lld", in->path, ci.width, ci.height, (long long)o->max_pixels);
		goto fail;
	}
	if (!o->unhashed) {
		log_verbose("%s: reading it once for its SHA-256", in->path);
		if (file_sha256(in->path, info->sha256, NULL, e) != 0)
			goto fail;
	}
	if (r->probe.truncated)
		log_warn("%s: truncated; what can be read will be analysed", in->path);
	info->kind = "file";
	info->width = ci.width;
	info->height = ci.height;
	info->fps = ci.fps;
	info->frames = ci.frames;
	info->times = "stream";
	find_start(r, o, info);
	r->start_ms = info->start_ms;
	*out = &r->feed;
	return 0;
fail:
	close_recording(&r->feed);
	return -1;
}
