/*
 * Floor 1.  The kernels' bodies, included once for each instruction set by src/fast/rows_*.c, which says what a register is:
 *
 *   TARGET            the functions' attribute that allows the instructions
 *   REG, LANES        a register of floats, and how many those are
 *   LOAD STORE SET FMA ADD SUB MUL DIV MIN MAX    on registers; SET: the same number everywhere
 *   TIMES_POW2(p, n)  p times 2 to the n, where n is whole and -126..126
 *   ROUND(x)          to the nearest whole number
 *   SUMS, WIDEST      how many registers hold sums, and the most of them that hold channels of one pixel
 *
 * Loops whose bounds are constants are unrolled, so that arrays of registers are registers.
 */
#include <float.h>
#include <math.h>

#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif
/* The compiler knows x no more: else it works out dozens of addresses before a loop, for which there are no registers. */
#define KEEP_OUT(x) __asm__("" : "+r"(x))
#define KERNEL static inline __attribute__((always_inline)) TARGET

/*
 * 1 + e to the -x, from 2 to the power of the rest after the whole part: as many terms as single precision needs.
 * Here and below, of MIN and MAX the second stays where it is not a number: a broken network shows as one, and not as certain.
 */
KERNEL REG
one_and_exp(REG x)
{
	REG t = MIN(SET(126), MAX(SET(-126), MUL(x, SET(-1.44269504F)))), n = ROUND(t), f = SUB(t, n);
	REG p = SET(1.535336188e-4F);
	p = FMA(p, f, SET(1.339887440e-3F));
	p = FMA(p, f, SET(9.618437357e-3F));
	p = FMA(p, f, SET(5.550332548e-2F));
	p = FMA(p, f, SET(2.402264791e-1F));
	p = FMA(p, f, SET(6.931472028e-1F));
	p = FMA(p, f, SET(1));
	return ADD(SET(1), TIMES_POW2(p, n));
}

KERNEL REG
act_on(REG x, enum act_kind kind, float alpha, float beta)
{
	switch (kind) {
	case ACT_RELU:
		return alpha == 0 ? MAX(SET(0), x) : FMA(MIN(SET(0), x), SET(alpha), MAX(SET(0), x));
	case ACT_CLIP:
		return MIN(MAX(x, SET(alpha)), SET(beta));
	case ACT_SIGMOID:
		return DIV(SET(1), one_and_exp(x));
	case ACT_SILU:
		return DIV(x, one_and_exp(x));
	case ACT_HARDSIGMOID:
		return MIN(MAX(FMA(x, SET(alpha), SET(beta)), SET(0)), SET(1));
	case ACT_HARDSWISH:
		return MUL(x, MIN(MAX(FMA(x, SET(1.0F / 6), SET(0.5F)), SET(0)), SET(1)));
	case ACT_LINEAR:
		return FMA(x, SET(alpha), SET(beta));
	case ACT_NONE:
	case ACT_TANH:
		break;
	}
	return x;
}

/* One kind of function over what has been written: a loop for each, so that none is chosen pixel by pixel. */
#define ACT_LOOP(KIND) case KIND: \
	for (size_t i = 0; i < n; i += LANES) \
		STORE(v + i, act_on(LOAD(v + i), KIND, a.alpha, a.beta)); \
	break

static TARGET void
act_run(struct act a, float *v, size_t n)
{
	switch (a.kind) {
	ACT_LOOP(ACT_RELU);
	ACT_LOOP(ACT_CLIP);
	ACT_LOOP(ACT_SIGMOID);
	ACT_LOOP(ACT_SILU);
	ACT_LOOP(ACT_HARDSIGMOID);
	ACT_LOOP(ACT_HARDSWISH);
	ACT_LOOP(ACT_LINEAR);
	case ACT_NONE:
	case ACT_TANH:
		break;
	}
}

/* This one is done before the sums are written. */
static inline bool
is_relu(struct act a)
{
	return a.kind == ACT_RELU && a.alpha == 0;
}

