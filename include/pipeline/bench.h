/*
 * Floor 4.  What this machine sustains.
 *
 * Each turn of measuring runs in a process of its own, so that its memory is that of one setting alone, that a
 * network which brings its process down is a line in the table, and that turns of different settings alternate at the
 * price of opening networks.  What is measured is the work of `analyze` without the database:
 *
 *	reader thread (decodes) --> queue --> workers (one set of networks each)
 *
 * The reader decodes the recording from its beginning, again and again, and its pictures are thrown away: workers
 * look at a sample of frames held in memory, so that all turns see the same people.
 */
#ifndef FOOTFALL_PIPELINE_BENCH_H
#define FOOTFALL_PIPELINE_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "conf/settings.h"
#include "models/registry.h"
#include "nets/times.h"
#include "pipeline/crew.h"
#include "pipeline/input.h"
#include "pipeline/source.h"
#include "vision/vision.h"

/* ---- frames ---- */

enum {
	BENCH_FRAMES = 32,		/* in a sample at most ... */
	BENCH_BYTES = 256 << 20,	/* ... and while they are no larger than this together (one always fits) */
	BENCH_LOOK_MS = 10000		/* longest time to look for them: the rest of the recording is left unseen */
};

struct bench_sample {
	const struct input *in;		/* the caller's */
	struct source_options source;
	struct source_info info;
	struct vision_image *v[BENCH_FRAMES];	/* in an order of which any beginning is spread over the recording */
	size_t n;
	int64_t bytes;
	int64_t seen;			/* frames decoded to find them */
	int64_t seen_ms;		/* of recording, that these span */
	bool whole;			/* that was all of it */
	double rate;			/* frames a second of the recording; 0 unknown */
};

/* ERR_DATA: not one frame.  ERR_INTERRUPTED.  s is to be freed in any case. */
int bench_sample_take(struct bench_sample *s, const struct input *in, const struct source_options *o, struct err *e);
void bench_sample_free(struct bench_sample *s);

/* ---- a turn ---- */

/* What is measured: one line of the table. */
struct bench_case {
	const struct bench_sample *sample;
	struct crew_wish wish;
	const struct settings *settings;
	int threads;
};

struct bench_turn {
	int64_t frames;
	double fps;			/* of the whole job */
	/* Processor time for each frame, seconds: of all threads, and parts of that. */
	double cpu_s, read_s;
	struct net_times parts[TASKS];
	double rest_s;
	double waited;			/* share of the time in which a worker could have run and had no core; NaN unknown */
	double watts;			/* of the processor, with whatever else it does; NaN unknown */
	int64_t peak_bytes;		/* of memory, the sample left out; 0 unknown */
	double persons, faces;		/* found in a frame, on average */
	char networks[256];		/* as crew_summary */
};

/* One turn of about so many seconds.  The reason of -1 is the case's own, but for ERR_INTERRUPTED. */
int bench_turn(const struct bench_case *c, double seconds, struct bench_turn *out, struct err *e);

/* ---- networks alone ---- */

struct bench_passes {
	int width, height;		/* of the picture that was given */
	int64_t passes;
	double prepare_ms, pass_ms, decode_ms;	/* medians of processor time, one thread */
};

/* Passes of one network over a picture of its own size, for about so many seconds, in a process of its own. */
int bench_passes(const struct registry *r, const struct model *m, const struct settings *set, double seconds,
	struct bench_passes *out, struct err *e);

/* ---- parts of the above ---- */

/*
 * Calls work in a process of its own; what it puts into out (size bytes) comes back.  -1: work's own reason, or
 * ERR_FAIL when the process ended otherwise.
 */
int bench_apart(int (*work)(void *context, void *out, struct err *e), void *context, void *out, size_t size,
	struct err *e);

/* What is chosen once in a process (fast/fast.h), by these settings: for work in a process of its own. */
void bench_choose(const struct settings *set);
/* Can networks run with these settings here?  ERR_CONFIG: says why not. */
int bench_can(const struct settings *set, struct err *e);

enum { BENCH_PACKAGES = 8 };
#define BENCH_POWER "/sys/class/powercap"

/* Energy counters of processor packages below a folder of the form of /sys/class/powercap, microjoules. */
struct bench_energy {
	size_t n;			/* 0: not readable */
	struct {
		double uj, range_uj;	/* the counter, and where it begins anew */
	} v[BENCH_PACKAGES];
};

void bench_energy_read(struct bench_energy *out, const char *folder);
/* Joules from a to b; NaN when either was not readable. */
double bench_energy_between(const struct bench_energy *a, const struct bench_energy *b);

/* Sorts v; NaN when n is 0 or any of v is NaN. */
double bench_median(double *v, size_t n);

#endif
