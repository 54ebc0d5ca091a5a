#!/bin/bash
# Runs the tests and counts them.
#
#   run.sh BUILD [unit|fuzz|cli|e2e]...     no suite named: all of them
#
# Every suite speaks the same lines on stdout: "ok NAME", "not ok NAME: why", "skip NAME: why"; unit
# tests are cmocka programs that print TAP, which is nearly that.  The last line is
# "N passed, N failed, N skipped"; the exit status is 1 when anything failed.
#
# UPDATE=1 rewrites what the cases under tests/cli expect, for review.  ONLY=PATTERN runs the
# programs, cases and scripts whose name matches (a glob).  VERBOSE=1 shows what they print even when
# they pass.
set -u

build=$(cd "$1" && pwd) || exit 2
export BUILD="$1"
shift
ROOT=$(cd "$(dirname "$0")/.." && pwd)
suites=${*:-unit fuzz cli e2e}
only=${ONLY:-*}

# What the tests may rely on, whoever runs them and wherever.
export ROOT FOOTFALL="$build/footfall" FAKE="$build/footfall-fake" GEN="$build/tests/gen"
SHARED=${FOOTFALL_SHARED:-$ROOT/../shared}
[ -d "$SHARED" ] && SHARED=$(cd "$SHARED" && pwd) || SHARED=
export SHARED
for name in $(compgen -e FOOTFALL_); do
	unset "$name"
done
export FOOTFALL_REGISTRY="$ROOT/models/registry.cfg"
[ -z "$SHARED" ] || export FOOTFALL_SHARED="$SHARED"
# A zone with an odd offset shows every use of local time.
export TZ=Asia/Kathmandu LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS XDG_CONFIG_HOME XDG_DATA_HOME
# 99: a sanitizer's report cannot be mistaken for an exit status of ours.
export ASAN_OPTIONS="exitcode=99:detect_stack_use_after_return=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1"
export TSAN_OPTIONS="exitcode=99:halt_on_error=1"

temp=$(mktemp -d) || exit 2
# Some cases run as nobody.
chmod 711 "$temp"
# A test may leave folders without write permission, or files that cannot be changed.
trap 'chmod -R u+rwx "$temp" 2>/dev/null; rm -rf "$temp"' EXIT
trap 'exit 130' INT TERM
export HOME="$temp/home"
mkdir "$HOME"

passed=0
failed=0
skipped=()
failures=()

# tally SUITE LOG STATUS: counts a log's lines; a program that failed without saying so counts too.
tally() {
	local line said=0 before='' name
	while IFS= read -r line; do
		case $line in
		"not ok "*"# SKIP "*)
			skipped+=("$1/${line##*# SKIP }: ${before:-gives no reason}")
			;;
		"not ok "*)
			failed=$((failed + 1)) said=1
			failures+=("$1/${line#not ok }")
			;;
		"ok "*)
			passed=$((passed + 1))
			;;
		"skip "*)
			skipped+=("$1/${line#skip }")
			;;
		*)
			before=$line
			continue
			;;
		esac
		before=
	done <"$2"
	if [ "$3" -ne 0 ] && [ $said -eq 0 ]; then
		failed=$((failed + 1)) said=1
		failures+=("$1: ended with status $3")
	fi
	if [ -n "${VERBOSE:-}" ]; then
		echo "--- $1"
		cat "$2"
	elif [ $said -ne 0 ]; then
		echo "--- $1"
		grep -v '^ok ' "$2"
	fi
}

run_unit() {
	local program name status
	for program in "$build"/tests/unit/test_*; do
		name=$(basename "$program")
		case $name in *.o | *.d) continue ;; esac
		# What was built once and has no source any more is not a test.
		[ -f "$ROOT/tests/unit/$name.c" ] || continue
		# shellcheck disable=SC2254
		case $name in $only) ;; *) continue ;; esac
		mkdir "$temp/unit"
		(cd "$temp/unit" && CMOCKA_MESSAGE_OUTPUT=TAP timeout 120 "$program") >"$temp/log" 2>&1 </dev/null
		status=$?
		tally "unit/$name" "$temp/log" $status
		rm -rf "$temp/unit"
	done
}

