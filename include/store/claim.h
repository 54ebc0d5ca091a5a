/*
 * Floor 1.  Who is live on a source: a lock on the byte of the source's id in the file DATABASE-live (live.h says why there).
 * The file is made when missing, is empty, and is never deleted.
 */
#ifndef FOOTFALL_STORE_CLAIM_H
#define FOOTFALL_STORE_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct claim;

int claim_open(struct claim **out, const char *db_path, struct err *e);
/* 1: source is ours now; 0: somebody else has it; -1: failure. */
int claim_take(struct claim *c, int64_t source, struct err *e);
void claim_close(struct claim *c);	/* gives up all of them; NULL is fine */

/* Is anybody live on it?  1, 0, or -1.  Makes no file. */
int claim_is_taken(const char *db_path, int64_t source, struct err *e);

#endif
