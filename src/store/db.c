/*
 * SQLite behind a thin wrapper.
 *
 * What SQLite answers with a number becomes a sentence and an exit code here, once: a locked file, a full
 * disk and a file that is no database are common and are said plainly; whatever else goes wrong shows SQLite's words and the SQL.
 */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/place.h"

struct db {
	sqlite3 *handle;
	char *path;
	enum db_mode mode;
	int timeout_ms;
};

struct stmt {
	sqlite3_stmt *handle;
	struct db *db;
};

const char *
db_version(void)
{
	return sqlite3_libversion();
}

const char *
db_path(const struct db *d)
{
	return d->path;
}

/* The start of a statement on one line. */
static const char *
sql_line(const char *sql, char out[200])
{
	size_t n = 0;
	for (; *sql != '\0' && n < 196; sql++) {
		char c = *sql == '\n' || *sql == '\t' ? ' ' : *sql;
		if (c != ' ' || (n > 0 && out[n - 1] != ' '))
			out[n++] = c;
	}
	memcpy(out + n, *sql != '\0' ? "..." : "", *sql != '\0' ? 4 : 1);
	return out;
}

/* Cannot be opened, or cannot be read where it lies. */
static int
fail_open(const struct db *d, struct err *e)
{
	if (d->mode == DB_READ)
		return err_set(e, ERR_INPUT, "cannot read %s: SQLite has to make %s-shm beside it, and cannot: "
		    "copy the database to a folder that can be written", d->path, d->path);
	return err_set(e, ERR_INPUT, "cannot open %s or the files that SQLite keeps beside it: is the folder writable?", d->path);
}

/* Turns SQLite's answer rc into an error; sql: the statement, NULL when there is none. */
static int
fail(const struct db *d, int rc, const char *sql, struct err *e)
{
	const char *said = sqlite3_errmsg(d->handle);
	char line[200];

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_IO, "%s is locked by another process (waited %g s): try again when it is done, "
		    "or set store.timeout higher", d->path, d->timeout_ms / 1000.0);
	case SQLITE_FULL:
		return err_set(e, ERR_IO, "cannot write %s: the disk is full", d->path);
	case SQLITE_NOTADB:
		return err_set(e, ERR_DATA, "%s is not a SQLite database", d->path);
	case SQLITE_CORRUPT:
		return err_set(e, ERR_DATA, "%s is damaged (%s): restore a backup", d->path, said);
	case SQLITE_CANTOPEN:
		return fail_open(d, e);
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(e, ERR_INPUT, "cannot open %s: %s", d->path, said);
	case SQLITE_READONLY:
		/* only where there is no log yet: a new database, or another program's */
		if (rc == SQLITE_READONLY_ROLLBACK)
			return err_set(e, ERR_DATA, "%s was left in the middle of a change: a command that writes, "
			    "such as `footfall db rebuild`, undoes it", d->path);
		if (d->mode == DB_READ)
			return fail_open(d, e);
		return err_set(e, ERR_IO, "cannot write %s: it is read-only", d->path);
	case SQLITE_IOERR: {
		int number = sqlite3_system_errno(d->handle);
		return err_set(e, ERR_IO, "reading or writing %s failed: %s", d->path, number != 0 ? strerror(number) : said);
	}
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		return err_set(e, ERR_DATA, "%s: %s", d->path, said);
	case SQLITE_ERROR:
		/* our SQL is fixed text: when it does not fit, the tables are not the ones of the schema */
		return err_set(e, ERR_DATA, "%s: %s, in: %s", d->path, said, sql != NULL ? sql_line(sql, line) : "-");
	default:
		return err_set(e, ERR_FAIL, "%s: %s%s%s", d->path, said, sql != NULL ? ", in: " : "",
		    sql != NULL ? sql_line(sql, line) : "");
	}
}

