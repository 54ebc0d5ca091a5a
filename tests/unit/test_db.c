/* db: what SQLite answers, in our words; statements; copies. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store_test.h"

static void
write_text(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void
opening(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	bad(db_open(&d, "none.db", DB_READ, 100, &e), &e, ERR_INPUT, "no database none.db");
	assert_null(d);
	bad(db_open(&d, "none.db", DB_WRITE, 100, &e), &e, ERR_INPUT, "no database none.db");
	assert_int_not_equal(access("none.db", F_OK), 0);
	bad(db_open(&d, "", DB_CREATE, 100, &e), &e, ERR_INPUT, "empty");
	bad(db_open(&d, "no/folder/x.db", DB_CREATE, 100, &e), &e, ERR_INPUT, "cannot make no/folder/x.db");
	bad(db_open(&d, "/proc/x.db", DB_CREATE, 100, &e), &e, ERR_INPUT, "cannot make /proc/x.db");
	assert_int_equal(mkdir("folder", 0755), 0);
	for (int mode = DB_READ; mode <= DB_CREATE; mode++)
		bad(db_open(&d, "folder", (enum db_mode)mode, 100, &e), &e, ERR_INPUT, "is a folder");
	assert_int_equal(mkfifo("pipe", 0600), 0);
	bad(db_open(&d, "pipe", DB_READ, 100, &e), &e, ERR_INPUT, "not a regular file");
	bad(db_open(&d, "pipe", DB_CREATE, 100, &e), &e, ERR_INPUT, "not a regular file");
	write_text("file", "x", 1);
	bad(db_open(&d, "file/x.db", DB_CREATE, 100, &e), &e, ERR_INPUT, "Not a directory");
	char longer[5000];
	memset(longer, 'n', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	bad(db_open(&d, longer, DB_CREATE, 100, &e), &e, ERR_INPUT, "cannot open nnn");
	db_close(NULL);
	stmt_free(NULL);
}

/* Names that mean something to SQLite are file names here. */
static void
names(void **state)
{
	(void)state;
	static const char *const odd[] = { ":memory:", "file:x?mode=memory", "a b'c\"d.db", "new\nline.db", "-d", "ü.db" };
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		struct err e;
		struct db *d;
		good(db_open(&d, odd[i], DB_CREATE, 100, &e), &e);
		assert_string_equal(db_path(d), odd[i]);
		good(db_exec(d, "CREATE TABLE t (v) ; INSERT INTO t VALUES (7)", &e), &e);
		db_close(d);
		good(db_open(&d, odd[i], DB_READ, 100, &e), &e);
		assert_int_equal(count_of(d, "SELECT v FROM t"), 7);
		db_close(d);
	}
}

static void
not_databases(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 15, 16, 99, 100, 511, 512, 4096, 10000 };
	char text[10000];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = "people per minute\n"[i % 18];
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct err e;
		struct db *d;
		write_text("text.db", text, sizes[i]);
		bad(db_open(&d, "text.db", DB_READ, 100, &e), &e, ERR_DATA, "text.db is not a SQLite database");
		bad(db_open(&d, "text.db", DB_CREATE, 100, &e), &e, ERR_DATA, "text.db is not a SQLite database");
		struct stat st;
		assert_int_equal(stat("text.db", &st), 0);
		assert_int_equal(st.st_size, sizes[i]);
	}
}

