/*
 * Frames spread over a recording whose length need not be known: every k-th frame is kept, and whenever there are too
 * many, every other one goes and k doubles.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/when.h"
#include "pipeline/bench.h"
#include "pipeline/stop.h"

/* How many frames of this size may be held. */
static size_t
room(const struct source_info *info)
{
	const int64_t each = 3 * (int64_t)info->width * info->height, fit = each > 0 ? BENCH_BYTES / each : 1;
	/* Even, so that dropping every other one leaves those at multiples of the doubled step. */
	return fit >= BENCH_FRAMES ? BENCH_FRAMES : fit < 2 ? 1 : (size_t)(fit / 2 * 2);
}

static void
thin(struct bench_sample *s)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (i % 2 == 0)
			s->v[kept++] = s->v[i];
		else
			vision_image_free(s->v[i]);
	}
	for (size_t i = kept; i < s->n; i++)
		s->v[i] = NULL;
	s->n = kept;
}

static size_t
common_divisor(size_t a, size_t b)
{
	while (b != 0) {
		size_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* In steps of the golden section of them, round and round: every beginning of that order is spread evenly. */
static void
spread(struct bench_sample *s)
{
	struct vision_image *ordered[BENCH_FRAMES] = { NULL };
	size_t step = (s->n * 618 + 500) / 1000;
	if (step == 0)
		step = 1;
	while (common_divisor(step, s->n) != 1)
		step++;
	for (size_t i = 0; i < s->n; i++)
		ordered[i] = s->v[i * step % s->n];
	for (size_t i = 0; i < s->n; i++)
		s->v[i] = ordered[i];
}

int
bench_sample_take(struct bench_sample *s, const struct input *in, const struct source_options *o, struct err *e)
{
	*s = (struct bench_sample) { .in = in, .source = *o };
	struct source *src = NULL;
	struct vision_image *spare = NULL;
	int64_t step = 1, wanted = 0, first_ms = 0, last_ms = 0;
	int got = -1;

	if (source_open(&src, in, o, &s->info, e) != 0)
		goto out;
	const size_t most = room(&s->info);
	const int64_t began = when_monotonic_ms();
	for (;;) {
		struct source_frame f;
		if (stop_requested()) {
			got = err_set(e, ERR_INTERRUPTED, "interrupted while looking for frames");
			goto out;
		}
		if (when_monotonic_ms() - began > BENCH_LOOK_MS && s->n > 0)
			break;
		if (spare == NULL)
			spare = vision_image_new();
		got = source_next(src, spare, wanted - 1, false, &f, e);
		if (got < 0 && s->n == 0)
			goto out;
		if (got <= 0)
			break;
		if (s->seen++ == 0)
			first_ms = f.time_ms;
		last_ms = f.time_ms;
		if (f.number < wanted || !f.has_image)
			continue;
		if (s->n == most) {
			if (most == 1)
				continue;
			thin(s);
			step *= 2;
		}
		/* With an even number held, the frame at hand is at a multiple of the doubled step too. */
		wanted = f.number + step;
		s->v[s->n++] = spare;
		spare = NULL;
	}
	s->whole = got == 0;
	s->seen_ms = last_ms - first_ms;
	if (s->n == 0) {
		err_set(e, ERR_DATA, "%s: not one frame could be decoded", in->path);
		got = -1;
		goto out;
	}
	if (got < 0)
		log_warn("%s; what was read before that is measured on", e->msg);
	s->rate = s->info.fps;
	if (s->rate <= 0 && s->seen_ms > 0)
		s->rate = 1000 * (double)(s->seen - 1) / (double)s->seen_ms;
	for (size_t i = 0; i < s->n; i++)
		s->bytes += 3 * (int64_t)vision_image_width(s->v[i]) * vision_image_height(s->v[i]);
	spread(s);
	got = 0;
out:
	vision_image_free(spare);
	source_close(src);
	return got < 0 ? -1 : 0;
}

void
bench_sample_free(struct bench_sample *s)
{
	for (size_t i = 0; i < BENCH_FRAMES; i++)
		vision_image_free(s->v[i]);
	*s = (struct bench_sample) { 0 };
}
