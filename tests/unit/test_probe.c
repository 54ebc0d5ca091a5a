/*
 * probe: what files say of themselves, on files made here byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "vision/probe.h"

static char path[] = "/tmp/footfall-probe-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static struct probe
probe_bytes(const void *data, size_t n)
{
	struct probe p;
	struct err e;
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	if (probe_file(path, &p, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(p.size, n);
	return p;
}

#define PROBE(literal) probe_bytes(literal, sizeof literal - 1)

/* ---- making files ---- */

static void
be(struct buf *b, uint64_t v, int bytes)
{
	while (bytes-- > 0)
		buf_putc(b, (char)(unsigned char)(v >> 8 * bytes));
}

static void
le32(struct buf *b, uint64_t v)
{
	for (int i = 0; i < 4; i++)
		buf_putc(b, (char)(unsigned char)(v >> 8 * i));
}

static void
zeros(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_putc(b, '\0');
}

/* A whole MP4 box around n bytes. */
static void
box(struct buf *b, const char *type, const void *data, size_t n)
{
	be(b, n + 8, 4);
	buf_puts(b, type);
	buf_add(b, data, n);
}

static void
add_ftyp(struct buf *b)
{
	box(b, "ftyp", "isom\0\0\2\0isommp41", 16);
}

static void
add_moov(struct buf *b, int version, uint64_t created_s)
{
	struct buf mvhd = {0}, moov = {0};
	be(&mvhd, (uint64_t)version << 24, 4);
	be(&mvhd, created_s, version == 1 ? 8 : 4);
	zeros(&mvhd, 96);
	box(&moov, "udta", "1234", 4);
	box(&moov, "mvhd", mvhd.data, mvhd.len);
	box(b, "moov", moov.data, moov.len);
	buf_free(&mvhd);
	buf_free(&moov);
}

/* An EBML element with a size of 8 bytes. */
static void
element(struct buf *b, uint32_t id, int id_bytes, const void *data, size_t n)
{
	be(b, id, id_bytes);
	be(b, UINT64_C(1) << 56 | n, 8);
	buf_add(b, data, n);
}

static void
chunk(struct buf *b, const char *id, const void *data, size_t n)
{
	buf_puts(b, id);
	le32(b, n);
	buf_add(b, data, n);
	zeros(b, n & 1);
}

/* ---- files that are no media ---- */

