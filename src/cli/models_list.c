/*
 * The networks as a table to choose from, by task: how accurate, how fast, how large, and whether it is here.
 *
 * A network of two tasks has a line under each, because it competes with others there, and is as good there as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/models_show.h"

char *
models_size_text(int64_t bytes)
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

char *
models_input_text(const struct model *m)
{
	if (m->family == FAMILY_MTCNN)
		return mem_strdup("pyramid");
	return m->flexible ? mem_printf("any (%d)", m->width) : mem_printf("%dx%d", m->width, m->height);
}

bool
models_can_fetch(const struct registry *r, const struct model *m)
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

/* ---- the table ---- */

enum { NAME, ACCURACY, MS, INPUT, SIZE, LICENCE, STATE, COLUMNS };

struct row {
	enum task task;
	double accuracy;
	char *cell[COLUMNS];
};

/* Without what stands in brackets or is another choice: models show tells all of it. */
static char *
licence_text(const char *licence)
{
	size_t n = strcspn(licence, "(");
	const char *other = strstr(licence, " or ");
	if (other != NULL && (size_t)(other - licence) < n)
		n = (size_t)(other - licence);
	while (n > 0 && licence[n - 1] == ' ')
		n--;
	return mem_printf("%.*s", (int)n, licence);
}

static struct row
make_row(const struct registry *r, const struct model *m, enum task t)
{
	struct row row = { .task = t, .accuracy = m->accuracy[t] };
	struct buf why = { 0 };
	enum model_state state = model_state(r, m, &why);

	row.cell[NAME] = mem_printf("%c %s", registry_default(r, t) == m ? '*' : ' ', m->name);
	row.cell[ACCURACY] = m->accuracy[t] > 0 ? mem_printf("%.2f", m->accuracy[t]) : mem_strdup("-");
	row.cell[MS] = m->ms > 0 ? mem_printf("%.*f", m->ms < 10 ? 1 : 0, m->ms) : mem_strdup("-");
	row.cell[INPUT] = models_input_text(m);
	row.cell[SIZE] = models_size_text(size_of(m));
	row.cell[LICENCE] = licence_text(m->licence);
	if (state == MODEL_MISSING)
		row.cell[STATE] = mem_strdup(models_can_fetch(r, m) ? "can be fetched" : "missing");
	else if (state == MODEL_BROKEN)
		row.cell[STATE] = mem_printf("broken: %s", buf_str(&why));
	else
		row.cell[STATE] = mem_strdup(model_state_name(state));
	buf_free(&why);
	return row;
}

/* Puts the row where it belongs among the n before it: by task, the best first; of equals as they came. */
static void
put_row(struct row *rows, size_t n, const struct row *row)
{
	for (; n > 0 && rows[n - 1].task == row->task && rows[n - 1].accuracy < row->accuracy; n--)
		rows[n] = rows[n - 1];
	rows[n] = *row;
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

/* ---- below it ---- */

/* What among the networks is more accurate than the default, and not here: the best one. */
static const struct model *
stronger(const struct registry *r, const struct model *const *models, size_t n, enum task t, bool fetchable)
{
	const struct model *now = registry_default(r, t), *best = NULL;
	double least = now != NULL ? now->accuracy[t] : 0;
	for (size_t i = 0; i < n; i++) {
		const struct model *m = models[i];
		if (m->serves[t] && m->accuracy[t] > least && model_state(r, m, NULL) == MODEL_MISSING &&
		    models_can_fetch(r, m) == fetchable) {
			best = m;
			least = m->accuracy[t];
		}
	}
	return best;
}

static void
print_stronger(struct out *o, const struct registry *r, const struct model *const *models, size_t n, enum task t)
{
	const struct model *now = registry_default(r, t), *fetch = stronger(r, models, n, t, true),
		*other = stronger(r, models, n, t, false);
	const char *than = now != NULL ? "better than the default" : "none is here";
	/* Nothing is known to be better than what was never measured. */
	if (now != NULL && !(now->accuracy[t] > 0))
		return;
	if (fetch != NULL)
		out_printf(o, "%s, %s: footfall models fetch %s (%.2f)\n", task_name(t), than, fetch->name, fetch->accuracy[t]);
	if (other != NULL && (fetch == NULL || other->accuracy[t] > fetch->accuracy[t]))
		out_printf(o, "%s, %s: footfall models show %s (%.2f) says how\n", task_name(t), than, other->name,
		    other->accuracy[t]);
}

static void
print_several(struct out *o, const struct model *const *models, size_t n)
{
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		if (!model_has_several_tasks(models[i]))
			continue;
		out_printf(o, "%s%s", any ? ", " : "persons and faces in one pass: ", models[i]->name);
		any = true;
	}
	out_puts(o, any ? "\n" : "");
}

