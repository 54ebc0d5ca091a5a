/*
 * What stands at which address, and who may see it.
 *
 * A page of another site can make a browser on this machine ask us, under a name of its own that points to
 * 127.0.0.1; only Host tells, so on loopback names other than this machine's are refused.  Elsewhere the token protects.  No
 * answer allows another origin to read it.
 */
#include "serve/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "base/when.h"
#include "serve/answers.h"
#include "serve/page.h"
#include "serve/process.h"
#include "serve/request.h"

enum { ZONE_MOST = 24 * 60, STEP_MOST = 7 * 24 * 60 };

static void
send_text(struct http_answer *a, unsigned status, const char *type)
{
	a->status = status;
	a->type = type;
	http_header(a, "Cache-Control", "no-store");
}

static void
send_json(struct http_answer *a, unsigned status)
{
	send_text(a, status, "application/json");
}

static void
send_error(struct http_answer *a, unsigned status, const char *message)
{
	buf_clear(&a->body);
	answer_error(&a->body, message);
	send_json(a, status);
}

/* A query failed: was it asked wrongly, or can the database not be read now? */
static void
send_failure(struct site *s, struct http_answer *a, const struct err *e)
{
	if (e->code == ERR_USAGE) {
		send_error(a, 400, e->msg);
		return;
	}
	reader_drop(&s->reader);
	send_error(a, 503, e->msg);
}

/* ---- what is asked for ---- */

/* The query's source into name; false: a has the answer already. */
static bool
take_source(const struct http_request *r, struct http_answer *a, struct buf *name)
{
	int got = request_value(r->query, "source", true, name);
	if (got != 1 || name->len == 0)
		send_error(a, 400, "source=NAME is missing; /api/now lists them");
	return got == 1 && name->len > 0;
}

static bool
take_int(const struct http_request *r, struct http_answer *a, const char *key, int64_t low, int64_t high, bool must,
	int64_t *out)
{
	int got = request_int(r->query, key, low, high, out);
	if (got == 1 || (got == 0 && !must))
		return true;
	struct buf text = { 0 };
	buf_printf(&text, "%s must be a whole number from %lld to %lld", key, (long long)low, (long long)high);
	send_error(a, 400, buf_str(&text));
	buf_free(&text);
	return false;
}

/* ---- addresses ---- */

static void
get_now(struct site *s, const struct http_request *r, struct http_answer *a)
{
	struct err e;
	struct query_now v;
	struct db *d = reader_get(&s->reader, &e);
	(void)r;
	if (d == NULL || query_now(d, when_now_ms(), &v, &e) != 0) {
		send_failure(s, a, &e);
		return;
	}
	answer_now(&a->body, &v, s->pictures);
	query_now_free(&v);
	send_json(a, 200);
}

static void
send_minutes(struct site *s, const struct http_request *r, struct http_answer *a, bool csv)
{
	struct err e;
	struct buf name = { 0 };
	struct query_minutes v;
	int64_t from, to, step = 1;
	if (!take_source(r, a, &name) || !take_int(r, a, "from", QUERY_TIME_LEAST, QUERY_TIME_MOST, true, &from)
	    || !take_int(r, a, "to", QUERY_TIME_LEAST, QUERY_TIME_MOST, true, &to)
	    || !take_int(r, a, "step", 1, STEP_MOST, false, &step))
		goto out;
	struct db *d = reader_get(&s->reader, &e);
	int got = d != NULL ? query_minutes(d, buf_str(&name), from, to, step, &v, &e) : -1;
	if (got < 0) {
		send_failure(s, a, &e);
	} else if (got == 0) {
		send_error(a, 404, "there is no such source; /api/now lists them");
	} else {
		(csv ? answer_minutes_csv : answer_minutes)(&a->body, buf_str(&name), &v);
		query_minutes_free(&v);
		if (csv) {
			send_text(a, 200, "text/csv; charset=utf-8");
			http_header(a, "Content-Disposition", "attachment; filename=\"footfall.csv\"");
		} else {
			send_json(a, 200);
		}
	}
out:
	buf_free(&name);
}

static void
get_minutes(struct site *s, const struct http_request *r, struct http_answer *a)
{
	send_minutes(s, r, a, false);
}

static void
get_minutes_csv(struct site *s, const struct http_request *r, struct http_answer *a)
{
	send_minutes(s, r, a, true);
}

