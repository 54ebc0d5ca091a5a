# Recording and uploading, on the real bridge, with programs killed and a store that fails.
. "$ROOT/tests/e2e/lib.sh"
tool=$GEN/../e2e/test_record
face=40,40,40,40
[ -x "$tool" ] || { not_ok "recording" "no $tool"; exit 1; }

# agree NAME DATABASE FOLDER: every row that is not deleted has its file, whole, and every file its row.
agree() {
	local path frames bytes sum said=
	while IFS='|' read -r path frames bytes sum; do
		[ "$(sha256sum <"$3/$path" | cut -c 1-64)" = "$sum" ] || said="$said $path is not as its row says"
		[ "$(stat -c %s "$3/$path")" = "$bytes" ] || said="$said $path has other bytes"
		case $("$tool" read "$3/$path" 0,0,8,8) in
		"frames $frames "*) ;;
		*) said="$said $path has not $frames frames" ;;
		esac
	done < <(sql "$2" 'SELECT path, frames, bytes, sha256 FROM segment WHERE deleted_ms IS NULL')
	equal "$1: rows agree with files" "$said" ''
	equal "$1: files have rows" "$(cd "$3" && find . -type f ! -name .footfall.lock -printf '%P\n' | sort)" \
		"$(sql "$2" 'SELECT path FROM segment WHERE deleted_ms IS NULL ORDER BY path')"
}

# within NAME LOW HIGH FILE: how much the place of the face deviates from being even
within() {
	local is
	is=$("$tool" read "$4" $face | sed 's/.*deviation //')
	[ "$is" -ge "$2" ] && [ "$is" -le "$3" ] && ok "$1" || not_ok "$1" "deviates by $is"
}

# told NAME PATTERN FILE: FILE has such a line.
told() {
	if grep -q -e "$2" "$3"; then ok "$1"; else not_ok "$1" "$(cat "$3")"; fi
}

expect 'record: four segments' 0 "$tool" record a.db a frames=200 seconds=5 face=$face
equal 'record: all frames are in rows' "$(sql a.db 'SELECT count(*), sum(frames), min(frames), sum(blurred) FROM segment')" '4|200|50|4'
agree 'record' a.db a
one=$(sql a.db 'SELECT path FROM segment LIMIT 1')
within 'record: a face is made even' 0 10 a/"$one"
"$tool" record b.db b frames=10 blur=0 face=$face >/dev/null
within 'record: unless record.blur is off' 50 200 b/"$one"

expect 'quota: records on' 0 "$tool" record q.db q frames=600 seconds=5 quota_kb=250
[ "$(sql q.db 'SELECT sum(bytes) FROM segment WHERE deleted_ms IS NULL')" -le 250000 ] && ok 'quota: is kept' || not_ok 'quota: is kept' "$(du -sb q)"
equal 'quota: the oldest are deleted' "$(sql q.db 'SELECT count(*) > 3, max(start_ms * (deleted_ms IS NOT NULL)) <
	(SELECT min(start_ms) FROM segment WHERE deleted_ms IS NULL) FROM segment')" '1|1'
agree 'quota' q.db q

# A program that is killed leaves a part, and one whose power fails a file without a row.
"$tool" record k.db k frames=1000 seconds=1000 hold=1 >hold.txt 2>&1 &
pid=$!
for _ in $(seq 600); do
	grep -q holding hold.txt 2>/dev/null && break
	sleep 0.1
done
kill -9 $pid
wait $pid 2>/dev/null
equal 'kill: a part stays' "$(find k -name '*.part.mkv' | wc -l) $(sql k.db 'SELECT count(*) FROM segment')" '1 0'
expect 'kill: the next start' 0 "$tool" record k.db k until='SELECT count(*) FROM segment'
told 'kill: a message' 'left by an interrupted program: kept' err.txt
agree 'kill' k.db k
# FFmpeg holds back a megabyte.
equal 'kill: what was written is kept' "$(sql k.db 'SELECT frames BETWEEN 500 AND 1000 FROM segment')" 1
sql k.db 'DELETE FROM segment'
expect 'kill: a file without a row' 0 "$tool" record k.db k until='SELECT count(*) FROM segment'
agree 'kill: a file without a row' k.db k
rm -r k/cam
expect 'kill: a row without a file' 0 "$tool" record k.db k until='SELECT deleted_ms IS NOT NULL FROM segment'
agree 'kill: a row without a file' k.db k
for i in 1 2 3 4 5; do
	"$tool" record k.db k frames=100000 seconds=5 >/dev/null 2>&1 &
	pid=$!
	sleep 0.$((i * 7 % 5 + 1))
	kill -9 $pid
	wait $pid 2>/dev/null
