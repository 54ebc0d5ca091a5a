/*
 * footfall version: which footfall, OpenCV and SQLite run here, and which optional parts are in.
 */
#include <stdio.h>

#include "camera/capture.h"
#include "cli/commands.h"
#include "fast/fast.h"
#include "live/notify.h"
#include "out/out.h"
#include "record/upload.h"
#include "serve/serve.h"
#include "store/db.h"
#include "store/store.h"
#include "vision/vision.h"

/* The other optional parts, which all look alike; oneDNN has more to say. */
static const struct part {
	const char *name, *key;			/* for people, in JSON */
	const char *(*library)(void);		/* its version; NULL: not built in */
	const char *use, *package;
} parts[] = {
	{ "FFmpeg", "ffmpeg", capture_stream_library, "streams", "libavformat-dev libavcodec-dev libswscale-dev" },
	{ "libcurl", "curl", upload_library, "uploads", "libcurl4-openssl-dev" },
	{ "libmicrohttpd", "microhttpd", serve_library, "live page", "libmicrohttpd-dev" },
	{ "systemd", "systemd", notify_library, "notifications", "libsystemd-dev" },
};

static void
print_part(struct out *o, const struct part *p)
{
	if (p->library() != NULL)
		out_printf(o, "%s %s (%s)\n", p->name, p->library(), p->use);
	else
		out_printf(o, "%s: not built in: no %s (install %s, or your system's like, and build again)\n", p->name,
		    p->use, p->package);
}

static int
exec(struct cli *c, struct err *e)
{
	if (cli_operands(c, 0, 0, e) != 0)
		return -1;
	struct out *o = out_stream(stdout);
	struct buf about = { 0 };
	fast_about(&about);
	if (c->json) {
		out_json_object(o, NULL);
		out_json_text(o, "footfall", FOOTFALL_VERSION);
		out_json_text(o, "opencv", vision_version());
		out_json_text(o, "sqlite", db_version());
		out_json_int(o, "schema", STORE_SCHEMA);
		out_json_object(o, "optional");
		out_json_text(o, "onednn", fast_library());
		out_json_text(o, "onednn_use", buf_str(&about));
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			out_json_text(o, parts[i].key, parts[i].library());
		out_json_end(o);
		out_json_end(o);
	} else {
		out_printf(o, "footfall %s\nOpenCV %s\nSQLite %s\nschema %d\n", FOOTFALL_VERSION, vision_version(),
		    db_version(), STORE_SCHEMA);
		out_printf(o, fast_library() != NULL ? "oneDNN %s (%s)\n" : "oneDNN%s: %s\n",
		    fast_library() != NULL ? fast_library() : "", buf_str(&about));
		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			print_part(o, &parts[i]);
	}
	buf_free(&about);
	return out_close(o, e);
}

const struct command cmd_version = {
	.name = "version",
	.usage = "[--json]",
	.summary = "print the versions of footfall and of the libraries that it runs on",
	.exec = exec
};
