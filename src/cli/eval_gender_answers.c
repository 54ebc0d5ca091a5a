/*
 * Answers of the networks: made once, kept item by item, and read again where the same evaluation was made before.
 */
#include "cli/eval_gender_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "out/out.h"
#include "people/groups.h"
#include "store/evaluation.h"
#include "truth/json.h"

static void
put_size(char out[ANSWER_SIZE], const char *group)
{
	snprintf(out, ANSWER_SIZE, "%s", group != NULL ? group : "");
}

static void
take(struct gender_answer *a, struct portrait *p)
{
	a->fault = p->fault;
	p->fault = NULL;
	a->p_found = NAN;
	if (a->fault != NULL)
		return;
	a->p_whole = p->p_whole;
	put_size(a->size_whole, group_size((struct box) { 0, 0, p->width, p->height }));
	a->found = p->nfaces > 0;
	if (!a->found)
		return;
	a->p_found = p->face.p_female;
	put_size(a->size_found, group_size(p->face.box));
}

int
answers_run(const struct crew *c, const struct face_set *set, const struct portraits_options *o, struct gender_answer *a,
	struct err *e)
{
	struct portrait *p = mem_array(set->nfaces, sizeof *p);
	for (size_t i = 0; i < set->nfaces; i++)
		p[i].path = set->faces[i].path;
	int r = portraits_run(c, p, set->nfaces, o, e);
	for (size_t i = 0; r == 0 && i < set->nfaces; i++)
		take(&a[i], &p[i]);
	portraits_clear(p, set->nfaces);
	free(p);
	return r;
}

void
answers_clear(struct gender_answer *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(a[i].fault);
}

/* ---- to the database ---- */

static char *
slices_of(const struct labelled_face *f, const char *size)
{
	struct buf text = { 0 };
	struct out *o = out_buf(&text);
	struct err ignored;
	out_json_object(o, NULL);
	if (f->age >= 0)
		out_json_text(o, "age", group_age(f->age));
	if (f->race >= 0)
		out_json_text(o, "race", group_race(f->race));
	if (size[0] != '\0')
		out_json_text(o, "face_size", size);
	out_json_end(o);
	out_close(o, &ignored);
	/* the newline after the object has no place in a column */
	text.data[--text.len] = '\0';
	return text.data;
}

static int
keep_view(struct db *d, int64_t id, const struct face_set *set, bool found, const struct gender_answer *a, struct err *e)
{
	struct evaluation_item *v = mem_array(set->nfaces, sizeof *v);
	size_t n = 0;
	for (size_t i = 0; i < set->nfaces; i++) {
		if (a[i].fault != NULL)
			continue;
		v[n++] = (struct evaluation_item) {
			.name = set->faces[i].name, .truth = set->faces[i].gender, .p_female = found ? a[i].p_found : a[i].p_whole,
			.no_face = found && !a[i].found, .slices = slices_of(&set->faces[i], found ? a[i].size_found : a[i].size_whole),
		};
	}
	int r = evaluation_put_items(d, id, found ? "end_to_end" : "given", v, n, e);
	for (size_t i = 0; i < n; i++)
		free((char *)v[i].slices);
	free(v);
	return r;
}

int
answers_keep(struct db *d, int64_t id, const struct face_set *set, bool find, const struct gender_answer *a, struct err *e)
{
	return keep_view(d, id, set, false, a, e) != 0 || (find && keep_view(d, id, set, true, a, e) != 0) ? -1 : 0;
}

/* ---- and back ---- */

struct loading {
	const struct face_set *set;
	struct gender_answer *a;
	bool *there;
	bool found;		/* the view that is being read */
	size_t next;		/* stored items stand in the order of the set */
};

static int
size_of(const char *slices, char out[ANSWER_SIZE], struct err *e)
{
	struct json j;
	struct span key;
	out[0] = '\0';
	if (slices == NULL)
		return 0;
	json_init(&j, "slices of a stored item", (struct span) { slices, strlen(slices) }, e);
	json_object(&j);
	while (json_member(&j, &key)) {
		if (!span_is(key, "face_size")) {
			json_skip(&j);
			continue;
		}
		struct span size = json_text(&j);
		snprintf(out, ANSWER_SIZE, "%.*s", SPAN_SHOWN(size));
	}
	json_end(&j);
	bool failed = j.failed;
	json_free(&j);
	return failed ? -1 : 0;
}

static int
load_item(void *context, const struct evaluation_item *v, struct err *e)
{
	struct loading *l = context;
	while (l->next < l->set->nfaces && strcmp(l->set->faces[l->next].name, v->name) != 0)
		l->next++;
	if (l->next == l->set->nfaces)
		return err_set(e, ERR_DATA, "stored item %s is not in the set; --force evaluates it again", v->name);
	struct gender_answer *a = &l->a[l->next];
	l->there[l->next++] = true;
	if (l->found) {
		a->p_found = v->p_female;
		a->found = !v->no_face;
	} else {
		a->p_whole = v->p_female;
	}
	return size_of(v->slices, l->found ? a->size_found : a->size_whole, e);
}

int
answers_load(struct db *d, int64_t id, const struct face_set *set, bool find, struct gender_answer *a, struct err *e)
{
	struct loading l = { .set = set, .a = a, .there = mem_array(set->nfaces, sizeof *l.there) };
	int r = -1;
	for (size_t i = 0; i < set->nfaces; i++)
		a[i].p_found = NAN;
	if (evaluation_items(d, id, "given", load_item, &l, e) != 0)
		goto out;
	for (size_t i = 0; i < set->nfaces; i++) {
		if (!l.there[i])
			a[i].fault = mem_printf("%s could not be read when it was evaluated; --force tries again", set->faces[i].path);
	}
	l.found = true;
	l.next = 0;
	if (find && evaluation_items(d, id, "end_to_end", load_item, &l, e) != 0)
		goto out;
	r = 0;
out:
	free(l.there);
	return r;
}
