/*
 * Floor 2.  The capture process: what this program does when it is started as `footfall capture-process FD`.
 *
 * It is not a command for people: all it needs, the address included, comes through the socket FD from camera.c, so
 * that nothing secret stands in a list of processes; what it has to say goes back there.  It ends when that socket is closed.
 */
#ifndef FOOTFALL_CAMERA_CAPTURE_H
#define FOOTFALL_CAMERA_CAPTURE_H

#include <stdbool.h>

#define CAPTURE_PROCESS "capture-process"

/* Is this such a start?  To be asked first in main(). */
bool capture_is(int argc, char **argv);
/* Captures until it is told or cannot; the exit status of the process. */
int capture_main(int argc, char **argv);

/* "59.27.100": libavformat, with which streams are read; NULL: this build has none, and no streams. */
const char *capture_stream_library(void);

#endif
