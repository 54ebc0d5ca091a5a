/*
 * The bridge's header once more, in plain C and without OpenCV: what pipeline and command-line tests run on.
 * Nothing is decoded; files are short texts that say what is to be seen, so results are the same everywhere.
 *
 * A recording (any name):
 *
 *	FAKEVIDEO WIDTH HEIGHT FPS FRAMES [DECLARED]	DECLARED: the count that the container claims (default FRAMES)
 *	person FIRST LAST X Y W H [SCORE [DX DY]]	in frames FIRST..LAST (from 0), moving by DX, DY a frame; score 0.9
 *	face FIRST LAST X Y W H P_FEMALE [SCORE [DX DY]]
 *	pts N MS	time stamp of frame N, milliseconds ("none": it has none); default N * 1000 / FPS
 *	fail N		frame N cannot be decoded (an error)
 *	end N		the stream ends before frame N
 *	delay_us N	each frame takes that long
 *	rotation DEG	told in vision_capture_info; nothing is turned
 *
 * A picture: FAKEIMAGE WIDTH HEIGHT, then "person X Y W H [SCORE]" and "face X Y W H P_FEMALE [SCORE]".
 * Lines that are empty or start with # say nothing.
 *
 * A network's weights, one line (what follows it is free, to make the hash differ); the config is not looked at:
 *
 *	FAKENET FAMILY WIDTH HEIGHT CLASSES [WORD N]...
 *
 * FAMILY: yolov5, yolov8, end2end (persons are class 0), yunet, pf (person, face), softmax2 (female, male), sigmoid1 (P(female)).
 * WIDTH HEIGHT: the only input taken; 0 0: any. CLASSES: number of class scores (0 where there are none).
 * Words:	fail 1		cannot be opened
 *		fail_run N	run N (from 0) and all later ones fail
 *		delay_us N	each run takes that long
 *		batch 1		refuses more than one picture
 *		batch 2		folds several pictures into one, without an error
 *
 * A picture carries its objects; vision_blob puts those that lie in the part, in coordinates of the network's input, at the
 * start of the input; the network writes them out in its family's layout. Detectors give each object its score; a
 * gender network gives the P_FEMALE of the face nearest to the centre of its input, 0.5 without one.
 * Pixels handed out (vision_image_pixels) carry the objects as text, from the second byte on: "FAKEOBJECTS\n", then lines as of
 * a picture, then a zero byte; pixels taken in (vision_image_set) may have such a text.
 *
 * A camera: "gst:PATH" plays the recording PATH, of whose time only delay_us is kept.
 *
 * What vision_image_save and vision_writer make is text too, for tests to read: "FAKEPICTURE w h sum",
 * "FAKEWRITER w h fps" and "frame n sum" a frame (sum: of all bytes), "end n".
 */
#include "vision/vision.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"

enum { OBJECTS = 64, MAGIC = 4242, FIELDS = 7, HEADER = 3, SIDE_MAX = 32767, LAYERS = 12 };
enum kind { PERSON, FACE };

struct object {
	enum kind kind;
	double x, y, w, h, score, p_female;
	double dx, dy;		/* pixels a frame */
	long first, last;	/* frames */
};

struct vision_image {
	int width, height;
	unsigned char *data;
	struct object objects[OBJECTS];
	size_t n;
};

struct stamp {
	long frame;
	double ms;
};

struct vision_capture {
	struct vision_capture_info info;
	struct object *objects;
	struct stamp *stamps;
	size_t nobjects, nstamps;
	long at, end, fail, delay_us;
};

struct vision_writer {
	FILE *f;
	char *path;
	int width, height;
	long frames;
};

struct vision_net {
	char family[16];
	int width, height, classes, batch;
	long fail_run, delay_us, runs;
	float *out[LAYERS];
};

static void
wait_us(long us)
{
	if (us > 0)
		nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 }, NULL);
}

void
vision_init(bool verbose)
{
	(void)verbose;
}

const char *
vision_version(void)
{
	return "fake";
}

/* ---- pictures ---- */

struct vision_image *
vision_image_new(void)
{
	return mem_alloc(sizeof(struct vision_image));
}

void
vision_image_free(struct vision_image *im)
{
	if (im != NULL)
		free(im->data);
	free(im);
}

int
vision_image_width(const struct vision_image *im)
{
	return im->width;
}

