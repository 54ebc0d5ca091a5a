/*
 * Who else takes part: the recorder, the uploader, the page, retention.  Each is there when it was asked for, and has a thread of its own.
 */
#include "live/parts.h"

#include <math.h>
#include <string.h>

#include "base/log.h"
#include "store/prune.h"

static int
timeout_ms(const struct core *core)
{
	return (int)(core->now.store_timeout * 1000);
}

static bool
given(const char *setting)
{
	return strcmp(setting, "none") != 0;
}

static int
open_uploader(struct core *core, struct err *e)
{
	const struct settings *s = &core->now;
	const struct upload_options o = {
		.folder = core->options->record, .db = core->options->db, .timeout_ms = timeout_ms(core),
		.url = s->record_upload, .region = s->record_region, .credentials = s->record_credentials
	};
	if (!given(s->record_upload))
		return 0;
	if (!given(s->record_credentials))
		return err_set(e, ERR_CONFIG, "record.upload needs record.credentials: a file of the access key and, on its second line, the secret key");
	return uploader_open(&core->uploader, &o, e);
}

static int
open_recorder(struct core *core, struct err *e)
{
	const struct settings *s = &core->now;
	const struct record_options o = {
		.folder = core->options->record,
		.db = core->options->db,
		.timeout_ms = timeout_ms(core),
		.segment_ms = llround(s->record_segment * 1000),
		.segment_bytes = llround(s->record_segment_mb * 1e6),
		.quota_bytes = llround(s->record_quota * 1e9),
		.blur = s->record_blur,
		.upload = given(s->record_upload),
		.fps = core->options->fps > 0 ? core->options->fps : 25
	};
	if (core->options->record == NULL)
		return 0;
	if (o.blur && !crew_has(core->options->crew, TASK_FACE))
		return err_set(e, ERR_CONFIG, "record.blur: only faces that were found can be blurred, and no face network runs: "
		    "add the stage face, or set record.blur = false");
	return recorder_open(&core->recorder, &o, e) != 0 ? -1 : open_uploader(core, e);
}

int
serve_begin(struct core *core, struct err *e)
{
	const struct settings *s = &core->now;
	const struct serve_options o = {
		.db = core->options->db,
		.timeout_ms = timeout_ms(core),
		.address = s->serve_address,
		.port = (int)s->serve_port,
		.token_file = given(s->serve_token) ? s->serve_token : NULL,
		.clients = s->serve_clients,
		.pictures = given(s->serve_picture)
	};
	if (!core->options->serve)
		return 0;
	if (strcmp(s->serve_picture, "blurred") == 0 && !crew_has(core->options->crew, TASK_FACE))
		return err_set(e, ERR_CONFIG, "serve.picture: only faces that were found can be blurred, and no face network runs: "
		    "add the stage face, or set serve.picture = none or plain");
	if (serve_start(&core->serve, &o, e) != 0)
		return -1;
	bool six = strchr(o.address, ':') != NULL;
	log_info("live page: http://%s%s%s:%d/", six ? "[" : "", o.address, six ? "]" : "", serve_port(core->serve));
	if (o.pictures && core->picture == NULL)
		core->picture = vision_image_new();
	if (!o.pictures) {
		vision_image_free(core->picture);
		core->picture = NULL;
	}
	return 0;
}

static int
open_upkeep(struct core *core, struct err *e)
{
	struct prune_plan plan;
	if (prune_plan_from(&plan, &core->now, e) != 0)
		return -1;
	return prune_plan_any(&plan) ? upkeep_start(&core->upkeep, core->options->db, timeout_ms(core), &plan, e) : 0;
}

int
parties_open(struct core *core, struct err *e)
{
	return open_recorder(core, e) == 0 && serve_begin(core, e) == 0 && open_upkeep(core, e) == 0 ? 0 : -1;
}

void
parties_close(struct core *core)
{
	serve_stop(core->serve);
	recorder_close(core->recorder);
	uploader_close(core->uploader);
	upkeep_stop(core->upkeep);
	vision_image_free(core->picture);
	core->serve = NULL;
	core->recorder = NULL;
	core->uploader = NULL;
	core->upkeep = NULL;
	core->picture = NULL;
}
