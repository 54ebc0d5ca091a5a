/*
 * Floor 4.  The live page and its JSON, over HTTP, read-only, by a thread of its own.
 *
 * Everything comes from the database, which it watches (PRAGMA data_version) and reads through its own connection; only live pictures,
 * where they are switched on, are given to it.  Paths: / (the page), /api/... (JSON, CSV, server-sent events), /metrics,
 * /healthz; footfall(1) describes them.
 */
#ifndef FOOTFALL_SERVE_SERVE_H
#define FOOTFALL_SERVE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct serve_options {
	const char *db;
	int timeout_ms;			/* for a locked database */
	const char *address;		/* "127.0.0.1", "::1", "0.0.0.0" ...: numeric */
	int port;			/* 0: any free one */
	const char *token_file;		/* its first line is the token; NULL: none, which only loopback allows */
	int64_t clients;		/* at once, at most */
	bool pictures;			/* serve_picture will be called */
};

struct serve;

/*
 * ERR_CONFIG: another address than loopback without a token; ERR_UNAVAILABLE: the port is taken, or this build has no
 * libmicrohttpd; codes of store_open_read for the database.
 */
int serve_start(struct serve **out, const struct serve_options *o, struct err *e);
int serve_port(const struct serve *s);	/* that it listens on */
/* The newest picture of a source, as JPEG; copied.  From any thread. */
void serve_picture(struct serve *s, const char *source, const void *jpeg, size_t size);
/* Is anybody looking at pictures?  Making them can wait until then. */
bool serve_watched(struct serve *s);
/* Reads the token again, which holds from then on; when it cannot be read, the one of before. */
int serve_reload(struct serve *s, struct err *e);
void serve_stop(struct serve *s);	/* within half a second; NULL is fine */

/* "0.9.75": libmicrohttpd; NULL: this build has none. */
const char *serve_library(void);

#endif
