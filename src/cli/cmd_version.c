/*
 * footfall version: which footfall, OpenCV and SQLite run here, and which optional parts are in.
 */
#include <stdio.h>

#include "cli/commands.h"
#include "fast/fast.h"
#include "out/out.h"
#include "store/db.h"
#include "store/store.h"
#include "vision/vision.h"

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
		out_json_end(o);
		out_json_end(o);
	} else {
		out_printf(o, "footfall %s\nOpenCV %s\nSQLite %s\nschema %d\n", FOOTFALL_VERSION, vision_version(),
		    db_version(), STORE_SCHEMA);
		out_printf(o, fast_library() != NULL ? "oneDNN %s (%s)\n" : "oneDNN%s: %s\n",
		    fast_library() != NULL ? fast_library() : "", buf_str(&about));
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
