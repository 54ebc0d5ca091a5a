/*
 * What is known of networks, as a table, as facts line by line, and as JSON.
 */
#include "cli/models_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* "7.9 MB" */
static char *
size_text(int64_t bytes)
{
	return bytes < 100000 ? mem_printf("%.1f kB", (double)bytes / 1e3) : mem_printf("%.1f MB", (double)bytes / 1e6);
}

static int64_t
size_of(const struct model *m)
{
	int64_t sum = 0;
	for (size_t i = 0; i < m->nfiles; i++)
		sum += m->files[i].size;
	return sum;
}

static char *
input_text(const struct model *m)
{
	if (m->family == FAMILY_MTCNN)
		return mem_strdup("pyramid");
	return m->flexible ? mem_printf("any (%d)", m->width) : mem_printf("%dx%d", m->width, m->height);
}

/* Is something missing, and can all of that be downloaded? */
static bool
can_fetch(const struct registry *r, const struct model *m)
{
	size_t missing = 0, addresses = 0;
	for (size_t i = 0; i < m->nfiles; i++) {
		char *path = model_path(r, m, i);
		if (path == NULL) {
			missing++;
			addresses += m->files[i].url != NULL;
		}
		free(path);
	}
	return m->unsupported == NULL && missing > 0 && addresses == missing;
}

enum { NAME, TASK, FAMILY, INPUT, ACCURACY, MS, SIZE, LICENCE, STATE, COLUMNS };

struct row {
	char *cell[COLUMNS];
};

static struct row
make_row(const struct registry *r, const struct model *m)
{
	struct row row;
	struct buf why = { 0 };
	enum model_state state = model_state(r, m, &why);

	row.cell[NAME] = mem_printf("%c %s", registry_default(r, m->task) == m ? '*' : ' ', m->name);
	row.cell[TASK] = mem_strdup(task_name(m->task));
	row.cell[FAMILY] = mem_strdup(family_name(m->family));
	row.cell[INPUT] = input_text(m);
	row.cell[ACCURACY] = m->accuracy > 0 ? mem_printf("%.2f", m->accuracy) : mem_strdup("-");
	row.cell[MS] = m->ms > 0 ? mem_printf("%.*f", m->ms < 10 ? 1 : 0, m->ms) : mem_strdup("-");
	row.cell[SIZE] = size_text(size_of(m));
	/* What stands in brackets is for models show. */
	row.cell[LICENCE] = mem_printf("%.*s", (int)strcspn(m->licence, "("), m->licence);
	if (state == MODEL_MISSING)
		row.cell[STATE] = mem_strdup(can_fetch(r, m) ? "missing (can be fetched)" : "missing");
	else if (state == MODEL_BROKEN)
		row.cell[STATE] = mem_printf("broken: %s", buf_str(&why));
	else
		row.cell[STATE] = mem_strdup(model_state_name(state));
	buf_free(&why);
	return row;
}

static void
print_row(struct out *o, const char *const cell[COLUMNS], const int width[COLUMNS])
{
	for (int c = 0; c < COLUMNS; c++) {
		bool number = c == ACCURACY || c == MS || c == SIZE;
		if (c == STATE)
			out_printf(o, "%s\n", cell[c]);
		else
			out_printf(o, "%*s  ", number ? width[c] : -width[c], cell[c]);
	}
}

static void
list_text(struct out *o, const struct registry *r, const struct model *const *models, size_t n)
{
	static const char *const head[COLUMNS] = {
		"  network", "task", "family", "input", "accuracy", "ms", "size", "licence", "state"
	};
	struct row *rows = mem_array(n, sizeof *rows);
	int width[COLUMNS];

	for (int c = 0; c < COLUMNS; c++)
		width[c] = (int)strlen(head[c]);
	for (size_t i = 0; i < n; i++) {
		rows[i] = make_row(r, models[i]);
		for (int c = 0; c < COLUMNS; c++)
			if ((int)strlen(rows[i].cell[c]) > width[c])
				width[c] = (int)strlen(rows[i].cell[c]);
	}
	print_row(o, head, width);
	for (size_t i = 0; i < n; i++) {
		print_row(o, (const char *const *)rows[i].cell, width);
		for (int c = 0; c < COLUMNS; c++)
			free(rows[i].cell[c]);
	}
	free(rows);
	out_puts(o, "\n* the default of its task.  accuracy: AP50 of detectors, share of right answers of gender "
	    "networks.  footfall models show NAME says more.\n");
}

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