run_fuzz() {
	local source name status
	for source in "$ROOT"/tests/fuzz/fuzz_*.c; do
		[ -f "$source" ] || continue
		name=$(basename "$source" .c)
		# shellcheck disable=SC2254
		case $name in $only) ;; *) continue ;; esac
		timeout 120 "$build/tests/fuzz/$name" "$ROOT/tests/fuzz/corpus/${name#fuzz_}"/* >"$temp/log" 2>&1 </dev/null
		status=$?
		[ $status -ne 0 ] || echo "ok $name" >>"$temp/log"
		tally "fuzz/$name" "$temp/log" $status
	done
}

# same FILE GOT: does the case's FILE (missing: empty) equal GOT?
same() {
	if [ -f "$1" ]; then
		cmp -s "$1" "$2"
	else
		[ ! -s "$2" ]
	fi
}

# A case is a folder: cmd (a shell line, run in a fresh copy of the folder with $footfall set), out,
# err and code (missing: empty, empty, 0).  What lies in tests/cli/common is in the copy too: a
# recording, a picture and a registry of networks for the stand-in bridge.
run_cli() {
	local case name work code want
	for case in "$ROOT"/tests/cli/*/; do
		case=${case%/}
		name=$(basename "$case")
		# shellcheck disable=SC2254
		case $name in $only) ;; *) continue ;; esac
		[ -f "$case/cmd" ] || continue
		work="$temp/cli"
		mkdir "$work"
		cp -r "$ROOT/tests/cli/common/." "$case/." "$work"
		rm -f "$work/out" "$work/err" "$work/code"
		(
			cd "$work" || exit
			export footfall="$FAKE" FOOTFALL_REGISTRY="$work/registry.cfg"
			# Kept out of the folder, which a case may list.
			timeout 60 bash ./cmd >"$temp/out" 2>"$temp/err" </dev/null
		)
		code=$?
		sed -i "s|$work|\$PWD|g; s|$FAKE|footfall|g; s|$ROOT|\$ROOT|g" "$temp/out" "$temp/err"
		if [ -n "${UPDATE:-}" ]; then
			for want in out err; do
				rm -f "$case/$want"
				[ ! -s "$temp/$want" ] || cp "$temp/$want" "$case/$want"
			done
			rm -f "$case/code"
			[ $code -eq 0 ] || echo $code >"$case/code"
		fi
		want=0
		[ ! -f "$case/code" ] || want=$(cat "$case/code")
		if [ $code -eq "$want" ] && same "$case/out" "$temp/out" && same "$case/err" "$temp/err"; then
			echo "ok $name"
		else
			[ $code -eq "$want" ] || echo "# exit status $code, expected $want"
			for want in out err; do
				[ -f "$case/$want" ] || : >"$temp/empty"
				diff -u --label "$want expected" --label "$want" \
					"$([ -f "$case/$want" ] && echo "$case/$want" || echo "$temp/empty")" "$temp/$want"
			done
			echo "not ok $name"
		fi >"$temp/log"
		tally cli "$temp/log" 0
		chmod -R u+rwx "$work"
		rm -rf "$work"
	done
}

run_e2e() {
	local script name status
	for script in "$ROOT"/tests/e2e/*.sh; do
		name=$(basename "$script" .sh)
		# shellcheck disable=SC2254
		case $name in $only) ;; *) continue ;; esac
		# lib.sh is what the others share.
		[ "$name" != lib ] || continue
		mkdir "$temp/e2e"
		(cd "$temp/e2e" && timeout 900 bash "$script") >"$temp/log" 2>&1 </dev/null
		status=$?
		tally "e2e/$name" "$temp/log" $status
		chmod -R u+rwx "$temp/e2e"
		rm -rf "$temp/e2e"
	done
}

for suite in $suites; do
	case $suite in
	unit | fuzz | cli | e2e) ;;
	*)
		echo "run.sh: no suite is called '$suite': unit, fuzz, cli, e2e" >&2
		exit 2
		;;
	esac
	start=$SECONDS before=$((passed + failed + ${#skipped[@]}))
	"run_$suite"
	echo "$suite: $((passed + failed + ${#skipped[@]} - before)) tests in $((SECONDS - start)) s"
done

for line in "${skipped[@]}"; do
	echo "skipped $line"
done
for line in "${failures[@]}"; do
	echo "FAILED $line"
done
echo "$passed passed, $failed failed, ${#skipped[@]} skipped"
[ $failed -eq 0 ]
