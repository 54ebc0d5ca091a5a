/*
 * Downloading weights, by the curl program rather than libcurl: it is on most machines, brings the
 * user's own proxy settings with it, and keeps a TLS library out of this process.
 *
 * Whatever comes is untrusted until its hash is right: it is written under a temporary name beside
 * the target, cannot grow beyond the size that is known, and gets its name by a rename.
 */
#include "models/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/when.h"
#include "models/folders.h"
#include "models/locate.h"

enum {
	EXIT_NO_PROGRAM = 127,		/* the shell's custom */
	CURL_WRITE_ERROR = 23,
	TICK_MS = 250,
	LINE_MS = 10000			/* between lines of progress where there is no terminal */
};

/* The signals that end a download are blocked and waited for, so that no handler is needed and the clean-up always runs. */
struct signals {
	sigset_t waited, before;
	struct sigaction child;
};

static void
signals_block(struct signals *s)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	struct sigaction now;

	/* Where ends of children are ignored, their status is lost. */
	sigaction(SIGCHLD, &usual, &s->child);
	sigemptyset(&s->waited);
	sigaddset(&s->waited, SIGCHLD);
	/* A blocked signal is seen even if it is ignored, as nohup has SIGHUP. */
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (sigaction(ends[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&s->waited, ends[i]);
	pthread_sigmask(SIG_BLOCK, &s->waited, &s->before);
}

static void
signals_restore(const struct signals *s)
{
	sigaction(SIGCHLD, &s->child, NULL);
	pthread_sigmask(SIG_SETMASK, &s->before, NULL);
}

/* In the child: becomes curl, or ends.  Only calls that are safe between fork and exec. */
static _Noreturn void
become_curl(char *const argv[], int complaints, const struct rlimit *size, const sigset_t *mask)
{
	/* Not --max-filesize alone: it believes what the server says the length is.  The signal that ends it must leave no core. */
	const struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_FSIZE, size);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGXFSZ, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	int null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	dup2(complaints, STDERR_FILENO);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	_exit(errno == ENOENT ? EXIT_NO_PROGRAM : 126);
}

static pid_t
start_curl(const char *url, const char *to, int64_t size, int complaints, const sigset_t *mask)
{
	char limit[24];
	snprintf(limit, sizeof limit, "%lld", (long long)size);
	const char *argv[] = {
		"curl", "--silent", "--show-error", "--fail", "--location", "--globoff",
		"--proto", "=https,http,file", "--proto-redir", "=https,http", "--max-filesize", limit,
		"--retry", "2", "--connect-timeout", "20", "--output", to, "--url", url, NULL
	};
	struct rlimit bytes = { (rlim_t)size, (rlim_t)size };
	pid_t pid = fork();
	if (pid == 0)
		become_curl((char *const *)(uintptr_t)argv, complaints, &bytes, mask);
	return pid;
}

static void
tell_progress(const char *name, const char *path, int64_t size, int64_t started_ms, int64_t *told_ms)
{
	struct stat st;
	int64_t now = when_monotonic_ms();
	if (now - *told_ms < (log_is_tty() ? TICK_MS : LINE_MS) || stat(path, &st) != 0)
		return;
	*told_ms = now;
	log_progress("fetching %s: %.1f of %.1f MB, %lld s", name, (double)st.st_size / 1e6, (double)size / 1e6,
	    (long long)((now - started_ms) / 1000));
}

/* Waits for curl, or for the signal that stops it.  0: *status is curl's; -1: interrupted. */
static int
wait_for_curl(pid_t pid, const struct signals *s, const char *name, const char *path, int64_t size, int *status)
{
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };
	int64_t started = when_monotonic_ms(), told = started;
	int stopped = 0;

	while (waitpid(pid, status, WNOHANG) == 0) {
		int sig = sigtimedwait(&s->waited, NULL, &tick);
		if (sig > 0 && sig != SIGCHLD) {
			stopped = sig;
			kill(pid, SIGTERM);
		}
		tell_progress(name, path, size, started, &told);
	}
	log_progress_end();
	return stopped == 0 ? 0 : -1;
}

/* The first line of what curl said, without its end. */
static void
read_complaint(int fd, char *out, size_t size)
{
	ssize_t n = read(fd, out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
}

static int
refuse_status(int status, const struct model_file *f, const char *complaint, struct err *e)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
		return err_set(e, ERR_UNAVAILABLE, "%s sends more than the %lld bytes that %s has", f->url, (long long)f->size,
		    f->path);
	if (WIFSIGNALED(status))
		return err_set(e, ERR_UNAVAILABLE, "%s: curl was ended by signal %d", f->url, WTERMSIG(status));
	if (WEXITSTATUS(status) == EXIT_NO_PROGRAM)
		return err_set(e, ERR_UNAVAILABLE, "the curl program is not installed: apt install curl");
	return err_set(e, WEXITSTATUS(status) == CURL_WRITE_ERROR ? ERR_IO : ERR_UNAVAILABLE, "%s: %s", f->url,
	    complaint[0] != '\0' ? complaint : "curl failed");
}

/* Runs curl: url into the file at path. */
static int
download(const struct model_file *f, const char *path, struct err *e)
{
	struct signals s;
	char complaint[256];
	int pipes[2], status = 0, rc = -1;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return err_set(e, ERR_FAIL, "cannot start curl: %s", strerror(errno));
	signals_block(&s);
	pid_t pid = start_curl(f->url, path, f->size, pipes[1], &s.before);
	int why = errno;
	close(pipes[1]);
	if (pid < 0)
		err_set(e, ERR_FAIL, "cannot start curl: %s", strerror(why));
	else if (wait_for_curl(pid, &s, file_name(f->path), path, f->size, &status) != 0)
		err_set(e, ERR_INTERRUPTED, "interrupted; the same command begins again");
	else if (status == 0)
		rc = 0;
	if (pid >= 0 && rc != 0 && e->code != ERR_INTERRUPTED) {
		read_complaint(pipes[0], complaint, sizeof complaint);
		refuse_status(status, f, complaint, e);
	}
	close(pipes[0]);
	signals_restore(&s);
	return rc;
}

