/*
 * OpenCV behind include/vision/vision.h: the one C++ file of the program.
 *
 * Whatever can throw runs inside guard().  Arguments are checked here only where
 * OpenCV would crash or mislead instead of throwing.  Written for 4.6 (Debian 12) and
 * 4.10 (Debian 13); what one of them does wrong is mended where it is called, with the reason.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"	/* in C a function and a struct may share a name */
#include "vision/planes.h"
#include "vision/vision.h"
#pragma GCC diagnostic pop

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <ext/stdio_sync_filebuf.h>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/dnn/layer.details.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>

#define CV_AT_LEAST(minor) (CV_VERSION_MAJOR > 4 || (CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR >= (minor)))

namespace {

/* ---- silence ---- */

thread_local bool in_bridge;	/* this thread runs OpenCV */

struct entered {
	bool before = in_bridge;
	entered() { in_bridge = true; }
	~entered() { in_bridge = before; }
};

ssize_t
write_unless_in_bridge(void *, const char *data, size_t n)
{
	return in_bridge ? static_cast<ssize_t>(n) : write(STDERR_FILENO, data, n);
}

/*
 * libjpeg, libpng, protobuf and parts of OpenCV print straight to stderr, and offer
 * OpenCV's callers no way to stop them.  stderr is a variable in glibc: it gets a stream that drops what a thread writes while it
 * is inside the bridge.  File descriptor 2 is left as it is.
 */
void
hush_stderr()
{
	cookie_io_functions_t io = {};
	io.write = write_unless_in_bridge;
	FILE *f = fopencookie(nullptr, "w", io);
	if (f == nullptr)
		return;
	setvbuf(f, nullptr, _IONBF, 0);
	stderr = f;
	/* Never freed: std::cerr is flushed after all destructors have run. */
	static __gnu_cxx::stdio_sync_filebuf<char> *const buf = new __gnu_cxx::stdio_sync_filebuf<char>(f);
	std::cerr.rdbuf(buf);
}

int
drop_error(int, const char *, const char *, const char *, int, void *)
{
	return 0;
}

/* ---- errors ---- */

std::string
one_line(const std::string &text)
{
	std::string s;
	for (char c : text) {
		char d = c == '\n' || c == '\t' || c == '\r' ? ' ' : c;
		if (d != ' ' || (!s.empty() && s.back() != ' '))
			s += d;
	}
	while (!s.empty() && s.back() == ' ')
		s.pop_back();
	return s;
}

int
set_cv_error(err *e, err_code code, const cv::Exception &x)
{
	const char *file = strrchr(x.file.c_str(), '/');
	return err_set(e, code, "OpenCV %s: %s%s (%s, %s:%d)", cv::getVersionString().c_str(),
		x.code == cv::Error::StsAssert ? "does not hold: " : "", one_line(x.err).c_str(), x.func.c_str(), file != nullptr ? file + 1 : x.file.c_str(), x.line);
}

template <class F> int
guard(err_code code, err *e, F &&body) noexcept
{
	entered mark;
	try {
		return body();
	} catch (const cv::Exception &x) {
		return set_cv_error(e, code, x);
	} catch (const std::exception &x) {
		return err_set(e, code, "OpenCV: %s", one_line(x.what()).c_str());
	} catch (...) {
		return err_set(e, code, "OpenCV: unknown error");
	}
}

/* "a/B.PNG" -> ".png" */
std::string
extension(const char *path)
{
	const char *dot = strrchr(path, '.');
	std::string s = dot != nullptr ? dot : "";
	for (char &c : s)
		c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
	return s;
}

int
open_regular(const char *path, int *fd, int64_t *size, err *e)
{
	struct stat st;
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (*fd < 0)
		return err_set(e, ERR_INPUT, "%s: %s", path, strerror(errno));
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*size = st.st_size;
		return 0;
	}
	close(*fd);
	return err_set(e, ERR_INPUT, "%s: not a regular file", path);
}

int
read_file(const char *path, std::vector<unsigned char> &out, err *e)
{
	int fd;
	int64_t size;
	if (open_regular(path, &fd, &size, e) != 0)
		return -1;
	if (size > INT_MAX) {
		close(fd);
		return err_set(e, ERR_DATA, "%s: too large for a picture", path);
	}
	out.resize(static_cast<size_t>(size));
	size_t have = 0;
	ssize_t n = 1;
	while (have < out.size() && (n = read(fd, &out[have], out.size() - have)) > 0)
		have += static_cast<size_t>(n);
	int why = errno;
	close(fd);
	if (n < 0)
		return err_set(e, ERR_IO, "%s: %s", path, strerror(why));
	out.resize(have);
	return 0;
}

/* FFmpeg takes a name with a colon for a protocol; an absolute path never is one. */
int
absolute_path(const char *path, std::string &out, err *e)
{
	if (path[0] == '\0')
		return err_set(e, ERR_INPUT, "empty file name");
	if (path[0] == '/') {
		out = path;
		return 0;
	}
	std::unique_ptr<char, decltype(&free)> cwd(getcwd(nullptr, 0), free);
	if (cwd == nullptr)
		return err_set(e, ERR_INPUT, "%s: working directory: %s", path, strerror(errno));
	out = std::string(cwd.get()) + "/" + path;
	return 0;
}

