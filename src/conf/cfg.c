/*
 * libconfig behind a door.
 *
 * The file is read here and handed over as a string: libconfig's scanner ends the process when
 * a file cannot be read to its end (a folder, a bad disk), and so does its @include, which is
 * therefore refused.  The string ends at a NUL byte, so that is refused too.
 */
#include "conf/cfg.h"

#include <ctype.h>
#include <libconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"

enum { CFG_MAX = 1 << 20 };	/* bytes in a file: more is no configuration */

struct cfg {
	config_t config;
	char *path;
};

/* A node is libconfig's setting under our name; its functions want it without const. */
static config_setting_t *
setting(const struct cfg_node *n)
{
	return (config_setting_t *)(uintptr_t)n;
}

static struct cfg_node *
node(config_setting_t *s)
{
	return (struct cfg_node *)s;
}

/*
 * Copies an integer from *p, with the L that makes libconfig 1.5 read 64 bits: without, it
 * silently keeps the lower 32.  Returns what is wrong with it, or NULL.
 */
static const char *
copy_number(const char **p, const char *start, struct buf *to)
{
	const char *s = *p;
	size_t digits = strspn(s, "0123456789");
	size_t n;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		n = 2 + strspn(s + 2, "0123456789abcdefABCDEF");
		if (n > 2 + 7)
			return "a hexadecimal number has at most 7 digits; write a larger one in decimal";
		buf_add(to, s, n);
	} else if (strchr(".eE", s[digits]) != NULL && s[digits] != '\0') {
		n = strspn(s, "0123456789.eE+-");
		buf_add(to, s, n);
	} else {
		char text[24];
		bool minus = s > start && s[-1] == '-';
		int64_t v;
		n = digits;
		snprintf(text, sizeof text, "%s%.*s", minus ? "-" : "", n < 20 ? (int)n : 20, s);
		if (n > 19 || num_int(text, &v) != 0)
			return "the number is too large";
		buf_add(to, s, n);
		if ((v < INT32_MIN || v > INT32_MAX) && s[n] != 'L')
			buf_putc(to, 'L');
	}
	*p = s + n;
	return NULL;
}

/*
 * Copies the text of a file for libconfig, refusing what it must not see.  Knows just enough of
 * the format to tell numbers from names, strings and comments.
 */
static int
prepare(const char *path, const struct buf *text, struct buf *to, struct err *e)
{
	enum { PLAIN, STRING, LINE_COMMENT, COMMENT } state = PLAIN;
	const char *start = buf_str(text), *end = start + text->len;
	int line = 1;

	for (const char *p = start; p < end;) {
		const char *wrong = NULL;
		size_t n = 1;		/* bytes to copy as they are */

		switch (state) {
		case PLAIN:
			if (*p == '"') {
				state = STRING;
			} else if (*p == '#' || strncmp(p, "//", 2) == 0) {
				state = LINE_COMMENT;
			} else if (strncmp(p, "/*", 2) == 0) {
				state = COMMENT;
				n = 2;
			} else if (*p == '@') {
				wrong = "@include is not supported: put the settings into this file";
			} else if (isalpha((unsigned char)*p) || *p == '*') {
				while (isalnum((unsigned char)p[n]) || (p[n] != '\0' && strchr("-_*", p[n]) != NULL))
					n++;
			} else if (isdigit((unsigned char)*p) || *p == '.') {
				wrong = copy_number(&p, start, to);
				n = 0;
			}
			break;
		case STRING:
			if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
				n = 2;
			else if (*p == '"')
				state = PLAIN;
			break;
		case LINE_COMMENT:
			if (*p == '\n')
				state = PLAIN;
			break;
		case COMMENT:
			if (strncmp(p, "*/", 2) == 0) {
				state = PLAIN;
				n = 2;
			}
			break;
		}
		if (n > 0 && *p == '\0')
			wrong = "a NUL byte: this is no text file";
		if (wrong != NULL)
			return err_set(e, ERR_CONFIG, "%s:%d: %s", path, line, wrong);
		if (n > 0 && *p == '\n')
			line++;
		buf_add(to, p, n);
		p += n;
	}
	/* To libconfig a comment without a line's end is a syntax error. */
	if (state == LINE_COMMENT)
		buf_putc(to, '\n');
	return 0;
}

int
cfg_open(struct cfg **out, const char *path, struct err *e)
{
	struct buf text = {0}, ready = {0};
	int result = -1;

	*out = NULL;
	struct cfg *c = mem_alloc(sizeof *c);
	config_init(&c->config);
	c->path = mem_strdup(path);
	if (file_read(path, CFG_MAX, &text, e) != 0) {
		/* An oversized one has bad contents, but it is a configuration that is wrong. */
		if (e->code == ERR_DATA)
			e->code = ERR_CONFIG;
		goto out;
	}
	if (prepare(path, &text, &ready, e) != 0)
		goto out;
	if (config_read_string(&c->config, buf_str(&ready)) != CONFIG_TRUE) {
		const char *what = config_error_text(&c->config);
		err_set(e, ERR_CONFIG, "%s:%d: %s", path, config_error_line(&c->config),
			what != NULL ? what : "cannot be understood");
		goto out;
	}
	*out = c;
	result = 0;
out:
	buf_free(&text);
	buf_free(&ready);
	if (result != 0)
		cfg_close(c);
	return result;
}

