# Memory does not grow with the length of a recording.
. "$ROOT/tests/e2e/lib.sh"
if nm -C "$FOOTFALL" 2>/dev/null | grep -q __asan_init; then
	skip memory 'the address sanitizer keeps freed memory for a while'
	exit 0
fi
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_video short.avi 200
make_video long.avi 2000
"$ROOT/eval/memory.sh" "$FOOTFALL" short.avi long.avi
