/*
 * The settings table, checking and describing.  All reading goes by it, and a built-in value passes
 * the same check as a given one.
 */
#include "conf/settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"
#include "conf/table.h"
#include "out/out.h"

#define AT(field) offsetof(struct settings, field)

/* Settings of one group stand together. */
static const struct entry table[] = {
	{ "input.square", BOOL, AT(input_square), 0, 0, "false", "", "true or false",
		"give networks that take any input size a square picture, padded, instead of only what the aspect needs" },
	{ "input.max_pixels", INT, AT(input_max_pixels), 1, 1e9, "100000000", "pixels", "1..1000000000",
		"larger pictures are refused" },
	{ "input.image_interval", REAL, AT(input_image_interval), 0.001, 86400, "1", "seconds", "0.001..86400",
		"time between the pictures of a folder that have no date in their names" },
	{ "inference.layers", CHOICE, AT(inference_layers), 0, 0, "fast", "", "fast or opencv",
		"fast: layers of ours run what they can of an ONNX network; opencv: none of them" },
	{ "inference.precision", CHOICE, AT(inference_precision), 0, 0, "f32", "", "f32 or bf16 or int8",
		"arithmetic of our layers; bf16 is faster and rounds, int8 more so; they need a processor that has it" },
	{ "inference.calibration", TEXT, AT(inference_calibration), 0, 0, "auto", "", "auto or FILE or FOLDER",
		"what int8 knows of networks, made by `footfall models calibrate`; auto: beside the user's own networks" },
	{ "inference.isa", CHOICE, AT(inference_isa), 0, 0, "auto", "", "auto or sse41 or avx2 or avx512 or amx",
		"the most of the processor's instructions that our layers use" },
	{ "inference.threads", INT, AT(inference_threads), 0, 256, "0", "", "0..256",
		"networks that work side by side; 0: one for each core" },
	{ "person.min_score", REAL_AUTO, AT(person_min_score), 0, 1, "auto", "", "auto or 0..1",
		"persons with a lower score are left out; auto: the network's own" },
	{ "person.class", TEXT, AT(person_class), 0, 0, "person", "", "not empty",
		"class of the person network that is counted" },
	{ "face.min_score", REAL_AUTO, AT(face_min_score), 0, 1, "auto", "", "auto or 0..1",
		"faces with a lower score are left out; auto: the network's own" },
	{ "face.upper", REAL, AT(face_upper), 0, 1, "0.5", "", "0..1",
		"fraction of a person's box, from its top, in which the centre of a face must lie to be the person's" },
	{ "gender.min_score", REAL_AUTO, AT(gender_min_score), 0, 1, "auto", "", "auto or 0..1",
		"gender stays unknown below this certainty; auto: the network's own" },
	{ "nms.iou", REAL_AUTO, AT(nms_iou), 0, 1, "auto", "", "auto or 0..1",
		"of two boxes that overlap more than this only the better stays; auto: the network's own" },
	{ "gate.enabled", BOOL, AT(gate_enabled), 0, 0, "false", "", "true or false",
		"frames in which nothing changed since the last one that the networks saw take its result" },
	{ "gate.threshold", REAL, AT(gate_threshold), 0, 1000, "4", "", "0..1000",
		"what is a change: the largest difference of any cell, as a multiple of the picture's noise" },
	{ "gate.longest", REAL, AT(gate_longest), 0, 3600, "2", "seconds", "0..3600",
		"longest time of recording for which a result is taken" },
	{ "gate.longest_frames", INT, AT(gate_longest_frames), 0, 1e6, "100", "", "0..1000000",
		"most frames one after the other that take a result" },
	{ "gate.grid", INT, AT(gate_grid), 8, 512, "96", "cells", "8..512",
		"cells along the longer side of the small grey picture that is compared" },
	{ "minute.gap", REAL, AT(minute_gap), 0.001, 3600, "10", "seconds", "0.001..3600",
		"longest time that a frame stands for in a minute's coverage" },
	{ "store.timeout", REAL, AT(store_timeout), 0, 3600, "10", "seconds", "0..3600",
		"how long to wait for a database that another program has locked" },
	{ "live.sources", TEXT, AT(live_sources), 0, 0, "none", "", "none or sources",
		"what `footfall live` reads when no source is named, separated by white space" },
	{ "live.open", REAL, AT(live_open), 0.1, 600, "10", "seconds", "0.1..600",
		"longest time for a camera to give its first frame" },
	{ "live.stall", REAL, AT(live_stall), 0.1, 600, "5", "seconds", "0.1..600",
		"longest time between two frames before a camera is given up and opened again" },
	{ "live.backoff", REAL, AT(live_backoff), 0.5, 3600, "30", "seconds", "0.5..3600",
		"longest time between two attempts to open a camera" },
	{ "live.commit", REAL, AT(live_commit), 0, 60, "0.5", "seconds", "0..60",
		"longest time for which results wait to be stored together" },
	{ "live.gap", REAL, AT(live_gap), 0.001, 3600, "2", "seconds", "0.001..3600",
		"longest time that a camera's frame stands for in a minute's coverage" },
	{ "live.transport", CHOICE, AT(live_transport), 0, 0, "tcp", "", "tcp or udp",
		"how RTSP carries the frames" },
	{ "live.raw_size", TEXT, AT(live_raw_size), 0, 0, "none", "pixels", "none or WIDTHxHEIGHT",
		"size of raw frames on standard input; none: YUV4MPEG2, which says it" },
	{ "live.raw_pixels", CHOICE, AT(live_raw_pixels), 0, 0, "bgr24", "", "bgr24 or rgb24 or gray or i420 or nv12",
		"layout of raw frames on standard input" },
	{ "retain.detections", TEXT, AT(retain_detections), 0, 0, "forever", "", "forever or a duration (30d)",
		"how long frames, persons and faces are kept" },
	{ "retain.minutes", TEXT, AT(retain_minutes), 0, 0, "forever", "", "forever or a duration (5y)",
		"how long minutes are kept" },
	{ "record.segment", REAL, AT(record_segment), 1, 86400, "600", "seconds", "1..86400",
		"length of a recorded segment" },
	{ "record.segment_mb", REAL, AT(record_segment_mb), 0.1, 1e6, "500", "megabytes", "0.1..1000000",
		"size at which a recorded segment is closed before that" },
	{ "record.quota", REAL, AT(record_quota), 0, 1e6, "10", "gigabytes", "0..1000000",
		"room for recorded segments, of which the oldest are deleted; 0: no limit" },
	{ "record.blur", BOOL, AT(record_blur), 0, 0, "true", "", "true or false",
		"faces that were found are made unrecognisable before a frame is recorded" },
	{ "record.upload", TEXT, AT(record_upload), 0, 0, "none", "", "none or https://HOST/BUCKET/PREFIX",
		"where closed segments are uploaded to (S3)" },
	{ "record.region", TEXT, AT(record_region), 0, 0, "us-east-1", "", "not empty",
		"the region that requests to it are signed for" },
	{ "record.credentials", TEXT, AT(record_credentials), 0, 0, "none", "", "none or a file",
		"file of the access key and, on its second line, the secret key" },
	{ "serve.address", TEXT, AT(serve_address), 0, 0, "127.0.0.1", "", "a numeric address",
		"where the live page listens; another one than loopback needs serve.token" },
	{ "serve.port", INT, AT(serve_port), 0, 65535, "8080", "", "0..65535",
		"port of the live page; 0: any free one, which is told" },
	{ "serve.token", TEXT, AT(serve_token), 0, 0, "none", "", "none or a file",
		"file of the token that readers of the live page must give" },
	{ "serve.clients", INT, AT(serve_clients), 1, 10000, "256", "", "1..10000",
		"connections to the live page at once" },
	{ "serve.picture", CHOICE, AT(serve_picture), 0, 0, "none", "", "none or blurred or plain",
		"live pictures on the page, with what was found drawn on them" },
};

