/*
 * Floor 4.  The token that readers of the page must give.  Only digests of it are kept.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_TOKEN_H
#define FOOTFALL_SERVE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/sha256.h"

enum { TOKEN_LEAST = 16, TOKEN_MOST = 512 };	/* letters of one */

struct token {
	char digest[SHA256_HEX];
	char cookie[SHA256_HEX];	/* what a browser is given instead of it */
};

/*
 * The first line of a file.  ERR_INPUT, ERR_IO: it cannot be read; ERR_CONFIG: it is shorter than TOKEN_LEAST, or has other
 * characters than the printable ones of ASCII.  Warns when all users of the machine can read the file.
 */
int token_read(struct token *out, const char *path, struct err *e);
int token_make(struct token *out, const char *text, size_t n, const char *what, struct err *e);
/* In a time that does not tell how much of it is right. */
bool token_is(const struct token *t, const char *given, size_t n);
bool token_is_cookie(const struct token *t, const char *given, size_t n);

#endif
