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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy exactly as large as the text and its NUL, so that a sanitizer sees any step outside. */
static char *
copy(const uint8_t *data, size_t size)
{
	char *text = mem_alloc(size + 1);
	if (size > 0)
		memcpy(text, data, size);
	return text;
}

/* Whatever was taken can be reckoned with. */
static void
check(const struct labels *l)
{
	for (size_t i = 0; i < l->ntruths; i++) {
		const struct truth *t = &l->truths[i];
		assert(t->image < l->nimages && t->class_index < l->nclasses);
		assert(isfinite(t->box.x) && isfinite(t->box.y) && t->box.w >= 0 && t->box.h >= 0);
		assert(isfinite(t->box.w) && isfinite(t->box.h) && isfinite(t->area) && t->area >= 0);
	}
	for (size_t i = 0; i < l->nimages; i++)
		assert(l->images[i].name != NULL && l->images[i].width >= 0 && l->images[i].height >= 0);
}

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
