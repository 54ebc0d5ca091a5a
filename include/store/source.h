/*
 * Floor 1.  Which row of `source` an input belongs to.
 */
#ifndef FOOTFALL_STORE_SOURCE_H
#define FOOTFALL_STORE_SOURCE_H

#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store.h"

/* Random, version 4 (RFC 9562), in the usual form of 36 characters. */
enum { UUID_TEXT = 37 };
int uuid_make(char out[UUID_TEXT], struct err *e);

/*
 * Finds the source of spec, or adds it: by source_name when that is given (ERR_USAGE when it is of another kind), else by uri.
 * st: the prepared statements of store_statements.
 */
int source_find_or_add(struct db *d, struct stmt *const *st, const struct store_run *spec, int64_t *id, struct err *e);

#endif
