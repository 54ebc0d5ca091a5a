# Networks cut at their heads against the whole ones, in the real OpenCV.
. "$ROOT/tests/e2e/lib.sh"
CMOCKA_MESSAGE_OUTPUT=TAP "$(dirname "$GEN")/e2e/test_cut"
status=$?
# Below that it is the number of tests that failed, each with a line of its own.
[ $status -lt 99 ] || echo "not ok test_cut: ended with status $status"

# The small networks end in other ways than the exports do: they run as they are, and that is said.
make_networks networks
make_video walk.avi 4
before=$(sha256sum networks/person/*.onnx)
for network in tiny5 tiny8 tinyx; do
	expect "$network: analyze" 0 env FOOTFALL_REGISTRY="$PWD/networks/registry.cfg" "$FOOTFALL" analyze -v -d $network.db \
		--stages person --person $network walk.avi
	equal "$network: it is said that it is not cut" "$(grep -c "$network: not cut" err.txt | sed 's/[1-9][0-9]*/yes/')" yes
done
equal 'no file was changed' "$(sha256sum networks/person/*.onnx)" "$before"

[ -n "$SHARED" ] && [ -d "$SHARED/models" ] || { skip 'a real network is cut' 'neither ../shared nor FOOTFALL_SHARED is there'; exit 0; }
export FOOTFALL_MODELS=$SHARED/models
for network in yolov8n yolox_nano; do
	expect "$network: analyze" 0 "$FOOTFALL" analyze -vv -d $network.db --stages person --person $network walk.avi
	equal "$network: it is cut" "$(grep -c "$network: cut at its heads, takes any size" err.txt | sed 's/[1-9][0-9]*/yes/')" yes
done
