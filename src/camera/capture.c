/*
 * The capture process.
 *
 * It is alone with what the network or a driver gives it: no descriptor but its socket (and standard input, where that is the
 * source), no way to gain privileges, no core dump, since passwords are in its memory, and the first
 * to go when memory is short.  Signals that people and service managers send to all of a
 * program are left to the parent, which ends this process by closing the socket, and with SIGKILL.
 */
#include "camera/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "camera/address.h"
#include "camera/grab.h"
#include "camera/ring.h"
#include "vision/vision.h"

bool
capture_is(int argc, char **argv)
{
	return argc == 3 && strcmp(argv[1], CAPTURE_PROCESS) == 0;
}

static void
ignore_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &ignore, NULL);
}

static void
lower(int fd)
{
	/* Not 0, which Linux takes for no limit where cores go to a program. */
	const struct rlimit none = { 1, 1 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "footfall-camera");
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
	close_range((unsigned)fd + 1, ~0U, 0);
	int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (score >= 0) {
		ssize_t written = write(score, "500", 3);
		(void)written;	/* a system without it does as well */
		close(score);
	}
}

/* What to do.  The parent is trusted, a person who tries the command is told so. */
static int
receive_setup(int fd, struct ring_setup *s)
{
	ssize_t n;
	do
		n = recv(fd, s, sizeof *s, 0);
	while (n < 0 && errno == EINTR);
	return n == sizeof *s ? 0 : -1;
}

static int
grab(const struct ring_setup *s, struct ring_writer *w, struct err *e)
{
	switch ((enum camera_kind)s->source) {
	case CAMERA_STREAM:
		return grab_stream(s, w, e);
	case CAMERA_DEVICE:
	case CAMERA_GSTREAMER:
		return grab_device(s, w, e);
	case CAMERA_STDIN:
		return grab_stdin(s, w, e);
	case CAMERA_FILE:
		return grab_file(s, w, e);
	}
	return err_set(e, ERR_FAIL, "no such kind of source");
}

int
capture_main(int argc, char **argv)
{
	int64_t fd;
	struct ring_setup *s = mem_alloc(sizeof *s);
	struct err e = { 0 };
	int status = ERR_USAGE;

	(void)argc;
	if (num_int(argv[2], &fd) != 0 || fd < 3 || fd > 1023)
		goto out;
	ignore_signals();
	lower((int)fd);
	if (receive_setup((int)fd, s) != 0)
		goto out;
	vision_init(s->verbose || s->source == CAMERA_GSTREAMER);
	struct ring_writer *w = ring_writer_new((int)fd, s->max_pixels);
	if (grab(s, w, &e) == 0)
		ring_writer_tell(w, RING_ENDED, ERR_NONE, NULL);
	else if (e.code != ERR_NONE)
		ring_writer_tell(w, RING_FAILED, e.code, e.msg);
	ring_writer_free(w);
	status = 0;
out:
	explicit_bzero(s, sizeof *s);
	free(s);
	return status;
}
