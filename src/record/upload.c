/*
 * Segments to an S3-compatible store.
 *
 * One PUT each, signed by libcurl (SigV4) over the SHA-256 of the row, which the store compares with what it gets: an object is
 * whole or not there, and what happened to a request that was cut does not matter.
 *
 * What libcurl 7.88 (Debian 12) does wrong with signatures is avoided: it signs headers that are given without a value to suppress them
 * (mended in 8.4), so none is, and signs a path as it is written where 8.9 and later escape it, so s3.c takes no
 * letter that needs escaping.  There is no query.  The header of the SHA-256 must be given: by itself it would sign that of nothing.
 */
#include "record/upload.h"

#ifndef FOOTFALL_CURL

#include <stddef.h>

int
uploader_open(struct uploader **out, const struct upload_options *o, struct err *e)
{
	(void)o;
	*out = NULL;
	return err_set(e, ERR_UNAVAILABLE, "record.upload: this build has no libcurl: install libcurl4-openssl-dev and build again");
}

void
uploader_status(struct uploader *u, struct upload_status *out)
{
	(void)u;
	*out = (struct upload_status){ 0 };
}

void
uploader_close(struct uploader *u)
{
	(void)u;
}

const char *
upload_library(void)
{
	return NULL;
}

#else

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "record/names.h"
#include "record/s3.h"
#include "store/schema.h"
#include "store/segment.h"

enum {
	LOOK_MS = 2000,			/* between looks for new segments */
	FIRST_WAIT_MS = 1000,		/* after the first failure; then twice as long each time */
	LONGEST_WAIT_MS = 300000,
	CONNECT_S = 15,
	STALLED_S = 30,			/* without a byte, a request is given up */
	ANSWER = 4096			/* bytes of an answer that are looked at */
};

struct uploader {
	char *folder, *sigv4;
	struct s3_address to;
	struct s3_keys keys;
	struct db *db;			/* the thread's */
	CURLM *multi;
	int folder_fd;
	pthread_t thread;
	pthread_mutex_t lock;		/* of the two below */
	bool stop;
	struct upload_status status;
	char said[1024];		/* the failure that was logged; "": none */
	struct segment skipped;		/* those up to it are not asked for again, for now: their files are not as their rows say */
};

struct answer {
	char text[ANSWER + 1];
	size_t n;
};

enum outcome { DONE, AGAIN, SKIP, GIVEN_UP };

static void
init_library(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

const char *
upload_library(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}

static bool
stopping(struct uploader *u)
{
	pthread_mutex_lock(&u->lock);
	bool stop = u->stop;
	pthread_mutex_unlock(&u->lock);
	return stop;
}

static size_t
keep_answer(char *data, size_t size, size_t n, void *to)
{
	struct answer *a = to;
	size_t room = ANSWER - a->n, take = size * n < room ? size * n : room;
	memcpy(a->text + a->n, data, take);
	a->n += take;
	return size * n;
}

static size_t
read_file(char *data, size_t size, size_t n, void *from)
{
	ssize_t got = read(*(int *)from, data, size * n);
	return got >= 0 ? (size_t)got : CURL_READFUNC_ABORT;
}

/* libcurl sends a body again where a connection that was kept has died. */
static int
seek_file(void *from, curl_off_t offset, int origin)
{
	return lseek(*(int *)from, (off_t)offset, origin) >= 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK;
}

static void
set_options(const struct uploader *u, CURL *c, const char *url, int *fd, int64_t bytes, struct answer *a, char *why)
{
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, u->to.https ? "https" : "http");
	curl_easy_setopt(c, CURLOPT_AWS_SIGV4, u->sigv4);
	curl_easy_setopt(c, CURLOPT_USERNAME, u->keys.access);
	curl_easy_setopt(c, CURLOPT_PASSWORD, u->keys.secret);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)bytes);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, read_file);
	curl_easy_setopt(c, CURLOPT_READDATA, fd);
	curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, seek_file);
	curl_easy_setopt(c, CURLOPT_SEEKDATA, fd);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)STALLED_S);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "footfall/" FOOTFALL_VERSION);
	/* Not waiting, at the end, for a name server that does not answer. */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	if (u->to.loopback)
		curl_easy_setopt(c, CURLOPT_PROXY, "");
}

/* Runs a request until it ends or is to be given up. */
static bool
perform(struct uploader *u, CURL *c, CURLcode *result)
{
	int running = 1, left;
	*result = CURLE_OK;
	curl_multi_add_handle(u->multi, c);
	while (!stopping(u) && curl_multi_perform(u->multi, &running) == CURLM_OK && running > 0)
		curl_multi_poll(u->multi, NULL, 0, 1000, NULL);
	for (CURLMsg *m; (m = curl_multi_info_read(u->multi, &left)) != NULL;)
		if (m->msg == CURLMSG_DONE)
			*result = m->data.result;
	curl_multi_remove_handle(u->multi, c);
	return running == 0;
}

