/*
 * Floor 2.  Pictures from the capture process to this one, without copying them through a pipe.
 *
 * Slots lie in a memfd that both sides map; what is in which slot is told over an AF_UNIX SOCK_SEQPACKET socket, one
 * struct ring_message a packet.  The capture process has the list of free slots: it takes one, fills it and tells
 * (RING_FRAME); the reader gives it back (RING_FREE).  A picture of another size needs a new ring: the memfd comes
 * with a RING_SHAPE; the old one stays mapped for as long as somebody reads a frame in it.
 *
 * The reader trusts nothing that it is told.  A capture process runs decoders on what a network sends; were it
 * taken over, it could send any picture, and no more: sizes, slot numbers and the memfd itself are
 * checked (sealed against shrinking, or reading it could kill the reader).
 */
#ifndef FOOTFALL_CAMERA_RING_H
#define FOOTFALL_CAMERA_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	RING_SLOTS = 4,
	RING_SIDE_MAX = 32767,	/* of a picture */
	RING_MAPS = 16,		/* rings at once of which somebody still reads a frame */
	RING_TEXT = 512,
	RING_ADDRESS = 16384
};

enum ring_kind {
	/* from the capture process */
	RING_OPENED = 1,	/* the source was opened; a picture has yet to come */
	RING_SHAPE,		/* ring, width, height; the memfd comes with it */
	RING_FRAME,		/* ring, slot, number, captured_ms */
	RING_WARNING,		/* text: what the user should know, though it goes on */
	RING_ENDED,		/* a recording or standard input is at its end */
	RING_FAILED,		/* code, text: it cannot go on */
	/* to the capture process */
	RING_FREE		/* ring, slot */
};

struct ring_message {
	uint32_t kind, ring, slot;
	int32_t width, height, code;
	int64_t number;		/* of the frame, from 0 in each capture process, lost ones counted */
	int64_t captured_ms;	/* when_monotonic_ms(), the same clock in both processes */
	char text[RING_TEXT];
};

/* The first packet to the capture process: what to do. */
struct ring_setup {
	int32_t source;		/* enum camera_kind */
	int32_t raw_width, raw_height;
	bool udp, loop, fast, verbose;
	int64_t open_ms, stall_ms, max_pixels;
	char raw_pixels[16];
	char address[RING_ADDRESS];
};

/* ---- the capture process's side ---- */

struct ring_writer;

struct ring_writer *ring_writer_new(int fd, int64_t max_pixels);	/* fd stays the caller's */
void ring_writer_free(struct ring_writer *w);
/*
 * Where the next frame goes: 3 * width bytes a row, one row after the other.  Up to RING_SLACK bytes behind the last row may be
 * written too.  1: it is in *to; 0: no slot is free, and the frame counts as lost (wait: never, it waits for one);
 * -1: the reader is gone (ERR_NONE), or there can be no such picture (ERR_DATA).
 */
enum { RING_SLACK = 4096 };
int ring_writer_slot(struct ring_writer *w, int width, int height, bool wait, unsigned char **to, struct err *e);
/* The slot got last is filled.  -1: the reader is gone. */
int ring_writer_frame(struct ring_writer *w, int64_t captured_ms);
/* A message of kind; text NULL: none.  -1: the reader is gone. */
int ring_writer_tell(struct ring_writer *w, enum ring_kind kind, enum err_code code, const char *text);
/* Waits until when_monotonic_ms() is t_ms.  -1: the reader is gone. */
int ring_writer_wait(struct ring_writer *w, int64_t t_ms);
bool ring_writer_closed(struct ring_writer *w);		/* the reader is gone */

/* ---- the reader's side ---- */

struct ring_reader;

/* A frame in its slot; it stays mapped until ring_release. */
struct ring_frame {
	int64_t lost;		/* frames since the one before, in the same capture process */
	int64_t captured_ms;
	int width, height;
	const unsigned char *pixels;
	int slot, map;
};

enum ring_result {
	RING_NOTHING,		/* no message now */
	RING_MESSAGE,		/* m; a frame is in f */
	RING_CLOSED,		/* the capture process is gone */
	RING_NONSENSE		/* what it sent cannot be; e says what: it is to be killed */
};

struct ring_reader *ring_reader_new(int64_t max_pixels);
void ring_reader_free(struct ring_reader *r);			/* unmaps everything */
/* A new capture process at the other end of fd, or none any more (-1).  fd stays the caller's. */
void ring_reader_attach(struct ring_reader *r, int fd);
/* Takes what has come, without waiting.  One thread only. */
enum ring_result ring_receive(struct ring_reader *r, struct ring_message *m, struct ring_frame *f, struct err *e);
void ring_release(struct ring_reader *r, int map, int slot);	/* from any thread */

#endif
