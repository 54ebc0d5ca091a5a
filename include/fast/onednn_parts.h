/*
 * Floor 1.  What src/fast/onednn*.c share: the library's structs, and the differences between its C interfaces 2 and 3.
 */
#ifndef FOOTFALL_FAST_ONEDNN_PARTS_H
#define FOOTFALL_FAST_ONEDNN_PARTS_H

#include <oneapi/dnnl/dnnl.h>

#include "fast/onednn.h"

/* In 2 a memory descriptor is a struct that its user holds, in 3 the library holds it. */
#if DNNL_VERSION_MAJOR >= 3
#define BORROWED const_dnnl_memory_desc_t
#define DESC(l) ((l)->md)
#else
#define BORROWED const dnnl_memory_desc_t *
#define DESC(l) (&(l)->md)
#endif

struct layout {
	dnnl_memory_desc_t md;
};

struct engine {
	dnnl_engine_t engine;
	dnnl_stream_t stream;
};

enum { PRIMITIVE_NAME = 64 };

struct primitive {
	dnnl_primitive_t primitive;
	dnnl_stream_t stream;		/* the engine's */
	dnnl_exec_arg_t *args;
	struct layout **layouts;	/* of the args */
	int nargs;
	char name[PRIMITIVE_NAME];
};

struct layout *layout_of(BORROWED md);
/* dims: ndims of them; the library's own arrays are longer. */
struct layout *layout_tagged(int ndims, const int64_t *dims, dnnl_data_type_t type, dnnl_format_tag_t tag);
dnnl_data_type_t onednn_type(enum layout_type type);
/* Takes pd. args: nargs of the library's numbers; those that pd has no use for are left out. */
struct primitive *primitive_of(struct engine *g, dnnl_primitive_desc_t pd, const int *args, int nargs);
/* What act does to a primitive's result; in interface 2 scale multiplies what comes out of it. */
bool onednn_append_act(dnnl_post_ops_t ops, struct act act, float scale);
/* As primitive_conv, with these attributes. Takes attr, which may be NULL: so is the outcome then. */
struct primitive *onednn_conv(struct engine *g, const struct region_op *op, const int64_t in[4], const int64_t out[4],
	const struct layout *from, const struct layout *to, enum layout_type type, dnnl_primitive_attr_t attr);

#endif
