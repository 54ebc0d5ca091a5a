/*
 * What is known of a network, as facts line by line and as JSON.
 */
#include "cli/models_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void
json_files(struct out *o, const struct registry *r, const struct model *m)
{
	out_json_array(o, "files");
	for (size_t i = 0; i < m->nfiles; i++) {
		const struct model_file *f = &m->files[i];
		char *path = model_path(r, m, i);
		out_json_object(o, NULL);
		out_json_text(o, "path", f->path);
		out_json_int(o, "size", f->size);
		out_json_text(o, "sha256", f->sha256);
		out_json_text(o, "url", f->url);
		out_json_text(o, "found", path);
		out_json_end(o);
		free(path);
	}
	out_json_end(o);
}

static void
json_names(struct out *o, const char *key, char *const *names, size_t n)
{
	out_json_array(o, key);
	for (size_t i = 0; i < n; i++)
		out_json_text(o, NULL, names[i]);
	out_json_end(o);
}

static void
json_tasks(struct out *o, const struct registry *r, const struct model *m)
{
	out_json_array(o, "tasks");
	for (int t = 0; t < TASKS; t++) {
		if (!m->serves[t])
			continue;
		out_json_object(o, NULL);
		out_json_text(o, "task", task_name((enum task)t));
		if (m->accuracy[t] > 0)
			out_json_real(o, "accuracy", m->accuracy[t]);
		else
			out_json_null(o, "accuracy");
		out_json_int(o, "preference", m->preference[t]);
		out_json_real(o, "min_score", m->min_score[t]);
		if (t != TASK_GENDER)
			out_json_real(o, "iou", m->iou[t]);
		out_json_bool(o, "default", registry_default(r, (enum task)t) == m);
		out_json_end(o);
	}
	out_json_end(o);
}

static void
json_numbers(struct out *o, const char *key, const float v[3])
{
	out_json_array(o, key);
	for (int i = 0; i < 3; i++)
		out_json_real(o, NULL, (double)v[i]);
	out_json_end(o);
}

static void
show_json(struct out *o, const struct registry *r, const struct model *m, const struct ledger *l)
{
	out_json_object(o, NULL);
	models_json_summary(o, r, m, m->task);
	json_tasks(o, r, m);
	json_names(o, "aliases", m->aliases, m->naliases);
	out_json_text(o, "format", format_name(m->format));
	json_files(o, r, m);
	out_json_text(o, "upstream", m->upstream);
	out_json_text(o, "note", m->note);
	out_json_text(o, "unsupported", m->unsupported);
	out_json_int(o, "preference", m->preference[m->task]);
	out_json_bool(o, "flexible", m->flexible);
	if (m->batch == 0)
		out_json_null(o, "batch");
	else
		out_json_int(o, "batch", m->batch);
	out_json_text(o, "channels", channels_name(m->channels));
	json_numbers(o, "mean", m->mean);
	json_numbers(o, "scale", m->scale);
	out_json_real(o, "min_score", m->min_score[m->task]);
	if (m->task == TASK_GENDER) {
		out_json_real(o, "margin", m->margin);
		out_json_bool(o, "side_max", m->side_max);
		out_json_bool(o, "align", m->align);
		out_json_bool(o, "minmax", m->minmax);
		out_json_text(o, "output", m->output);
		out_json_int(o, "female", m->female);
	} else {
		out_json_text(o, "resize", resize_name(m->resize));
		out_json_real(o, "fill", (double)m->fill);
		json_names(o, "classes", m->classes, m->nclasses);
		out_json_real(o, "iou", m->iou[m->task]);
	}
	out_json_text(o, "defined_at", m->defined_at);
	models_runs_json(o, m, l);
	out_json_end(o);
}

static void
text_files(struct out *o, const struct registry *r, const struct model *m)
{
	for (size_t i = 0; i < m->nfiles; i++) {
		const struct model_file *f = &m->files[i];
		char *path = model_path(r, m, i);
		out_printf(o, "  %-11s %s, %lld bytes\n", i == 0 ? "files" : "", f->path, (long long)f->size);
		out_printf(o, "  %-11s   sha256 %s\n", "", f->sha256);
		out_printf(o, "  %-11s   here   %s\n", "", path != NULL ? path : "no");
		if (f->url != NULL)
			out_printf(o, "  %-11s   from   %s\n", "", f->url);
		free(path);
	}
}

/* A number for all channels, or one for each. */
static void
text_numbers(struct out *o, const float v[3])
{
	bool one = memcmp(&v[0], &v[1], sizeof v[0]) == 0 && memcmp(&v[1], &v[2], sizeof v[0]) == 0;
	if (one)
		out_printf(o, "%.6g", (double)v[0]);
	else
		out_printf(o, "(%.6g, %.6g, %.6g)", (double)v[0], (double)v[1], (double)v[2]);
}

static void
text_classes(struct out *o, const struct model *m)
{
	enum { SHOWN = 5 };
	out_printf(o, "  %-11s %zu: ", "classes", m->nclasses);
	for (size_t i = 0; i < m->nclasses && i < SHOWN; i++)
		out_printf(o, "%s%s", i > 0 ? ", " : "", m->classes[i]);
	out_puts(o, m->nclasses > SHOWN ? ", ...\n" : "\n");
}

