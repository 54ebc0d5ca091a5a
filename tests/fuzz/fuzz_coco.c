/*
 * Fuzz target: any text as COCO instances, and as results for a small set.  Text is taken or refused with ERR_DATA; a
 * set that was taken is written and read again.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "truth/coco.h"

#include "fuzz_labels.h"
#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_results(const struct labels *l)
{
	for (size_t i = 0; i < l->npredictions; i++) {
		const struct prediction *p = &l->predictions[i];
		assert(p->image < l->nimages && p->class_index < l->nclasses && isfinite(p->score));
		assert(isfinite(p->box.x) && isfinite(p->box.y) && p->box.w >= 0 && p->box.h >= 0);
	}
}

static void
again(const struct labels *l)
{
	struct labels same = {0};
	struct buf b = {0};
	struct err e = {0};
	struct out *o = out_buf(&b);

	coco_write_instances(o, l);
	assert(out_close(o, &e) == 0);
	assert(coco_read_instances("again", (struct span) { b.data, b.len }, &same, &e) == 0);
	assert(same.nimages == l->nimages && same.nclasses == l->nclasses && same.ntruths == l->ntruths);
	for (size_t i = 0; i < l->ntruths; i++) {
		assert(same.truths[i].image == l->truths[i].image && same.truths[i].id == l->truths[i].id);
		assert(same.truths[i].box.x == l->truths[i].box.x && same.truths[i].box.w == l->truths[i].box.w);
		assert(same.truths[i].area == l->truths[i].area && same.truths[i].crowd == l->truths[i].crowd);
	}
	labels_free(&same);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy(data, size);
	struct labels l = {0};
	struct err e = {0};

	if (coco_read_instances("t", (struct span) { text, size }, &l, &e) == 0) {
		check(&l);
		again(&l);
	} else {
		assert(e.code == ERR_DATA && l.images == NULL);
	}
	labels_free(&l);

	labels_add_image(&l, "a/b.jpg", 1);
	labels_add_image(&l, "c.jpg", 9000000000);
	labels_add_class(&l, "person", 1);
	e = (struct err) {0};
	if (coco_read_results("r", (struct span) { text, size }, &l, &e) == 0)
		check_results(&l);
	else
		assert(e.code == ERR_DATA && l.npredictions == 0);
	labels_free(&l);
	free(text);
	return 0;
}
