/*
 * Floor 2.  Where a network's file is.
 */
#ifndef FOOTFALL_MODELS_LOCATE_H
#define FOOTFALL_MODELS_LOCATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "models/registry.h"

enum { LOCATE_POINTER_MAX = 1024 };	/* a Git LFS pointer is smaller than this by its specification */

/* The k-th path at which a file may lie, in new memory; NULL after the last. */
char *locate_candidate(const struct registry *r, const struct model_file *f, size_t k);

enum locate { LOCATE_GOOD, LOCATE_MISSING, LOCATE_BROKEN };

/*
 * What is at path, by existence and size.  why (may be NULL): for a broken one, a clause such as
 * "has 1000 of 7911701 bytes".
 */
enum locate locate_look(const char *path, const struct model_file *f, struct buf *why);

/* Is it the text that Git LFS leaves in place of a file? */
bool locate_is_pointer(const char *path);

/* A sentence: how to get the file ("get it with: footfall models fetch NAME", or what the registry says). */
void locate_mend(const struct model *m, const struct model_file *f, struct buf *out);
/* "looked in A, B (no such folder)". */
void locate_folders(const struct registry *r, struct buf *out);

#endif
