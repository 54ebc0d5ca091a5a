# make install puts in place what it says, that works from there, and make uninstall leaves nothing.
. "$ROOT/tests/e2e/lib.sh"

# Under make the flags of the build come in MAKEFLAGS; a job server's descriptors are not open here.
MAKEFLAGS=$(sed -E 's/ ?-j[0-9]* --jobserver[^ ]*//' <<<"${MAKEFLAGS:-}")
export MAKEFLAGS
there="$PWD/a place/usr/local"
expect 'make install' 0 make --no-print-directory -C "$ROOT" B="$BUILD" install DESTDIR="$PWD/a place" PREFIX=/usr/local || exit 1
equal 'what is installed' "$(cd "$there" && find . -type f | sort | tr '\n' ' ')" "./bin/footfall\
 ./share/bash-completion/completions/footfall ./share/doc/footfall/LICENSE ./share/footfall/models/registry.cfg\
 ./share/man/man1/footfall.1 ./share/zsh/site-functions/_footfall "
unset FOOTFALL_REGISTRY
expect 'the installed program finds its registry' 0 "$there/bin/footfall" models list
expect 'the bash completion is sound' 0 bash -n "$there/share/bash-completion/completions/footfall"
echo kept >"$there/bin/other"
expect 'make uninstall' 0 make --no-print-directory -C "$ROOT" B="$BUILD" uninstall DESTDIR="$PWD/a place" PREFIX=/usr/local
equal 'what is left' "$(cd "$there" && find . -type f)" ./bin/other
