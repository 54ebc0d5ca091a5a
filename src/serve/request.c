/*
 * Query, Host, Cookie and Authorization, taken apart.
 *
 * The query is decoded here and not by the library, because its decoding is lenient: a zero byte, or half an escape, would
 * reach us as something else than was sent.
 */
#include "serve/request.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int
decode(const char *s, size_t n, bool plus, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c == '+' && plus) {
			c = ' ';
		} else if (c == '%') {
			if (n - i < 3)
				return -1;
			int high = digit(s[i + 1]), low = digit(s[i + 2]);
			if (high < 0 || low < 0 || high + low == 0)
				return -1;
			c = (char)(high * 16 + low);
			i += 2;
		}
		buf_putc(out, c);
	}
	return 1;
}

int
request_value(const char *query, const char *key, bool plus, struct buf *out)
{
	size_t nkey = strlen(key);
	buf_clear(out);
	for (const char *at = query;; at++) {
		size_t n = strcspn(at, "&");
		if (n > nkey && strncmp(at, key, nkey) == 0 && at[nkey] == '=')
			return decode(at + nkey + 1, n - nkey - 1, plus, out);
		at += n;
		if (*at == '\0')
			return 0;
	}
}

int
request_int(const char *query, const char *key, int64_t low, int64_t high, int64_t *out)
{
	struct buf text = { 0 };
	int got = request_value(query, key, true, &text);
	if (got == 1 && (num_int(buf_str(&text), out) != 0 || *out < low || *out > high))
		got = -1;
	buf_free(&text);
	return got;
}

/* ":8080", or nothing. */
static bool
is_port(const char *s)
{
	if (*s == '\0')
		return true;
	size_t n = strspn(s + 1, "0123456789");
	return *s == ':' && n >= 1 && n <= 5 && s[1 + n] == '\0';
}

bool
request_address_is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool
request_address_is_numeric(const char *address)
{
	struct in6_addr a;
	return inet_pton(AF_INET, address, &a) == 1 || inet_pton(AF_INET6, address, &a) == 1;
}

bool
request_host_is_loopback(const char *host)
{
	char name[64];
	size_t n;
	if (host[0] == '[') {
		n = strcspn(++host, "]");
		if (host[n] != ']' || !is_port(host + n + 1))
			return false;
	} else {
		n = strcspn(host, ":");
		if (!is_port(host + n))
			return false;
	}
	if (n >= sizeof name)
		return false;
	memcpy(name, host, n);
	name[n] = '\0';
	return strcasecmp(name, "localhost") == 0 || request_address_is_loopback(name);
}

const char *
request_cookie(const char *cookie, const char *name, size_t *n)
{
	size_t nname = strlen(name);
	for (const char *at = cookie;; at++) {
		at += strspn(at, " \t");
		size_t len = strcspn(at, ";");
		if (len > nname && strncmp(at, name, nname) == 0 && at[nname] == '=') {
			*n = len - nname - 1;
			return at + nname + 1;
		}
		at += len;
		if (*at == '\0')
			return NULL;
	}
}

const char *
request_bearer(const char *authorization)
{
	static const char scheme[] = "Bearer ";
	if (strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return NULL;
	authorization += sizeof scheme - 1;
	return authorization + strspn(authorization, " ");
}

bool
request_has_etag(const char *if_none_match, const char *etag)
{
	size_t netag = strlen(etag);
	for (const char *at = if_none_match;; at++) {
		at += strspn(at, " \t");
		size_t n = strcspn(at, ",");
		if (n > 0 && at[0] == '*')
			return true;
		/* a cache may have made it a weak one on its way */
		const char *value = n > 2 && strncmp(at, "W/", 2) == 0 ? at + 2 : at;
		if (n - (size_t)(value - at) >= netag && strncmp(value, etag, netag) == 0)
			return true;
		at += n;
		if (*at == '\0')
			return false;
	}
}
