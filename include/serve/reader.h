/*
 * Floor 4.  A connection for reading that comes back: a database that is away, locked or replaced is an error of this
 * moment, and the next one may find it again.  One thread at a time.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_READER_H
#define FOOTFALL_SERVE_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "store/db.h"

struct reader {
	const char *path;		/* borrowed */
	int timeout_ms;
	struct db *db;			/* NULL: not open */
	dev_t device;			/* of the file that is open */
	ino_t inode;
};

/* The connection, NULL when there is none to be had now.  It is that of the file which has the name now. */
struct db *reader_get(struct reader *r, struct err *e);
/* After a failure of a query: the next reader_get opens anew. */
void reader_drop(struct reader *r);

#endif