static void
text_task(struct out *o, const struct model *m)
{
	bool several = model_has_several_tasks(m);

	if (m->task != TASK_GENDER) {
		text_classes(o, m);
		for (int t = 0, lines = 0; t < TASKS; t++)
			if (m->serves[t])
				out_printf(o, "  %-11s %s%sscore at least %g, overlap at most %g\n", lines++ == 0 ? "boxes" : "",
				    several ? task_name((enum task)t) : "", several ? ": " : "", m->min_score[t], m->iou[t]);
		return;
	}
	out_printf(o, "  %-11s a square of side %s * %g about the face's centre%s%s\n", "crop",
	    m->side_max ? "max(w, h)" : "(w + h) / 2", 1 + 2 * m->margin, m->align ? ", eyes turned level" : "",
	    m->minmax ? ", values stretched to 0..255" : "");
	if (m->family == FAMILY_SOFTMAX2)
		out_printf(o, "  %-11s %s: two numbers, female is the %s\n", "output", m->output != NULL ? m->output : "the only one",
		    m->female == 0 ? "first" : "second");
	else
		out_printf(o, "  %-11s %s: one number, 1 is %s\n", "output", m->output != NULL ? m->output : "the only one",
		    m->female == 1 ? "female" : "male");
	out_printf(o, "  %-11s unknown below %g\n", "certainty", m->min_score[TASK_GENDER]);
}

/* What is measured, or chosen, for each task: "0.61" or "person 0.61, face 0.72". */
static void
text_each(struct out *o, const struct model *m, const char *what, bool whole)
{
	bool several = model_has_several_tasks(m), first = true;
	out_printf(o, "  %-11s ", what);
	for (int t = 0; t < TASKS; t++) {
		if (!m->serves[t])
			continue;
		out_printf(o, "%s%s%s", first ? "" : ", ", several ? task_name((enum task)t) : "", several ? " " : "");
		if (whole)
			out_printf(o, "%d", m->preference[t]);
		else if (m->accuracy[t] > 0)
			out_printf(o, "%.2f", m->accuracy[t]);
		else
			out_puts(o, "-");
		first = false;
	}
}

/* "" or ", the default of its task"; of several tasks it says which. */
static void
text_default(struct out *o, const struct registry *r, const struct model *m)
{
	bool person = m->serves[TASK_PERSON] && registry_default(r, TASK_PERSON) == m;
	bool face = m->serves[TASK_FACE] && registry_default(r, TASK_FACE) == m;
	if (!model_has_several_tasks(m))
		out_puts(o, registry_default(r, m->task) == m ? ", the default of its task" : "");
	else if (person || face)
		out_printf(o, ", the default for %s", person && face ? "persons and faces" : person ? "persons" : "faces");
	out_puts(o, "\n");
}

static void
show_text(struct out *o, const struct registry *r, const struct model *m, const struct ledger *l)
{
	struct buf why = { 0 };
	enum model_state state = model_state(r, m, &why);
	char *input = models_input_text(m);

	out_printf(o, "%s", m->name);
	for (size_t i = 0; i < m->naliases; i++)
		out_printf(o, "%s%s", i == 0 ? " (or " : ", ", m->aliases[i]);
	out_printf(o, "%s\n", m->naliases > 0 ? ")" : "");
	out_printf(o, "  %-11s %s%s%s", "state", model_state_name(state), state == MODEL_READY ? "" : ": ",
	    state == MODEL_READY ? "" : buf_str(&why));
	text_default(o, r, m);
	out_printf(o, "  %-11s %s\n", "task", model_has_several_tasks(m) ? "person and face, in one pass" : task_name(m->task));
	out_printf(o, "  %-11s %s, %s\n", "layout", family_name(m->family), format_name(m->format));
	out_printf(o, "  %-11s %s, %s, %s", "input", input, channels_name(m->channels), resize_name(m->resize));
	if (m->resize != RESIZE_STRETCH)
		out_printf(o, " filled with %g", (double)m->fill);
	out_printf(o, "\n  %-11s (v - ", "values");
	text_numbers(o, m->mean);
	out_puts(o, ") * ");
	text_numbers(o, m->scale);
	if (m->batch == 0)
		out_printf(o, "\n  %-11s any number of pictures a pass\n", "batch");
	else
		out_printf(o, "\n  %-11s %d picture%s a pass\n", "batch", m->batch, m->batch == 1 ? "" : "s");
	text_task(o, m);
	if (m->accuracy[TASK_PERSON] > 0 || m->accuracy[TASK_FACE] > 0 || m->accuracy[TASK_GENDER] > 0) {
		text_each(o, m, "accuracy", false);
		out_printf(o, " (%s)\n", m->task == TASK_GENDER ? "share of right answers" : "AP50");
	}
	if (m->ms > 0)
		out_printf(o, "  %-11s %g ms a pass, where the registry was made\n", "time", m->ms);
	text_files(o, r, m);
	out_printf(o, "  %-11s %s\n  %-11s %s\n", "licence", m->licence, "upstream", m->upstream);
	if (m->use != NULL)
		out_printf(o, "  %-11s %s\n", "use", m->use);
	if (m->note != NULL)
		out_printf(o, "  %-11s %s\n", "note", m->note);
	text_each(o, m, "preference", true);
	out_printf(o, "\n  %-11s %s\n", "defined at", m->defined_at);
	models_runs_text(o, m, l);
	buf_free(&why);
	free(input);
}

void
models_show(struct out *o, const struct registry *r, const struct model *m, const struct ledger *l, bool json)
{
	if (json)
		show_json(o, r, m, l);
	else
		show_text(o, r, m, l);
}
