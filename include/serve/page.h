/*
 * Floor 4.  The page's own files, as they lie in the program: src/serve/embed.sh makes them into C.
 */
#ifndef FOOTFALL_SERVE_PAGE_H
#define FOOTFALL_SERVE_PAGE_H

#include <stddef.h>

struct page_file {
	const char *name;		/* "page.css" */
	const unsigned char *data;
	size_t size;
};

extern const struct page_file page_files[];	/* ended by name NULL */

#endif
