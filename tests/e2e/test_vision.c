/*
 * The bridge itself, with OpenCV behind it: pictures, recordings, and the way from a picture to a network's input.
 * What OpenCV is known to get wrong (time stamps, rotation, chatter on stderr) is pinned down here.
 */
#include "vision/vision.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"

static struct err e;

#define OK(call) do { if ((call) != 0) fail_msg("%s", e.msg); } while (0)
#define REFUSED(what, call) do { e.code = ERR_NONE; assert_int_equal((call), -1); assert_int_equal(e.code, (what)); } while (0)

/* Smooth, with every channel different, so that no two places look alike. */
static struct vision_image *
gradient(int width, int height)
{
	struct vision_image *im = vision_image_new();
	OK(vision_image_create(im, width, height, &e));
	for (int y = 0; y < height; y++) {
		unsigned char *p = vision_image_row(im, y);
		for (int x = 0; x < width; x++, p += 3) {
			p[0] = (unsigned char)(x * 255 / width);
			p[1] = (unsigned char)(y * 255 / height);
			p[2] = (unsigned char)((x * 7 + y * 13) % 256);
		}
	}
	return im;
}

static struct vision_image *
plain(int width, int height, int b, int g, int r)
{
	struct vision_image *im = vision_image_new();
	OK(vision_image_create(im, width, height, &e));
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			memcpy(vision_image_row(im, y) + 3 * x, (unsigned char[]){ (unsigned char)b, (unsigned char)g, (unsigned char)r }, 3);
	return im;
}

static void
write_bytes(const char *path, const struct buf *b)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(buf_str(b), 1, b->len, f), b->len);
	assert_int_equal(fclose(f), 0);
}

static void
read_bytes(const char *path, struct buf *b)
{
	OK(file_read(path, 1 << 24, b, &e));
}

