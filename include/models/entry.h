/*
 * Floor 2.  One network's entry in a registry file.
 */
#ifndef FOOTFALL_MODELS_ENTRY_H
#define FOOTFALL_MODELS_ENTRY_H

#include "base/err.h"
#include "conf/cfg.h"
#include "models/registry.h"

/*
 * Reads entry n of file c.  lists: the groups of named lists that `classes = "name"` may refer to, first one
 * first; either may be NULL.  ERR_CONFIG "file:line: what"; out then holds nothing.
 */
int entry_read(struct model *out, const struct cfg *c, const struct cfg_node *n,
	const struct cfg_node *const lists[2], struct err *e);
void entry_clear(struct model *m);	/* frees what it holds, not m itself */

#endif
