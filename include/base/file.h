/*
 * Floor 0.  Files and paths.
 */
#ifndef FOOTFALL_BASE_FILE_H
#define FOOTFALL_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"

bool file_exists(const char *path);		/* anything is there */
bool file_is_dir(const char *path);

/* Last component of path: "a/b.avi" -> "b.avi".  Points into path. */
const char *file_name(const char *path);
/* Last component without its last extension, in new memory. */
char *file_stem(const char *path);
/* Does the name end in one of the extensions (NULL-terminated list, no dot, any case)? */
bool file_has_ext(const char *path, const char *const *exts);
/* dir + "/" + name in new memory; name alone when it is absolute or dir is NULL or "". */
char *file_join(const char *dir, const char *name);
/* Absolute path with links resolved, in new memory; a copy of path where that fails. */
char *file_absolute(const char *path);

/*
 * Reads a whole regular file into out (appended), refusing more than max bytes.
 * ERR_INPUT: missing, no permission, a directory.  ERR_IO: reading failed.
 * ERR_DATA: larger than max.
 */
int file_read(const char *path, size_t max, struct buf *out, struct err *e);

/* SHA-256 of a file's contents, streaming; size may be NULL.  Errors as file_read. */
int file_sha256(const char *path, char hex[SHA256_HEX], int64_t *size, struct err *e);

/* mkdir -p.  ERR_IO. */
int file_make_dirs(const char *path, struct err *e);

/*
 * A uri without the password and user in it: "rtsp://u:p@host/x" -> "rtsp://host/x",
 * and the values of query keys that look like secrets (password, pwd, token, key, ...)
 * replaced by "***".  Plain paths come back as they are.  New memory.
 */
char *file_redact(const char *uri);
/* What file_redact takes out of uri, each ended by a NUL, appended to out: to look for in other texts. */
void file_secrets(const char *uri, struct buf *out);

#endif