enum { ENTRIES = sizeof table / sizeof *table };

struct settings_origin {
	char *text;		/* "/etc/footfall.cfg:3" */
};

const struct entry *
setting_at(size_t i)
{
	assert(i < ENTRIES);
	return &table[i];
}

const struct entry *
setting_find(const char *name)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	return NULL;
}

/* A name without a dot is most often a setting without its group, or a group without its setting. */
static size_t
unlikeness(const struct entry *t, const char *name)
{
	if (strchr(name, '.') != NULL)
		return nearest_distance(t->name, strlen(t->name), name);
	size_t group = strcspn(t->name, ".");
	const char *last = t->name + group + 1;
	size_t by_group = nearest_distance(t->name, group, name), by_last = nearest_distance(last, strlen(last), name);
	return by_group < by_last ? by_group : by_last;
}

static const char *
nearest(const char *name)
{
	const struct entry *best = &table[0];

	for (const struct entry *t = table + 1; t < table + ENTRIES; t++) {
		if (unlikeness(t, name) < unlikeness(best, name))
			best = t;
	}
	return best->name;
}

int
setting_unknown(const char *name, const char *origin, struct err *e)
{
	return err_set(e, ERR_CONFIG, "%s: unknown setting %.100s; the nearest is %s (footfall config lists all)",
		origin, name, nearest(name));
}