/* Every cut and a lot of overwritten bytes: an error or an answer, never a crash. */
static void
damaged(void **state)
{
	(void)state;
	struct store_run spec = test_spec("/v/damaged.avi");
	fill("whole.db", &spec, 300);
	FILE *f = fopen("whole.db", "rb");
	assert_non_null(f);
	static char all[1 << 20], copy[1 << 20];
	size_t n = fread(all, 1, sizeof all, f);
	fclose(f);
	assert_in_range(n, 8192, sizeof all - 1);

	int refused = 0, found = 0;
	for (int i = 0; i < 120; i++) {
		size_t len = n;
		memcpy(copy, all, n);
		if (i < 40)
			len = n * (size_t)i / 40;
		else if (i < 80)	/* one page */
			memset(copy + mix((uint32_t)i) % (n / 4096) * 4096, i, 4096);
		else	/* scattered bytes, the header among them */
			for (uint32_t k = 0; k < 200; k++)
				copy[16 + mix(k * 1000 + (uint32_t)i) % (n - 16)] = (char)mix(k);
		write_text("damaged.db", copy, len);
		struct err e;
		struct db *d;
		struct buf text = {0};
		if (store_open_read(&d, "damaged.db", 100, &e) != 0) {
			assert_true(e.code == ERR_DATA || e.code == ERR_IO || e.code == ERR_INPUT);
			refused++;
			continue;
		}
		int64_t findings = check_database(d, &text, &e);
		if (findings > 0)
			found++;
		assert_true(findings >= 0 || e.code == ERR_IO);
		buf_free(&text);
		db_close(d);
	}
	assert_true(refused > 5);
	assert_true(refused + found > 100);
}

static void
statements(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	struct stmt *s;
	good(db_open(&d, "statements.db", DB_CREATE, 100, &e), &e);
	good(db_exec(d, "CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, s TEXT) STRICT", &e), &e);
	good(stmt_new(&s, d, "INSERT INTO t (r, s) VALUES (:r, :s)", &e), &e);
	stmt_bind_real(s, ":r", 0.1);
	stmt_bind_text(s, ":s", "it's; DROP TABLE t");
	good(stmt_run(s, &e), &e);
	assert_int_equal(db_last_id(d), 1);
	assert_int_equal(db_changes(d), 1);
	stmt_bind_real(s, ":r", NAN);
	stmt_bind_text(s, ":s", NULL);
	good(stmt_run(s, &e), &e);
	stmt_free(s);

	good(stmt_new(&s, d, "SELECT id, r, s, x'6162' AS blob FROM t WHERE id >= :from ORDER BY id", &e), &e);
	stmt_bind_int(s, ":from", 1);
	assert_int_equal(stmt_columns(s), 4);
	assert_string_equal(stmt_column_name(s, 3), "blob");
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(stmt_step(s, &e), 1);
		assert_int_equal(stmt_type(s, 0), STMT_INT);
		assert_int_equal(stmt_type(s, 1), STMT_REAL);
		assert_true(stmt_real(s, 1) == 0.1);
		assert_int_equal(stmt_type(s, 2), STMT_TEXT);
		assert_string_equal(stmt_text(s, 2), "it's; DROP TABLE t");
		assert_true(stmt_is(s, 2, "it's; DROP TABLE t"));
		assert_int_equal(stmt_type(s, 3), STMT_BLOB);
		assert_int_equal(stmt_step(s, &e), 1);
		assert_int_equal(stmt_type(s, 1), STMT_NULL);
		assert_true(isnan(stmt_real(s, 1)));
		assert_null(stmt_text(s, 2));
		assert_false(stmt_is(s, 2, ""));
		assert_int_equal(stmt_step(s, &e), 0);	/* and is reset, bindings kept */
	}
	stmt_bind_null(s, ":from");
	assert_int_equal(stmt_step(s, &e), 0);
	stmt_free(s);

	bad(stmt_new(&s, d, "SELECT  absent\n\tFROM t", &e), &e, ERR_DATA, "no such column: absent, in: SELECT absent FROM t");
	assert_null(s);
	bad(db_exec(d, "INSERT INTO t (id) VALUES (1)", &e), &e, ERR_FAIL, "UNIQUE constraint failed: t.id, in: INSERT");
	bad(db_exec(d, "INSERT INTO t (r) VALUES ('text')", &e), &e, ERR_FAIL, "cannot store TEXT value in REAL column");
	int64_t n = 5;
	good(db_int(d, "SELECT id FROM t WHERE 0", &n, &e), &e);
	assert_int_equal(n, 0);
	db_close(d);
}

