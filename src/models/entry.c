/*
 * An entry of a registry file, read strictly: one table says which keys there are, for which tasks,
 * and how each is read; whatever is not in it is refused with its line.
 *
 * Strict because a registry decides what the counts mean: a misspelt `scale` that is passed over
 * would not fail, it would count wrong.
 */
#include "models/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "models/entry_parts.h"

enum { DETECTORS = 1, GENDER = 2, ALL = DETECTORS | GENDER, NEEDED = 4 };

#define AT(field) offsetof(struct model, field)

static const struct key keys[] = {
	{ .name = "task", .use = ALL | NEEDED, .read = read_tasks },
	{ .name = "family", .use = ALL | NEEDED, .read = read_word, .offset = AT(family), .words = words_family },
	{ .name = "format", .use = ALL | NEEDED, .read = read_word, .offset = AT(format), .words = words_format },
	{ .name = "files", .use = ALL | NEEDED, .read = read_files },
	{ .name = "aliases", .use = ALL, .read = read_aliases },
	{ .name = "licence", .use = ALL | NEEDED, .read = read_text, .offset = AT(licence) },
	{ .name = "upstream", .use = ALL | NEEDED, .read = read_text, .offset = AT(upstream) },
	{ .name = "note", .use = ALL, .read = read_text, .offset = AT(note) },
	{ .name = "use", .use = ALL, .read = read_text, .offset = AT(use) },
	{ .name = "unsupported", .use = ALL, .read = read_text, .offset = AT(unsupported) },
	{ .name = "preference", .use = ALL, .read = read_ints, .offset = AT(preference), .min = 0, .max = 1000 },
	{ .name = "width", .use = ALL | NEEDED, .read = read_int, .offset = AT(width), .min = 1, .max = 8192 },
	{ .name = "height", .use = ALL, .read = read_int, .offset = AT(height), .min = 1, .max = 8192 },
	{ .name = "flexible", .use = DETECTORS, .read = read_bool, .offset = AT(flexible) },
	{ .name = "batch", .use = ALL, .read = read_batch, .offset = AT(batch), .min = 1, .max = 64 },
	{ .name = "channels", .use = ALL | NEEDED, .read = read_word, .offset = AT(channels), .words = words_channels },
	{ .name = "mean", .use = ALL, .read = read_mean },
	{ .name = "scale", .use = ALL, .read = read_scale },
	{ .name = "divide", .use = ALL, .read = read_scale },
	{ .name = "resize", .use = DETECTORS | NEEDED, .read = read_word, .offset = AT(resize), .words = words_resize },
	{ .name = "fill", .use = DETECTORS, .read = read_float, .offset = AT(fill), .min = 0, .max = 255 },
	{ .name = "classes", .use = DETECTORS | NEEDED, .read = read_classes },
	{ .name = "min_score", .use = ALL | NEEDED, .read = read_reals, .offset = AT(min_score), .min = 0, .max = 1 },
	{ .name = "iou", .use = DETECTORS, .read = read_reals, .offset = AT(iou), .min = 0, .max = 1 },
	{ .name = "margin", .use = GENDER | NEEDED, .read = read_real, .offset = AT(margin), .min = 0, .max = 4 },
	{ .name = "side_max", .use = GENDER, .read = read_bool, .offset = AT(side_max) },
	{ .name = "align", .use = GENDER, .read = read_bool, .offset = AT(align) },
	{ .name = "minmax", .use = GENDER, .read = read_bool, .offset = AT(minmax) },
	{ .name = "output", .use = GENDER, .read = read_text, .offset = AT(output) },
	{ .name = "female", .use = GENDER | NEEDED, .read = read_int, .offset = AT(female), .min = 0, .max = 1 },
	{ .name = "ms", .use = ALL, .read = read_real, .offset = AT(ms), .min = 0, .max = 1e6 },
	{ .name = "accuracy", .use = ALL, .read = read_reals, .offset = AT(accuracy), .min = 0, .max = 1 },
};

static const struct key *
find_key(const char *name)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static bool
is_given(const struct reading *r, const char *name)
{
	return r->given[find_key(name) - keys];
}

static int
refuse_key(const struct cfg *c, const struct cfg_node *n, struct err *e)
{
	struct nearest best = { 0 };
	for (size_t i = 0; i < COUNT(keys); i++)
		nearest_try(&best, cfg_name(n), keys[i].name);
	if (best.word == NULL)
		return entry_refuse(c, n, e, "a network has no \"%.40s\"", cfg_name(n));
	return entry_refuse(c, n, e, "a network has no \"%.40s\"; did you mean \"%s\"?", cfg_name(n), best.word);
}

/* Does each key suit the task, and is what the task needs there? */
static int
check_use(const struct reading *r, const struct cfg_node *n, struct err *e)
{
	int use = r->m->task == TASK_GENDER ? GENDER : DETECTORS;

	if (!is_given(r, "task"))
		return entry_refuse(r->c, n, e, "network without task");
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct key *k = &keys[i];
		bool known = (k->use & use) != 0;
		if (r->given[i] && !known)
			return entry_refuse(r->c, cfg_child(n, k->name), e, "%s has no meaning for a %s network", k->name,
			    task_name(r->m->task));
		if (!r->given[i] && known && (k->use & NEEDED))
			return entry_refuse(r->c, n, e, "network without %s", k->name);
	}
	return 0;
}

