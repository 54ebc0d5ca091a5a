/*
 * Floor 1.  oneDNN behind a few functions, the same for its C interfaces 2 and 3: layouts of values in memory, and
 * primitives that work on them. Only src/fast/onednn*.c see the library.
 *
 * A primitive that the library cannot make, or a layout that it does not have, is NULL: the caller does without.
 * One engine belongs to one thread at a time.
 */
#ifndef FOOTFALL_FAST_ONEDNN_H
#define FOOTFALL_FAST_ONEDNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fast/region.h"

enum onednn_isa { ONEDNN_AUTO, ONEDNN_SSE41, ONEDNN_AVX2, ONEDNN_AVX512, ONEDNN_AMX };

/* "2.6.3": the library that runs. Static memory. */
const char *onednn_version(void);
/* Why it cannot be used here (threads that cannot be held to one), or NULL. */
const char *onednn_trouble(void);
/* Before any engine is made; false: this processor has no such instructions, or the library knows none of them. */
bool onednn_limit(enum onednn_isa isa);
/* The instructions in use. ONEDNN_AUTO: the library does not say (not x86). */
enum onednn_isa onednn_level(void);
/* Does the processor multiply bfloat16, within the limit set? */
bool onednn_bf16(void);
/* Does the processor multiply bytes and add up in 32 bits, within the limit set? */
bool onednn_int8(void);

/* ---- layouts ---- */

struct layout;

enum layout_type { LAYOUT_F32, LAYOUT_BF16, LAYOUT_S8, LAYOUT_U8 };

struct layout *layout_plain(const int64_t dims[4], enum layout_type type);	/* rows of planes, as OpenCV has them */
struct layout *layout_last(const int64_t dims[4], enum layout_type type);	/* channels last */
struct layout *layout_any(const int64_t dims[4], enum layout_type type);	/* the library's choice, asked of a primitive */
struct layout *layout_copy(const struct layout *l);
/* The weights of a convolution of `channels`, and its bias, as a region holds them. */
struct layout *layout_weights(const struct region_op *op, int64_t channels);
struct layout *layout_bias(const struct region_op *op);
/* Channels first..first + n - 1 of whole, where they lie. NULL where they have no layout of their own. */
struct layout *layout_channels(const struct layout *whole, const int64_t dims[4], int64_t first);
bool layout_same(const struct layout *a, const struct layout *b);
/* Of single precision, channels last, alone or in something larger: floats to the first, and from one pixel to the next. */
bool layout_pixels(const struct layout *l, size_t *first, size_t *step);
size_t layout_bytes(const struct layout *l);
void layout_free(struct layout *l);

/* ---- primitives ---- */

struct engine;

struct engine *engine_new(void);	/* NULL: the library fails */
void engine_free(struct engine *g);
/* The calling thread computes alone; wanted once by each thread that runs primitives. */
void onednn_alone(void);

struct primitive;

enum slot { SLOT_SOURCE, SLOT_SECOND, SLOT_WEIGHTS, SLOT_BIAS, SLOT_RESULT, SLOT_SCRATCH, SLOT_PART };	/* SLOT_PART + i: concat */

struct primitive *primitive_reorder(struct engine *g, const struct layout *from, const struct layout *to);
/*
 * A convolution of in to out; from and to may be layout_any. With `added` it adds its result to what lies in SLOT_RESULT, between
 * op->act and op->last. Weights are of the type; the library chooses their layout.
 */
struct primitive *primitive_conv(struct engine *g, const struct region_op *op, const int64_t in[4], const int64_t out[4],
	const struct layout *from, const struct layout *to, enum layout_type type, bool added);
/* Pools and resizing; in and out: the shapes. */
struct primitive *primitive_pool(struct engine *g, const struct region_op *op, const int64_t in[4], const int64_t out[4],
	const struct layout *from, const struct layout *to);
struct primitive *primitive_resize(struct engine *g, const struct layout *from, const struct layout *to);
struct primitive *primitive_act(struct engine *g, struct act act, const struct layout *on);
/* The sum, or the product, of SLOT_SOURCE and SLOT_SECOND (which may have one row and column), then act. */
struct primitive *primitive_pair(struct engine *g, enum region_op_kind kind, struct act act, const struct layout *a,
	const struct layout *b, const struct layout *to);
struct primitive *primitive_concat(struct engine *g, const struct layout *const *parts, int n, const struct layout *to);
void primitive_free(struct primitive *p);

/* The layout it wants in a slot. Borrowed from the primitive; NULL: it has no such slot. */
const struct layout *primitive_layout(const struct primitive *p, int slot);
/* The library's name for how it is done. */
const char *primitive_name(const struct primitive *p);
/* Where the slot's contents lie from now on (64-byte aligned memory is faster). False: the library fails. */
bool primitive_point(struct primitive *p, int slot, void *at);
bool primitive_run(struct primitive *p);

#endif
