/*
 * This process as the kernel sees it: proc(5).
 */
#include "serve/process.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static int64_t
entries(const char *path)
{
	DIR *d = opendir(path);
	int64_t n = 0;
	if (d == NULL)
		return -1;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;	/* "." and ".." */
}

static int64_t
size_of(const char *path, const char *suffix)
{
	struct stat st;
	char *name = mem_printf("%s%s", path, suffix);
	int64_t size = stat(name, &st) == 0 ? (int64_t)st.st_size : -1;
	free(name);
	return size;
}

static int64_t
resident(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long long total, pages;
	if (f == NULL)
		return -1;
	int n = fscanf(f, "%lld %lld", &total, &pages);
	fclose(f);
	return n == 2 ? pages * sysconf(_SC_PAGESIZE) : -1;
}

/* Of the machine, seconds since 1970. */
static double
boot(void)
{
	char line[256];
	long long t;
	double found = NAN;
	FILE *f = fopen("/proc/stat", "re");
	if (f == NULL)
		return NAN;
	while (isnan(found) && fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "btime %lld", &t) == 1)
			found = (double)t;
	}
	fclose(f);
	return found;
}

/* The 22nd field; the second is a name in parentheses, which may hold anything. */
static double
started(void)
{
	char line[1024];
	unsigned long long ticks;
	double found = NAN;
	FILE *f = fopen("/proc/self/stat", "re");
	if (f == NULL)
		return NAN;
	size_t n = fread(line, 1, sizeof line - 1, f);
	fclose(f);
	line[n] = '\0';
	const char *at = strrchr(line, ')');
	for (int field = 2; at != NULL && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at != NULL && sscanf(at, " %llu", &ticks) == 1)
		found = boot() + (double)ticks / (double)sysconf(_SC_CLK_TCK);
	return found;
}

void
process_look(struct metrics_own *own, const char *database)
{
	own->rss_bytes = resident();
	own->descriptors = entries("/proc/self/fd");
	own->threads = entries("/proc/self/task");
	own->start_s = started();
	own->database_bytes = size_of(database, "");
	own->log_bytes = size_of(database, "-wal");
}