int
vision_image_height(const struct vision_image *im)
{
	return im->height;
}

static size_t
bytes_of(const struct vision_image *im)
{
	return 3 * (size_t)im->width * (size_t)im->height;
}

unsigned char *
vision_image_row(struct vision_image *im, int y)
{
	return im->data + 3 * (size_t)im->width * (size_t)y;
}

int
vision_image_create(struct vision_image *im, int width, int height, struct err *e)
{
	if (width < 1 || height < 1 || width > SIDE_MAX || height > SIDE_MAX)
		return err_set(e, ERR_FAIL, "no picture of %dx%d", width, height);
	if (im->width != width || im->height != height) {
		im->width = width;
		im->height = height;
		im->data = mem_resize(im->data, bytes_of(im), 1);
	}
	memset(im->data, 0, bytes_of(im));
	im->n = 0;
	return 0;
}

int
vision_image_copy(struct vision_image *dst, const struct vision_image *src, struct err *e)
{
	if (vision_image_create(dst, src->width, src->height, e) != 0)
		return -1;
	memcpy(dst->data, src->data, bytes_of(src));
	memcpy(dst->objects, src->objects, sizeof dst->objects);
	dst->n = src->n;
	return 0;
}

/* The line without its newline; false at the end. Lines too long for line are cut. */
static bool
next_line(FILE *f, char *line, int size)
{
	do {
		if (fgets(line, size, f) == NULL)
			return false;
		line[strcspn(line, "\r\n")] = '\0';
	} while (line[0] == '\0' || line[0] == '#');
	return true;
}

/* The numbers after "person" or "face". */
static bool
parse_object(const char *what, const char *s, struct object *o)
{
	*o = (struct object){ .kind = FACE, .score = 0.9, .p_female = 0.5 };
	if (strcmp(what, "face") == 0)
		return sscanf(s, "%lf %lf %lf %lf %lf %lf %lf %lf", &o->x, &o->y, &o->w, &o->h, &o->p_female, &o->score,
			&o->dx, &o->dy) >= 5;
	o->kind = PERSON;
	return strcmp(what, "person") == 0 && sscanf(s, "%lf %lf %lf %lf %lf %lf %lf", &o->x, &o->y, &o->w, &o->h,
		&o->score, &o->dx, &o->dy) >= 4;
}

/* Opens a text whose first line is word and as many numbers as n says. */
static FILE *
open_text(const char *path, const char *word, double *v, int n, struct err *e)
{
	char line[256], found[32] = "";
	FILE *f = fopen(path, "r");
	if (f == NULL) {
		err_set(e, ERR_INPUT, "%s: %s", path, strerror(errno));
		return NULL;
	}
	int got = next_line(f, line, sizeof line) ?
		sscanf(line, "%31s %lf %lf %lf %lf %lf", found, &v[0], &v[1], &v[2], &v[3], &v[4]) : 0;
	if (strcmp(found, word) == 0 && got >= 1 + n && v[0] >= 1 && v[1] >= 1 && v[0] <= SIDE_MAX && v[1] <= SIDE_MAX)
		return f;
	fclose(f);
	err_set(e, ERR_DATA, "%s: cannot be decoded (no %s)", path, word);
	return NULL;
}

int
vision_image_load(struct vision_image *im, const char *path, struct err *e)
{
	double v[5];
	char line[256], what[16];
	FILE *f = open_text(path, "FAKEIMAGE", v, 2, e);
	if (f == NULL)
		return -1;
	int r = vision_image_create(im, (int)v[0], (int)v[1], e);
	while (r == 0 && next_line(f, line, sizeof line)) {
		int at = 0;
		if (sscanf(line, "%15s %n", what, &at) < 1 || im->n == OBJECTS ||
		    !parse_object(what, line + at, &im->objects[im->n]))
			r = err_set(e, ERR_DATA, "%s: cannot be decoded: %s", path, line);
		else
			im->n++;
	}
	fclose(f);
	return r;
}

static const char objects_mark[] = "FAKEOBJECTS\n";

