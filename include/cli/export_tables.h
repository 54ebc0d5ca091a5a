/*
 * Floor 6.  What `footfall export` can write.
 */
#ifndef FOOTFALL_CLI_EXPORT_TABLES_H
#define FOOTFALL_CLI_EXPORT_TABLES_H

/*
 * A SELECT with the parameters :source (name), :from and :to (milliseconds, from <= t < to), each NULL for no limit.
 * Except for minutes, which are few, its order is one that the indexes give: nothing is sorted.
 */
struct export_table {
	const char *name, *sql;
};

extern const struct export_table export_tables[];	/* ended by name NULL; the first is the default */

#endif
