/*
 * footfall export: a table of the database as CSV or JSON lines, row by row.
 *
 * A table is one SELECT, and its column names are the fields.  A column that ends in _utc holds milliseconds and is
 * written as RFC 3339; "settings" holds JSON and stays JSON in JSON lines.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/when.h"
#include "cli/commands.h"
#include "cli/export_tables.h"
#include "out/out.h"
#include "store/store.h"

static const struct cli_option options[] = {
	{ "table", 't', "NAME", "minutes (default), persons, faces, frames, runs, gaps or segments" },
	{ "format", 'f', "FORMAT", "csv or jsonl (default: what the file's name says, else csv; jsonl with --json)" },
	{ "output", 0, "FILE", "write to FILE instead of stdout; compressed when the name ends in .gz" },
	{ "source", 's', "NAME", "only this source" },
	{ "from", 0, "TIME", "only what is at TIME or later: 2026-11-21T02:20:00Z, or hh:mm:ss into a recording" },
	{ "to", 0, "TIME", "only what is before TIME" },
	{ NULL, 0, NULL, NULL },
};

struct export {
	const struct export_table *table;
	bool json;
	const char *output;	/* "-": stdout */
	const char *source;
	bool has_from, has_to;
	int64_t from_ms, to_ms;
};

static int
take_table(const struct cli *c, struct export *x, struct err *e)
{
	const char *name = cli_value(c, "table");
	x->table = &export_tables[0];
	if (name == NULL)
		return 0;
	for (x->table = export_tables; x->table->name != NULL; x->table++) {
		if (strcmp(x->table->name, name) == 0)
			return 0;
	}
	return err_set(e, ERR_USAGE, "--table %s: it must be minutes, persons, faces, frames, runs, gaps or segments", name);
}

static bool
ends_in(const char *name, size_t len, const char *ext)
{
	size_t n = strlen(ext);
	return len > n && strncasecmp(name + len - n, ext, n) == 0;
}

static bool
named_json(const char *path)
{
	size_t len = strlen(path);
	if (ends_in(path, len, ".gz"))
		len -= 3;
	return ends_in(path, len, ".jsonl") || ends_in(path, len, ".ndjson");
}

static int
take_format(const struct cli *c, struct export *x, struct err *e)
{
	const char *format = cli_value(c, "format");
	x->json = c->json || named_json(x->output);
	if (format == NULL)
		return 0;
	x->json = strcmp(format, "jsonl") == 0;
	if (!x->json && strcmp(format, "csv") != 0)
		return err_set(e, ERR_USAGE, "--format %s: it must be csv or jsonl", format);
	if (!x->json && c->json)
		return err_set(e, ERR_USAGE, "--json and --format csv contradict each other");
	return 0;
}

