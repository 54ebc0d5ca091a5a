/*
 * Fuzz target: any text as an annotation of Pascal VOC, and so as XML.  It is taken or refused with ERR_DATA.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "truth/voc.h"

#include "fuzz_labels.h"
#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy(data, size);
	struct labels l = {0};
	struct err e = {0};

	if (voc_read_file("t.xml", (struct span) { text, size }, &l, &e) == 0)
		assert(l.nimages == 1);
	else
		assert(e.code == ERR_DATA);
	check(&l);
	labels_free(&l);
	free(text);
	return 0;
}