/* What list and show have in common. */
static void
json_summary(struct out *o, const struct registry *r, const struct model *m)
{
	struct buf why = { 0 };
	enum model_state state = model_state(r, m, &why);

	out_json_text(o, "name", m->name);
	out_json_text(o, "task", task_name(m->task));
	out_json_text(o, "family", family_name(m->family));
	out_json_int(o, "width", m->width);
	if (m->flexible)
		out_json_null(o, "height");
	else
		out_json_int(o, "height", m->height);
	if (m->accuracy > 0)
		out_json_real(o, "accuracy", m->accuracy);
	else
		out_json_null(o, "accuracy");
	if (m->ms > 0)
		out_json_real(o, "ms", m->ms);
	else
		out_json_null(o, "ms");
	out_json_int(o, "size", size_of(m));
	out_json_text(o, "licence", m->licence);
	out_json_text(o, "state", model_state_name(state));
	out_json_text(o, "why", state == MODEL_READY ? NULL : buf_str(&why));
	out_json_bool(o, "fetchable", can_fetch(r, m));
	out_json_bool(o, "default", registry_default(r, m->task) == m);
	buf_free(&why);
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
show_json(struct out *o, const struct registry *r, const struct model *m)
{
	out_json_object(o, NULL);
	json_summary(o, r, m);
	json_names(o, "aliases", m->aliases, m->naliases);
	out_json_text(o, "format", format_name(m->format));
	json_files(o, r, m);
	out_json_text(o, "upstream", m->upstream);
	out_json_text(o, "note", m->note);
	out_json_text(o, "unsupported", m->unsupported);
	out_json_int(o, "preference", m->preference);
	out_json_bool(o, "flexible", m->flexible);
	if (m->batch == 0)
		out_json_null(o, "batch");
	else
		out_json_int(o, "batch", m->batch);
	out_json_text(o, "channels", channels_name(m->channels));
	json_numbers(o, "mean", m->mean);
	json_numbers(o, "scale", m->scale);
	out_json_real(o, "min_score", m->min_score);
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
		out_json_real(o, "iou", m->iou);
	}
	out_json_text(o, "defined_at", m->defined_at);
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
	if (m->task != TASK_GENDER) {
		text_classes(o, m);
		out_printf(o, "  %-11s score at least %g, overlap at most %g\n", "boxes", m->min_score, m->iou);
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
	out_printf(o, "  %-11s unknown below %g\n", "certainty", m->min_score);
}

static void
show_text(struct out *o, const struct registry *r, const struct model *m)
{
	struct buf why = { 0 };
	enum model_state state = model_state(r, m, &why);
	char *input = input_text(m);

	out_printf(o, "%s", m->name);
	for (size_t i = 0; i < m->naliases; i++)
		out_printf(o, "%s%s", i == 0 ? " (or " : ", ", m->aliases[i]);
	out_printf(o, "%s\n", m->naliases > 0 ? ")" : "");
	out_printf(o, "  %-11s %s%s%s%s\n", "state", model_state_name(state), state == MODEL_READY ? "" : ": ",
	    state == MODEL_READY ? "" : buf_str(&why), registry_default(r, m->task) == m ? ", the default of its task" : "");
	out_printf(o, "  %-11s %s\n", "task", task_name(m->task));
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
	if (m->accuracy > 0)
		out_printf(o, "  %-11s %.2f (%s)\n", "accuracy", m->accuracy,
		    m->task == TASK_GENDER ? "share of right answers" : "AP50");
	if (m->ms > 0)
		out_printf(o, "  %-11s %g ms a pass, where the registry was made\n", "time", m->ms);
	text_files(o, r, m);
	out_printf(o, "  %-11s %s\n  %-11s %s\n", "licence", m->licence, "upstream", m->upstream);
	if (m->note != NULL)
		out_printf(o, "  %-11s %s\n", "note", m->note);
	out_printf(o, "  %-11s %d\n  %-11s %s\n", "preference", m->preference, "defined at", m->defined_at);
	buf_free(&why);
	free(input);
}

void
models_list(struct out *o, const struct registry *r, const struct model *const *models, size_t n, bool json)
{
	if (!json) {
		list_text(o, r, models, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		out_json_object(o, NULL);
		json_summary(o, r, models[i]);
		out_json_end(o);
	}
}

void
models_show(struct out *o, const struct registry *r, const struct model *m, bool json)
{
	if (json)
		show_json(o, r, m);
	else
		show_text(o, r, m);
}
