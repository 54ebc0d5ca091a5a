/*
 * Floor 2.  Frames kept for later training: segments of video in a folder, each with its row in the table `segment`.
 *
 * Off unless asked for.  A thread of its own encodes, so that the analysis never waits: when it cannot keep up, frames are left
 * out and counted.  A segment is written as NAME.part.mkv and gets its name when it is whole, then its row.  What a
 * crash left is looked at when the folder is opened the next time: a part is kept as far as it can be read (Matroska can, without
 * its end) or removed, a segment without a row gets one, a row without a file is marked deleted (and counts
 * again when the same file is back, as after a disk was not mounted); each with a message.  When all segments together exceed the quota the oldest are deleted (those not yet uploaded too, with a message), and their rows
 * say so.  One program at a time records into a folder.
 */
#ifndef FOOTFALL_RECORD_RECORD_H
#define FOOTFALL_RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/result.h"
#include "vision/vision.h"

struct record_options {
	const char *folder;		/* made when missing */
	const char *db;
	int timeout_ms;
	int64_t segment_ms;		/* a segment is closed when it is that long ... */
	int64_t segment_bytes;		/* ... or about that large */
	int64_t quota_bytes;		/* of all segments in the folder; 0: none */
	bool blur;			/* faces that were found are made unrecognisable before the frame is written */
	double fps;			/* nominal rate of the video; frames' true times are in their rows */
	bool upload;			/* an uploader is at work: what the quota deletes before its turn is worth a warning */
};

struct recorder;

/* ERR_IO: the folder or the database cannot be written. */
int recorder_open(struct recorder **out, const struct record_options *o, struct err *e);
/*
 * One analysed frame, copied.  source: its name; run_id: of the run that it is stored in.  Another size or another run
 * begins another segment of that source.
 */
void recorder_add(struct recorder *r, const char *source, int64_t run_id, const struct vision_image *im, const struct frame_result *f);

struct recorder_status {
	int64_t frames, left_out;	/* since it was opened */
	int64_t segments;		/* closed since then */
	int64_t bytes;			/* of all segments in the folder */
	bool failed;			/* it gave up (disk full, ...); the reason was logged once; it tries again with the next minute */
};
void recorder_status(struct recorder *r, struct recorder_status *out);
/* Closes what is open; NULL is fine. */
void recorder_close(struct recorder *r);

#endif
