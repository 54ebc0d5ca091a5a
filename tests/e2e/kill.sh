# eval/kill.sh on a small scale: killed at random instants, continued to the same rows.
. "$ROOT/tests/e2e/lib.sh"
make_networks networks
export FOOTFALL_REGISTRY="$PWD/networks/registry.cfg"
make_video video.avi 400
"$ROOT/eval/kill.sh" "$FOOTFALL" video.avi 8