static void
transactions(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	good(db_open(&d, "transactions.db", DB_CREATE, 100, &e), &e);
	good(db_exec(d, "CREATE TABLE t (v)", &e), &e);
	assert_false(db_in_transaction(d));
	good(db_begin(d, &e), &e);
	assert_true(db_in_transaction(d));
	good(db_exec(d, "INSERT INTO t VALUES (1)", &e), &e);
	db_rollback(d);
	db_rollback(d);		/* nothing to do */
	assert_int_equal(count_of(d, "SELECT count(*) FROM t"), 0);
	good(db_begin(d, &e), &e);
	good(db_exec(d, "INSERT INTO t VALUES (1)", &e), &e);
	good(db_commit(d, &e), &e);
	assert_int_equal(count_of(d, "SELECT count(*) FROM t"), 1);
	good(db_begin(d, &e), &e);
	good(db_exec(d, "INSERT INTO t VALUES (1)", &e), &e);
	db_close(d);		/* rolls back */
	good(db_open(&d, "transactions.db", DB_READ, 100, &e), &e);
	assert_int_equal(count_of(d, "SELECT count(*) FROM t"), 1);
	/* a reader never writes; which is a mistake of ours, but must not succeed */
	assert_int_equal(db_exec(d, "INSERT INTO t VALUES (1)", &e), -1);
	db_close(d);
}

static void
locked(void **state)
{
	(void)state;
	struct err e;
	struct db *a, *b;
	good(db_open(&a, "locked.db", DB_CREATE, 100, &e), &e);
	good(db_use_wal(a, &e), &e);
	good(db_use_wal(a, &e), &e);
	good(db_exec(a, "CREATE TABLE t (v)", &e), &e);
	good(db_open(&b, "locked.db", DB_WRITE, 50, &e), &e);
	good(db_begin(a, &e), &e);
	bad(db_begin(b, &e), &e, ERR_IO, "locked.db is locked by another process (waited 0.05 s)");
	assert_int_equal(count_of(b, "SELECT count(*) FROM t"), 0);	/* reading goes on */
	good(db_commit(a, &e), &e);
	good(db_begin(b, &e), &e);
	db_rollback(b);
	db_close(a);
	db_close(b);

	/* the switch to WAL waits, too, and gives up in time */
	good(db_open(&a, "rollback.db", DB_CREATE, 100, &e), &e);
	good(db_exec(a, "CREATE TABLE t (v); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)", &e), &e);
	good(db_open(&b, "rollback.db", DB_WRITE, 50, &e), &e);
	bad(db_use_wal(b, &e), &e, ERR_IO, "is locked");
	good(db_commit(a, &e), &e);
	good(db_use_wal(b, &e), &e);
	db_close(b);
	db_close(a);
}

static void
full(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	good(db_open(&d, "full.db", DB_CREATE, 100, &e), &e);
	good(db_exec(d, "CREATE TABLE t (v); PRAGMA max_page_count = 4", &e), &e);
	bad(db_exec(d, "INSERT INTO t VALUES (zeroblob(100000))", &e), &e, ERR_IO, "cannot write full.db: the disk is full");
	db_close(d);
}

/* Runs try() in a process that root's rights do not help; its exit status says at which step it failed. */
static void
as_nobody(int (*try)(void))
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(99);
		_exit(try());
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
try_permissions(void)
{
	struct err e;
	struct db *d;
	if (db_open(&d, "private.db", DB_READ, 100, &e) != -1 || e.code != ERR_INPUT || strstr(e.msg, "Permission denied") == NULL)
		return 1;
	if (db_open(&d, "readonly.db", DB_WRITE, 100, &e) != -1 || e.code != ERR_IO || strstr(e.msg, "cannot write readonly.db") == NULL)
		return 2;
	if (db_open(&d, "new.db", DB_CREATE, 100, &e) != -1 || e.code != ERR_IO || strstr(e.msg, "cannot make new.db") == NULL)
		return 3;
	/* a WAL database in a folder that cannot be written: SQLite needs its shared memory beside it */
	if (db_open(&d, "readonly.db", DB_READ, 100, &e) != -1 || e.code != ERR_INPUT || strstr(e.msg, "readonly.db-shm") == NULL)
		return 4;
	return 0;
}