/* ---- layers of ours ---- */

/*
 * The layers of the network that this thread is opening or running: OpenCV makes its layer objects when it pleases, by the
 * type's name alone. A file that has nodes of that type by itself finds none.
 */
thread_local const std::vector<vision_layer> *current_layers;

struct with_layers {
	const std::vector<vision_layer> *before = current_layers;
	explicit with_layers(const std::vector<vision_layer> &l) { current_layers = &l; }
	~with_layers() { current_layers = before; }
};

vision_array
array_of(const int *dims, size_t n, float *data)
{
	vision_array a = {};
	if (n > VISION_LAYER_DIMS)
		CV_Error(cv::Error::StsBadSize, "more dimensions than a layer of ours takes");
	a.ndims = static_cast<int>(n);
	std::copy(dims, dims + n, a.dims);
	a.data = data;
	return a;
}

/* A layer of ours in OpenCV's clothes. */
class own_layer final : public cv::dnn::Layer {
public:
	explicit own_layer(const cv::dnn::LayerParams &params) : Layer(params)
	{
		int at = params.get<int>(VISION_LAYER_ATTRIBUTE, -1);
		if (current_layers == nullptr || at < 0 || static_cast<size_t>(at) >= current_layers->size())
			CV_Error(cv::Error::StsBadArg, "the network has a layer of a type that only this program makes");
		layer = (*current_layers)[static_cast<size_t>(at)];
	}

	static cv::Ptr<Layer> create(cv::dnn::LayerParams &params) { return cv::makePtr<own_layer>(params); }

	bool getMemoryShapes(const std::vector<cv::dnn::MatShape> &inputs, const int, std::vector<cv::dnn::MatShape> &outputs,
	    std::vector<cv::dnn::MatShape> &) const override
	{
		std::vector<vision_array> in, out(layer.noutputs);
		err e = {};
		for (const cv::dnn::MatShape &s : inputs)
			in.push_back(array_of(s.data(), s.size(), nullptr));
		if (layer.shape(layer.self, in.data(), in.size(), out.data(), &e) != 0)
			CV_Error(cv::Error::StsError, e.msg);
		outputs.clear();
		for (const vision_array &a : out)
			outputs.emplace_back(a.dims, a.dims + a.ndims);
		return false;
	}

	void forward(cv::InputArrayOfArrays inputs, cv::OutputArrayOfArrays outputs, cv::OutputArrayOfArrays) override
	{
		std::vector<cv::Mat> from, to;
		err e = {};
		inputs.getMatVector(from);
		outputs.getMatVector(to);
		std::vector<vision_array> in = arrays_of(from), out = arrays_of(to);
		if (out.size() != layer.noutputs || layer.run(layer.self, in.data(), in.size(), out.data(), &e) != 0)
			CV_Error(cv::Error::StsError, e.msg);
	}

private:
	vision_layer layer;

	static std::vector<vision_array> arrays_of(std::vector<cv::Mat> &mats)
	{
		std::vector<vision_array> v;
		for (cv::Mat &m : mats) {
			CV_Assert(m.type() == CV_32F && m.isContinuous());
			v.push_back(array_of(m.size.p, static_cast<size_t>(m.dims), m.ptr<float>()));
		}
		return v;
	}
};

enum { SIDE_MAX = 32767 };	/* of a picture that warpAffine and resize can still address */

} // namespace

extern "C" {

struct vision_image {
	cv::Mat mat;
};

struct vision_net {
	std::vector<vision_layer> layers;
	cv::dnn::Net net;
	std::vector<std::string> names;
	std::vector<cv::Mat> outs;

	~vision_net()
	{
		for (vision_layer &l : layers)
			l.free(l.self);
	}
};

struct vision_writer {
	cv::VideoWriter out;
	std::string path;
	int width = 0, height = 0;
	int64_t frames = 0;
};

void
vision_init(bool verbose)
{
	/* FFmpeg: playlists must not fetch from the network, a '%' in a name is not an image sequence. */
	setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "protocol_whitelist;file|pattern_type;none", 0);
	if (verbose) {
		/* With these OpenCV sends FFmpeg's messages to stdout; without, FFmpeg's errors go to stderr. */
		unsetenv("OPENCV_FFMPEG_DEBUG");
		unsetenv("OPENCV_FFMPEG_LOGLEVEL");
	} else {
		setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 1);
		hush_stderr();
	}
	err ignored;
	guard(ERR_FAIL, &ignored, [&] {
		cv::utils::logging::setLogLevel(verbose ? cv::utils::logging::LOG_LEVEL_WARNING :
			cv::utils::logging::LOG_LEVEL_SILENT);
		cv::redirectError(drop_error);
		cv::setNumThreads(1);
		cv::dnn::LayerFactory::registerLayer(VISION_LAYER_TYPE, own_layer::create);
		return 0;
	});
}

const char *
vision_version(void)
{
	static const std::string version = cv::getVersionString();
	return version.c_str();
}