/* Bytes that arrive on file descriptor 2 while act runs. */
static size_t
said_on_stderr(void (*act)(void))
{
	int saved = dup(STDERR_FILENO), f = open("stderr.txt", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct buf b = { 0 };
	assert_true(saved >= 0 && f >= 0 && dup2(f, STDERR_FILENO) >= 0);
	act();
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	close(f);
	read_bytes("stderr.txt", &b);
	size_t n = b.len;
	buf_free(&b);
	return n;
}

/* ---- pictures ---- */

static void
picture_comes_back(void **state)
{
	(void)state;
	struct vision_image *a = gradient(61, 47), *b = vision_image_new(), *c = vision_image_new();
	OK(vision_image_save(a, "a.png", &e));
	OK(vision_image_load(b, "a.png", &e));
	OK(vision_image_copy(c, b, &e));
	assert_int_equal(vision_image_width(c), 61);
	assert_int_equal(vision_image_height(c), 47);
	for (int y = 0; y < 47; y++)
		assert_memory_equal(vision_image_row(a, y), vision_image_row(c, y), 61 * 3);
	vision_image_row(b, 0)[0] ^= 1;
	assert_memory_equal(vision_image_row(a, 0), vision_image_row(c, 0), 61 * 3);
	vision_image_free(a);
	vision_image_free(b);
	vision_image_free(c);
	vision_image_free(NULL);
}

static void
picture_refused(void **state)
{
	(void)state;
	struct vision_image *im = gradient(64, 64);
	struct buf b = { 0 };
	REFUSED(ERR_INPUT, vision_image_load(im, "none.png", &e));
	REFUSED(ERR_INPUT, vision_image_load(im, ".", &e));
	buf_puts(&b, "no picture at all\n");
	write_bytes("text.jpg", &b);
	REFUSED(ERR_DATA, vision_image_load(im, "text.jpg", &e));
	buf_clear(&b);
	write_bytes("empty.jpg", &b);
	REFUSED(ERR_DATA, vision_image_load(im, "empty.jpg", &e));
	/* Only the first bytes are right; the picture that im holds must not pass for this one. */
	buf_add(&b, "\xff\xd8\xff\xe0 and nothing more", 20);
	write_bytes("head.jpg", &b);
	REFUSED(ERR_DATA, vision_image_load(im, "head.jpg", &e));
	buf_clear(&b);
	buf_add(&b, "\x89PNG\r\n\x1a\n", 8);
	write_bytes("head.png", &b);
	REFUSED(ERR_DATA, vision_image_load(im, "head.png", &e));
	vision_image_free(im);
	im = gradient(64, 64);
	REFUSED(ERR_IO, vision_image_save(im, "no/such/folder.png", &e));
	REFUSED(ERR_IO, vision_image_save(im, "a.gif", &e));
	REFUSED(ERR_IO, vision_image_save(im, "plain", &e));
	buf_free(&b);
	vision_image_free(im);
}

static void
load_damaged(void)
{
	static const char *const names[] = { "whole.png", "whole.jpg" };
	struct vision_image *im = gradient(200, 150);
	for (int k = 0; k < 2; k++) {
		struct buf b = { 0 };
		OK(vision_image_save(im, names[k], &e));
		read_bytes(names[k], &b);
		struct vision_image *got = vision_image_new();
		/* A JPEG's damage is drawn, a PNG's refused; neither is talked about. */
		for (size_t at = b.len / 4; at < b.len; at += b.len / 16) {
			char kept = b.data[at];
			b.data[at] = (char)~kept;
			write_bytes("damaged", &b);
			int r = vision_image_load(got, "damaged", &e);
			assert_true(r == 0 || e.code == ERR_DATA);
			b.data[at] = kept;
		}
		b.len /= 2;
		write_bytes("cut", &b);
		int r = vision_image_load(got, "cut", &e);
		assert_true(r == 0 || e.code == ERR_DATA);
		vision_image_free(got);
		buf_free(&b);
	}
	vision_image_free(im);
}

static void
damage_is_silent(void **state)
{
	(void)state;
	assert_int_equal(said_on_stderr(load_damaged), 0);
}

/* A JPEG whose EXIF says 6: to be turned a quarter clockwise. */
static void
exif_is_honoured(void **state)
{
	(void)state;
	static const unsigned char app1[] = {
		0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
		0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0
	};
	struct vision_image *im = plain(80, 40, 0, 0, 0);
	for (int y = 0; y < 16; y++)
		memset(vision_image_row(im, y), 255, 16 * 3);
	OK(vision_image_save(im, "flat.jpg", &e));
	struct buf b = { 0 }, turned = { 0 };
	read_bytes("flat.jpg", &b);
	buf_add(&turned, b.data, 2);
	buf_add(&turned, app1, sizeof app1);
	buf_add(&turned, b.data + 2, b.len - 2);
	write_bytes("turned.jpg", &turned);
	OK(vision_image_load(im, "turned.jpg", &e));
	assert_int_equal(vision_image_width(im), 40);
	assert_int_equal(vision_image_height(im), 80);
	assert_true(vision_image_row(im, 5)[3 * 35] > 200);
	assert_true(vision_image_row(im, 5)[3 * 5] < 50);
	buf_free(&b);
	buf_free(&turned);
	vision_image_free(im);
}

static void
drawing(void **state)
{
	(void)state;
	struct vision_image *im = plain(100, 80, 0, 0, 0);
	vision_draw_box(im, 10, 20, 30, 40, 0x102030, 1);
	const unsigned char *p = vision_image_row(im, 20) + 3 * 10;
	assert_true(p[0] == 0x30 && p[1] == 0x20 && p[2] == 0x10);
	p = vision_image_row(im, 59) + 3 * 39;
	assert_true(p[0] == 0x30 && p[1] == 0x20 && p[2] == 0x10);
	p = vision_image_row(im, 40) + 3 * 20;
	assert_true(p[0] == 0 && p[1] == 0 && p[2] == 0);
	vision_draw_label(im, 50, 0, "kept inside", 0xffffff, 0x0000ff, 10);
	assert_int_equal(vision_image_row(im, 0)[3 * 99], 255);
	const double odd[] = { NAN, INFINITY, -INFINITY, 1e300, -1e9, 0 };
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		vision_draw_box(im, odd[i], odd[i], odd[i], odd[5 - i], 0xff, i % 2 ? 1 << 30 : -5);
		vision_draw_label(im, odd[i], odd[i], "\xff\x01 odd \xc3\xa9", 0, 0xff, odd[5 - i]);
	}
	vision_draw_label(im, 5, 5, "", 0, 0xff, 12);
	vision_image_free(im);
}