/* Each restriction once, with all that are under it. */
static void
print_uses(struct out *o, const struct model *const *models, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool told = models[i]->use == NULL;
		for (size_t k = 0; k < i && !told; k++)
			told = models[k]->use != NULL && strcmp(models[k]->use, models[i]->use) == 0;
		if (told)
			continue;
		out_puts(o, "use of ");
		for (size_t k = i; k < n; k++)
			if (models[k]->use != NULL && strcmp(models[k]->use, models[i]->use) == 0)
				out_printf(o, "%s%s", k > i ? ", " : "", models[k]->name);
		out_printf(o, ":\n  %s\n", models[i]->use);
	}
}

static void
list_text(struct out *o, const struct registry *r, const struct model *const *models, size_t n, enum task only)
{
	static const char *const head[COLUMNS] = { "network", "accuracy", "ms", "input", "size", "licence", "state" };
	struct row *rows = mem_array(n * TASKS + 1, sizeof *rows);
	const char *titles[COLUMNS];
	int width[COLUMNS];
	size_t nrows = 0;

	for (int t = 0; t < TASKS; t++)
		for (size_t i = 0; i < n; i++)
			if (models[i]->serves[t] && (only == TASKS || t == (int)only)) {
				struct row row = make_row(r, models[i], (enum task)t);
				put_row(rows, nrows++, &row);
			}
	for (int c = 0; c < COLUMNS; c++) {
		width[c] = (int)strlen(head[c]);
		titles[c] = head[c];
		for (size_t i = 0; i < nrows; i++)
			if ((int)strlen(rows[i].cell[c]) > width[c])
				width[c] = (int)strlen(rows[i].cell[c]);
	}
	for (size_t i = 0; i < nrows; i++) {
		if (i == 0 || rows[i].task != rows[i - 1].task) {
			if (i > 0)
				out_puts(o, "\n");
			titles[NAME] = task_name(rows[i].task);
			print_row(o, titles, width);
		}
		print_row(o, (const char *const *)rows[i].cell, width);
	}
	for (size_t i = 0; i < nrows; i++)
		for (int c = 0; c < COLUMNS; c++)
			free(rows[i].cell[c]);
	free(rows);
	out_puts(o, "\n* the default.  accuracy: AP50 of detectors, share of right answers of gender networks;\n"
	    "ms: a pass, where the registry was made.  footfall models show NAME says more.\n");
	for (int t = 0; t < TASKS; t++)
		if (only == TASKS || t == (int)only)
			print_stronger(o, r, models, n, (enum task)t);
	print_several(o, models, n);
	print_uses(o, models, n);
}

/* ---- JSON ---- */

static void
json_measured(struct out *o, const char *key, double v)
{
	if (v > 0)
		out_json_real(o, key, v);
	else
		out_json_null(o, key);
}

void
models_json_summary(struct out *o, const struct registry *r, const struct model *m, enum task t)
{
	struct buf why = { 0 };
	enum model_state state = model_state(r, m, &why);

	out_json_text(o, "name", m->name);
	out_json_text(o, "task", task_name(t));
	out_json_text(o, "family", family_name(m->family));
	out_json_int(o, "width", m->width);
	if (m->flexible)
		out_json_null(o, "height");
	else
		out_json_int(o, "height", m->height);
	json_measured(o, "accuracy", m->accuracy[t]);
	json_measured(o, "ms", m->ms);
	out_json_int(o, "size", size_of(m));
	out_json_text(o, "licence", m->licence);
	out_json_text(o, "use", m->use);
	out_json_text(o, "state", model_state_name(state));
	out_json_text(o, "why", state == MODEL_READY ? NULL : buf_str(&why));
	out_json_bool(o, "fetchable", models_can_fetch(r, m));
	out_json_bool(o, "default", registry_default(r, t) == m);
	buf_free(&why);
}

void
models_list(struct out *o, const struct registry *r, const struct model *const *models, size_t n, enum task task, bool json)
{
	if (!json) {
		list_text(o, r, models, n, task);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		for (int t = 0; t < TASKS; t++) {
			if (!models[i]->serves[t] || (task != TASKS && t != (int)task))
				continue;
			out_json_object(o, NULL);
			models_json_summary(o, r, models[i], (enum task)t);
			out_json_end(o);
		}
	}
}
