# What a service manager sees of a live analysis: that it started, lives, reloads and ends.
. "$ROOT/tests/e2e/lib.sh"

if ! "$FOOTFALL" version --json | grep -q '"systemd":"'; then
	skip 'the service' 'footfall was built without libsystemd'
	exit
fi
make_networks "$PWD/nets"
export FOOTFALL_REGISTRY="$PWD/nets/registry.cfg" FOOTFALL_MODELS="$PWD/nets"
make_video camera.avi 100
echo 'live = { commit = 0.2; };' >live.cfg

python3 - "$FOOTFALL" live -c live.cfg -d live.db --stages person --person tiny5 --realtime --loop cam=camera.avi <<'PY' || not_ok service 'the script failed'
"""The service manager: a datagram socket, and a limit on everything."""
import os, signal, socket, subprocess, sys, time

manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind("notify")
# WATCHDOG_PID is left out: whoever gets the variables is meant.
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=open("live.err", "w"),
	env={**os.environ, "NOTIFY_SOCKET": os.path.abspath("notify"), "WATCHDOG_USEC": "1000000"})


def told(*wanted):
	"""Waits for messages that begin so, in this order, others between them or not."""
	wanted, end, last = list(wanted), time.monotonic() + 60, None
	while wanted and time.monotonic() < end and (process.poll() is None or wanted == ["STOPPING=1"]):
		manager.settimeout(max(0.1, min(1, end - time.monotonic())))
		try:
			last = manager.recv(4096).decode()
		except socket.timeout:
			continue
		if last.startswith(wanted[0]):
			wanted.pop(0)
	return not wanted


def say(good, name):
	print(f"ok {name}" if good else f"not ok {name}: {open('live.err').read()[-800:]!r}")


say(told("READY=1", "STATUS=", "WATCHDOG=1", "WATCHDOG=1"), "it is ready, says how it is, and lives")
process.send_signal(signal.SIGHUP)
say(told("RELOADING=1\nMONOTONIC_USEC=", "READY=1"), "it reloads, and is ready again")
with open("live.cfg", "w") as f:
	f.write("live = { commit = -1; };\n")
process.send_signal(signal.SIGHUP)
say(told("RELOADING=1", "READY=1", "WATCHDOG=1"), "a wrong setting does not end it")
say("live.commit" in open("live.err").read(), "and is named")
process.send_signal(signal.SIGTERM)
say(told("STOPPING=1"), "it tells that it ends")
try:
	say(process.wait(60) == 0, "it ends with 0")
except subprocess.TimeoutExpired:
	process.kill()
	say(False, "it ends with 0")
PY
