/*
 * What streams tell.
 *
 * A stream keeps the number of what it told last, and nothing else; what is told is kept here, once.  So a client that takes its
 * time costs nothing, and when it comes back it is told how things are, not how they were.
 */
#include "serve/feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "out/out.h"

enum {
	MINUTES = 64,			/* that are kept for those who are behind */
	ALIVE_MS = 15000,		/* between two signs of life, which also show who has gone */
	PICTURE_MS = 450		/* between two pictures for one client */
};

struct picture {
	char *source;
	void *jpeg;
	size_t size;
	uint64_t number;
};

struct feed {
	pthread_mutex_t lock;
	char *state;			/* the event as it is sent; NULL: none yet */
	uint64_t number;		/* of state, from 1 */
	char *minutes[MINUTES];		/* events, by number modulo MINUTES */
	uint64_t nminutes;
	struct picture *pictures;
	size_t npictures;
	uint64_t picture_number;
	int watchers;			/* streams of pictures */
	bool stirred;
};

/* Under the lock.  None are made while nobody looks, so who comes next would be shown an old one. */
static void
drop_pictures(struct feed *f)
{
	for (size_t i = 0; i < f->npictures; i++) {
		free(f->pictures[i].source);
		free(f->pictures[i].jpeg);
	}
	free(f->pictures);
	f->pictures = NULL;
	f->npictures = 0;
}

struct feed *
feed_new(void)
{
	struct feed *f = mem_alloc(sizeof *f);
	pthread_mutex_init(&f->lock, NULL);
	return f;
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < MINUTES; i++)
		free(f->minutes[i]);
	drop_pictures(f);
	free(f->state);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static void
set_state(struct feed *f, const char *event, const char *json)
{
	char *state = mem_printf("event: %s\ndata: %s\n", event, json);
	pthread_mutex_lock(&f->lock);
	char *old = f->state;
	f->state = state;
	f->number++;
	f->stirred = true;
	pthread_mutex_unlock(&f->lock);
	free(old);
}

void
feed_now(struct feed *f, const char *json)
{
	set_state(f, "now", json);
}

void
feed_trouble(struct feed *f, const char *json)
{
	set_state(f, "trouble", json);
}

void
feed_minute(struct feed *f, const char *source, int64_t t)
{
	struct buf text = { 0 };
	struct err e;
	buf_puts(&text, "event: minute\ndata: ");
	struct out *o = out_buf(&text);
	out_json_object(o, NULL);
	out_json_text(o, "source", source);
	out_json_int(o, "t", t);
	out_json_end(o);
	out_close(o, &e);
	buf_putc(&text, '\n');
	pthread_mutex_lock(&f->lock);
	char **at = &f->minutes[f->nminutes++ % MINUTES];
	free(*at);
	*at = text.data;
	f->stirred = true;
	pthread_mutex_unlock(&f->lock);
}

static struct picture *
find_picture(struct feed *f, const char *source)
{
	for (size_t i = 0; i < f->npictures; i++) {
		if (strcmp(f->pictures[i].source, source) == 0)
			return &f->pictures[i];
	}
	return NULL;
}

void
feed_picture(struct feed *f, const char *source, const void *jpeg, size_t size)
{
	void *copy = mem_alloc(size);
	memcpy(copy, jpeg, size);
	pthread_mutex_lock(&f->lock);
	if (f->watchers == 0) {
		/* the last one went while it was made */
		pthread_mutex_unlock(&f->lock);
		free(copy);
		return;
	}
	struct picture *p = find_picture(f, source);
	if (p == NULL) {
		f->pictures = mem_resize(f->pictures, f->npictures + 1, sizeof *f->pictures);
		p = &f->pictures[f->npictures++];
		*p = (struct picture){ .source = mem_strdup(source) };
	}
	void *old = p->jpeg;
	p->jpeg = copy;
	p->size = size;
	p->number = ++f->picture_number;
	f->stirred = true;
	pthread_mutex_unlock(&f->lock);
	free(old);
}

