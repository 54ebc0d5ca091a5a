/*
 * Fuzz target: any text as YOLO labels, as predictions, as a list of names and as data.yaml.  It is taken or refused with
 * ERR_DATA.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "truth/yolo.h"

#include "fuzz_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_names(int (*read)(const char *, struct span, struct names *, struct err *), struct span text)
{
	struct names n;
	struct err e = {0};

	if (read("t", text, &n, &e) == 0)
		assert(n.n <= YOLO_CLASSES);
	else
		assert(e.code == ERR_DATA && n.n == 0);
	names_free(&n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy(data, size);
	struct span span = { text, size };

	for (int scores = 0; scores <= 1; scores++) {
		struct yolo_objects o;
		struct err e = {0};
		if (yolo_read_file("t", span, scores == 1, 640, 480, &o, &e) != 0)
			assert(e.code == ERR_DATA && o.n == 0);
		for (size_t i = 0; i < o.n; i++) {
			const struct yolo_object *y = &o.v[i];
			assert(y->class_index < YOLO_CLASSES && isfinite(y->score));
			assert(y->box.w >= 0 && y->box.w < 650 && y->box.x > -400 && y->box.x < 700);
		}
		free(o.v);
	}
	read_names(yolo_read_names, span);
	read_names(yolo_read_yaml, span);
	free(text);
	return 0;
}
