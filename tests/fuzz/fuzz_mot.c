/*
 * Fuzz target: any text as MOTChallenge ground truth.  It is taken or refused with ERR_DATA; what is taken is in order.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "truth/people.h"

#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy(data, size);
	struct mot m;
	struct err e = {0};

	if (mot_read("t", (struct span) { text, size }, &m, &e) != 0)
		assert(e.code == ERR_DATA && m.n == 0);
	for (size_t i = 0; i < m.n; i++) {
		const struct mot_box *b = &m.boxes[i];
		assert(b->frame >= 0 && b->frame < m.frames && b->track >= -1 && (i == 0 || b[-1].frame <= b->frame));
		assert(isfinite(b->box.x) && isfinite(b->box.y) && b->box.w >= 0 && b->box.h >= 0);
	}
	assert(m.tracks <= m.n);
	mot_free(&m);
	free(text);
	return 0;
}
