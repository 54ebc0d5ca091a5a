/*
 * Which source an input is.
 *
 * The same place is the same source, so that its runs lie together; and a name says which one in every table
 * that people read, so two places never share one: "cam1/rec.avi" stays apart from "cam2/rec.avi".
 */
#include "store/source.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "store/statements.h"

int
uuid_make(char out[UUID_TEXT], struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char b[16];

	/* up to 256 bytes come whole */
	if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
		return err_set(e, ERR_FAIL, "no random numbers from the system: %s", strerror(errno));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	char *p = out;
	for (size_t i = 0; i < sizeof b; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[b[i] >> 4];
		*p++ = hex[b[i] & 15];
	}
	*p = '\0';
	return 0;
}

/* 1: *id is the source of that name, and *same whether it is of that kind.  0: there is none. */
static int
by_name(struct stmt *s, const char *name, const char *kind, int64_t *id, bool *same, struct err *e)
{
	stmt_bind_text(s, ":name", name);
	int got = stmt_step(s, e);
	if (got == 1) {
		*id = stmt_int(s, 0);
		*same = stmt_is(s, 1, kind);
		stmt_reset(s);
	}
	return got;
}

static int
taken(struct stmt *s, const char *name, struct err *e)
{
	int64_t id;
	bool same;
	return by_name(s, name, "", &id, &same, e);
}

/* Where the path component before the one at `at` begins; at itself when there is none. */
static size_t
component_before(const char *path, size_t at)
{
	size_t i = at;
	while (i > 0 && path[i - 1] == '/')
		i--;
	if (i == 0)
		return path[0] == '/' ? 0 : at;
	while (i > 0 && path[i - 1] != '/')
		i--;
	return i;
}

/*
 * A name for uri that no source has: its last component, with as many of its parent folders as it takes; a number
 * behind it when even the whole is taken, by a source that was given that name. New memory, NULL on failure.
 */
static char *
free_name(struct stmt *s, const char *uri, struct err *e)
{
	char *path = mem_strdup(uri);
	size_t end = strlen(path);
	while (end > 1 && path[end - 1] == '/')
		path[--end] = '\0';
	size_t at = component_before(path, end);

	int got;
	while ((got = taken(s, path + at, e)) == 1) {
		size_t before = component_before(path, at);
		if (before == at)
			break;
		at = before;
	}
	char *name = mem_strdup(path + at);
	for (int i = 2; got == 1; i++) {
		free(name);
		name = mem_printf("%s (%d)", path + at, i);
		got = taken(s, name, e);
	}
	free(path);
	if (got < 0) {
		free(name);
		return NULL;
	}
	return name;
}

static int
add(struct db *d, struct stmt *s, const struct store_run *spec, const char *name, int64_t *id, struct err *e)
{
	char uuid[UUID_TEXT];
	if (uuid_make(uuid, e) != 0)
		return -1;
	stmt_bind_text(s, ":uuid", uuid);
	stmt_bind_text(s, ":name", name);
	stmt_bind_text(s, ":kind", spec->kind);
	stmt_bind_text(s, ":uri", spec->uri);
	if (stmt_run(s, e) != 0)
		return -1;
	*id = db_last_id(d);
	return 0;
}

int
source_find_or_add(struct db *d, struct stmt *const *st, const struct store_run *spec, int64_t *id, struct err *e)
{
	assert(spec->uri[0] != '\0');
	if (spec->source_name != NULL) {
		bool same_kind;
		int got = by_name(st[SOURCE_BY_NAME], spec->source_name, spec->kind, id, &same_kind, e);
		if (got == 1 && !same_kind)
			return err_set(e, ERR_USAGE, "the source %s in %s is of another kind than %s: give another name",
			    spec->source_name, db_path(d), spec->kind);
		if (got != 0)
			return got == 1 ? 0 : -1;
		return add(d, st[SOURCE_ADD], spec, spec->source_name, id, e);
	}

	struct stmt *s = st[SOURCE_BY_URI];
	stmt_bind_text(s, ":uri", spec->uri);
	stmt_bind_text(s, ":kind", spec->kind);
	if (stmt_step(s, e) < 0)
		return -1;
	bool found = stmt_type(s, 0) == STMT_INT;
	*id = stmt_int(s, 0);
	stmt_reset(s);
	if (found)
		return 0;

	char *name = free_name(st[SOURCE_BY_NAME], spec->uri, e);
	if (name == NULL)
		return -1;
	int got = add(d, st[SOURCE_ADD], spec, name, id, e);
	free(name);
	return got;
}
