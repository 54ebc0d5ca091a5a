/*
 * Rows of recorded segments.
 *
 * They are few (one for some minutes of one camera) and touched seldom, so statements are prepared when they are needed.
 */
#include "store/segment.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

void
segment_free(struct segment *s)
{
	free(s->source);
	free(s->path);
	*s = (struct segment){ 0 };
}

int
segment_add(struct db *d, const char *folder, const struct segment *s, struct err *e)
{
	static const char sql[] =
		"INSERT INTO segment (run_id, source, path, folder, start_ms, end_ms, first_number, last_number, frames, bytes, sha256, blurred) "
		"VALUES ((SELECT id FROM run WHERE id = :run), :source, :path, :folder, :start, :end, :first, :last, :frames, :bytes, :sha256, :blurred)";
	struct stmt *st;
	if (stmt_new(&st, d, sql, e) != 0)
		return -1;
	stmt_bind_int(st, ":run", s->run_id);
	stmt_bind_text(st, ":source", s->source);
	stmt_bind_text(st, ":path", s->path);
	stmt_bind_text(st, ":folder", folder);
	stmt_bind_int(st, ":start", s->start_ms);
	stmt_bind_int(st, ":end", s->end_ms);
	stmt_bind_int(st, ":first", s->first_number);
	stmt_bind_int(st, ":last", s->last_number);
	stmt_bind_int(st, ":frames", s->frames);
	stmt_bind_int(st, ":bytes", s->bytes);
	stmt_bind_text(st, ":sha256", s->sha256);
	stmt_bind_int(st, ":blurred", s->blurred);
	int rc = stmt_run(st, e);
	stmt_free(st);
	return rc;
}

int
segment_first(struct db *d, const char *folder, bool waiting, const struct segment *after, struct segment *out, struct err *e)
{
	static const char sql[] =
		"SELECT id, coalesce(run_id, 0), source, path, start_ms, end_ms, first_number, last_number, frames, bytes, sha256, blurred "
		"FROM segment WHERE folder = :folder AND deleted_ms IS NULL AND (NOT :waiting OR uploaded_ms IS NULL) "
		"AND (start_ms, id) > (:start, :id) ORDER BY start_ms, id LIMIT 1";
	struct stmt *st;
	*out = (struct segment){ 0 };
	if (stmt_new(&st, d, sql, e) != 0)
		return -1;
	stmt_bind_text(st, ":folder", folder);
	stmt_bind_int(st, ":waiting", waiting);
	stmt_bind_int(st, ":start", after != NULL ? after->start_ms : INT64_MIN);
	stmt_bind_int(st, ":id", after != NULL ? after->id : 0);
	int got = stmt_step(st, e);
	if (got == 1) {
		const char *source = stmt_text(st, 2), *path = stmt_text(st, 3), *sha256 = stmt_text(st, 10);
		*out = (struct segment){
			.id = stmt_int(st, 0), .run_id = stmt_int(st, 1), .source = mem_strdup(source != NULL ? source : ""),
			.path = mem_strdup(path != NULL ? path : ""), .start_ms = stmt_int(st, 4), .end_ms = stmt_int(st, 5),
			.first_number = stmt_int(st, 6), .last_number = stmt_int(st, 7), .frames = stmt_int(st, 8),
			.bytes = stmt_int(st, 9), .blurred = stmt_int(st, 11) != 0
		};
		snprintf(out->sha256, sizeof out->sha256, "%s", sha256 != NULL ? sha256 : "");
	}
	stmt_free(st);
	return got;
}

/* The one number that sql gives for a folder. */
static int
number_of(struct db *d, const char *sql, const char *folder, int64_t *out, struct err *e)
{
	struct stmt *st;
	*out = 0;
	if (stmt_new(&st, d, sql, e) != 0)
		return -1;
	stmt_bind_text(st, ":folder", folder);
	int got = stmt_step(st, e);
	if (got == 1)
		*out = stmt_int(st, 0);
	stmt_free(st);
	return got < 0 ? -1 : 0;
}

int
segment_bytes(struct db *d, const char *folder, int64_t *bytes, struct err *e)
{
	return number_of(d, "SELECT coalesce(sum(bytes), 0) FROM segment WHERE folder = :folder AND deleted_ms IS NULL",
		folder, bytes, e);
}

int
segment_waiting(struct db *d, const char *folder, int64_t *n, struct err *e)
{
	return number_of(d, "SELECT count(*) FROM segment WHERE folder = :folder AND deleted_ms IS NULL AND uploaded_ms IS NULL",
		folder, n, e);
}

int
segment_known(struct db *d, const char *folder, const char *path, struct err *e)
{
	struct stmt *st;
	if (stmt_new(&st, d, "SELECT 1 FROM segment WHERE folder = :folder AND path = :path AND deleted_ms IS NULL", e) != 0)
		return -1;
	stmt_bind_text(st, ":folder", folder);
	stmt_bind_text(st, ":path", path);
	int got = stmt_step(st, e);
	stmt_free(st);
	return got;
}

int
segment_revive(struct db *d, const char *folder, const char *path, const char *sha256, int64_t bytes, struct err *e)
{
	static const char sql[] =
		"UPDATE segment SET deleted_ms = NULL WHERE id = (SELECT max(id) FROM segment WHERE folder = :folder AND path = :path "
		"AND sha256 = :sha256 AND bytes = :bytes AND deleted_ms IS NOT NULL)";
	struct stmt *st;
	if (stmt_new(&st, d, sql, e) != 0)
		return -1;
	stmt_bind_text(st, ":folder", folder);
	stmt_bind_text(st, ":path", path);
	stmt_bind_text(st, ":sha256", sha256);
	stmt_bind_int(st, ":bytes", bytes);
	int rc = stmt_run(st, e);
	stmt_free(st);
	return rc != 0 ? -1 : db_changes(d) > 0;
}

int
segment_is_uploaded(struct db *d, int64_t id, bool *is, struct err *e)
{
	struct stmt *st;
	*is = false;
	if (stmt_new(&st, d, "SELECT uploaded_ms IS NOT NULL FROM segment WHERE id = :id", e) != 0)
		return -1;
	stmt_bind_int(st, ":id", id);
	int got = stmt_step(st, e);
	if (got == 1)
		*is = stmt_int(st, 0) != 0;
	stmt_free(st);
	return got < 0 ? -1 : 0;
}

static int
set(struct db *d, const char *sql, int64_t id, int64_t ms, struct err *e)
{
	struct stmt *st;
	if (stmt_new(&st, d, sql, e) != 0)
		return -1;
	stmt_bind_int(st, ":id", id);
	stmt_bind_int(st, ":ms", ms);
	int rc = stmt_run(st, e);
	stmt_free(st);
	return rc;
}

int
segment_set_uploaded(struct db *d, int64_t id, int64_t ms, struct err *e)
{
	return set(d, "UPDATE segment SET uploaded_ms = :ms WHERE id = :id", id, ms, e);
}

int
segment_set_deleted(struct db *d, int64_t id, int64_t ms, struct err *e)
{
	return set(d, "UPDATE segment SET deleted_ms = :ms WHERE id = :id", id, ms, e);
}
