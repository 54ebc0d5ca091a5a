/*
 * Floor 4.  What streams tell: the newest state, ended minutes, the newest picture of each source.  Nothing is queued for
 * anybody: who was slow gets the newest, and of ended minutes the last ones.  All functions from any thread.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_FEED_H
#define FOOTFALL_SERVE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/http.h"

struct feed;

struct feed *feed_new(void);
void feed_free(struct feed *f);		/* no stream is left; NULL is fine */

void feed_now(struct feed *f, const char *json);	/* one line, with its line feed */
void feed_trouble(struct feed *f, const char *json);	/* instead of it, until the next feed_now */
void feed_minute(struct feed *f, const char *source, int64_t t);
void feed_picture(struct feed *f, const char *source, const void *jpeg, size_t size);	/* kept while there is a stream of pictures */
bool feed_watched(struct feed *f);	/* is there a stream of pictures? */
/* Is there something for streams since this was asked last?  They are to be woken then. */
bool feed_stirred(struct feed *f);

/* Server-sent events: alive, now, trouble, minute. */
struct http_stream feed_events(struct feed *f);
/* Parts of a multipart/x-mixed-replace with the boundary FEED_BOUNDARY. */
struct http_stream feed_pictures(struct feed *f, const char *source);
#define FEED_BOUNDARY "footfall-picture"

#endif
