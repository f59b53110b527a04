#!/usr/bin/env python3
"""A sample backend: tells as JSON what request reached it. One process serves several names, each on its own port.

Usage: backend.py NAME=PORT ...

GET /slow?seconds=3 answers late; GET /flaky fails with 503 two times out of three; everything else is echoed with 200.
"""
import http.server
import itertools
import json
import sys
import threading
import time
import urllib.parse


def handler(name):
    flaky = itertools.count(1)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            url = urllib.parse.urlsplit(self.path)
            status = 200
            if url.path.endswith("/slow"):
                time.sleep(min(60.0, float(urllib.parse.parse_qs(url.query).get("seconds", ["3"])[0])))
            elif url.path.endswith("/flaky") and next(flaky) % 3:
                status = 503
            length = int(self.headers.get("content-length", 0))
            body = {"backend": name, "method": self.command, "path": self.path, "host": self.headers.get("host"),
                    "headers": {key.lower(): value for key, value in self.headers.items()},
                    "body": self.rfile.read(length).decode(errors="replace")}
            data = (json.dumps(body, indent=2) + "\n").encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.send_header("x-backend", name)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer

        def log_message(self, *_):
            pass

    return Handler


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for argument in sys.argv[1:]:
        name, port = argument.split("=")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), handler(name))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{name} on 127.0.0.1:{port}", flush=True)
    threading.Event().wait()


main()