static int
refuse(const struct entry *t, const struct given *g, const char *origin, struct err *e)
{
	static const char *const wanted[] = {
		[BOOL] = "", [INT] = "an integer, ", [REAL] = "a number, ", [REAL_AUTO] = "a number, ",
		[TEXT] = "text, ", [CHOICE] = "text, "
	};
	const char *quote = !g->typed || g->type == CFG_TEXT ? "\"" : "";

	return err_set(e, ERR_CONFIG, "%s: %s must be %s%s, not %s%.100s%s", origin, t->name,
		wanted[t->kind], t->range, quote, g->text, quote);
}

static bool
as_bool(const struct given *g, bool *v)
{
	if (g->typed) {
		*v = g->b;
		return g->type == CFG_BOOL;
	}
	*v = strcmp(g->text, "true") == 0;
	return *v || strcmp(g->text, "false") == 0;
}

static bool
as_int(const struct given *g, int64_t *v)
{
	if (g->typed) {
		*v = g->i;
		return g->type == CFG_INT;
	}
	return num_int(g->text, v) == 0;
}

static bool
as_real(const struct given *g, double *v)
{
	if (g->typed) {
		*v = g->type == CFG_INT ? (double)g->i : g->r;
		return g->type == CFG_INT || g->type == CFG_REAL;
	}
	return num_real(g->text, v) == 0;
}

static bool
is_text(const struct given *g)
{
	return !g->typed || g->type == CFG_TEXT;
}

/* Is it one of "a or b or c"? */
static bool
is_choice(const char *choices, const char *text)
{
	const size_t n = strlen(text);
	for (const char *at = choices; at != NULL; at = strstr(at, " or ")) {
		at += at == choices ? 0 : strlen(" or ");
		if (strcspn(at, " ") == n && strncmp(at, text, n) == 0)
			return true;
	}
	return false;
}

