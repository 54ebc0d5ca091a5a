/*
 * The bytes of a network, verified: what is analysed with must be what the registry describes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "models/locate.h"
#include "models/registry.h"

/* Is it a file that the registry knows, under another name than it should have?  A clause for the message. */
static void
tell_what_it_is(const struct registry *r, const char *path, struct buf *why)
{
	char hex[SHA256_HEX];
	struct err ignored;

	if (file_sha256(path, hex, NULL, &ignored) != 0)
		return;
	for (size_t i = 0; i < registry_count(r); i++) {
		const struct model *m = registry_at(r, i);
		for (size_t j = 0; j < m->nfiles; j++) {
			if (strcmp(m->files[j].sha256, hex) != 0)
				continue;
			buf_printf(why, " (it is %s of the network %s", file_name(m->files[j].path), m->name);
			if (m->unsupported != NULL)
				buf_printf(why, ", which cannot run: %s", m->unsupported);
			buf_puts(why, ")");
			return;
		}
	}
}

/* Reads path into out when it is what f says; else appends a clause to why. */
static enum locate
read_verified(const char *path, const struct model_file *f, struct buf *out, struct buf *why)
{
	struct err e = { 0 };
	char hex[SHA256_HEX];

	enum locate found = locate_look(path, f, why);
	if (found != LOCATE_GOOD)
		return found;
	buf_clear(out);
	if (file_read(path, (size_t)f->size, out, &e) != 0) {
		buf_printf(why, "cannot be read (%s)", e.msg);
		return LOCATE_BROKEN;
	}
	sha256_of(out->data, out->len, hex);
	if (strcmp(hex, f->sha256) == 0)
		return LOCATE_GOOD;
	buf_printf(why, "has other contents than it should (sha256 %.12s... instead of %.12s...)", hex, f->sha256);
	return LOCATE_BROKEN;
}

/* The first good copy of a file; else the first broken one, or its absence, is the error. */
static int
load_file(const struct registry *r, const struct model *m, size_t i, struct buf *out, struct err *e)
{
	const struct model_file *f = &m->files[i];
	struct buf clause = { 0 }, wrong = { 0 }, mend = { 0 };
	enum locate found = LOCATE_MISSING;
	char *p;

	for (size_t k = 0; found != LOCATE_GOOD && (p = locate_candidate(r, f, k)) != NULL; k++) {
		buf_clear(&clause);
		enum locate here = read_verified(p, f, out, &clause);
		if (here == LOCATE_BROKEN && found == LOCATE_MISSING) {
			buf_printf(&wrong, "%s %s", p, buf_str(&clause));
			tell_what_it_is(r, p, &wrong);
		}
		if (here != LOCATE_MISSING)
			found = here;
		free(p);
	}
	locate_mend(m, f, &mend);
	if (found == LOCATE_BROKEN) {
		err_set(e, ERR_UNAVAILABLE, "network %s: %s; %s", m->name, buf_str(&wrong), buf_str(&mend));
	} else if (found == LOCATE_MISSING) {
		if (f->at == NULL)
			locate_folders(r, &wrong);
		err_set(e, ERR_UNAVAILABLE, "network %s: %s is missing; %s%s%s%s", m->name, f->at != NULL ? f->at : f->path,
		    buf_str(&mend), wrong.len > 0 ? " (" : "", buf_str(&wrong), wrong.len > 0 ? ")" : "");
	}
	buf_free(&clause);
	buf_free(&wrong);
	buf_free(&mend);
	return found == LOCATE_GOOD ? 0 : -1;
}

int
model_load(const struct registry *r, const struct model *m, struct model_data *out, struct err *e)
{
	struct sha256 all;

	*out = (struct model_data){ 0 };
	if (m->unsupported != NULL)
		return err_set(e, ERR_UNAVAILABLE, "network %s cannot run: %s", m->name, m->unsupported);
	sha256_init(&all);
	for (size_t i = 0; i < m->nfiles; i++) {
		if (load_file(r, m, i, &out->files[i], e) != 0) {
			model_data_free(out);
			return -1;
		}
		sha256_add(&all, m->files[i].sha256, strlen(m->files[i].sha256));
	}
	if (m->nfiles == 1)
		memcpy(out->sha256, m->files[0].sha256, SHA256_HEX);
	else
		sha256_end(&all, out->sha256);
	return 0;
}

void
model_data_free(struct model_data *d)
{
	for (size_t i = 0; i < MODEL_FILES; i++)
		buf_free(&d->files[i]);
	*d = (struct model_data){ 0 };
}