/* ---- pictures ---- */

struct vision_image *
vision_image_new(void)
{
	return new vision_image;
}

void
vision_image_free(struct vision_image *im)
{
	delete im;
}

int
vision_image_width(const struct vision_image *im)
{
	return im->mat.cols;
}

int
vision_image_height(const struct vision_image *im)
{
	return im->mat.rows;
}

unsigned char *
vision_image_row(struct vision_image *im, int y)
{
	return im->mat.ptr(y);
}

int
vision_image_create(struct vision_image *im, int width, int height, struct err *e)
{
	return guard(ERR_FAIL, e, [&] {
		im->mat.create(height, width, CV_8UC3);
		im->mat.setTo(cv::Scalar::all(0));
		return 0;
	});
}

int
vision_image_copy(struct vision_image *dst, const struct vision_image *src, struct err *e)
{
	return guard(ERR_FAIL, e, [&] {
		src->mat.copyTo(dst->mat);
		return 0;
	});
}

void
vision_image_pixels(const struct vision_image *im, unsigned char *to)
{
	const size_t row = 3 * static_cast<size_t>(im->mat.cols);
	for (int y = 0; y < im->mat.rows; y++)
		memcpy(to + static_cast<size_t>(y) * row, im->mat.ptr(y), row);
}

int
vision_image_set(struct vision_image *im, int width, int height, const unsigned char *from, struct err *e)
{
	return guard(ERR_FAIL, e, [&] {
		im->mat.create(height, width, CV_8UC3);
		const size_t row = 3 * static_cast<size_t>(width);
		for (int y = 0; y < height; y++)
			memcpy(im->mat.ptr(y), from + static_cast<size_t>(y) * row, row);
		return 0;
	});
}

int
vision_image_load(struct vision_image *im, const char *path, struct err *e)
{
	static const unsigned char jpeg[] = { 0xff, 0xd8, 0xff }, png[] = { 0x89, 'P', 'N', 'G' };
	return guard(ERR_DATA, e, [&] {
		std::vector<unsigned char> bytes;
		if (read_file(path, bytes, e) != 0)
			return -1;
		/* Only these two: OpenCV would try every format that it and GDAL were built with. */
		if (bytes.size() < sizeof png || (memcmp(bytes.data(), jpeg, sizeof jpeg) != 0 &&
		    memcmp(bytes.data(), png, sizeof png) != 0))
			return err_set(e, ERR_DATA, "%s: neither JPEG nor PNG", path);
		/* Not into im->mat: where decoding fails early it would be left as it was, and look decoded. */
		cv::Mat got = cv::imdecode(bytes, cv::IMREAD_COLOR);
		if (got.empty())
			return err_set(e, ERR_DATA, "%s: damaged: it cannot be decoded", path);
		im->mat = got;
		return 0;
	});
}

int
vision_image_save(const struct vision_image *im, const char *path, struct err *e)
{
	std::string ext = extension(path);
	if (ext != ".png" && ext != ".jpg" && ext != ".jpeg")
		return err_set(e, ERR_IO, "%s: a picture's name must end in .png or .jpg", path);
	return guard(ERR_IO, e, [&] {
		std::vector<unsigned char> bytes;
		if (!cv::imencode(ext, im->mat, bytes))
			return err_set(e, ERR_IO, "%s: cannot be encoded", path);
		FILE *f = fopen(path, "wb");
		if (f == nullptr)
			return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
		bool ok = fwrite(bytes.data(), 1, bytes.size(), f) == bytes.size();
		if (fclose(f) != 0 || !ok)
			return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
		return 0;
	});
}

int
vision_image_encode(const struct vision_image *im, int quality, unsigned char **data, size_t *size, struct err *e)
{
	*data = nullptr;
	*size = 0;
	return guard(ERR_FAIL, e, [&] {
		std::vector<unsigned char> bytes;
		if (im->mat.empty() || !cv::imencode(".jpg", im->mat, bytes, { cv::IMWRITE_JPEG_QUALITY, std::min(std::max(quality, 1), 100) }))
			return err_set(e, ERR_FAIL, "a picture of %dx%d cannot be encoded", im->mat.cols, im->mat.rows);
		*data = static_cast<unsigned char *>(malloc(bytes.size()));
		if (*data == nullptr)
			throw std::bad_alloc();
		std::copy(bytes.begin(), bytes.end(), *data);
		*size = bytes.size();
		return 0;
	});
}

/* ---- drawing ---- */

static cv::Scalar
colour(uint32_t rgb)
{
	return cv::Scalar(rgb & 0xff, rgb >> 8 & 0xff, rgb >> 16 & 0xff);
}

/* A coordinate that OpenCV's fixed-point drawing can take; what is not finite becomes 0. */
static int
pixel(double v)
{
	return std::isfinite(v) ? static_cast<int>(std::lround(std::fmin(std::fmax(v, -SIDE_MAX), SIDE_MAX))) : 0;
}

