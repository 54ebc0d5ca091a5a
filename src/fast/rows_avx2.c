/*
 * Kernels for AVX2 with FMA: 16 registers of 8 floats.
 */
#include "fast/rows.h"

#ifdef __x86_64__

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma")))
#define REG __m256
#define WIDEST 3
enum { LANES = 8, SUMS = 12 };
#define LOAD(p) _mm256_loadu_ps(p)
#define STORE(p, v) _mm256_storeu_ps(p, v)
#define SET(x) _mm256_set1_ps(x)
#define FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define ADD(a, b) _mm256_add_ps(a, b)
#define SUB(a, b) _mm256_sub_ps(a, b)
#define MUL(a, b) _mm256_mul_ps(a, b)
#define DIV(a, b) _mm256_div_ps(a, b)
#define MIN(a, b) _mm256_min_ps(a, b)
#define MAX(a, b) _mm256_max_ps(a, b)
#define ROUND(x) _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
/* the exponent's bits */
#define TIMES_POW2(p, n) MUL(p, _mm256_castsi256_ps(_mm256_slli_epi32( \
	_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23)))

#include "fast/rows_kernels.h"

const struct rows *
rows_avx2(void)
{
	static const struct rows rows = { LANES, WIDEST, dense, depthwise, maximum, finish, tile_in, tile_out };
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &rows : NULL;
}

#else

const struct rows *
rows_avx2(void)
{
	return NULL;
}

#endif