/* What came of it, and (in e) why not. */
static enum outcome
judge(CURL *c, CURLcode result, const char *why, const struct answer *a, struct err *e)
{
	long status = 0;
	char code[64];
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	/* A store may refuse and hang up before it has the whole body: then its answer says more. */
	if (result != CURLE_OK && status < 300) {
		err_set(e, ERR_UNAVAILABLE, "%s", why[0] != '\0' ? why : curl_easy_strerror(result));
		return AGAIN;
	}
	struct curl_header *tag;
	if (status >= 200 && status < 300 && curl_easy_header(c, "ETag", 0, CURLH_HEADER, -1, &tag) == CURLHE_OK)
		return DONE;
	/* A page on the way, such as the one where guests of a network log in, answers everything with 200. */
	if (status >= 200 && status < 300) {
		err_set(e, ERR_UNAVAILABLE, "what answered %ld is no store (it gave no ETag)", status);
		return AGAIN;
	}
	err_set(e, ERR_UNAVAILABLE, "the store answered %ld %s%s", status, s3_code(a->text, code),
		status == 403 ? " (are the keys, the region and this machine's clock right?)" : "");
	return AGAIN;
}

static enum outcome
put(struct uploader *u, const struct segment *s, struct err *e)
{
	struct stat st;
	struct err why;
	struct answer a = { 0 };
	char text[CURL_ERROR_SIZE] = "";
	int fd = names_open(u->folder_fd, s->path, &why);
	/* The quota may have been faster; the recorder sees to rows whose files are gone. */
	if (fd < 0) {
		err_set(e, why.code, "%s", why.msg);
		return SKIP;
	}
	if (fstat(fd, &st) != 0 || st.st_size != s->bytes || strlen(s->sha256) != SHA256_HEX - 1) {
		close(fd);
		err_set(e, ERR_DATA, "its file is not as its row says");
		return SKIP;
	}
	char *url = mem_printf("%s/%s", u->to.base, s->path), *hash = mem_printf("x-amz-content-sha256: %s", s->sha256);
	struct curl_slist *headers = curl_slist_append(NULL, hash);
	CURL *c = curl_easy_init();
	CURLcode result;
	set_options(u, c, url, &fd, s->bytes, &a, text);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	enum outcome o = perform(u, c, &result) ? judge(c, result, text, &a, e) : GIVEN_UP;
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	free(url);
	free(hash);
	close(fd);
	/* Its very bytes are refused, or too many of them: the next one may go. */
	char code[64];
	s3_code(a.text, code);
	return o == AGAIN && (strcmp(code, "XAmzContentSHA256Mismatch") == 0 || strcmp(code, "EntityTooLarge") == 0) ? SKIP : o;
}

/* But for the numbers in them ("timed out after 15001 milliseconds"). */
static bool
same_failure(const char *a, const char *b)
{
	static const char digits[] = "0123456789";
	for (;; a++, b++) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b || *a == '\0')
			return *a == *b;
	}
}

/* Takes note of a failure; logged when it is a new one. */
static void
failed(struct uploader *u, const char *path, const struct err *e)
{
	pthread_mutex_lock(&u->lock);
	u->status.failures++;
	pthread_mutex_unlock(&u->lock);
	if (u->said[0] == '\0' || !same_failure(u->said, e->msg))
		log_warn("upload of %s to %s: %s; it is tried again", path, u->to.base, e->msg);
	snprintf(u->said, sizeof u->said, "%s", e->msg);
}

static void
succeeded(struct uploader *u, const char *path)
{
	pthread_mutex_lock(&u->lock);
	u->status.uploaded++;
	u->status.failures = 0;
	pthread_mutex_unlock(&u->lock);
	if (u->said[0] != '\0')
		log_info("upload to %s: it works again", u->to.base);
	u->said[0] = '\0';
	log_verbose("uploaded %s", path);
}

