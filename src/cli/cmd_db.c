/*
 * footfall db: what a database holds, whether it is sound, a copy of it, and what of it is old enough to go.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "cli/db_prune.h"
#include "cli/plain.h"
#include "out/out.h"
#include "store/check.h"
#include "store/schema.h"
#include "store/store.h"

/* ---- info ---- */

/* One number each: how it is called in JSON, in the table, and where it comes from. */
struct fact {
	const char *key, *label, *sql;
};

static const struct fact storage[] = {
	{ "schema", "schema", "PRAGMA user_version" },
	{ "page_size", "page size", "PRAGMA page_size" },
	{ "pages", "pages", "PRAGMA page_count" },
	{ "free_pages", "free pages", "PRAGMA freelist_count" },
	{ NULL, NULL, NULL }
};

static const struct fact rows[] = {
	{ "runs", "runs", "SELECT count(*) FROM run" },
	{ "runs_complete", "  complete", "SELECT count(*) FROM run WHERE status = 'complete'" },
	{ "runs_running", "  running", "SELECT count(*) FROM run WHERE status = 'running'" },
	{ "runs_interrupted", "  interrupted", "SELECT count(*) FROM run WHERE status = 'interrupted'" },
	{ "runs_failed", "  failed", "SELECT count(*) FROM run WHERE status = 'failed'" },
	{ "frames", "frames", "SELECT count(*) FROM frame" },
	{ "minutes", "minutes", "SELECT count(*) FROM minute" },
	{ "gaps", "gaps", "SELECT count(*) FROM gap" },
	{ NULL, NULL, NULL }
};

static const struct fact personal[] = {
	{ "persons", "boxes of persons", "SELECT count(*) FROM person" },
	{ "faces", "boxes of faces", "SELECT count(*) FROM face" },
	{ "genders", "estimated genders", "SELECT count(*) FROM face WHERE p_female IS NOT NULL" },
	{ "segments", "recorded segments", "SELECT count(*) FROM segment WHERE deleted_ms IS NULL" },
	{ "segments_bytes", "  bytes", "SELECT coalesce(sum(bytes), 0) FROM segment WHERE deleted_ms IS NULL" },
	{ "segments_unblurred", "  not blurred", "SELECT count(*) FROM segment WHERE deleted_ms IS NULL AND NOT blurred" },
	{ "segments_uploaded", "segments uploaded", "SELECT count(*) FROM segment WHERE uploaded_ms IS NOT NULL" },
	{ NULL, NULL, NULL }
};

static int
put_facts(struct db *d, struct out *o, bool json, const struct fact *f, struct err *e)
{
	for (; f->key != NULL; f++) {
		int64_t n;
		if (db_int(d, f->sql, &n, e) != 0)
			return -1;
		if (json)
			out_json_int(o, f->key, n);
		else
			out_printf(o, "%-18s %12lld\n", f->label, (long long)n);
	}
	return 0;
}

static int64_t
file_bytes(const char *path, const char *suffix)
{
	struct stat st;
	char *name = mem_printf("%s%s", path, suffix);
	int64_t n = stat(name, &st) == 0 ? (int64_t)st.st_size : 0;
	free(name);
	return n;
}

static void
put_sizes(const struct db *d, struct out *o, bool json)
{
	int64_t bytes = file_bytes(db_path(d), ""), log_bytes = file_bytes(db_path(d), "-wal");
	if (json) {
		out_json_text(o, "database", db_path(d));
		out_json_int(o, "bytes", bytes);
		out_json_int(o, "log_bytes", log_bytes);
	} else {
		out_printf(o, "%-18s %s\n%-18s %12lld\n%-18s %12lld\n", "database", db_path(d),
		    "bytes", (long long)bytes, "bytes in the log", (long long)log_bytes);
	}
}

static void
put_source(struct out *o, bool json, const struct stmt *s)
{
	if (json) {
		out_json_object(o, NULL);
		out_json_text(o, "name", stmt_text(s, 0));
		out_json_text(o, "kind", stmt_text(s, 1));
		out_json_text(o, "uri", stmt_text(s, 2));
		out_json_int(o, "width", stmt_int(s, 3));
		out_json_int(o, "height", stmt_int(s, 4));
		out_json_int(o, "runs", stmt_int(s, 5));
		out_json_end(o);
		return;
	}
	out_puts(o, "  ");
	plain_put(o, stmt_text(s, 0));
	out_puts(o, ": ");
	plain_put(o, stmt_text(s, 1));
	out_printf(o, ", %lldx%lld, runs: %lld, ", (long long)stmt_int(s, 3), (long long)stmt_int(s, 4), (long long)stmt_int(s, 5));
	plain_put(o, stmt_text(s, 2));
	out_puts(o, "\n");
}