/* ---- recordings ---- */

/* A square of 16 pixels that moves right, 4 pixels a frame. */
static void
write_recording(const char *path, int frames, double fps, int width, int height)
{
	struct vision_writer *w;
	OK(vision_writer_open(&w, path, fps, width, height, &e));
	for (int i = 0; i < frames; i++) {
		struct vision_image *im = plain(width, height, 128, 128, 128);
		for (int y = 16; y < 32; y++)
			memset(vision_image_row(im, y) + 3 * (4 * i), 255, 16 * 3);
		OK(vision_writer_add(w, im, &e));
		vision_image_free(im);
	}
	OK(vision_writer_close(w, &e));
}

/* Reads all of it: time stamps into ms (at most max), and the last frame into im. Every other frame is skipped when alternate. */
static int
read_recording(const char *path, double *ms, int max, struct vision_image *im, struct vision_capture_info *info, bool alternate)
{
	struct vision_capture *c;
	int n = 0, r;
	double t = NAN;
	OK(vision_capture_open(&c, path, info, &e));
	while ((r = alternate && n % 2 == 1 ? vision_capture_skip(c, &t, &e) : vision_capture_read(c, im, &t, &e)) == 1) {
		assert_true(n < max);
		ms[n++] = t;
	}
	assert_int_equal(r, 0);
	assert_int_equal(vision_capture_skip(c, &t, &e), 0);
	vision_capture_close(c);
	return n;
}

static void
recording_comes_back(void **state)
{
	(void)state;
	static const char *const names[] = {
		"a.mp4", "a.avi", "a.mkv", "sp ace.avi", "per%03dcent.avi", "http:x.avi", "-dash.avi", "qu'o\"te.avi", "new\nline.avi",
		"concat:a.avi|b.avi", "file:x.avi", "subfile,,start,1:x.avi"
	};
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		double ms[32];
		struct vision_capture_info info;
		struct vision_image *im = vision_image_new();
		write_recording(names[k], 20, 12.5, 160, 96);
		assert_int_equal(read_recording(names[k], ms, 32, im, &info, k % 2 == 1), 20);
		assert_int_equal(info.width, 160);
		assert_int_equal(info.height, 96);
		assert_int_equal(info.frames, 20);
		assert_int_equal(info.rotation, 0);
		assert_true(fabs(info.fps - 12.5) < 1e-6);
		for (int i = 0; i < 20; i++)
			assert_true(fabs(ms[i] - 80.0 * i) < 1e-6);
		if (k % 2 == 0) {
			/* The square of the last frame stands at 76. */
			const unsigned char *row = vision_image_row(im, 24);
			assert_true(row[3 * 84] > 220 && row[3 * 66] < 160 && row[3 * 102] < 160);
		}
		vision_image_free(im);
	}
}

