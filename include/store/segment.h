/*
 * Floor 1.  Rows of recorded segments: what lies in a folder of recordings, what was uploaded, what was deleted.
 *
 * Each function is one statement, so that a program that writes results into the same database is hardly ever kept waiting.
 */
#ifndef FOOTFALL_STORE_SEGMENT_H
#define FOOTFALL_STORE_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sha256.h"
#include "store/db.h"

struct segment {
	int64_t id;
	int64_t run_id;			/* 0: not known, or its run is no longer there */
	char *source;
	char *path;			/* relative to the folder */
	int64_t start_ms, end_ms;	/* times of its first and last frame */
	int64_t first_number, last_number;	/* of these frames in the run; without a run they count from 0 */
	int64_t frames, bytes;
	char sha256[SHA256_HEX];
	bool blurred;
};

void segment_free(struct segment *s);	/* what it holds */

/* Adds a row; its id is not looked at.  A run that is not there becomes none. */
int segment_add(struct db *d, const char *folder, const struct segment *s, struct err *e);
/*
 * The first one, in the order of time, of those that are not deleted.  waiting: only of those not uploaded.  after: of those
 * after that one, NULL: of all.  1: found, in new memory; 0: there is none; -1.
 */
int segment_first(struct db *d, const char *folder, bool waiting, const struct segment *after, struct segment *out, struct err *e);
/* Sum of the bytes of those that are not deleted. */
int segment_bytes(struct db *d, const char *folder, int64_t *bytes, struct err *e);
/* How many are neither uploaded nor deleted. */
int segment_waiting(struct db *d, const char *folder, int64_t *n, struct err *e);
/* 1: a row that is not deleted has this path; 0: none; -1. */
int segment_known(struct db *d, const char *folder, const char *path, struct err *e);
/* A row that was marked deleted counts again, when its file is as it says.  1: there was such a row; 0: none; -1. */
int segment_revive(struct db *d, const char *folder, const char *path, const char *sha256, int64_t bytes, struct err *e);
int segment_is_uploaded(struct db *d, int64_t id, bool *is, struct err *e);
int segment_set_uploaded(struct db *d, int64_t id, int64_t ms, struct err *e);
int segment_set_deleted(struct db *d, int64_t id, int64_t ms, struct err *e);

#endif
