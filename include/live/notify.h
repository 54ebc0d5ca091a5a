/*
 * Floor 5.  What the service manager is told of us (sd_notify(3)), when one started us and this build has
 * libsystemd.  Otherwise every function here does nothing, so that callers need not ask.  From any thread.
 */
#ifndef FOOTFALL_LIVE_NOTIFY_H
#define FOOTFALL_LIVE_NOTIFY_H

#include <stdint.h>

/* The start is over: the database is open and sources are being read.  Also the end of notify_reloading. */
void notify_ready(void);
/* One line for `systemctl status`; a line break in it becomes a space. */
void notify_status(const char *text);
/* All is well; to be said at least every notify_watchdog_ms(), else we are killed and started again. */
void notify_watchdog(void);
/* How often: half of what the service manager waits for.  0: it does not watch us. */
int64_t notify_watchdog_ms(void);
/* Settings are being read again; notify_ready must follow. */
void notify_reloading(void);
void notify_stopping(void);

/* "252": libsystemd; NULL: this build has none. */
const char *notify_library(void);

#endif
