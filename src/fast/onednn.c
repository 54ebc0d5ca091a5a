/*
 * The library itself, its layouts, and running its primitives.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fast/onednn_parts.h"

/* ---- the library ---- */

const char *
onednn_version(void)
{
	static _Thread_local char text[32];
	const dnnl_version_t *v = dnnl_version();
	snprintf(text, sizeof text, "%d.%d.%d", v->major, v->minor, v->patch);
	return text;
}

/* The library computes with OpenMP's threads, of whichever runtime it was linked with: that one is asked for by name. */
static void
set_threads(int n)
{
	void *found = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
	void (*set)(int);
	/* ISO C knows no conversion from one to the other */
	_Static_assert(sizeof set == sizeof found, "pointers to functions are of another size");
	memcpy(&set, &found, sizeof set);
	if (found != NULL)
		set(n);
}

const char *
onednn_trouble(void)
{
	switch (dnnl_version()->cpu_runtime) {
	case DNNL_RUNTIME_SEQ:
	case DNNL_RUNTIME_THREADPOOL:
		return NULL;
	case DNNL_RUNTIME_OMP:
		return dlsym(RTLD_DEFAULT, "omp_set_num_threads") != NULL ? NULL : "its OpenMP threads cannot be told to be one";
	default:
		return "it was built for threads that cannot be told to be one";
	}
}

void
onednn_alone(void)
{
	static _Thread_local bool done;
	if (!done)
		set_threads(1);
	done = true;
}

static bool
has(dnnl_cpu_isa_t isa)
{
	return (dnnl_get_effective_cpu_isa() & isa) == isa;
}

enum onednn_isa
onednn_level(void)
{
	if (has(dnnl_cpu_isa_avx512_core_amx))
		return ONEDNN_AMX;
	if (has(dnnl_cpu_isa_avx512_core))
		return ONEDNN_AVX512;
	if (has(dnnl_cpu_isa_avx2))
		return ONEDNN_AVX2;
	return has(dnnl_cpu_isa_sse41) ? ONEDNN_SSE41 : ONEDNN_AUTO;
}

bool
onednn_limit(enum onednn_isa isa)
{
	static const dnnl_cpu_isa_t limits[] = {
		[ONEDNN_SSE41] = dnnl_cpu_isa_sse41, [ONEDNN_AVX2] = dnnl_cpu_isa_avx2,
		/* with its instructions for bfloat16, where they are */
		[ONEDNN_AVX512] = dnnl_cpu_isa_avx512_core_bf16, [ONEDNN_AMX] = dnnl_cpu_isa_avx512_core_amx
	};
	return isa == ONEDNN_AUTO || (dnnl_set_max_cpu_isa(limits[isa]) == dnnl_success && onednn_level() == isa);
}

bool
onednn_bf16(void)
{
	return has(dnnl_cpu_isa_avx512_core_bf16);
}

bool
onednn_int8(void)
{
	return has(dnnl_cpu_isa_avx512_core_vnni) || has(dnnl_cpu_isa_avx2_vnni);
}

struct engine *
engine_new(void)
{
	struct engine *g = mem_alloc(sizeof *g);
	if (dnnl_engine_create(&g->engine, dnnl_cpu, 0) == dnnl_success
		&& dnnl_stream_create(&g->stream, g->engine, dnnl_stream_default_flags) == dnnl_success)
		return g;
	engine_free(g);
	return NULL;
}

void
engine_free(struct engine *g)
{
	if (g == NULL)
		return;
	if (g->stream != NULL)
		dnnl_stream_destroy(g->stream);
	if (g->engine != NULL)
		dnnl_engine_destroy(g->engine);
	free(g);
}

/* ---- layouts ---- */

dnnl_data_type_t
onednn_type(enum layout_type type)
{
	static const dnnl_data_type_t types[] = {
		[LAYOUT_F32] = dnnl_f32, [LAYOUT_BF16] = dnnl_bf16, [LAYOUT_S8] = dnnl_s8, [LAYOUT_U8] = dnnl_u8
	};
	return types[type];
}

struct layout *
layout_of(BORROWED md)
{
	struct layout *l = mem_alloc(sizeof *l);
#if DNNL_VERSION_MAJOR >= 3
	if (dnnl_memory_desc_clone(&l->md, md) != dnnl_success) {
		free(l);
		return NULL;
	}
#else
	l->md = *md;
#endif
	return l;
}

