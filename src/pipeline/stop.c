/*
 * A stop request is an early end of file: the handler only sets a flag, the source stops reading, and
 * everything seen flows down and is committed. The handler takes itself back, so that a second signal kills.
 */
#include "pipeline/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_bool stopped;

static void
request(int signal_number)
{
	(void)signal_number;
	atomic_store(&stopped, true);
	/* whichever comes next kills */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

void
stop_install(void)
{
	struct sigaction a = { .sa_handler = request, .sa_flags = SA_RESTART };
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
}

bool
stop_requested(void)
{
	return atomic_load(&stopped);
}
