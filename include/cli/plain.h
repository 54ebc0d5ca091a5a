/*
 * Floor 6.  Names from files, for a terminal.
 */
#ifndef FOOTFALL_CLI_PLAIN_H
#define FOOTFALL_CLI_PLAIN_H

#include "out/out.h"

/*
 * Writes text with control characters (C0, DEL, C1) and bytes that are not UTF-8 as \xNN: it stays on its line and says
 * nothing to a terminal.  NULL: nothing.
 */
void plain_put(struct out *o, const char *text);

#endif