bool
feed_watched(struct feed *f)
{
	pthread_mutex_lock(&f->lock);
	bool watched = f->watchers > 0;
	pthread_mutex_unlock(&f->lock);
	return watched;
}

bool
feed_stirred(struct feed *f)
{
	pthread_mutex_lock(&f->lock);
	bool stirred = f->stirred;
	f->stirred = false;
	pthread_mutex_unlock(&f->lock);
	return stirred;
}

/* ---- events ---- */

struct events {
	struct feed *feed;
	bool greeted;
	uint64_t number, minute;	/* told already */
	int64_t alive_ms;
};

static int
next_event(void *context, struct buf *out)
{
	struct events *s = context;
	struct feed *f = s->feed;
	int64_t now_ms = when_monotonic_ms();
	if (!s->greeted)
		buf_puts(out, "retry: 2000\n\n");
	/* the state may have been told to others hours ago: this is the time that it is now */
	if (!s->greeted || now_ms - s->alive_ms >= ALIVE_MS) {
		buf_printf(out, "event: alive\ndata: {\"time_ms\":%lld}\n\n", (long long)when_now_ms());
		s->alive_ms = now_ms;
	}
	s->greeted = true;
	pthread_mutex_lock(&f->lock);
	if (f->nminutes - s->minute > MINUTES)
		s->minute = f->nminutes - MINUTES;
	for (; s->minute < f->nminutes; s->minute++)
		buf_puts(out, f->minutes[s->minute % MINUTES]);
	if (s->number != f->number) {
		buf_puts(out, f->state);
		s->number = f->number;
	}
	pthread_mutex_unlock(&f->lock);
	return out->len > 0;
}

struct http_stream
feed_events(struct feed *f)
{
	struct events *s = mem_alloc(sizeof *s);
	s->feed = f;
	pthread_mutex_lock(&f->lock);
	s->minute = f->nminutes;
	pthread_mutex_unlock(&f->lock);
	return (struct http_stream){ .next = next_event, .free = free, .context = s };
}

/* ---- pictures ---- */

struct show {
	struct feed *feed;
	char *source;
	bool greeted;
	uint64_t number;		/* told already */
	int64_t sent_ms;
};

static int
next_picture(void *context, struct buf *out)
{
	struct show *s = context;
	struct feed *f = s->feed;
	int64_t now_ms = when_monotonic_ms();
	if (!s->greeted)
		buf_puts(out, "--" FEED_BOUNDARY "\r\n");
	pthread_mutex_lock(&f->lock);
	const struct picture *p = find_picture(f, s->source);
	bool new = p != NULL && p->number != s->number;
	bool due = !s->greeted || now_ms - s->sent_ms >= PICTURE_MS;
	/* the same one again, now and then: nothing else would show that the client has gone */
	if (p != NULL && ((new && due) || now_ms - s->sent_ms >= ALIVE_MS)) {
		buf_printf(out, "Content-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", p->size);
		buf_add(out, p->jpeg, p->size);
		/* browsers show a part when the boundary after it has come */
		buf_puts(out, "\r\n--" FEED_BOUNDARY "\r\n");
		s->number = p->number;
		s->sent_ms = now_ms;
	} else if (new) {
		f->stirred = true;
	}
	pthread_mutex_unlock(&f->lock);
	s->greeted = true;
	return out->len > 0;
}

static void
free_show(void *context)
{
	struct show *s = context;
	pthread_mutex_lock(&s->feed->lock);
	if (--s->feed->watchers == 0)
		drop_pictures(s->feed);
	pthread_mutex_unlock(&s->feed->lock);
	free(s->source);
	free(s);
}

struct http_stream
feed_pictures(struct feed *f, const char *source)
{
	struct show *s = mem_alloc(sizeof *s);
	s->feed = f;
	s->source = mem_strdup(source);
	pthread_mutex_lock(&f->lock);
	f->watchers++;
	pthread_mutex_unlock(&f->lock);
	return (struct http_stream){ .next = next_picture, .free = free_show, .context = s };
}