int
setting_take(struct settings *s, const struct entry *t, const struct given *g, const char *origin, struct err *e)
{
	void *field = (char *)s + t->offset;
	bool b;
	int64_t i;
	double r;

	switch (t->kind) {
	case BOOL:
		if (!as_bool(g, &b))
			return refuse(t, g, origin, e);
		*(bool *)field = b;
		break;
	case INT:
		if (!as_int(g, &i) || i < (int64_t)t->low || i > (int64_t)t->high)
			return refuse(t, g, origin, e);
		*(int64_t *)field = i;
		break;
	case REAL:
	case REAL_AUTO:
		if (t->kind == REAL_AUTO && is_text(g) && strcmp(g->text, "auto") == 0)
			r = -1;
		/* Written so that NaN is out of range. */
		else if (!as_real(g, &r) || !(r >= t->low && r <= t->high))
			return refuse(t, g, origin, e);
		*(double *)field = r;
		break;
	case TEXT:
	case CHOICE:
		if (!is_text(g) || g->text[0] == '\0' || (t->kind == CHOICE && !is_choice(t->range, g->text)))
			return refuse(t, g, origin, e);
		free(*(char **)field);
		*(char **)field = mem_strdup(g->text);
		break;
	}
	struct settings_origin *from = &s->origins[t - table];
	free(from->text);
	from->text = mem_strdup(origin);
	return 0;
}

void
settings_init(struct settings *s)
{
	struct err e;

	*s = (struct settings){0};
	s->origins = mem_array(ENTRIES, sizeof *s->origins);
	for (size_t i = 0; i < ENTRIES; i++) {
		int r = setting_take(s, &table[i], &(struct given){ .text = table[i].fallback }, "built-in", &e);
		assert(r == 0);
	}
}

void
settings_free(struct settings *s)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		if (table[i].kind == TEXT || table[i].kind == CHOICE)
			free(*(char **)((char *)s + table[i].offset));
		if (s->origins != NULL)
			free(s->origins[i].text);
	}
	free(s->origins);
	*s = (struct settings){0};
}

int
settings_set(struct settings *s, const char *name, const char *value, const char *origin, struct err *e)
{
	const struct entry *t = setting_find(name);

	if (t == NULL)
		return setting_unknown(name, origin, e);
	return setting_take(s, t, &(struct given){ .text = value }, origin, e);
}

int
settings_assign(struct settings *s, const char *assignment, const char *origin, struct err *e)
{
	const char *equals = strchr(assignment, '=');

	if (equals == NULL)
		return err_set(e, ERR_CONFIG, "%s %.100s: a setting is given as NAME=VALUE, for example person.min_score=0.4",
			origin, assignment);
	char *name = mem_printf("%.*s", (int)(equals - assignment), assignment);
	int r = settings_set(s, name, equals + 1, origin, e);
	free(name);
	return r;
}

size_t
settings_count(void)
{
	return ENTRIES;
}

static void
add_value(struct buf *b, const struct settings *s, const struct entry *t)
{
	const void *field = (const char *)s + t->offset;
	char text[32];

	switch (t->kind) {
	case BOOL:
		buf_puts(b, *(const bool *)field ? "true" : "false");
		break;
	case INT:
		buf_printf(b, "%lld", (long long)*(const int64_t *)field);
		break;
	case REAL:
	case REAL_AUTO:
		buf_puts(b, *(const double *)field < 0 ? "auto" : out_real_text(*(const double *)field, text));
		break;
	case TEXT:
	case CHOICE:
		buf_puts(b, *(char *const *)field);
		break;
	}
}

struct settings_entry
settings_entry(const struct settings *s, size_t i, struct buf *value, struct buf *fallback)
{
	static const char *const types[] = {
		[BOOL] = "boolean", [INT] = "integer", [REAL] = "real", [REAL_AUTO] = "real",
		[TEXT] = "text", [CHOICE] = "text"
	};

	const struct entry *t = setting_at(i);
	if (value != NULL)
		add_value(value, s, t);
	if (fallback != NULL)
		buf_puts(fallback, t->fallback);
	return (struct settings_entry){
		.name = t->name, .type = types[t->kind], .unit = t->unit, .range = t->range,
		.sentence = t->sentence, .origin = s != NULL ? s->origins[i].text : NULL
	};
}
