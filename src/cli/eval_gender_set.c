/*
 * Sets of labelled faces for footfall eval gender, however they are labelled.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/eval_gender_parts.h"
#include "out/gz.h"

static int
read_csv(const char *path, struct face_set *out, struct err *e)
{
	struct buf text = { 0 };
	char *dir = mem_strdup(path);
	*(char *)file_name(dir) = '\0';
	int r = gz_read(path, TEXT_MAX, &text, e);
	if (r == 0)
		r = faces_read_csv(path, (struct span) { buf_str(&text), text.len }, dir, out, e);
	free(dir);
	buf_free(&text);
	return r;
}

/* Of the two ways to label a folder that which says more; UTKFace's names say more than the gender, so they win a tie. */
static int
read_folder(const char *path, struct face_set *out, bool *utkface, struct err *e)
{
	struct face_set classes = { 0 };
	if (faces_read_utkface(path, out, e) != 0 || faces_read_classes(path, &classes, e) != 0)
		return -1;
	*utkface = out->nfaces >= classes.nfaces;
	if (!*utkface) {
		struct face_set names = *out;
		*out = classes;
		classes = names;
	}
	faces_free(&classes);
	return 0;
}

int
gender_read_set(const char *path, bool csv, struct face_set *out, bool *utkface, struct err *e)
{
	*utkface = false;
	if ((csv ? read_csv(path, out, e) : read_folder(path, out, utkface, e)) != 0)
		return -1;
	if (out->nfaces > 0)
		return 0;
	return err_set(e, ERR_DATA, "%s: no picture has a label: all %zu are rejected, as %s: %s", path, out->nrejected,
	    out->nrejected > 0 ? out->rejected[0].name : "", out->nrejected > 0 ? out->rejected[0].why : "");
}

void
gender_set_digest(const struct face_set *set, char hex[SHA256_HEX])
{
	struct sha256 all;
	sha256_init(&all);
	for (size_t i = 0; i < set->nfaces; i++) {
		const struct labelled_face *f = &set->faces[i];
		char one[SHA256_HEX] = "";
		struct err ignored;
		char *label = mem_printf("%s %d %d", gender_name(f->gender), f->age, f->race);
		if (file_sha256(f->path, one, NULL, &ignored) != 0)
			one[0] = '\0';
		sha256_add(&all, f->name, strlen(f->name) + 1);
		sha256_add(&all, label, strlen(label) + 1);
		sha256_add(&all, one, strlen(one) + 1);
		free(label);
	}
	sha256_end(&all, hex);
}
