/*
 * Floor 2.  The parts of reading a registry entry: the words of the files, and a reader for each
 * form that a value can have.  For src/models/entry*.c only.
 */
#ifndef FOOTFALL_MODELS_ENTRY_PARTS_H
#define FOOTFALL_MODELS_ENTRY_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "conf/cfg.h"
#include "models/registry.h"

#define COUNT(a) (sizeof (a) / sizeof *(a))

/* Ended by NULL, indexed by their enums. */
extern const char *const words_task[], *const words_family[], *const words_format[],
	*const words_channels[], *const words_resize[];

struct reading {
	struct model *m;
	const struct cfg *c;
	const struct cfg_node *const *lists;	/* two; see entry_read */
	bool *given;				/* by index into the table of keys */
	enum task tasks[TASKS];			/* of the network, in the order in which they are written */
	size_t ntasks;
};

struct key;
typedef int read_fn(struct reading *r, const struct key *k, const struct cfg_node *n, struct err *e);

struct key {
	const char *name;
	int use;			/* tasks that know it, and whether they need it */
	read_fn *read;
	size_t offset;			/* of the field in struct model */
	double min, max;		/* of a number */
	const char *const *words;	/* that a word may be */
};

read_fn read_text, read_word, read_int, read_real, read_float, read_bool,
	read_tasks,		/* one or a list; to be read before the two that follow */
	read_ints, read_reals,	/* one number for all tasks, or a list of one for each, as they are written */
	read_batch,		/* "any" (0) or a number */
	read_mean, read_scale, read_classes, read_aliases, read_files;

/* "file:line: what"; returns -1. */
int entry_refuse(const struct cfg *c, const struct cfg_node *n, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Text that fits a line: not empty, no control characters.  New memory. */
int entry_text(const struct cfg *c, const struct cfg_node *n, const char *what, char **out, struct err *e);

#endif
