/*
 * Floor 6.  The steps of footfall eval gender.  Private to src/cli/eval_gender*.c.
 */
#ifndef FOOTFALL_CLI_EVAL_GENDER_PARTS_H
#define FOOTFALL_CLI_EVAL_GENDER_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sha256.h"
#include "cli/eval_gender.h"
#include "pipeline/crew.h"
#include "pipeline/portraits.h"
#include "store/db.h"
#include "truth/faces.h"

/* ---- eval_gender_set.c ---- */

/* Reads a CSV file, or a folder; *utkface: its pictures are named the UTKFace way.  ERR_DATA also when nothing has a label. */
int gender_read_set(const char *path, bool csv, struct face_set *out, bool *utkface, struct err *e);
/* Of names, labels and contents, in order.  A picture that cannot be read counts by its name; looking at it will say why. */
void gender_set_digest(const struct face_set *set, char hex[SHA256_HEX]);

/* ---- eval_gender_answers.c: from pictures, or from an evaluation in the database, to answers ---- */

enum { ANSWER_SIZE = 16 };

/* What is known of one labelled picture. */
struct gender_answer {
	char *fault;			/* why it could not be read; NULL: it could, and the rest is set */
	double p_whole;			/* P(female), the picture taken for the face */
	double p_found;			/* of the face that was found; NaN without one */
	bool found;
	char size_whole[ANSWER_SIZE], size_found[ANSWER_SIZE];	/* groups of size, "" for none */
};

/* The networks, on every picture of the set.  a: as many as the set has, zeroed. */
int answers_run(const struct crew *c, const struct face_set *set, const struct portraits_options *o, struct gender_answer *a,
	struct err *e);
/* Keeps them with evaluation id: the view "given", and with find "end_to_end". */
int answers_keep(struct db *d, int64_t id, const struct face_set *set, bool find, const struct gender_answer *a, struct err *e);
/* As they were kept.  The set is the same as then.  ERR_DATA: they are not. */
int answers_load(struct db *d, int64_t id, const struct face_set *set, bool find, struct gender_answer *a, struct err *e);
void answers_clear(struct gender_answer *a, size_t n);	/* frees what they hold */

/* ---- eval_gender_keep.c ---- */

/* Ends the evaluation, with its figures. */
int gender_keep(struct db *d, const struct gender_result *r, struct err *e);

#endif
