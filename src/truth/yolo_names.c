/*
 * The names of a YOLO set's classes.  Of YAML only the three ways in which these lists are written.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "truth/yolo.h"

enum { FILE_MAX = 1 << 20 };

static struct span
trimmed(struct span s)
{
	while (s.n > 0 && (s.s[0] == ' ' || s.s[0] == '\t')) {
		s.s++;
		s.n--;
	}
	while (s.n > 0 && (s.s[s.n - 1] == ' ' || s.s[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* A name, in quotes or not; false when its quotes are odd or there is nothing. */
static bool
take_name(struct span s, struct names *out)
{
	s = trimmed(s);
	if (s.n > 0 && (s.s[0] == '"' || s.s[0] == '\'')) {
		const char *end = memchr(s.s + 1, s.s[0], s.n - 1);
		if (end == NULL)
			return false;
		struct span rest = trimmed((struct span) { end + 1, (size_t)(s.s + s.n - end) - 1 });
		if (rest.n > 0 && rest.s[0] != '#')
			return false;
		s = (struct span) { s.s + 1, (size_t)(end - s.s) - 1 };
	} else {
		const char *remark = memmem(s.s, s.n, " #", 2);
		if (remark != NULL)
			s = trimmed((struct span) { s.s, (size_t)(remark - s.s) });
	}
	if (s.n == 0 || out->n == YOLO_CLASSES)
		return false;
	names_take(out, mem_printf("%.*s", (int)s.n, s.s));
	return true;
}

/* [person, 'traffic light', ...] from behind the bracket; it may go over several lines, which are joined. */
static bool
take_list(struct span s, struct names *out)
{
	const char *end = s.s + s.n;

	for (const char *from = s.s, *p = s.s; p < end; p++) {
		if (*p == '"' || *p == '\'') {
			p = memchr(p + 1, *p, (size_t)(end - p) - 1);
			if (p == NULL)
				return false;
		} else if (*p == ',' || *p == ']') {
			struct span item = trimmed((struct span) { from, (size_t)(p - from) });
			/* A comma may stand before the bracket. */
			if (!(item.n == 0 && *p == ']') && !take_name(item, out))
				return false;
			if (*p == ']')
				return true;
			from = p + 1;
		}
	}
	return false;
}

/* "3: name" or "- name", which must be the next in turn. */
static bool
take_line(struct span s, struct names *out)
{
	if (s.s[0] == '-')
		return take_name((struct span) { s.s + 1, s.n - 1 }, out);
	const char *colon = memchr(s.s, ':', s.n);
	char number[24];
	int64_t v;
	if (colon == NULL || (size_t)(colon - s.s) >= sizeof number)
		return false;
	memcpy(number, s.s, (size_t)(colon - s.s));
	number[colon - s.s] = '\0';
	if (num_int(number, &v) != 0 || v < 0 || (uint64_t)v != out->n)
		return false;
	return take_name((struct span) { colon + 1, s.n - (size_t)(colon - s.s) - 1 }, out);
}

static int
read_yaml(struct rows *r, struct names *out, struct err *e)
{
	bool within = false, found = false;
	int got;

	while ((got = rows_next(r, e)) > 0) {
		struct span s = r->text;
		if (s.s[0] == '#')
			continue;
		bool indented = s.s[-1] == ' ' || s.s[-1] == '\t';
		/* A list's dashes may stand at the margin. */
		if (within && (indented || s.s[0] == '-')) {
			if (!take_line(s, out))
				return rows_refuse(r, e, "'%.*s' is not the name of class %zu: write '%zu: name' or '- name'",
					SPAN_SHOWN(s), out->n, out->n);
			continue;
		}
		within = false;
		if (indented || s.n < 6 || memcmp(s.s, "names:", 6) != 0)
			continue;
		if (found)
			return rows_refuse(r, e, "a second 'names:'");
		found = true;
		struct span rest = trimmed((struct span) { s.s + 6, s.n - 6 });
		within = rest.n == 0 || rest.s[0] == '#';
		if (within)
			continue;
		struct buf joined = {0};
		bool good = rest.s[0] == '[';
		buf_add(&joined, rest.s + 1, rest.n - 1);
		while (good && strchr(joined.data, ']') == NULL && rows_next(r, e) > 0) {
			buf_putc(&joined, ' ');
			buf_add(&joined, r->text.s, r->text.n);
		}
		good = good && take_list((struct span) { joined.data, joined.len }, out);
		buf_free(&joined);
		if (!good)
			return rows_refuse(r, e, "'names:' is neither a list in brackets nor followed by lines of names");
	}
	if (got == 0 && out->n == 0)
		return err_set(e, ERR_DATA, "%s has no 'names:' of classes", r->what);
	return got;
}