void
vision_image_pixels(const struct vision_image *im, unsigned char *to)
{
	struct buf text = { 0 };
	memcpy(to, im->data, bytes_of(im));
	buf_puts(&text, objects_mark);
	for (size_t i = 0; i < im->n; i++) {
		const struct object *o = &im->objects[i];
		buf_printf(&text, "%s %.17g %.17g %.17g %.17g ", o->kind == FACE ? "face" : "person", o->x, o->y, o->w, o->h);
		if (o->kind == FACE)
			buf_printf(&text, "%.17g ", o->p_female);
		buf_printf(&text, "%.17g\n", o->score);
	}
	/* With its end; a picture too small for it carries none. */
	if (im->n > 0 && 1 + text.len + 1 <= bytes_of(im))
		memcpy(to + 1, text.data, text.len + 1);
	buf_free(&text);
}

int
vision_image_set(struct vision_image *im, int width, int height, const unsigned char *from, struct err *e)
{
	char line[256], what[16];
	const size_t mark = sizeof objects_mark - 1;
	if (vision_image_create(im, width, height, e) != 0)
		return -1;
	memcpy(im->data, from, bytes_of(im));
	if (bytes_of(im) < 1 + mark + 1 || memcmp(from + 1, objects_mark, mark) != 0)
		return 0;
	for (size_t at = 1 + mark; at < bytes_of(im) && from[at] != '\0';) {
		size_t n = 0;
		int skip = 0;
		while (at + n < bytes_of(im) && from[at + n] != '\n' && from[at + n] != '\0')
			n++;
		snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), (const char *)from + at);
		if (sscanf(line, "%15s %n", what, &skip) < 1 || im->n == OBJECTS || !parse_object(what, line + skip, &im->objects[im->n]))
			return err_set(e, ERR_DATA, "OpenCV fake: no object: %s", line);
		im->n++;
		at += n + (at + n < bytes_of(im) && from[at + n] == '\n');
	}
	return 0;
}

static unsigned long
sum_of(const struct vision_image *im)
{
	unsigned long sum = 0;
	for (size_t i = 0; i < bytes_of(im); i++)
		sum += im->data[i];
	return sum;
}

int
vision_image_save(const struct vision_image *im, const char *path, struct err *e)
{
	FILE *f = fopen(path, "w");
	if (f == NULL)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	fprintf(f, "FAKEPICTURE %d %d %lu\n", im->width, im->height, sum_of(im));
	if (fclose(f) != 0)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	return 0;
}

int
vision_image_encode(const struct vision_image *im, int quality, unsigned char **data, size_t *size, struct err *e)
{
	*data = NULL;
	*size = 0;
	if (im->width < 1)
		return err_set(e, ERR_FAIL, "a picture of %dx%d cannot be encoded", im->width, im->height);
	char *text = mem_printf("FAKEJPEG %d %d %d %lu\n", im->width, im->height, quality, sum_of(im));
	*data = (unsigned char *)text;
	*size = strlen(text);
	return 0;
}

/* Sets the pixels of a rectangle that are inside. */
static void
fill_rect(struct vision_image *im, double x, double y, double w, double h, uint32_t rgb)
{
	for (int r = (int)fmin(fmax(y, 0), im->height); r < im->height && r < y + h; r++)
		for (int c = (int)fmin(fmax(x, 0), im->width); c < im->width && c < x + w; c++) {
			unsigned char *p = vision_image_row(im, r) + 3 * c;
			p[0] = (unsigned char)(rgb & 0xff);
			p[1] = (unsigned char)(rgb >> 8 & 0xff);
			p[2] = (unsigned char)(rgb >> 16 & 0xff);
		}
}

void
vision_draw_box(struct vision_image *im, double x, double y, double w, double h, uint32_t rgb, int thickness)
{
	fill_rect(im, x, y, w, thickness, rgb);
	fill_rect(im, x, y + h - thickness, w, thickness, rgb);
	fill_rect(im, x, y, thickness, h, rgb);
	fill_rect(im, x + w - thickness, y, thickness, h, rgb);
}

/* Faces in it are no longer found. */
void
vision_blur(struct vision_image *im, double x, double y, double w, double h)
{
	size_t n = 0;
	if (!(w > 0 && h > 0))
		return;
	fill_rect(im, x - w / 5, y - h / 5, w * 1.4, h * 1.4, 0x808080);
	for (size_t i = 0; i < im->n; i++) {
		const struct object o = im->objects[i];
		double cx = o.x + o.w / 2, cy = o.y + o.h / 2;
		if (o.kind != FACE || cx < x || cy < y || cx > x + w || cy > y + h)
			im->objects[n++] = o;
	}
	im->n = n;
}

