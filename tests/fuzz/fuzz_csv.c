/*
 * Fuzz target: any text as CSV: a set of faces, and true counts per minute.  It is taken or refused with ERR_DATA.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "truth/faces.h"
#include "truth/people.h"

#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy(data, size);
	struct span span = { text, size };
	struct face_set s;
	struct true_minutes m;
	struct err e = {0};

	if (faces_read_csv("t", span, "dir", &s, &e) != 0)
		assert(e.code == ERR_DATA && s.nfaces == 0);
	for (size_t i = 0; i < s.nfaces; i++) {
		assert(s.faces[i].gender != GENDER_UNKNOWN && s.faces[i].name[0] != '\0');
		assert(s.faces[i].age >= -1 && s.faces[i].age <= FACE_AGE_MAX && s.faces[i].race < FACE_RACES);
	}
	faces_free(&s);
	e = (struct err) {0};
	if (minutes_read("t", span, &m, &e) != 0)
		assert(e.code == ERR_DATA && m.n == 0);
	for (size_t i = 0; i < m.n; i++) {
		assert(m.v[i].people >= 0 && isfinite(m.v[i].people) && m.v[i].frames >= 0);
		assert(i == 0 || m.v[i - 1].start_ms < m.v[i].start_ms);
	}
	minutes_free(&m);
	free(text);
	return 0;
}