void
vision_draw_box(struct vision_image *im, double x, double y, double w, double h, uint32_t rgb, int thickness)
{
	err ignored;
	guard(ERR_FAIL, &ignored, [&] {
		cv::Point a(pixel(x), pixel(y)), b(pixel(x + w) - 1, pixel(y + h) - 1);
		cv::rectangle(im->mat, a, b, colour(rgb), std::min(std::max(thickness, 1), 100));
		return 0;
	});
}

void
vision_blur(struct vision_image *im, double x, double y, double w, double h)
{
	/* What is not a rectangle has no inside. */
	if (!(w > 0 && h > 0))
		return;
	cv::Point a(pixel(std::floor(x - w / 5)), pixel(std::floor(y - h / 5))), b(pixel(std::ceil(x + w + w / 5)), pixel(std::ceil(y + h + h / 5)));
	cv::Rect where = cv::Rect(a, b) & cv::Rect(0, 0, im->mat.cols, im->mat.rows);
	if (where.empty())
		return;
	err ignored;
	int done = guard(ERR_FAIL, &ignored, [&] {
		int cell = std::max(8, (std::max(where.width, where.height) + VISION_BLUR_CELLS - 1) / VISION_BLUR_CELLS);
		cv::Mat part = im->mat(where), few;
		cv::resize(part, few, cv::Size((where.width + cell - 1) / cell, (where.height + cell - 1) / cell), 0, 0, cv::INTER_AREA);
		cv::resize(few, part, where.size(), 0, 0, cv::INTER_LINEAR);
		return 0;
	});
	/* A face must not stay for want of memory. */
	for (int row = where.y; done != 0 && row < where.br().y; row++)
		memset(im->mat.ptr(row, where.x), 0, 3 * static_cast<size_t>(where.width));
}

void
vision_draw_label(struct vision_image *im, double x, double y, const char *text, uint32_t text_rgb, uint32_t plate_rgb, double height)
{
	err ignored;
	guard(ERR_FAIL, &ignored, [&] {
		int pixels = std::min(std::max(pixel(height), 4), 1000), thickness = std::max(1, pixels / 10), below = 0;
		double scale = cv::getFontScaleFromHeight(cv::FONT_HERSHEY_SIMPLEX, pixels, thickness);
		cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, scale, thickness, &below);
		int pad = std::max(2, pixels / 4);
		int w = size.width + 2 * pad, h = size.height + 2 * pad;
		int left = std::max(0, std::min(pixel(x), im->mat.cols - w));
		int top = std::max(0, std::min(pixel(y), im->mat.rows) - h);
		cv::rectangle(im->mat, cv::Rect(left, top, w, h), colour(plate_rgb), cv::FILLED);
		cv::putText(im->mat, text, cv::Point(left + pad, top + pad + size.height), cv::FONT_HERSHEY_SIMPLEX,
			scale, colour(text_rgb), thickness, cv::LINE_AA);
		return 0;
	});
}

/* ---- recordings in ---- */

enum { STEPS = 16, GRABS = 64 };

struct vision_capture {
	cv::VideoCapture in;
	cv::Mat upright;	/* before it is turned */
	vision_capture_info info;
	int64_t frames = 0;	/* grabbed */
	double last_ms = 0;	/* stamp of the last frame as handed out */
	double known[STEPS];	/* newest true stamps, as a ring */
	size_t nknown = 0;
};

/*
 * What a frame advances by, from the stamps just before: the mean of the middle half of the steps, so that neither a pause
 * nor the container's rounding counts.  NaN when there is no way to tell.
 */
static double
usual_step(const struct vision_capture *c)
{
	double steps[STEPS], sum = 0;
	size_t n = 0, first = c->nknown > STEPS ? c->nknown - STEPS : 0;
	for (size_t i = first + 1; i < c->nknown; i++)
		steps[n++] = c->known[i % STEPS] - c->known[(i - 1) % STEPS];
	if (n == 0)	/* FFmpeg knows the length of anything that has a time line. */
		return c->info.frames > 0 && c->info.fps > 0 ? 1000 / c->info.fps : NAN;
	std::sort(steps, steps + n);
	for (size_t i = n / 4; i < n - n / 4; i++)
		sum += steps[i];
	return sum / static_cast<double>(n - n / 4 * 2);
}

/*
 * The time stamp of the frame just grabbed.  OpenCV 4.6 has it wrong in two places:
 * - a stamp of 0 is replaced by the decoding time stamp, which is negative where frames are reordered;
 * - frames that leave the decoder after the last packet was read (as many as it has threads, and those held for
 *   reordering) have none: the position reads 0.
 * The latter, and any stamp that does not grow, go on by the step of the frames before them.
 */
static double
stamp(struct vision_capture *c)
{
	double ms = c->in.get(cv::CAP_PROP_POS_MSEC);
	if (c->frames++ == 0)
		ms = std::fmax(ms, 0);
	else if (ms < c->last_ms + 0.05) {
		double step = usual_step(c);
		return std::isfinite(step) ? c->last_ms += step : step;
	}
	c->known[c->nknown++ % STEPS] = ms;
	return c->last_ms = ms;
}

