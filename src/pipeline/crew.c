/*
 * Stages and their networks: which stages run is decided here, once.
 */
#include "pipeline/crew_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "models/facts.h"
#include "nets/calibrated.h"

/* Names are unique in the registry, however a network was named. */
bool
crew_one_pass(const struct crew *c)
{
	const struct stage *p = &c->stages[TASK_PERSON], *f = &c->stages[TASK_FACE];
	return p->n == 1 && f->n == 1 && strcmp(p->models[0]->name, f->models[0]->name) == 0;
}

static int
add_model(struct crew *c, struct stage *s, enum task t, const char *name, struct err *e)
{
	const struct model *m;
	if (registry_find(c->registry, name, &m, e) != 0)
		return -1;
	if (!m->serves[t])
		return err_set(e, ERR_UNAVAILABLE, "%s is a %s network, not one for %s; footfall models list --task %s shows those",
		    m->name, model_tasks(m), task_name(t), task_name(t));
	if (s->n == CLASSIFIER_MAX || (s->n == 1 && t != TASK_GENDER))
		return err_set(e, ERR_USAGE, "--%s takes %s", task_name(t), t == TASK_GENDER ? "at most eight networks" : "one network");
	s->models[s->n++] = m;
	return 0;
}

static int
add_models(struct crew *c, struct stage *s, enum task t, const char *names, struct err *e)
{
	char *copy = mem_strdup(names), *at = copy;
	int r = 0;
	for (char *name; r == 0 && (name = strsep(&at, ",")) != NULL;)
		r = add_model(c, s, t, name, e);
	free(copy);
	return r;
}

/* Name and digest under which the database knows the stage's network. */
static void
describe(struct stage *s, enum task t)
{
	struct buf name = { 0 };
	struct sha256 all, facts;
	sha256_init(&all);
	sha256_init(&facts);
	for (size_t i = 0; i < s->n; i++) {
		model_facts(s->models[i], t, &facts);
		buf_printf(&name, "%s%s", i > 0 ? "+" : "", s->models[i]->name);
		sha256_add(&all, s->data[i]->sha256, strlen(s->data[i]->sha256));
	}
	if (s->whole)
		buf_puts(&name, "whole");
	s->name = name.data;
	sha256_end(&facts, s->facts);
	if (s->n == 1)
		memcpy(s->sha256, s->data[0]->sha256, sizeof s->sha256);
	else
		sha256_end(&all, s->sha256);
	s->stored = (struct store_model) {
		.name = s->name,
		.task = task_name(t),
		.family = s->n == 1 ? family_name(s->models[0]->family) : s->whole ? "whole" : "mean",
		.sha256 = s->sha256,
	};
}

/* A network that int8 needs a calibration for is told so before anything is opened. */
static int
read_calibration(struct stage *s, struct err *e)
{
	struct calibration *c = NULL;
	if (s->n != 1 || calibrated_read(s->models[0], s->data[0], &c, e) != 0)
		return s->n != 1 ? 0 : -1;
	if (c != NULL)
		memcpy(s->calibration, c->digest, sizeof s->calibration);
	calibrated_free(c);
	return 0;
}

static int
load_models(struct crew *c, struct stage *s, enum task t, struct err *e)
{
	s->borrowed = t == TASK_FACE && crew_one_pass(c);
	if (s->borrowed)
		s->data[0] = c->stages[TASK_PERSON].data[0];
	for (size_t i = 0; i < s->n && !s->borrowed; i++) {
		s->data[i] = mem_alloc(sizeof *s->data[i]);
		if (model_load(c->registry, s->models[i], s->data[i], e) != 0)
			return -1;
	}
	describe(s, t);
	return read_calibration(s, e);
}

/* What nobody asked for should not be found out too late. */
static void
tell_use(const struct crew *c, enum task t, const struct model *m)
{
	const struct stage *p = &c->stages[TASK_PERSON];
	bool told = t == TASK_FACE && p->n == 1 && strcmp(p->models[0]->name, m->name) == 0;
	if (m->use != NULL && !told)
		log_info("network %s, chosen by default: %s", m->name, m->use);
}

static void
summarize(struct crew *c)
{
	bool both = crew_one_pass(c);
	for (int t = 0; t < TASKS; t++) {
		if (!c->stages[t].on || (both && t == TASK_FACE))
			continue;
		buf_printf(&c->summary, "%s%s %s%s", c->summary.len > 0 ? ", " : "", both && t == TASK_PERSON ? "person and face" :
		    task_name((enum task)t), c->stages[t].name, both && t == TASK_PERSON ? " (one pass)" : "");
	}
}