static void
places_that_are_no_file(void **state)
{
	(void)state;
	struct probe p;
	struct err e;
	char *fifo = mem_printf("%s.fifo", path);

	assert_int_equal(probe_file("/nowhere/a.mp4", &p, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.msg, "/nowhere/a.mp4"));
	assert_int_equal(probe_file("/tmp", &p, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.msg, "folder"));
	assert_int_equal(probe_file("/dev/zero", &p, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(probe_file("", &p, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	/* Must not wait for a writer. */
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(probe_file(fifo, &p, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	unlink(fifo);
	free(fifo);
	fclose(fopen(path, "w"));
	assert_int_equal(probe_file(path, &p, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
	assert_non_null(strstr(e.msg, "is empty"));
	if (geteuid() != 0) {
		assert_int_equal(chmod(path, 0), 0);
		assert_int_equal(probe_file(path, &p, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
		assert_int_equal(chmod(path, 0600), 0);
	}
}

static void
kinds_by_first_bytes(void **state)
{
	(void)state;
	assert_int_equal(PROBE("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n").kind, PROBE_LFS_POINTER);
	assert_int_equal(PROBE("hello\r\n\tworld \xc3\xa9\n").kind, PROBE_TEXT);
	assert_int_equal(PROBE("x").kind, PROBE_TEXT);
	assert_int_equal(PROBE("hello\0world").kind, PROBE_UNKNOWN);
	assert_int_equal(PROBE("hello\x01").kind, PROBE_UNKNOWN);
	assert_int_equal(PROBE("caf\xe9").kind, PROBE_UNKNOWN);
	assert_int_equal(PROBE("\0").kind, PROBE_UNKNOWN);
	assert_int_equal(PROBE("RIFF\x24\0\0\0WAVEfmt ").kind, PROBE_UNKNOWN);
	assert_int_equal(PROBE("\x1A\x45\xDF").kind, PROBE_UNKNOWN);
	/* A picture in MP4's boxes has no moov and is not cut for that. */
	struct probe p = PROBE("\0\0\0\x14" "ftypheic\0\0\0\0mif1");
	assert_int_equal(p.kind, PROBE_UNKNOWN);
	assert_false(p.truncated);

	/* A character that lies across the end of what is looked at. */
	struct buf b = {0};
	while (b.len < 4095)
		buf_putc(&b, 'x');
	buf_puts(&b, "\xe2\x82\xac and more");
	assert_int_equal(probe_bytes(b.data, b.len).kind, PROBE_TEXT);
	b.data[100] = '\xff';
	assert_int_equal(probe_bytes(b.data, b.len).kind, PROBE_UNKNOWN);
	buf_free(&b);
}

/* ---- pictures ---- */

#define JPEG_START "\xFF\xD8\xFF\xE0\0\4ab"
#define JPEG_SIZE "\xFF\xC2\0\x0B\x08\x01\x02\x03\x04\x01\x11\0\0"	/* 772 x 258 */
#define JPEG_SCAN "\xFF\xDA\0\x08\x01\1\0\0\x3F\0" "data\xFF\0more"
#define JPEG_END "\xFF\xD9"

static void
jpeg(void **state)
{
	(void)state;
	struct probe p = PROBE(JPEG_START JPEG_SIZE JPEG_SCAN JPEG_END);
	assert_int_equal(p.kind, PROBE_JPEG);
	assert_int_equal(p.width, 0x304);
	assert_int_equal(p.height, 0x102);
	assert_false(p.truncated);
	assert_false(p.has_created);

	assert_true(PROBE(JPEG_START JPEG_SIZE JPEG_SCAN).truncated);
	assert_true(PROBE(JPEG_START JPEG_SIZE JPEG_SCAN "\xFF").truncated);
	assert_true(PROBE(JPEG_START JPEG_SIZE "\xFF\xDA\0\x08\x01").truncated);
	assert_true(PROBE(JPEG_START JPEG_SIZE).truncated);
	assert_true(PROBE(JPEG_START).truncated);
	assert_true(PROBE("\xFF\xD8\xFF").truncated);
	assert_true(PROBE(JPEG_START JPEG_SIZE JPEG_END).truncated);	/* no picture data */
	assert_int_equal(PROBE(JPEG_START "\xFF\xC0\0\x0B\x08\x01").width, 0);

	/* A thumbnail's end is not the end. */
	assert_true(PROBE("\xFF\xD8\xFF\xE1\0\6" JPEG_END "ab" JPEG_SIZE JPEG_SCAN).truncated);
	/* Fill bytes before a marker; DHT, JPG and DAC are no frame headers. */
	p = PROBE(JPEG_START "\xFF\xFF" JPEG_SIZE "\xFF\xC4\0\x09\x08\x09\x09\x09\x09zz" "\xFF\xC8\0\x09\x08\x09\x09\x09\x09zz"
		"\xFF\xCC\0\x09\x08\x09\x09\x09\x09zz" JPEG_SCAN JPEG_END);
	assert_int_equal(p.width, 0x304);
	assert_false(p.truncated);
	/* Something unknown between: the decoder's business. */
	assert_false(PROBE("\xFF\xD8\xFF\xE0\0\2oops").truncated);
	/* Lengths that lie. */
	PROBE("\xFF\xD8\xFF\xE0\0\0\xFF\xE0\0\1\xFF\xE0\xFF\xFF");
	assert_true(PROBE("\xFF\xD8\xFF\xE0\xFF\xFFshort").truncated);
}

static void
jpeg_with_a_tail(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add(&b, JPEG_START JPEG_SIZE JPEG_SCAN, sizeof JPEG_START JPEG_SIZE JPEG_SCAN - 1);
	size_t head = b.len;
	/* An end mark at any place, also across the blocks in which it is looked for, and padding after it. */
	for (size_t at = 65500; at < 65570; at++) {
		b.len = head;
		while (b.len < at)
			buf_putc(&b, 'd');
		assert_true(probe_bytes(b.data, b.len).truncated);
		buf_puts(&b, JPEG_END);
		assert_false(probe_bytes(b.data, b.len).truncated);
		zeros(&b, 200000);
		assert_false(probe_bytes(b.data, b.len).truncated);
	}
	/* Only padding where the rest should be. */
	b.len = head;
	zeros(&b, 200000);
	assert_true(probe_bytes(b.data, b.len).truncated);
	buf_free(&b);
}

#define PNG_START "\x89PNG\r\n\x1A\n" "\0\0\0\x0DIHDR\0\0\x4E\x20\0\0\0\x14\x08\2\0\0\0crc!"	/* 20000 x 20 */
#define PNG_END "\0\0\0\0IENDcrc!"

static void
png(void **state)
{
	(void)state;
	struct probe p = PROBE(PNG_START "\0\0\0\4IDATdatacrc!" PNG_END);
	assert_int_equal(p.kind, PROBE_PNG);
	assert_int_equal(p.width, 20000);
	assert_int_equal(p.height, 20);
	assert_false(p.truncated);
	assert_false(PROBE(PNG_START PNG_END "trailing").truncated);
	assert_true(PROBE(PNG_START "\0\0\0\4IDATdatacrc!").truncated);
	assert_true(PROBE(PNG_START "\0\0\0\4IDATda").truncated);
	assert_true(PROBE(PNG_START "\0\0\0\0IENDcrc").truncated);
	assert_true(PROBE(PNG_START "\xFF\xFF\xFF\xFFIDATdata" PNG_END).truncated);
	assert_true(PROBE(PNG_START "\0\0").truncated);
	assert_true(PROBE("\x89PNG\r\n\x1A\n").truncated);
	/* Larger than any picture may be. */
	p = PROBE("\x89PNG\r\n\x1A\n" "\0\0\0\x0DIHDR\xFF\xFF\xFF\xFF\0\0\0\x14\x08\2\0\0\0crc!" PNG_END);
	assert_int_equal(p.width, 0);
	assert_int_equal(p.height, 0);
}

/* ---- MP4 ---- */

enum { MP4_1970 = 2082844800 };

static void
mp4(void **state)
{
	(void)state;
	struct buf b = {0};
	struct probe p;

	add_ftyp(&b);
	box(&b, "mdat", "somedata", 8);
	size_t without = b.len;
	p = probe_bytes(b.data, b.len);
	assert_int_equal(p.kind, PROBE_MP4);
	assert_true(p.truncated);		/* the recorder never got to write the moov */
	assert_int_equal(p.declared, 0);

	add_moov(&b, 0, MP4_1970 + UINT64_C(1767323045));
	p = probe_bytes(b.data, b.len);
	assert_false(p.truncated);
	assert_true(p.has_created);
	assert_true(p.created_ms == INT64_C(1767323045000));
	/* Cut at every byte of the moov. */
	for (size_t n = without; n < b.len; n++) {
		p = probe_bytes(b.data, n);
		assert_true(p.truncated);
		assert_int_equal(p.declared, n < without + 8 ? 0 : b.len);
	}
	/* Padding and a foreign tail are no boxes. */
	zeros(&b, 5);
	assert_false(probe_bytes(b.data, b.len).truncated);
	zeros(&b, 500);
	assert_false(probe_bytes(b.data, b.len).truncated);
	buf_free(&b);
}

static void
mp4_data_cut(void **state)
{
	(void)state;
	struct buf b = {0};
	add_ftyp(&b);
	add_moov(&b, 1, MP4_1970 + UINT64_C(86400));
	size_t start = b.len;
	be(&b, 1000, 4);
	buf_puts(&b, "mdat");
	zeros(&b, 500);
	struct probe p = probe_bytes(b.data, b.len);
	assert_true(p.truncated);
	assert_int_equal(p.declared, start + 1000);
	assert_true(p.has_created);
	assert_true(p.created_ms == 86400000);

	/* 64-bit size. */
	b.len = start;
	be(&b, 1, 4);
	buf_puts(&b, "mdat");
	be(&b, UINT64_C(5000000000), 8);
	p = probe_bytes(b.data, b.len);
	assert_true(p.truncated);
	assert_true(p.declared == (int64_t)start + INT64_C(5000000000));
	b.len = start;
	be(&b, 1, 4);
	buf_puts(&b, "mdat");
	be(&b, 24, 8);
	zeros(&b, 8);
	assert_false(probe_bytes(b.data, b.len).truncated);
	/* Beyond counting. */
	b.len = start;
	be(&b, 1, 4);
	buf_puts(&b, "mdat");
	be(&b, UINT64_MAX, 8);
	p = probe_bytes(b.data, b.len);
	assert_true(p.truncated);
	assert_int_equal(p.declared, 0);
	/* To the end, however long. */
	b.len = start;
	be(&b, 0, 4);
	buf_puts(&b, "mdat");
	zeros(&b, 100);
	assert_false(probe_bytes(b.data, b.len).truncated);
	/* Sizes that no box can have. */
	for (unsigned size = 2; size < 8; size++) {
		b.len = start;
		be(&b, size, 4);
		buf_puts(&b, "mdat");
		assert_false(probe_bytes(b.data, b.len).truncated);
	}
	b.len = start;
	be(&b, 1, 4);
	buf_puts(&b, "mdat");
	be(&b, 15, 8);
	assert_false(probe_bytes(b.data, b.len).truncated);
	buf_free(&b);
}

static void
mp4_creation_time(void **state)
{
	(void)state;
	static const struct { int version; uint64_t s; int64_t ms; } cases[] = {
		{ 0, 0, 0 },					/* not set */
		{ 0, 1, 0 },					/* 1904 */
		{ 0, MP4_1970, 0 },
		{ 0, MP4_1970 + UINT64_C(1), 1000 },
		{ 0, UINT32_MAX, INT64_C(2212122495000) },	/* 2040 */
		{ 1, MP4_1970 + UINT64_C(7258118399), INT64_C(7258118399000) },
		{ 1, MP4_1970 + UINT64_C(7258118400), 0 },	/* 2200 */
		{ 1, UINT64_MAX, 0 },
		{ 1, UINT64_C(1) << 63, 0 },
		{ 2, MP4_1970 + UINT64_C(1), 0 },		/* no such version */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = {0};
		add_ftyp(&b);
		add_moov(&b, cases[i].version, cases[i].s);
		struct probe p = probe_bytes(b.data, b.len);
		assert_false(p.truncated);
		assert_int_equal(p.has_created, cases[i].ms != 0);
		assert_true(p.created_ms == cases[i].ms);
		buf_free(&b);
	}
	/* An old MOV without ftyp, its moov first. */
	struct buf b = {0};
	add_moov(&b, 0, MP4_1970 + UINT64_C(60));
	struct probe p = probe_bytes(b.data, b.len);
	assert_int_equal(p.kind, PROBE_MP4);
	assert_true(p.created_ms == 60000);
	buf_clear(&b);
	/* An mvhd that is too short, and one whose size lies about its parent. */
	add_ftyp(&b);
	box(&b, "moov", "\0\0\0\x0Amvhd\0\0", 10);
	assert_false(probe_bytes(b.data, b.len).has_created);
	buf_free(&b);
}

/* ---- Matroska ---- */

#define EBML "\x1A\x45\xDF\xA3\x84" "head"

static void
add_info(struct buf *b, int64_t ns)
{
	struct buf date = {0}, info = {0};
	be(&date, (uint64_t)ns, 8);
	element(&info, 0x2AD7B1, 3, "\x0F\x42\x40", 3);
	element(&info, 0x4461, 2, date.data, date.len);
	element(b, 0x1549A966, 4, info.data, info.len);
	buf_free(&date);
	buf_free(&info);
}

static void
matroska(void **state)
{
	(void)state;
	struct buf b = {0}, inner = {0};
	struct probe p;

	element(&inner, 0x114D9B74, 4, "seek", 4);
	element(&inner, 0xEC, 1, "void", 4);
	add_info(&inner, INT64_C(789102245250000000));		/* 2026-01-02T03:04:05.25Z */
	element(&inner, 0x1F43B675, 4, "cluster", 7);
	buf_puts(&b, EBML);
	element(&b, 0x18538067, 4, inner.data, inner.len);
	p = probe_bytes(b.data, b.len);
	assert_int_equal(p.kind, PROBE_MATROSKA);
	assert_false(p.truncated);
	assert_true(p.has_created);
	assert_true(p.created_ms == INT64_C(1767409445250));
	/* Cut anywhere. */
	size_t segment = sizeof EBML - 1 + 12;
	for (size_t n = 4; n < b.len; n++) {
		p = probe_bytes(b.data, n);
		assert_true(p.truncated);
		assert_int_equal(p.declared, n < segment ? 0 : b.len);
	}
	/* Unknown size, as a live recording has it: whole by definition. */
	buf_clear(&b);
	buf_puts(&b, EBML "\x18\x53\x80\x67");
	buf_puts(&b, "\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
	buf_add(&b, inner.data, inner.len);
	p = probe_bytes(b.data, b.len);
	assert_false(p.truncated);
	assert_true(p.has_created);
	p = probe_bytes(b.data, b.len - 3);
	assert_false(p.truncated);
	buf_clear(&b);
	buf_puts(&b, EBML "\x18\x53\x80\x67\xFF");		/* the same in one byte */
	buf_add(&b, inner.data, inner.len);
	assert_true(probe_bytes(b.data, b.len).has_created);
	buf_free(&b);
	buf_free(&inner);
}

static void
matroska_dates(void **state)
{
	(void)state;
	static const struct { int64_t ns, ms; } cases[] = {
		{ 0, INT64_C(978307200000) },
		{ -1, INT64_C(978307199999) },			/* before 2001, rounded down */
		{ INT64_C(-978307200000000000), 0 },		/* 1970 */
		{ INT64_C(-978307199999000000), 1 },
		{ INT64_MIN, 0 },
		{ INT64_C(6279811199999000000), INT64_C(7258118399999) },
		{ INT64_C(6279811200000000000), 0 },		/* 2200 */
		{ INT64_MAX, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = {0};
		buf_puts(&b, EBML "\x18\x53\x80\x67\xFF");
		add_info(&b, cases[i].ns);
		struct probe p = probe_bytes(b.data, b.len);
		assert_true(p.created_ms == cases[i].ms);
		assert_int_equal(p.has_created, cases[i].ms != 0);
		buf_free(&b);
	}
}

static void
matroska_hostile(void **state)
{
	(void)state;
	/* No segment, ids and sizes that are none, sizes beyond counting. */
	assert_true(PROBE("\x1A\x45\xDF\xA3").truncated);
	assert_true(PROBE("\x1A\x45\xDF\xA3\x80").truncated);
	assert_true(PROBE("\x1A\x45\xDF\xA3\x80\0\0\0\0").truncated);
	assert_true(PROBE("\x1A\x45\xDF\xA3\0\0\0\0\0").truncated);
	assert_true(PROBE("\x1A\x45\xDF\xA3\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFE").truncated);
	struct probe p = PROBE(EBML "\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFE");
	assert_true(p.truncated);
	assert_true(p.declared > INT64_C(1) << 55);
	assert_false(PROBE(EBML "\x18\x53\x80\x67\x80").truncated);
	/* A date of the wrong length, and one that reaches out of its parent. */
	assert_false(PROBE(EBML "\x18\x53\x80\x67\xFF\x15\x49\xA9\x66\x87\x44\x61\x84" "\1\2\3\4").has_created);
	assert_false(PROBE(EBML "\x18\x53\x80\x67\xFF\x15\x49\xA9\x66\x84\x44\x61\x88" "\1\2\3").has_created);
	/* A cluster of unknown size hides what follows. */
	assert_false(PROBE(EBML "\x18\x53\x80\x67\xFF\x1F\x43\xB6\x75\xFF\x15\x49\xA9\x66\x8B\x44\x61\x88" "\0\0\0\0\0\0\0\0").has_created);
}

/* ---- AVI ---- */

static void
make_avi(struct buf *b, const char *idit, size_t n)
{
	struct buf hdrl = {0}, riff = {0};
	buf_puts(&hdrl, "hdrl");
	chunk(&hdrl, "avih", "odd", 3);
	if (idit != NULL)
		chunk(&hdrl, "IDIT", idit, n);
	buf_puts(&riff, "AVI ");
	chunk(&riff, "LIST", hdrl.data, hdrl.len);
	chunk(&riff, "LIST", "movi00dc\4\0\0\0data", 16);
	chunk(b, "RIFF", riff.data, riff.len);
	buf_free(&hdrl);
	buf_free(&riff);
}

static void
avi(void **state)
{
	(void)state;
	struct buf b = {0};
	struct probe p;

	make_avi(&b, NULL, 0);
	size_t first = b.len;
	p = probe_bytes(b.data, b.len);
	assert_int_equal(p.kind, PROBE_AVI);
	assert_false(p.truncated);
	assert_false(p.has_created);
	/* A missing padding byte is forgiven; more is not. */
	assert_false(probe_bytes(b.data, b.len - 1).truncated);
	for (size_t n = 12; n < b.len - 1; n++) {
		p = probe_bytes(b.data, n);
		assert_true(p.truncated);
		assert_int_equal(p.declared, b.len);
	}
	/* OpenDML: a second chunk counts as well. */
	chunk(&b, "RIFF", "AVIXmore data", 13);
	assert_false(probe_bytes(b.data, b.len).truncated);
	p = probe_bytes(b.data, b.len - 4);
	assert_true(p.truncated);
	assert_int_equal(p.declared, b.len - 1);
	/* The second one begins at an even offset. */
	struct buf odd = {0};
	chunk(&odd, "RIFF", "AVI odd", 7);
	chunk(&odd, "RIFF", "AVIXmore data", 13);
	assert_false(probe_bytes(odd.data, odd.len).truncated);
	assert_true(probe_bytes(odd.data, odd.len - 4).truncated);
	buf_free(&odd);
	/* Something else behind is none of it. */
	b.len = first;
	buf_puts(&b, "RIFF\xFF\0\0\0WAVE");
	assert_false(probe_bytes(b.data, b.len).truncated);
	/* Written to a pipe: the size could not be filled in. */
	b.len = first;
	memcpy(b.data + 4, "\0\0\0\0", 4);
	assert_false(probe_bytes(b.data, b.len).truncated);
	memcpy(b.data + 4, "\xFF\xFF\xFF\xFF", 4);
	assert_false(probe_bytes(b.data, b.len).truncated);
	buf_free(&b);
}

static void
avi_dates(void **state)
{
	(void)state;
	static const struct { const char *text; int64_t ms; } cases[] = {
		{ "Wed Jan 02 02:03:55 1991\n", INT64_C(662781835000) },
		{ "Fri Feb 29 23:59:59 2008", INT64_C(1204329599000) },
		{ "2026-01-02 03:04:05", INT64_C(1767323045000) },
		{ "2026-01-02 03:04:05 ", INT64_C(1767323045000) },
		{ "Wed Foo 02 02:03:55 1991\n", 0 },
		{ "Wed anF 02 02:03:55 1991\n", 0 },
		{ "Wed J 02 02:03:55 1991\n", 0 },
		{ "Wed Feb 30 02:03:55 1991\n", 0 },
		{ "2026-13-02 03:04:05", 0 },
		{ "2026-01-02 25:04:05", 0 },
		{ "-026-01-02 03:04:05", 0 },
		{ "1960-01-02 03:04:05", 0 },
		{ "2300-01-02 03:04:05", 0 },
		{ "2026-01-02", 0 },
		{ "99999999999999999999-01-02 03:04:05", 0 },
		{ "", 0 },
		{ "Wed Jan 02 02:03:55 1991 and a tail much longer than any date that was ever written into a file", INT64_C(662781835000) },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf b = {0};
		make_avi(&b, cases[i].text, strlen(cases[i].text));
		struct probe p = probe_bytes(b.data, b.len);
		assert_false(p.truncated);
		if (p.created_ms != cases[i].ms || p.has_created != (cases[i].ms != 0))
			fail_msg("%s: %lld", cases[i].text, (long long)p.created_ms);
		buf_free(&b);
	}
	/* A date that reaches out of its list, and a list that reaches out of the file. */
	assert_false(PROBE("RIFF\0\0\0\0AVI LIST\x10\0\0\0hdrlIDIT\x13\0\0\0" "2026-01-02 03:04:05").has_created);
	assert_false(PROBE("RIFF\0\0\0\0AVI LIST\x18\0\0\0hdrlIDIT\x20\0\0\0" "2026-01-02 03:04:05").has_created);
	assert_false(PROBE("RIFF\0\0\0\0AVI LIST\xFF\xFF\xFF\xFFhdrlIDIT\xFF\xFF\xFF\xFF" "2026-01-02 03:04:05").has_created);
	assert_false(PROBE("RIFF\0\0\0\0AVI LIST\xFF\xFF\xFF\xFFhdrl").has_created);
	assert_true(PROBE("RIFF\0\0\0\0AVI LIST\xFF\xFF\xFF\xFFhdrlIDIT\x13\0\0\0" "2026-01-02 03:04:05").has_created);
}

/* The first bytes of each kind, then noise: nothing to compare, the sanitizers watch. */
static void
noise(void **state)
{
	(void)state;
	static const struct { const char *s; size_t n; } starts[] = {
		{ "\xFF\xD8\xFF", 3 }, { "\x89PNG\r\n\x1A\n", 8 }, { "\0\0\0\x0C" "ftypisom", 12 },
		{ "\0\0\1\0moov", 8 }, { EBML "\x18\x53\x80\x67\xFF", 14 }, { "RIFF\xFF\0\0\0AVI LIST\xFF\0\0\0hdrl", 24 },
	};
	uint64_t x = 88172645463325252U;
	for (int round = 0; round < 600; round++) {
		struct buf b = {0};
		size_t k = (size_t)round % (sizeof starts / sizeof *starts);
		buf_add(&b, starts[k].s, starts[k].n);
		for (int i = 0; i < 300; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			/* Small values are more often lengths that fit. */
			buf_putc(&b, (char)(unsigned char)(x & 1 ? x >> 8 : (x >> 8) % 12));
		}
		probe_bytes(b.data, b.len);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_that_are_no_file),
		cmocka_unit_test(kinds_by_first_bytes),
		cmocka_unit_test(jpeg),
		cmocka_unit_test(jpeg_with_a_tail),
		cmocka_unit_test(png),
		cmocka_unit_test(mp4),
		cmocka_unit_test(mp4_data_cut),
		cmocka_unit_test(mp4_creation_time),
		cmocka_unit_test(matroska),
		cmocka_unit_test(matroska_dates),
		cmocka_unit_test(matroska_hostile),
		cmocka_unit_test(avi),
		cmocka_unit_test(avi_dates),
		cmocka_unit_test(noise),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