/*
 * OpenCV gives up at a damaged packet, and at many packets in a row of other streams (sound), just as at the
 * end; the next call goes on behind it. At the end more calls cost nothing.
 */
static bool
grab(struct vision_capture *c)
{
	for (int i = 0; i < GRABS; i++)
		if (c->in.grab())
			return true;
	return false;
}

/* Degrees clockwise; OpenCV 4.6 counts the other way round, and so turns the wrong way (its issue 22088). */
static int
rotation_of(const cv::VideoCapture &in)
{
	int meta = cvRound(in.get(cv::CAP_PROP_ORIENTATION_META));
	int clockwise = CV_AT_LEAST(7) ? meta : -meta;
	clockwise = (clockwise % 360 + 360) % 360;
	return clockwise % 90 == 0 ? clockwise : 0;
}

static void
fill_info(struct vision_capture *c)
{
	vision_capture_info &i = c->info;
	double fps = c->in.get(cv::CAP_PROP_FPS), frames = c->in.get(cv::CAP_PROP_FRAME_COUNT);
	i.rotation = rotation_of(c->in);
	i.width = cvRound(c->in.get(i.rotation % 180 == 0 ? cv::CAP_PROP_FRAME_WIDTH : cv::CAP_PROP_FRAME_HEIGHT));
	i.height = cvRound(c->in.get(i.rotation % 180 == 0 ? cv::CAP_PROP_FRAME_HEIGHT : cv::CAP_PROP_FRAME_WIDTH));
	/* For a stream without a rate OpenCV takes its clock for one (90000, 1200000). */
	i.fps = fps > 0 && fps <= 1000 ? fps : 0;
	i.frames = frames > 0 && frames < 1e12 ? static_cast<int64_t>(frames) : 0;
}

int
vision_capture_open(struct vision_capture **out, const char *path, struct vision_capture_info *info, struct err *e)
{
	*out = nullptr;
	return guard(ERR_DATA, e, [&] {
		/* FFmpeg's reasons do not reach OpenCV's callers: that the file can be opened is found out here. */
		std::string full;
		int fd;
		int64_t size;
		if (absolute_path(path, full, e) != 0 || open_regular(path, &fd, &size, e) != 0)
			return -1;
		close(fd);
		std::unique_ptr<vision_capture> c(new vision_capture);
		if (!c->in.open(full, cv::CAP_FFMPEG))
			return err_set(e, ERR_DATA, "%s: not a recording that FFmpeg can decode", path);
		c->in.set(cv::CAP_PROP_ORIENTATION_AUTO, 0);
		fill_info(c.get());
		if (c->info.width < 1 || c->info.height < 1)
			return err_set(e, ERR_DATA, "%s: the picture's size is not known", path);
		*info = c->info;
		*out = c.release();
		return 0;
	});
}

int
vision_capture_read(struct vision_capture *c, struct vision_image *im, double *pts_ms, struct err *e)
{
	return guard(ERR_DATA, e, [&] {
		if (!grab(c))
			return 0;
		*pts_ms = stamp(c);
		int turn = c->info.rotation;
		cv::Mat &m = turn == 0 ? im->mat : c->upright;
		if (!c->in.retrieve(m) || m.type() != CV_8UC3)
			return err_set(e, ERR_DATA, "frame %lld cannot be decoded", static_cast<long long>(c->frames - 1));
		if (turn != 0)
			cv::rotate(m, im->mat, turn == 90 ? cv::ROTATE_90_CLOCKWISE :
				turn == 180 ? cv::ROTATE_180 : cv::ROTATE_90_COUNTERCLOCKWISE);
		if (im->mat.cols != c->info.width || im->mat.rows != c->info.height)
			return err_set(e, ERR_DATA, "frame %lld is %dx%d, not %dx%d", static_cast<long long>(c->frames - 1),
				im->mat.cols, im->mat.rows, c->info.width, c->info.height);
		return 1;
	});
}

int
vision_capture_skip(struct vision_capture *c, double *pts_ms, struct err *e)
{
	return guard(ERR_DATA, e, [&] {
		if (!grab(c))
			return 0;
		*pts_ms = stamp(c);
		return 1;
	});
}

void
vision_capture_close(struct vision_capture *c)
{
	err ignored;
	guard(ERR_FAIL, &ignored, [&] {
		delete c;
		return 0;
	});
}

/* ---- cameras in ---- */

struct vision_camera {
	cv::VideoCapture in;
	cv::Mat other;		/* a frame that is not BGR yet */
};

