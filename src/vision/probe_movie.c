/*
 * MP4, Matroska and AVI: when it was recorded, and whether it is whole.
 *
 * A lost connection or a full card leaves a file whose own lengths reach past its end.  What
 * is looked for lies near the top of each format's tree, so only that is walked, and every
 * length is compared with what is there before it is believed.
 */
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "vision/probe_parts.h"

/* ---- MP4, MOV: ISO/IEC 14496-12 ---- */

struct box {
	char type[5];
	int64_t data, end;	/* offsets; end may lie past the file's, INT64_MAX when beyond counting */
};

/* The box at offset `at` within a parent that ends at `limit`.  false: there is none. */
static bool
read_box(struct probe_file *f, int64_t at, int64_t limit, struct box *box)
{
	unsigned char b[16];

	if (limit - at < 8 || !probe_read(f, at, b, 8))
		return false;
	/* Padding and foreign bytes behind the last box are no box. */
	for (int i = 4; i < 8; i++) {
		if ((b[i] < 0x20 || b[i] > 0x7E) && b[i] != 0xA9)
			return false;
	}
	memcpy(box->type, b + 4, 4);
	box->type[4] = '\0';
	box->data = at + 8;
	uint64_t size = probe_be32(b);
	if (size == 0) {		/* to the end */
		box->end = limit;
		return true;
	}
	if (size == 1) {
		if (!probe_read(f, at, b, 16))
			return false;
		size = probe_be64(b + 8);
		box->data = at + 16;
	}
	if (size < (uint64_t)(box->data - at))
		return false;
	box->end = size > (uint64_t)(INT64_MAX - at) ? INT64_MAX : at + (int64_t)size;
	return true;
}

/* Movie header: seconds since 1904, in 32 or 64 bits by its version. */
static void
read_mvhd(struct probe_file *f, const struct box *box, struct probe *p)
{
	static const uint64_t until_1970_s = UINT64_C(2082844800);
	unsigned char b[12];		/* version, flags (3), creation time (4 or 8) */
	uint64_t s = 0;

	if (box->end - box->data < 12 || !probe_read(f, box->data, b, sizeof b))
		return;
	if (b[0] == 0)
		s = probe_be32(b + 4);
	else if (b[0] == 1)
		s = probe_be64(b + 4);
	if (s > until_1970_s && s < until_1970_s * 10)
		probe_created(p, (int64_t)(s - until_1970_s) * 1000);
}

void
probe_mp4(struct probe_file *f, struct probe *p)
{
	bool has_moov = false;
	struct box box, inner;

	int64_t at = 0;
	for (int step = 0; step < PROBE_STEPS && read_box(f, at, f->size, &box); step++) {
		if (strcmp(box.type, "moov") == 0) {
			has_moov = true;
			int64_t limit = box.end < f->size ? box.end : f->size;
			int64_t child = box.data;
			for (int i = 0; i < PROBE_STEPS && read_box(f, child, limit, &inner); i++) {
				if (strcmp(inner.type, "mvhd") == 0) {
					read_mvhd(f, &inner, p);
					break;
				}
				child = inner.end;
			}
		}
		if (box.end > f->size) {
			p->truncated = true;
			p->declared = box.end < INT64_MAX ? box.end : 0;
			return;
		}
		at = box.end;
	}
	/* The index is written last by most recorders: without it nothing can be decoded. */
	p->truncated = !has_moov;
}

/* ---- Matroska, WebM: RFC 8794 and RFC 9559 ---- */

enum { EBML_HEADER = 0x1A45DFA3, SEGMENT = 0x18538067, INFO = 0x1549A966, DATE_UTC = 0x4461 };

struct element {
	uint32_t id;
	int64_t data, end;	/* as in struct box; of unknown size: to the end of its parent */
};

static bool
read_element(struct probe_file *f, int64_t at, int64_t limit, struct element *el)
{
	unsigned char b[12] = {0};	/* an id of up to 4 bytes and a size of up to 8 */
	int64_t there = limit - at;

	if (there < 2 || !probe_read(f, at, b, there < 12 ? (size_t)there : sizeof b))
		return false;
	/* The number of leading zero bits says how many bytes follow the first. */
	int nid = 1, nsize = 1;
	while (nid <= 4 && !(b[0] & 0x80 >> (nid - 1)))
		nid++;
	if (nid > 4)
		return false;
	el->id = 0;
	for (int i = 0; i < nid; i++)
		el->id = el->id << 8 | b[i];

	const unsigned char *s = b + nid;
	while (nsize <= 8 && !(s[0] & 0x80 >> (nsize - 1)))
		nsize++;
	if (nsize > 8 || nid + nsize > there)
		return false;
	uint64_t size = s[0] & (0xFFU >> nsize);
	for (int i = 1; i < nsize; i++)
		size = size << 8 | s[i];
	el->data = at + nid + nsize;
	if (size == (UINT64_C(1) << 7 * nsize) - 1)	/* unknown */
		el->end = limit;
	else	/* at most 56 bits, and an offset has 63 */
		el->end = (int64_t)size > INT64_MAX - el->data ? INT64_MAX : el->data + (int64_t)size;
	return true;
}

