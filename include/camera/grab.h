/*
 * Floor 2.  Sources as the capture process sees them: each fills slots until it cannot go on.
 *
 * 0: a recording or standard input is at its end.  -1: it failed, and e says why in words for people;
 * e->code ERR_NONE: nobody is there to take frames any more.
 */
#ifndef FOOTFALL_CAMERA_GRAB_H
#define FOOTFALL_CAMERA_GRAB_H

#include "base/err.h"
#include "camera/ring.h"

int grab_stream(const struct ring_setup *s, struct ring_writer *w, struct err *e);
int grab_device(const struct ring_setup *s, struct ring_writer *w, struct err *e);	/* V4L2 and GStreamer */
int grab_stdin(const struct ring_setup *s, struct ring_writer *w, struct err *e);
int grab_file(const struct ring_setup *s, struct ring_writer *w, struct err *e);

#endif
