/*
 * The live page: two threads.  That of the connections answers; the other watches the database and tells the streams.  Each has
 * its own connection to the database and the lowest claim on it: a lock is waited for half a second, then the client is told.
 */
#include "serve/serve.h"

#include <stdlib.h>

#include "base/mem.h"
#include "serve/feed.h"
#include "serve/http.h"
#include "serve/request.h"
#include "serve/site.h"
#include "serve/watch.h"

enum { WAIT_MS = 500 };

struct serve {
	char *db, *token_file;
	struct site site;
	struct feed *feed;
	struct http *http;
	struct watch *watch;
};

const char *
serve_library(void)
{
	return http_library();
}

int
serve_reload(struct serve *s, struct err *e)
{
	struct token t;
	if (s->token_file == NULL)
		return 0;
	if (token_read(&t, s->token_file, e) != 0)
		return err_wrap(e, "serve.token");
	pthread_mutex_lock(&s->site.lock);
	s->site.token = t;
	s->site.has_token = true;
	pthread_mutex_unlock(&s->site.lock);
	return 0;
}

int
serve_start(struct serve **out, const struct serve_options *o, struct err *e)
{
	int timeout_ms = o->timeout_ms < WAIT_MS ? o->timeout_ms : WAIT_MS;
	bool loopback = request_address_is_loopback(o->address);
	*out = NULL;
	if (!request_address_is_numeric(o->address))
		return err_set(e, ERR_CONFIG, "serve.address %.100s is no numeric address: 127.0.0.1, ::1, 0.0.0.0 are some", o->address);
	if (!loopback && o->token_file == NULL)
		return err_set(e, ERR_CONFIG, "serve.address %.100s can be reached from other machines: serve.token must name the file of "
		    "a token that readers have to give", o->address);
	struct serve *s = mem_alloc(sizeof *s);
	s->db = mem_strdup(o->db);
	s->token_file = o->token_file != NULL ? mem_strdup(o->token_file) : NULL;
	s->feed = feed_new();
	s->site = (struct site){
		.reader = { .path = s->db, .timeout_ms = timeout_ms }, .feed = s->feed, .pictures = o->pictures, .loopback = loopback
	};
	site_init(&s->site);
	if (reader_get(&s->site.reader, e) == NULL || serve_reload(s, e) != 0)
		goto fail;
	struct http_options h = {
		.address = o->address, .port = o->port, .clients = o->clients, .answer = site_answer, .context = &s->site
	};
	if (http_start(&s->http, &h, e) != 0)
		goto fail;
	s->watch = watch_start(s->db, timeout_ms, o->pictures, s->http, s->feed);
	*out = s;
	return 0;
fail:
	serve_stop(s);
	return -1;
}

int
serve_port(const struct serve *s)
{
	return http_port(s->http);
}

void
serve_picture(struct serve *s, const char *source, const void *jpeg, size_t size)
{
	feed_picture(s->feed, source, jpeg, size);
}

bool
serve_watched(struct serve *s)
{
	return feed_watched(s->feed);
}

void
serve_stop(struct serve *s)
{
	if (s == NULL)
		return;
	watch_stop(s->watch);
	http_stop(s->http);
	site_free(&s->site);
	feed_free(s->feed);
	free(s->db);
	free(s->token_file);
	free(s);
}
