/*
 * Floor 1.  A region made ready for one set of shapes (src/fast/run.c says how it is used).
 */
#ifndef FOOTFALL_FAST_SCRIPT_H
#define FOOTFALL_FAST_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "fast/onednn.h"
#include "fast/region.h"
#include "fast/slide.h"

/* Weights as primitives and our own kernels want them, kept from shape to shape: most shapes want the same. */
struct weight {
	const void *of;			/* the region's, or its bytes */
	struct layout *layout;		/* NULL: packed for our own kernels, in that order */
	enum rows_order order;
	void *data;
};

struct weights {
	struct weight *v;
	size_t n, cap;
};

void weights_free(struct weights *w);
/* The weights in that layout; valid until weights_free. NULL: the library fails. */
void *weights_get(struct weights *w, struct engine *g, const void *of, const struct layout *plain, const struct layout *wanted);

/* The weights of op as our own kernels want them; valid until weights_free. NULL: no memory. */
const float *weights_pack(struct weights *w, const struct rows *k, const struct region_op *op, enum rows_order order);

enum { BUFFER_NONE = -1 };

/* Memory of a value, an input, an output or scratch, from the first to the last step that uses it. */
struct buffer {
	size_t bytes, at;		/* at: where in the script's block */
	int first, last;
	int input, output;		/* it is the caller's: which, or BUFFER_NONE */
};

/* The library's primitive, or an operation of our own kernels. */
struct step {
	struct primitive *primitive;
	struct slide *slide;
};

/* A step's slot lies in that buffer. */
struct binding {
	int step, slot, buffer;
};

struct script {
	int64_t (*shapes)[4];		/* of the region's values */
	struct step *steps;
	int nsteps, cap_steps;
	struct buffer *buffers;
	int nbuffers, cap_buffers;
	struct binding *bindings;
	int nbindings, cap_bindings;
	size_t bytes;			/* of the block that it needs */
	void *placed;			/* the block that steps have been pointed at */
};

/* ERR_DATA: the shapes do not fit, or the library cannot do what is asked. */
struct script *script_new(const struct region *r, const int64_t (*in)[4], struct engine *g, enum layout_type type,
	struct weights *w, struct err *e);
void script_free(struct script *s);
/* block: s->bytes of it. */
int script_place(struct script *s, void *block, struct err *e);
int script_run(struct script *s, const float *const *in, float *const *out, struct err *e);

/* For the making of scripts. Buffers live at the steps that are bound to them. */
int script_buffer(struct script *s, size_t bytes);
/* Appends a step (taken, also on failure) with its scratch memory. Its number; -1: it is NULL. */
int script_add(struct script *s, struct primitive *p);
int script_add_slide(struct script *s, struct slide *slide);
/* Joins it (not NULL) to the last step, which is one that joins, whose result is in that buffer and wanted by nobody else. */
int script_join_slide(struct script *s, struct slide *slide, int buffer);
void script_bind(struct script *s, int step, int slot, int buffer);
/* Gives each buffer its place in the block. */
void script_arrange(struct script *s);

#endif