static int
put_sources(struct db *d, struct out *o, bool json, struct err *e)
{
	struct stmt *s;
	if (stmt_new(&s, d, "SELECT name, kind, uri, width, height, (SELECT count(*) FROM run WHERE source_id = source.id)"
		" FROM source ORDER BY name", e) != 0)
		return -1;
	int got;
	while ((got = stmt_step(s, e)) == 1)
		put_source(o, json, s);
	stmt_free(s);
	return got;
}

/* The words above all, for who must say what is kept. */
static int
put_kept(struct db *d, struct out *o, bool json, const struct settings *s, struct err *e)
{
	int64_t segments;
	if (db_int(d, "SELECT count(*) FROM segment WHERE deleted_ms IS NULL", &segments, e) != 0)
		return -1;
	if (json) {
		out_json_int(o, "pictures", 0);
		out_json_end(o);
		out_json_object(o, "retain");
		out_json_text(o, "detections", s->retain_detections);
		out_json_text(o, "minutes", s->retain_minutes);
		out_json_end(o);
		return 0;
	}
	out_puts(o, segments == 0 ? "No pictures are stored.\n" : "No pictures are stored here; recorded segments are files of their own.\n");
	out_puts(o, "Kept by these settings: boxes ");
	plain_put(o, s->retain_detections);
	out_puts(o, ", minutes ");
	plain_put(o, s->retain_minutes);
	out_puts(o, " (retain.detections, retain.minutes).\n");
	return 0;
}

static int
put_info(struct db *d, struct out *o, bool json, const struct settings *settings, struct err *e)
{
	if (json)
		out_json_object(o, NULL);
	put_sizes(d, o, json);
	if (put_facts(d, o, json, storage, e) != 0 || put_facts(d, o, json, rows, e) != 0)
		return -1;
	if (json)
		out_json_array(o, "sources");
	else
		out_puts(o, "sources\n");
	if (put_sources(d, o, json, e) != 0)
		return -1;
	if (json) {
		out_json_end(o);
		out_json_object(o, "personal_data");
	} else {
		out_puts(o, "personal data\n");
	}
	if (put_facts(d, o, json, personal, e) != 0)
		return -1;
	if (put_kept(d, o, json, settings, e) != 0)
		return -1;
	if (json)
		out_json_end(o);
	return 0;
}

static int
info(struct cli *c, struct db *d, struct err *e)
{
	if (db_snapshot(d, e) != 0)
		return -1;
	/* whole or not at all: half an object is no JSON */
	struct buf text = { 0 };
	struct out *b = out_buf(&text);
	int r = put_info(d, b, c->json, &c->settings, e);
	if (r == 0)
		r = out_close(b, e);
	else
		out_abandon(b);
	if (r == 0) {
		struct out *o = out_stream(stdout);
		out_puts(o, buf_str(&text));
		r = out_close(o, e);
	}
	buf_free(&text);
	return r;
}

/* ---- check, rebuild, backup ---- */

/* What was looked at, when all of it is well. */
struct extent {
	int64_t runs, frames, minutes;
};

static int
measure(struct db *d, struct extent *x, struct err *e)
{
	if (db_int(d, "SELECT count(*) FROM run", &x->runs, e) != 0
	    || db_int(d, "SELECT count(*) FROM frame", &x->frames, e) != 0)
		return -1;
	return db_int(d, "SELECT count(*) FROM minute", &x->minutes, e);
}

static void
put_findings(struct out *o, bool json, const char *db, const char *findings, const struct extent *x)
{
	bool ok = findings[0] == '\0';
	if (!json && ok)
		out_printf(o, "ok: runs %lld, frames %lld, minutes %lld\n", (long long)x->runs, (long long)x->frames,
		    (long long)x->minutes);
	else if (!json)
		out_puts(o, findings);
	if (!json)
		return;
	out_json_object(o, NULL);
	out_json_text(o, "database", db);
	out_json_bool(o, "ok", ok);
	out_json_array(o, "findings");
	for (const char *at = findings, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		char *line = mem_printf("%.*s", (int)(end - at), at);
		out_json_text(o, NULL, line);
		free(line);
	}
	out_json_end(o);
	out_json_end(o);
}

