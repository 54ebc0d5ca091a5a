/*
 * Floor 1.  Proof and repair: minute rows recomputed from the stored detections in SQL, written independently of
 * the C code that made them.
 */
#ifndef FOOTFALL_STORE_CHECK_H
#define FOOTFALL_STORE_CHECK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/db.h"

/*
 * Every finding is one line appended to findings: SQLite's integrity_check and foreign_key_check, minute rows that differ from the recomputation (missing, extra, which column), counters of runs that differ from their frames, values out of range.
 * Returns the number of findings, or -1.
 */
int64_t check_database(struct db *d, struct buf *findings, struct err *e);

/* Replaces all minute rows by the recomputation, in one transaction; frames_analyzed, first_ms, last_ms of runs too.  *changed: rows that differed. */
int check_rebuild(struct db *d, int64_t *changed, struct err *e);

#endif
