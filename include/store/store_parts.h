/*
 * Floor 1.  What a writer of the database consists of.  For src/store/store.c and src/store/live.c only.
 */
#ifndef FOOTFALL_STORE_STORE_PARTS_H
#define FOOTFALL_STORE_STORE_PARTS_H

#include "store/source.h"
#include "store/statements.h"
#include "store/store.h"

struct store_counters {
	int64_t read, analyzed;
	int64_t first_ms, last_ms;	/* meaningful when analyzed > 0 */
};

struct store {
	struct db *db;
	struct stmt *st[STORE_STATEMENTS];
	int64_t run_id;			/* 0: none begun */
	char uuid[UUID_TEXT];		/* of the run; its id may come again after a deletion */
	bool writable;			/* it may take frames */
	bool failed;			/* a write failed */
	bool lost;			/* the run belongs to another process now */
	struct store_counters now, committed;
	int64_t rows, since_ms;		/* of the open transaction */
	int64_t *person_ids;		/* of the frame being added */
	size_t cap_ids;
	struct claim *claim;		/* on the sources that it is live on; NULL: none */
	char *source;			/* name of that of the run, when live */
};

/* From now on s writes that run: what store_begin and live_begin do when their transaction is committed. */
int store_take(struct store *s, int64_t run_id, bool writable, struct err *e);
/* Begins a transaction unless one is open, and makes sure that the run is still ours. */
int store_transaction(struct store *s, struct err *e);
/* Gives up what is not committed; the run takes no more frames.  Returns -1. */
int store_give_up(struct store *s);

#endif
