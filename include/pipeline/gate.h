/*
 * Floor 4.  The motion gate at work on pictures, and what it would have changed.
 */
#ifndef FOOTFALL_PIPELINE_GATE_H
#define FOOTFALL_PIPELINE_GATE_H

#include "base/err.h"
#include "conf/settings.h"
#include "motion/gate.h"
#include "pipeline/crew.h"
#include "pipeline/source.h"
#include "vision/vision.h"

/* As the settings have it, whether it is enabled or not. */
struct gate_options gate_settings(const struct settings *s);
/* The small grey picture of im. */
void gate_look(struct grey *g, const struct vision_image *im, int grid);

/* ---- the study: what would it change? ---- */

enum { GATE_STUDY_THRESHOLDS = 16 };

/* What one threshold would have given. */
struct gate_case {
	double threshold;
	int64_t gated;		/* frames that take an earlier result */
	int64_t different;	/* frames counted differently: another number of people than the networks find in them */
	double mean_error, max_error;	/* of minutes' average people: absolute, over the minutes */
	double speedup;		/* of the whole, expected */
};

struct gate_study {
	int64_t frames, minutes;
	double people_avg;	/* without the gate */
	double reader_cpu_s;	/* of the reading thread */
	double reading_cpu_s;	/* of all but the networks: FFmpeg decodes in threads of its own */
	double networks_cpu_s;
	struct gate_case cases[GATE_STUDY_THRESHOLDS];
	size_t ncases;
};

struct gate_study_options {
	const struct settings *settings;
	const double *thresholds;	/* at most GATE_STUDY_THRESHOLDS of them, rising */
	size_t n;
	bool with_persons;		/* persons are counted, else faces */
	const char *name;		/* of the recording, for the progress line */
	int64_t expected;		/* frames; 0: not known */
};

/*
 * Reads the source to its end, runs the networks on every frame once, and tells what gates with these thresholds would have made of the same
 * results.  -1: the source or a network failed, or ERR_INTERRUPTED; then out is as far as it came.
 */
int gate_study_run(struct source *source, struct worker **workers, size_t nworkers, const struct gate_study_options *o,
	struct gate_study *out, struct err *e);

#endif
