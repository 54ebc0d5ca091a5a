/* ring: pictures go through it; whatever a capture process that was taken over may send does no harm. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/when.h"
#include "camera/ring.h"
#include "camera/ring_layout.h"

enum { PIXELS = 10000 };

struct both {
	int fds[2];
	struct ring_writer *w;
	struct ring_reader *r;
};

static int
make(void **state)
{
	static struct both b;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, b.fds), 0);
	b.w = ring_writer_new(b.fds[1], PIXELS);
	b.r = ring_reader_new(PIXELS);
	ring_reader_attach(b.r, b.fds[0]);
	*state = &b;
	return 0;
}

static int
drop(void **state)
{
	struct both *b = *state;
	ring_writer_free(b->w);
	ring_reader_free(b->r);
	close(b->fds[0]);
	if (b->fds[1] >= 0)
		close(b->fds[1]);
	return 0;
}

/* How many descriptors are open. */
static int
open_fds(void)
{
	int n = 0;
	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* A frame filled with value; what ring_writer_slot said. */
static int
put(struct both *b, int width, int height, int value)
{
	unsigned char *to;
	struct err e = { 0 };
	int r = ring_writer_slot(b->w, width, height, false, &to, &e);
	if (r != 1)
		return r;
	memset(to, value, 3 * (size_t)width * (size_t)height);
	assert_int_equal(ring_writer_frame(b->w, 1000 + value), 0);
	return 1;
}

/* The next message must be a frame of this value. */
static struct ring_frame
take(struct both *b, int width, int height, int value)
{
	struct ring_message m;
	struct ring_frame f;
	struct err e = { 0 };
	do
		assert_int_equal(ring_receive(b->r, &m, &f, &e), RING_MESSAGE);
	while (m.kind == RING_SHAPE);
	assert_int_equal(m.kind, RING_FRAME);
	assert_int_equal(f.width, width);
	assert_int_equal(f.height, height);
	assert_int_equal(f.captured_ms, 1000 + value);
	for (int i = 0; i < 3 * width * height; i++)
		assert_int_equal(f.pixels[i], value);
	return f;
}

static void
circulates(void **state)
{
	struct both *b = *state;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(put(b, 31, 7, i), 1);
		struct ring_frame f = take(b, 31, 7, i);
		assert_int_equal(f.lost, 0);
		ring_release(b->r, f.map, f.slot);
	}
}

static void
loses_when_full(void **state)
{
	struct both *b = *state;
	struct ring_frame f[RING_SLOTS];
	for (int i = 0; i < RING_SLOTS; i++) {
		assert_int_equal(put(b, 4, 4, i), 1);
		f[i] = take(b, 4, 4, i);
	}
	assert_int_equal(put(b, 4, 4, 9), 0);
	assert_int_equal(put(b, 4, 4, 9), 0);
	ring_release(b->r, f[2].map, f[2].slot);
	/* A second time does nothing. */
	ring_release(b->r, f[2].map, f[2].slot);
	assert_int_equal(put(b, 4, 4, 7), 1);
	struct ring_frame last = take(b, 4, 4, 7);
	assert_int_equal(last.lost, 2);
	assert_int_equal(last.slot, f[2].slot);
	assert_int_equal(put(b, 4, 4, 9), 0);
	/* Those that were held all the time are as they were. */
	assert_int_equal(f[0].pixels[0], 0);
	assert_int_equal(f[3].pixels[47], 3);
}

static void
changes_size(void **state)
{
	struct both *b = *state;
	assert_int_equal(put(b, 4, 4, 1), 1);
	struct ring_frame old = take(b, 4, 4, 1);
	int before = open_fds();
	for (int i = 0; i < 100; i++) {
		assert_int_equal(put(b, 5 + i % 2, 3, i), 1);
		struct ring_frame f = take(b, 5 + i % 2, 3, i);
		ring_release(b->r, f.map, f.slot);
	}
	assert_int_equal(open_fds(), before);
	assert_int_equal(old.pixels[47], 1);
	ring_release(b->r, old.map, old.slot);

	unsigned char *to;
	struct err e = { 0 };
	assert_int_equal(ring_writer_slot(b->w, 101, 100, false, &to, &e), -1);
	assert_int_equal(e.code, ERR_DATA);
}