int
yolo_read_yaml(const char *what, struct span text, struct names *out, struct err *e)
{
	struct buf kept = {0};
	struct rows r;

	*out = (struct names) {0};
	/* So that a line's indent can be seen before its text, also on the first line. */
	if (text_check(what, &text, e) != 0)
		return -1;
	buf_putc(&kept, '\n');
	buf_add(&kept, text.s, text.n);
	int rc = rows_init(&r, ROWS_SPACES, what, (struct span) { kept.data + 1, kept.len - 1 }, e);
	if (rc == 0)
		rc = read_yaml(&r, out, e);
	rows_free(&r);
	buf_free(&kept);
	if (rc != 0)
		names_free(out);
	return rc;
}

int
yolo_read_names(const char *what, struct span text, struct names *out, struct err *e)
{
	struct rows r;
	int got = -1;

	*out = (struct names) {0};
	if (rows_init(&r, ROWS_SPACES, what, text, e) == 0) {
		while ((got = rows_next(&r, e)) > 0) {
			if (out->n == YOLO_CLASSES) {
				got = rows_refuse(&r, e, "more than %d classes", YOLO_CLASSES);
				break;
			}
			names_take(out, mem_printf("%.*s", (int)r.text.n, r.text.s));
		}
	}
	rows_free(&r);
	if (got != 0)
		names_free(out);
	return got;
}

/* Reads the first list that lies in the folder; 1 when there is one. */
static int
names_in(const char *folder, struct names *out, struct err *e)
{
	static const char *const files[] = { "names.txt", "classes.txt", "data.yaml", "data.yml" };
	int rc = 0;

	for (size_t i = 0; i < sizeof files / sizeof *files && rc == 0; i++) {
		char *path = file_join(folder, files[i]);
		struct buf text = {0};
		if (file_exists(path)) {
			rc = file_read(path, FILE_MAX, &text, e);
			struct span s = { buf_str(&text), text.len };
			if (rc == 0)
				rc = i < 2 ? yolo_read_names(path, s, out, e) : yolo_read_yaml(path, s, out, e);
			if (rc == 0)
				rc = 1;
		}
		buf_free(&text);
		free(path);
	}
	return rc;
}

/* Is one of the path's folders called labels? */
static bool
within_labels(const char *path)
{
	for (const char *s = path; (s = strstr(s, "/labels")) != NULL; s++) {
		if (s[7] == '/' || s[7] == '\0')
			return true;
	}
	return false;
}

int
yolo_find_names(const char *folder, struct names *out, struct err *e)
{
	char *path = file_absolute(folder);
	int rc = 0;

	*out = (struct names) {0};
	for (;;) {
		rc = names_in(path, out, e);
		char *slash = strrchr(path, '/');
		/* "x/labels/val" and "x/labels" are looked at, and "x"; nothing above. */
		if (rc != 0 || slash == NULL || slash == path || !within_labels(path))
			break;
		*slash = '\0';
	}
	free(path);
	return rc < 0 ? -1 : 0;
}
