# Live sources on the real binary's camera layer: what comes, what is told when it stops, and that it comes back.
# shellcheck source=tests/e2e/lib.sh
. "$ROOT/tests/e2e/lib.sh"
watch=$GEN/watch_camera
watcher=
secret='s3cr3t%2Fpw'

# start NAME ARGUMENT...: a watcher in the background, printing to NAME.txt; its process is $watcher.
start() {
	local name=$1
	shift
	"$watch" "$@" >"$name.txt" 2>"$name.err" </dev/null &
	watcher=$!
}

stop() {
	kill "$watcher" 2>/dev/null
	wait "$watcher"
}

# soon NAME COMMAND...: ok when the command succeeds within a minute.
soon() {
	local name=$1 i
	shift
	for ((i = 0; i < 600; i++)); do
		"$@" >/dev/null 2>&1 && ok "$name" && return
		sleep 0.1
	done
	tail -n 5 ./*.txt ./*.err
	not_ok "$name" "not within a minute"
	return 1
}

# more FILE PATTERN N: it has at least N lines like that.
more() {
	[ "$(grep -c -- "$2" "$1")" -ge "$3" ]
}

# frames_after FILE PATTERN: frames come after the last line like that.
frames_after() {
	grep -q -- "$2" "$1" && tac "$1" | sed "/$2/q" | grep -q '^frame'
}

child() {
	cat /proc/"$watcher"/task/*/children
}

# The arguments of the capture process that runs now.
arguments() {
	local process
	for process in $(child); do
		cat "/proc/$process/cmdline" 2>/dev/null | tr '\0' ' ' >>cmdline.txt
	done
}

make_video video.avi 20 10

"$watch" -h 300 video.avi >slow.txt 2>slow.err &
slow=$!

# A recording at its own pace: the last frame is due after 1.9 s.
from=$(date +%s%N)
"$watch" video.avi >file.txt 2>file.err
took=$((($(date +%s%N) - from) / 1000000))
# What a slow machine loses behind the last frame that came is not counted.
awk '/^frame/ { n++; lost += $5 } END { exit !(n > 0 && n + lost <= 20) }' file.txt &&
	ok "camera file: its frames" || not_ok "camera file: its frames" "$(tail -n 2 file.txt)"
equal "camera file: its end is told" "$(grep -c '^end$' file.txt)" 1
[ "$took" -ge 1900 ] && ok "camera file: at its pace" || not_ok "camera file: at its pace" "took $took ms"

# As fast as it is taken: none is lost, however slow that is.
"$watch" -f -h 20 video.avi >fast.txt 2>fast.err
equal "camera file: fast loses nothing" "$(awk '/^frame/ { n++; lost += $5 } END { print n, lost }' fast.txt)" "20 0"
equal "camera file: the same pictures" "$(sed -n 's/.*sum //p' fast.txt | sort | sha256sum)" \
	"$("$watch" -f video.avi | sed -n 's/.*sum //p' | sort | sha256sum)"

# A receiver that is too slow gets the newest; the others are counted.
wait $slow
awk '/^frame/ { n++; lost += $5 } END { exit !(n < 20 && n + lost <= 20 && lost > 0) }' slow.txt &&
	ok "camera file: newest wins" || not_ok "camera file: newest wins" "$(tail -n 3 slow.txt)"

equal "camera file: missing" "$("$watch" missing.avi | grep -c '^end .*missing.avi: No such file')" 1
head -c 2000 /dev/urandom >noise.avi
equal "camera file: noise" "$("$watch" noise.avi | grep -c '^end .*noise.avi')" 1

# Standard input.
{
	printf 'YUV4MPEG2 W4 H2 F10:1 Cmono XCOLORRANGE=FULL\n'
	for c in 1 2 3; do printf 'FRAME\n%s' $c$c$c$c$c$c$c$c; done
} >mono.y4m
equal "camera stdin: y4m" "$("$watch" -f - <mono.y4m | sed -n 's/.*lost 0 .*sum //p; s/^end$/&/p' | xargs)" "1176 1200 1224 end"
equal "camera stdin: a pipe" "$(cat mono.y4m | "$watch" -f - | grep -c ^frame)" 3
head -c $(($(wc -c <mono.y4m) - 3)) mono.y4m | "$watch" -f - >cut.txt 2>cut.err
equal "camera stdin: a cut frame" "$(grep -c ^frame cut.txt) $(grep -c '^end$' cut.txt) $(grep -c 'cut off after 5 of 8 bytes' cut.err)" "2 1 1"
equal "camera stdin: raw" "$(printf 'abcdefghijkl' | "$watch" -f -r 2x1 -p rgb24 - | grep -c '2x1 .* sum \(597\|633\)')" 2
equal "camera stdin: something else" "$(echo hello | "$watch" - | grep -c '^end standard input is not YUV4MPEG2')" 1
equal "camera stdin: nothing" "$("$watch" - </dev/null | grep -c '^end standard input is empty')" 1

