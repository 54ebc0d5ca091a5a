/*
 * Floor 4.  What stands at which address, and who may see it.  Private to src/serve.
 */
#ifndef FOOTFALL_SERVE_SITE_H
#define FOOTFALL_SERVE_SITE_H

#include <pthread.h>
#include <stdbool.h>

#include "serve/feed.h"
#include "serve/http.h"
#include "serve/reader.h"
#include "serve/token.h"

enum { SITE_FILES = 8, SITE_ETAG = 20 };

struct site {
	struct reader reader;		/* of the connections' thread */
	struct feed *feed;
	bool pictures;
	bool loopback;			/* only this machine reaches it: Host is checked against rebinding of names */
	char etags[SITE_FILES][SITE_ETAG];
	pthread_mutex_t lock;		/* for what follows */
	bool has_token;
	struct token token;
};

void site_init(struct site *s);		/* after the other fields are set */
void site_free(struct site *s);		/* what it holds */
/* For http_options. */
void site_answer(void *site, const struct http_request *r, struct http_answer *a);

#endif
