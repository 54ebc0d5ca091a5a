/*
 * Floor 2.  The capture process as its parent sees it: started, listened to, ended.
 */
#ifndef FOOTFALL_CAMERA_PROCESS_H
#define FOOTFALL_CAMERA_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "camera/camera.h"

enum { PROCESS_LINE = 400 };

struct process {
	pid_t pid;		/* 0: none */
	int fd;			/* its socket; -1: none */
	int complaints;		/* what it prints to stderr; -1: none */
	char line[PROCESS_LINE + 1], last[PROCESS_LINE + 1];	/* being read; the last whole one that was not empty */
	char reason[PROCESS_LINE + 1];	/* that GStreamer gave first; "": none */
	size_t length;
	int64_t window_ms;	/* of the lines that were let through lately */
	int lines, held_back;
};

#define PROCESS_NONE { .fd = -1, .complaints = -1 }

/* ERR_FAIL: the system gives no process or descriptors. */
int process_start(struct process *p, const struct camera_options *o, struct err *e);
/* Reads what there is on complaints; whole lines are logged (verbose), each run of the same line once, and few of them. */
void process_listen(struct process *p, const struct camera_options *o);
/*
 * Asks it to end, kills it when it has not after grace_ms, and takes its exit status.  Descriptors are closed in any case.
 * false: it does not die (a driver holds it); process_gone will tell.
 */
bool process_end(struct process *p, int grace_ms, int *status);
/* Is there none (any more)? */
bool process_gone(struct process *p);
/* "died: Segmentation fault", "ended with status 1". */
void process_fate(int status, char *out, size_t size);

#endif
