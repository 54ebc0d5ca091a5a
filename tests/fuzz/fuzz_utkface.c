/*
 * Fuzz target: any text as a name of UTKFace, and as a word for a gender.  A name that is taken says what was read from it.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "truth/faces.h"

#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy(data, size);
	struct labelled_face f = {0};

	if (faces_parse_utkface(text, &f) == NULL) {
		assert(f.age >= 0 && f.age <= FACE_AGE_MAX && f.race >= 0 && f.race < FACE_RACES);
		assert(f.gender == GENDER_MALE || f.gender == GENDER_FEMALE);
		/* the digits before the third _ are these numbers */
		char *end;
		assert(strtol(text, &end, 10) == f.age && *end == '_');
		assert(strtol(end + 1, &end, 10) == (f.gender == GENDER_FEMALE) && *end == '_');
		assert(strtol(end + 1, &end, 10) == f.race && *end == '_');
		assert(strspn(end + 1, "0123456789") == 17 && end[18] == '.');
	}
	assert(faces_parse_gender(text) <= GENDER_MALE);
	free(text);
	return 0;
}
