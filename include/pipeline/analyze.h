/*
 * Floor 4.  One input from its first frame to its last row, over the line of line.h: results come back in order, minutes are closed,
 * rows stored, pictures drawn.
 */
#ifndef FOOTFALL_PIPELINE_ANALYZE_H
#define FOOTFALL_PIPELINE_ANALYZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "conf/settings.h"
#include "pipeline/crew.h"
#include "pipeline/input.h"
#include "pipeline/source.h"
#include "store/store.h"

/* What all inputs of a command share. */
struct analysis {
	const struct settings *settings;
	const struct crew *crew;
	struct worker **workers;
	size_t nworkers;
	struct store *store;
	struct source_options source;
	const char *name;		/* of the source; NULL: from the file */
	bool force;
	const char *annotate, *snapshot;	/* paths or NULL */
};

enum analysis_status { ANALYSIS_COMPLETE, ANALYSIS_ALREADY, ANALYSIS_INTERRUPTED, ANALYSIS_FAILED };

struct analysis_result {
	enum analysis_status status;
	int64_t run_id;			/* 0: it did not come to a run */
	int64_t frames_read;		/* of the input */
	int64_t frames_analyzed;	/* now, without those stored before */
	int64_t elapsed_ms;
	double cpu_s, networks_cpu_s;	/* processor time of all threads; of that, the workers' */
	bool fatal;			/* failed for a reason that the next input would meet too */
};

/* 0 complete or already so; -1 with the reason (interrupted: ERR_INTERRUPTED). out is filled in any case. */
int analyze_input(const struct analysis *a, const struct input *in, struct analysis_result *out, struct err *e);

#endif
