/*
 * What one core can do at most: single-precision operations a second in fused multiply-adds, with nothing to wait for.
 * The bound that the networks' rates are held against (4.47 GFLOP: a pass of YOLOv5n at 640x640).
 *
 *	cc -O2 -o /tmp/peak eval/peak.c && /tmp/peak
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <stdio.h>
#include <time.h>

enum { CHAINS = 12, ROUNDS = 20000000, REPEATS = 7 };

static double
cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* As many independent chains as it takes to hide the latency of one operation. */
#define PEAK(name, isa, vector, set, fma, first)                               \
	__attribute__((target(isa))) static float name(void)                   \
	{                                                                      \
		vector v[CHAINS], a = set(0.999f), b = set(0.001f);            \
		for (int i = 0; i < CHAINS; i++)                               \
			v[i] = set((float)i);                                  \
		for (int n = 0; n < ROUNDS; n++) {                             \
			_Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) \
				v[i] = fma(v[i], a, b);                        \
		}                                                              \
		float sum = 0;                                                 \
		for (int i = 0; i < CHAINS; i++)                               \
			sum += first(v[i]);                                    \
		return sum;                                                    \
	}

PEAK(peak_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_cvtss_f32)
PEAK(peak_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_cvtss_f32)

static void
tell(const char *name, float (*peak)(void), int lanes)
{
	double best = 0;
	volatile float sink = 0;
	for (int i = 0; i < REPEATS; i++) {
		double start = cpu_s();
		sink += peak();
		double rate = 2.0 * lanes * CHAINS * (double)ROUNDS / (cpu_s() - start) / 1e9;
		best = rate > best ? rate : best;
	}
	printf("%s: %.0f GFLOP/s\n", name, best);
}

int
main(void)
{
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		tell("AVX2", peak_avx2, 8);
	if (__builtin_cpu_supports("avx512f"))
		tell("AVX-512", peak_avx512, 16);
	return 0;
}
