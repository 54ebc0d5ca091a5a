/*
 * Labelled sets for evaluations of boxes: read from files or from the database, cut down to what is asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/eval.h"
#include "cli/eval_boxes.h"
#include "truth/truth.h"

int
boxes_read_truth(const struct cli *c, struct labels *out, struct err *e)
{
	const char *format = cli_value(c, "truth-format");
	enum truth_kind kind = format != NULL ? truth_kind_parse(format) : TRUTH_AUTO;
	if (kind == TRUTH_KINDS)
		return err_set(e, ERR_USAGE, "--truth-format %s: it must be coco, voc, yolo, wider or auto", format);
	int64_t smallest;
	if (eval_number(c, "smallest", 1, 100000, 1, &smallest, e) != 0
	    || truth_open(cli_value(c, "truth"), kind, cli_value(c, "images"), out, e) != 0)
		return -1;
	if (cli_value(c, "smallest") != NULL) {
		for (size_t i = 0; i < out->ntruths; i++)
			out->truths[i].ignore |= out->truths[i].box.h < (double)smallest;
	}
	return 0;
}

int
boxes_read_predictions(const struct cli *c, struct labels *l, struct err *e)
{
	return truth_add_predictions(cli_value(c, "predictions"), TRUTH_AUTO, l, e);
}

static int
no_class(const struct labels *l, const char *name, struct err *e)
{
	enum { LISTED = 12 };
	struct buf all = { 0 };
	for (size_t k = 0; k < l->nclasses && k < LISTED; k++)
		buf_printf(&all, "%s%s", k > 0 ? ", " : "", l->classes[k].name);
	if (l->nclasses > LISTED)
		buf_printf(&all, " and %zu more", l->nclasses - LISTED);
	err_set(e, ERR_USAGE, "no class in the labels is called %s; there %s %s (--class and --truth-class choose)", name,
	    l->nclasses == 1 ? "is" : "are", l->nclasses > 0 ? buf_str(&all) : "none");
	buf_free(&all);
	return -1;
}

int
boxes_keep_class(struct labels *l, const char *name, struct err *e)
{
	size_t class_index = 0, n = 0;
	while (class_index < l->nclasses && strcmp(l->classes[class_index].name, name) != 0)
		class_index++;
	if (class_index == l->nclasses)
		return no_class(l, name, e);
	for (size_t i = 0; i < l->ntruths; i++) {
		if (l->truths[i].class_index != class_index)
			continue;
		l->truths[n] = l->truths[i];
		l->truths[n++].class_index = 0;
	}
	l->ntruths = n;
	n = 0;
	for (size_t i = 0; i < l->npredictions; i++) {
		if (l->predictions[i].class_index != class_index)
			continue;
		l->predictions[n] = l->predictions[i];
		l->predictions[n++].class_index = 0;
	}
	l->npredictions = n;
	struct label_class kept = l->classes[class_index];
	l->classes[class_index] = l->classes[0];
	l->classes[0] = kept;
	for (size_t k = 1; k < l->nclasses; k++)
		free(l->classes[k].name);
	l->nclasses = 1;
	return 0;
}

void
boxes_skip(struct labels *l, const bool *skipped)
{
	size_t n = 0;
	for (size_t i = 0; i < l->ntruths; i++)
		l->truths[i].ignore |= skipped[l->truths[i].image];
	for (size_t i = 0; i < l->npredictions; i++) {
		if (!skipped[l->predictions[i].image])
			l->predictions[n++] = l->predictions[i];
	}
	l->npredictions = n;
}

int
boxes_load(struct db *d, int64_t id, struct evaluation *v, struct labels *l, bool **skipped, struct err *e)
{
	if (v->ended_ms == 0)
		return err_set(e, ERR_USAGE, "evaluation %lld was interrupted; the command that began it continues it", (long long)id);
	if (evaluation_set(d, v, l, e) != 0)
		return -1;
	bool *done = mem_array(l->nimages + 1, sizeof *done);
	*skipped = mem_array(l->nimages + 1, sizeof **skipped);
	int r = evaluation_done(d, id, l->nimages, done, *skipped, e);
	free(done);
	if (r != 0 || evaluation_predictions(d, id, l, e) != 0)
		return -1;
	boxes_skip(l, *skipped);
	return 0;
}
