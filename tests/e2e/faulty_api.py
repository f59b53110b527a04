"""A proxy before a real Kubernetes API server that answers part of the requests with errors of its own and breaks watches off, by chance."""
import http.client
import http.server
import json
import random
import socket
import ssl
import threading

REASONS = {409: "Conflict", 429: "TooManyRequests", 500: "InternalError"}


class FaultyApi:
    """`share` of the requests are answered 409, 429 or 500; a watch lives for at most `longest_watch` seconds. Both may be set while it runs."""

    def __init__(self, kube, seed=7):
        self.kube = kube
        self.random = random.Random(seed)
        self.share, self.longest_watch = 0.1, 3.0
        self.answered = {"passed on": 0, "refused": 0, "broken off": 0, "not reached": 0}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(kube.directory / "server.crt", kube.directory / "server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def handler(self):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if proxy.random.random() < proxy.share:
                    return self.refuse(proxy.random.choice(list(REASONS)))
                return self.pass_on(body)

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = answer

            def refuse(self, code):
                proxy.answered["refused"] += 1
                body = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "by chance", "reason": REASONS[code], "code": code}).encode()
                self.send_response(code)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def pass_on(self, body):
                context = ssl.create_default_context(cafile=proxy.kube.directory / "server-ca.crt")
                connection = http.client.HTTPSConnection("127.0.0.1", proxy.kube.port, timeout=300, context=context)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection", "accept-encoding")}
                try:
                    connection.request(self.command, self.path, body or None, headers)
                    self.copy(connection.getresponse())
                except (OSError, http.client.HTTPException):
                    proxy.answered["not reached"] += 1
                    self.close_connection = True
                finally:
                    connection.close()

            def copy(self, answer):
                broken = threading.Event()
                if "watch=1" in self.path:
                    threading.Timer(proxy.random.uniform(0.1, proxy.longest_watch), self.break_off, (answer.fp.raw._sock, broken)).start()  # pylint: disable=protected-access
                self.send_response(answer.status)
                for name in ("content-type", "retry-after"):
                    if answer.headers.get(name):
                        self.send_header(name, answer.headers[name])
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                try:
                    while piece := answer.read1(65536):
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                except (OSError, http.client.HTTPException):
                    if not broken.is_set():
                        raise
                if broken.is_set():
                    proxy.answered["broken off"] += 1
                    self.close_connection = True  # in the middle, without the end of the body
                    return
                self.wfile.write(b"0\r\n\r\n")
                proxy.answered["passed on"] += 1

            def break_off(self, upstream, broken):
                broken.set()
                try:
                    upstream.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it has ended by itself

        return Handler
