/*
 * Starting and ending the capture process.
 *
 * posix_spawn, because the program has many threads and networks in its memory: nothing is copied, and no lock of
 * another thread can be in the way.  Its signals are as in a program that was just started, whatever the
 * caller blocks or ignores.
 */
#include "camera/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "camera/capture.h"
#include "camera/ring.h"
#include "camera/scrub.h"

enum {
	CHILD_FD = 3,
	HIGH_FD = 10,		/* above those that the child gets */
	KILLED_MS = 200,	/* for a killed process to be gone */
	WINDOW_MS = 10000, WINDOW_LINES = 10
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Out of the way of the numbers that the child will use. */
static int
raise_fd(int *fd)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, HIGH_FD);
	close_fd(fd);
	*fd = high;
	return high < 0 ? -1 : 0;
}

static int
spawn(pid_t *pid, int socket, int complaints, bool keep_stdin)
{
	char *const argv[] = { (char[]){ "footfall" }, (char[]){ CAPTURE_PROCESS }, (char[]){ "3" }, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawn_file_actions_init(&files);
	if (!keep_stdin)
		posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, complaints, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&files, socket, CHILD_FD);
	posix_spawn_file_actions_addclosefrom_np(&files, CHILD_FD + 1);
	int why = posix_spawn(pid, "/proc/self/exe", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return why;
}

static int
send_setup(int fd, const struct camera_options *o)
{
	struct ring_setup *s = mem_alloc(sizeof *s);
	*s = (struct ring_setup){ .source = (int32_t)o->address->kind, .raw_width = o->raw_width, .raw_height = o->raw_height,
		.udp = o->udp, .loop = o->loop, .fast = o->fast, .verbose = o->verbose, .open_ms = o->open_ms,
		.stall_ms = o->stall_ms, .max_pixels = o->max_pixels };
	snprintf(s->raw_pixels, sizeof s->raw_pixels, "%s", o->raw_pixels != NULL ? o->raw_pixels : "");
	snprintf(s->address, sizeof s->address, "%s", o->address->open);
	ssize_t n = send(fd, s, sizeof *s, MSG_NOSIGNAL);
	explicit_bzero(s, sizeof *s);
	free(s);
	return n == sizeof *s ? 0 : -1;
}

int
process_start(struct process *p, const struct camera_options *o, struct err *e)
{
	int pair[2] = { -1, -1 }, pipes[2] = { -1, -1 }, r = -1;

	*p = (struct process)PROCESS_NONE;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 || pipe2(pipes, O_CLOEXEC) != 0 ||
	    raise_fd(&pair[1]) != 0 || raise_fd(&pipes[1]) != 0) {
		err_set(e, ERR_FAIL, "no descriptors for a capture process: %s", strerror(errno));
		goto out;
	}
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	int why = spawn(&p->pid, pair[1], pipes[1], o->address->kind == CAMERA_STDIN);
	if (why != 0) {
		p->pid = 0;
		err_set(e, ERR_FAIL, "no capture process: %s", strerror(why));
		goto out;
	}
	/* Should it be gone already, that is seen where messages are read. */
	send_setup(pair[0], o);
	p->fd = pair[0];
	p->complaints = pipes[0];
	pair[0] = pipes[0] = -1;
	r = 0;
out:
	for (int i = 0; i < 2; i++) {
		close_fd(&pair[i]);
		close_fd(&pipes[i]);
	}
	return r;
}

/*
 * The reason in a line of GStreamer's log ("TIME PID ADDRESS ERROR CATEGORY FILE:LINE:FUNCTION:<OBJECT> reason"), or of OpenCV's,
 * which passes on what an element reported.  NULL: it has none.
 */
static const char *
reason_in(const char *line)
{
	const char *s = strstr(line, " reported: ");
	if (s != NULL)
		return s + strlen(" reported: ");
	s = strstr(line, " ERROR ");
	for (int i = 0; i < 3 && s != NULL; i++)
		s = strchr(s + 1, ':');
	if (s == NULL)
		return NULL;
	s++;
	if (*s == '<')
		s += strcspn(s, ">") + (strchr(s, '>') != NULL);
	return s + strspn(s, " ");
}

/* A whole line is in p->line. */
static void
tell_line(struct process *p, const struct camera_options *o)
{
	p->line[p->length] = '\0';
	p->length = 0;
	bool again = strcmp(p->line, p->last) == 0;
	if (p->line[0] == '\0' || again)
		return;
	memcpy(p->last, p->line, sizeof p->last);
	const char *reason = reason_in(p->line);
	if (reason != NULL && p->reason[0] == '\0')
		snprintf(p->reason, sizeof p->reason, "%s", reason);
	if (!o->verbose)
		return;
	int64_t now = when_monotonic_ms();
	if (now - p->window_ms >= WINDOW_MS) {
		p->window_ms = now;
		p->lines = 0;
	}
	if (p->lines++ >= WINDOW_LINES) {
		p->held_back++;
		return;
	}
	char *clean = scrub(p->last, o->address->open);
	if (p->held_back > 0)
		log_verbose("%s: %d lines more of its library were left out", o->address->shown, p->held_back);
	p->held_back = 0;
	log_verbose("%s: %s", o->address->shown, clean);
	free(clean);
}

void
process_listen(struct process *p, const struct camera_options *o)
{
	char chunk[4096];
	ssize_t n = p->complaints >= 0 ? read(p->complaints, chunk, sizeof chunk) : -1;

	if (n == 0)
		close_fd(&p->complaints);
	for (ssize_t i = 0; i < n; i++) {
		if (chunk[i] == '\n' || chunk[i] == '\r')
			tell_line(p, o);
		else if (p->length < PROCESS_LINE)
			p->line[p->length++] = chunk[i];
	}
}

/* Waits up to ms for it. */
static bool
reap(struct process *p, int ms, int *status)
{
	const struct timespec tick = { .tv_nsec = 2000000 };
	const int64_t until = when_monotonic_ms() + ms;

	for (;;) {
		pid_t got = waitpid(p->pid, status, WNOHANG);
		if (got == p->pid || (got < 0 && errno != EINTR)) {
			if (got < 0)	/* where children are reaped by themselves (SIGCHLD ignored) nobody knows more */
				*status = 0;
			p->pid = 0;
			return true;
		}
		if (when_monotonic_ms() >= until)
			return false;
		nanosleep(&tick, NULL);
	}
}

bool
process_end(struct process *p, int grace_ms, int *status)
{
	*status = 0;
	if (p->fd >= 0)
		shutdown(p->fd, SHUT_RDWR);
	bool gone = p->pid == 0 || reap(p, grace_ms, status);
	if (!gone) {
		kill(p->pid, SIGKILL);
		gone = reap(p, KILLED_MS, status);
	}
	close_fd(&p->fd);
	close_fd(&p->complaints);
	return gone;
}

bool
process_gone(struct process *p)
{
	int status;
	return p->pid == 0 || reap(p, 0, &status);
}

void
process_fate(int status, char *out, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(out, size, "died: %s", strsignal(WTERMSIG(status)));
	else
		snprintf(out, size, "ended with status %d", WEXITSTATUS(status));
}
