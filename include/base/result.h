/*
 * Floor 0.  What is known of one analysed frame, and of one minute.  Plain data
 * that the pipeline makes, the store keeps and the reports show.
 */
#ifndef FOOTFALL_BASE_RESULT_H
#define FOOTFALL_BASE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/box.h"

enum gender { GENDER_UNKNOWN, GENDER_FEMALE, GENDER_MALE };

struct person {
	struct box box;		/* pixels of the original frame */
	double score;		/* 0..1 */
};

struct face {
	struct box box;		/* pixels of the original frame */
	double score;		/* 0..1 */
	int person;		/* index into the frame's persons, -1: in no person's box */
	enum gender gender;
	double p_female;	/* 0..1; NaN when not classified */
	bool has_points;
	double points[5][2];	/* right eye, left eye, nose, right and left mouth corner (as the person sees them) */
};

struct frame_result {
	int64_t number;		/* in the recording, from 0 */
	int64_t time_ms;
	bool gated;		/* persons and faces are those of an earlier frame: nothing had changed since */
	struct person *persons;
	size_t npersons, cap_persons;
	struct face *faces;
	size_t nfaces, cap_faces;
};

/* Heads counted in one frame: men + women + unknown = people. */
struct tally {
	int64_t people, men, women, unknown, faces;
	int64_t gated;		/* 1 when the frame took an earlier result, else 0 */
};

/* One tumbling window [start_ms, start_ms + 60000) of one run. */
struct minute {
	int64_t start_ms;
	int64_t frames;		/* analysed in it */
	int64_t covered_ms;	/* of it that was seen, 0..60000 */
	int64_t dropped;	/* frames that came and were not analysed for lack of time */
	int64_t people_sum, people_min, people_max;	/* over its frames */
	int64_t men_sum, women_sum, unknown_sum, faces_sum;
	int64_t gated;		/* of its frames, those that took an earlier result */
};

/* Empties r, keeping its memory. */
void result_clear(struct frame_result *r);
void result_free(struct frame_result *r);	/* frees what it holds, not r itself */
/* Persons and faces of from, in the place of those of to; number, time and whether it is gated stay. */
void result_copy(struct frame_result *to, const struct frame_result *from);
struct person *result_add_person(struct frame_result *r);	/* zeroed; valid until the next add */
struct face *result_add_face(struct frame_result *r);		/* zeroed, person -1, p_female NaN */

/*
 * Counts a frame.  With with_persons, people are the persons, and a person's gender is
 * that of the face assigned to it; without (no person stage ran), each face is a person.
 */
struct tally result_tally(const struct frame_result *r, bool with_persons);

const char *gender_name(enum gender g);		/* "female", "male", NULL for unknown */

#endif
