/*
 * Kernels for AVX-512: 32 registers of 16 floats.
 */
#include "fast/rows.h"

#ifdef __x86_64__

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define REG __m512
#define WIDEST 4
enum { LANES = 16, SUMS = 24 };
#define LOAD(p) _mm512_loadu_ps(p)
#define STORE(p, v) _mm512_storeu_ps(p, v)
#define SET(x) _mm512_set1_ps(x)
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define ADD(a, b) _mm512_add_ps(a, b)
#define SUB(a, b) _mm512_sub_ps(a, b)
#define MUL(a, b) _mm512_mul_ps(a, b)
#define DIV(a, b) _mm512_div_ps(a, b)
#define MIN(a, b) _mm512_min_ps(a, b)
#define MAX(a, b) _mm512_max_ps(a, b)
#define ROUND(x) _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define TIMES_POW2(p, n) _mm512_scalef_ps(p, n)

#include "fast/rows_kernels.h"

const struct rows *
rows_avx512(void)
{
	static const struct rows rows = { LANES, WIDEST, dense, depthwise, maximum, finish, tile_in, tile_out };
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")
		&& __builtin_cpu_supports("avx512dq") ? &rows : NULL;
}

#else

const struct rows *
rows_avx512(void)
{
	return NULL;
}

#endif
