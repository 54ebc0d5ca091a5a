/*
 * Floor 1.  Finding, making and taking up the row of a run.
 */
#ifndef FOOTFALL_STORE_RUN_H
#define FOOTFALL_STORE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"
#include "store/store.h"

/* Ids of the networks of a run or an evaluation; 0: none. */
struct run_models {
	int64_t person, face, gender;
};

/* An id, or NULL for 0. */
void run_bind_id(struct stmt *s, const char *name, int64_t id);
void run_bind_models(struct stmt *s, const struct run_models *m);	/* :person, :face and :gender */

/* What store_begin does, inside a transaction that the caller began.  st: the prepared statements of store_statements. */
int run_begin(struct db *d, struct stmt *const *st, const struct store_run *spec, bool force,
	struct store_begun *out, struct err *e);
/* A new run in any case, with the source and the networks that it needs; *source: its id.  In a transaction like run_begin. */
int run_begin_new(struct db *d, struct stmt *const *st, const struct store_run *spec, int64_t *source,
	struct store_begun *out, struct err *e);

#endif
