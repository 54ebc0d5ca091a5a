/*
 * Two runs are the same when input, networks and this text are. Whatever is missing here would let a
 * different command pass for one that was done before; whatever is too much would do work again.
 */
#include "pipeline/identity.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "fast/fast.h"
#include "out/out.h"

static void
describe_sampling(struct out *o, const struct sampling *p)
{
	out_json_int(o, "every", p->every);
	if (p->fps > 0)
		out_json_real(o, "fps", p->fps);
	if (p->has_from)
		out_json_int(o, p->from_absolute ? "from_utc_ms" : "from_ms", p->from_ms);
	if (p->has_to)
		out_json_int(o, p->to_absolute ? "to_utc_ms" : "to_ms", p->to_ms);
}

static void
describe_stages(struct out *o, const struct analysis *a)
{
	const struct settings *s = a->settings;
	if (crew_has(a->crew, TASK_PERSON)) {
		out_json_text(o, "person.class", s->person_class);
		out_json_real(o, "person.min_score", crew_min_score(a->crew, TASK_PERSON));
		out_json_real(o, "person.iou", crew_iou(a->crew, TASK_PERSON));
		out_json_text(o, "person.registry", crew_facts(a->crew, TASK_PERSON));
	}
	if (crew_has(a->crew, TASK_FACE)) {
		out_json_real(o, "face.min_score", crew_min_score(a->crew, TASK_FACE));
		out_json_real(o, "face.iou", crew_iou(a->crew, TASK_FACE));
		out_json_real(o, "face.upper", s->face_upper);
		out_json_text(o, "face.registry", crew_facts(a->crew, TASK_FACE));
	}
	if (crew_has(a->crew, TASK_GENDER)) {
		out_json_real(o, "gender.min_score", crew_min_score(a->crew, TASK_GENDER));
		out_json_text(o, "gender.registry", crew_facts(a->crew, TASK_GENDER));
	}
}

/* Without int8 there is no such key: texts of earlier versions still name the same runs. */
static void
describe_calibrations(struct out *o, const struct analysis *a)
{
	const char *person = crew_calibration(a->crew, TASK_PERSON), *face = crew_calibration(a->crew, TASK_FACE);
	if (person != NULL)
		out_json_text(o, "person.calibration", person);
	if (face != NULL)
		out_json_text(o, "face.calibration", face);
}

static void
describe_gate(struct out *o, const struct settings *s)
{
	if (!s->gate_enabled)
		return;
	out_json_real(o, "gate.threshold", s->gate_threshold);
	out_json_real(o, "gate.longest", s->gate_longest);
	out_json_int(o, "gate.longest_frames", s->gate_longest_frames);
	out_json_int(o, "gate.grid", s->gate_grid);
}

void
identity_settings(struct buf *text, const struct analysis *a, const struct source_info *info, int64_t gap_ms)
{
	struct out *o = out_buf(text);
	struct err ignored;
	out_json_object(o, NULL);
	out_json_int(o, "start_ms", info->start_ms);
	out_json_text(o, "times", info->times);
	if (strcmp(info->times, "interval") == 0)
		out_json_int(o, "input.image_interval_ms", a->source.picture_interval_ms);
	if (strcmp(info->kind, "images") == 0)
		out_json_int(o, "input.max_pixels", a->source.max_pixels);
	describe_sampling(o, &a->source.sampling);
	describe_stages(o, a);
	out_json_bool(o, "input.square", a->settings->input_square);
	out_json_text(o, "inference", fast_arithmetic());
	describe_calibrations(o, a);
	describe_gate(o, a->settings);
	out_json_int(o, "minute.gap_ms", gap_ms);
	out_json_end(o);
	out_close(o, &ignored);
	/* the writer ends a document with a newline */
	while (text->len > 0 && text->data[text->len - 1] == '\n')
		text->data[--text->len] = '\0';
}

char *
identity_uri(const struct input *in)
{
	char here[4096];
	if (in->path[0] == '/' || file_exists(in->path) || getcwd(here, sizeof here) == NULL)
		return file_absolute(in->path);
	return file_join(here, in->path);
}