static int
choose(struct crew *c, enum task t, const char *name, bool required, struct err *e)
{
	struct stage *s = &c->stages[t];
	if (name != NULL && strcmp(name, "none") == 0) {
		if (required)
			return err_set(e, ERR_USAGE, "--stages asks for %s and --%s none switches it off", task_name(t), task_name(t));
		s->on = false;
		return 0;
	}
	if (name != NULL && t == TASK_FACE && strcmp(name, "whole") == 0) {
		s->whole = true;
	} else if (name != NULL) {
		if (add_models(c, s, t, name, e) != 0)
			return -1;
	} else {
		const struct model *m = registry_default(c->registry, t);
		if (m == NULL && required)
			return err_set(e, ERR_UNAVAILABLE, "no %s network is at hand; footfall models list --task %s shows which there are and how to get one",
			    task_name(t), task_name(t));
		if (m != NULL) {
			tell_use(c, t, m);
			s->models[s->n++] = m;
		}
		s->on = m != NULL;
	}
	return s->on ? load_models(c, s, t, e) : 0;
}

/* Which stages --stages names; all when NULL. */
static int
parse_stages(const char *text, bool on[TASKS], struct err *e)
{
	for (int t = 0; t < TASKS; t++)
		on[t] = text == NULL;
	if (text == NULL)
		return 0;
	char *copy = mem_strdup(text), *at = copy;
	int r = 0;
	for (char *name; r == 0 && (name = strsep(&at, ",")) != NULL;) {
		enum task t;
		if (task_parse(name, &t) != 0)
			r = err_set(e, ERR_USAGE, "no stage \"%s\": stages are person, face, gender, joined by commas", name);
		else
			on[t] = true;
	}
	free(copy);
	if (r == 0 && on[TASK_GENDER] && !on[TASK_FACE])
		r = err_set(e, ERR_USAGE, "the gender stage needs faces: --stages face,gender");
	return r;
}

static int
choose_all(struct crew *c, const struct crew_wish *wish, struct err *e)
{
	bool on[TASKS];
	if (parse_stages(wish->stages, on, e) != 0)
		return -1;
	for (int i = 0; i < TASKS; i++) {
		enum task t = (enum task)i;
		if (!on[t] && wish->networks[t] != NULL && strcmp(wish->networks[t], "none") != 0)
			return err_set(e, ERR_USAGE, "--%s %s, but --stages leaves %s out", task_name(t), wish->networks[t], task_name(t));
		/* gender has nothing to look at when faces turned out not to be had */
		c->stages[t].on = on[t] && (t != TASK_GENDER || c->stages[TASK_FACE].on);
		if (c->stages[t].on && choose(c, t, wish->networks[t], wish->stages != NULL, e) != 0)
			return -1;
		if (!c->stages[t].on && on[t] && wish->networks[t] != NULL && strcmp(wish->networks[t], "none") != 0)
			return err_set(e, ERR_UNAVAILABLE, "--gender %s needs faces, and there is no face network at hand or --face none was given", wish->networks[t]);
	}
	if (!c->stages[TASK_PERSON].on && !c->stages[TASK_FACE].on)
		return err_set(e, ERR_UNAVAILABLE, "no person and no face network is at hand; footfall models list shows which there are and how to get one");
	summarize(c);
	return 0;
}

int
crew_open(struct crew **out, const struct crew_wish *wish, const struct settings *set, struct err *e)
{
	*out = NULL;
	struct crew *c = mem_alloc(sizeof *c);
	c->set = set;
	if (registry_open(&c->registry, e) != 0 || choose_all(c, wish, e) != 0) {
		crew_close(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
crew_close(struct crew *c)
{
	if (c == NULL)
		return;
	for (int t = 0; t < TASKS; t++) {
		struct stage *s = &c->stages[t];
		for (size_t i = 0; i < s->n && !s->borrowed; i++) {
			if (s->data[i] != NULL)
				model_data_free(s->data[i]);
			free(s->data[i]);
		}
		free(s->name);
	}
	registry_close(c->registry);
	buf_free(&c->summary);
	free(c);
}

bool
crew_has(const struct crew *c, enum task t)
{
	return c->stages[t].on;
}

const struct store_model *
crew_model(const struct crew *c, enum task t)
{
	return c->stages[t].on ? &c->stages[t].stored : NULL;
}

const char *
crew_facts(const struct crew *c, enum task t)
{
	return c->stages[t].facts;
}

const char *
crew_calibration(const struct crew *c, enum task t)
{
	return c->stages[t].calibration[0] != '\0' ? c->stages[t].calibration : NULL;
}

const char *
crew_summary(const struct crew *c)
{
	return buf_str(&c->summary);
}

double
crew_min_score(const struct crew *c, enum task t)
{
	const double set[TASKS] = { c->set->person_min_score, c->set->face_min_score, c->set->gender_min_score };
	const struct stage *s = &c->stages[t];
	if (set[t] >= 0)
		return set[t];
	return s->n > 0 ? s->models[0]->min_score[t] : 0;
}

double
crew_iou(const struct crew *c, enum task t)
{
	const struct stage *s = &c->stages[t];
	if (c->set->nms_iou >= 0)
		return c->set->nms_iou;
	return s->n > 0 ? s->models[0]->iou[t] : 0;
}

/* ---- one thread's networks ---- */