static void
get_days(struct site *s, const struct http_request *r, struct http_answer *a)
{
	struct err e;
	struct buf name = { 0 };
	int64_t zone = 0, *days;
	size_t n;
	if (!take_source(r, a, &name) || !take_int(r, a, "tz", -ZONE_MOST, ZONE_MOST, false, &zone))
		goto out;
	struct db *d = reader_get(&s->reader, &e);
	int got = d != NULL ? query_days(d, buf_str(&name), zone, &days, &n, &e) : -1;
	if (got < 0) {
		send_failure(s, a, &e);
	} else if (got == 0) {
		send_error(a, 404, "there is no such source; /api/now lists them");
	} else {
		answer_days(&a->body, buf_str(&name), days, n);
		free(days);
		send_json(a, 200);
	}
out:
	buf_free(&name);
}

static void
get_events(struct site *s, const struct http_request *r, struct http_answer *a)
{
	send_text(a, 200, "text/event-stream");
	/* proxies that collect answers are asked not to */
	http_header(a, "X-Accel-Buffering", "no");
	if (!r->head)
		a->stream = feed_events(s->feed);
}

static void
get_picture(struct site *s, const struct http_request *r, struct http_answer *a)
{
	struct err e;
	struct buf name = { 0 };
	int64_t id;
	bool adds;
	if (!s->pictures) {
		send_error(a, 404, "there are no pictures: `footfall live --serve` gives them when serve.picture is blurred or plain");
		return;
	}
	if (!take_source(r, a, &name))
		goto out;
	struct db *d = reader_get(&s->reader, &e);
	int got = d != NULL ? query_source(d, buf_str(&name), &id, &adds, &e) : -1;
	if (got < 0) {
		send_failure(s, a, &e);
	} else if (got == 0) {
		send_error(a, 404, "there is no such source; /api/now lists them");
	} else {
		send_text(a, 200, "multipart/x-mixed-replace; boundary=" FEED_BOUNDARY);
		http_header(a, "X-Accel-Buffering", "no");
		if (!r->head)
			a->stream = feed_pictures(s->feed, buf_str(&name));
	}
out:
	buf_free(&name);
}

static void
get_metrics(struct site *s, const struct http_request *r, struct http_answer *a)
{
	struct err e;
	struct query_now v = { 0 };
	struct metrics_own own = { .sqlite = db_version(), .microhttpd = http_library() };
	struct db *d = reader_get(&s->reader, &e);
	(void)r;
	own.up = d != NULL && query_now(d, when_now_ms(), &v, &e) == 0;
	if (!own.up)
		reader_drop(&s->reader);
	process_look(&own, s->reader.path);
	answer_metrics(&a->body, &v, &own);
	query_now_free(&v);
	send_text(a, 200, "text/plain; version=0.0.4; charset=utf-8");
}

/* Open to all: it tells how many, not which. */
static void
get_health(struct site *s, const struct http_request *r, struct http_answer *a)
{
	struct err e;
	int64_t quiet;
	struct db *d = reader_get(&s->reader, &e);
	(void)r;
	if (d == NULL || query_quiet(d, when_now_ms(), &quiet, &e) != 0) {
		reader_drop(&s->reader);
		buf_puts(&a->body, "{\"status\":\"no database\"}\n");
		send_json(a, 503);
	} else if (quiet > 0) {
		buf_printf(&a->body, "{\"status\":\"quiet\",\"sources\":%lld}\n", (long long)quiet);
		send_json(a, 503);
	} else {
		buf_puts(&a->body, "{\"status\":\"ok\"}\n");
		send_json(a, 200);
	}
}

static const struct address {
	const char *path;
	void (*get)(struct site *s, const struct http_request *r, struct http_answer *a);
	bool open;			/* without the token */
} addresses[] = {
	{ "/api/now", get_now, false },
	{ "/api/minutes", get_minutes, false },
	{ "/api/minutes.csv", get_minutes_csv, false },
	{ "/api/days", get_days, false },
	{ "/api/events", get_events, false },
	{ "/api/picture", get_picture, false },
	{ "/metrics", get_metrics, false },
	{ "/healthz", get_health, true },
	{ NULL, NULL, false },
};

static const struct address *
find_address(const char *path)
{
	for (const struct address *a = addresses; a->path != NULL; a++) {
		if (strcmp(a->path, path) == 0)
			return a;
	}
	return NULL;
}

/* ---- the page ---- */

static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	if (dot != NULL && strcmp(dot, ".css") == 0)
		return "text/css; charset=utf-8";
	return dot != NULL && strcmp(dot, ".js") == 0 ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8";
}