void
vision_draw_label(struct vision_image *im, double x, double y, const char *text, uint32_t text_rgb, uint32_t plate_rgb, double height)
{
	double w = height * (double)strlen(text) / 2;
	fill_rect(im, x, y - height, w, height, plate_rgb);
	fill_rect(im, x + 1, y - height / 2, w - 2, 1, text_rgb);
}

/* ---- recordings in ---- */

static bool
parse_video_line(struct vision_capture *c, const char *line)
{
	char what[16], ms[32];
	long a = 0, b = 0;
	int at = 0;
	if (sscanf(line, "%15s %ld %n", what, &a, &at) < 2)
		return false;
	if (strcmp(what, "person") == 0 || strcmp(what, "face") == 0) {
		struct object o;
		int more = 0;
		if (sscanf(line + at, "%ld %n", &b, &more) < 1 || !parse_object(what, line + at + more, &o))
			return false;
		o.first = a;
		o.last = b;
		c->objects = mem_resize(c->objects, c->nobjects + 1, sizeof o);
		c->objects[c->nobjects++] = o;
	} else if (strcmp(what, "pts") == 0) {
		if (sscanf(line + at, "%31s", ms) < 1)
			return false;
		c->stamps = mem_resize(c->stamps, c->nstamps + 1, sizeof *c->stamps);
		c->stamps[c->nstamps++] = (struct stamp){ a, strcmp(ms, "none") == 0 ? NAN : strtod(ms, NULL) };
	} else if (strcmp(what, "fail") == 0) {
		c->fail = a;
	} else if (strcmp(what, "end") == 0) {
		c->end = a < c->end ? a : c->end;
	} else if (strcmp(what, "delay_us") == 0) {
		c->delay_us = a;
	} else if (strcmp(what, "rotation") == 0) {
		c->info.rotation = (int)a;
	} else {
		return false;
	}
	return true;
}

int
vision_capture_open(struct vision_capture **out, const char *path, struct vision_capture_info *info, struct err *e)
{
	double v[5] = { 0, 0, 0, 0, -1 };
	char line[256];
	*out = NULL;
	FILE *f = open_text(path, "FAKEVIDEO", v, 4, e);
	if (f == NULL)
		return -1;
	struct vision_capture *c = mem_alloc(sizeof *c);
	c->info = (struct vision_capture_info){
		.width = (int)v[0], .height = (int)v[1], .fps = v[2], .frames = (int64_t)(v[4] >= 0 ? v[4] : v[3])
	};
	c->fail = -1;
	c->end = (long)v[3];
	bool ok = true;
	while (ok && next_line(f, line, sizeof line))
		ok = parse_video_line(c, line);
	fclose(f);
	if (!ok) {
		vision_capture_close(c);
		return err_set(e, ERR_DATA, "%s: cannot be decoded: %s", path, line);
	}
	*info = c->info;
	*out = c;
	return 0;
}

static double
stamp_of(const struct vision_capture *c, long frame)
{
	for (size_t i = 0; i < c->nstamps; i++)
		if (c->stamps[i].frame == frame)
			return c->stamps[i].ms;
	return (double)frame * 1000 / c->info.fps;
}

int
vision_capture_skip(struct vision_capture *c, double *pts_ms, struct err *e)
{
	if (c->at >= c->end)
		return 0;
	wait_us(c->delay_us);
	if (c->at == c->fail)
		return err_set(e, ERR_DATA, "frame %ld cannot be decoded", c->at);
	*pts_ms = stamp_of(c, c->at++);
	return 1;
}

int
vision_capture_read(struct vision_capture *c, struct vision_image *im, double *pts_ms, struct err *e)
{
	long frame = c->at;
	int r = vision_capture_skip(c, pts_ms, e);
	if (r != 1)
		return r;
	if (vision_image_create(im, c->info.width, c->info.height, e) != 0)
		return -1;
	memset(im->data, (int)(frame % 200) + 20, bytes_of(im));
	for (size_t i = 0; i < c->nobjects && im->n < OBJECTS; i++) {
		struct object o = c->objects[i];
		if (frame < o.first || frame > o.last)
			continue;
		o.x += o.dx * (double)(frame - o.first);
		o.y += o.dy * (double)(frame - o.first);
		im->objects[im->n++] = o;
	}
	return 1;
}

