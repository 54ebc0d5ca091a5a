/*
 * Floor 4.  The networks of an analysis: chosen once, loaded once, then a set of them for each thread.
 */
#ifndef FOOTFALL_PIPELINE_CREW_H
#define FOOTFALL_PIPELINE_CREW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/result.h"
#include "conf/settings.h"
#include "models/registry.h"
#include "nets/times.h"
#include "store/store.h"
#include "vision/vision.h"

/* What the user asked for. */
struct crew_wish {
	const char *stages;			/* "person,face"; NULL: all for which a network is at hand */
	const char *networks[TASKS];		/* names; NULL: the default; "none": off; for gender several, joined by commas */
};

struct crew;

/*
 * Chooses and loads the networks. ERR_USAGE: unknown stage. ERR_UNAVAILABLE: a stage asked for has no network, or a
 * network cannot be used, with what to do.
 */
int crew_open(struct crew **out, const struct crew_wish *wish, const struct settings *set, struct err *e);
void crew_close(struct crew *c);
bool crew_has(const struct crew *c, enum task t);
/* What the store keeps of the stage's network; NULL when the stage is off. Valid as long as the crew. */
const struct store_model *crew_model(const struct crew *c, enum task t);
/* A digest of what the registry says of the stage's networks: with other facts the same bytes find other things. Valid as long as the crew. */
const char *crew_facts(const struct crew *c, enum task t);
/* A digest of what int8 knows of the stage's network; NULL: it is not run in int8. Valid as long as the crew. */
const char *crew_calibration(const struct crew *c, enum task t);
/* "person yolov5n, face yunet_2026may" for the log, "person and face footfall-pf (one pass)". Valid as long as the crew. */
const char *crew_summary(const struct crew *c);
/* The thresholds in force: the setting, or the network's own. */
double crew_min_score(const struct crew *c, enum task t);
double crew_iou(const struct crew *c, enum task t);

struct worker;		/* one thread's networks */

int worker_open(struct worker **out, const struct crew *c, struct err *e);
void worker_close(struct worker *w);
/* Fills persons and faces of r from the picture; number and time are left alone. */
int worker_run(struct worker *w, const struct vision_image *im, struct frame_result *r, struct err *e);
/* The gender networks alone, on faces that the caller names by their boxes; nothing is set when that stage is off. */
int worker_genders(struct worker *w, const struct vision_image *im, struct face *faces, size_t n, struct err *e);
/* What each stage has taken since the worker was opened. */
void worker_times(const struct worker *w, struct net_times out[TASKS]);

#endif
