/*
 * footfall completion: the shell's completion script, made from the tables that the command line itself is
 * read by, so that the two cannot disagree.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/parse.h"
#include "conf/settings.h"
#include "out/out.h"

static void
bash_words(struct out *o, const struct cli_option *t)
{
	for (; t != NULL && t->name != NULL; t++)
		out_printf(o, " --%s", t->name);
}

static void
bash(struct out *o)
{
	out_puts(o, "# bash completion for footfall\n"
	    "_footfall_networks() {\n"
	    "\tfootfall models list \"$@\" 2>/dev/null | awk 'NR > 1 && NF > 5 { print $1 == \"*\" ? $2 : $1 }'\n"
	    "}\n"
	    "_footfall() {\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
	    "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords=\"--help --version");
	for (size_t i = 0; commands[i] != NULL; i++)
		out_printf(o, " %s", commands[i]->name);
	out_puts(o, "\"\n\telif [ \"$prev\" = -o ] || [ \"$prev\" = --option ]; then\n"
	    "\t\tcompopt -o nospace\n\t\twords=\"");
	for (size_t i = 0; i < settings_count(); i++)
		out_printf(o, "%s%s=", i > 0 ? " " : "", settings_entry(NULL, i, NULL, NULL).name);
	out_puts(o, "\"\n\telif [[ $cur == -* ]]; then\n\t\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		out_printf(o, "\t\t%s) words=\"", commands[i]->name);
		bash_words(o, cli_common);
		bash_words(o, commands[i]->options);
		out_puts(o, "\" ;;\n");
	}
	out_puts(o, "\t\tesac\n\telse\n\t\tcase ${COMP_WORDS[1]}:$COMP_CWORD in\n"
	    "\t\tmodels:2) words=\"list show check fetch calibrate\" ;;\n"
	    "\t\tmodels:*) words=$(_footfall_networks) ;;\n"
	    "\t\tdb:2) words=\"info check rebuild backup\" ;;\n"
	    "\t\teval:2) words=\"score detect face gender counts compare list show\" ;;\n"
	    "\t\tcompletion:2) words=\"bash zsh\" ;;\n"
	    "\t\tesac\n\t\tcase $prev in\n"
	    "\t\t--person|--face|--gender) words=$(_footfall_networks --task \"${prev#--}\") ;;\n"
	    "\t\t--stages) words=\"person person,face person,face,gender face,gender\" ;;\n"
	    "\t\t--table) words=\"minutes persons faces frames runs\" ;;\n"
	    "\t\t--format) words=\"csv jsonl\" ;;\n"
	    "\t\tesac\n\tfi\n"
	    "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	    "}\n"
	    "complete -o default -F _footfall footfall\n");
}

/* Text inside [...] of zsh's _arguments within single quotes. */
static void
zsh_text(struct out *o, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			out_puts(o, "'\\''");
		else if (strchr("[]:\\", *s) != NULL)
			out_printf(o, "\\%c", *s);
		else
			out_bytes(o, s, 1);
	}
}

static void
zsh_options(struct out *o, const struct cli_option *t)
{
	for (; t != NULL && t->name != NULL; t++) {
		out_printf(o, " \\\n\t\t\t'--%s%s[", t->name, t->arg != NULL ? "=" : "");
		zsh_text(o, t->help);
		out_puts(o, "]");
		if (t->arg != NULL)
			out_printf(o, ":%s:%s", t->arg, strstr(t->arg, "FILE") != NULL ? "_files" : "");
		out_puts(o, "'");
	}
}

static void
zsh(struct out *o)
{
	out_puts(o, "#compdef footfall\n"
	    "_footfall() {\n\tlocal -a commands\n\tcommands=(\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		out_printf(o, "\t\t'%s:", commands[i]->name);
		zsh_text(o, commands[i]->summary);
		out_puts(o, "'\n");
	}
	out_puts(o, "\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
	    "\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n");
	for (size_t i = 0; commands[i] != NULL; i++) {
		out_printf(o, "\t%s)\n\t\t_arguments", commands[i]->name);
		zsh_options(o, cli_common);
		zsh_options(o, commands[i]->options);
		out_puts(o, " \\\n\t\t\t'*:input:_files' ;;\n");
	}
	out_puts(o, "\tesac\n}\n_footfall \"$@\"\n");
}

static int
exec(struct cli *c, struct err *e)
{
	if (cli_operands(c, 1, 1, e) != 0)
		return -1;
	bool is_zsh = strcmp(c->argv[0], "zsh") == 0;
	if (!is_zsh && strcmp(c->argv[0], "bash") != 0)
		return err_set(e, ERR_USAGE, "no completion for \"%s\": bash or zsh", c->argv[0]);
	struct out *o = out_stream(stdout);
	(is_zsh ? zsh : bash)(o);
	return out_close(o, e);
}

const struct command cmd_completion = {
	.name = "completion",
	.usage = "bash|zsh",
	.summary = "print the completion script of a shell",
	.exec = exec
};