struct layout *
layout_tagged(int ndims, const int64_t *given, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
	dnnl_dims_t dims = { 0 };
	struct layout *l = mem_alloc(sizeof *l);
	memcpy(dims, given, (size_t)ndims * sizeof *dims);
#if DNNL_VERSION_MAJOR >= 3
	dnnl_status_t status = dnnl_memory_desc_create_with_tag(&l->md, ndims, dims, type, tag);
#else
	dnnl_status_t status = dnnl_memory_desc_init_by_tag(&l->md, ndims, dims, type, tag);
#endif
	if (status == dnnl_success)
		return l;
	free(l);
	return NULL;
}

struct layout *
layout_plain(const int64_t dims[4], enum layout_type type)
{
	return layout_tagged(4, dims, onednn_type(type), dnnl_nchw);
}

struct layout *
layout_last(const int64_t dims[4], enum layout_type type)
{
	return layout_tagged(4, dims, onednn_type(type), dnnl_nhwc);
}

struct layout *
layout_any(const int64_t dims[4], enum layout_type type)
{
	return layout_tagged(4, dims, onednn_type(type), dnnl_format_tag_any);
}

struct layout *
layout_weights(const struct region_op *op, int64_t channels)
{
	const int64_t plain[4] = { op->channels, channels, op->window.size[0], op->window.size[1] };
	const int64_t grouped[5] = { op->groups, op->channels / op->groups, channels / op->groups, op->window.size[0],
		op->window.size[1] };
	return op->groups > 1 ? layout_tagged(5, grouped, dnnl_f32, dnnl_goihw) : layout_tagged(4, plain, dnnl_f32, dnnl_oihw);
}

struct layout *
layout_bias(const struct region_op *op)
{
	const int64_t channels = op->channels;
	return layout_tagged(1, &channels, dnnl_f32, dnnl_a);
}

struct layout *
layout_copy(const struct layout *l)
{
	return layout_of(DESC(l));
}

struct layout *
layout_channels(const struct layout *whole, const int64_t dims[4], int64_t first)
{
	const dnnl_dims_t at = { 0, first, 0, 0 }, size = { dims[0], dims[1], dims[2], dims[3] };
	struct layout *l = mem_alloc(sizeof *l);
#if DNNL_VERSION_MAJOR >= 3
	dnnl_status_t status = dnnl_memory_desc_create_submemory(&l->md, DESC(whole), size, at);
#else
	dnnl_status_t status = dnnl_memory_desc_init_submemory(&l->md, DESC(whole), size, at);
#endif
	if (status == dnnl_success)
		return l;
	free(l);
	return NULL;
}

bool
layout_same(const struct layout *a, const struct layout *b)
{
	return dnnl_memory_desc_equal(DESC(a), DESC(b)) != 0;
}

bool
layout_pixels(const struct layout *l, size_t *first, size_t *step)
{
	enum { PICTURES, CHANNELS, ROWS, COLUMNS, DIMS };
	const dnnl_dim_t *dims, *strides;
	dnnl_dim_t offset;
	int ndims, blocks;
	dnnl_data_type_t type;
#if DNNL_VERSION_MAJOR >= 3
	const dnnl_dims_t *found[2];
	if (dnnl_memory_desc_query(l->md, dnnl_query_ndims_s32, &ndims) != dnnl_success
		|| dnnl_memory_desc_query(l->md, dnnl_query_data_type, &type) != dnnl_success
		|| dnnl_memory_desc_query(l->md, dnnl_query_submemory_offset_s64, &offset) != dnnl_success
		|| dnnl_memory_desc_query(l->md, dnnl_query_inner_nblks_s32, &blocks) != dnnl_success
		|| dnnl_memory_desc_query(l->md, dnnl_query_dims, &found[0]) != dnnl_success
		|| dnnl_memory_desc_query(l->md, dnnl_query_strides, &found[1]) != dnnl_success)
		return false;
	dims = *found[0];
	strides = *found[1];
#else
	if (l->md.format_kind != dnnl_blocked)
		return false;
	ndims = l->md.ndims;
	type = l->md.data_type;
	offset = l->md.offset0;
	blocks = l->md.format_desc.blocking.inner_nblks;
	dims = l->md.dims;
	strides = l->md.format_desc.blocking.strides;
#endif
	if (ndims != DIMS || type != dnnl_f32 || blocks != 0 || strides[CHANNELS] != 1 || strides[COLUMNS] < dims[CHANNELS]
		|| strides[ROWS] != dims[COLUMNS] * strides[COLUMNS] || strides[PICTURES] != dims[ROWS] * strides[ROWS])
		return false;
	*first = (size_t)offset;
	*step = (size_t)strides[COLUMNS];
	return true;
}

