/*
 * The ledger of training runs, read line by line.  A bad line (a file that was cut short, a merge that went wrong)
 * must not hide the others, so it is counted, and told by whoever asked.
 */
#include "models/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/when.h"
#include "truth/json.h"

static const size_t largest = (size_t)64 << 20;	/* bytes of a ledger */

static char *
copy_of(struct span s)
{
	return mem_printf("%.*s", (int)s.n, s.s);
}

/* Text into *out; null is as if it were not there. */
static void
take_text(struct json *j, char **out)
{
	if (json_kind(j) == JSON_NULL) {
		json_skip(j);
		return;
	}
	free(*out);
	*out = copy_of(json_text(j));
}

static int64_t
take_count(struct json *j)
{
	if (json_kind(j) == JSON_NULL) {
		json_skip(j);
		return -1;
	}
	int64_t v = json_int(j);
	if (v < 0)
		json_fail(j, "a number that is not negative is wanted");
	return v;
}

static void
take_started(struct json *j, struct ledger_run *r)
{
	char *text = copy_of(json_text(j));
	if (!j->failed && when_parse(text, &r->started_ms) != 0)
		json_fail(j, "a time such as 2026-11-21T05:40:00Z is wanted");
	free(text);
}

static void
take_seconds(struct json *j, struct ledger_run *r)
{
	r->seconds = json_real(j);
	if (!(r->seconds >= 0 && r->seconds <= 1e9))
		json_fail(j, "seconds must be 0 to 1000000000");
}

static char *
name_in(const char *group, struct span key)
{
	return mem_printf("%s%s%.*s", group, group[0] != '\0' ? "." : "", (int)key.n, key.s);
}

static char *
take_value(struct json *j)
{
	const char *from = NULL;

	if (json_kind(j) == JSON_TEXT)
		return copy_of(json_text(j));
	json_mark(j, &from);
	return copy_of(from != NULL ? (struct span) { from, (size_t)(j->at - from) } : (struct span) { "", 0 });
}

static void
take_pairs(struct json *j, struct ledger_pairs *p, const char *group)
{
	struct span key;

	json_object(j);
	while (json_member(j, &key)) {
		char *name = name_in(group, key);
		if (json_kind(j) == JSON_OBJECT) {
			take_pairs(j, p, name);
			free(name);
			continue;
		}
		p->v = mem_resize(p->v, p->n + 1, sizeof *p->v);
		p->v[p->n++] = (struct ledger_pair) { .key = name, .value = take_value(j) };
	}
}

static void
take_set(struct json *j, struct ledger_set *s)
{
	struct span key;

	json_object(j);
	while (json_member(j, &key)) {
		if (span_is(key, "files"))
			s->files = take_count(j);
		else if (span_is(key, "sha256"))
			take_text(j, &s->sha256);
		else
			json_skip(j);
	}
}

static void
take_sets(struct json *j, struct ledger_run *r)
{
	struct span key;

	json_object(j);
	while (json_member(j, &key)) {
		r->sets = mem_resize(r->sets, r->nsets + 1, sizeof *r->sets);
		struct ledger_set *s = &r->sets[r->nsets++];
		*s = (struct ledger_set) { .name = copy_of(key), .files = -1 };
		take_set(j, s);
	}
}

/* ---- epochs ---- */

/* Is one of the words a part of the name, between other signs than letters? */
static bool
speaks_of(const char *name, const char *const *words)
{
	for (size_t n; *name != '\0'; name += n) {
		n = strcspn(name, "_.-/ ");
		for (const char *const *w = words; *w != NULL; w++)
			if (strlen(*w) == n && memcmp(name, *w, n) == 0)
				return true;
		n += name[n] != '\0';
	}
	return false;
}

static enum ledger_aim
aim_of(const char *name)
{
	static const char *const lower[] = { "loss", "error", "err", "ece", "nll", "brier", "mae", "mse", NULL };
	/* As models/train calls the two parts of a detector's loss. */
	static const char *const parts[] = { "score", "box" };
	static const char *const neither[] = { "lr", "rate", "seconds", "time", "s", "temperature", "size", "steps", NULL };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(name, parts[i]) == 0)
			return LEDGER_LOWER;
	if (speaks_of(name, lower))
		return LEDGER_LOWER;
	return speaks_of(name, neither) ? LEDGER_NEITHER : LEDGER_HIGHER;
}

static void
add_metric(struct json *j, struct ledger_run *r, const char *name, double v)
{
	size_t at = r->nepochs - 1, i = 0;

	while (i < r->nmetrics && strcmp(r->metrics[i].name, name) != 0)
		i++;
	if (i == r->nmetrics) {
		if (i == LEDGER_METRICS) {
			json_fail(j, "more than %d different numbers in the epochs of a run", LEDGER_METRICS);
			return;
		}
		r->metrics = mem_resize(r->metrics, i + 1, sizeof *r->metrics);
		r->metrics[r->nmetrics++] = (struct ledger_metric) {
			.name = mem_strdup(name), .aim = aim_of(name), .first = v, .last = v, .best = v, .best_at = at
		};
		return;
	}
	struct ledger_metric *m = &r->metrics[i];
	m->last = v;
	if (m->aim == LEDGER_LOWER ? v < m->best : v > m->best) {
		m->best = v;
		m->best_at = at;
	}
}

static void
take_metrics(struct json *j, struct ledger_run *r, const char *group)
{
	struct span key;

	json_object(j);
	while (json_member(j, &key)) {
		char *name = name_in(group, key);
		enum json_kind kind = json_kind(j);
		if (kind == JSON_OBJECT) {
			take_metrics(j, r, name);
		} else if (kind != JSON_NUMBER) {
			json_skip(j);
		} else if (strcmp(name, "epoch") == 0) {
			r->epochs[r->nepochs - 1] = json_int(j);
		} else {
			double v = json_real(j);
			if (!j->failed)
				add_metric(j, r, name, v);
		}
		free(name);
	}
}

