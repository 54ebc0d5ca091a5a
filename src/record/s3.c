/*
 * What an upload is given.
 */
#include "record/s3.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

static int
bad_address(struct err *e, const char *what)
{
	return err_set(e, ERR_CONFIG, "record.upload: %s: write https://HOST/BUCKET or https://HOST:PORT/BUCKET/PREFIX", what);
}

/* n letters of a host's name that are all digits and points, and begin "127.". */
static bool
is_loopback(const char *host, size_t n)
{
	if ((n == 9 && strncasecmp(host, "localhost", n) == 0) || (n == 5 && strncmp(host, "[::1]", n) == 0))
		return true;
	return n > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= n;
}

int
s3_address(struct s3_address *out, const char *url, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
	*out = (struct s3_address){ 0 };
	if (strncasecmp(url, "https://", 8) == 0)
		out->https = true;
	else if (strncasecmp(url, "http://", 7) != 0)
		return bad_address(e, "not the address of a bucket");
	if (strchr(url, '@') != NULL)
		return bad_address(e, "no user or password belongs there (the keys are in record.credentials)");
	const char *host = url + (out->https ? 8 : 7);
	size_t n = *host == '[' ? 1 + strspn(host + 1, "0123456789abcdefABCDEF:.") : strspn(host, letters);
	if (*host == '[' && host[n++] != ']')
		return bad_address(e, "not a numeric IPv6 address");
	if (n == 0)
		return bad_address(e, "it names no host");
	const char *p = host + n;
	if (*p == ':') {
		size_t digits = strspn(p + 1, "0123456789");
		if (digits == 0 || digits > 5 || atoi(p + 1) < 1 || atoi(p + 1) > 65535)
			return bad_address(e, "its port is no number from 1 to 65535");
		p += 1 + digits;
	}
	if (*p != '/' && *p != '\0')
		return bad_address(e, "its host has letters that no host has");
	const char *path = p;
	size_t length = strlen(path);
	while (length > 0 && path[length - 1] == '/')
		length--;
	if (length < 2)
		return bad_address(e, "it names no bucket");
	for (const char *q = path; q < path + length; q++) {
		if (!isalnum((unsigned char)*q) && strchr("/._~-", *q) == NULL)
			return bad_address(e, "a bucket and a prefix have letters, digits, '.', '_', '~' and '-' only");
		if (*q == '/' && (q[1] == '/' || (q[1] == '.' && (q[2] == '/' || q[2] == '\0' || q[2] == '.'))))
			return bad_address(e, "a part of its path is empty, or begins with points");
	}
	out->loopback = is_loopback(host, n);
	out->base = mem_printf("%.*s", (int)(path - url + (ptrdiff_t)length), url);
	return 0;
}

void
s3_address_free(struct s3_address *a)
{
	free(a->base);
	*a = (struct s3_address){ 0 };
}

/* A line that holds one key; *text goes on to the next one. */
static bool
take_line(const char **text, const char *end, char *out, size_t size)
{
	const char *start = *text, *eol = memchr(start, '\n', (size_t)(end - start));
	const char *stop = eol != NULL ? eol : end;
	*text = eol != NULL ? eol + 1 : end;
	while (stop > start && isspace((unsigned char)stop[-1]))
		stop--;
	while (start < stop && isspace((unsigned char)*start))
		start++;
	size_t n = (size_t)(stop - start);
	if (n == 0 || n >= size)
		return false;
	for (size_t i = 0; i < n; i++)
		if (start[i] <= ' ' || start[i] > '~')
			return false;
	memcpy(out, start, n);
	out[n] = '\0';
	return true;
}

int
s3_keys_parse(struct s3_keys *out, const char *name, const char *text, size_t n, struct err *e)
{
	const char *end = text + n, *p = text;
	*out = (struct s3_keys){ 0 };
	bool good = take_line(&p, end, out->access, sizeof out->access) && strpbrk(out->access, "/,:=") == NULL &&
		take_line(&p, end, out->secret, sizeof out->secret);
	for (; good && p < end; p++)
		good = isspace((unsigned char)*p);
	if (good)
		return 0;
	s3_keys_clear(out);
	return err_set(e, ERR_INPUT, "%s: it should hold the access key on its first line, the secret key on its second, and nothing else", name);
}

int
s3_keys_load(struct s3_keys *out, const char *path, struct err *e)
{
	struct buf text = { 0 };
	struct stat st;
	*out = (struct s3_keys){ 0 };
	int rc = file_read(path, 4096, &text, e);
	if (rc == 0)
		rc = s3_keys_parse(out, path, buf_str(&text), text.len, e);
	if (rc == 0 && stat(path, &st) == 0 && (st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
		log_warn("%s can be read by others: chmod 600 %s", path, path);
	if (text.data != NULL)
		explicit_bzero(text.data, text.cap);
	buf_free(&text);
	return rc != 0 ? err_wrap(e, "record.credentials") : 0;
}

void
s3_keys_clear(struct s3_keys *k)
{
	explicit_bzero(k, sizeof *k);
}

const char *
s3_code(const char *answer, char out[64])
{
	size_t n = 0;
	const char *p = strstr(answer, "<Code>");
	for (p = p != NULL ? p + 6 : ""; isalnum((unsigned char)*p) && n < 63; p++)
		out[n++] = *p;
	out[n] = '\0';
	return out;
}
