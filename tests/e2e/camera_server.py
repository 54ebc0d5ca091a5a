"""A camera's HTTP server that does what cameras do: plays, asks for a password, says nothing, stops in the middle.

usage: camera_server.py FILE SECONDS     FILE is sent over that many seconds, again and again

/play     the file, then the connection is closed
/secret   the same for user "operator" with password "s3cr3t/pw", 401 for others
/silent   a connection, and no answer
/stall    half of the file, then nothing more, the connection stays
It prints its port, and ends with its standard input.
"""
import base64
import http.server
import sys
import threading
import time

data = open(sys.argv[1], "rb").read()
seconds = float(sys.argv[2])
want = "Basic " + base64.b64encode(b"operator:s3cr3t/pw").decode()


class Camera(http.server.BaseHTTPRequestHandler):
    def send(self, part):
        step = max(1, len(data) // 50)
        for at in range(0, part, step):
            self.wfile.write(data[at:min(at + step, part)])
            time.sleep(seconds / 50)

    def do_GET(self):
        if self.path == "/silent":
            time.sleep(3600)
        if self.path == "/secret" and self.headers.get("Authorization") != want:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "video/x-msvideo")
        self.end_headers()
        try:
            self.send(len(data) if self.path != "/stall" else len(data) // 2)
            if self.path == "/stall":
                time.sleep(3600)
        except OSError:
            pass

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Camera)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