void
vision_capture_close(struct vision_capture *c)
{
	if (c == NULL)
		return;
	free(c->objects);
	free(c->stamps);
	free(c);
}

/* ---- cameras in ---- */

struct vision_camera {
	struct vision_capture *in;
};

int
vision_camera_open(struct vision_camera **out, enum vision_camera_kind kind, const char *text, struct err *e)
{
	struct vision_capture_info info;
	struct vision_capture *in;
	*out = NULL;
	if (kind != VISION_GSTREAMER)
		return err_set(e, ERR_UNAVAILABLE, "OpenCV fake: no devices");
	if (vision_capture_open(&in, text, &info, e) != 0) {
		e->code = ERR_UNAVAILABLE;
		return -1;
	}
	*out = mem_alloc(sizeof **out);
	(*out)->in = in;
	return 0;
}

int
vision_camera_read(struct vision_camera *c, struct vision_image *im, struct err *e)
{
	double pts_ms;
	return vision_capture_read(c->in, im, &pts_ms, e);
}

void
vision_camera_close(struct vision_camera *c)
{
	if (c != NULL)
		vision_capture_close(c->in);
	free(c);
}

/* ---- recordings out ---- */

int
vision_writer_open(struct vision_writer **out, const char *path, double fps, int width, int height, struct err *e)
{
	*out = NULL;
	FILE *f = fopen(path, "w");
	if (f == NULL)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	struct vision_writer *w = mem_alloc(sizeof *w);
	*w = (struct vision_writer){ .f = f, .path = mem_strdup(path), .width = width, .height = height };
	fprintf(f, "FAKEWRITER %d %d %g\n", width, height, fps);
	*out = w;
	return 0;
}

int
vision_writer_add(struct vision_writer *w, const struct vision_image *im, struct err *e)
{
	if (im->width != w->width || im->height != w->height)
		return err_set(e, ERR_IO, "%s: a frame of %dx%d in a recording of %dx%d", w->path, im->width, im->height,
			w->width, w->height);
	fprintf(w->f, "frame %ld %lu\n", w->frames++, sum_of(im));
	return 0;
}

int
vision_writer_close(struct vision_writer *w, struct err *e)
{
	int r = 0;
	if (w == NULL)
		return 0;
	fprintf(w->f, "end %ld\n", w->frames);
	bool bad = ferror(w->f) != 0;
	if (fclose(w->f) != 0 || bad)
		r = err_set(e, ERR_IO, "%s: could not be written whole", w->path);
	free(w->path);
	free(w);
	return r;
}

/* ---- from a picture to a network's input ---- */

int
vision_blob(const struct vision_image *im, const struct vision_region *region, const struct vision_blob *b, float *dst, struct err *e)
{
	struct vision_region r = { 0, 0, im->width, im->height, 0 };
	if (region != NULL)
		r = *region;
	if (im->width < 1 || b->w < 1 || b->h < 1 || b->x < 0 || b->y < 0 || b->w > b->width - b->x || b->h > b->height - b->y)
		return err_set(e, ERR_FAIL, "picture does not fit in the input");
	if (!(isfinite(r.angle) && r.w > 0 && r.h > 0 && r.w < SIDE_MAX && r.h < SIDE_MAX && r.x < im->width &&
	    r.y < im->height && r.x + r.w > 0 && r.y + r.h > 0))
		return err_set(e, ERR_FAIL, "no such part in a picture of %dx%d", im->width, im->height);
	size_t room = (b->channels == VISION_GREY ? 1 : 3) * (size_t)b->width * (size_t)b->height, n = 0;
	double kx = b->w / r.w, ky = b->h / r.h;
	for (size_t i = 0; i < im->n && HEADER + FIELDS * (n + 1) <= room; i++) {
		const struct object *o = &im->objects[i];
		if (o->x >= r.x + r.w || o->y >= r.y + r.h || o->x + o->w <= r.x || o->y + o->h <= r.y)
			continue;
		const double v[FIELDS] = { o->kind, b->x + (o->x - r.x) * kx, b->y + (o->y - r.y) * ky, o->w * kx, o->h * ky,
			o->score, o->p_female };
		for (size_t k = 0; k < FIELDS; k++)
			dst[HEADER + FIELDS * n + k] = (float)v[k];
		n++;
	}
	if (room >= HEADER) {
		dst[0] = MAGIC;
		dst[1] = (float)n;
		/* Any two pictures shall give different inputs. */
		dst[2] = im->data[0];
	}
	return 0;
}