int
db_open(struct db **out, const char *path, enum db_mode mode, int timeout_ms, struct err *e)
{
	*out = NULL;
	if (place_look(path, mode, e) != 0)
		return -1;
	struct db *d = mem_alloc(sizeof *d);
	d->path = mem_strdup(path);
	d->mode = mode;
	d->timeout_ms = timeout_ms;

	/* ":memory:" and "file:..." are file names like any other here */
	char *name = mem_printf("%s%s", path[0] == '/' ? "" : "./", path);
	int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int rc = sqlite3_open_v2(name, &d->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	free(name);
	if (d->handle == NULL) {
		err_set(e, ERR_FAIL, "cannot open %s: out of memory", path);
		goto fail;
	}
	if (rc != SQLITE_OK) {
		fail(d, rc, NULL, e);
		goto fail;
	}
	sqlite3_extended_result_codes(d->handle, 1);
	sqlite3_busy_timeout(d->handle, timeout_ms);
	/* the file may come from anywhere: its schema may not call functions with side effects */
	sqlite3_db_config(d->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(d->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	if (db_exec(d, "PRAGMA foreign_keys = ON", e) != 0)
		goto fail;
	int64_t n;
	if (db_int(d, "SELECT count(*) FROM sqlite_schema", &n, e) != 0)
		goto fail;
	if (mode != DB_READ && sqlite3_db_readonly(d->handle, "main") == 1) {
		err_set(e, ERR_IO, "cannot write %s: it is read-only", path);
		goto fail;
	}
	*out = d;
	return 0;
fail:
	db_close(d);
	return -1;
}

void
db_close(struct db *d)
{
	if (d == NULL)
		return;
	db_rollback(d);
	int rc = sqlite3_close(d->handle);
	assert(rc == SQLITE_OK);	/* else a statement was not freed */
	free(d->path);
	free(d);
}

int
db_exec(struct db *d, const char *sql, struct err *e)
{
	int rc = sqlite3_exec(d->handle, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : fail(d, rc, sql, e);
}

int
db_int(struct db *d, const char *sql, int64_t *out, struct err *e)
{
	struct stmt *s;
	*out = 0;
	if (stmt_new(&s, d, sql, e) != 0)
		return -1;
	int got = stmt_step(s, e);
	if (got == 1)
		*out = stmt_int(s, 0);
	stmt_free(s);
	return got < 0 ? -1 : 0;
}

int64_t
db_last_id(struct db *d)
{
	return sqlite3_last_insert_rowid(d->handle);
}

int64_t
db_changes(struct db *d)
{
	return sqlite3_changes(d->handle);
}

int
db_begin(struct db *d, struct err *e)
{
	return db_exec(d, "BEGIN IMMEDIATE", e);
}

int
db_snapshot(struct db *d, struct err *e)
{
	return db_exec(d, "BEGIN", e);
}

int
db_commit(struct db *d, struct err *e)
{
	return db_exec(d, "COMMIT", e);
}

void
db_rollback(struct db *d)
{
	if (d->handle != NULL && db_in_transaction(d))
		sqlite3_exec(d->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool
db_in_transaction(struct db *d)
{
	return sqlite3_get_autocommit(d->handle) == 0;
}

bool
db_moved(struct db *d)
{
	int moved = 0;
	return sqlite3_file_control(d->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

int
db_use_wal(struct db *d, struct err *e)
{
	static const char sql[] = "PRAGMA journal_mode = WAL";
	/* SQLite answers at once here where two processes might wait for each other, so the waiting is done here */
	for (int waited_ms = 0;; waited_ms += 10) {
		struct stmt *s;
		if (stmt_new(&s, d, sql, e) != 0)
			return -1;
		int rc = sqlite3_step(s->handle);
		bool wal = rc == SQLITE_ROW && stmt_is(s, 0, "wal");
		bool busy = (rc & 0xff) == SQLITE_BUSY && waited_ms < d->timeout_ms;
		if (!wal && !busy && rc != SQLITE_ROW)
			fail(d, rc, sql, e);
		stmt_free(s);
		if (wal)
			return 0;
		if (busy) {
			sqlite3_sleep(10);
			continue;
		}
		if (rc != SQLITE_ROW)
			return -1;
		return err_set(e, ERR_IO, "%s lies on a file system that cannot share memory between processes: "
		    "put the database on a local disk", d->path);
	}
}

int
db_backup(struct db *d, const char *to, struct err *e)
{
	/* claims the name; SQLite's own journal keeps a copy that was cut short from being taken for a whole one */
	int fd = open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_set(e, errno == EEXIST ? ERR_USAGE : ERR_IO, "cannot make %s: %s", to, strerror(errno));
	close(fd);

	struct db *copy;
	if (db_open(&copy, to, DB_WRITE, d->timeout_ms, e) != 0)
		goto fail;
	sqlite3_backup *b = sqlite3_backup_init(copy->handle, "main", d->handle, "main");
	int rc = b != NULL ? sqlite3_backup_step(b, -1) : sqlite3_errcode(copy->handle);
	int end = b != NULL ? sqlite3_backup_finish(b) : rc;
	if (rc != SQLITE_DONE) {
		/* finish gives the copy's own error; a lock is told by step only, and is the original's */
		bool locked = (rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED;
		fail(locked ? d : copy, end != SQLITE_OK ? end : rc, NULL, e);
		db_close(copy);
		goto fail;
	}
	db_close(copy);
	return 0;
fail:
	unlink(to);
	return -1;
}

int
stmt_new(struct stmt **out, struct db *d, const char *sql, struct err *e)
{
	*out = NULL;
	sqlite3_stmt *handle;
	int rc = sqlite3_prepare_v3(d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
	if (rc != SQLITE_OK)
		return fail(d, rc, sql, e);
	struct stmt *s = mem_alloc(sizeof *s);
	s->handle = handle;
	s->db = d;
	*out = s;
	return 0;
}

void
stmt_free(struct stmt *s)
{
	if (s == NULL)
		return;
	sqlite3_finalize(s->handle);
	free(s);
}

static int
parameter(const struct stmt *s, const char *name)
{
	int i = sqlite3_bind_parameter_index(s->handle, name);
	assert(i > 0);
	return i;
}

/* Binding fails only for want of memory, or on a statement that was not reset. */
static void
bound(int rc)
{
	assert(rc == SQLITE_OK);
}

void
stmt_bind_int(struct stmt *s, const char *name, int64_t v)
{
	bound(sqlite3_bind_int64(s->handle, parameter(s, name), v));
}

void
stmt_bind_real(struct stmt *s, const char *name, double v)
{
	/* SQLite makes NULL of NaN by itself */
	bound(sqlite3_bind_double(s->handle, parameter(s, name), v));
}

void
stmt_bind_text(struct stmt *s, const char *name, const char *v)
{
	bound(sqlite3_bind_text(s->handle, parameter(s, name), v, -1, SQLITE_TRANSIENT));
}

void
stmt_bind_null(struct stmt *s, const char *name)
{
	bound(sqlite3_bind_null(s->handle, parameter(s, name)));
}

int
stmt_step(struct stmt *s, struct err *e)
{
	int rc = sqlite3_step(s->handle);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		fail(s->db, rc, sqlite3_sql(s->handle), e);
	sqlite3_reset(s->handle);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
stmt_run(struct stmt *s, struct err *e)
{
	int got = stmt_step(s, e);
	assert(got != 1);
	return got;
}

void
stmt_reset(struct stmt *s)
{
	sqlite3_reset(s->handle);
}

int
stmt_columns(const struct stmt *s)
{
	return sqlite3_column_count(s->handle);
}

const char *
stmt_column_name(const struct stmt *s, int i)
{
	const char *name = sqlite3_column_name(s->handle, i);
	return name != NULL ? name : "";
}

enum stmt_type
stmt_type(const struct stmt *s, int i)
{
	switch (sqlite3_column_type(s->handle, i)) {
	case SQLITE_INTEGER:
		return STMT_INT;
	case SQLITE_FLOAT:
		return STMT_REAL;
	case SQLITE_TEXT:
		return STMT_TEXT;
	case SQLITE_BLOB:
		return STMT_BLOB;
	default:
		return STMT_NULL;
	}
}

int64_t
stmt_int(const struct stmt *s, int i)
{
	return sqlite3_column_int64(s->handle, i);
}

double
stmt_real(const struct stmt *s, int i)
{
	return sqlite3_column_type(s->handle, i) == SQLITE_NULL ? NAN : sqlite3_column_double(s->handle, i);
}

const char *
stmt_text(const struct stmt *s, int i)
{
	return (const char *)sqlite3_column_text(s->handle, i);
}

bool
stmt_is(const struct stmt *s, int i, const char *text)
{
	const char *is = stmt_text(s, i);
	return is != NULL && strcmp(is, text) == 0;
}
