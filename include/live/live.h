/*
 * Floor 5.  Live sources: from cameras to rows, for as long as it takes.
 *
 *	camera thread (one a source): frame() --> the newest frame, waiting
 *	                                              |
 *	workers (one set of networks each) <----------+    taken in turn over the sources
 *	      |
 *	      +--> results in order (one ring a source) --> the calling thread: the only one that writes
 *	                                                        |
 *	                                  rows, minutes, gaps --+-- minutes' lines, recorder, live pictures
 *
 * Latency cannot grow: a source has one waiting frame, which a newer one replaces, and a fixed number of frames is under way.
 * What every thread shares is guarded by one mutex (live/parts.h), held for moments; pictures are copied, looked at and
 * analysed without it.
 */
#ifndef FOOTFALL_LIVE_LIVE_H
#define FOOTFALL_LIVE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "camera/address.h"
#include "conf/settings.h"
#include "pipeline/crew.h"

struct live_options {
	const struct settings *settings;
	const struct crew *crew;
	/* The sources; names are set and different.  Taken: what they hold is empty afterwards, the array stays the caller's. */
	struct camera_address *addresses;
	size_t naddresses;
	const char *db;
	double fps;			/* 0: no cap */
	int64_t duration_ms;		/* 0: for ever */
	bool loop;			/* files begin again */
	bool json;			/* minutes as JSON lines, else as text */
	bool serve;
	const char *record;		/* folder; NULL: nothing is recorded */
	/*
	 * Settings, and the sources that they name, as they would be for a start now (SIGHUP).  The sources stay as they are when *out is
	 * left NULL; else new memory for live_addresses_free.
	 */
	int (*reload)(void *context, struct settings *out, struct camera_address **addresses, size_t *n, struct err *e);
	void *context;
};

/*
 * Runs until stopped (SIGINT, SIGTERM: 0), until the duration is over (0), or until all sources are at their end: 0; when all failed, the
 * code of the first; ERR_PARTIAL when some did.  ERR_IO: the database could not be written for a minute, or standard output not at all;
 * codes of serve_start, recorder_open, uploader_open and prune_plan_from.
 */
int live_run(const struct live_options *o, struct err *e);

/* n addresses and the array. */
void live_addresses_free(struct camera_address *a, size_t n);
/*
 * Names those that have none: a device "video0", a recording its file's name, a stream its place ("10.0.0.7/stream1"), "gst", "stdin".
 * ERR_USAGE: two of the same name.
 */
int live_addresses_name(struct camera_address *a, size_t n, struct err *e);

#endif