/* What follows the sums, on the row while it is still in the nearest cache. done: where is_relu, that is. */
KERNEL void
finish_row(const struct row *r, bool done)
{
	bool whole = r->out_step == r->channels;
	size_t n = whole ? (size_t)r->pixels * r->channels : r->channels;
	for (int x = 0; x < (whole ? 1 : r->pixels) && !(done && is_relu(r->act)); x++)
		act_run(r->act, r->out + (size_t)x * r->out_step, n);
	for (int x = 0; x < r->pixels && r->added != NULL; x++) {
		float *out = r->out + (size_t)x * r->out_step;
		const float *added = r->added + (size_t)x * r->added_step;
		for (size_t c = 0; c < r->channels; c += LANES)
			STORE(out + c, ADD(LOAD(out + c), LOAD(added + c)));
		act_run(r->last, out, r->channels);
	}
}

static TARGET void
finish(const struct row *r)
{
	finish_row(r, false);
}

/* ---- every channel with every other ---- */

/* Number k of the windows, and as many more as there are steps, of M pixels to N registers of sums. */
KERNEL void
dense_steps(REG *sum, const float *in, size_t step, const float *weights, int m_, int n_, int steps_)
{
	const int M = m_, N = n_, STEPS = steps_;
	UNROLL
	for (int s = 0; s < STEPS; s++) {
		REG w[WIDEST];
		UNROLL
		for (int n = 0; n < N; n++)
			w[n] = LOAD(weights + (s * N + n) * LANES);
		UNROLL
		for (int m = 0; m < M; m++) {
			REG v = SET(in[(size_t)m * step + (size_t)s]);
			UNROLL
			for (int n = 0; n < N; n++)
				sum[m * N + n] = FMA(v, w[n], sum[m * N + n]);
		}
	}
}

/* M pixels from x on, N registers of channels from c on; weights: those of these channels, in the order of use. */
KERNEL void
dense_block(const struct row *r, const float *weights, size_t c, int x, int m_, int n_)
{
	const int M = m_, N = n_;
	REG sum[SUMS];
	size_t step = r->step;
	/* columns that lie beside each other are read as one */
	const bool whole = r->column == r->channels_in;
	const size_t run = whole ? (size_t)r->width * r->channels_in : r->channels_in;
	const size_t pieces = (size_t)r->height * (whole ? 1 : (size_t)r->width);
	const REG least = SET(is_relu(r->act) ? 0 : -INFINITY);
	UNROLL
	for (int m = 0; m < M; m++) {
		UNROLL
		for (int n = 0; n < N; n++)
			sum[m * N + n] = LOAD(r->bias + c + (size_t)(n * LANES));
	}
	for (size_t p = 0; p < pieces; p++) {
		const float *in = (whole ? r->in[p] : r->in[p / (size_t)r->width] + p % (size_t)r->width * r->column) + (size_t)x * step;
		size_t k = run;
		for (; k >= 4; k -= 4, in += 4, weights += 4 * N * LANES) {
			KEEP_OUT(step);
			dense_steps(sum, in, step, weights, M, N, 4);
		}
		if (k >= 2) {
			dense_steps(sum, in, step, weights, M, N, 2);
			k -= 2;
			in += 2;
			weights += 2 * N * LANES;
		}
		if (k > 0) {
			dense_steps(sum, in, step, weights, M, N, 1);
			weights += N * LANES;
		}
	}
	UNROLL
	for (int m = 0; m < M; m++) {
		UNROLL
		for (int n = 0; n < N; n++)
			STORE(r->out + (size_t)(x + m) * r->out_step + c + (size_t)(n * LANES), MAX(least, sum[m * N + n]));
	}
}

/* As many pixels at once as there are registers, or as keep the processor busy; the rest of a row by halves. */
enum { ALONE = 12 };
#define TALL(N) ((N) == 1 ? ALONE : SUMS / (N))
#define DENSE_LOOP(M, N) \
	if (M <= TALL(N)) \
		for (; x + (M) <= r->pixels; x += (M)) \
			dense_block(r, weights, c, x, M <= TALL(N) ? M : 1, N)
