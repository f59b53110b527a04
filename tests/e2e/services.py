"""Servers that Envoy asks about requests, for tests."""
import http.server
import sys
import threading

from harness import HERE, Process, free_port


def start_grpc(world, role, name):
    """The port of grpc_services.py in the role."""
    port = free_port()
    process = Process(name, [sys.executable, HERE / "grpc_services.py", role, name, port], world.directory / f"{name}.log")
    world.start(process, lambda: "listening" in process.tail())
    return port


class HttpServer:
    """Answers with what `answer(path, headers)` gives: a status, headers and a body. `asked` holds the paths."""

    def __init__(self, test, answer):
        self.port, self.asked = free_port(), []
        asked = self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                asked.append(self.path)
                status, headers, body = answer(self.path, {key.lower(): value for key, value in self.headers.items()})
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)
