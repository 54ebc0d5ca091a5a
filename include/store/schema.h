/*
 * Floor 1.  The tables, and whether a file holds them.
 */
#ifndef FOOTFALL_STORE_SCHEMA_H
#define FOOTFALL_STORE_SCHEMA_H

#include "base/err.h"
#include "store/db.h"

/* Is this a footfall database that this program can read?  Else ERR_DATA, saying what it is instead. */
int schema_readable(struct db *d, struct err *e);

/*
 * Makes the tables in an empty database, or migrates an older one, in one transaction.  A database that is
 * neither empty nor footfall's, or newer, is ERR_DATA and not touched.
 */
int schema_make(struct db *d, struct err *e);

/* Everything that the newest schema holds, ended by NULL: kind ("table", "index", "view") and name. */
struct schema_object {
	const char *type, *name;
};
extern const struct schema_object schema_objects[];

#endif
