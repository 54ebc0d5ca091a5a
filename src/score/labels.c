/*
 * The labelled set holds everything it points to.
 */
#include "score/labels.h"

#include <stdlib.h>

void
labels_free(struct labels *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < l->nimages; i++)
		free(l->images[i].name);
	for (size_t i = 0; i < l->nclasses; i++)
		free(l->classes[i].name);
	free(l->images);
	free(l->classes);
	free(l->truths);
	free(l->predictions);
	free(l->protocol);
	*l = (struct labels){ 0 };
}
