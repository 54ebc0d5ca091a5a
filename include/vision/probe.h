/*
 * Floor 1.  What a file says of itself, read in C before any decoder sees it.
 * Never trusts a length: every read is bounded, a hostile file costs nothing.
 */
#ifndef FOOTFALL_VISION_PROBE_H
#define FOOTFALL_VISION_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum probe_kind {
	PROBE_UNKNOWN,		/* not recognised: left to FFmpeg */
	PROBE_JPEG, PROBE_PNG,
	PROBE_MP4,		/* and MOV */
	PROBE_MATROSKA,		/* and WebM */
	PROBE_AVI,
	PROBE_LFS_POINTER,	/* the text that Git LFS leaves in place of a file */
	PROBE_TEXT		/* printable text */
};

struct probe {
	enum probe_kind kind;
	int64_t size;		/* bytes in the file */
	int width, height;	/* JPEG, PNG: as coded; else 0 */
	bool has_created;
	int64_t created_ms;	/* MP4 mvhd creation_time, Matroska DateUTC, AVI IDIT; UTC */
	bool truncated;		/* the format's own lengths reach past the end, or its end mark is missing */
	int64_t declared;	/* bytes that it should have, when truncated and known; else 0 */
};

/*
 * ERR_INPUT: missing, no permission, a directory, not a regular file.
 * ERR_DATA: empty.  ERR_IO: reading failed.
 */
int probe_file(const char *path, struct probe *out, struct err *e);

#endif
