/*
 * Floor 1.  Finding, making and taking up the row of a run.
 */
#ifndef FOOTFALL_STORE_RUN_H
#define FOOTFALL_STORE_RUN_H

#include <stdbool.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store.h"

/* What store_begin does, inside a transaction that the caller began.  st: the prepared statements of store_statements. */
int run_begin(struct db *d, struct stmt *const *st, const struct store_run *spec, bool force,
	struct store_begun *out, struct err *e);

#endif
