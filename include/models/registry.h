/*
 * Floor 2.  The registry: what is known of each network, from libconfig files.
 *
 * models/registry.cfg of this project first (found beside the program, see
 * registry_open), then a registry.cfg in each folder of FOOTFALL_MODELS and in the user's data
 * folder ($XDG_DATA_HOME/footfall/models, else ~/.local/share/footfall/models), so that
 * users can add networks; a name defined twice is an error that names both places.
 */
#ifndef FOOTFALL_MODELS_REGISTRY_H
#define FOOTFALL_MODELS_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"
#include "vision/vision.h"

enum task { TASK_PERSON, TASK_FACE, TASK_GENDER, TASKS };

/* Output layouts; the facts of each stand in src/people/decode_*.c. */
enum family {
	FAMILY_YOLOV5,		/* (1, cells*3, 5+nc): decoded, objectness */
	FAMILY_YOLOV8,		/* (1, 4+nc, cells): decoded, no objectness; YOLO11 too */
	FAMILY_YOLOX,		/* (1, cells, 5+nc): raw grid */
	FAMILY_END2END,		/* (1, n, 6): x1 y1 x2 y2 score class, no NMS wanted */
	FAMILY_DARKNET,		/* per [yolo] layer (n, 5+nc): fractions, class scores times objectness */
	FAMILY_NANODET,		/* classes and distributed distances per stride */
	FAMILY_FASTESTDET,	/* (1, 5+nc, h, w) */
	FAMILY_YUNET,		/* cls, obj, bbox, kps per stride 8, 16, 32 */
	FAMILY_YUNET2022,	/* loc, conf, iou over prior boxes */
	FAMILY_SSD,		/* (1, 1, n, 7) */
	FAMILY_ULTRALIGHT,	/* scores (1, n, 2), boxes (1, n, 4): decoded fractions */
	FAMILY_MTCNN,		/* cascade of three networks */
	FAMILY_PF,		/* (1, 5*nc, h, w) per stride: raw distances and scores */
	FAMILY_SOFTMAX2,	/* gender: two probabilities */
	FAMILY_SIGMOID1,	/* gender: one probability */
	FAMILIES
};

enum resize_rule {
	RESIZE_LETTERBOX,	/* keep the aspect, centred */
	RESIZE_TOPLEFT,		/* keep the aspect, picture in the top left corner */
	RESIZE_STRETCH
};

enum { MODEL_FILES = 6, MODEL_CLASSES = 128 };

struct model_file {
	char *path;		/* "person/yolov5n.onnx": relative to a models folder */
	char *sha256;		/* 64 hex digits */
	int64_t size;		/* bytes */
	char *url;		/* upstream address of exactly these bytes; NULL: none is known */
	char *at;		/* where it lies, for a network given by the path of its file; NULL: looked for in the folders */
};

struct model {
	char *name;		/* stem of the first file */
	char **aliases;		/* other names that it is known by */
	size_t naliases;
	enum task task;		/* the first of those that its entry names */
	bool serves[TASKS];	/* person, face or both of them; or gender */
	enum family family;
	enum vision_format format;
	struct model_file files[MODEL_FILES];	/* weights then config, repeated for a cascade */
	size_t nfiles;
	char *licence, *upstream, *note;	/* note: NULL or a sentence for `models show` */
	char *use;		/* what it may be used for, where that is narrower than its licence sounds; NULL: nothing to be said */
	char *unsupported;	/* why this OpenCV cannot run it (e.g. half-precision weights); NULL: it can */
	int preference[TASKS];	/* among usable networks of a task the highest is the default; 0: never by default */

	int width, height;	/* input; for a flexible one the longest side in width, 0 in height */
	bool flexible;		/* any input that is a multiple of 32 */
	int batch;		/* 0: any number of pictures a pass, else exactly this */
	enum vision_channels channels;
	float mean[3], scale[3];	/* (value - mean) * scale; values 0..255 */
	enum resize_rule resize;
	float fill;