/* The file is replaced by what is written, so it had better not be the database. */
static int
refuse_database(const char *output, const char *db, struct err *e)
{
	struct stat a, b;
	if (strcmp(output, "-") != 0 && stat(output, &a) == 0 && stat(db, &b) == 0
	    && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return err_set(e, ERR_USAGE, "--output %s is the database itself", output);
	return 0;
}

static int
know_source(struct db *d, const char *name, struct err *e)
{
	struct stmt *s;
	if (name == NULL)
		return 0;
	if (stmt_new(&s, d, "SELECT 1 FROM source WHERE name = :name", e) != 0)
		return -1;
	stmt_bind_text(s, ":name", name);
	int got = stmt_step(s, e);
	stmt_free(s);
	if (got == 0)
		return err_set(e, ERR_INPUT, "no source %s in %s: `footfall db info` lists them", name, db_path(d));
	return got == 1 ? 0 : -1;
}

static void
bind_time(struct stmt *s, const char *name, bool has, int64_t ms)
{
	if (has)
		stmt_bind_int(s, name, ms);
	else
		stmt_bind_null(s, name);
}

static void
write_json(struct out *o, const struct stmt *s)
{
	char when[WHEN_TEXT];
	out_json_object(o, NULL);
	for (int i = 0; i < stmt_columns(s); i++) {
		const char *name = stmt_column_name(s, i);
		enum stmt_type type = stmt_type(s, i);
		if (type == STMT_NULL)
			out_json_null(o, name);
		else if (ends_in(name, strlen(name), "_utc"))
			out_json_text(o, name, when_format(stmt_int(s, i), when));
		else if (type == STMT_INT)
			out_json_int(o, name, stmt_int(s, i));
		else if (type == STMT_REAL)
			out_json_real(o, name, stmt_real(s, i));
		else if (strcmp(name, "settings") == 0)
			out_json_raw(o, name, stmt_text(s, i));	/* SQLite's json() wrote it */
		else
			out_json_text(o, name, stmt_text(s, i));
	}
	out_json_end(o);
}

static void
write_csv(struct out *o, const struct stmt *s)
{
	char when[WHEN_TEXT];
	for (int i = 0; i < stmt_columns(s); i++) {
		const char *name = stmt_column_name(s, i);
		enum stmt_type type = stmt_type(s, i);
		if (type != STMT_NULL && ends_in(name, strlen(name), "_utc"))
			out_csv_text(o, when_format(stmt_int(s, i), when));
		else if (type == STMT_INT)
			out_csv_int(o, stmt_int(s, i));
		else if (type == STMT_REAL)
			out_csv_real(o, stmt_real(s, i));
		else
			out_csv_text(o, stmt_text(s, i));
	}
	out_csv_end(o);
}

static int
write_rows(struct db *d, const struct export *x, struct out *o, int64_t *rows, struct err *e)
{
	struct stmt *s;
	*rows = 0;
	if (stmt_new(&s, d, x->table->sql, e) != 0)
		return -1;
	stmt_bind_text(s, ":source", x->source);
	bind_time(s, ":from", x->has_from, x->from_ms);
	bind_time(s, ":to", x->has_to, x->to_ms);
	if (!x->json) {
		for (int i = 0; i < stmt_columns(s); i++)
			out_csv_text(o, stmt_column_name(s, i));
		out_csv_end(o);
	}
	int got;
	for (; (got = stmt_step(s, e)) == 1; ++*rows) {
		if (x->json)
			write_json(o, s);
		else
			write_csv(o, s);
	}
	stmt_free(s);
	return got;
}

static int
exec(struct cli *c, struct err *e)
{
	const char *output = cli_value(c, "output");
	struct export x = { .output = output != NULL ? output : "-", .source = cli_value(c, "source") };
	if (cli_operands(c, 0, 0, e) != 0 || take_table(c, &x, e) != 0 || take_format(c, &x, e) != 0
	    || cli_period(c, &x.has_from, &x.from_ms, &x.has_to, &x.to_ms, e) != 0
	    || refuse_database(x.output, c->db, e) != 0)
		return -1;

	struct db *d;
	struct out *o = NULL;
	int64_t rows;
	int r = -1;
	if (store_open_read(&d, c->db, cli_timeout_ms(c), e) != 0)
		return -1;
	if (know_source(d, x.source, e) != 0 || out_open(&o, x.output, e) != 0)
		goto out;
	if (write_rows(d, &x, o, &rows, e) != 0) {
		out_abandon(o);
		goto out;
	}
	if (out_close(o, e) != 0)
		goto out;
	if (output != NULL && strcmp(output, "-") != 0)
		log_info("%lld rows of %s are in %s", (long long)rows, x.table->name, output);
	r = 0;
out:
	db_close(d);
	return r;
}

const struct command cmd_export = {
	.name = "export",
	.usage = "[--table NAME] [--format csv|jsonl] [--output FILE] [--source NAME] [--from TIME] [--to TIME]",
	.summary = "write a table as CSV or JSON lines",
	.details = "minutes: one row a minute and source; where several runs of a source hold the same minute, the\n"
	    "newest one's. persons, faces and frames: every one of every run. runs: how each was made.\n"
	    "Times are given twice, as RFC 3339 (UTC) and as milliseconds since 1970.",
	.options = options,
	.exec = exec
};
