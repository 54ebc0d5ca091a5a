# The live page in a headless Chromium.
. "$ROOT/tests/e2e/lib.sh"
if ! command -v python3 >/dev/null; then
	skip 'the live page' 'there is no python3'
	exit 0
fi
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
	skip 'the live page' 'there is no chromium'
	exit 0
fi
make_networks nets
export FOOTFALL_MODELS=$PWD/nets FOOTFALL_REGISTRY=$PWD/nets/registry.cfg
make_video walk.avi 20
expect 'page: a recording is analysed' 0 "$FOOTFALL" analyze -q -d page.db --stages person --person tiny5 walk.avi
# it fails after it has made the database
expect 'page: a database without a source' 66 "$FOOTFALL" analyze -q -d empty.db --stages person --person tiny5 missing.avi
python3 "$ROOT/tests/e2e/page.py" "$FOOTFALL" page.db empty.db
