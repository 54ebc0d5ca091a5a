/*
 * Live pictures for the page: drawn and encoded only while somebody looks, and not more often than an eye needs to see
 * that it lives.
 */
#include "live/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/when.h"
#include "pipeline/annotate.h"

enum { BETWEEN_MS = 500, QUALITY = 80 };

static int
draw(struct live_source *s, const struct vision_image *from, const struct frame_result *r, struct err *e)
{
	struct core *core = s->core;
	struct vision_image *im = core->picture;
	unsigned char *jpeg;
	size_t size;
	if (vision_image_copy(im, from, e) != 0)
		return -1;
	for (size_t i = 0; i < r->nfaces && strcmp(core->now.serve_picture, "blurred") == 0; i++) {
		const struct box *b = &r->faces[i].box;
		vision_blur(im, b->x, b->y, b->w, b->h);
	}
	annotate_frame(im, r, crew_has(core->options->crew, TASK_PERSON));
	if (vision_image_encode(im, QUALITY, &jpeg, &size, e) != 0)
		return -1;
	serve_picture(core->serve, s->address->name, jpeg, size);
	free(jpeg);
	return 0;
}

void
pictures_show(struct live_source *s, const struct vision_image *im, const struct frame_result *r)
{
	struct core *core = s->core;
	int64_t now = when_monotonic_ms();
	struct err e;
	if (core->serve == NULL || core->picture == NULL || now - s->picture_ms < BETWEEN_MS || !serve_watched(core->serve))
		return;
	s->picture_ms = now;
	if (draw(s, im, r, &e) == 0)
		return;
	log_warn("%s: no live pictures any more: %s", s->address->name, e.msg);
	vision_image_free(core->picture);
	core->picture = NULL;
}
