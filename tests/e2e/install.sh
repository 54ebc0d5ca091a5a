# make install puts in place what it says, that works from there, and make uninstall leaves nothing.
. "$ROOT/tests/e2e/lib.sh"

# Under make the flags of the build come in MAKEFLAGS; a job server's descriptors are not open here.
MAKEFLAGS=$(sed -E 's/ ?-j[0-9]* --jobserver[^ ]*//' <<<"${MAKEFLAGS:-}")
export MAKEFLAGS
there="$PWD/a place/usr/local"
expect 'make install' 0 make --no-print-directory -C "$ROOT" B="$BUILD" install DESTDIR="$PWD/a place" PREFIX=/usr/local || exit 1
own=$(cd "$ROOT" && find models -path models/train -prune -o \( -path 'models/own/*.onnx' -o -path 'models/footfall-*.md' -o -name ledger.jsonl \) -print)
equal 'what is installed' "$(cd "$there" && find . -type f | sort)" "$(sort <<END
./bin/footfall
./lib/systemd/system/footfall.service
./share/bash-completion/completions/footfall
./share/doc/footfall/LICENSE
./share/doc/footfall/live.cfg
./share/footfall/models/registry.cfg
./share/man/man1/footfall.1
./share/zsh/site-functions/_footfall
$(for file in $own; do echo "./share/footfall/$file"; done)
END
)"
unset FOOTFALL_REGISTRY
expect 'the installed program finds its registry' 0 "$there/bin/footfall" models list
# Nothing else is to be had here: what the installed program finds are our own.
for file in $own; do
	case $file in *.onnx) ;; *) continue ;; esac
	name=$(basename "$file" .onnx)
	expect "$name is ready once installed" 0 sh -c 'cd / && HOME=/nonexistent "$1" models show "$2"' sh "$there/bin/footfall" "$name" &&
		equal "$name comes from the installation" "$(sed -n 's/^ *here *//p' out.txt)" "$there/share/footfall/$file"
done
expect 'the bash completion is sound' 0 bash -n "$there/share/bash-completion/completions/footfall"
unit="$there/lib/systemd/system/footfall.service"
equal 'the service starts what was installed' "$(sed -n 's/^ExecStart="\([^"]*\)".*/\1/p' "$unit")" /usr/local/bin/footfall
equal 'nothing is left to fill in' "$(grep -o '@[A-Z]*@' "$unit")" ''
expect "the service's settings are good" 0 "$there/bin/footfall" config -c "$there/share/doc/footfall/live.cfg"
if command -v systemd-analyze >/dev/null; then
	# Verified with a program in its place that is where it says.
	sed "s|/usr/local/bin/footfall|$FOOTFALL|" "$unit" >footfall.service
	expect 'systemd finds nothing wrong with the service' 0 systemd-analyze verify --man=no ./footfall.service &&
		equal 'systemd has nothing to say about the service' "$(cat out.txt err.txt)" ''
	# From 0, all doors shut, to 100, all open.
	expect 'the service is hardened' 0 systemd-analyze security --offline=yes --threshold=20 ./footfall.service
else
	skip 'systemd about the service' 'there is no systemd-analyze here'
fi
echo kept >"$there/bin/other"
expect 'make uninstall' 0 make --no-print-directory -C "$ROOT" B="$BUILD" uninstall DESTDIR="$PWD/a place" PREFIX=/usr/local
equal 'what is left' "$(cd "$there" && find . -type f)" ./bin/other