/* One segment.  1: uploaded, or not to be; 0: there is none; -1: it is to be tried again, said so. */
static int
step(struct uploader *u)
{
	struct err e;
	struct segment s;
	int64_t waiting = 0;
	int rc = segment_first(u->db, u->folder, true, u->skipped.path != NULL ? &u->skipped : NULL, &s, &e);
	if (rc < 0 || segment_waiting(u->db, u->folder, &waiting, &e) != 0) {
		failed(u, "segments", &e);
		rc = -1;
		goto out;
	}
	pthread_mutex_lock(&u->lock);
	u->status.waiting = waiting;
	pthread_mutex_unlock(&u->lock);
	if (rc == 0)
		goto out;
	switch (put(u, &s, &e)) {
	case DONE:
		if (segment_set_uploaded(u->db, s.id, when_now_ms(), &e) == 0) {
			succeeded(u, s.path);
			break;
		}
		/* fall through */
	case AGAIN:
		failed(u, s.path, &e);
		rc = -1;
		break;
	case SKIP:
		log_warn("upload of %s: %s; it is left out", s.path, e.msg);
		segment_free(&u->skipped);
		u->skipped = s;
		return 1;
	case GIVEN_UP:
		rc = 0;
		break;
	}
out:
	segment_free(&s);
	return rc;
}

static void
wait_ms(struct uploader *u, int ms)
{
	/* curl_multi_wakeup ends it. */
	if (!stopping(u))
		curl_multi_poll(u->multi, NULL, 0, ms, NULL);
}

static void *
upload(void *uploader)
{
	struct uploader *u = uploader;
	unsigned turn = (unsigned)getpid();
	for (int wait = FIRST_WAIT_MS; !stopping(u);) {
		int rc = step(u);
		if (rc > 0) {
			wait = FIRST_WAIT_MS;
		} else if (rc == 0) {
			wait_ms(u, LOOK_MS);
		} else {
			/* Up to a fifth longer, so that many programs do not come back to a store at once. */
			wait_ms(u, wait + rand_r(&turn) % (wait / 5));
			wait = 2 * wait < LONGEST_WAIT_MS ? 2 * wait : LONGEST_WAIT_MS;
		}
	}
	return NULL;
}

static void
free_uploader(struct uploader *u)
{
	curl_multi_cleanup(u->multi);
	db_close(u->db);
	if (u->folder_fd >= 0)
		close(u->folder_fd);
	segment_free(&u->skipped);
	s3_address_free(&u->to);
	s3_keys_clear(&u->keys);
	pthread_mutex_destroy(&u->lock);
	free(u->folder);
	free(u->sigv4);
	free(u);
}

static int
prepare(struct uploader *u, const struct upload_options *o, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t n = strspn(o->region, letters);
	if (n == 0 || n > 64 || o->region[n] != '\0')
		return err_set(e, ERR_CONFIG, "record.region: '%s' is no region: write one such as us-east-1", o->region);
	if (s3_address(&u->to, o->url, e) != 0 || s3_keys_load(&u->keys, o->credentials, e) != 0)
		return -1;
	if (!u->to.https && !u->to.loopback)
		log_warn("record.upload: %s: recordings travel there unencrypted; use https://", u->to.base);
	u->folder = file_absolute(o->folder);
	u->sigv4 = mem_printf("aws:amz:%s:s3", o->region);
	u->folder_fd = open(u->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (u->folder_fd < 0)
		return err_set(e, ERR_IO, "%s: %s", u->folder, strerror(errno));
	if (db_open(&u->db, o->db, DB_WRITE, o->timeout_ms, e) != 0 || schema_readable(u->db, e) != 0 ||
	    db_exec(u->db, "PRAGMA synchronous = NORMAL", e) != 0)
		return -1;
	pthread_once(&once, init_library);
	u->multi = curl_multi_init();
	return u->multi != NULL ? 0 : err_set(e, ERR_FAIL, "libcurl cannot be started");
}

int
uploader_open(struct uploader **out, const struct upload_options *o, struct err *e)
{
	struct uploader *u = mem_alloc(sizeof *u);
	*out = NULL;
	u->folder_fd = -1;
	pthread_mutex_init(&u->lock, NULL);
	if (prepare(u, o, e) != 0)
		goto fail;
	if (pthread_create(&u->thread, NULL, upload, u) != 0) {
		err_set(e, ERR_FAIL, "no thread for uploading");
		goto fail;
	}
	*out = u;
	return 0;
fail:
	free_uploader(u);
	return -1;
}

void
uploader_status(struct uploader *u, struct upload_status *out)
{
	pthread_mutex_lock(&u->lock);
	*out = u->status;
	pthread_mutex_unlock(&u->lock);
}

void
uploader_close(struct uploader *u)
{
	if (u == NULL)
		return;
	pthread_mutex_lock(&u->lock);
	u->stop = true;
	pthread_mutex_unlock(&u->lock);
	curl_multi_wakeup(u->multi);
	pthread_join(u->thread, NULL);
	free_uploader(u);
}

#endif
