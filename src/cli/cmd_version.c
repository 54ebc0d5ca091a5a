/*
 * footfall version: which footfall, OpenCV and SQLite run here, and which optional parts are in.
 */
#include <stdio.h>

#include "cli/commands.h"
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
	if (c->json) {
		out_json_object(o, NULL);
		out_json_text(o, "footfall", FOOTFALL_VERSION);
		out_json_text(o, "opencv", vision_version());
		out_json_text(o, "sqlite", db_version());
		out_json_int(o, "schema", STORE_SCHEMA);
		out_json_array(o, "optional");
		out_json_end(o);
		out_json_end(o);
	} else {
		out_printf(o, "footfall %s\nOpenCV %s\nSQLite %s\nschema %d\noptional parts: none\n",
		    FOOTFALL_VERSION, vision_version(), db_version(), STORE_SCHEMA);
	}
	return out_close(o, e);
}

const struct command cmd_version = {
	.name = "version",
	.usage = "[--json]",
	.summary = "print the versions of footfall, OpenCV and SQLite",
	.exec = exec
};
