/*
 * Sets of faces: names that say everything, and folders that say the gender.
 */
#include "truth/faces.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "truth/faces_parts.h"

/* At *s a number of digits only, at most max, ended by end; goes behind that. */
static bool
take_number(const char **s, int max, char end, int *out)
{
	int v = 0;
	const char *from = *s;

	for (; **s >= '0' && **s <= '9'; (*s)++) {
		v = 10 * v + (**s - '0');
		if (v > max)
			return false;
	}
	if (*s == from || **s != end)
		return false;
	(*s)++;
	*out = v;
	return true;
}

const char *
faces_parse_utkface(const char *name, struct labelled_face *out)
{
	enum { TIMESTAMP = 17 };
	const char *s = name;
	int gender = 0;

	if (!take_number(&s, FACE_AGE_MAX, '_', &out->age))
		return "the age is not a number from 0 to 116 before a _";
	if (!take_number(&s, 1, '_', &gender))
		return "the gender is not 0 or 1 before a _";
	if (!take_number(&s, FACE_RACES - 1, '_', &out->race))
		return "the race is not a number from 0 to 4 before a _";
	size_t digits = strspn(s, "0123456789");
	if (digits != TIMESTAMP || s[digits] != '.' || s[digits + 1] == '\0')
		return "the time stamp is not 17 digits before a dot";
	out->gender = gender == 1 ? GENDER_FEMALE : GENDER_MALE;
	return NULL;
}

enum gender
faces_parse_gender(const char *word)
{
	static const char *const female[] = { "female", "f", "woman", "women", "girl", "1" };
	static const char *const male[] = { "male", "m", "man", "men", "boy", "0" };

	for (size_t i = 0; i < sizeof female / sizeof *female; i++) {
		if (strcasecmp(word, female[i]) == 0)
			return GENDER_FEMALE;
		if (strcasecmp(word, male[i]) == 0)
			return GENDER_MALE;
	}
	return GENDER_UNKNOWN;
}

void
faces_add(struct face_set *s, const struct labelled_face *f)
{
	if ((s->nfaces & (s->nfaces - 1)) == 0)
		s->faces = mem_resize(s->faces, s->nfaces == 0 ? 1 : 2 * s->nfaces, sizeof *s->faces);
	s->faces[s->nfaces++] = *f;
}

static void
reject(struct face_set *s, const char *name, const char *why)
{
	if ((s->nrejected & (s->nrejected - 1)) == 0)
		s->rejected = mem_resize(s->rejected, s->nrejected == 0 ? 1 : 2 * s->nrejected, sizeof *s->rejected);
	s->rejected[s->nrejected++] = (struct rejected_face) { mem_strdup(name), mem_strdup(why) };
}

/* The gender that a folder in the path of a picture says: the innermost that says one. */
static const char *
gender_of_folders(const char *name, enum gender *out)
{
	char *path = mem_strdup(name);
	*out = GENDER_UNKNOWN;
	for (char *slash; *out == GENDER_UNKNOWN && (slash = strrchr(path, '/')) != NULL;) {
		*slash = '\0';
		*out = faces_parse_gender(file_name(path));
	}
	free(path);
	return *out == GENDER_UNKNOWN ? "it lies in no folder that is called by a gender" : NULL;
}

static int
read_folder(const char *folder, bool classes, struct face_set *out, struct err *e)
{
	struct names files;

	*out = (struct face_set) {0};
	if (folder_list(folder, &files, e) != 0)
		return -1;
	for (size_t i = 0; i < files.n; i++) {
		const char *name = files.v[i];
		struct labelled_face f = { .age = -1, .race = -1 };
		if (!is_picture(name)) {
			out->others++;
			continue;
		}
		const char *why = classes ? gender_of_folders(name, &f.gender) :
			faces_parse_utkface(file_name(name), &f);
		if (why != NULL) {
			reject(out, name, why);
			continue;
		}
		f.name = mem_strdup(name);
		f.path = file_join(folder, name);
		faces_add(out, &f);
	}
	names_free(&files);
	if (out->nfaces + out->nrejected == 0)
		return err_set(e, ERR_DATA, "%s: no picture in this folder", folder);
	return 0;
}

int
faces_read_utkface(const char *folder, struct face_set *out, struct err *e)
{
	return read_folder(folder, false, out, e);
}

int
faces_read_classes(const char *folder, struct face_set *out, struct err *e)
{
	return read_folder(folder, true, out, e);
}

void
faces_free(struct face_set *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->nfaces; i++) {
		free(s->faces[i].name);
		free(s->faces[i].path);
	}
	for (size_t i = 0; i < s->nrejected; i++) {
		free(s->rejected[i].name);
		free(s->rejected[i].why);
	}
	free(s->faces);
	free(s->rejected);
	*s = (struct face_set) {0};
}
