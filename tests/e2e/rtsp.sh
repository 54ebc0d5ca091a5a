# A network camera for real: GStreamer's RTSP server behind a password, killed once and stopped once, read by the real
# program.  eval/rtsp_faults.py does it at length,
# and with narrower limits: this machine may be a slow one.
. "$ROOT/tests/e2e/lib.sh"

if ! "$FOOTFALL" version --json | grep -q '"ffmpeg":"'; then
	skip 'an RTSP camera' 'footfall was built without FFmpeg'
	exit
fi
make_networks "$PWD/nets"
export FOOTFALL_REGISTRY="$PWD/nets/registry.cfg" FOOTFALL_MODELS="$PWD/nets"
make_video camera.avi 100
python3 "$ROOT/eval/rtsp_faults.py" "$FOOTFALL" camera.avi --minutes 0.15 --faults 2 --kinds kill,stop --stall 2 \
	--tolerance 6 --sizes 128x128,96x96 --out trial -- --stages person --person tiny5 >trial.txt 2>&1
code=$?
if [ $code -eq 69 ]; then
	skip 'an RTSP camera' "$(tail -1 trial.txt)"
	exit
fi
[ $code -eq 0 ] || cat trial.txt trial/stderr
grep -E '^(ok|not ok) ' trial.txt
[ $code -eq 0 ] || grep -q '^not ok' trial.txt || not_ok 'an RTSP camera' "the trial ended with status $code"
