/*
 * Floor 2.  The ledger: a line of JSON for each time that one of our own networks was trained (ledger.jsonl beside the
 * registry; models/train writes it).
 *
 *	{"network": "footfall-pf", "started": "2026-11-21T05:40:00Z", "seconds": 11520, "command": "...",
 *	 "data": {"wider": {"files": 1203, "sha256": "..."}}, "settings": {"batch": 32},
 *	 "epochs": [{"epoch": 1, "loss": 3.4, "ap50": 0.1}], "weights": {"file": "footfall-pf.onnx", "bytes": 9641000,
 *	 "sha256": "...", "parameters": 2410000}, "versions": {"torch": "2.5.1"}, "machine": "..."}
 *
 * network and started are needed; what is not known is passed over.
 */
#ifndef FOOTFALL_MODELS_LEDGER_H
#define FOOTFALL_MODELS_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ledger_pair {
	char *key, *value;		/* "group.key" of one in a group; a value that is no text: as JSON has it */
};

struct ledger_pairs {
	struct ledger_pair *v;
	size_t n;
};

struct ledger_set {
	char *name, *sha256;		/* sha256 may be NULL */
	int64_t files;
};

enum ledger_aim { LEDGER_HIGHER, LEDGER_LOWER, LEDGER_NEITHER };	/* is better */

/* A number that epochs have; one of a group in them is called "group.name". */
struct ledger_metric {
	char *name;
	enum ledger_aim aim;		/* told by its name */
	double first, last, best;
	size_t best_at;			/* index of the epoch */
};

struct ledger_run {
	size_t line;			/* in the file, from 1 */
	char *text;			/* the line itself: one JSON object */
	char *network;
	int64_t started_ms;
	double seconds;			/* negative: not told; so with the other numbers */
	char *command, *machine;	/* NULL: not told */
	struct ledger_set *sets;
	size_t nsets;
	struct ledger_pairs settings, versions;
	int64_t *epochs;		/* their numbers */
	size_t nepochs;
	struct ledger_metric *metrics;
	size_t nmetrics;
	char *file, *sha256;		/* the weights'; NULL: not told */
	int64_t bytes, parameters;
};

struct ledger {
	struct ledger_run *v;		/* newest first */
	size_t n;
	size_t nbad;			/* lines that are none; the first of them: */
	struct err bad;			/* "file:line:column: what" */
};

enum { LEDGER_METRICS = 64 };		/* most that a run may have */

/* No file: no runs.  ERR_INPUT, ERR_IO, ERR_DATA (too large): the file cannot be read.  Bad lines are not errors. */
int ledger_read(struct ledger *out, const char *path, struct err *e);
void ledger_free(struct ledger *l);	/* frees what it holds */

#endif
