/*
 * The reader's end of the ring.  Everything that comes is checked before it is used.
 *
 * A map is the memory of one ring.  It is kept until its ring is superseded or its capture process is gone, and none of its
 * slots is read any more; release comes from other threads, hence the lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "camera/ring.h"
#include "camera/ring_layout.h"

/* More frames than these in one step cannot have been lost. */
#define LOST_MAX INT64_C(1000000000)

struct map {
	unsigned char *base;		/* NULL: not in use */
	size_t size, stride;
	int width, height;
	uint32_t ring;			/* the capture process's number of it */
	bool current;			/* frames still come into it */
	bool held[RING_SLOTS];
};

struct ring_reader {
	pthread_mutex_t lock;
	int fd;
	int64_t max_pixels, next_number;
	struct map maps[RING_MAPS];
};

struct ring_reader *
ring_reader_new(int64_t max_pixels)
{
	struct ring_reader *r = mem_alloc(sizeof *r);
	pthread_mutex_init(&r->lock, NULL);
	r->fd = -1;
	r->max_pixels = max_pixels;
	return r;
}

static void
unmap(struct map *m)
{
	if (m->base != NULL)
		munmap(m->base, m->size);
	*m = (struct map){ 0 };
}

void
ring_reader_free(struct ring_reader *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < RING_MAPS; i++)
		unmap(&r->maps[i]);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static bool
in_use(const struct map *m)
{
	for (int i = 0; i < RING_SLOTS; i++)
		if (m->held[i])
			return true;
	return m->current;
}

/* No frames come into the current map any more. */
static void
supersede(struct ring_reader *r)
{
	for (int i = 0; i < RING_MAPS; i++) {
		r->maps[i].current = false;
		if (!in_use(&r->maps[i]))
			unmap(&r->maps[i]);
	}
}

void
ring_reader_attach(struct ring_reader *r, int fd)
{
	pthread_mutex_lock(&r->lock);
	r->fd = fd;
	r->next_number = 0;
	supersede(r);
	pthread_mutex_unlock(&r->lock);
}

/* Can this memory be read without fear? */
static bool
is_sound(int memory, size_t size)
{
	struct stat st;
	struct statfs fs;
	int seals = fcntl(memory, F_GET_SEALS);
	/* Of huge pages there may be none when one is needed, which is a SIGBUS. */
	return seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && fstat(memory, &st) == 0 && st.st_size >= 0 &&
	    (size_t)st.st_size == size && fstatfs(memory, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

static enum ring_result
take_shape(struct ring_reader *r, const struct ring_message *m, int memory, struct err *e)
{
	if (!ring_shape_fits(m->width, m->height, r->max_pixels)) {
		err_set(e, ERR_DATA, "pictures of %dx%d", m->width, m->height);
		return RING_NONSENSE;
	}
	size_t stride = ring_stride(m->width, m->height), size = RING_SLOTS * stride;
	if (memory < 0 || !is_sound(memory, size)) {
		err_set(e, ERR_DATA, "memory of another size, or unsealed");
		return RING_NONSENSE;
	}
	supersede(r);
	struct map *map = r->maps;
	while (map < r->maps + RING_MAPS && map->base != NULL)
		map++;
	if (map == r->maps + RING_MAPS) {
		err_set(e, ERR_DATA, "more changes of size than can be followed");
		return RING_NONSENSE;
	}
	void *base = mmap(NULL, size, PROT_READ, MAP_SHARED, memory, 0);
	if (base == MAP_FAILED) {
		err_set(e, ERR_FAIL, "pictures of %dx%d: %s", m->width, m->height, strerror(errno));
		return RING_NONSENSE;
	}
	*map = (struct map){ .base = base, .size = size, .stride = stride, .width = m->width, .height = m->height,
		.ring = m->ring, .current = true };
	return RING_MESSAGE;
}

static enum ring_result
take_frame(struct ring_reader *r, const struct ring_message *m, struct ring_frame *f, struct err *e)
{
	struct map *map = r->maps;
	while (map < r->maps + RING_MAPS && !map->current)
		map++;
	if (map == r->maps + RING_MAPS || m->ring != map->ring || m->slot >= RING_SLOTS || map->held[m->slot] ||
	    m->number < r->next_number || m->number - r->next_number > LOST_MAX) {
		err_set(e, ERR_DATA, "frame %lld in slot %u", (long long)m->number, (unsigned)m->slot);
		return RING_NONSENSE;
	}
	map->held[m->slot] = true;
	*f = (struct ring_frame){ .lost = m->number - r->next_number, .captured_ms = m->captured_ms, .width = map->width,
		.height = map->height, .pixels = map->base + m->slot * map->stride, .slot = (int)m->slot,
		.map = (int)(map - r->maps) };
	r->next_number = m->number + 1;
	return RING_MESSAGE;
}

/* Takes a packet and the descriptor in it (-1: none; of several none is taken). */
static ssize_t
take_packet(int fd, struct ring_message *m, int *memory)
{
	/* Aligned as the kernel writes it; for more descriptors than belong there, so that they are seen and closed. */
	union {
		char bytes[CMSG_SPACE(8 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { .iov_base = m, .iov_len = sizeof *m };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	ssize_t n;
	int got = 0;

	*memory = -1;
	do
		n = recvmsg(fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	/* Linux tells once that the other side went away with releases unread, before what it had said last. */
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c != NULL; c = CMSG_NXTHDR(&h, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int one;
			memcpy(&one, CMSG_DATA(c) + i * sizeof one, sizeof one);
			if (got++ == 0)
				*memory = one;
			else
				close(one);
		}
	}
	if ((got > 1 || (h.msg_flags & MSG_TRUNC) != 0) && n > 0)
		return 1;
	return n;
}

enum ring_result
ring_receive(struct ring_reader *r, struct ring_message *m, struct ring_frame *f, struct err *e)
{
	int memory;
	ssize_t n = take_packet(r->fd, m, &memory);
	enum ring_result result = RING_MESSAGE;

	if (n < 0 && errno == EAGAIN)
		return RING_NOTHING;
	if (n <= 0) {
		result = RING_CLOSED;
	} else if (n != sizeof *m || (memory >= 0) != (m->kind == RING_SHAPE) || m->kind < RING_OPENED || m->kind > RING_FAILED) {
		err_set(e, ERR_DATA, "a message of no known kind");
		result = RING_NONSENSE;
	} else {
		m->text[sizeof m->text - 1] = '\0';
		pthread_mutex_lock(&r->lock);
		if (m->kind == RING_SHAPE)
			result = take_shape(r, m, memory, e);
		else if (m->kind == RING_FRAME)
			result = take_frame(r, m, f, e);
		pthread_mutex_unlock(&r->lock);
	}
	if (memory >= 0)
		close(memory);
	return result;
}

void
ring_release(struct ring_reader *r, int map, int slot)
{
	pthread_mutex_lock(&r->lock);
	struct map *m = &r->maps[map];
	if (m->base != NULL && m->held[slot]) {
		m->held[slot] = false;
		if (m->current && r->fd >= 0) {
			/* Never more of these than slots, so they find room; a capture process that is gone needs none. */
			struct ring_message msg = { .kind = RING_FREE, .ring = m->ring, .slot = (uint32_t)slot };
			send(r->fd, &msg, sizeof msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		}
		if (!in_use(m))
			unmap(m);
	}
	pthread_mutex_unlock(&r->lock);
}