static void
read_info(struct probe_file *f, const struct element *info, struct probe *p)
{
	static const int64_t year_2001_ms = INT64_C(978307200000);
	int64_t limit = info->end < f->size ? info->end : f->size;
	int64_t at = info->data;
	struct element el;
	unsigned char b[8];

	for (int i = 0; i < PROBE_STEPS && read_element(f, at, limit, &el); i++) {
		if (el.id == DATE_UTC && el.end - el.data == 8 && probe_read(f, el.data, b, 8)) {
			int64_t ns = (int64_t)probe_be64(b);
			int64_t ms = ns / 1000000 - (ns % 1000000 < 0);
			probe_created(p, year_2001_ms + ms);
			return;
		}
		at = el.end;
	}
}

void
probe_matroska(struct probe_file *f, struct probe *p)
{
	struct element el;
	int64_t at = 0;
	bool found = false;

	for (int i = 0; i < PROBE_STEPS && !found && read_element(f, at, f->size, &el); i++) {
		found = el.id == SEGMENT;
		at = el.end;
	}
	if (!found) {
		p->truncated = true;
		return;
	}
	/* A live recording that was killed has no size, and is played as far as it goes. */
	if (el.end > f->size) {
		p->truncated = true;
		p->declared = el.end < INT64_MAX ? el.end : 0;
	}
	int64_t limit = el.end < f->size ? el.end : f->size;
	at = el.data;
	for (int i = 0; i < PROBE_STEPS && read_element(f, at, limit, &el); i++) {
		if (el.id == INFO) {
			read_info(f, &el, p);
			return;
		}
		/* A cluster of unknown size ends the search: its end is told by its contents alone, and Info lies before. */
		at = el.end;
	}
}

/* ---- AVI: RIFF, and OpenDML's further RIFF chunks ---- */

/* "Wed Jan 02 02:03:55 1990" or "2026-01-02 03:04:05"; taken as UTC, as nothing says otherwise. */
static bool
parse_idit(const char *s, int64_t *ms)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char name[4], text[WHEN_TEXT];
	int year, month, day, h, m, sec;

	if (sscanf(s, "%*3s %3s %2d %2d:%2d:%2d %4d", name, &day, &h, &m, &sec, &year) == 6) {
		const char *found = strstr(months, name);
		if (strlen(name) != 3 || found == NULL || (found - months) % 3 != 0)
			return false;
		month = (int)(found - months) / 3 + 1;
	} else if (sscanf(s, "%4d-%2d-%2d %2d:%2d:%2d", &year, &month, &day, &h, &m, &sec) != 6) {
		return false;
	}
	/* Whether such a day exists is known in one place. */
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, h, m, sec);
	return when_parse(text, ms) == 0;
}

/* Looks for the chunk named IDIT from `at` to `end`, a list's members. */
static void
read_hdrl(struct probe_file *f, int64_t at, int64_t end, struct probe *p)
{
	unsigned char b[8];

	for (int i = 0; i < PROBE_STEPS && at <= end - 8 && probe_read(f, at, b, 8); i++) {
		int64_t size = probe_le32(b + 4);
		if (memcmp(b, "IDIT", 4) == 0) {
			char text[64] = "";
			int64_t ms;
			size_t n = size < (int64_t)sizeof text ? (size_t)size : sizeof text - 1;
			if (size <= end - at - 8 && probe_read(f, at + 8, text, n) && parse_idit(text, &ms))
				probe_created(p, ms);
			return;
		}
		at += 8 + size + (size & 1);	/* chunks begin at even offsets */
	}
}

void
probe_avi(struct probe_file *f, struct probe *p)
{
	unsigned char b[12];
	int64_t at = 0;

	for (int i = 0; i < PROBE_STEPS && probe_read(f, at, b, 12); i++) {
		uint32_t size = probe_le32(b + 4);
		if (memcmp(b, "RIFF", 4) != 0 || (i > 0 && memcmp(b + 8, "AVIX", 4) != 0))
			break;
		/* What a writer puts there that could not come back to fill it in. */
		if (size == 0 || size == UINT32_MAX)
			break;
		int64_t end = at + 8 + size;
		/* One byte of padding at the end is often left out. */
		if (end > f->size + 1) {
			p->truncated = true;
			p->declared = end;
		}
		at = end + (end & 1);
	}
	/* The header list is the first thing in the file. */
	if (probe_read(f, 12, b, 12) && memcmp(b, "LIST", 4) == 0 && memcmp(b + 8, "hdrl", 4) == 0) {
		int64_t end = 12 + 8 + (int64_t)probe_le32(b + 4);
		read_hdrl(f, 24, end < f->size ? end : f->size, p);
	}
}
