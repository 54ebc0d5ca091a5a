/*
 * Floor 1.  OpenCV behind C: pictures, recordings, networks, drawing.
 *
 * The only header that the C++ bridge (src/vision/vision.cpp) implements, and
 * the only door to OpenCV; tests/fake/vision_fake.c implements it again without.
 * Conventions: structs are opaque; an out-parameter is set to NULL first; struct
 * err is last; 0 is success and -1 failure unless said otherwise; *_free and
 * *_close take NULL.  No exception leaves it.  An object is used by one thread at
 * a time; different objects by different threads at once.
 *
 * OpenCV's own threads are switched off (vision_init): parallelism is ours, one
 * network per thread, so that results do not depend on the number of threads.
 */
#ifndef FOOTFALL_VISION_VISION_H
#define FOOTFALL_VISION_VISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/tensor.h"
#include "vision/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Once, before any other call.  verbose lets OpenCV and FFmpeg chatter on stderr. */
void vision_init(bool verbose);
/* "4.6.0": the version of the library that runs.  Static memory. */
const char *vision_version(void);

/* ---- pictures: 8 bits a channel, BGR, row by row ---- */

struct vision_image;

struct vision_image *vision_image_new(void);	/* empty, 0 x 0 */
void vision_image_free(struct vision_image *im);
int vision_image_width(const struct vision_image *im);
int vision_image_height(const struct vision_image *im);
/* First byte of row y (0 <= y < height), 3 * width bytes, writable; valid until the image changes. */
unsigned char *vision_image_row(struct vision_image *im, int y);
/* Makes it width x height, black. */
int vision_image_create(struct vision_image *im, int width, int height, struct err *e);
/* dst becomes a deep copy of src. */
int vision_image_copy(struct vision_image *dst, const struct vision_image *src, struct err *e);
/* The whole picture to, and from, height rows of 3 * width bytes, one after the other. */
void vision_image_pixels(const struct vision_image *im, unsigned char *to);
int vision_image_set(struct vision_image *im, int width, int height, const unsigned char *from, struct err *e);
/* Reads a JPEG or PNG, turned upright by its EXIF orientation.  ERR_DATA when it cannot be decoded. */
int vision_image_load(struct vision_image *im, const char *path, struct err *e);
/* Writes by the extension of path (.png, .jpg).  ERR_IO. */
int vision_image_save(const struct vision_image *im, const char *path, struct err *e);
/* As JPEG, quality 1..100, into new memory (free() it).  ERR_FAIL: an empty picture, or one too large for JPEG. */
int vision_image_encode(const struct vision_image *im, int quality, unsigned char **data, size_t *size, struct err *e);
/*
 * Makes what is in the rectangle, and a fifth of it more on every side, unrecognisable for good: VISION_BLUR_CELLS averages along
 * its longer side, fewer where that would leave less than 8 pixels to an average, with smooth transitions.  A Gaussian
 * blur would not do: it is a linear filter, so that deconvolution undoes much of it, and networks recognise faces
 * through it; averages over a few large cells hold no more than those few numbers.
 */
enum { VISION_BLUR_CELLS = 5 };
void vision_blur(struct vision_image *im, double x, double y, double w, double h);

/* ---- drawing; colour is 0xRRGGBB; coordinates in pixels ---- */

void vision_draw_box(struct vision_image *im, double x, double y, double w, double h, uint32_t rgb, int thickness);
/* Text on a filled plate whose bottom left corner is x, y (kept inside the image). height: of the letters, pixels. */
void vision_draw_label(struct vision_image *im, double x, double y, const char *text, uint32_t text_rgb, uint32_t plate_rgb, double height);

/* ---- recordings in ---- */

struct vision_capture;

struct vision_capture_info {
	int width, height;	/* after rotation metadata was honoured */
	double fps;		/* nominal; 0 when unknown */
	int64_t frames;		/* the container's own count or estimate; 0 when unknown */
	int rotation;		/* degrees clockwise that the metadata asked for and that were applied */
};

/* Opens a recording with the FFmpeg backend.  ERR_DATA when FFmpeg cannot make sense of it. */
int vision_capture_open(struct vision_capture **out, const char *path, struct vision_capture_info *info, struct err *e);
/*
 * Decodes the next frame into im.  1: a frame; 0: the end; -1: failure.
 * pts_ms: its presentation time stamp in milliseconds from the start of the stream,
 * of the very frame read; NaN when the stream has none.
 */
