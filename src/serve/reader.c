/*
 * A connection for reading that comes back.
 *
 * A file that was put in the place of the database (a restored backup) has another inode; SQLite would go on
 * reading the old one.
 */
#include "serve/reader.h"

#include <sys/stat.h>

#include "store/store.h"

void
reader_drop(struct reader *r)
{
	db_close(r->db);
	r->db = NULL;
}

struct db *
reader_get(struct reader *r, struct err *e)
{
	struct stat st;
	/* looked at before it is opened: when it is replaced in between, the next call sees it */
	bool there = stat(r->path, &st) == 0;
	if (r->db != NULL && there && st.st_dev == r->device && st.st_ino == r->inode)
		return r->db;
	reader_drop(r);
	if (store_open_read(&r->db, r->path, r->timeout_ms, e) != 0) {
		r->db = NULL;
		return NULL;
	}
	r->device = there ? st.st_dev : 0;
	r->inode = there ? st.st_ino : 0;
	return r->db;
}