static int
check(struct cli *c, struct db *d, struct err *e)
{
	struct buf findings = { 0 };
	struct extent x = { 0, 0, 0 };
	int64_t n = check_database(d, &findings, e);
	int r = -1;
	if (n < 0 || (n == 0 && measure(d, &x, e) != 0))
		goto out;
	struct out *o = out_stream(stdout);
	put_findings(o, c->json, db_path(d), buf_str(&findings), &x);
	r = out_close(o, e);
	if (r == 0 && n > 0)
		r = err_set(e, ERR_DATA, "%s: %lld finding%s (`footfall db rebuild` recomputes minutes and counters)",
		    db_path(d), (long long)n, n == 1 ? "" : "s");
out:
	buf_free(&findings);
	return r;
}

static int
rebuild(struct cli *c, struct db *d, struct err *e)
{
	int64_t changed;
	if (schema_make(d, e) != 0 || check_rebuild(d, &changed, e) != 0)
		return -1;
	struct out *o = out_stream(stdout);
	if (c->json) {
		out_json_object(o, NULL);
		out_json_text(o, "database", db_path(d));
		out_json_int(o, "changed", changed);
		out_json_end(o);
	} else {
		out_printf(o, "%lld row%s changed\n", (long long)changed, changed == 1 ? "" : "s");
	}
	return out_close(o, e);
}

static int
backup(struct cli *c, struct db *d, struct err *e)
{
	const char *to = c->argv[1];
	if (db_backup(d, to, e) != 0)
		return -1;
	struct out *o = out_stream(stdout);
	if (c->json) {
		out_json_object(o, NULL);
		out_json_text(o, "database", db_path(d));
		out_json_text(o, "backup", to);
		out_json_int(o, "bytes", file_bytes(to, ""));
		out_json_end(o);
	} else {
		out_printf(o, "%lld bytes copied\n", (long long)file_bytes(to, ""));
	}
	return out_close(o, e);
}

struct action {
	const char *name;
	int operands;	/* with the name */
	bool writes, prunes;
	int (*exec)(struct cli *c, struct db *d, struct err *e);
};

static const struct action actions[] = {
	{ "info", 1, false, false, info },
	{ "check", 1, false, false, check },
	{ "rebuild", 1, true, false, rebuild },
	{ "backup", 2, false, false, backup },
	{ "prune", 1, false, true, NULL },	/* opens the database itself */
};

static const struct cli_option options[] = {
	{ "dry-run", 'n', NULL, "prune: say what would go, and delete nothing" },
	{ "vacuum", 0, NULL, "prune: write the whole file anew, so that it becomes smaller (and can, from now on)" },
	{ NULL, 0, NULL, NULL },
};

static int
exec(struct cli *c, struct err *e)
{
	if (cli_operands(c, 1, 2, e) != 0)
		return -1;
	const struct action *a = NULL;
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (strcmp(actions[i].name, c->argv[0]) == 0)
			a = &actions[i];
	}
	if (a == NULL)
		return err_set(e, ERR_USAGE, "db %s: it must be info, check, rebuild, backup or prune", c->argv[0]);
	if (cli_operands(c, a->operands, a->operands, e) != 0)
		return -1;
	if (a->prunes)
		return db_prune(c, e);
	if (cli_flag(c, "dry-run") || cli_flag(c, "vacuum"))
		return err_set(e, ERR_USAGE, "db %s: --dry-run and --vacuum are for db prune", a->name);

	struct db *d;
	int opened = a->writes ? db_open(&d, c->db, DB_WRITE, cli_timeout_ms(c), e) : store_open_read(&d, c->db, cli_timeout_ms(c), e);
	if (opened != 0)
		return -1;
	int r = a->exec(c, d, e);
	db_close(d);
	return r;
}

const struct command cmd_db = {
	.name = "db",
	.usage = "info | check | rebuild | backup FILE | prune [--dry-run] [--vacuum]",
	.summary = "look into a database, prove and mend it, copy it, prune it",
	.options = options,
	.details = "info: what it holds, and what of that is personal. check: proves that every minute is what the\n"
	    "stored detections give, and that the file is sound; exit status 65 when it is not. rebuild: recomputes\n"
	    "minutes and counters. backup: copies it to a new FILE, also while it is being written.\n"
	    "prune: deletes what is older than the settings retain.detections and retain.minutes say, also while it is being written.",
	.exec = exec
};
