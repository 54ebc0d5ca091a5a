#!/bin/sh
# embed.sh FILE...: prints a C file that holds the files, as serve/page.h declares them.
set -eu
cat <<'END'
/* Made by src/serve/embed.sh. */
#include "serve/page.h"

END
n=0
for file; do
	printf 'static const unsigned char bytes%d[] = {\n' $n
	od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	printf '};\n\n'
	n=$((n + 1))
done
echo 'const struct page_file page_files[] = {'
n=0
for file; do
	printf '\t{ "%s", bytes%d, sizeof bytes%d },\n' "${file##*/}" $n $n
	n=$((n + 1))
done
printf '\t{ 0, 0, 0 }\n};\n'