static void
outlives_its_process(void **state)
{
	struct both *b = *state;
	struct ring_message m;
	struct ring_frame f;
	struct err e = { 0 };
	assert_int_equal(ring_receive(b->r, &m, &f, &e), RING_NOTHING);
	assert_int_equal(put(b, 4, 4, 5), 1);
	struct ring_frame held = take(b, 4, 4, 5);
	close(b->fds[1]);
	b->fds[1] = -1;
	assert_int_equal(ring_receive(b->r, &m, &f, &e), RING_CLOSED);
	ring_reader_attach(b->r, -1);
	assert_int_equal(held.pixels[47], 5);
	ring_release(b->r, held.map, held.slot);
}

static void
reader_goes(void **state)
{
	struct both *b = *state;
	unsigned char *to;
	struct err e = { .code = ERR_FAIL };
	for (int i = 0; i < RING_SLOTS; i++)
		assert_int_equal(put(b, 4, 4, i), 1);
	shutdown(b->fds[0], SHUT_RDWR);
	/* Neither waiting for a slot nor for a time lasts longer. */
	assert_int_equal(ring_writer_slot(b->w, 4, 4, true, &to, &e), -1);
	assert_int_equal(e.code, ERR_NONE);
	assert_int_equal(ring_writer_wait(b->w, when_monotonic_ms() + 3600000), -1);
	assert_true(ring_writer_closed(b->w));
	assert_int_equal(ring_writer_tell(b->w, RING_ENDED, ERR_NONE, NULL), -1);
}

/* ---- hostile ---- */

static void
send_raw(struct both *b, const void *data, size_t n, const int *fds, size_t nfds)
{
	char control[CMSG_SPACE(16 * sizeof(int))] = { 0 };
	struct iovec part = { .iov_base = (void *)(uintptr_t)data, .iov_len = n };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };
	if (nfds > 0) {
		h.msg_control = control;
		h.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(b->fds[1], &h, 0), n);
}

static enum ring_result
after(struct both *b, const struct ring_message *m, const int *fds, size_t nfds)
{
	struct ring_message got;
	struct ring_frame f;
	struct err e = { 0 };
	send_raw(b, m, sizeof *m, fds, nfds);
	return ring_receive(b->r, &got, &f, &e);
}

static int
memory(size_t size, int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void
hostile_shapes(void **state)
{
	struct both *b = *state;
	static const int sizes[][2] = { { 0, 1 }, { 1, 0 }, { -1, 4 }, { 4, -1 }, { INT32_MAX, INT32_MAX }, { INT32_MIN, INT32_MIN },
		{ 65536, 65536 }, { 101, 100 }, { 32768, 1 } };
	const size_t right = RING_SLOTS * ring_stride(4, 4);
	int before = open_fds();

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct ring_message m = { .kind = RING_SHAPE, .ring = 1, .width = sizes[i][0], .height = sizes[i][1] };
		int fd = memory(right, F_SEAL_SHRINK);
		assert_int_equal(after(b, &m, &fd, 1), RING_NONSENSE);
		close(fd);
	}
	const struct ring_message m = { .kind = RING_SHAPE, .ring = 1, .width = 4, .height = 4 };
	/* None, too small, too large, not sealed, no memfd, several. */
	assert_int_equal(after(b, &m, NULL, 0), RING_NONSENSE);
	int bad[] = { memory(right - 1, F_SEAL_SHRINK), memory(0, F_SEAL_SHRINK), memory(right + 1, F_SEAL_SHRINK),
		memory(right, F_SEAL_GROW), open("/dev/zero", O_RDONLY | O_CLOEXEC), open("/proc/self/exe", O_RDONLY | O_CLOEXEC) };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(after(b, &m, &bad[i], 1), RING_NONSENSE);
	assert_int_equal(after(b, &m, bad, 3), RING_NONSENSE);
	int many[16];
	for (size_t i = 0; i < 16; i++)
		many[i] = bad[0];
	assert_int_equal(after(b, &m, many, 16), RING_NONSENSE);
	/* One where none belongs. */
	const struct ring_message opened = { .kind = RING_OPENED };
	assert_int_equal(after(b, &opened, bad, 1), RING_NONSENSE);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		close(bad[i]);
	assert_int_equal(open_fds(), before);

	/* Whoever keeps frames of many sizes is not followed for ever. */
	int good = memory(right, F_SEAL_SHRINK | F_SEAL_GROW);
	for (uint32_t i = 1; i <= RING_MAPS; i++) {
		const struct ring_message shape = { .kind = RING_SHAPE, .ring = i, .width = 4, .height = 4 };
		const struct ring_message frame = { .kind = RING_FRAME, .ring = i, .slot = 0, .number = i };
		assert_int_equal(after(b, &shape, &good, 1), RING_MESSAGE);
		assert_int_equal(after(b, &frame, NULL, 0), RING_MESSAGE);
	}
	assert_int_equal(after(b, &m, &good, 1), RING_NONSENSE);
	close(good);
	assert_int_equal(open_fds(), before);
}

