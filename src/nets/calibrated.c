/*
 * A network's calibration is NAME.int8: in the user's own models folder, or where inference.calibration says.
 */
#include "nets/calibrated.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "fast/fast.h"
#include "models/folders.h"
#include "onnx/plan.h"

bool
calibrated_covers(const struct model *m, const struct model_data *data)
{
	struct plan p;
	bool covers = false;
	if (m->format != VISION_ONNX || m->nfiles != 1 || m->task == TASK_GENDER)
		return false;
	plan_make(data->files[0].data, data->files[0].len, &p);
	for (size_t i = 0; i < p.nregions; i++)
		covers = covers || calibration_covers(p.regions[i]);
	plan_free(&p);
	return covers;
}

char *
calibrated_path(const char *where, const struct model *m)
{
	struct folders user = { 0 };
	char *path = NULL, *name = mem_printf("%s.int8", m->name);
	if (strcmp(where, "auto") == 0) {
		folders_add_user(&user);
		path = user.n > 0 ? file_join(user.v[0], name) : NULL;
		folders_free(&user);
	} else {
		path = file_is_dir(where) ? file_join(where, name) : mem_strdup(where);
	}
	free(name);
	return path;
}

static int
read_file(const char *path, const struct model *m, const char *sha256, struct calibration *out, struct err *e)
{
	struct buf text = { 0 };
	int rc = -1;
	if (!file_exists(path))
		return err_set(e, ERR_UNAVAILABLE, "inference.precision: int8 needs a calibration of %s, and there is no %s; make it with: "
			"footfall models calibrate %s RECORDING", m->name, path, m->name);
	if (file_read(path, CALIBRATION_BYTES, &text, e) != 0)
		goto out;
	if (calibration_parse(buf_str(&text), text.len, out, e) != 0) {
		err_wrap(e, "%s", path);
		goto out;
	}
	rc = 0;
	if (strcmp(out->network, sha256) != 0) {
		calibration_free(out);
		rc = err_set(e, ERR_UNAVAILABLE, "%s is the calibration of another network than %s; make its own with: "
			"footfall models calibrate %s RECORDING", path, m->name, m->name);
	}
out:
	buf_free(&text);
	return rc;
}

int
calibrated_read(const struct model *m, const struct model_data *data, struct calibration **out, struct err *e)
{
	const char *where = fast_calibration();
	*out = NULL;
	if (where == NULL)
		return 0;
	if (!calibrated_covers(m, data)) {
		log_verbose("%s: f32, which int8 does not cover", m->name);
		return 0;
	}
	char *path = calibrated_path(where, m);
	if (path == NULL)
		return err_set(e, ERR_CONFIG, "inference.calibration: there is no home folder to look in; name a folder");
	struct calibration *c = mem_alloc(sizeof *c);
	int rc = read_file(path, m, data->sha256, c, e);
	free(path);
	if (rc == 0)
		*out = c;
	else
		free(c);
	return rc;
}

void
calibrated_free(struct calibration *c)
{
	if (c == NULL)
		return;
	calibration_free(c);
	free(c);
}
