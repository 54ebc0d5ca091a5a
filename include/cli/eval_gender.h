/*
 * Floor 6.  What footfall eval gender found, between the part that finds it and those that print it.
 */
#ifndef FOOTFALL_CLI_EVAL_GENDER_H
#define FOOTFALL_CLI_EVAL_GENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "out/out.h"
#include "score/gender_score.h"

enum gender_by { BY_AGE, BY_RACE, BY_SIZE, GENDER_BY };

/* "age", "race", "face_size": as in the JSON and the database. */
const char *gender_by_name(enum gender_by by);

/* The answers of one view, and what they come to. */
struct gender_view {
	struct gender_item *items;		/* as many as the result has */
	const char **values[GENDER_BY];		/* the group of each item, NULL: none; group names are static */
	struct gender_score score;
	double forced[GENDER_FIGURES];		/* the figures if every face that was found got an answer, however uncertain */
	struct interval intervals[GENDER_FIGURES];
	struct gender_slices slices[GENDER_BY];	/* by number ("3-9" before "10-19") */
};

/* A file that is not among the items, and why. */
struct gender_reject {
	char *name, *why;
	bool unreadable;			/* its label is good, its picture is not */
};

struct gender_result {
	const char *set;			/* path, as the user gave it */
	char *sha256;				/* of names, labels and contents */
	bool utkface;				/* named the UTKFace way */
	size_t n;				/* items */
	char **names, **paths;			/* of each; paths to be opened, names relative to the set */
	struct gender_reject *rejects;
	size_t nrejects, nunreadable;
	bool has_found;				/* a face network ran: `found` is there */
	struct gender_view given, found;	/* the picture is the face; the face had to be found first */
	const char *gender, *face;		/* networks; face NULL: none ran */
	double min_score, face_min_score;
	uint64_t minimum;			/* size of the smallest group that is shown */
	size_t resamples;			/* 0: no intervals were asked for */
	uint64_t seed;
	int64_t evaluation;			/* its row in the database; 0: it is not stored */
	int64_t started_ms;
	const char *db;
};

/* The view that the contract's keys are of. */
const struct gender_view *gender_main_view(const struct gender_result *r);

enum { GENDER_LABEL = 32 };
/* A group as people read it: "2 (Asian)", "64-95 px". */
const char *gender_label(enum gender_by by, const char *value, char text[GENDER_LABEL]);

void gender_print_text(const struct gender_result *r, struct out *o);
void gender_print_json(const struct gender_result *r, struct out *o);
/* --html: one page at path, with up to `gallery` pictures of the worst errors. */
int gender_print_html(const struct gender_result *r, const char *path, size_t gallery, int64_t max_pixels, struct err *e);

#endif