/* ---- networks ---- */

int
vision_net_open(struct vision_net **out, enum vision_format format, const void *weights, size_t nweights,
	const void *config, size_t nconfig, struct err *e)
{
	(void)format;
	(void)config;
	(void)nconfig;
	struct vision_net n = { .fail_run = -1 };
	char line[256], word[16];
	int at = 0;
	*out = NULL;
	snprintf(line, sizeof line, "%.*s", (int)(nweights < 255 ? nweights : 255), (const char *)weights);
	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "FAKENET %15s %d %d %d %n", n.family, &n.width, &n.height, &n.classes, &at) < 4 || n.classes < 0 ||
	    n.classes > 1000)
		return err_set(e, ERR_DATA, "OpenCV fake: not a network");
	long v;
	for (int more = 0; sscanf(line + at, "%15s %ld %n", word, &v, &more) == 2; at += more) {
		if (strcmp(word, "fail") == 0)
			return err_set(e, ERR_DATA, "OpenCV fake: scripted failure to read the network");
		else if (strcmp(word, "fail_run") == 0)
			n.fail_run = v;
		else if (strcmp(word, "delay_us") == 0)
			n.delay_us = v;
		else if (strcmp(word, "batch") == 0)
			n.batch = (int)v;
	}
	*out = mem_alloc(sizeof n);
	**out = n;
	return 0;
}

/* Nothing here has layers: the planner finds no network in such a file. */
int
vision_net_open_layers(struct vision_net **out, const void *onnx, size_t size, const struct vision_layer *layers, size_t nlayers,
	struct err *e)
{
	(void)onnx;
	(void)size;
	*out = NULL;
	for (size_t i = 0; i < nlayers; i++)
		layers[i].free(layers[i].self);
	return err_set(e, ERR_DATA, "OpenCV fake: not a network");
}

void
vision_net_close(struct vision_net *n)
{
	if (n == NULL)
		return;
	for (int i = 0; i < LAYERS; i++)
		free(n->out[i]);
	free(n);
}

/* Output i: zeroed, of the shape given (0 ends it). */
static float *
output(struct vision_net *n, struct tensor *t, int i, const char *name, int a, int b, int c)
{
	size_t count = (size_t)a * (size_t)b * (size_t)(c > 0 ? c : 1);
	free(n->out[i]);
	n->out[i] = mem_array(count > 0 ? count : 1, sizeof(float));
	*t = (struct tensor){ .ndims = c > 0 ? 3 : 2, .dims = { a, b, c > 0 ? c : 0 }, .data = n->out[i] };
	snprintf(t->name, sizeof t->name, "%s", name);
	return n->out[i];
}

/* The objects of one kind at the start of an input. */
static size_t
read_objects(const float *in, enum kind kind, struct object *o)
{
	size_t n = 0;
	for (size_t i = 0; in[0] == MAGIC && i < OBJECTS && (float)i < in[1]; i++) {
		const float *v = in + HEADER + FIELDS * i;
		if (v[0] == (float)kind)
			o[n++] = (struct object){ .kind = kind, .x = v[1], .y = v[2], .w = v[3], .h = v[4], .score = v[5],
				.p_female = v[6] };
	}
	return n;
}

/* yolov5: row by row, 5 + classes numbers; yolov8: column by column, 4 + classes; end2end: corners, score, class. */
static void
write_persons(const struct vision_net *n, const float *in, float *out, size_t rows)
{
	struct object o[OBJECTS];
	size_t found = read_objects(in, PERSON, o), classes = (size_t)n->classes;
	bool v5 = strcmp(n->family, "yolov5") == 0, v8 = strcmp(n->family, "yolov8") == 0;
	for (size_t i = 0; i < found && i < rows; i++) {
		double cx = o[i].x + o[i].w / 2, cy = o[i].y + o[i].h / 2;
		const double row5[6] = { cx, cy, o[i].w, o[i].h, o[i].score, 1 };
		const double row8[5] = { cx, cy, o[i].w, o[i].h, o[i].score };
		const double rowe[6] = { o[i].x, o[i].y, o[i].x + o[i].w, o[i].y + o[i].h, o[i].score, 0 };
		for (size_t k = 0; k < (v8 ? 5 : 6); k++)
			if (v8)
				out[k * rows + i] = (float)row8[k];
			else
				out[i * (v5 ? 5 + classes : 6) + k] = (float)(v5 ? row5[k] : rowe[k]);
	}
	out[v5 ? (rows - 1) * (5 + classes) : v8 ? rows - 1 : (rows - 1) * 6] = in[2];
}

