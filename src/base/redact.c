/*
 * Credentials out of addresses, before they reach a database, a log or a page.
 *
 * Cameras are given with passwords that break every rule of RFC 3986 ('@', '/' and
 * '#' unescaped), and in query keys, path words ("user=admin&password=") and
 * properties of GStreamer pipelines.  When in doubt this hides too much: an
 * address that lost a harmless word can still be recognised.
 */
#include "base/file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"

static bool
is_scheme_char(char c)
{
	return isalnum((unsigned char)c) || c == '+' || c == '-' || c == '.';
}

static bool
is_key_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/*
 * Length of the address that starts with s: to its closing quote, in a pipeline to white
 * space, else to the end of the text.
 */
static size_t
address_length(const char *s, bool pipeline, char before)
{
	if (before == '"' || before == '\'')
		return strcspn(s, before == '"' ? "\"" : "'");
	return strcspn(s, pipeline ? " \t\r\n\"'" : "");
}

/*
 * Does "host:port" end in something that cannot be a port?  Then it is "user:password"
 * with a slash in the password.
 */
static bool
odd_port(const char *s, size_t n)
{
	const char *bracket = memchr(s, ']', n);
	if (*s == '[' && bracket != NULL) {
		n -= (size_t)(bracket - s);
		s = bracket;
	}
	const char *colon = memchr(s, ':', n);
	if (colon == NULL)
		return false;
	const char *port = colon + 1, *end = s + n;
	while (port < end && isdigit((unsigned char)*port))
		port++;
	return port < end;
}

/* Length of "user:password@" at the start of an address of n bytes, the scheme already off. */
static size_t
userinfo_length(const char *s, size_t n)
{
	size_t authority = strcspn(s, "/?#");
	if (authority > n)
		authority = n;
	const char *at = memrchr(s, '@', authority);
	if (at == NULL && odd_port(s, authority))
		at = memrchr(s, '@', n);
	return at != NULL ? (size_t)(at - s) + 1 : 0;
}

/* Notes a secret, if they are wanted. */
static void
note(struct buf *secrets, const char *s, size_t n)
{
	if (secrets == NULL || n == 0)
		return;
	buf_add(secrets, s, n);
	buf_putc(secrets, '\0');
}

static void
strip_userinfo(struct buf *out, struct buf *secrets, const char *s, bool pipeline)
{
	const char *start = s;
	for (const char *mark; (mark = strstr(s, "://")) != NULL;) {
		const char *scheme = mark;
		while (scheme > start && is_scheme_char(scheme[-1]))
			scheme--;
		const char *rest = mark + 3;
		buf_add(out, s, (size_t)(rest - s));
		s = rest;
		if (scheme < mark) {
			char before = scheme > start ? scheme[-1] : '\0';
			size_t n = userinfo_length(rest, address_length(rest, pipeline, before));
			note(secrets, rest, n > 0 ? n - 1 : 0);
			s += n;
		}
	}
	buf_puts(out, s);
}

static bool
is_secret_key(const char *key, size_t n)
{
	static const char *const anywhere[] = {"pass", "pwd", "token", "secret", "auth", "cred", "login", "user",
		"usr", "sign", "cookie"};
	static const char *const at_end[] = {"key", "pw", "sig"};
	for (size_t w = 0; w < sizeof anywhere / sizeof *anywhere; w++) {
		size_t len = strlen(anywhere[w]);
		for (size_t i = 0; i + len <= n; i++) {
			if (strncasecmp(key + i, anywhere[w], len) == 0)
				return true;
		}
	}
	for (size_t w = 0; w < sizeof at_end / sizeof *at_end; w++) {
		size_t len = strlen(at_end[w]);
		if (n >= len && strncasecmp(key + n - len, at_end[w], len) == 0)
			return true;
	}
	return false;
}

/*
 * Length of a value: to the '&', or in a pipeline quoted to its quote, inside the quoted value of another property
 * (outer, '\0': none) to the end of that, else to white space that is not escaped.
 */
static size_t
value_length(const char *s, bool pipeline, char outer)
{
	if (!pipeline)
		return strcspn(s, "&");
	size_t i = 0;
	char quote = outer;
	if (quote == '\0' && (*s == '"' || *s == '\'')) {
		quote = *s;
		i++;
	}
	for (; s[i] != '\0'; i++) {
		if (s[i] == '\\' && s[i + 1] != '\0')
			i++;
		else if (quote != '\0' ? s[i] == quote : strchr(" \t\r\n\"'", s[i]) != NULL)
			break;
	}
	return outer == '\0' && quote != '\0' && s[i] == quote ? i + 1 : i;
}

static void
hide_values(struct buf *out, struct buf *secrets, const char *s, bool pipeline)
{
	char outer = '\0';

	while (*s != '\0') {
		size_t key = 0;
		while (is_key_char(s[key]))
			key++;
		/* A pipeline may have blanks around the sign. */
		size_t at = key;
		if (pipeline)
			at += strspn(s + at, " \t");
		if (key == 0 || s[at] != '=' || !is_secret_key(s, key)) {
			size_t n = key > 0 ? key : *s == '\\' && s[1] != '\0' ? 2 : 1;
			if (outer != '\0' ? *s == outer : *s == '"' || *s == '\'')
				outer = outer != '\0' ? '\0' : *s;
			buf_add(out, s, n);
			s += n;
			continue;
		}
		at++;
		if (pipeline)
			at += strspn(s + at, " \t");
		size_t n = value_length(s + at, pipeline, outer);
		bool quoted = n > 1 && outer == '\0' && (s[at] == '"' || s[at] == '\'') && s[at + n - 1] == s[at];
		note(secrets, s + at + quoted, quoted ? n - 2 : n);
		buf_add(out, s, at);
		buf_puts(out, "***");
		s += at + n;
	}
}

static char *
redact(const char *uri, struct buf *secrets)
{
	bool pipeline = strncasecmp(uri, "gst:", 4) == 0;
	struct buf plain = {0}, out = {0};
	if (!pipeline && strstr(uri, "://") == NULL) {
		buf_puts(&out, uri);
		return out.data;
	}
	strip_userinfo(&plain, secrets, uri, pipeline);
	hide_values(&out, secrets, plain.data, pipeline);
	buf_free(&plain);
	return out.data;
}

char *
file_redact(const char *uri)
{
	return redact(uri, NULL);
}

void
file_secrets(const char *uri, struct buf *out)
{
	free(redact(uri, out));
}
