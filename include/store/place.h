/*
 * Floor 1.  The place where a database lies, or is to lie.
 */
#ifndef FOOTFALL_STORE_PLACE_H
#define FOOTFALL_STORE_PLACE_H

#include "base/err.h"
#include "store/db.h"

/* Can path be opened in that mode?  DB_CREATE makes an empty file where there is none. Codes as of db_open. */
int place_look(const char *path, enum db_mode mode, struct err *e);

#endif
