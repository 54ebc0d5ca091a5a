/*
 * Where networks may lie: beside the project's registry, in the folders that FOOTFALL_MODELS
 * names, in the user's data folder, in the installed share.
 */
#include "models/folders.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

void
folders_add(struct folders *f, const char *path)
{
	char *real = file_absolute(path);
	for (size_t i = 0; i < f->n; i++) {
		char *other = file_absolute(f->v[i]);
		int same = strcmp(real, other) == 0;
		free(other);
		if (same) {
			free(real);
			return;
		}
	}
	free(real);
	f->v = mem_resize(f->v, f->n + 1, sizeof *f->v);
	f->v[f->n++] = mem_strdup(path);
}

void
folders_add_environment(struct folders *f)
{
	const char *list = getenv("FOOTFALL_MODELS");
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ":");
		if (n > 0) {
			char *path = mem_printf("%.*s", (int)n, list);
			folders_add(f, path);
			free(path);
		}
		list += n + (list[n] == ':');
	}
}

void
folders_add_user(struct folders *f)
{
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	char *path;

	/* The XDG specification has relative paths ignored. */
	if (data != NULL && data[0] == '/')
		path = mem_printf("%s/footfall/models", data);
	else if (home != NULL && home[0] == '/')
		path = mem_printf("%s/.local/share/footfall/models", home);
	else
		return;
	folders_add(f, path);
	free(path);
}

void
folders_free(struct folders *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i]);
	free(f->v);
	*f = (struct folders){ 0 };
}

/* The folder of this program, in new memory; NULL when the system does not say. */
static char *
program_folder(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	if (n <= 0)
		return NULL;
	path[n] = '\0';
	char *slash = strrchr(path, '/');
	if (slash == NULL)
		return NULL;
	*slash = '\0';
	return mem_strdup(path);
}

int
folders_project_registry(char **path, struct err *e)
{
	/*
	 * From the program's folder: a build folder of the source, one level deeper (sanitizers), an
	 * installation that was moved.
	 */
	static const char *const beside[] = {
		"../models/registry.cfg", "../../models/registry.cfg", "../share/footfall/models/registry.cfg"
	};
	static const char installed[] = FOOTFALL_PREFIX "/share/footfall/models/registry.cfg";
	const char *given = getenv("FOOTFALL_REGISTRY");
	struct buf tried = { 0 };

	*path = NULL;
	if (given != NULL && given[0] != '\0') {
		if (!file_exists(given))
			return err_set(e, ERR_INPUT, "%s: no such file (FOOTFALL_REGISTRY names it as the registry of networks)", given);
		*path = mem_strdup(given);
		return 0;
	}
	char *here = program_folder();
	for (size_t i = 0; here != NULL && i < sizeof beside / sizeof *beside; i++) {
		char *there = file_join(here, beside[i]);
		if (file_exists(there)) {
			*path = file_absolute(there);
			free(there);
			goto out;
		}
		buf_printf(&tried, "%s, ", there);
		free(there);
	}
	if (file_exists(installed))
		*path = mem_strdup(installed);
out:
	free(here);
	int r = *path != NULL ? 0 : err_set(e, ERR_INPUT, "no registry of networks at %s%s; "
	    "name one in FOOTFALL_REGISTRY", buf_str(&tried), installed);
	buf_free(&tried);
	return r;
}