static int
run_persons(struct vision_net *n, const float *in, const int d[4], struct tensor *outs, size_t *nouts)
{
	bool v5 = strcmp(n->family, "yolov5") == 0, v8 = strcmp(n->family, "yolov8") == 0;
	int cells = 0, count = d[0], fold = n->batch == 2 ? d[0] : 1;
	for (int s = 8; s <= 32; s *= 2)
		cells += (d[2] / s) * (d[3] / s);
	int rows = v5 ? 3 * cells : v8 ? cells : 300, width = v5 ? 5 + n->classes : v8 ? 4 + n->classes : 6;
	float *out = output(n, &outs[0], 0, "output0", count / fold, v8 ? width : rows * fold, v8 ? rows * fold : width);
	for (int i = 0; i < count; i++)
		write_persons(n, in + (size_t)i * (size_t)(d[1] * d[2] * d[3]), out + (size_t)i * (size_t)(rows * width),
			(size_t)rows);
	*nouts = 1;
	return 0;
}

/* An object goes to the cell of its centre, of the finest stride where its class is free there. */
static void
write_sides(const struct object *o, const int d[4], int channels, int picture, struct tensor *outs)
{
	double cx = o->x + o->w / 2, cy = o->y + o->h / 2;
	for (int i = 0; i < 3; i++) {
		int s = 8 << i, col = (int)floor(cx / s), row = (int)floor(cy / s), plane = (d[2] / s) * (d[3] / s);
		if (col < 0 || row < 0 || col >= d[3] / s || row >= d[2] / s)
			return;
		double x = (col + 0.5) * s, y = (row + 0.5) * s;
		const double sides[4] = { x - o->x, y - o->y, o->x + o->w - x, o->y + o->h - y };
		float *cell = (float *)outs[i].data + (picture * channels + (o->kind == FACE ? 5 : 0)) * plane + row * (d[3] / s) + col;
		if (cell[4 * plane] > -40)
			continue;
		for (int k = 0; k < 4; k++)
			cell[k * plane] = (float)log(sides[k] / s);
		cell[4 * plane] = (float)log(o->score / (1 - o->score));
		return;
	}
}

static int
run_both(struct vision_net *n, const float *in, const int d[4], struct tensor *outs, size_t *nouts)
{
	const int channels = 5 * n->classes;
	for (int i = 0; i < 3; i++) {
		char name[TENSOR_NAME];
		int s = 8 << i, plane = (d[2] / s) * (d[3] / s);
		snprintf(name, sizeof name, "stride_%d", s);
		float *out = output(n, &outs[i], i, name, d[0], channels, plane);
		outs[i].ndims = 4;
		outs[i].dims[2] = d[2] / s;
		outs[i].dims[3] = d[3] / s;
		for (int k = 0; k < d[0] * channels; k++)
			for (int at = 0; k % 5 == 4 && at < plane; at++)
				out[k * plane + at] = -50;
	}
	for (int i = 0; i < d[0]; i++) {
		for (int kind = PERSON; kind <= FACE; kind++) {
			struct object o[OBJECTS];
			size_t found = read_objects(in + (size_t)i * (size_t)(d[1] * d[2] * d[3]), (enum kind)kind, o);
			for (size_t k = 0; k < found; k++)
				write_sides(&o[k], d, channels, i, outs);
		}
	}
	*nouts = 3;
	return 0;
}