#define DENSE(N) \
static TARGET void \
dense_##N(const struct row *r, const float *weights, size_t c) \
{ \
	int x = 0; \
	DENSE_LOOP(TALL(N), N); \
	DENSE_LOOP(16, N); \
	DENSE_LOOP(8, N); \
	DENSE_LOOP(4, N); \
	DENSE_LOOP(2, N); \
	DENSE_LOOP(1, N); \
}

DENSE(1)
DENSE(2)
DENSE(3)
#if WIDEST > 3
DENSE(4)
#endif

static TARGET void
dense(const struct row *r)
{
	static void (*const blocks[])(const struct row *, const float *, size_t) = {
		NULL, dense_1, dense_2, dense_3,
#if WIDEST > 3
		dense_4
#endif
	};
	const float *weights = r->weights;
	const size_t each = (size_t)(r->height * r->width) * r->channels_in;
	for (size_t c = 0; c < r->channels;) {
		size_t n = rows_block((r->channels - c) / LANES, WIDEST);
		blocks[n](r, weights, c);
		weights += n * LANES * each;
		c += n * LANES;
	}
	finish_row(r, true);
}

/* ---- each channel by itself ---- */

/* Pixels at once: as many as there are registers beside those of the weights. */
enum { ABREAST = SUMS > 16 ? 8 : 6 };

/* M pixels of one register of channels; the weights are in registers where the window is small. */
KERNEL void
depthwise_block(const struct row *r, const REG *weights, REG bias, REG least, size_t c, int x, int m_, int height, int width)
{
	const int M = m_;
	const size_t column = r->column, step = r->step;
	REG sum[ABREAST];
	UNROLL
	for (int m = 0; m < M; m++)
		sum[m] = bias;
	UNROLL
	for (int ky = 0; ky < height; ky++) {
		const float *in = r->in[ky] + (size_t)x * step + c;
		UNROLL
		for (int kx = 0; kx < width; kx++) {
			REG w = weights[ky * width + kx];
			UNROLL
			for (int m = 0; m < M; m++)
				sum[m] = FMA(LOAD(in + (size_t)m * step + (size_t)kx * column), w, sum[m]);
		}
	}
	UNROLL
	for (int m = 0; m < M; m++)
		STORE(r->out + (size_t)(x + m) * r->out_step + c, MAX(least, sum[m]));
}

/* A window of three columns; the height is a constant. */
KERNEL void
depthwise_three(const struct row *r, size_t c, int height)
{
	const REG bias = LOAD(r->bias + c), least = SET(is_relu(r->act) ? 0 : -INFINITY);
	REG weights[9];
	int x = 0;
	UNROLL
	for (int i = 0; i < 3 * height; i++)
		weights[i] = LOAD(r->weights + (size_t)r->weights_each * c + (size_t)(i * LANES));
	for (; x + ABREAST <= r->pixels; x += ABREAST)
		depthwise_block(r, weights, bias, least, c, x, ABREAST, height, 3);
	if (x < r->pixels && r->pixels >= ABREAST) {
		/* some of these once more: together they take no longer than one */
		depthwise_block(r, weights, bias, least, c, r->pixels - ABREAST, ABREAST, height, 3);
		return;
	}
	for (; x < r->pixels; x++)
		depthwise_block(r, weights, bias, least, c, x, 1, height, 3);
}

KERNEL void
depthwise_any(const struct row *r, size_t c)
{
	const float *weights = r->weights + (size_t)r->weights_each * c;
	const REG least = SET(is_relu(r->act) ? 0 : -INFINITY);
	for (int x = 0; x < r->pixels; x++) {
		REG sum = LOAD(r->bias + c);
		for (int ky = 0; ky < r->height; ky++)
			for (int kx = 0; kx < r->width; kx++)
				sum = FMA(LOAD(r->in[ky] + (size_t)x * r->step + (size_t)kx * r->column + c),
					LOAD(weights + (size_t)(ky * r->weights_row + kx) * LANES), sum);
		STORE(r->out + (size_t)x * r->out_step + c, MAX(least, sum));
	}
}

