/*
 * Frames in order, each with its number and time. The two kinds of source differ only in how the next
 * frame is fetched (recording.c, pictures.c); choosing among frames and keeping time are here.
 */
#include "pipeline/source.h"

#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "pipeline/feed.h"

struct source {
	struct feed *feed;
	struct sampling sampling;
	int64_t start_ms;
	char *path;
	int64_t read;		/* frames read, also the number of the next one */
	int64_t in_range;	/* of them between from and to */
	int64_t last_tick;	/* of the grid of sampling.fps */
	int64_t last_ms;
	bool has_last, warned;
};

static double
nominal_rate(const struct source_options *o, const struct source_info *info)
{
	double rate = info->fps > 0 ? info->fps / (double)o->sampling.every : 0;
	if (o->sampling.fps > 0 && (rate <= 0 || o->sampling.fps < rate))
		rate = o->sampling.fps;
	return rate;
}

int
source_open(struct source **out, const struct input *in, const struct source_options *o, struct source_info *info, struct err *e)
{
	*out = NULL;
	*info = (struct source_info) { 0 };
	struct feed *feed;
	int r = in->pictures != NULL ? pictures_open(&feed, in, o, info, e) : recording_open(&feed, in, o, info, e);
	if (r != 0)
		return -1;
	info->rate = nominal_rate(o, info);
	struct source *s = mem_alloc(sizeof *s);
	s->feed = feed;
	s->sampling = o->sampling;
	s->start_ms = info->start_ms;
	s->path = mem_strdup(in->path);
	s->last_tick = INT64_MIN;
	*out = s;
	return 0;
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	s->feed->close(s->feed);
	free(s->path);
	free(s);
}

/* Some files have time stamps that stand still or go back; time here never does. */
static int64_t
keep_order(struct source *s, int64_t time_ms)
{
	if (s->has_last && time_ms < s->last_ms) {
		if (!s->warned)
			log_warn("%s: time stamps go back at frame %lld (by %lld ms); such frames keep the time before them",
			    s->path, (long long)s->read, (long long)(s->last_ms - time_ms));
		s->warned = true;
		return s->last_ms;
	}
	s->last_ms = time_ms;
	s->has_last = true;
	return time_ms;
}

static bool
before(int64_t bound, bool absolute, int64_t time_ms, int64_t start_ms)
{
	return time_ms < (absolute ? bound : start_ms + bound);
}

/* Before --from? */
static bool
too_early(const struct source *s, int64_t time_ms)
{
	const struct sampling *p = &s->sampling;
	return p->has_from && before(p->from_ms, p->from_absolute, time_ms, s->start_ms);
}

/* At --to or after it? */
static bool
too_late(const struct source *s, int64_t time_ms)
{
	const struct sampling *p = &s->sampling;
	return p->has_to && !before(p->to_ms, p->to_absolute, time_ms, s->start_ms);
}

/* Is the frame with this time, the n-th one in range, to be analysed? */
static bool
chosen(struct source *s, int64_t n, int64_t time_ms)
{
	if (s->sampling.fps > 0) {
		/* the first frame at or after each tick; half a millisecond for rounded time stamps */
		int64_t tick = (int64_t)floor(((double)(time_ms - s->start_ms) + 0.5) * s->sampling.fps / 1000);
		if (tick == s->last_tick)
			return false;
		s->last_tick = tick;
		return true;
	}
	return n % s->sampling.every == 0;
}

/*
 * Whether the picture of a recording's next frame is needed is only known after its time stamp; but a frame whose number
 * already rules it out need not be converted, which is most of the cost of skipping. Pictures tell their time beforehand.
 */
static bool
surely_skipped(struct source *s, int64_t known, bool want_all)
{
	const struct sampling *p = &s->sampling;
	int64_t ahead;
	if (s->feed->peek != NULL && s->feed->peek(s->feed, &ahead) && (too_early(s, ahead) || too_late(s, ahead)))
		return true;
	if (s->read <= known && !want_all && !s->feed->holes)
		return true;
	return p->fps <= 0 && !p->has_from && s->in_range % p->every != 0;
}

int
source_next(struct source *s, struct vision_image *im, int64_t known, bool want_all, struct source_frame *out, struct err *e)
{
	for (;;) {
		bool skip = surely_skipped(s, known, want_all);
		int64_t time_ms;
		int r = s->feed->next(s->feed, skip ? NULL : im, &time_ms, e);
		if (r <= 0)
			return r;
		time_ms = keep_order(s, time_ms);
		int64_t number = s->read;
		if (too_late(s, time_ms))
			return 0;
		s->read++;
		if (r == FEED_HOLE || too_early(s, time_ms))
			continue;
		int64_t n = s->in_range++;
		if (!chosen(s, n, time_ms))
			continue;
		*out = (struct source_frame) { .number = number, .time_ms = time_ms, .has_image = !skip };
		return 1;
	}
}

int64_t
source_read(const struct source *s)
{
	return s->read;
}

bool
source_complaint(const struct source *s, struct err *e)
{
	return s->feed->complaint(s->feed, s->read, e);
}
