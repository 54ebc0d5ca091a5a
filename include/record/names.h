/*
 * Floor 2.  Names of recorded segments, and reaching their files safely.
 *
 * A segment is SOURCE/2026-11-21/SOURCE_20261121T101500Z.mkv in the folder of recordings, a time from which
 * `footfall analyze` knows when it begins.  Only what has exactly this form is ever opened or deleted there, whatever a database says.
 */
#ifndef FOOTFALL_RECORD_NAMES_H
#define FOOTFALL_RECORD_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * A source's name as part of a file's: letters, digits, '.', '_' and '-'.  A name that had to be changed ends in a
 * few digits of its SHA-256, so that two sources never share one.  New memory.
 */
char *names_safe(const char *source);
/* Path of a segment, relative to the folder.  again: 0, or the number of one that starts in the same second.  New memory. */
char *names_segment(const char *source, int64_t start_ms, int again);
/* "a/b/c.mkv" -> "a/b/c.part.mkv": while it is written.  New memory. */
char *names_part(const char *path);
/* The reverse, NULL when path is no such name. */
char *names_whole(const char *path);
bool names_is_segment(const char *path);

/* Makes the folders above a segment, in the folder that the descriptor is of.  ERR_IO, also when one of them is a link. */
int names_make_folders(int folder, const char *path, struct err *e);
/*
 * Opens a segment, or a part, for reading: a regular file, with no link on the way.  A descriptor, or -1: ERR_DATA when path is no such name,
 * ERR_INPUT when there is no such file.
 */
int names_open(int folder, const char *path, struct err *e);
/* Renames a part within its folder, for good (both are written through).  ERR_IO. */
int names_finish(int folder, const char *part, const char *path, struct err *e);
/* Deletes it, and its folder when it was the last in it.  0, also when there is none; errors as of names_open. */
int names_remove(int folder, const char *path, struct err *e);

#endif
