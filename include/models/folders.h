/*
 * Floor 2.  The folders that hold networks, and the order in which they are asked.
 */
#ifndef FOOTFALL_MODELS_FOLDERS_H
#define FOOTFALL_MODELS_FOLDERS_H

#include <stddef.h>

#include "base/err.h"

struct folders {
	char **v;
	size_t n;
};

/* Adds a folder, unless the same one is in the list already. */
void folders_add(struct folders *f, const char *path);
/* Each folder of FOOTFALL_MODELS, in its order. */
void folders_add_environment(struct folders *f);
/* The user's data folder, if there is a home to hold it. */
void folders_add_user(struct folders *f);
void folders_free(struct folders *f);	/* frees what it holds, not f itself */

/* The project's own registry.cfg, in new memory.  ERR_INPUT when there is none, naming the places. */
int folders_project_registry(char **path, struct err *e);

#endif
