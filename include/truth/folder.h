/*
 * Floor 2.  Lists of names, and what a folder holds.
 */
#ifndef FOOTFALL_TRUTH_FOLDER_H
#define FOOTFALL_TRUTH_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct names {
	char **v;
	size_t n;
};

void names_add(struct names *l, const char *name);
void names_take(struct names *l, char *name);	/* name becomes the list's */
void names_free(struct names *l);

/*
 * Every file in a folder and the folders below it, as paths relative to it, ordered by bytes folder by
 * folder.  Hidden ones are passed over.  Links are followed, but no folder is entered twice, so that
 * links in a circle end; a link to nothing is listed like a file, so that reading it fails by name.
 * ERR_INPUT: not a folder, not to be read.  ERR_DATA: more than a million files, 20,000 folders, or 64 levels.
 */
int folder_list(const char *path, struct names *out, struct err *e);

bool is_picture(const char *name);		/* by its extension: JPEG, PNG */
bool has_extension(const char *name, const char *ext);

#endif
