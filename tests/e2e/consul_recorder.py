"""Stands in front of a real Consul for one Solder: hands on what is asked, counts it, and keeps of each transaction that Consul took at which index it was, and
under which holder of the lock."""
import http.client
import http.server
import json
import socketserver
import threading


class Recorder:
    def __init__(self, consul_port):
        self.consul_port, self.requests, self.transactions, self.lock = consul_port, 0, [], threading.Lock()
        self.under_way = 0  # transactions that Consul may have taken, and that are not kept yet
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                transaction = self.path.startswith("/v1/txn")
                with recorder.lock:
                    recorder.requests += 1
                    recorder.under_way += transaction
                consul = http.client.HTTPConnection("127.0.0.1", recorder.consul_port, timeout=700)
                try:
                    consul.request(self.command, self.path, body or None)
                    got = consul.getresponse()
                    text = got.read()
                    if transaction and got.status == 200:
                        recorder.keep(json.loads(text)["Results"])
                except OSError:
                    self.close_connection = True
                    return
                finally:
                    consul.close()
                    with recorder.lock:
                        recorder.under_way -= transaction
                self.send_response(got.status)
                for name, value in got.getheaders():
                    if name.lower().startswith("x-consul"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, request_queue_size = True, 256

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keep(self, results):
        """The lock as the transaction found it stands first; what it wrote has one index."""
        entries = [each["KV"] for each in results]
        written = [each["ModifyIndex"] for each in entries[1:]]
        if written:
            with self.lock:
                self.transactions.append((max(written), entries[0]["LockIndex"], entries[0].get("Session")))

    def close(self):
        self.server.shutdown()
        self.server.server_close()
