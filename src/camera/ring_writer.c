/*
 * The capture process's end of the ring: makes the memory, fills slots, tells of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/when.h"
#include "camera/ring.h"
#include "camera/ring_layout.h"

struct ring_writer {
	int fd;
	int64_t max_pixels;
	uint32_t ring;			/* number of the newest ring; 0: none yet */
	int width, height;
	unsigned char *base;
	size_t size, stride;
	bool busy[RING_SLOTS];		/* the reader has it */
	uint32_t slot;			/* got last */
	int64_t number;			/* of the next frame */
	bool closed;
};

struct ring_writer *
ring_writer_new(int fd, int64_t max_pixels)
{
	struct ring_writer *w = mem_alloc(sizeof *w);
	w->fd = fd;
	w->max_pixels = max_pixels;
	return w;
}

void
ring_writer_free(struct ring_writer *w)
{
	if (w != NULL && w->base != NULL)
		munmap(w->base, w->size);
	free(w);
}

static int
send_message(struct ring_writer *w, const struct ring_message *m, int memory)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec part = { .iov_base = (void *)(uintptr_t)m, .iov_len = sizeof *m };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (memory >= 0) {
		h.msg_control = control;
		h.msg_controllen = sizeof control;
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof memory);
		memcpy(CMSG_DATA(c), &memory, sizeof memory);
	}
	do
		n = sendmsg(w->fd, &h, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		w->closed = true;
	return n < 0 ? -1 : 0;
}

/* Takes back the slots that the reader has done with.  Waits up to timeout_ms (-1: without end) for the first. */
static void
take_back(struct ring_writer *w, int timeout_ms)
{
	struct ring_message m;
	struct pollfd p = { .fd = w->fd, .events = POLLIN };

	while (!w->closed && poll(&p, 1, timeout_ms) > 0) {
		ssize_t n = recv(w->fd, &m, sizeof m, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			w->closed = true;
		else if (n == sizeof m && m.kind == RING_FREE && m.ring == w->ring && m.slot < RING_SLOTS)
			w->busy[m.slot] = false;
		timeout_ms = 0;
	}
}

bool
ring_writer_closed(struct ring_writer *w)
{
	take_back(w, 0);
	return w->closed;
}

int
ring_writer_wait(struct ring_writer *w, int64_t t_ms)
{
	for (int64_t left; !w->closed && (left = t_ms - when_monotonic_ms()) > 0;)
		take_back(w, left < 1000 ? (int)left : 1000);
	return w->closed ? -1 : 0;
}

int
ring_writer_tell(struct ring_writer *w, enum ring_kind kind, enum err_code code, const char *text)
{
	struct ring_message m = { .kind = (uint32_t)kind, .code = (int32_t)code };
	snprintf(m.text, sizeof m.text, "%s", text != NULL ? text : "");
	return send_message(w, &m, -1);
}

/* A ring for pictures of another size. */
static int
change_shape(struct ring_writer *w, int width, int height, struct err *e)
{
	if (!ring_shape_fits(width, height, w->max_pixels))
		return err_set(e, ERR_DATA, "a picture of %dx%d: more than the %lld pixels that are taken", width, height,
		    (long long)w->max_pixels);
	size_t stride = ring_stride(width, height), size = RING_SLOTS * stride;
	int memory = memfd_create("footfall-frames", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *base = MAP_FAILED;
	int r = -1;

	if (memory < 0 || ftruncate(memory, (off_t)size) != 0 ||
	    fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0 ||
	    (base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0)) == MAP_FAILED) {
		err_set(e, ERR_FAIL, "no shared memory for pictures of %dx%d: %s", width, height, strerror(errno));
		goto out;
	}
	if (w->base != NULL)
		munmap(w->base, w->size);
	w->base = base;
	w->size = size;
	w->stride = stride;
	w->width = width;
	w->height = height;
	w->ring++;
	memset(w->busy, 0, sizeof w->busy);
	struct ring_message m = { .kind = RING_SHAPE, .ring = w->ring, .width = width, .height = height };
	r = send_message(w, &m, memory);
	if (r != 0)
		e->code = ERR_NONE;
out:
	if (memory >= 0)
		close(memory);
	return r;
}

static int
free_slot(const struct ring_writer *w)
{
	for (int i = 0; i < RING_SLOTS; i++)
		if (!w->busy[i])
			return i;
	return -1;
}

int
ring_writer_slot(struct ring_writer *w, int width, int height, bool wait, unsigned char **to, struct err *e)
{
	int slot;

	if ((width != w->width || height != w->height) && change_shape(w, width, height, e) != 0)
		return -1;
	take_back(w, 0);
	while ((slot = free_slot(w)) < 0 && wait && !w->closed)
		take_back(w, -1);
	if (w->closed) {
		e->code = ERR_NONE;
		return -1;
	}
	if (slot < 0) {
		w->number++;
		return 0;
	}
	w->slot = (uint32_t)slot;
	*to = w->base + (size_t)slot * w->stride;
	return 1;
}

int
ring_writer_frame(struct ring_writer *w, int64_t captured_ms)
{
	struct ring_message m = { .kind = RING_FRAME, .ring = w->ring, .slot = w->slot, .number = w->number++,
		.captured_ms = captured_ms };
	w->busy[w->slot] = true;
	return send_message(w, &m, -1);
}
