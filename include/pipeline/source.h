/*
 * Floor 4.  Where frames come from: a recording or a set of pictures, read in order, each with its number
 * and time. Used by one thread.
 */
#ifndef FOOTFALL_PIPELINE_SOURCE_H
#define FOOTFALL_PIPELINE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sha256.h"
#include "pipeline/input.h"
#include "vision/vision.h"

/* Which frames are analysed. */
struct sampling {
	int64_t every;			/* each N-th frame read, from 1 */
	double fps;			/* > 0: at most so many a second of recording, on a fixed grid */
	bool has_from, has_to;		/* only frames with from <= t < to ... */
	bool from_absolute, to_absolute;	/* ... as UTC time, else as place in the recording */
	int64_t from_ms, to_ms;
};

struct source_options {
	struct sampling sampling;
	bool has_start;
	int64_t start_ms;		/* --start */
	int64_t max_pixels;
	int64_t picture_interval_ms;
	bool unhashed;			/* a recording's sha256 is not wanted and stays empty */
};

struct source_info {
	const char *kind;		/* "file" or "images" */
	int width, height;		/* of the recording, or the first picture */
	double fps;			/* nominal; 0 unknown */
	int64_t frames;			/* how many it should have; 0 unknown */
	int64_t start_ms;
	const char *clock;		/* "option", "name", "container", "none" */
	double rate;			/* nominal frames analysed a second; 0 unknown */
	const char *times;		/* what frames' times come from: "stream", "names", "interval" */
	char sha256[SHA256_HEX];	/* of the contents */
};

struct source;

/* ERR_INPUT, ERR_DATA, ERR_IO, each naming the path. */
int source_open(struct source **out, const struct input *in, const struct source_options *o, struct source_info *info, struct err *e);
void source_close(struct source *s);

/*
 * The next frame to be analysed. 1: image, number and time are set; 0: the end; -1: it cannot go on (what was read before is good).
 * Frames up to number `known` are wanted without their picture (they are stored already): for them *has_image is false and im is
 * left alone, unless want_all.
 */
struct source_frame {
	int64_t number;
	int64_t time_ms;
	bool has_image;
};
int source_next(struct source *s, struct vision_image *im, int64_t known, bool want_all, struct source_frame *out, struct err *e);
/* Frames read so far, analysed or not. */
int64_t source_read(const struct source *s);
/*
 * After the end: what was wrong with the input though it could be read to some end (truncated, pictures that could not be decoded).
 * Returns false when all was well.
 */
bool source_complaint(const struct source *s, struct err *e);

#endif