static void
hostile_frames(void **state)
{
	struct both *b = *state;
	struct ring_message m = { .kind = RING_FRAME, .ring = 1, .slot = 0, .number = 0 };

	/* Before any ring. */
	assert_int_equal(after(b, &m, NULL, 0), RING_NONSENSE);
	assert_int_equal(put(b, 4, 4, 1), 1);
	struct ring_frame f = take(b, 4, 4, 1);

	m.number = 1;
	m.slot = (uint32_t)f.slot;	/* it is being read */
	assert_int_equal(after(b, &m, NULL, 0), RING_NONSENSE);
	m.slot = RING_SLOTS;
	assert_int_equal(after(b, &m, NULL, 0), RING_NONSENSE);
	m.slot = UINT32_MAX;
	assert_int_equal(after(b, &m, NULL, 0), RING_NONSENSE);
	m.slot = 1;
	m.ring = 2;
	assert_int_equal(after(b, &m, NULL, 0), RING_NONSENSE);
	m.ring = 1;
	static const int64_t numbers[] = { 0, -1, INT64_MIN, INT64_MAX };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		m.number = numbers[i];
		assert_int_equal(after(b, &m, NULL, 0), RING_NONSENSE);
	}
	m.number = 1;
	assert_int_equal(after(b, &m, NULL, 0), RING_MESSAGE);
}

static void
hostile_packets(void **state)
{
	struct both *b = *state;
	static char large[4 * sizeof(struct ring_message)];
	struct ring_message m = { .kind = RING_FAILED }, got;
	struct ring_frame f;
	struct err e = { 0 };

	send_raw(b, "x", 1, NULL, 0);
	assert_int_equal(ring_receive(b->r, &got, &f, &e), RING_NONSENSE);
	send_raw(b, large, sizeof large, NULL, 0);
	assert_int_equal(ring_receive(b->r, &got, &f, &e), RING_NONSENSE);
	/* One that begins as a good one. */
	memcpy(large, &m, sizeof m);
	send_raw(b, large, sizeof large, NULL, 0);
	assert_int_equal(ring_receive(b->r, &got, &f, &e), RING_NONSENSE);
	static const uint32_t kinds[] = { 0, RING_FREE, 99, UINT32_MAX };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct ring_message odd = { .kind = kinds[i] };
		assert_int_equal(after(b, &odd, NULL, 0), RING_NONSENSE);
	}
	/* A text without end. */
	memset(m.text, 'a', sizeof m.text);
	send_raw(b, &m, sizeof m, NULL, 0);
	assert_int_equal(ring_receive(b->r, &got, &f, &e), RING_MESSAGE);
	assert_int_equal(strlen(got.text), sizeof m.text - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(circulates, make, drop),
		cmocka_unit_test_setup_teardown(loses_when_full, make, drop),
		cmocka_unit_test_setup_teardown(changes_size, make, drop),
		cmocka_unit_test_setup_teardown(outlives_its_process, make, drop),
		cmocka_unit_test_setup_teardown(reader_goes, make, drop),
		cmocka_unit_test_setup_teardown(hostile_shapes, make, drop),
		cmocka_unit_test_setup_teardown(hostile_frames, make, drop),
		cmocka_unit_test_setup_teardown(hostile_packets, make, drop),
	};
	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