/* A face goes to the cell of its centre, of the finest stride where that cell is free. */
static void
write_face(const struct object *o, const int d[4], int picture, struct tensor *outs)
{
	static const double points[5][2] = { { .3, .4 }, { .7, .4 }, { .5, .6 }, { .35, .8 }, { .65, .8 } };
	double cx = o->x + o->w / 2, cy = o->y + o->h / 2;
	for (int i = 0; i < 3; i++) {
		int s = 8 << i, col = (int)floor(cx / s), row = (int)floor(cy / s);
		size_t cell = (size_t)((picture * (d[2] / s) + row) * (d[3] / s) + col);
		if (col < 0 || row < 0 || col >= d[3] / s || row >= d[2] / s)
			return;
		float *cls = (float *)outs[i].data + cell, *obj = (float *)outs[3 + i].data + cell;
		float *box = (float *)outs[6 + i].data + 4 * cell, *kps = (float *)outs[9 + i].data + 10 * cell;
		if (*cls > 0)
			continue;
		*cls = *obj = (float)o->score;
		box[0] = (float)(cx / s - col);
		box[1] = (float)(cy / s - row);
		box[2] = (float)log(o->w / s);
		box[3] = (float)log(o->h / s);
		for (int k = 0; k < 5; k++) {
			kps[2 * k] = (float)((o->x + points[k][0] * o->w) / s - col);
			kps[2 * k + 1] = (float)((o->y + points[k][1] * o->h) / s - row);
		}
		return;
	}
}

static int
run_faces(struct vision_net *n, const float *in, const int d[4], struct tensor *outs, size_t *nouts)
{
	static const struct { const char *name; int width; } kinds[] = { { "cls", 1 }, { "obj", 1 }, { "bbox", 4 }, { "kps", 10 } };
	for (int i = 0; i < LAYERS; i++) {
		char name[TENSOR_NAME];
		int s = 8 << i % 3;
		snprintf(name, sizeof name, "%s_%d", kinds[i / 3].name, s);
		output(n, &outs[i], i, name, 1, d[0] * (d[2] / s) * (d[3] / s), kinds[i / 3].width);
	}
	for (int i = 0; i < d[0]; i++) {
		struct object o[OBJECTS];
		const float *at = in + (size_t)i * (size_t)(d[1] * d[2] * d[3]);
		size_t found = read_objects(at, FACE, o);
		for (size_t k = 0; k < found; k++)
			write_face(&o[k], d, i, outs);
	}
	*nouts = LAYERS;
	return 0;
}

static int
run_gender(struct vision_net *n, const float *in, const int d[4], struct tensor *outs, size_t *nouts)
{
	bool two = strcmp(n->family, "softmax2") == 0;
	float *out = output(n, &outs[0], 0, "prob", d[0], two ? 2 : 1, 0);
	for (int i = 0; i < d[0]; i++) {
		struct object o[OBJECTS];
		size_t found = read_objects(in + (size_t)i * (size_t)(d[1] * d[2] * d[3]), FACE, o);
		double p = 0.5, nearest = INFINITY;
		for (size_t k = 0; k < found; k++) {
			double far = hypot(o[k].x + (o[k].w - d[3]) / 2, o[k].y + (o[k].h - d[2]) / 2);
			if (far < nearest) {
				nearest = far;
				p = o[k].p_female;
			}
		}
		out[two ? 2 * i : i] = (float)p;
		if (two)
			out[2 * i + 1] = (float)(1 - p);
	}
	*nouts = 1;
	return 0;
}

int
vision_net_run(struct vision_net *n, const float *input, const int dims[4], struct tensor *outs, size_t *nouts, struct err *e)
{
	*nouts = 0;
	if (n->fail_run >= 0 && n->runs++ >= n->fail_run)
		return err_set(e, ERR_DATA, "OpenCV fake: scripted failure of a run");
	if (dims[0] < 1 || (n->width > 0 && (dims[2] != n->height || dims[3] != n->width)))
		return err_set(e, ERR_DATA, "OpenCV fake: input %dx%d, the network wants %dx%d", dims[3], dims[2], n->width, n->height);
	if (n->batch == 1 && dims[0] > 1)
		return err_set(e, ERR_DATA, "OpenCV fake: one picture only");
	wait_us(n->delay_us);
	if (strcmp(n->family, "yunet") == 0)
		return run_faces(n, input, dims, outs, nouts);
	if (strcmp(n->family, "pf") == 0 && n->classes == 2)
		return run_both(n, input, dims, outs, nouts);
	if (strcmp(n->family, "softmax2") == 0 || strcmp(n->family, "sigmoid1") == 0)
		return run_gender(n, input, dims, outs, nouts);
	if (strcmp(n->family, "yolov5") == 0 || strcmp(n->family, "yolov8") == 0 || strcmp(n->family, "end2end") == 0)
		return run_persons(n, input, dims, outs, nouts);
	return err_set(e, ERR_DATA, "OpenCV fake: no family %s", n->family);
}