static void
recording_refused(void **state)
{
	(void)state;
	struct vision_capture *c;
	struct vision_capture_info info;
	struct vision_writer *w;
	struct buf b = { 0 };
	REFUSED(ERR_INPUT, vision_capture_open(&c, "none.avi", &info, &e));
	assert_null(c);
	REFUSED(ERR_INPUT, vision_capture_open(&c, ".", &info, &e));
	REFUSED(ERR_INPUT, vision_capture_open(&c, "", &info, &e));
	write_bytes("empty.avi", &b);
	REFUSED(ERR_DATA, vision_capture_open(&c, "empty.avi", &info, &e));
	buf_puts(&b, "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n");
	write_bytes("list.m3u8", &b);
	REFUSED(ERR_DATA, vision_capture_open(&c, "list.m3u8", &info, &e));
	REFUSED(ERR_IO, vision_writer_open(&w, "no/such/folder.mp4", 25, 64, 64, &e));
	assert_null(w);
	REFUSED(ERR_IO, vision_writer_open(&w, "a.xyz", 25, 64, 64, &e));
	REFUSED(ERR_IO, vision_writer_open(&w, "a.mp4", NAN, 64, 64, &e));
	REFUSED(ERR_IO, vision_writer_open(&w, "a.mp4", 25, 1, 64, &e));
	OK(vision_writer_open(&w, "a.mp4", 25, 64, 64, &e));
	struct vision_image *im = gradient(65, 64);
	REFUSED(ERR_IO, vision_writer_add(w, im, &e));
	OK(vision_writer_close(w, &e));
	OK(vision_writer_close(NULL, &e));
	vision_capture_close(NULL);
	vision_image_free(im);
	buf_free(&b);
}

/* A limit on the size of files stands for the full disk. */
static void
full_disk(void **state)
{
	(void)state;
	struct vision_writer *w;
	struct vision_image *im = gradient(320, 240);
	struct rlimit before, small = { 0 };
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int r = vision_writer_open(&w, "full.mp4", 25, 320, 240, &e);
	for (int i = 0; r == 0 && i < 50; i++)
		r = vision_writer_add(w, im, &e);
	e.code = ERR_NONE;
	int closed = r == 0 ? vision_writer_close(w, &e) : 0;
	enum err_code why = e.code;
	int saved = vision_image_save(im, "full.png", &e);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(r, 0);
	assert_int_equal(closed, -1);
	assert_int_equal(why, ERR_IO);
	assert_int_equal(saved, -1);
	assert_int_equal(e.code, ERR_IO);
	vision_image_free(im);
}

static void
read_damaged(void)
{
	static const char *const names[] = { "d.avi", "d.mp4" };
	for (int k = 0; k < 2; k++) {
		struct buf b = { 0 };
		struct vision_image *im = vision_image_new();
		write_recording(names[k], 20, 25, 160, 96);
		read_bytes(names[k], &b);
		for (size_t step = 0; step < 12; step++) {
			struct vision_capture *c;
			struct vision_capture_info info;
			struct buf bad = { 0 };
			buf_add(&bad, b.data, step % 3 == 2 ? b.len * step / 12 : b.len);
			for (size_t at = b.len / 3 + step; at < bad.len; at += 200 - 10 * step)
				bad.data[at] = (char)(bad.data[at] + 85);
			write_bytes("bad.avi", &bad);
			buf_free(&bad);
			if (vision_capture_open(&c, "bad.avi", &info, &e) != 0) {
				assert_int_equal(e.code, ERR_DATA);
				continue;
			}
			double t, last = -1;
			int r;
			while ((r = vision_capture_read(c, im, &t, &e)) == 1) {
				assert_true(t > last);
				last = t;
			}
			vision_capture_close(c);
		}
		vision_image_free(im);
		buf_free(&b);
	}
}

static void
damaged_recording_is_silent(void **state)
{
	(void)state;
	assert_int_equal(said_on_stderr(read_damaged), 0);
}

/* Turns the track's matrix in an MP4 (tkhd, ISO 14496-12, 8.3.2) a quarter clockwise. */
static void
rotation_is_honoured(void **state)
{
	(void)state;
	static const unsigned char quarter[36] = {
		0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0
	};
	struct buf b = { 0 };
	write_recording("flat.mp4", 3, 25, 160, 96);
	read_bytes("flat.mp4", &b);
	char *tkhd = memmem(b.data, b.len, "tkhd", 4);
	assert_non_null(tkhd);
	memcpy(tkhd + 4 + 40, quarter, sizeof quarter);
	write_bytes("turned.mp4", &b);
	double ms[4];
	struct vision_capture_info info;
	struct vision_image *im = vision_image_new();
	assert_int_equal(read_recording("turned.mp4", ms, 4, im, &info, false), 3);
	assert_int_equal(info.rotation, 90);
	assert_int_equal(info.width, 96);
	assert_int_equal(info.height, 160);
	assert_int_equal(vision_image_width(im), 96);
	/* The square at x 8..24, y 16..32 is now at x 96-32..96-16, y 8..24. */
	assert_true(vision_image_row(im, 16)[3 * 72] > 220);
	assert_true(vision_image_row(im, 16)[3 * 24] < 160);
	vision_image_free(im);
	buf_free(&b);
}

