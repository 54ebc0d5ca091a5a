/*
 * What the pages of footfall eval share.
 */
#include "cli/eval_html.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

void
eval_facts_add(struct eval_facts *f, const char *name, bool code, char *value)
{
	if (value == NULL)
		return;
	assert(f->n < EVAL_FACTS);
	f->v[f->n++] = (struct eval_fact) { .name = name, .value = value, .code = code };
}

void
eval_facts_free(struct eval_facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		free((char *)f->v[i].value);
}

void
eval_gallery_add(struct eval_gallery *g, const char *kind, char *caption, const struct buf *data)
{
	g->v[g->n++] = (struct eval_picture) { .kind = kind, .caption = caption, .data = data->data, .size = data->len };
}

void
eval_gallery_free(struct eval_gallery *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free((char *)g->v[i].caption);
		free((void *)g->v[i].data);
	}
	free(g->v);
}

char *
eval_html_set(const char *path)
{
	const char *name = file_name(path);
	size_t n = strlen(name);
	while (n > 1 && name[n - 1] == '/')
		n--;
	return mem_printf("%.*s", (int)n, name);
}

int
eval_html_close(struct out *o, const char *path, int written, struct err *e)
{
	if (written != 0) {
		out_abandon(o);
		return -1;
	}
	if (out_close(o, e) != 0)
		return -1;
	if (strcmp(path, "-") != 0)
		log_info("the report is in %s", path);
	return 0;
}
