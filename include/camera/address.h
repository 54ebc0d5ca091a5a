/*
 * Floor 2.  What a live source's name means.  Pure, but for @FILE.
 */
#ifndef FOOTFALL_CAMERA_ADDRESS_H
#define FOOTFALL_CAMERA_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum camera_kind {
	CAMERA_DEVICE,		/* V4L2: "0", "/dev/video0" */
	CAMERA_STREAM,		/* "rtsp://...", "rtsps://...", "http://...", "https://...", through FFmpeg */
	CAMERA_GSTREAMER,	/* "gst:PIPELINE", which ends before its appsink */
	CAMERA_STDIN,		/* "-": YUV4MPEG2, or raw frames of a size that the settings give */
	CAMERA_FILE		/* a recording played at its own pace (--realtime) */
};

struct camera_address {
	enum camera_kind kind;
	char *open;		/* what is opened, credentials and all: never printed, never stored */
	char *shown;		/* the same without them: for rows, messages and pages */
	char *name;		/* that the user gave; NULL: none */
};

/*
 * text: [NAME=]ADDRESS, or [NAME=]@FILE, the address being the first line of that file (so that a password is in no
 * list of processes).  realtime: a path may be a recording.  ERR_USAGE: what it is cannot be told; ERR_INPUT: @FILE
 * cannot be read.  Messages show no credentials.
 */
int camera_address_parse(struct camera_address *out, const char *text, bool realtime, struct err *e);
/* Length of NAME in "NAME=ADDRESS", 0: none. */
size_t camera_address_name(const char *text);
void camera_address_free(struct camera_address *a);	/* what it holds; what is secret is overwritten */
/* source.kind of the database: "camera", "stream" or, for a recording, "file". */
const char *camera_address_kind(const struct camera_address *a);

#endif
