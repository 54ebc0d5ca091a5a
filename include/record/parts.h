/*
 * Floor 2.  Private to src/record: what the recorder's two threads share.
 *
 * The encoder (encode.c) takes frames and writes segments; the keeper (keep.c) owns the database connection and does what
 * takes its time with a written segment: finishing the file, its SHA-256, its row, the quota.  So frames are not left out
 * while a large segment is read again.
 */
#ifndef FOOTFALL_RECORD_PARTS_H
#define FOOTFALL_RECORD_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"
#include "store/db.h"
#include "store/segment.h"

/* Frames that may wait for the encoder, of all sources. */
enum { RECORD_SLOTS = 8 };
/* What is left free on the disk, so that the database beside the recordings can go on. */
#define RECORD_RESERVE (INT64_C(64) << 20)

/* A segment on its way from the encoder to its row. */
struct record_job {
	struct record_job *next;
	struct segment segment;		/* bytes and sha256 not yet */
	char *part;			/* path while it is written, in the folder */
	struct vision_writer *writer;	/* to be closed; NULL: done */
	bool named;			/* only its row is missing */
	int fails;			/* the recorder's when it was begun */
};

struct record_slot {
	char *source;
	int64_t run_id;
	struct vision_image *im;
	struct frame_result result;
};

struct recorder {
	struct record_options o;	/* its folder is absolute, its texts are ours */
	int folder, lock_file;		/* descriptors */
	pthread_t encoder, keeper;

	pthread_mutex_t lock;		/* of all below up to the blank line */
	pthread_cond_t frame, job;	/* there is one, or the end */
	struct record_slot slots[RECORD_SLOTS];
	struct record_slot *free[RECORD_SLOTS], *ready[RECORD_SLOTS];	/* ready: oldest first */
	size_t nfree, nready;
	struct record_job *jobs, **jobs_end;
	bool stop;			/* no more frames come */
	int64_t stop_ms;		/* since then, of the monotonic clock */
	bool encoded;			/* no more jobs come */
	bool halt;			/* the encoder is to leave out the rest of the minute */
	int fails;
	int64_t open_bytes;		/* of segments that are being written */
	struct recorder_status status;

	pthread_mutex_t folders;	/* so that none is removed in which a file is about to be made */

	struct db *db;			/* the keeper's */
	char **left;			/* so are these: paths that were in the folder when it was opened */
	size_t nleft;
};

/* "folder/path", new memory. */
char *record_path(const struct recorder *r, const char *path);
/* names_remove, while the encoder makes no file. */
int record_remove(struct recorder *r, const char *path, struct err *e);
/* Something failed: logged when it is the first after a success, and tried again with the next minute. */
void record_failed(struct recorder *r, const struct err *e);
void record_job_free(struct record_job *j);
/* The threads. */
void *record_encode(void *recorder);
void *record_keep(void *recorder);

/* tidy.c.  Notes what is in the folder, before the encoder adds to it. */
void record_note(struct recorder *r);
/* Makes what was left there agree with the rows; ends early when the recorder is to stop. */
void record_tidy(struct recorder *r);

#endif
