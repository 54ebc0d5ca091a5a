/*
 * How a value of a registry entry is read, by form.
 */
#include "models/entry_parts.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The field of a key, as the type that its reader is for. */
#define FIELD(type, r, k) ((type *)(void *)((char *)(r)->m + (k)->offset))

/* read_word writes enums, which without negative values are unsigned int to gcc and clang. */
_Static_assert(sizeof(enum family) == sizeof(unsigned) && sizeof(enum vision_format) == sizeof(unsigned),
	"an enum is an unsigned int");

int
entry_refuse(const struct cfg *c, const struct cfg_node *n, struct err *e, const char *fmt, ...)
{
	char what[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return err_set(e, ERR_CONFIG, "%s:%d: %s", cfg_path(c), cfg_line(n), what);
}

int
entry_text(const struct cfg *c, const struct cfg_node *n, const char *what, char **out, struct err *e)
{
	const char *s;
	if (cfg_text(c, n, &s, e) != 0)
		return -1;
	if (s[0] == '\0')
		return entry_refuse(c, n, e, "%s must not be empty", what);
	for (const char *p = s; *p != '\0'; p++)
		if (iscntrl((unsigned char)*p))
			return entry_refuse(c, n, e, "%s must not hold control characters", what);
	*out = mem_strdup(s);
	return 0;
}

int
read_text(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	return entry_text(r->c, n, k->name, FIELD(char *, r, k), e);
}

int
read_word(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	const char *s;
	struct buf list = { 0 };
	if (cfg_text(r->c, n, &s, e) != 0)
		return -1;
	for (unsigned i = 0; k->words[i] != NULL; i++) {
		if (strcmp(s, k->words[i]) == 0) {
			*FIELD(unsigned, r, k) = i;
			buf_free(&list);
			return 0;
		}
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", k->words[i]);
	}
	entry_refuse(r->c, n, e, "%s must be one of %s, not \"%.40s\"", k->name, buf_str(&list), s);
	buf_free(&list);
	return -1;
}

static int
take_int(const struct reading *r, const struct key *k, const struct cfg_node *n, int *out, struct err *e)
{
	int64_t v;
	if (cfg_int(r->c, n, &v, e) != 0)
		return -1;
	if ((double)v < k->min || (double)v > k->max)
		return entry_refuse(r->c, n, e, "%s must be %g to %g, not %lld", k->name, k->min, k->max, (long long)v);
	*out = (int)v;
	return 0;
}

int
read_int(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	return take_int(r, k, n, FIELD(int, r, k), e);
}

static int
take_real(const struct reading *r, const struct key *k, const struct cfg_node *n, double *out, struct err *e)
{
	double v;
	if (cfg_real(r->c, n, &v, e) != 0)
		return -1;
	if (!(v >= k->min && v <= k->max))
		return entry_refuse(r->c, n, e, "%s must be %g to %g, not %g", k->name, k->min, k->max, v);
	*out = v;
	return 0;
}

int
read_real(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	return take_real(r, k, n, FIELD(double, r, k), e);
}

static int
take_task(struct reading *r, const struct cfg_node *n, struct err *e)
{
	const char *s;
	enum task t;
	if (cfg_text(r->c, n, &s, e) != 0)
		return -1;
	if (task_parse(s, &t) != 0)
		return entry_refuse(r->c, n, e, "task must be one of person, face, gender, not \"%.40s\"", s);
	if (r->m->serves[t])
		return entry_refuse(r->c, n, e, "task: \"%s\" is there twice", s);
	/* Its pictures are faces, not what a camera sees. */
	if (r->ntasks > 0 && (t == TASK_GENDER || r->tasks[0] == TASK_GENDER))
		return entry_refuse(r->c, n, e, "a gender network has no other task");
	r->m->serves[t] = true;
	r->tasks[r->ntasks++] = t;
	return 0;
}

int
read_tasks(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	bool list = cfg_type(n) == CFG_LIST;
	if (list && cfg_length(n) == 0)
		return entry_refuse(r->c, n, e, "%s must not be empty", k->name);
	for (size_t i = 0; i < (list ? cfg_length(n) : 1); i++)
		if (take_task(r, list ? cfg_at(n, i) : n, e) != 0)
			return -1;
	r->m->task = r->tasks[0];
	return 0;
}

/* A list must have a number for each task. */
static int
check_each(const struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	if (cfg_type(n) != CFG_LIST || cfg_length(n) == r->ntasks)
		return 0;
	return entry_refuse(r->c, n, e, "%s must be a number, or a list of one for each task (%zu)", k->name, r->ntasks);
}

int
read_ints(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	bool list = cfg_type(n) == CFG_LIST;
	if (check_each(r, k, n, e) != 0)
		return -1;
	for (size_t i = 0; i < r->ntasks; i++)
		if (take_int(r, k, list ? cfg_at(n, i) : n, FIELD(int, r, k) + r->tasks[i], e) != 0)
			return -1;
	return 0;
}

int
read_reals(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	bool list = cfg_type(n) == CFG_LIST;
	if (check_each(r, k, n, e) != 0)
		return -1;
	for (size_t i = 0; i < r->ntasks; i++)
		if (take_real(r, k, list ? cfg_at(n, i) : n, FIELD(double, r, k) + r->tasks[i], e) != 0)
			return -1;
	return 0;
}

int
read_float(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	double v = 0;
	if (take_real(r, k, n, &v, e) != 0)
		return -1;
	*FIELD(float, r, k) = (float)v;
	return 0;
}

int
read_bool(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	return cfg_bool(r->c, n, FIELD(bool, r, k), e);
}

int
read_batch(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	const char *s;
	if (cfg_type(n) != CFG_TEXT)
		return read_int(r, k, n, e);
	if (cfg_text(r->c, n, &s, e) != 0)
		return -1;
	if (strcmp(s, "any") != 0)
		return entry_refuse(r->c, n, e, "%s must be \"any\" or a number, not \"%.40s\"", k->name, s);
	*FIELD(int, r, k) = 0;
	return 0;
}

/* One number for all channels, or a list of three. */
static int
take_three(const struct cfg *c, const struct cfg_node *n, const char *what, double out[3], struct err *e)
{
	bool list = cfg_type(n) == CFG_LIST;
	if (list && cfg_length(n) != 3)
		return entry_refuse(c, n, e, "%s must be a number or a list of three", what);
	for (size_t i = 0; i < 3; i++) {
		const struct cfg_node *one = list ? cfg_at(n, i) : n;
		if (cfg_real(c, one, &out[i], e) != 0)
			return -1;
		if (!(fabs(out[i]) <= 1e6))
			return entry_refuse(c, one, e, "%s must be -1000000 to 1000000", what);
	}
	return 0;
}

int
read_mean(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	double v[3];
	if (take_three(r->c, n, k->name, v, e) != 0)
		return -1;
	for (size_t i = 0; i < 3; i++)
		r->m->mean[i] = (float)v[i];
	return 0;
}

/* scale multiplies, divide divides. */
int
read_scale(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	bool divide = strcmp(k->name, "divide") == 0;
	double v[3];
	if (take_three(r->c, n, k->name, v, e) != 0)
		return -1;
	for (size_t i = 0; i < 3; i++) {
		if (fabs(v[i]) < 1e-6)
			return entry_refuse(r->c, n, e, "%s must not be zero", k->name);
		r->m->scale[i] = (float)(divide ? 1.0 / v[i] : v[i]);
	}
	return 0;
}

static int
take_names(const struct cfg *c, const struct cfg_node *n, const char *what, size_t max, char ***out, size_t *count,
	struct err *e)
{
	if (cfg_type(n) != CFG_LIST || cfg_length(n) < 1 || cfg_length(n) > max)
		return entry_refuse(c, n, e, "%s must be a list of 1 to %zu names", what, max);
	*out = mem_array(cfg_length(n), sizeof **out);
	*count = cfg_length(n);
	for (size_t i = 0; i < *count; i++) {
		if (entry_text(c, cfg_at(n, i), what, &(*out)[i], e) != 0)
			return -1;
		for (size_t j = 0; j < i; j++)
			if (strcmp((*out)[i], (*out)[j]) == 0)
				return entry_refuse(c, cfg_at(n, i), e, "%s: \"%.80s\" is there twice", what, (*out)[i]);
	}
	return 0;
}

/* A list of names, or the name of one. */
int
read_classes(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	if (cfg_type(n) == CFG_TEXT) {
		const struct cfg_node *named = NULL;
		const char *name;
		if (cfg_text(r->c, n, &name, e) != 0)
			return -1;
		for (size_t i = 0; i < 2 && named == NULL; i++)
			if (r->lists[i] != NULL)
				named = cfg_child(r->lists[i], name);
		if (named == NULL)
			return entry_refuse(r->c, n, e, "%s: there is no list \"%.40s\" in lists", k->name, name);
		n = named;
	}
	return take_names(r->c, n, k->name, MODEL_CLASSES, &r->m->classes, &r->m->nclasses, e);
}

int
read_aliases(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e)
{
	return take_names(r->c, n, k->name, 8, &r->m->aliases, &r->m->naliases, e);
}
