# footfall serve on real sockets: tests/e2e/serve.py is the client.
. "$ROOT/tests/e2e/lib.sh"
if ! "$FOOTFALL" version | grep -q '^libmicrohttpd [0-9]'; then
	skip serve "this build has no libmicrohttpd"
	exit 0
fi
if ! command -v python3 >/dev/null; then
	skip serve "there is no python3"
	exit 0
fi
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_video walk.avi 40
"$FOOTFALL" analyze -q -d a.db walk.avi >/dev/null || exit 1
python3 "$ROOT/tests/e2e/serve.py" "$FOOTFALL" a.db