/* ---- a Matroska file by hand: any time stamps ---- */

static void
put_element(struct buf *b, unsigned long id, const void *data, size_t n)
{
	int bytes = id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1;
	while (bytes-- > 0)
		buf_putc(b, (char)(id >> 8 * bytes));
	buf_putc(b, 0x08);
	for (int i = 5; i >= 0; i--)
		buf_putc(b, (char)((unsigned long long)n >> 8 * i));
	/* A size of 7 bytes, marked 0000 0001, holds 6 with the first zero. */
	b->data[b->len - 7] = 0x02;
	if (n > 0)
		buf_add(b, data, n);
}

static void
put_number(struct buf *b, unsigned long id, unsigned long v)
{
	const unsigned char be[4] = { (unsigned char)(v >> 24), (unsigned char)(v >> 16), (unsigned char)(v >> 8), (unsigned char)v };
	put_element(b, id, be, sizeof be);
}

static void
put_buf(struct buf *b, unsigned long id, struct buf *part)
{
	put_element(b, id, buf_str(part), part->len);
	buf_free(part);
}

/* One JPEG a frame, milliseconds as given. */
static void
write_matroska(const char *path, const long *ms, int n)
{
	struct buf file = { 0 }, head = { 0 }, segment = { 0 }, info = { 0 }, tracks = { 0 }, track = { 0 }, video = { 0 };
	put_element(&head, 0x4282, "matroska", 8);
	put_buf(&file, 0x1a45dfa3, &head);
	put_number(&info, 0x2ad7b1, 1000000);
	put_buf(&segment, 0x1549a966, &info);
	put_number(&track, 0xd7, 1);
	put_number(&track, 0x73c5, 1);
	put_number(&track, 0x83, 1);
	put_element(&track, 0x86, "V_MJPEG", 7);
	put_number(&video, 0xb0, 64);
	put_number(&video, 0xba, 48);
	put_buf(&track, 0xe0, &video);
	put_buf(&tracks, 0xae, &track);
	put_buf(&segment, 0x1654ae6b, &tracks);
	for (int i = 0; i < n; i++) {
		struct buf cluster = { 0 }, block = { 0 };
		struct vision_image *im = plain(64, 48, 10 * i, 10 * i, 10 * i);
		OK(vision_image_save(im, "frame.jpg", &e));
		vision_image_free(im);
		put_number(&cluster, 0xe7, (unsigned long)ms[i]);
		buf_add(&block, "\x81\0\0\x80", 4);
		read_bytes("frame.jpg", &block);
		put_buf(&cluster, 0xa3, &block);
		put_buf(&segment, 0x1f43b675, &cluster);
	}
	put_buf(&file, 0x18538067, &segment);
	write_bytes(path, &file);
	buf_free(&file);
}

static void
variable_rate(void **state)
{
	(void)state;
	static const long at[] = { 5000, 5040, 5080, 5500, 5501, 9000, 9040, 9080, 9120, 60000, 60040 };
	enum { N = sizeof at / sizeof *at };
	double ms[N];
	struct vision_capture_info info;
	write_matroska("vfr.mkv", at, N);
	for (int alternate = 0; alternate < 2; alternate++) {
		struct vision_image *im = vision_image_new();
		assert_int_equal(read_recording("vfr.mkv", ms, N, im, &info, alternate == 1), N);
		/* From the start of the stream, and each frame's own: the last one's grey tells which it was. */
		for (int i = 0; i < N; i++)
			assert_true(fabs(ms[i] - (double)(at[i] - at[0])) < 0.01);
		assert_in_range(vision_image_row(im, 20)[60], 10 * (N - 1) - 3, 10 * (N - 1) + 3);
		vision_image_free(im);
	}
}