static void
permissions(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	static const char *const made[] = { "private.db", "readonly.db" };
	for (size_t i = 0; i < 2; i++) {
		good(db_open(&d, made[i], DB_CREATE, 100, &e), &e);
		good(db_use_wal(d, &e), &e);
		good(db_exec(d, "CREATE TABLE t (v)", &e), &e);
		db_close(d);
	}
	assert_int_equal(chmod("private.db", 0), 0);
	assert_int_equal(chmod("readonly.db", 0444), 0);
	assert_int_equal(chmod(".", 0555), 0);
	as_nobody(try_permissions);
	assert_int_equal(chmod(".", 0755), 0);
}

/* A process that died in a transaction without a write-ahead log left a journal that only a writer may play back. */
static void
cut_off(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (db_open(&d, "cut.db", DB_CREATE, 100, &e) != 0
		    || db_exec(d, "CREATE TABLE t (v); INSERT INTO t VALUES (1); PRAGMA cache_size = 1; BEGIN", &e) != 0)
			_exit(1);
		for (int i = 0; i < 100; i++) {
			if (db_exec(d, "INSERT INTO t VALUES (zeroblob(4000)); UPDATE t SET v = 2 WHERE rowid = 1", &e) != 0)
				_exit(2);
		}
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	bad(db_open(&d, "cut.db", DB_READ, 100, &e), &e, ERR_DATA, "cut.db was left in the middle of a change");
	good(db_open(&d, "cut.db", DB_WRITE, 100, &e), &e);
	assert_int_equal(count_of(d, "SELECT v FROM t"), 1);
	db_close(d);
	good(db_open(&d, "cut.db", DB_READ, 100, &e), &e);
	assert_int_equal(count_of(d, "SELECT count(*) FROM t"), 1);
	db_close(d);
}

static void
backups(void **state)
{
	(void)state;
	struct err e;
	struct db *d;
	struct store_run spec = test_spec("/v/backup.avi");
	fill("original.db", &spec, 500);
	good(store_open_read(&d, "original.db", 100, &e), &e);
	good(db_backup(d, "copy.db", &e), &e);
	assert_int_not_equal(access("copy.db-wal", F_OK), 0);	/* one file, and whole */
	assert_int_not_equal(access("copy.db-journal", F_OK), 0);
	bad(db_backup(d, "copy.db", &e), &e, ERR_USAGE, "cannot make copy.db: File exists");
	bad(db_backup(d, "original.db", &e), &e, ERR_USAGE, "File exists");
	bad(db_backup(d, "no/copy.db", &e), &e, ERR_IO, "cannot make no/copy.db");
	db_close(d);
	char a[SHA256_HEX], b[SHA256_HEX];
	digest("original.db", a);
	digest("copy.db", b);
	assert_string_equal(a, b);
	check_clean("copy.db");

	/* while it is being written: the state of the last commit */
	struct db *w;
	good(db_open(&w, "original.db", DB_WRITE, 100, &e), &e);
	good(db_begin(w, &e), &e);
	good(db_exec(w, "DELETE FROM run", &e), &e);
	good(store_open_read(&d, "original.db", 100, &e), &e);
	good(db_backup(d, "during.db", &e), &e);
	db_close(d);
	db_rollback(w);
	db_close(w);
	digest("during.db", b);
	assert_string_equal(a, b);

	/* a damaged original leaves no copy */
	good(db_open(&d, "original.db", DB_WRITE, 100, &e), &e);
	int64_t pages = count_of(d, "PRAGMA page_count");
	assert_true(pages > 8);
	assert_int_equal(truncate("original.db", 4096 * 5 + 7), 0);
	if (db_backup(d, "broken.db", &e) != 0)
		assert_int_not_equal(access("broken.db", F_OK), 0);
	db_close(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening),
		cmocka_unit_test(names),
		cmocka_unit_test(not_databases),
		cmocka_unit_test(damaged),
		cmocka_unit_test(statements),
		cmocka_unit_test(transactions),
		cmocka_unit_test(locked),
		cmocka_unit_test(full),
		cmocka_unit_test(permissions),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(backups),
	};
	return cmocka_run_group_tests_name("db", tests, make_dir, remove_dir);
}
