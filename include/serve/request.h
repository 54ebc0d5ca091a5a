/*
 * Floor 4.  What a client sends, taken apart: query, Host, Cookie, Authorization.  Pure, and strict: what is not
 * understood is refused, not guessed.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_REQUEST_H
#define FOOTFALL_SERVE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The value of a query's key, decoded into out (cleared first); the first one counts.  plus: a '+' is a space, as forms write
 * it.  1 found, 0 not, -1 it is there and is no text: a bad escape, a zero byte.
 */
int request_value(const char *query, const char *key, bool plus, struct buf *out);
/* A whole number from low to high.  1 found, 0 not, -1 anything else. */
int request_int(const char *query, const char *key, int64_t low, int64_t high, int64_t *out);
/* Does Host name this machine's loopback, with any port: localhost, 127.x.x.x, [::1]? */
bool request_host_is_loopback(const char *host);
/* Where a cookie's value begins, with its length in n; NULL: it is not there. */
const char *request_cookie(const char *cookie, const char *name, size_t *n);
/* The token of "Bearer TOKEN"; NULL: it is something else. */
const char *request_bearer(const char *authorization);
/* Is etag, with its quotes, among those of If-None-Match? */
bool request_has_etag(const char *if_none_match, const char *etag);

bool request_address_is_numeric(const char *address);
/* Is it a numeric address that only this machine can reach? */
bool request_address_is_loopback(const char *address);

#endif