/* ---- from a picture to a network's input ---- */

static struct vision_blob
whole(int width, int height)
{
	return (struct vision_blob){ .width = width, .height = height, .w = width, .h = height, .scale = { 1, 1, 1 } };
}

static void
blob_planes(void **state)
{
	(void)state;
	enum { W = 23, H = 17 };
	static float v[3 * W * H];
	struct vision_image *im = gradient(W, H);
	struct vision_blob b = whole(W, H);
	const float mean[3] = { 1.5F, 100.25F, 7 }, scale[3] = { 1 / 255.0F, 0.017429F, 2 };
	memcpy(b.mean, mean, sizeof mean);
	memcpy(b.scale, scale, sizeof scale);
	for (int rgb = 0; rgb < 2; rgb++) {
		b.channels = rgb ? VISION_RGB : VISION_BGR;
		OK(vision_blob(im, NULL, &b, v, &e));
		for (int c = 0; c < 3; c++)
			for (int y = 0; y < H; y++)
				for (int x = 0; x < W; x++) {
					float want = ((float)vision_image_row(im, y)[3 * x + (rgb ? 2 - c : c)] - mean[c]) * scale[c];
					assert_memory_equal(&v[(c * H + y) * W + x], &want, sizeof want);
				}
	}
	b.transpose = true;
	OK(vision_blob(im, NULL, &b, v, &e));
	assert_true(v[5 * H + 3] == ((float)vision_image_row(im, 3)[3 * 5 + 2] - mean[0]) * scale[0]);
	b = whole(W, H);
	b.channels = VISION_GREY;
	OK(vision_blob(im, NULL, &b, v, &e));
	const unsigned char *p = vision_image_row(im, 9) + 3 * 11;
	assert_true(fabs(v[9 * W + 11] - (0.114 * p[0] + 0.587 * p[1] + 0.299 * p[2])) <= 1);
	vision_image_free(im);
}

static void
blob_letterbox(void **state)
{
	(void)state;
	static float v[3 * 64 * 64];
	struct vision_image *im = gradient(96, 60);
	struct vision_blob b = whole(64, 64);
	b.x = 8;
	b.w = 48;
	b.y = 17;
	b.h = 30;
	b.fill = 114;
	b.mean[0] = 100;
	OK(vision_blob(im, NULL, &b, v, &e));
	for (int y = 0; y < 64; y++)
		for (int x = 0; x < 64; x++) {
			float want = 14;
			if (y >= 17 && y < 47 && x >= 8 && x < 56) {
				/* Halving is the rounded mean of four. */
				const unsigned char *p = vision_image_row(im, 2 * (y - 17)) + 6 * (x - 8);
				const unsigned char *q = vision_image_row(im, 2 * (y - 17) + 1) + 6 * (x - 8);
				want = (float)((p[0] + p[3] + q[0] + q[3] + 2) >> 2) - 100;
			}
			assert_true(v[y * 64 + x] == want);
		}
	vision_image_free(im);
}