size_t
layout_bytes(const struct layout *l)
{
	return dnnl_memory_desc_get_size(DESC(l));
}

void
layout_free(struct layout *l)
{
	if (l == NULL)
		return;
#if DNNL_VERSION_MAJOR >= 3
	dnnl_memory_desc_destroy(l->md);
#endif
	free(l);
}

/* ---- primitives ---- */

/* Does the description have that argument? (A part of something larger has, though the library states no size for it.) */
static bool
is_there(BORROWED md, int arg)
{
	if (md == NULL)
		return false;
#if DNNL_VERSION_MAJOR >= 3
	int ndims = 0;
	dnnl_memory_desc_query(md, dnnl_query_ndims_s32, &ndims);
#else
	int ndims = md->ndims;
#endif
	return ndims > 0 && (arg != DNNL_ARG_SCRATCHPAD || dnnl_memory_desc_get_size(md) > 0);
}

static bool
add_arg(struct primitive *p, struct engine *g, const_dnnl_primitive_desc_t pd, int arg)
{
	BORROWED md = dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, arg);
	if (!is_there(md, arg))
		return true;
	struct layout *l = layout_of(md);
	dnnl_memory_t memory = NULL;
	if (l == NULL || dnnl_memory_create(&memory, DESC(l), g->engine, DNNL_MEMORY_NONE) != dnnl_success) {
		layout_free(l);
		return false;
	}
	p->args[p->nargs] = (dnnl_exec_arg_t) { .arg = arg, .memory = memory };
	p->layouts[p->nargs++] = l;
	return true;
}

struct primitive *
primitive_of(struct engine *g, dnnl_primitive_desc_t pd, const int *args, int nargs)
{
	struct primitive *p = mem_alloc(sizeof *p);
	const char *name = NULL;
	bool ok = dnnl_primitive_create(&p->primitive, pd) == dnnl_success;
	p->stream = g->stream;
	p->args = mem_array((size_t)nargs, sizeof *p->args);
	p->layouts = mem_array((size_t)nargs, sizeof *p->layouts);
	for (int i = 0; i < nargs && ok; i++)
		ok = add_arg(p, g, pd, args[i]);
	if (ok && dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) == dnnl_success && name != NULL)
		snprintf(p->name, sizeof p->name, "%s", name);
	dnnl_primitive_desc_destroy(pd);
	if (ok)
		return p;
	primitive_free(p);
	return NULL;
}

void
primitive_free(struct primitive *p)
{
	if (p == NULL)
		return;
	for (int i = 0; i < p->nargs; i++) {
		dnnl_memory_destroy(p->args[i].memory);
		layout_free(p->layouts[i]);
	}
	free(p->args);
	free(p->layouts);
	if (p->primitive != NULL)
		dnnl_primitive_destroy(p->primitive);
	free(p);
}

static int
find_arg(const struct primitive *p, int slot)
{
	static const int args[] = {
		[SLOT_SOURCE] = DNNL_ARG_SRC, [SLOT_SECOND] = DNNL_ARG_SRC_1, [SLOT_WEIGHTS] = DNNL_ARG_WEIGHTS,
		[SLOT_BIAS] = DNNL_ARG_BIAS, [SLOT_RESULT] = DNNL_ARG_DST, [SLOT_SCRATCH] = DNNL_ARG_SCRATCHPAD
	};
	int arg = slot < SLOT_PART ? args[slot] : DNNL_ARG_MULTIPLE_SRC + slot - SLOT_PART;
	for (int i = 0; i < p->nargs; i++)
		if (p->args[i].arg == arg)
			return i;
	return -1;
}

const struct layout *
primitive_layout(const struct primitive *p, int slot)
{
	int i = find_arg(p, slot);
	return i < 0 ? NULL : p->layouts[i];
}

const char *
primitive_name(const struct primitive *p)
{
	return p->name;
}

bool
primitive_point(struct primitive *p, int slot, void *at)
{
	int i = find_arg(p, slot);
	return i >= 0 && dnnl_memory_set_data_handle(p->args[i].memory, at) == dnnl_success;
}

bool
primitive_run(struct primitive *p)
{
	return dnnl_primitive_execute(p->primitive, p->stream, p->nargs, p->args) == dnnl_success
		&& dnnl_stream_wait(p->stream) == dnnl_success;
}
