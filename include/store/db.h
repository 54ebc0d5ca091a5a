/*
 * Floor 1.  SQLite behind a thin wrapper: the only file that includes sqlite3.h is
 * src/store/db.c.  Parameters are bound by name, never pasted; errors show the SQL.
 * One thread owns a connection.
 */
#ifndef FOOTFALL_STORE_DB_H
#define FOOTFALL_STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct stmt;

enum db_mode {
	DB_READ,	/* never changes it; ERR_INPUT when it is missing */
	DB_WRITE,	/* must exist */
	DB_CREATE	/* made when missing */
};

const char *db_version(void);	/* SQLite's */

/*
 * Opens the file and nothing more (no schema).  timeout_ms: how long to wait for a lock.  Codes everywhere below:
 * ERR_INPUT cannot be found or opened, ERR_DATA not a database or corrupt, ERR_IO disk full, read-only, or locked past the time-out.
 */
int db_open(struct db **out, const char *path, enum db_mode mode, int timeout_ms, struct err *e);
void db_close(struct db *d);
const char *db_path(const struct db *d);
int db_exec(struct db *d, const char *sql, struct err *e);	/* one or more statements */
/* First column of the first row, 0 when there is none. */
int db_int(struct db *d, const char *sql, int64_t *out, struct err *e);
int64_t db_last_id(struct db *d);
int64_t db_changes(struct db *d);	/* rows changed by the last statement */
int db_begin(struct db *d, struct err *e);	/* BEGIN IMMEDIATE */
int db_snapshot(struct db *d, struct err *e);	/* BEGIN: until db_rollback, reads all see one state */
int db_commit(struct db *d, struct err *e);
void db_rollback(struct db *d);
bool db_in_transaction(struct db *d);
/* Has the file been removed, or another one put in its place, since it was opened?  What is written then, nobody will find. */
bool db_moved(struct db *d);
/* Switches the file to write-ahead logging, which stays so; waits for other connections like any statement. */
int db_use_wal(struct db *d, struct err *e);
/*
 * Copies the whole database into a new file through SQLite's backup interface.  ERR_USAGE: something of that name is
 * there already.  Nothing is left behind on failure.
 */
int db_backup(struct db *d, const char *to, struct err *e);

int stmt_new(struct stmt **out, struct db *d, const char *sql, struct err *e);
void stmt_free(struct stmt *s);
/* name with its colon, ":id"; a name that the SQL lacks is a mistake of ours (assert). */
void stmt_bind_int(struct stmt *s, const char *name, int64_t v);
void stmt_bind_real(struct stmt *s, const char *name, double v);	/* NaN: NULL */
void stmt_bind_text(struct stmt *s, const char *name, const char *v);	/* copied; NULL: NULL */
void stmt_bind_null(struct stmt *s, const char *name);
/* 1: a row; 0: no more (and reset, bindings kept); -1: failure (and reset). */
int stmt_step(struct stmt *s, struct err *e);
/* Runs a statement that gives no rows. */
int stmt_run(struct stmt *s, struct err *e);
void stmt_reset(struct stmt *s);
int stmt_columns(const struct stmt *s);
const char *stmt_column_name(const struct stmt *s, int i);
enum stmt_type { STMT_NULL, STMT_INT, STMT_REAL, STMT_TEXT, STMT_BLOB };
enum stmt_type stmt_type(const struct stmt *s, int i);
int64_t stmt_int(const struct stmt *s, int i);
double stmt_real(const struct stmt *s, int i);			/* NULL: NaN */
const char *stmt_text(const struct stmt *s, int i);		/* NULL when NULL; valid until the next step */
bool stmt_is(const struct stmt *s, int i, const char *text);	/* not NULL, and that text */

#endif
