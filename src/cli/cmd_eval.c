/*
 * footfall eval: how good are the answers, and how sure is that?
 *
 * One command with several actions behind it.  Options stand in one table; each action refuses those of the others,
 * because an option that is taken and does nothing is a lie.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/eval.h"

static const struct cli_option options[] = {
	{ "truth", 0, "PATH", "labels: COCO JSON, VOC XML, YOLO txt, WIDER FACE txt (score, detect, face); mot.txt or minutes.csv (counts)" },
	{ "predictions", 0, "PATH", "what is to be scored: COCO results JSON (also .gz), a folder of YOLO txt with scores" },
	{ "images", 0, "DIR", "folder of the pictures that the labels name" },
	{ "truth-format", 0, "NAME", "the labels are coco, voc, yolo or wider (default: found out)" },
	{ "class", 0, "NAME", "score or detect this class only (detect: default person)" },
	{ "truth-class", 0, "NAME", "what the labels call that class, where they call it otherwise" },
	{ "person", 0, "NAME", "person network" },
	{ "face", 0, "NAME", "face network; gender: whole, the picture is the face" },
	{ "gender", 0, "NAME", "gender network, several joined by commas" },
	{ "set", 0, "DIR", "pictures of faces: UTKFace's names, or a folder for each gender" },
	{ "csv", 0, "FILE", "pictures of faces as path,label" },
	{ "min-group", 0, "N", "print nothing of groups with fewer items (default 20)" },
	{ "source", 0, "NAME", "count the newest run of this source" },
	{ "run", 0, "N", "count this run" },
	{ "smallest", 0, "PX", "true boxes less high than PX pixels are ignored: need not be found, may be (score, detect, face)" },
	{ "min-score", 0, "S", "keep detections from this score (default 0.001: higher ones cut AP)" },
	{ "skip-missing", 0, NULL, "leave out pictures that are missing or damaged, with their true boxes" },
	{ "save", 0, "FILE", "write the detections as COCO results JSON too" },
	{ "force", 0, NULL, "run the network again though its answers are stored" },
	{ "explain", 0, NULL, "say why other evaluators print other figures for this very input" },
	{ "html", 0, "FILE", "write a page too ('-': to stdout)" },
	{ "gallery", 0, "N", "show the N worst pictures of each kind of error on it (default 0: no pictures)" },
	{ "resamples", 0, "N", "of the bootstrap behind the 95 % intervals (default 1000; 0: no intervals)" },
	{ "seed", 0, "N", "of the bootstrap (default 1)" },
	{ "fail-under", 0, "KEY=VALUE...", "exit with 4 when that figure is less; may be given several times" },
	{ "baseline", 0, "ID", "print the difference to that stored evaluation" },
	{ "no-store", 0, NULL, "leave the database alone" },
	{ NULL, 0, NULL, NULL },
};

#define SCORING "resamples", "seed", "fail-under", "no-store"
#define PAGE "html", "gallery"
#define BOXES "truth", "images", "truth-format", "smallest", "explain", "baseline"
#define NETWORK "truth-class", "min-score", "skip-missing", "save", "force"

static const char *const of_score[] = { BOXES, SCORING, PAGE, "predictions", "class", NULL };
static const char *const of_detect[] = { BOXES, SCORING, PAGE, NETWORK, "class", "person", NULL };
static const char *const of_face[] = { BOXES, SCORING, PAGE, NETWORK, "face", NULL };
static const char *const of_gender[] = { SCORING, PAGE, "set", "csv", "face", "gender", "min-group", "force", NULL };
static const char *const of_counts[] = { SCORING, "truth", "source", "run", NULL };
static const char *const of_compare[] = { "resamples", "seed", NULL };
static const char *const of_list[] = { NULL };

struct action {
	const char *name;
	const char *const *takes;	/* options, ended by NULL */
	int (*exec)(struct cli *c, struct err *e);
};

static const struct action actions[] = {
	{ "score", of_score, eval_score },
	{ "detect", of_detect, eval_detect },
	{ "face", of_face, eval_face },
	{ "gender", of_gender, eval_gender },
	{ "counts", of_counts, eval_counts },
	{ "compare", of_compare, eval_compare },
	{ "list", of_list, eval_list },
	{ "show", of_list, eval_show },
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

static bool
takes(const struct action *a, const char *option)
{
	for (const char *const *t = a->takes; *t != NULL; t++) {
		if (strcmp(*t, option) == 0)
			return true;
	}
	return false;
}

static int
refuse(const struct action *a, const char *option, struct err *e)
{
	struct buf who = { 0 };
	for (int i = 0; i < ACTIONS; i++) {
		if (takes(&actions[i], option))
			buf_printf(&who, "%seval %s", who.len > 0 ? ", " : "", actions[i].name);
	}
	err_set(e, ERR_USAGE, "eval %s takes no --%s; that is for %s", a->name, option, buf_str(&who));
	buf_free(&who);
	return -1;
}

static const struct action *
find(const char *name)
{
	for (int i = 0; i < ACTIONS; i++) {
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	}
	return NULL;
}

static int
unknown(const char *name, struct err *e)
{
	struct nearest n = { 0 };
	for (int i = 0; i < ACTIONS; i++)
		nearest_try(&n, name, actions[i].name);
	if (n.word != NULL)
		return err_set(e, ERR_USAGE, "no eval %s; did you mean %s?", name, n.word);
	return err_set(e, ERR_USAGE, "no eval %s; there are score, detect, face, gender, counts, compare, list and show", name);
}

static int
exec(struct cli *c, struct err *e)
{
	if (cli_operands(c, 1, 3, e) != 0)
		return -1;
	const struct action *a = find(c->argv[0]);
	if (a == NULL)
		return unknown(c->argv[0], e);
	for (const struct cli_option *o = options; o->name != NULL; o++) {
		if (cli_flag(c, o->name) && !takes(a, o->name))
			return refuse(a, o->name, e);
	}
	return a->exec(c, e);
}

const struct command cmd_eval = {
	.name = "eval",
	.usage = "score|detect|face|gender|counts|compare A B|list|show ID [options]",
	.summary = "how good the answers are, against labelled sets: mAP, F1, with intervals",
	.details = "score --truth T --predictions P: figures of predictions from any tool, no network involved.\n"
	    "detect --images DIR --truth T: runs the person network over the pictures, then scores; face likewise.\n"
	    "gender --set DIR: gender networks on pictures of faces, given a face and end to end.\n"
	    "counts --truth T: a stored run against true boxes per frame or true counts per minute.\n"
	    "compare A B: two stored evaluations of the same set. list, show ID: what is stored.",
	.options = options,
	.exec = exec
};