void
cfg_close(struct cfg *c)
{
	if (c == NULL)
		return;
	config_destroy(&c->config);
	free(c->path);
	free(c);
}

const char *
cfg_path(const struct cfg *c)
{
	return c->path;
}

struct cfg_node *
cfg_root(struct cfg *c)
{
	return node(config_root_setting(&c->config));
}

enum cfg_type
cfg_type(const struct cfg_node *n)
{
	switch (config_setting_type(setting(n))) {
	case CONFIG_TYPE_GROUP:
		return CFG_GROUP;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return CFG_INT;
	case CONFIG_TYPE_FLOAT:
		return CFG_REAL;
	case CONFIG_TYPE_BOOL:
		return CFG_BOOL;
	case CONFIG_TYPE_STRING:
		return CFG_TEXT;
	default:
		return CFG_LIST;
	}
}

const char *
cfg_type_name(enum cfg_type t)
{
	static const char *const names[] = {
		[CFG_GROUP] = "group", [CFG_LIST] = "list", [CFG_INT] = "integer",
		[CFG_REAL] = "real", [CFG_BOOL] = "boolean", [CFG_TEXT] = "text"
	};
	return names[t];
}

const char *
cfg_name(const struct cfg_node *n)
{
	return config_setting_name(setting(n));
}

int
cfg_line(const struct cfg_node *n)
{
	return (int)config_setting_source_line(setting(n));
}

size_t
cfg_length(const struct cfg_node *n)
{
	int length = config_setting_is_aggregate(setting(n)) ? config_setting_length(setting(n)) : 0;
	return length > 0 ? (size_t)length : 0;
}

struct cfg_node *
cfg_at(const struct cfg_node *n, size_t i)
{
	return i < cfg_length(n) ? node(config_setting_get_elem(setting(n), (unsigned)i)) : NULL;
}

struct cfg_node *
cfg_child(const struct cfg_node *n, const char *name)
{
	if (cfg_type(n) != CFG_GROUP)
		return NULL;
	/* Not config_setting_get_member, which takes a path and finds "a.b" deeper down. */
	for (size_t i = 0; i < cfg_length(n); i++) {
		struct cfg_node *found = cfg_at(n, i);
		if (strcmp(cfg_name(found), name) == 0)
			return found;
	}
	return NULL;
}

/* "models.[2].input": where the node stands, for messages. */
static void
add_place(struct buf *b, const config_setting_t *s)
{
	const config_setting_t *parent = config_setting_parent(s);

	if (parent == NULL)
		return;
	add_place(b, parent);
	if (b->len > 0)
		buf_putc(b, '.');
	if (config_setting_name(s) != NULL)
		buf_puts(b, config_setting_name(s));
	else
		buf_printf(b, "[%d]", config_setting_index(s));
}

static int
refuse(const struct cfg *c, const struct cfg_node *n, const char *wanted, struct err *e)
{
	struct buf place = {0};

	add_place(&place, setting(n));
	err_set(e, ERR_CONFIG, "%s:%d: %s must be %s, not %s", c->path, cfg_line(n),
		place.len > 0 ? place.data : "the file", wanted, cfg_type_name(cfg_type(n)));
	buf_free(&place);
	return -1;
}

int
cfg_int(const struct cfg *c, const struct cfg_node *n, int64_t *out, struct err *e)
{
	if (cfg_type(n) != CFG_INT)
		return refuse(c, n, "an integer", e);
	*out = config_setting_get_int64(setting(n));
	return 0;
}

int
cfg_real(const struct cfg *c, const struct cfg_node *n, double *out, struct err *e)
{
	if (cfg_type(n) == CFG_INT) {
		*out = (double)config_setting_get_int64(setting(n));
		return 0;
	}
	if (cfg_type(n) != CFG_REAL)
		return refuse(c, n, "a number", e);
	double v = config_setting_get_float(setting(n));
	/* 1e999 is written like a number and read as infinity. */
	if (!isfinite(v))
		return refuse(c, n, "a finite number", e);
	*out = v;
	return 0;
}

int
cfg_bool(const struct cfg *c, const struct cfg_node *n, bool *out, struct err *e)
{
	if (cfg_type(n) != CFG_BOOL)
		return refuse(c, n, "true or false", e);
	*out = config_setting_get_bool(setting(n)) != 0;
	return 0;
}

int
cfg_text(const struct cfg *c, const struct cfg_node *n, const char **out, struct err *e)
{
	if (cfg_type(n) != CFG_TEXT)
		return refuse(c, n, "text in quotes", e);
	*out = config_setting_get_string(setting(n));
	return 0;
}
