/*
 * Floor 1.  libconfig behind a door: the only file that includes it is
 * src/conf/cfg.c.  A configuration is a tree; a node knows its line.
 *
 * Types are strict: libconfig would silently leave a float unread that is
 * written as an integer; here an integer is a number, and text never is.
 */
#ifndef FOOTFALL_CONF_CFG_H
#define FOOTFALL_CONF_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct cfg;			/* a file */
struct cfg_node;		/* borrowed from its struct cfg */

enum cfg_type { CFG_GROUP, CFG_LIST, CFG_INT, CFG_REAL, CFG_BOOL, CFG_TEXT };	/* LIST: arrays too */

/* ERR_INPUT: cannot be opened.  ERR_CONFIG: "file:line: what". */
int cfg_open(struct cfg **out, const char *path, struct err *e);
void cfg_close(struct cfg *c);
const char *cfg_path(const struct cfg *c);
struct cfg_node *cfg_root(struct cfg *c);

enum cfg_type cfg_type(const struct cfg_node *n);
const char *cfg_type_name(enum cfg_type t);		/* "integer", "real", "boolean", "text", "group", "list" */
const char *cfg_name(const struct cfg_node *n);		/* NULL for root and list members */
int cfg_line(const struct cfg_node *n);
size_t cfg_length(const struct cfg_node *n);		/* children of a group or list, else 0 */
struct cfg_node *cfg_at(const struct cfg_node *n, size_t i);
struct cfg_node *cfg_child(const struct cfg_node *n, const char *name);	/* direct child or NULL */

/* Read a node, ERR_CONFIG "file:line: name must be ..." when it is of another type. */
int cfg_int(const struct cfg *c, const struct cfg_node *n, int64_t *out, struct err *e);
int cfg_real(const struct cfg *c, const struct cfg_node *n, double *out, struct err *e);	/* takes integers */
int cfg_bool(const struct cfg *c, const struct cfg_node *n, bool *out, struct err *e);
int cfg_text(const struct cfg *c, const struct cfg_node *n, const char **out, struct err *e);	/* borrowed */

#endif
