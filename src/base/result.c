/*
 * Results of a frame, kept in arrays that grow once and are used again for every
 * frame after it.
 */
#include "base/result.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void
result_clear(struct frame_result *r)
{
	r->number = 0;
	r->time_ms = 0;
	r->gated = false;
	r->npersons = 0;
	r->nfaces = 0;
}

void
result_free(struct frame_result *r)
{
	free(r->persons);
	free(r->faces);
	*r = (struct frame_result){0};
}

void
result_copy(struct frame_result *to, const struct frame_result *from)
{
	to->npersons = to->nfaces = 0;
	for (size_t i = 0; i < from->npersons; i++)
		*result_add_person(to) = from->persons[i];
	for (size_t i = 0; i < from->nfaces; i++)
		*result_add_face(to) = from->faces[i];
}

struct person *
result_add_person(struct frame_result *r)
{
	if (r->npersons == r->cap_persons) {
		r->cap_persons = r->cap_persons == 0 ? 16 : r->cap_persons * 2;
		r->persons = mem_resize(r->persons, r->cap_persons, sizeof *r->persons);
	}
	struct person *p = &r->persons[r->npersons++];
	*p = (struct person){0};
	return p;
}

struct face *
result_add_face(struct frame_result *r)
{
	if (r->nfaces == r->cap_faces) {
		r->cap_faces = r->cap_faces == 0 ? 16 : r->cap_faces * 2;
		r->faces = mem_resize(r->faces, r->cap_faces, sizeof *r->faces);
	}
	struct face *f = &r->faces[r->nfaces++];
	*f = (struct face){.person = -1, .p_female = NAN};
	return f;
}

static void
count_gender(struct tally *t, enum gender g)
{
	if (g == GENDER_FEMALE)
		t->women++;
	else if (g == GENDER_MALE)
		t->men++;
	else
		t->unknown++;
}

/* Gender of a person: that of the first face assigned to it. */
static enum gender
person_gender(const struct frame_result *r, size_t person)
{
	for (size_t i = 0; i < r->nfaces; i++) {
		if (r->faces[i].person >= 0 && (size_t)r->faces[i].person == person)
			return r->faces[i].gender;
	}
	return GENDER_UNKNOWN;
}

struct tally
result_tally(const struct frame_result *r, bool with_persons)
{
	struct tally t = {.faces = (int64_t)r->nfaces, .gated = r->gated};
	if (with_persons) {
		t.people = (int64_t)r->npersons;
		for (size_t i = 0; i < r->npersons; i++)
			count_gender(&t, person_gender(r, i));
	} else {
		t.people = (int64_t)r->nfaces;
		for (size_t i = 0; i < r->nfaces; i++)
			count_gender(&t, r->faces[i].gender);
	}
	return t;
}

const char *
gender_name(enum gender g)
{
	switch (g) {
	case GENDER_FEMALE:
		return "female";
	case GENDER_MALE:
		return "male";
	case GENDER_UNKNOWN:
		break;
	}
	return NULL;
}