# A capture process that is killed, and one that hangs.
start loop -l -s 2000 -b 500 video.avi
soon "camera killed: frames first" more loop.txt '^frame' 3
kill -9 "$(child)"
soon "camera killed: told" grep '^down crash [0-9]* the capture process died: Killed' loop.txt
soon "camera killed: it comes back" frames_after loop.txt '^down crash'
hung=$(child)
kill -STOP $hung
soon "camera hung: told" grep '^down stall [0-9]* no frame for 2 s' loop.txt
soon "camera hung: it comes back" frames_after loop.txt '^down stall'
[ ! -d /proc/$((hung)) ] && ok "camera hung: gone" || not_ok "camera hung: gone" "process $hung is still there"
kill -STOP "$(child)"
stop
equal "camera hung: each told once" "$(grep -c '^down' loop.txt)" 2
awk '/^stopped/ { exit !($2 <= 3000) }' loop.txt && ok "camera hung: stopped all the same" ||
	not_ok "camera hung: stopped all the same" "$(tail -n 1 loop.txt)"

# Nobody there, many times over: nothing is left behind.
start refused -b 1 -v "rtsp://operator:$secret@127.0.0.1:9/live?token=tok3n"
if soon "camera refused: told" grep '^down connect' refused.txt; then
	if grep -q 'built without' refused.txt; then
		skip "camera streams" "this build has no FFmpeg libraries"
		stop
		exit 0
	fi
	equal "camera refused: why" "$(grep '^down' refused.txt | cut -d ' ' -f 4-)" "Connection refused"
	before=$(ls /proc/$watcher/fd | wc -l)
	for i in $(seq 20); do
		arguments
		sleep 0.05
	done
	after=$(ls /proc/$watcher/fd | wc -l)
	[ "$after" -le $((before + 4)) ] && ok "camera refused: descriptors" || not_ok "camera refused: descriptors" "$before, then $after"
	equal "camera refused: zombies" "$(($(child | wc -w) <= 1))" 1
fi
stop
awk '/^stopped/ { exit !($4 >= 3) }' refused.txt && ok "camera refused: tried again" || not_ok "camera refused: tried again" "$(tail -n 1 refused.txt)"
equal "camera refused: told once" "$(grep -c '^down' refused.txt)" 1

# A server that plays, refuses, is silent, stalls.
if ! command -v python3 >/dev/null; then
	skip "camera http" "python3 is missing"
	exit 0
fi
mkfifo hold
make_video long.avi 100 25
python3 "$ROOT/tests/e2e/camera_server.py" long.avi 1 <hold >port.txt &
server=$!
exec 9>hold
soon "camera http: server" test -s port.txt
http=http://127.0.0.1:$(cat port.txt)

# All of them at once, because most of what they do is to wait.
all=
begin() {
	start "$@"
	all+=" $watcher"
}
begin play -b 500 "$http/play"
begin denied -v "${http/:\/\//://operator:wr0ng-pw@}/secret"
begin silent -o 1500 "$http/silent"
begin stall -s 1500 -b 500 "$http/stall"
begin secret -v "${http/:\/\//://operator:$secret@}/secret"
soon "camera http: with a password" more secret.txt '^frame' 3
arguments
soon "camera http: with another" grep '^down connect .*401 Unauthorized' denied.txt
soon "camera http: no answer" grep '^down connect [0-9]* no answer within 1.5 s' silent.txt
soon "camera http: frames before it stalls" more stall.txt '^frame' 3
soon "camera http: stalls" grep '^down stall [0-9]* no frame for 1.5 s' stall.txt
soon "camera http: comes back from it" frames_after stall.txt '^down stall'
soon "camera http: frames" more play.txt '^frame' 10
soon "camera http: its end is told" grep '^down closed [0-9]* the other side ended it' play.txt
soon "camera http: it comes back" frames_after play.txt '^down closed'
kill $all
wait $all
exec 9>&-
wait $server

grep -q capture-process cmdline.txt && ok "camera: seen in the list of processes" || not_ok "camera: seen in the list of processes" "$(cat cmdline.txt)"
# The watcher's own arguments have the address; what it prints, and its capture process's arguments, must not.
leaks=$(grep -l -e s3cr3t -e wr0ng-pw -e tok3n -e b3BlcmF0b3 ./*.txt ./*.err)
equal "camera: no password anywhere" "$leaks" ""

# Another size in the middle.
if ! command -v ffmpeg >/dev/null; then
	skip "camera size" "ffmpeg is missing"
	exit 0
fi
for size in 320x240 162x122; do
	ffmpeg -v error -f lavfi -i "testsrc=size=$size:rate=10:duration=1" -c:v mpeg2video -f mpegts $size.ts
done
cat 320x240.ts 162x122.ts >sizes.ts
mkfifo hold2
python3 "$ROOT/tests/e2e/camera_server.py" sizes.ts 1 <hold2 >port2.txt &
server=$!
exec 9>hold2
soon "camera size: server" test -s port2.txt
start size "http://127.0.0.1:$(cat port2.txt)/play"
soon "camera size: the first" more size.txt '^frame .* 320x240' 3
soon "camera size: the second" more size.txt '^frame .* 162x122' 3
stop
exec 9>&-
wait $server
equal "camera size: not a failure" "$(sed '/162x122/q' size.txt | grep -c '^down')" 0
