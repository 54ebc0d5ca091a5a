#!/bin/sh
# The first thing to try: a real recording in, people per minute out.
#
#   demo.sh PROGRAM BUILDDIR     run in the repository's root, by make demo
#
# The recording is OpenCV's sample vtest.avi (79 seconds of pedestrians).  Debian ships it in the
# package opencv-doc, of which only this file is unpacked.  The networks are the best that are at
# hand, at the least those of the repository.
set -eu

program=$1
build=$2
video=data/vtest.avi
sum=45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf
shared=${FOOTFALL_SHARED:-../shared}

say() {
	echo "demo: $*" >&2
}

fail() {
	say "$*"
	say "stopped: something is not to be had (69)"
	exit 69
}

# is_video FILE: is it the recording, to the byte?
is_video() {
	[ -f "$1" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$sum" ]
}

# from_installed: from opencv-doc, if that is on this machine.
from_installed() {
	command -v dpkg >/dev/null 2>&1 || return 1
	path=$(dpkg -L opencv-doc 2>/dev/null | grep '/vtest\.avi\(\.gz\)\?$' | head -n 1)
	case $path in
	*.gz) gzip -d <"$path" >"$work/vtest.avi" ;;
	?*) cp "$path" "$work/vtest.avi" ;;
	*) return 1 ;;
	esac
}

# from_package: downloads opencv-doc (96 MB) and unpacks the one file.  Needs no root.
from_package() {
	command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 1
	say "downloading Debian's package opencv-doc (96 MB) for its vtest.avi"
	(cd "$work" && apt-get -q download opencv-doc </dev/null >download.log 2>&1) || return 1
	set -- "$work"/opencv-doc_*.deb
	path=$(dpkg-deb --fsys-tarfile "$1" | tar -t | grep '/vtest\.avi\(\.gz\)\?$' | head -n 1) || return 1
	dpkg-deb --fsys-tarfile "$1" | tar -x -O "$path" >"$work/unpacked" || return 1
	case $path in
	*.gz) gzip -d <"$work/unpacked" >"$work/vtest.avi" ;;
	*) mv "$work/unpacked" "$work/vtest.avi" ;;
	esac
}

mkdir -p "$build" data
if ! is_video "$video"; then
	[ ! -e "$video" ] || say "$video is not the expected recording (sha256 differs): replacing it"
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM
	if from_installed && is_video "$work/vtest.avi"; then
		:
	elif from_package && is_video "$work/vtest.avi"; then
		:
	elif is_video "$shared/data/video/vtest.avi"; then
		say "Debian's package opencv-doc is not to be had: taking $shared/data/video/vtest.avi"
		cp "$shared/data/video/vtest.avi" "$work/vtest.avi"
	else
		[ ! -s "$work/download.log" ] || sed 's/^/demo: apt-get: /' "$work/download.log" >&2
		fail "no recording: the package opencv-doc cannot be downloaded or lacks vtest.avi." \
			"Put a copy at $video (sha256 $sum), or analyse a recording of your own: $program analyze FILE"
	fi
	# Copied beside its place first, so that what has the name is whole.
	cp "$work/vtest.avi" "$video.part"
	mv "$video.part" "$video"
fi

# has_person: is a person network at hand?  Those of the repository are.
has_person() {
	"$program" models list --task person --json 2>/dev/null | grep -q '"state":"ready"'
}

# networks: a line for each stage: which network, how accurate, how fast.
networks() {
	"$program" models list --json | grep '"default":true' | sed -E \
		-e 's/^\{"name":"([^"]*)","task":"([^"]*)".*"accuracy":([^,]*),"ms":([^,]*),.*/\2: \1, accuracy \3, \4 ms a pass/' \
		-e 's/, accuracy null//; s/, null ms a pass//'
}

has_person || fail "no person network is at hand, though the repository ships one:" \
	"is models/own complete? ('$program models list' tells)"

networks | while IFS= read -r line; do say "network for $line"; done
say "analysing $video: all of its frames"
"$program" analyze "$video" --db "$build/demo.db" --html "$build/demo.html"
echo
"$program" report --db "$build/demo.db"
cat <<END

The same as a page: file://$(cd "$build" && pwd)/demo.html

Next:
  $program export --db $build/demo.db --table persons --format csv | head
  $program analyze $video --to 10 --db $build/boxes.db --annotate $build/boxes.mp4
  $program analyze YOUR-RECORDING.mp4 && $program report
END