int
vision_camera_open(struct vision_camera **out, enum vision_camera_kind kind, const char *text, struct err *e)
{
	*out = nullptr;
	return guard(ERR_UNAVAILABLE, e, [&] {
		const auto backend = kind == VISION_V4L2 ? cv::CAP_V4L2 : cv::CAP_GSTREAMER;
		const char *name = kind == VISION_V4L2 ? "V4L2" : "GStreamer";
		const std::vector<cv::VideoCaptureAPIs> have = cv::videoio_registry::getBackends();
		if (std::find(have.begin(), have.end(), backend) == have.end())
			return err_set(e, ERR_UNAVAILABLE, "OpenCV %s was built without %s", vision_version(), name);
		std::unique_ptr<vision_camera> c(new vision_camera);
		std::string what = text;
		if (kind == VISION_GSTREAMER)
			what += " ! videoconvert ! video/x-raw,format=BGR ! appsink max-buffers=1 drop=true sync=false";
		if (!c->in.open(what, backend))
			return err_set(e, ERR_UNAVAILABLE, kind == VISION_V4L2 ? "V4L2 gives no pictures from it" :
				"the pipeline cannot be started");
		if (kind == VISION_V4L2)
			c->in.set(cv::CAP_PROP_BUFFERSIZE, 1);	/* frames that wait in the driver are old */
		*out = c.release();
		return 0;
	});
}

int
vision_camera_read(struct vision_camera *c, struct vision_image *im, struct err *e)
{
	return guard(ERR_DATA, e, [&] {
		if (!c->in.grab())
			return 0;
		if (!c->in.retrieve(c->other) || c->other.empty())
			return err_set(e, ERR_DATA, "a frame cannot be decoded");
		if (c->other.type() == CV_8UC1)
			cv::cvtColor(c->other, im->mat, cv::COLOR_GRAY2BGR);
		else if (c->other.type() == CV_8UC3)
			im->mat = c->other.clone();
		else
			return err_set(e, ERR_DATA, "frames of a kind that is not known (OpenCV type %d)", c->other.type());
		return 1;
	});
}

void
vision_camera_close(struct vision_camera *c)
{
	err ignored;
	guard(ERR_FAIL, &ignored, [&] {
		delete c;
		return 0;
	});
}

/* ---- recordings out ---- */

int
vision_writer_open(struct vision_writer **out, const char *path, double fps, int width, int height, struct err *e)
{
	std::string ext = extension(path);
	*out = nullptr;
	if (ext != ".mp4" && ext != ".avi" && ext != ".mkv")
		return err_set(e, ERR_IO, "%s: a recording's name must end in .mp4, .avi or .mkv", path);
	/* MPEG-4's clock has 16 bits. */
	if (!(fps > 0 && fps <= 240) || width < 2 || height < 2 || width > 8190 || height > 8190)
		return err_set(e, ERR_IO, "%s: MPEG-4 cannot hold %dx%d at %g frames per second", path, width, height, fps);
	return guard(ERR_IO, e, [&] {
		std::unique_ptr<vision_writer> w(new vision_writer);
		if (absolute_path(path, w->path, e) != 0)
			return -1;
		int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0)
			return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
		close(fd);
		w->width = width;
		w->height = height;
		if (!w->out.open(w->path, cv::CAP_FFMPEG, cv::VideoWriter::fourcc('m', 'p', '4', 'v'), fps,
		    cv::Size(width, height)))
			return err_set(e, ERR_IO, "%s: FFmpeg cannot make it", path);
		*out = w.release();
		return 0;
	});
}

int
vision_writer_add(struct vision_writer *w, const struct vision_image *im, struct err *e)
{
	if (im->mat.cols != w->width || im->mat.rows != w->height)
		return err_set(e, ERR_IO, "%s: a frame of %dx%d in a recording of %dx%d", w->path.c_str(),
			im->mat.cols, im->mat.rows, w->width, w->height);
	return guard(ERR_IO, e, [&] {
		w->out.write(im->mat);
		w->frames++;
		return 0;
	});
}

/* OpenCV does not tell when writing fails (a full disk); a file that is whole can be opened and has its frames. */
int
vision_writer_close(struct vision_writer *w, struct err *e)
{
	std::unique_ptr<vision_writer> owned(w);
	return w == nullptr ? 0 : guard(ERR_IO, e, [&] {
		w->out.release();
		if (w->frames == 0)
			return 0;
		cv::VideoCapture back(w->path, cv::CAP_FFMPEG);
		if (!back.isOpened() || back.get(cv::CAP_PROP_FRAME_COUNT) + 1 < static_cast<double>(w->frames))
			return err_set(e, ERR_IO, "%s: could not be written whole; is the disk full?", w->path.c_str());
		return 0;
	});
}

/* ---- from a picture to a network's input ---- */

/* Kept from call to call, so that a frame costs no allocation. */
struct scratch {
	cv::Mat part, resized, grey;
};

static cv::Mat
straight_part(const cv::Mat &im, const vision_region &r, scratch &s)
{
	int x = cvRound(r.x), y = cvRound(r.y);
	cv::Rect want(x, y, std::max(1, cvRound(r.x + r.w) - x), std::max(1, cvRound(r.y + r.h) - y));
	/* It does meet the picture; rounding must not part them. */
	want.x = std::min(std::max(want.x, 1 - want.width), im.cols - 1);
	want.y = std::min(std::max(want.y, 1 - want.height), im.rows - 1);
	cv::Rect have = want & cv::Rect(0, 0, im.cols, im.rows);
	if (have == want)
		return im(want);
	cv::copyMakeBorder(im(have), s.part, have.y - want.y, want.br().y - have.br().y, have.x - want.x,
		want.br().x - have.br().x, cv::BORDER_REPLICATE | cv::BORDER_ISOLATED);
	return s.part;
}