static TARGET void
depthwise(const struct row *r)
{
	const bool three = r->width == 3 && r->weights_row == 3;
	for (size_t c = 0; c < r->channels; c += LANES) {
		if (three && r->height == 3)
			depthwise_three(r, c, 3);
		else if (three && r->height == 2)
			depthwise_three(r, c, 2);
		else
			depthwise_any(r, c);
	}
	finish_row(r, true);
}

/* N registers of channels of all pixels. */
KERNEL void
maximum_block(const struct row *r, size_t c, int n_)
{
	const int N = n_;
	for (int x = 0; x < r->pixels; x++) {
		REG most[4];
		UNROLL
		for (int n = 0; n < N; n++)
			most[n] = SET(-FLT_MAX);
		for (int ky = 0; ky < r->height; ky++) {
			for (int kx = 0; kx < r->width; kx++) {
				const float *in = r->in[ky] + (size_t)x * r->step + (size_t)kx * r->column + c;
				UNROLL
				for (int n = 0; n < N; n++)
					most[n] = MAX(most[n], LOAD(in + n * LANES));
			}
		}
		UNROLL
		for (int n = 0; n < N; n++)
			STORE(r->out + (size_t)x * r->out_step + c + (size_t)(n * LANES), most[n]);
	}
}

static TARGET void
maximum(const struct row *r)
{
	size_t c = 0;
	for (; c + 4 * LANES <= r->channels; c += 4 * LANES)
		maximum_block(r, c, 4);
	for (; c < r->channels; c += LANES)
		maximum_block(r, c, 1);
	finish_row(r, false);
}

/* ---- Winograd's tiles ---- */

/* B' d B of each tile of 4x4 numbers, which begin 2 apart. */
static TARGET void
tile_in(const float *const in[TILE], size_t channels, int tiles, float *out, size_t plane)
{
	for (int t = 0; t < tiles; t++) {
		for (size_t c = 0; c < channels; c += LANES) {
			REG d[TILE][TILE];
			UNROLL
			for (int x = 0; x < TILE; x++) {
				const size_t at = (size_t)(2 * t + x) * channels + c;
				REG a = LOAD(in[0] + at), b = LOAD(in[1] + at), e = LOAD(in[2] + at), f = LOAD(in[3] + at);
				d[0][x] = SUB(a, e);
				d[1][x] = ADD(b, e);
				d[2][x] = SUB(e, b);
				d[3][x] = SUB(b, f);
			}
			UNROLL
			for (int y = 0; y < TILE; y++) {
				float *to = out + (size_t)(y * TILE) * plane + (size_t)t * channels + c;
				STORE(to, SUB(d[y][0], d[y][2]));
				STORE(to + plane, ADD(d[y][1], d[y][2]));
				STORE(to + 2 * plane, SUB(d[y][2], d[y][1]));
				STORE(to + 3 * plane, SUB(d[y][1], d[y][3]));
			}
		}
	}
}

/* A' m A, two rows of pixels: the second of a pair of rows or columns may be too many. */
static TARGET void
tile_out(const float *in, size_t plane, const struct row *r, float *below)
{
	for (int t = 0; 2 * t < r->pixels; t++) {
		for (size_t c = 0; c < r->channels; c += LANES) {
			REG m[2][TILE], bias = LOAD(r->bias + c);
			UNROLL
			for (int x = 0; x < TILE; x++) {
				const float *from = in + (size_t)x * plane + (size_t)t * r->channels + c;
				REG a = LOAD(from), b = LOAD(from + 4 * plane), e = LOAD(from + 8 * plane), f = LOAD(from + 12 * plane);
				m[0][x] = ADD(ADD(a, b), e);
				m[1][x] = SUB(SUB(b, e), f);
			}
			UNROLL
			for (int y = 0; y < 2; y++) {
				float *to = (y == 0 ? r->out : below) + (size_t)(2 * t) * r->out_step + c;
				if (y == 1 && below == NULL)
					break;
				STORE(to, ADD(ADD(ADD(m[y][0], m[y][1]), m[y][2]), bias));
				if (2 * t + 1 < r->pixels)
					STORE(to + r->out_step, ADD(SUB(SUB(m[y][1], m[y][2]), m[y][3]), bias));
			}
		}
	}
}
