/*
 * Floor 2.  Pictures of one face each, of known gender: UTKFace's names, a folder for each gender, or
 * a CSV file.
 *
 * UTKFace codes gender as 0 male, 1 female, and numbers in CSV files mean the same.
 */
#ifndef FOOTFALL_TRUTH_FACES_H
#define FOOTFALL_TRUTH_FACES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/result.h"
#include "truth/folder.h"
#include "truth/text.h"

enum { FACE_AGE_MAX = 116, FACE_RACES = 5 };

struct labelled_face {
	char *name;		/* as the set gives it */
	char *path;
	enum gender gender;	/* female or male */
	int age;		/* years; -1: not given */
	int race;		/* 0 White, 1 Black, 2 Asian, 3 Indian, 4 others; -1: not given */
};

/* A picture that is no part of the evaluation, and why. */
struct rejected_face {
	char *name;
	char *why;
};

struct face_set {
	struct labelled_face *faces;
	size_t nfaces;
	struct rejected_face *rejected;
	size_t nrejected;
	size_t others;		/* files in the folder that are no pictures by their names; not looked at */
};

/*
 * Takes a name of UTKFace apart: age_gender_race_timestamp.* with age 0..116, gender 0 or 1, race 0..4, a
 * time stamp of 17 digits, and nothing but digits between.  NULL, or what is wrong with it.
 */
const char *faces_parse_utkface(const char *name, struct labelled_face *out);
/* "f", "Woman", "0" ... in any case; GENDER_UNKNOWN for anything else. */
enum gender faces_parse_gender(const char *word);

/* Every picture in the folder and below.  A name that does not parse is rejected.  ERR_INPUT, ERR_DATA: no picture at all. */
int faces_read_utkface(const char *folder, struct face_set *out, struct err *e);
/* Pictures below folders that are called by a gender; those elsewhere are rejected. */
int faces_read_classes(const char *folder, struct face_set *out, struct err *e);
/*
 * CSV, path,label: in this order, or as a first row with these names says, where age and race may stand, too.  Paths are
 * relative to dir.  ERR_DATA, naming the line: no path, a label that is no gender, a path there twice.
 */
int faces_read_csv(const char *what, struct span text, const char *dir, struct face_set *out, struct err *e);

void faces_free(struct face_set *s);

#endif