	char **classes;		/* names in the order of the output */
	size_t nclasses;
	double min_score[TASKS];	/* default threshold of detectors, certainty for gender */
	double iou[TASKS];	/* default NMS threshold */

	/* gender */
	double margin;		/* crop: side = (mean or max of w, h) * (1 + 2 * margin) */
	bool side_max;		/* side from max(w, h), else from (w + h) / 2 */
	bool align;		/* turn the eyes level where landmarks are known */
	bool minmax;		/* stretch the crop's values to 0..255 */
	char *output;		/* name of the output that holds gender, NULL: the only one */
	int female;		/* softmax2: index of female. sigmoid1: 1 when the value is P(female), 0 when it is P(male) */

	/* measured; 0: not measured */
	double ms;		/* a pass, on the machine that the registry's head names */
	double accuracy[TASKS];	/* detectors: AP50; gender: accuracy */
	char *defined_at;	/* "file:line" */
};

struct registry;

bool model_has_several_tasks(const struct model *m);

/*
 * Reads all registries.  The project's own: FOOTFALL_REGISTRY if set, else "models/registry.cfg" two levels beside the
 * executable (build/footfall -> models/), else PREFIX/share/footfall/models/registry.cfg.  ERR_CONFIG with file and line, ERR_INPUT when there is none.
 */
int registry_open(struct registry **out, struct err *e);
void registry_close(struct registry *r);
size_t registry_count(const struct registry *r);
const struct model *registry_at(const struct registry *r, size_t i);
/* A file of that name beside the project's own registry, in new memory. */
char *registry_beside(const struct registry *r, const char *name);
/* Folders in which weights are looked for, in order; *n of them. */
char *const *registry_folders(const struct registry *r, size_t *n);

/*
 * The network called name (or known by it as an alias), or the one whose weights file is at the path name, recognised
 * by hash; its other files then lie beside that one.  ERR_UNAVAILABLE when there is none: names the nearest known name and
 * `footfall models list`; a path whose hash is unknown is told so; a Git LFS pointer too.  *out is r's.  Not for two threads at once.
 */
int registry_find(const struct registry *r, const char *name, const struct model **out, struct err *e);

enum model_state { MODEL_READY, MODEL_MISSING, MODEL_BROKEN, MODEL_UNSUPPORTED };

/* Looks for its files (by existence and size only, cheap).  why: one clause when not ready, may be NULL. */
enum model_state model_state(const struct registry *r, const struct model *m, struct buf *why);
const char *model_state_name(enum model_state s);	/* "ready", "missing", "broken", "unsupported" */

/* Where file i of m is (the first that has the right size), in new memory; NULL when it is nowhere. */
char *model_path(const struct registry *r, const struct model *m, size_t i);

/* The default of a task: of the networks whose files are at hand, the one with the highest preference.  NULL when none is. */
const struct model *registry_default(const struct registry *r, enum task t);

/* The bytes of a network's files, verified. */
struct model_data {
	struct buf files[MODEL_FILES];		/* as in model->files */
	char sha256[SHA256_HEX];		/* of the weights file; of all digests joined when there are several files */
};

/*
 * Finds, reads and verifies every file.  ERR_UNAVAILABLE: missing, truncated, wrong hash or LFS pointer, naming the file, the folders
 * looked in, and the command that mends it (footfall models fetch NAME); unsupported: with the reason.
 */
int model_load(const struct registry *r, const struct model *m, struct model_data *out, struct err *e);
void model_data_free(struct model_data *d);

const char *task_name(enum task t);		/* "person" ... */
/* Those that m serves: "person", "person+face" ...; constant. */
const char *model_tasks(const struct model *m);
int task_parse(const char *s, enum task *out);	/* 0 or -1 */
/* Words as in the registry files. */
const char *family_name(enum family f);		/* "yolov5" ... */
const char *format_name(enum vision_format f);		/* "onnx" ... */
const char *channels_name(enum vision_channels c);	/* "bgr" ... */
const char *resize_name(enum resize_rule r);		/* "letterbox" ... */

#endif