static void
take_epochs(struct json *j, struct ledger_run *r)
{
	json_array(j);
	while (json_item(j)) {
		r->epochs = mem_resize(r->epochs, r->nepochs + 1, sizeof *r->epochs);
		r->epochs[r->nepochs] = (int64_t)r->nepochs + 1;
		r->nepochs++;
		take_metrics(j, r, "");
	}
}

static void
take_weights(struct json *j, struct ledger_run *r)
{
	struct span key;

	json_object(j);
	while (json_member(j, &key)) {
		if (span_is(key, "file"))
			take_text(j, &r->file);
		else if (span_is(key, "sha256"))
			take_text(j, &r->sha256);
		else if (span_is(key, "bytes"))
			r->bytes = take_count(j);
		else if (span_is(key, "parameters"))
			r->parameters = take_count(j);
		else
			json_skip(j);
	}
}

/* ---- a line ---- */

static void
run_free(struct ledger_run *r)
{
	for (size_t i = 0; i < r->nsets; i++) {
		free(r->sets[i].name);
		free(r->sets[i].sha256);
	}
	for (size_t i = 0; i < r->nmetrics; i++)
		free(r->metrics[i].name);
	const struct ledger_pairs *const pairs[] = { &r->settings, &r->versions };
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < pairs[k]->n; i++) {
			free(pairs[k]->v[i].key);
			free(pairs[k]->v[i].value);
		}
		free(pairs[k]->v);
	}
	free(r->text);
	free(r->network);
	free(r->command);
	free(r->machine);
	free(r->sets);
	free(r->epochs);
	free(r->metrics);
	free(r->file);
	free(r->sha256);
}

/* A key that comes twice says the same thing twice, or the line is bad. */
static void
take_member(struct json *j, struct ledger_run *r, struct span key, unsigned *seen)
{
	static const char *const names[] = { "network", "started", "seconds", "command", "machine", "data", "settings",
		"versions", "epochs", "weights" };
	unsigned k = 0;

	while (k < sizeof names / sizeof *names && !span_is(key, names[k]))
		k++;
	if (k < sizeof names / sizeof *names && (*seen & 1U << k) != 0) {
		json_fail(j, "\"%s\" is there twice", names[k]);
		return;
	}
	*seen |= 1U << k;
	switch (k) {
	case 0: take_text(j, &r->network); break;
	case 1: take_started(j, r); break;
	case 2: take_seconds(j, r); break;
	case 3: take_text(j, &r->command); break;
	case 4: take_text(j, &r->machine); break;
	case 5: take_sets(j, r); break;
	case 6: take_pairs(j, &r->settings, ""); break;
	case 7: take_pairs(j, &r->versions, ""); break;
	case 8: take_epochs(j, r); break;
	case 9: take_weights(j, r); break;
	default: json_skip(j);
	}
}

/* One line, of which text[n] is NUL.  Messages begin ":1:COLUMN: ". */
static int
read_line(struct ledger_run *r, const char *text, size_t n, struct err *e)
{
	struct json j;
	struct span key;
	unsigned seen = 0;

	*r = (struct ledger_run) { .seconds = -1, .bytes = -1, .parameters = -1 };
	json_init(&j, "", (struct span) { text, n }, e);
	json_object(&j);
	while (json_member(&j, &key))
		take_member(&j, r, key, &seen);
	json_end(&j);
	if (!j.failed && (r->network == NULL || (seen & 2) == 0)) {
		j.value = j.start;
		json_fail(&j, "a run needs \"network\" and \"started\"");
	}
	bool failed = j.failed;
	json_free(&j);
	if (failed) {
		run_free(r);
		return -1;
	}
	/* From where the reader began: a byte order mark before it is no JSON. */
	r->text = mem_printf("%.*s", (int)(j.end - j.start), j.start);
	return 0;
}

static int
newest_first(const void *va, const void *vb)
{
	const struct ledger_run *a = va, *b = vb;
	if (a->started_ms != b->started_ms)
		return a->started_ms < b->started_ms ? 1 : -1;
	return a->line < b->line ? 1 : -1;
}

int
ledger_read(struct ledger *out, const char *path, struct err *e)
{
	struct buf all = { 0 };
	size_t line = 1;

	*out = (struct ledger) { 0 };
	if (!file_exists(path))
		return 0;
	if (file_read(path, largest, &all, e) != 0) {
		buf_free(&all);
		return -1;
	}
	for (char *at = all.data, *end = at + all.len; at < end; line++) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		*stop = '\0';
		if (at[strspn(at, " \t\r")] != '\0' || strlen(at) < (size_t)(stop - at)) {
			struct ledger_run r;
			struct err why;
			if (read_line(&r, at, (size_t)(stop - at), &why) == 0) {
				r.line = line;
				out->v = mem_resize(out->v, out->n + 1, sizeof *out->v);
				out->v[out->n++] = r;
			} else if (out->nbad++ == 0) {
				/* The reader took it for a text of its own. */
				err_set(&out->bad, ERR_DATA, "%s:%zu%s", path, line, why.msg + strlen(":1"));
			}
		}
		at = stop + 1;
	}
	buf_free(&all);
	if (out->n > 0)
		qsort(out->v, out->n, sizeof *out->v, newest_first);
	return 0;
}

void
ledger_free(struct ledger *l)
{
	for (size_t i = 0; i < l->n; i++)
		run_free(&l->v[i]);
	free(l->v);
	*l = (struct ledger) { 0 };
}