static void
blob_part(void **state)
{
	(void)state;
	static float v[3 * 20 * 20];
	struct vision_image *im = gradient(90, 70);
	struct vision_blob b = whole(20, 10);
	struct vision_region r = { 29.6, 40.4, 20.3, 9.7, 0 };
	OK(vision_blob(im, &r, &b, v, &e));
	for (int y = 0; y < 10; y++)
		for (int x = 0; x < 20; x++)
			assert_true(v[y * 20 + x] == (float)vision_image_row(im, 40 + y)[3 * (30 + x)]);
	/* Over the corner: the border's pixels repeat. */
	r = (struct vision_region){ -8, -6, 20, 10, 0 };
	OK(vision_blob(im, &r, &b, v, &e));
	for (int y = 0; y < 10; y++)
		for (int x = 0; x < 20; x++)
			assert_true(v[y * 20 + x] == (float)vision_image_row(im, y < 6 ? 0 : y - 6)[3 * (x < 8 ? 0 : x - 8)]);
	/* Touching the edge by less than a pixel is still a part. */
	r = (struct vision_region){ 89.7, 0, 20, 10, 0 };
	OK(vision_blob(im, &r, &b, v, &e));
	/* A quarter clockwise: the bottom left comes to the top left. */
	b = whole(20, 20);
	r = (struct vision_region){ 30, 40, 20, 20, 90 };
	OK(vision_blob(im, &r, &b, v, &e));
	for (int y = 1; y < 19; y++)
		for (int x = 1; x < 19; x++)
			assert_float_equal(v[y * 20 + x], vision_image_row(im, 40 + 19 - x)[3 * (30 + y)], 1);
	vision_image_free(im);
}

static void
blob_minmax(void **state)
{
	(void)state;
	float v[3 * 4 * 4];
	struct vision_image *im = plain(4, 4, 50, 60, 70);
	struct vision_blob b = whole(4, 4);
	b.minmax = true;
	vision_image_row(im, 2)[7] = 90;
	OK(vision_blob(im, NULL, &b, v, &e));
	assert_true(v[0] == 0 && v[16] == 64 && v[32] == 128 && v[16 + 10] == 255);
	vision_image_free(im);
	im = plain(4, 4, 9, 9, 9);
	OK(vision_blob(im, NULL, &b, v, &e));
	assert_true(v[0] == 0 && v[47] == 0);
	vision_image_free(im);
}

static void
blob_refused(void **state)
{
	(void)state;
	static float v[3 * 8 * 8];
	struct vision_image *im = gradient(90, 70), *none = vision_image_new();
	struct vision_blob b = whole(8, 8);
	static const struct vision_region bad[] = {
		{ NAN, 0, 5, 5, 0 }, { 0, INFINITY, 5, 5, 0 }, { 0, 0, NAN, 5, 0 }, { 0, 0, 5, 0, 0 }, { 0, 0, -5, 5, 0 },
		{ 0, 0, 5, 5, NAN }, { 0, 0, 5, 5, INFINITY }, { 90, 0, 5, 5, 0 }, { -5, 0, 5, 5, 0 }, { 0, 1e5, 5, 5, 0 },
		{ -1e300, 0, 1e301, 5, 0 }, { 0, 0, 1e9, 1e9, 0 }, { 0, 0, 40000, 1, 12 }, { -1e7, -1e7, 2e7, 2e7, 3 }
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		REFUSED(ERR_FAIL, vision_blob(im, &bad[i], &b, v, &e));
	REFUSED(ERR_FAIL, vision_blob(none, NULL, &b, v, &e));
	b.x = 1;
	REFUSED(ERR_FAIL, vision_blob(im, NULL, &b, v, &e));
	b = whole(8, 8);
	b.h = 0;
	REFUSED(ERR_FAIL, vision_blob(im, NULL, &b, v, &e));
	b = whole(8, 1 << 30);
	REFUSED(ERR_FAIL, vision_blob(im, NULL, &b, v, &e));
	vision_image_free(im);
	vision_image_free(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picture_comes_back), cmocka_unit_test(picture_refused), cmocka_unit_test(damage_is_silent),
		cmocka_unit_test(exif_is_honoured), cmocka_unit_test(drawing), cmocka_unit_test(recording_comes_back),
		cmocka_unit_test(recording_refused), cmocka_unit_test(full_disk), cmocka_unit_test(damaged_recording_is_silent),
		cmocka_unit_test(rotation_is_honoured), cmocka_unit_test(variable_rate), cmocka_unit_test(blob_planes),
		cmocka_unit_test(blob_letterbox), cmocka_unit_test(blob_part), cmocka_unit_test(blob_minmax),
		cmocka_unit_test(blob_refused),
	};
	vision_init(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