done
expect 'kill: five times' 0 "$tool" record k.db k frames=1 until="SELECT NOT EXISTS (SELECT 1 FROM segment
	WHERE deleted_ms IS NULL AND run_id IS NULL AND frames = 0)"
for _ in $(seq 20); do
	[ "$(find k -name '*.part.mkv' | wc -l)" -eq 0 ] && break
	"$tool" record k.db k until='SELECT 1' >/dev/null 2>&1
done
agree 'kill: five times' k.db k

# A person whom the network finds in a recording is not found in a blurred one.
clip=$SHARED/data/video/head-pose-face-detection-female-preview.mp4
if [ -n "$SHARED" ] && [ -f "$clip" ]; then
	export FOOTFALL_MODELS=$SHARED/models
	"$tool" record u.db u video="$clip" frames=5 blur=0 >/dev/null
	"$FOOTFALL" analyze -q -d found.db --stages face u/"$one" >/dev/null
	box=$(sql found.db "SELECT printf('%d,%d,%d,%d', min(x), min(y), max(x + w) - min(x), max(y + h) - min(y)) FROM face")
	"$tool" record v.db v video="$clip" frames=5 face="$box" >/dev/null
	"$FOOTFALL" analyze -q -d blurred.db --stages face v/"$one" >/dev/null
	equal 'a network finds the face' "$(sql found.db 'SELECT count(*) >= 5 FROM face')" 1
	equal 'after blurring it finds none' "$(sql blurred.db 'SELECT count(*) FROM frame') $(sql blurred.db 'SELECT count(*) FROM face')" '5 0'
	expect 'a JPEG through memory' 0 "$tool" jpeg "$SHARED/data/utkface/images/41_0_3_20170119171541497.jpg.chip.jpg" out.jpg
else
	skip 'blurring real faces' 'neither ../shared nor FOOTFALL_SHARED is there'
fi

if ! "$FOOTFALL" version | grep -q '^libcurl [0-9]'; then
	skip 'uploads' 'this build has no libcurl'
	exit 0
fi
secret=d0ntT3llAnyb0dy
mkdir s3
printf 'AKIDEXAMPLE\n%s\n' $secret >keys
chmod 600 keys
echo ok >s3/mode
server=
# start_server PORT [CERTIFICATE KEY]: 0: any
start_server() {
	rm -f s3/port
	PORT=$1 python3 "$ROOT/tests/e2e/s3_server.py" s3 AKIDEXAMPLE $secret "${@:2}" 2>server.txt &
	server=$!
	for _ in $(seq 600); do
		[ -f s3/port ] && break
		sleep 0.1
	done
}
stop_server() {
	kill $server
	wait $server 2>/dev/null
	return 0
}
# noted PATTERN: waits for a line in the server's log.
noted() {
	for _ in $(seq 600); do
		grep -q "$1" s3/log 2>/dev/null && return
		sleep 0.05
	done
	return 1
}
# again: nothing has been uploaded
again() {
	rm -rf s3/objects s3/log
	sql a.db 'UPDATE segment SET uploaded_ms = NULL'
}
start_server 0
port=$(cat s3/port)
url=http://127.0.0.1:$port/bucket/pre.fix
up() {
	"$tool" upload a.db a "$url" keys 60
}
# whole NAME: all objects are there, as they should be, and the rows say so
whole() {
	equal "$1: objects" "$(cd s3/objects/bucket/pre.fix 2>/dev/null && find . -type f -exec sha256sum {} + | sort)" \
		"$(cd a && find . -name '*.mkv' -exec sha256sum {} + | sort)"
	equal "$1: rows" "$(sql a.db 'SELECT count(*) FROM segment WHERE uploaded_ms > 1e12')" 4
}

expect 'upload' 0 up
equal 'upload: said' "$(cat out.txt)" 'uploaded 4 waiting 0 failures 0 closed soon'
whole 'upload'
equal 'upload: each once' "$(grep -c 'PUT .* 200' s3/log)" 4

# fails NAME MODE PATTERN: the server fails in this way, and then no more.
fails() {
	again
	echo "$2" >s3/mode
	up >up.txt 2>up.err &
	local pid=$!
	noted "$3" || not_ok "$1" 'the server saw nothing'
	[ "${4:-}" = '' ] || sleep "$4"
	echo ok >s3/mode
	wait $pid
	whole "$1"
	equal "$1: warned once" "$(grep -c 'it is tried again' up.err) $(grep -c 'it works again' up.err)" '1 1'
}
fails 'upload after errors of the server' error ' 500 ' 1.3
fails 'upload after a refusal' forbidden ' 403 '
told "upload: S3's own word for it" 'the store answered 403 AccessDenied' up.err
fails 'upload after a connection was cut' cut ' cut'
fails 'upload after what was no store' page ' 200'
told 'upload: what was no store' 'what answered 200 is no store' up.err

