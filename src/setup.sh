#!/bin/sh
# Sees to it that what footfall is built from is there.
#
#   setup.sh [--check] PART...      PART: build, fast, live, test, fetch, bench
#
# Installs the missing Debian packages, as root, through sudo, or says which command would; without
# a missing one it calls no package manager and needs no root.  --check installs nothing, and names
# what is missing.  Exit status: 0 all is there, 69 something is missing, 2 wrong usage.
#
# Only the OpenCV modules that are used: highgui brings a desktop's libraries, contrib and the
# libopencv-dev collection hundreds of megabytes more.
set -eu

# Nothing but what one can do without is no reason to stop.
missing=
optional="libdnnl-dev libavformat-dev libavcodec-dev libswscale-dev libmicrohttpd-dev libcurl4-openssl-dev libsystemd-dev"

fail() {
	echo "setup: $*" >&2
	for package in $missing; do
		case " $optional " in *" $package "*) ;; *) exit 69 ;; esac
	done
	echo "setup: going on without $missing" >&2
	exit 0
}

check=no
if [ "${1-}" = --check ]; then
	check=yes
	shift
fi
[ $# -gt 0 ] || { echo "usage: setup.sh [--check] build|fast|live|test|fetch|bench..." >&2; exit 2; }

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

why=

need() {
	case " $missing " in *" $1 "*) return 0 ;; esac
	missing="$missing $1"
	why="$why
  $1: $2"
}

# need_program PROGRAM PACKAGE REASON: a program counts wherever it came from.
need_program() {
	command -v "$1" >/dev/null 2>&1 || need "$2" "$3"
}

# compiler_package COMMAND DEFAULT: whoever says CC=clang-16 wants the package of that name.
compiler_package() {
	case $1 in
	cc | c++ | gcc | g++) echo "$2" ;;
	clang++*) echo "clang${1#clang++}" ;;
	*) basename "$1" ;;
	esac
}

# need_library PACKAGE HEADER REASON
need_library() {
	if [ "$dpkg" = yes ]; then
		installed "$1" && return
	else
		# The compiler knows where headers lie, on any system.
		printf '#include <%s>\n' "$2" | ${CXX:-c++} -E -I/usr/include/opencv4 -x c++ - >/dev/null 2>&1 && return
	fi
	need "$1" "$3"
}

# want_library PACKAGE HEADER REASON: one can do without.
want_library() {
	[ "$check" = yes ] || ! apt-cache show "$1" >/dev/null 2>&1 || need_library "$1" "$2" "$3 (optional)"
}

dpkg=no
command -v dpkg-query >/dev/null 2>&1 && dpkg=yes

for part; do
	case $part in
	build)
		cc=${CC:-cc} cxx=${CXX:-c++}
		need_program "${cc%% *}" "$(compiler_package "${cc%% *}" gcc)" "the C compiler"
		need_program "${cxx%% *}" "$(compiler_package "${cxx%% *}" g++)" "the C++ compiler, for the bridge to OpenCV"
		need_program make make "runs the build"
		need_program pkg-config pkg-config "finds the libraries"
		need_library libopencv-core-dev opencv2/core.hpp "OpenCV"
		need_library libopencv-imgproc-dev opencv2/imgproc.hpp "resizing and drawing"
		need_library libopencv-imgcodecs-dev opencv2/imgcodecs.hpp "JPEG and PNG"
		need_library libopencv-videoio-dev opencv2/videoio.hpp "recordings, through FFmpeg"
		need_library libopencv-dnn-dev opencv2/dnn.hpp "the networks"
		need_library libsqlite3-dev sqlite3.h "the database"
		need_library libconfig-dev libconfig.h "settings and the registry of networks"
		need_library zlib1g-dev zlib.h "compressed exports"
		;;
	fast)
		# Not needed, only several times faster: where it is not to be had nothing is amiss.
		want_library libdnnl-dev oneapi/dnnl/dnnl.h "runs the networks several times faster"
		;;
	live)
		want_library libavformat-dev libavformat/avformat.h "streams from cameras"
		want_library libavcodec-dev libavcodec/avcodec.h "streams from cameras"
		want_library libswscale-dev libswscale/swscale.h "streams from cameras"
		want_library libmicrohttpd-dev microhttpd.h "the live page"
		want_library libcurl4-openssl-dev curl/curl.h "uploads of recorded segments"
		want_library libsystemd-dev systemd/sd-daemon.h "tells systemd how the service is"
		;;
	test)
		need_library libcmocka-dev cmocka.h "unit tests"
		need_program python3 python3 "numbers to compare with, worked out independently"
		need_program sqlite3 sqlite3 "looks at databases from outside"
		need_program curl curl "downloads, here from this machine only"
		;;
	fetch)
		need_program curl curl "downloads networks"
		# Without certificates curl trusts no server.
		[ "$dpkg" = no ] || [ -e /etc/ssl/certs/ca-certificates.crt ] ||
			need ca-certificates "downloads networks"
		;;
	bench)
		python3 -c 'import cv2' >/dev/null 2>&1 || /usr/bin/python3 -c 'import cv2' >/dev/null 2>&1 ||
			need python3-opencv "the Python script to compare with"
		;;
	*)
		echo "setup: no part is called '$part': build, fast, live, test, fetch, bench" >&2
		exit 2
		;;
	esac
done

[ -n "$missing" ] || exit 0
# The list starts with a space.
missing=${missing# }
install="apt-get install --no-install-recommends $missing"
[ "$(id -u)" -eq 0 ] || install="sudo $install"

if [ "$dpkg" = no ] || ! command -v apt-get >/dev/null 2>&1; then
	fail "missing (by Debian's names): $missing. This system has no apt-get: install their like by its own means, then run make again"
fi
if [ "$check" = yes ]; then
	fail "missing: $missing. Install with: $install (or let 'make setup' do it)"
fi

echo "setup: missing and needed:$why" >&2
as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null 2>&1 ||
		fail "installing needs root and there is no sudo. As root: apt-get install --no-install-recommends $missing"
	# Without a terminal nobody could type a password.
	[ -t 0 ] || sudo -n true 2>/dev/null ||
		fail "installing needs a password and there is no terminal to ask on. Run: $install"
	as_root="sudo"
fi
echo "setup: $install (takes a minute or two)" >&2

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# apt ARGUMENT...: its hundreds of lines are shown only when it fails.
# env, because sudo drops variables that are set before it.
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 \
		-o DPkg::Lock::Timeout=120 "$@" </dev/null >"$log" 2>&1
}

# shellcheck disable=SC2086 # the list is meant to be split
apt_install() {
	apt install -y --no-install-recommends $missing
}

refuse() {
	cat "$log" >&2
	fail "apt-get $1 failed (its words are above). Mend that, then run: $install"
}

# A fresh system has no package lists, and old lists name packages that are gone from the servers:
# both are mended by an update, which is not made when it is not needed.
# shellcheck disable=SC2086
if ! apt-get -s install --no-install-recommends $missing >/dev/null 2>&1 || ! apt_install; then
	echo "setup: package lists are missing or old: apt-get update" >&2
	apt update || refuse update
	echo "setup: $install" >&2
	apt_install || refuse install
fi
echo "setup: installed" >&2
