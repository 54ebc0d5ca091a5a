/*
 * sd_notify, the only use of libsystemd.  What it returns is of no use to anybody: whoever started us without a
 * service manager is not told about it, and one that no longer listens will see to us by its watchdog.
 */
#include "live/notify.h"

#ifdef FOOTFALL_SYSTEMD

#include <stdlib.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "base/mem.h"

void
notify_ready(void)
{
	(void)sd_notify(0, "READY=1");
}

void
notify_status(const char *text)
{
	char *line = mem_strdup(text);
	/* A line is an assignment: what a source is called must not become one (WATCHDOG=trigger). */
	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	(void)sd_notifyf(0, "STATUS=%s", line);
	free(line);
}

void
notify_watchdog(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

int64_t
notify_watchdog_ms(void)
{
	uint64_t usec = 0;
	if (sd_watchdog_enabled(0, &usec) <= 0)
		return 0;
	/* Never 0, which would mean that nobody watches. */
	return usec < 4000 ? 1 : (int64_t)(usec / 2000);
}

void
notify_reloading(void)
{
	/* From 253 on (Type=notify-reload) the time is compared with that of the request to reload. */
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000);
}

void
notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

const char *
notify_library(void)
{
	return FOOTFALL_SYSTEMD;
}

#else

#include <stddef.h>

void
notify_ready(void)
{
}

void
notify_status(const char *text)
{
	(void)text;
}

void
notify_watchdog(void)
{
}

int64_t
notify_watchdog_ms(void)
{
	return 0;
}

void
notify_reloading(void)
{
}

void
notify_stopping(void)
{
}

const char *
notify_library(void)
{
	return NULL;
}

#endif