/* Turning the content clockwise by angle: each point of the part is looked up turned back about the centre. */
static cv::Mat
turned_part(const cv::Mat &im, const vision_region &r, scratch &s)
{
	cv::Size size(std::max(1, cvRound(r.w)), std::max(1, cvRound(r.h)));
	double a = r.angle * CV_PI / 180, cosa = std::cos(a), sina = std::sin(a);
	/* OpenCV's coordinates are those of pixel centres, half a pixel less than ours. */
	double cx = r.x + r.w / 2 - 0.5, cy = r.y + r.h / 2 - 0.5;
	double ox = (size.width - 1) / 2.0, oy = (size.height - 1) / 2.0;
	cv::Matx23d back(cosa, sina, cx - cosa * ox - sina * oy, -sina, cosa, cy + sina * ox - cosa * oy);
	cv::warpAffine(im, s.part, back, size, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
	return s.part;
}

static int
check_region(const cv::Mat &im, const vision_region *r, err *e)
{
	/* Far more than any crop margin asks for, and little enough to make. */
	double most = 8.0 * (im.cols + im.rows) + 64;
	if (!(std::isfinite(r->angle) && std::fabs(r->x) < 1e6 && std::fabs(r->y) < 1e6 && r->w > 0 && r->h > 0 &&
	    r->w < std::fmin(most, SIDE_MAX) && r->h < std::fmin(most, SIDE_MAX) &&
	    r->w * r->h < most * most && r->x < im.cols && r->y < im.rows && r->x + r->w > 0 && r->y + r->h > 0))
		return err_set(e, ERR_FAIL, "no such part in a picture of %dx%d: %gx%g at %g,%g, turned by %g",
			im.cols, im.rows, r->w, r->h, r->x, r->y, r->angle);
	return 0;
}

static int
check_blob(const cv::Mat &im, const struct vision_blob *b, err *e)
{
	if (im.empty())
		return err_set(e, ERR_FAIL, "empty picture");
	if (b->width < 1 || b->height < 1 || b->width > SIDE_MAX || b->height > SIDE_MAX || b->x < 0 || b->y < 0 ||
	    b->w < 1 || b->h < 1 || b->w > b->width - b->x || b->h > b->height - b->y)
		return err_set(e, ERR_FAIL, "picture of %dx%d at %d,%d does not fit in an input of %dx%d",
			b->w, b->h, b->x, b->y, b->width, b->height);
	return 0;
}

/* What each of the 256 values becomes; the float operations are those of cv::dnn::blobFromImage. */
static void
fill_table(float table[256], const struct vision_blob &b, int channel, const double *low, const double *high)
{
	for (int v = 0; v < 256; v++) {
		float value = static_cast<float>(v);
		if (b.minmax)
			value = *high > *low ? cv::saturate_cast<uchar>((v - *low) * (255 / (*high - *low))) : 0;
		table[v] = (value - b.mean[channel]) * b.scale[channel];
	}
}

/* One plane: fill around, the picture's channel in the middle, in one pass. */
static void
write_plane(const cv::Mat &m, int channel, const struct vision_blob &b, const float table[256], float fill, float *dst)
{
	const int step = m.channels();
	for (int y = 0; y < b.height; y++) {
		float *row = dst + static_cast<size_t>(y) * static_cast<size_t>(b.width);
		if (y < b.y || y >= b.y + b.h) {
			std::fill(row, row + b.width, fill);
			continue;
		}
		const uchar *src = m.ptr(y - b.y) + channel;
		std::fill(row, row + b.x, fill);
		for (int x = 0; x < b.w; x++)
			row[b.x + x] = table[src[x * step]];
		std::fill(row + b.x + b.w, row + b.width, fill);
	}
}

/* The same with rows and columns swapped: width rows of height values. */
static void
write_plane_transposed(const cv::Mat &m, int channel, const struct vision_blob &b, const float table[256], float fill, float *dst)
{
	const int step = m.channels();
	for (int y = 0; y < b.height; y++)
		for (int x = 0; x < b.width; x++) {
			bool inside = y >= b.y && y < b.y + b.h && x >= b.x && x < b.x + b.w;
			dst[static_cast<size_t>(x) * static_cast<size_t>(b.height) + static_cast<size_t>(y)] =
				inside ? table[m.ptr(y - b.y)[(x - b.x) * step + channel]] : fill;
		}
}

int
vision_blob(const struct vision_image *im, const struct vision_region *region, const struct vision_blob *b, float *dst, struct err *e)
{
	if (check_blob(im->mat, b, e) != 0 || (region != nullptr && check_region(im->mat, region, e) != 0))
		return -1;
	return guard(ERR_FAIL, e, [&] {
		static thread_local scratch s;
		cv::Mat m = region == nullptr ? im->mat :
			std::fabs(region->angle) > 0 ? turned_part(im->mat, *region, s) : straight_part(im->mat, *region, s);
		if (m.cols != b->w || m.rows != b->h) {
			cv::resize(m, s.resized, cv::Size(b->w, b->h), 0, 0, cv::INTER_LINEAR);
			m = s.resized;
		}
		if (b->channels == VISION_GREY) {
			cv::cvtColor(m, s.grey, cv::COLOR_BGR2GRAY);
			m = s.grey;
		}
		if (m.channels() == 3 && !b->minmax && !b->transpose) {
			planes_fill(m.data, m.step, b, dst);
			return 0;
		}
		double low = 0, high = 0;
		if (b->minmax)
			cv::minMaxLoc(m.reshape(1), &low, &high);
		for (int c = 0; c < m.channels(); c++) {
			float table[256], fill = (b->fill - b->mean[c]) * b->scale[c];
			fill_table(table, *b, c, &low, &high);
			float *plane = dst + static_cast<size_t>(c) * static_cast<size_t>(b->width) *
				static_cast<size_t>(b->height);
			(b->transpose ? write_plane_transposed : write_plane)(m, b->channels == VISION_RGB ? 2 - c : c,
				*b, table, fill, plane);
		}
		return 0;
	});
}

/* ---- networks ---- */

static cv::dnn::Net
read_net(enum vision_format format, const char *w, size_t nw, const char *c, size_t nc)
{
	switch (format) {
	case VISION_ONNX:
		return cv::dnn::readNetFromONNX(w, nw);
	case VISION_DARKNET:
		return cv::dnn::readNetFromDarknet(c, nc, w, nw);
	case VISION_CAFFE:
		return cv::dnn::readNetFromCaffe(c, nc, w, nw);
	case VISION_TENSORFLOW:
		return cv::dnn::readNetFromTensorflow(w, nw, c, nc);
	}
	return cv::dnn::Net();
}

/* A network that OpenCV has read, made ready to run. */
static int
open_read(std::unique_ptr<vision_net> n, struct vision_net **out, err *e)
{
	if (n->net.empty())
		return err_set(e, ERR_DATA, "OpenCV %s finds no network in it", vision_version());
	n->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
	n->net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
	n->names = n->net.getUnconnectedOutLayersNames();
	if (n->names.empty() || n->names.size() > VISION_OUTPUTS)
		return err_set(e, ERR_DATA, "%zu outputs; 1 to %d can be used", n->names.size(), VISION_OUTPUTS);
	*out = n.release();
	return 0;
}

int
vision_net_open(struct vision_net **out, enum vision_format format, const void *weights, size_t nweights,
	const void *config, size_t nconfig, struct err *e)
{
	*out = nullptr;
	if (nweights == 0 || nweights > INT_MAX || nconfig > INT_MAX)
		return err_set(e, ERR_DATA, "weights of %zu bytes cannot be a network", nweights);
	if (nconfig == 0 && (format == VISION_DARKNET || format == VISION_CAFFE))
		return err_set(e, ERR_DATA, "the text file that describes the network is empty or not given");
	return guard(ERR_DATA, e, [&] {
		std::unique_ptr<vision_net> n(new vision_net);
		n->net = read_net(format, static_cast<const char *>(weights), nweights,
			static_cast<const char *>(config), nconfig);
		return open_read(std::move(n), out, e);
	});
}

int
vision_net_open_layers(struct vision_net **out, const void *onnx, size_t size, const struct vision_layer *layers, size_t nlayers,
	struct err *e)
{
	*out = nullptr;
	return guard(ERR_DATA, e, [&] {
		std::unique_ptr<vision_net> n(new vision_net);
		n->layers.assign(layers, layers + nlayers);
		with_layers mark(n->layers);
		n->net = cv::dnn::readNetFromONNX(static_cast<const char *>(onnx), size);
		return open_read(std::move(n), out, e);
	});
}

void
vision_net_close(struct vision_net *n)
{
	err ignored;
	guard(ERR_FAIL, &ignored, [&] {
		delete n;
		return 0;
	});
}

static int
fill_tensor(struct tensor *t, const std::string &name, const cv::Mat &m, err *e)
{
	if (m.type() != CV_32F || !m.isContinuous() || m.dims > TENSOR_DIMS)
		return err_set(e, ERR_DATA, "output %s is not a block of 32-bit floats with at most %d dimensions",
			name.c_str(), TENSOR_DIMS);
	snprintf(t->name, sizeof t->name, "%s", name.c_str());
	t->ndims = m.dims;
	std::copy(m.size.p, m.size.p + m.dims, t->dims);
	t->data = m.ptr<float>();
	return 0;
}

int
vision_net_run(struct vision_net *n, const float *input, const int dims[4], struct tensor *outs, size_t *nouts, struct err *e)
{
	*nouts = 0;
	return guard(ERR_DATA, e, [&] {
		with_layers mark(n->layers);
		n->net.setInput(cv::Mat(4, dims, CV_32F, const_cast<float *>(input)));
		n->net.forward(n->outs, n->names);
		for (size_t i = 0; i < n->names.size(); i++)
			if (fill_tensor(&outs[i], n->names[i], n->outs.at(i), e) != 0)
				return -1;
		*nouts = n->names.size();
		return 0;
	});
}

} // extern "C"