again
stop_server
up >up.txt 2>up.err &
pid=$!
for _ in $(seq 600); do
	grep -q 'tried again' up.err && break
	sleep 0.05
done
start_server "$port"
wait $pid
whole 'upload after the server was down'

again
echo stall >s3/mode
expect 'upload: stalled' 0 "$tool" upload a.db a "$url" keys 1
equal 'upload: one that stalls is given up at the end' "$(cat out.txt)" 'uploaded 0 waiting 4 failures 0 closed soon'
echo ok >s3/mode
expect 'upload: done the next time' 0 up
whole 'upload: done the next time'

# A file that is not what its row says stays behind, the others go.
again
cp -r a other
printf 'x' | dd of="other/$one" bs=1 seek=1000 conv=notrunc 2>/dev/null
sqlite3 -batch a.db ".backup other.db"
sql other.db "UPDATE segment SET folder = '$PWD/other'"
expect 'upload: a changed file' 0 "$tool" upload other.db other "$url" keys 2
equal 'upload: a changed file stays behind' "$(sql other.db 'SELECT count(uploaded_ms), count(*) FROM segment')" '3|4'
told 'upload: a changed file is named' "$one: the store answered 400 XAmzContentSHA256Mismatch; it is left out" err.txt

again
printf 'AKIDEXAMPLE\nwr0ng\n' >wrong
chmod 644 wrong
expect 'upload: wrong keys' 0 "$tool" upload a.db a "$url" wrong 0
told 'upload: wrong keys are told' '403 SignatureDoesNotMatch' err.txt
told 'upload: keys that others can read too' 'wrong can be read by others' err.txt
stop_server

if command -v openssl >/dev/null && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=127.0.0.1 2>/dev/null; then
	start_server 0 cert.pem key.pem
	expect 'upload: a certificate that nobody vouches for' 0 "$tool" upload a.db a "https://127.0.0.1:$(cat s3/port)/bucket" keys 0
	equal 'upload: nothing goes there' "$(find s3/objects -type f 2>/dev/null | wc -l) $(grep -c 'certificate' err.txt)" '0 1'
	stop_server
else
	skip 'upload: a certificate that nobody vouches for' 'no openssl to make one'
fi
equal 'upload: the secret key is nowhere' "$(grep -l -r -a -e $secret -e wr0ng . | sort | tr '\n' ' ')" './keys ./wrong '

# Another server, not of ours: make s3-test-server installs it, or S3RVER names the folder of the npm package s3rver.
s3rver=${S3RVER:-$(dirname "$FOOTFALL")/s3/node_modules/s3rver}
if command -v node >/dev/null && [ -f "$s3rver/bin/s3rver.js" ]; then
	mkdir real
	port=$((20000 + $$ % 20000))
	node "$s3rver/bin/s3rver.js" -d real -a 127.0.0.1 -p $port --configure-bucket bucket >node.txt 2>&1 &
	server=$!
	for _ in $(seq 600); do
		grep -q 'listening' node.txt && break
		sleep 0.1
	done
	again
	printf 'S3RVER\nS3RVER\n' >keys
	expect 's3rver: upload' 0 "$tool" upload a.db a "http://127.0.0.1:$port/bucket/pre.fix" keys 60
	equal 's3rver: objects' "$(find real -type f -name '*object' -exec sha256sum {} + | cut -c 1-64 | sort)" \
		"$(find a -name '*.mkv' -exec sha256sum {} + | cut -c 1-64 | sort)"
	again
	# It compares signatures of version 2 only, but knows its keys.
	printf 'AKIDEXAMPLE\nS3RVER\n' >keys
	expect 's3rver: wrong keys' 0 "$tool" upload a.db a "http://127.0.0.1:$port/bucket/pre.fix" keys 0
	told 's3rver: wrong keys are told' '403 InvalidAccessKeyId' err.txt
	again
	printf 'S3RVER\nS3RVER\n' >keys
	expect 's3rver: no such bucket' 0 "$tool" upload a.db a "http://127.0.0.1:$port/missing" keys 0
	told 's3rver: a missing bucket is told' '404 NoSuchBucket' err.txt
	stop_server
else
	skip 'uploads to s3rver' 'it is not there: make s3-test-server, or S3RVER=FOLDER'
fi
