/*
 * Floor 4.  The thread that watches the database and tells the feed.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_WATCH_H
#define FOOTFALL_SERVE_WATCH_H

#include <stdbool.h>

#include "serve/feed.h"
#include "serve/http.h"

struct watch;

/* path is borrowed; http and feed outlive it. */
struct watch *watch_start(const char *path, int timeout_ms, bool pictures, struct http *http, struct feed *feed);
void watch_stop(struct watch *w);	/* NULL is fine */

#endif
