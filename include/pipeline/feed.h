/*
 * Floor 4.  The two kinds of source behind source.c: something that gives frames with
 * times, one after the other.
 */
#ifndef FOOTFALL_PIPELINE_FEED_H
#define FOOTFALL_PIPELINE_FEED_H

#include "pipeline/source.h"

enum { FEED_HOLE = 2 };

struct feed {
	bool holes;	/* frames may turn out to be unreadable, so those that are stored are read again: the end must tell the same */
	/* 1 a frame, 0 the end, -1 failure, FEED_HOLE one that counts but cannot be had. im NULL: the picture is not wanted. */
	int (*next)(struct feed *f, struct vision_image *im, int64_t *time_ms, struct err *e);
	/* Time of the next frame, where it is known before reading; false at the end. NULL: never known. */
	bool (*peek)(struct feed *f, int64_t *time_ms);
	/* As source_complaint; read: frames that were read. */
	bool (*complaint)(struct feed *f, int64_t read, struct err *e);
	void (*close)(struct feed *f);
};

/* Fill info but for rate. */
int recording_open(struct feed **out, const struct input *in, const struct source_options *o, struct source_info *info, struct err *e);
int pictures_open(struct feed **out, const struct input *in, const struct source_options *o, struct source_info *info, struct err *e);

#endif