static int
check_input(const struct reading *r, const struct cfg_node *n, struct err *e)
{
	const struct model *m = r->m;

	if (is_given(r, "scale") && is_given(r, "divide"))
		return entry_refuse(r->c, cfg_child(n, "divide"), e, "either scale or divide, not both");
	if (m->flexible && is_given(r, "height"))
		return entry_refuse(r->c, cfg_child(n, "height"), e, "a flexible network has no height: width is its longest side");
	if (m->flexible && m->width % 32 != 0)
		return entry_refuse(r->c, cfg_child(n, "width"), e, "width of a flexible network must be a multiple of 32, not %d",
		    m->width);
	if (!m->flexible && !is_given(r, "height"))
		return entry_refuse(r->c, n, e, "network without height");
	return 0;
}

/* So many files make a network: weights, and in the older formats the text that describes it. */
static int
check_files(const struct reading *r, const struct cfg_node *n, struct err *e)
{
	const struct model *m = r->m;
	size_t nets = m->family == FAMILY_MTCNN ? 3 : 1;
	size_t needed = nets * (m->format == VISION_ONNX ? 1 : 2);

	/* TensorFlow's graph can do without. */
	if (m->nfiles == needed || (m->format == VISION_TENSORFLOW && m->nfiles == nets))
		return 0;
	return entry_refuse(r->c, cfg_child(n, "files"), e, "a network of family %s in the format %s has %zu file%s, not %zu",
	    family_name(m->family), format_name(m->format), needed, needed == 1 ? "" : "s", m->nfiles);
}

/* One pass gives a class for each task, called as the task is. */
static int
check_tasks(const struct reading *r, const struct cfg_node *n, struct err *e)
{
	const struct model *m = r->m;

	if (!model_has_several_tasks(m))
		return 0;
	if (m->family == FAMILY_MTCNN)
		return entry_refuse(r->c, cfg_child(n, "task"), e, "a network of family %s has one task", family_name(m->family));
	for (size_t k = 0; k < r->ntasks; k++) {
		bool has = false;
		for (size_t i = 0; i < m->nclasses; i++)
			has = has || strcmp(m->classes[i], task_name(r->tasks[k])) == 0;
		if (!has)
			return entry_refuse(r->c, cfg_child(n, "classes"), e, "a network of several tasks has a class for each; "
			    "there is no \"%s\"", task_name(r->tasks[k]));
	}
	return 0;
}

static int
check_family(const struct reading *r, const struct cfg_node *n, struct err *e)
{
	const struct model *m = r->m;
	bool gender = m->family == FAMILY_SOFTMAX2 || m->family == FAMILY_SIGMOID1;

	if (gender != (m->task == TASK_GENDER))
		return entry_refuse(r->c, cfg_child(n, "family"), e, "family %s is not one of a %s network",
		    family_name(m->family), task_name(m->task));
	if (!gender && m->family != FAMILY_END2END && !is_given(r, "iou"))
		return entry_refuse(r->c, n, e, "network without iou");
	return 0;
}

static int
take_name(const struct reading *r, const struct cfg_node *n, struct err *e)
{
	/* Words that stand for something else where a network is named. */
	static const char *const taken[] = { "none", "whole", "auto" };
	struct model *m = r->m;

	m->name = file_stem(m->files[0].path);
	if (m->name[0] == '\0' || m->name[0] == '-')
		return entry_refuse(r->c, n, e, "a network is called as its first file without the extension; \"%s\" is no name",
		    m->name);
	for (size_t i = 0; i < COUNT(taken); i++)
		if (strcmp(m->name, taken[i]) == 0)
			return entry_refuse(r->c, n, e, "a network cannot be called \"%s\": rename its first file", m->name);
	return 0;
}

int
entry_read(struct model *out, const struct cfg *c, const struct cfg_node *n,
	const struct cfg_node *const lists[2], struct err *e)
{
	bool given[COUNT(keys)] = { 0 };
	struct reading r = { .m = out, .c = c, .lists = lists, .given = given };

	*out = (struct model){ .batch = 1, .scale = { 1, 1, 1 }, .resize = RESIZE_STRETCH, .iou = { 1, 1, 1 } };
	if (cfg_type(n) != CFG_GROUP)
		return entry_refuse(c, n, e, "a network must be a group: { task = ...; ... }");
	/* First, because what some of the others mean depends on it. */
	const struct cfg_node *task = cfg_child(n, "task");
	if (task != NULL && read_tasks(&r, find_key("task"), task, e) != 0)
		goto fail;
	for (size_t i = 0; i < cfg_length(n); i++) {
		const struct cfg_node *child = cfg_at(n, i);
		const struct key *k = find_key(cfg_name(child));
		if (k == NULL) {
			refuse_key(c, child, e);
			goto fail;
		}
		given[k - keys] = true;
		if (child != task && k->read(&r, k, child, e) != 0)
			goto fail;
	}
	if (check_use(&r, n, e) != 0 || check_family(&r, n, e) != 0 || check_input(&r, n, e) != 0 ||
	    check_files(&r, n, e) != 0 || check_tasks(&r, n, e) != 0 || take_name(&r, n, e) != 0)
		goto fail;
	out->defined_at = mem_printf("%s:%d", cfg_path(c), cfg_line(n));
	return 0;
fail:
	entry_clear(out);
	return -1;
}

static void
free_names(char **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

void
entry_clear(struct model *m)
{
	for (size_t i = 0; i < m->nfiles; i++) {
		free(m->files[i].path);
		free(m->files[i].sha256);
		free(m->files[i].url);
	}
	free_names(m->classes, m->nclasses);
	free_names(m->aliases, m->naliases);
	free(m->name);
	free(m->licence);
	free(m->upstream);
	free(m->note);
	free(m->use);
	free(m->unsupported);
	free(m->output);
	free(m->defined_at);
	*m = (struct model){ 0 };
}