int vision_capture_read(struct vision_capture *c, struct vision_image *im, double *pts_ms, struct err *e);
/* The same, without handing the picture out (cheaper). */
int vision_capture_skip(struct vision_capture *c, double *pts_ms, struct err *e);
void vision_capture_close(struct vision_capture *c);

/* ---- cameras in ---- */

struct vision_camera;

enum vision_camera_kind { VISION_V4L2, VISION_GSTREAMER };

/*
 * V4L2: the path of a device.  GStreamer: a pipeline without its sink, to which one is added that keeps the newest frame
 * only.  May wait for as long as the driver or the pipeline does.  ERR_UNAVAILABLE: it cannot be opened, or OpenCV was built without.
 */
int vision_camera_open(struct vision_camera **out, enum vision_camera_kind kind, const char *text, struct err *e);
/* Waits for the next frame, whose size may be another one than before.  1: a frame; 0: no more will come; -1: failure. */
int vision_camera_read(struct vision_camera *c, struct vision_image *im, struct err *e);
void vision_camera_close(struct vision_camera *c);

/* ---- recordings out ---- */

struct vision_writer;

/* MPEG-4 part 2 in the container of the extension (.mp4, .avi, .mkv).  ERR_IO when it cannot be made. */
int vision_writer_open(struct vision_writer **out, const char *path, double fps, int width, int height, struct err *e);
int vision_writer_add(struct vision_writer *w, const struct vision_image *im, struct err *e);
int vision_writer_close(struct vision_writer *w, struct err *e);	/* finishes the file and frees w */

/* ---- from a picture to a network's input ---- */

enum vision_channels { VISION_BGR, VISION_RGB, VISION_GREY };

struct vision_blob {
	int width, height;		/* of the input tensor (channel planes of height x width) */
	int x, y, w, h;			/* where in it the resized picture lies; the rest is fill */
	float fill;			/* value of the rest, before mean and scale (0..255) */
	enum vision_channels channels;
	float mean[3], scale[3];	/* (value - mean) * scale, in the order of channels */
	bool minmax;			/* first stretch the values of the part to 0..255 */
	bool transpose;			/* swap rows and columns: planes of width rows, height values each (networks trained in Matlab) */
};

/* A part of a picture: a rectangle that may reach over the border (border pixels repeat), turned about its centre. */
struct vision_region {
	double x, y, w, h;		/* pixels; w, h > 0 */
	double angle;			/* degrees clockwise by which the part is turned upright; 0: none */
};

/*
 * Fills dst (channels * height * width floats) from the picture, or the part of it.
 * region NULL: the whole.  Bilinear.  The rectangle is rounded to whole pixels when angle is 0.
 */
int vision_blob(const struct vision_image *im, const struct vision_region *region, const struct vision_blob *b, float *dst, struct err *e);

/* ---- networks ---- */

struct vision_net;

enum vision_format { VISION_ONNX, VISION_DARKNET, VISION_CAFFE, VISION_TENSORFLOW };
enum { VISION_OUTPUTS = 16 };	/* most outputs that a network may have */

/*
 * Reads a network from memory: weights, and for Darknet, Caffe and TensorFlow the text file beside them
 * (.cfg, .prototxt, .pbtxt), else NULL.  Both may be freed afterwards.  ERR_DATA with OpenCV's own words
 * when this OpenCV cannot read it.
 */
int vision_net_open(struct vision_net **out, enum vision_format format, const void *weights, size_t nweights,
	const void *config, size_t nconfig, struct err *e);
/*
 * The same for an ONNX network in which nodes of type VISION_LAYER_TYPE stand for the layers: their attribute VISION_LAYER_ATTRIBUTE
 * says which of them. Takes the layers (not the array), also on failure.
 */
int vision_net_open_layers(struct vision_net **out, const void *onnx, size_t size, const struct vision_layer *layers, size_t nlayers,
	struct err *e);
void vision_net_close(struct vision_net *n);
/*
 * Runs it on an input of dims n, c, h, w.  outs: room for VISION_OUTPUTS; their data is valid until the next
 * run or close.  *nouts: how many.  Type (32-bit float) and continuity are checked; dims are the caller's to check.
 */
int vision_net_run(struct vision_net *n, const float *input, const int dims[4], struct tensor *outs, size_t *nouts, struct err *e);

#ifdef __cplusplus
}
#endif
#endif
