#!/usr/bin/env python3
"""A stand-in for an S3 server, for tests: PUT of an object, with its signature checked.

    s3_server.py FOLDER ACCESS SECRET [CERTIFICATE KEY]

Listens on a free port of 127.0.0.1, which it writes to FOLDER/port.  Objects go to FOLDER/objects, one line for each
request to FOLDER/log.  The word in FOLDER/mode says what it does with the next requests:

    ok          as S3 does
    error       500 after the body
    forbidden   403 before the body
    bucket      404, NoSuchBucket
    cut         takes half of the body and hangs up
    stall       takes a part of the body and then nothing more
    page        200 to everything, as the page does where guests of a network log in

The signature is computed here from the specification of SigV4, not by a library that the client uses as well.
"""
import hashlib
import hmac
import http.server
import os
import socket
import ssl
import sys
import time
import urllib.parse

FOLDER, ACCESS, SECRET = sys.argv[1:4]


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature_error(request):
    """Why the request's signature is not good, or None."""
    kind, _, rest = request.headers.get('Authorization', '').partition(' ')
    parts = dict(p.strip().split('=', 1) for p in rest.split(',') if '=' in p)
    if kind != 'AWS4-HMAC-SHA256' or set(parts) != {'Credential', 'SignedHeaders', 'Signature'}:
        return 'MissingSecurityHeader'
    access, date, region, service, end = parts['Credential'].split('/')
    stamp = request.headers.get('x-amz-date', '')
    names = parts['SignedHeaders'].split(';')
    if access != ACCESS:
        return 'InvalidAccessKeyId'
    if (region, service, end) != ('us-east-1', 's3', 'aws4_request') or not stamp.startswith(date):
        return 'AuthorizationHeaderMalformed'
    if names != sorted(names) or not {'host', 'x-amz-date', 'x-amz-content-sha256'} <= set(names):
        return 'AccessDenied'
    age = time.time() - time.mktime(time.strptime(stamp, '%Y%m%dT%H%M%SZ')) + time.timezone
    if abs(age) > 900:
        return 'RequestTimeTooSkewed'
    for name in names:
        if len(request.headers.get_all(name, [])) != 1:
            return 'SignatureDoesNotMatch'
    path = urllib.parse.quote(urllib.parse.unquote(request.path), safe='/~')
    canonical = '\n'.join(
        [request.command, path, ''] + [f'{n}:{" ".join(request.headers[n].split())}' for n in names] +
        ['', ';'.join(names), request.headers['x-amz-content-sha256']])
    scope = f'{date}/{region}/{service}/{end}'
    text = '\n'.join(['AWS4-HMAC-SHA256', stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = mac(mac(mac(mac(('AWS4' + SECRET).encode(), date), region), service), end)
    good = hmac.compare_digest(mac(key, text).hex(), parts['Signature'])
    return None if good else 'SignatureDoesNotMatch'


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def mode(self):
        with open(os.path.join(FOLDER, 'mode')) as f:
            return f.read().strip()

    def note(self, text):
        with open(os.path.join(FOLDER, 'log'), 'a') as f:
            f.write(f'{self.command} {self.path} {text}\n')

    def log_message(self, *args):
        pass

    def answer(self, status, code='', tag=''):
        body = f'<?xml version="1.0"?><Error><Code>{code}</Code></Error>'.encode() if code else b''
        self.note(f'{status} {code}'.strip())
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        if status != 200:
            self.send_header('Connection', 'close')
            self.close_connection = True
        elif tag:
            self.send_header('ETag', f'"{tag}"')
        self.end_headers()
        self.wfile.write(body)

    def handle_expect_100(self):
        return True     # decided in do_PUT, after a look at the headers

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def do_PUT(self):
        mode = self.mode()
        length = int(self.headers['Content-Length'])
        problem = signature_error(self)
        if problem or mode == 'forbidden':
            return self.answer(403, problem or 'AccessDenied')
        if mode == 'bucket':
            return self.answer(404, 'NoSuchBucket')
        if self.headers.get('Expect'):
            self.send_response_only(100)
            self.end_headers()
        if mode in ('cut', 'stall'):
            self.rfile.read(length // 2)
            self.note(mode)
            while self.mode() == 'stall':
                time.sleep(0.05)
            return self.hang_up()
        digest, body, left = hashlib.sha256(), bytearray(), length
        while left:
            piece = self.rfile.read(min(left, 1 << 16))
            if not piece:
                return self.note('the client hung up')
            digest.update(piece)
            body += piece
            left -= len(piece)
        if mode == 'page':
            return self.answer(200)
        if mode == 'error':
            return self.answer(500, 'InternalError')
        if digest.hexdigest() != self.headers['x-amz-content-sha256']:
            return self.answer(400, 'XAmzContentSHA256Mismatch')
        name = os.path.join(FOLDER, 'objects', self.path.lstrip('/'))
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, 'wb') as f:
            f.write(body)
        self.answer(200, tag=hashlib.md5(body).hexdigest())


server = http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ.get('PORT', '0'))), Handler)
server.daemon_threads = True
if len(sys.argv) > 5:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[4], sys.argv[5])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(os.path.join(FOLDER, 'port.new'), 'w') as port:
    port.write(str(server.server_address[1]))
os.rename(os.path.join(FOLDER, 'port.new'), os.path.join(FOLDER, 'port'))
server.serve_forever()
