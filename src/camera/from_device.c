/*
 * V4L2 devices and GStreamer pipelines, through OpenCV.
 *
 * Why a device cannot be opened is found out here: OpenCV only says that it cannot.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/when.h"
#include "camera/address.h"
#include "camera/grab.h"
#include "vision/vision.h"

static int
refuse_open(const char *path, int why, struct err *e)
{
	if (why == ENOENT || why == ENODEV || why == ENXIO)
		return err_set(e, ERR_UNAVAILABLE, "no such device (unplugged?)");
	if (why == EACCES || why == EPERM)
		return err_set(e, ERR_UNAVAILABLE, "no permission for %s: this user must be in the group that it belongs to (video)", path);
	if (why == EBUSY)
		return err_set(e, ERR_UNAVAILABLE, "another program is using it");
	return err_set(e, ERR_UNAVAILABLE, "%s cannot be opened: %s", path, strerror(why));
}

/* Is it a device that gives pictures, to us, now? */
static int
examine(const char *path, struct err *e)
{
	struct v4l2_capability cap;
	struct v4l2_requestbuffers buffers = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
	struct stat st;
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC), r = 0;

	if (fd < 0)
		return refuse_open(path, errno, e);
	if (fstat(fd, &st) != 0 || !S_ISCHR(st.st_mode)) {
		r = err_set(e, ERR_UNAVAILABLE, "%s is no device", path);
	} else if (ioctl(fd, VIDIOC_QUERYCAP, &cap) != 0) {
		r = err_set(e, ERR_UNAVAILABLE, "%s is no camera (%s)", path, strerror(errno));
	} else {
		unsigned caps = (cap.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? cap.device_caps : cap.capabilities;
		if ((caps & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE)) == 0)
			r = err_set(e, ERR_UNAVAILABLE, "%s gives no pictures (another number of the same camera may)", path);
		/* Asking for no buffers is refused only while somebody else has some. */
		else if ((caps & V4L2_CAP_VIDEO_CAPTURE) != 0 && ioctl(fd, VIDIOC_REQBUFS, &buffers) != 0 && errno == EBUSY)
			r = refuse_open(path, EBUSY, e);
	}
	close(fd);
	return r;
}

int
grab_device(const struct ring_setup *s, struct ring_writer *w, struct err *e)
{
	const bool device = s->source == CAMERA_DEVICE;
	struct vision_camera *c = NULL;
	struct vision_image *im = vision_image_new();
	int r = -1;

	/* What is wrong with a pipeline GStreamer only prints, and only when it is asked to. */
	setenv("GST_DEBUG", "1", 0);
	setenv("GST_DEBUG_NO_COLOR", "1", 1);
	if (device && examine(s->address, e) != 0)
		goto out;
	/* "gst:" is ours. */
	if (vision_camera_open(&c, device ? VISION_V4L2 : VISION_GSTREAMER, device ? s->address : s->address + 4, e) != 0)
		goto out;
	ring_writer_tell(w, RING_OPENED, ERR_NONE, NULL);
	while ((r = vision_camera_read(c, im, e)) == 1) {
		unsigned char *to;
		int64_t captured = when_monotonic_ms();
		r = ring_writer_slot(w, vision_image_width(im), vision_image_height(im), false, &to, e);
		if (r == 1) {
			vision_image_pixels(im, to);
			r = ring_writer_frame(w, captured);
			if (r != 0)
				e->code = ERR_NONE;
		}
		if (r < 0)
			goto out;
	}
	if (r == 0)
		r = err_set(e, ERR_UNAVAILABLE, device ? "it gives no frames any more (unplugged?)" : "the pipeline is at its end");
out:
	vision_camera_close(c);
	vision_image_free(im);
	return r;
}
