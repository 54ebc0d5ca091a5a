/*
 * Floor 1.  The parts of the probe.  Private to src/vision/probe*.c.
 */
#ifndef FOOTFALL_VISION_PROBE_PARTS_H
#define FOOTFALL_VISION_PROBE_PARTS_H

#include <stddef.h>

#include "vision/probe.h"

/* Lists in a file (boxes, chunks, segments) are given up after so many members: hours of recording have fewer. */
enum { PROBE_STEPS = 1 << 20 };

struct probe_file {
	int fd;
	int64_t size;
	int error;		/* errno of a read that failed, 0: none */
};

/* Reads n bytes at offset; false when they are not all there. */
bool probe_read(struct probe_file *f, int64_t offset, void *out, size_t n);

uint32_t probe_be32(const unsigned char *p);
uint64_t probe_be64(const unsigned char *p);
uint32_t probe_le32(const unsigned char *p);

/* Takes a creation time if it is one: what lies before 1970 or after 2200 is a clock that was not set. */
void probe_created(struct probe *p, int64_t ms);

void probe_jpeg(struct probe_file *f, struct probe *p);
void probe_png(struct probe_file *f, struct probe *p);
void probe_mp4(struct probe_file *f, struct probe *p);
void probe_matroska(struct probe_file *f, struct probe *p);
void probe_avi(struct probe_file *f, struct probe *p);

#endif