static void
get_file(const struct site *s, const struct http_request *r, struct http_answer *a)
{
	const char *name = strcmp(r->path, "/") == 0 ? "page.html" : r->path + 1;
	for (size_t i = 0; page_files[i].name != NULL && i < SITE_FILES; i++) {
		if (strcmp(page_files[i].name, name) != 0 || strcmp(r->path, "/page.html") == 0)
			continue;
		/* kept, but asked for each time: what changes with a new version must not wait */
		http_header(a, "Cache-Control", "no-cache");
		http_header(a, "ETag", "%s", s->etags[i]);
		if (r->if_none_match != NULL && request_has_etag(r->if_none_match, s->etags[i])) {
			a->status = 304;
			return;
		}
		a->status = 200;
		a->type = type_of(name);
		a->fixed = page_files[i].data;
		a->fixed_size = page_files[i].size;
		return;
	}
	send_error(a, 404, "there is nothing at this address");
}

/* ---- who may see it ---- */

/* With the port: cookies of a host are those of all its ports. */
static void
cookie_name(const struct http_request *r, char name[32])
{
	snprintf(name, 32, "footfall-%d", r->port);
}

static bool
has_right(const struct token *t, const struct http_request *r)
{
	char name[32];
	size_t n;
	const char *bearer = r->authorization != NULL ? request_bearer(r->authorization) : NULL;
	if (bearer != NULL)
		return token_is(t, bearer, strlen(bearer));
	cookie_name(r, name);
	const char *cookie = r->cookie != NULL ? request_cookie(r->cookie, name, &n) : NULL;
	return cookie != NULL && token_is_cookie(t, cookie, n);
}

/* The query without token=..., as it was written. */
static void
without_token(const char *query, struct buf *out)
{
	while (*query != '\0') {
		size_t n = strcspn(query, "&");
		if (n > 0 && strncmp(query, "token=", 6) != 0) {
			buf_putc(out, out->len == 0 ? '?' : '&');
			buf_add(out, query, n);
		}
		query += n + (query[n] == '&');
	}
}

/* A token in the page's address is exchanged for a cookie, and does not stay in the address. */
static bool
exchange(const struct token *t, const struct http_request *r, struct http_answer *a)
{
	struct buf text = { 0 };
	bool right = false;
	if (strcmp(r->path, "/") == 0 && request_value(r->query, "token", false, &text) == 1)
		right = token_is(t, buf_str(&text), text.len);
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	if (right) {
		char name[32];
		cookie_name(r, name);
		buf_clear(&text);
		without_token(r->query, &text);
		http_header(a, "Location", "/%s", text.len <= 400 ? buf_str(&text) : "");
		http_header(a, "Set-Cookie", "%s=%s; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict", name, t->cookie);
		send_text(a, 303, "text/plain; charset=utf-8");
	}
	buf_free(&text);
	return right;
}

static bool
let_in(struct site *s, const struct http_request *r, struct http_answer *a)
{
	pthread_mutex_lock(&s->lock);
	bool asked = s->has_token;
	struct token t = s->token;
	pthread_mutex_unlock(&s->lock);
	if (!asked)
		return true;
	/* first of all, so that a new token replaces a cookie of before */
	if (exchange(&t, r, a))
		return false;
	if (has_right(&t, r))
		return true;
	send_error(a, 401, "a token is needed: Authorization: Bearer TOKEN, or /?token=TOKEN once in a browser");
	http_header(a, "WWW-Authenticate", "Bearer realm=\"footfall\"");
	return false;
}

void
site_answer(void *site, const struct http_request *r, struct http_answer *a)
{
	struct site *s = site;
	if (s->loopback && r->host != NULL && !request_host_is_loopback(r->host)) {
		send_error(a, 421, "this is not a name of this machine: ask for localhost or 127.0.0.1");
		return;
	}
	const struct address *at = find_address(r->path);
	if ((at == NULL || !at->open) && !let_in(s, r, a))
		return;
	if (at != NULL)
		at->get(s, r, a);
	else
		get_file(s, r, a);
}

void
site_init(struct site *s)
{
	char hex[SHA256_HEX];
	pthread_mutex_init(&s->lock, NULL);
	for (size_t i = 0; page_files[i].name != NULL && i < SITE_FILES; i++) {
		sha256_of(page_files[i].data, page_files[i].size, hex);
		s->etags[i][0] = '"';
		memcpy(s->etags[i] + 1, hex, 16);
		memcpy(s->etags[i] + 17, "\"", 2);
	}
}

void
site_free(struct site *s)
{
	reader_drop(&s->reader);
	pthread_mutex_destroy(&s->lock);
	explicit_bzero(&s->token, sizeof s->token);
}
