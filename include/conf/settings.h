/*
 * Floor 1.  Settings: one table is the truth (name, type, default, range, unit, sentence); reading,
 * checking, `footfall config` and the manual follow it.
 *
 * Strongest first: flag (-o and the named options), FOOTFALL_* environment (person.min_score is
 * FOOTFALL_PERSON_MIN_SCORE), --config, ./footfall.cfg, $XDG_CONFIG_HOME/footfall/footfall.cfg, /etc/footfall.cfg, built-in.
 */
#ifndef FOOTFALL_CONF_SETTINGS_H
#define FOOTFALL_CONF_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct settings {
	/* input */
	bool input_square;
	int64_t input_max_pixels;
	double input_image_interval;	/* seconds */
	/* inference */
	char *inference_layers;		/* "fast", "opencv" */
	char *inference_precision;	/* "f32", "bf16", "int8" */
	char *inference_calibration;	/* "auto", a file or a folder */
	char *inference_isa;		/* "auto", "sse41", "avx2", "avx512", "amx" */
	int64_t inference_threads;	/* 0: one for each core */
	/* person, face, gender, nms; negative: the network's own */
	double person_min_score;
	char *person_class;
	double face_min_score;
	double face_upper;
	double gender_min_score;
	double nms_iou;
	/* gate */
	bool gate_enabled;
	double gate_threshold;		/* times the noise */
	double gate_longest;		/* seconds */
	int64_t gate_longest_frames;
	int64_t gate_grid;
	/* minute */
	double minute_gap;		/* seconds */
	/* store */
	double store_timeout;		/* seconds */
	/* live */
	char *live_sources;		/* separated by white space; "none" */
	double live_open;		/* seconds */
	double live_stall;		/* seconds */
	double live_backoff;		/* seconds */
	double live_commit;		/* seconds */
	double live_gap;		/* seconds */
	char *live_transport;		/* "tcp", "udp" */
	char *live_raw_size;		/* "640x480"; "none": YUV4MPEG2 */
	char *live_raw_pixels;		/* "bgr24", "rgb24", "gray", "i420", "nv12" */
	/* retain */
	char *retain_detections;	/* a duration, "forever" */
	char *retain_minutes;
	/* record */
	double record_segment;		/* seconds */
	double record_segment_mb;	/* megabytes */
	double record_quota;		/* gigabytes */
	bool record_blur;
	char *record_upload;		/* address; "none" */
	char *record_region;
	char *record_credentials;	/* file; "none" */
	/* serve */
	char *serve_address;
	int64_t serve_port;
	char *serve_token;		/* file; "none" */
	int64_t serve_clients;
	char *serve_picture;		/* "none", "blurred", "plain" */

	struct settings_origin *origins;	/* where each came from; one for each table entry */
};

void settings_init(struct settings *s);		/* built-in values */
void settings_free(struct settings *s);

/* The three config files, --config (path, or NULL), then the environment. ERR_CONFIG: file, line, name, allowed range. ERR_INPUT: --config is missing. */
int settings_load(struct settings *s, const char *config, struct err *e);
/* key=value from the command line; origin e.g. "-o". ERR_CONFIG. */
int settings_assign(struct settings *s, const char *assignment, const char *origin, struct err *e);
int settings_set(struct settings *s, const char *name, const char *value, const char *origin, struct err *e);

/* The table, for `footfall config` and the manual. */
size_t settings_count(void);
struct settings_entry {
	const char *name, *type, *unit, *range, *sentence;
	const char *origin;		/* of the value in force */
};
/* Entry i; without s (NULL) only what the table says, and value must be NULL; value (text form) is appended to value, default to fallback; either may be NULL. */
struct settings_entry settings_entry(const struct settings *s, size_t i, struct buf *value, struct buf *fallback);

#endif