/* Is what came what was to come? */
static int
verify(const struct model_file *f, const char *path, struct err *e)
{
	char hex[SHA256_HEX];
	int64_t size;

	if (file_sha256(path, hex, &size, e) != 0)
		return -1;
	if (size != f->size)
		return err_set(e, ERR_UNAVAILABLE, "%s gave %s%lld bytes instead of %lld; nothing was kept", f->url,
		    locate_is_pointer(path) ? "a Git LFS pointer of " : "", (long long)size, (long long)f->size);
	if (strcmp(hex, f->sha256) != 0)
		return err_set(e, ERR_UNAVAILABLE, "%s gave other contents than the registry states (sha256 %s instead of %s); "
		    "nothing was kept", f->url, hex, f->sha256);
	return 0;
}

static int
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int rc = fsync(fd);
	close(fd);
	return rc;
}

/* Gives the verified file its name; what is on the disk then is whole even after a power cut. */
static int
put_in_place(int fd, const char *temporary, const char *target, const char *folder, struct err *e)
{
	mode_t mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0666 & ~mask) != 0 || fsync(fd) != 0 || rename(temporary, target) != 0 || sync_folder(folder) != 0)
		return err_set(e, ERR_IO, "cannot write %s: %s", target, strerror(errno));
	return 0;
}

static int
fetch_file(const struct model_file *f, const char *models, struct err *e)
{
	char *target = file_join(models, f->path);
	char *folder = mem_printf("%.*s", (int)(file_name(target) - target), target);
	char *temporary = mem_printf("%s.XXXXXX.part", target);
	int rc = -1, fd = -1;

	if (file_make_dirs(folder, e) != 0)
		goto out;
	fd = mkostemps(temporary, (int)strlen(".part"), O_CLOEXEC);
	if (fd < 0) {
		err_set(e, ERR_IO, "cannot write into %s: %s", folder, strerror(errno));
		goto out;
	}
	log_info("fetching %s (%.1f MB) from %s into %s", file_name(target), (double)f->size / 1e6, f->url, folder);
	rc = download(f, temporary, e);
	if (rc == 0)
		rc = verify(f, temporary, e);
	if (rc == 0)
		rc = put_in_place(fd, temporary, target, folder, e);
	if (rc != 0)
		unlink(temporary);
	close(fd);
out:
	free(target);
	free(folder);
	free(temporary);
	return rc;
}

/* Can files be made below folder, once it is made? */
static bool
can_write(const char *folder, const char *below)
{
	struct err ignored;
	char *path = file_join(folder, below);
	char *parent = mem_printf("%.*s", (int)(file_name(path) - path), path);
	bool yes = file_make_dirs(parent, &ignored) == 0 && access(parent, W_OK | X_OK) == 0;
	free(path);
	free(parent);
	return yes;
}

static int
choose_folder(const struct model *m, struct folders *candidates, const char **out, struct err *e)
{
	struct buf list = { 0 };

	folders_add_environment(candidates);
	folders_add_user(candidates);
	for (size_t i = 0; i < candidates->n; i++) {
		if (can_write(candidates->v[i], m->files[0].path)) {
			*out = candidates->v[i];
			buf_free(&list);
			return 0;
		}
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", candidates->v[i]);
	}
	if (candidates->n == 0)
		err_set(e, ERR_IO, "no folder to put networks into: set FOOTFALL_MODELS or HOME");
	else
		err_set(e, ERR_IO, "no folder to put networks into: cannot write into %s", buf_str(&list));
	buf_free(&list);
	return -1;
}

/* Is a good copy of the file, by its contents, in one of the folders? */
static bool
is_there(const struct registry *r, const struct model_file *f)
{
	bool found = false;
	struct err ignored;
	char hex[SHA256_HEX], *p;

	for (size_t k = 0; !found && (p = locate_candidate(r, f, k)) != NULL; k++) {
		found = locate_look(p, f, NULL) == LOCATE_GOOD && file_sha256(p, hex, NULL, &ignored) == 0 &&
		    strcmp(hex, f->sha256) == 0;
		free(p);
	}
	return found;
}

int
model_fetch(const struct registry *r, const struct model *m, struct err *e)
{
	struct folders candidates = { 0 };
	const char *folder;
	bool there[MODEL_FILES];
	size_t missing = 0;
	int rc = -1;

	if (m->unsupported != NULL)
		return err_set(e, ERR_UNAVAILABLE, "network %s cannot run: %s", m->name, m->unsupported);
	/* All addresses first: half a network is of no use. */
	for (size_t i = 0; i < m->nfiles; i++) {
		there[i] = is_there(r, &m->files[i]);
		if (!there[i] && m->files[i].url == NULL)
			return err_set(e, ERR_UNAVAILABLE, "network %s: %s cannot be fetched: %s%s", m->name, m->files[i].path,
			    m->note != NULL ? m->note : "no address of it is known, it comes from ",
			    m->note != NULL ? "" : m->upstream);
		missing += !there[i];
	}
	if (missing == 0) {
		log_info("network %s is there already", m->name);
		return 0;
	}
	rc = choose_folder(m, &candidates, &folder, e);
	for (size_t i = 0; rc == 0 && i < m->nfiles; i++)
		if (!there[i])
			rc = fetch_file(&m->files[i], folder, e);
	folders_free(&candidates);
	return rc;
}
