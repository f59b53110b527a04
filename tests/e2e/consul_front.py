"""Stands in front of a real Consul: hands on what is asked, counts it, and answers in its own way while it is told to.

Usage: consul_front.py PORT CONSUL_PORT
PUT /_/faults {"kind": KIND, "match": TEXT} with the kinds `500`, `garbage`, `empty`, `no_index`, `backwards`, `at_once`, `429`, `young`; {} for none.
`young`: a server that has not read its log, nor waits for it: it knows nothing, unless it is asked in the consistent mode.
GET /_/seen {"requests": N, "waiting": {PATH: most at one time}}
"""
import collections
import http.client
import http.server
import json
import re
import select
import socket
import sys
import threading

state = {"faults": {}, "requests": 0, "open": collections.Counter(), "most": collections.Counter()}
lock = threading.Lock()


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, code, body, headers=()):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def own(self, body):
        with lock:
            if self.path == "/_/faults":
                state["faults"] = json.loads(body)
            answer = {"requests": state["requests"], "waiting": dict(state["most"])}
        self.reply(200, json.dumps(answer).encode())

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.startswith("/_/"):
            return self.own(body)
        waits = "index=" in self.path
        thing = re.sub(r"[?&](index|wait)=[^&]*", "", self.path)
        with lock:
            state["requests"] += 1
            fault = state["faults"] if re.search(state["faults"].get("match", ""), self.path) else {}
            if waits:
                state["open"][thing] += 1
                state["most"][thing] = max(state["most"][thing], state["open"][thing])
        try:
            told = self.hand_on(body, fault.get("kind"))
        finally:
            if waits:  # before it is answered: then the next may come at once
                with lock:
                    state["open"][thing] -= 1
        if told:
            self.reply(*told)

    def hand_on(self, body, kind):
        """Status, body and headers of the answer, or None where nobody waits for it any more."""
        if kind in ("500", "429"):
            return int(kind), b"rpc error making call: EOF"
        if kind == "garbage":
            return 200, b"<html>\xff\x00", [("x-consul-index", "17")]
        if kind == "empty":
            return 200, b""
        if kind == "young" and "consistent" not in self.path:
            return 200, b"{}" if "/catalog/services" in self.path else b"[]", [("x-consul-index", "3")]
        path = self.path if kind != "at_once" else re.sub(r"&(index|wait)=[^&]*", "", self.path)
        consul = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]), timeout=700)
        consul.request(self.command, path, body or None)
        if not self.is_answered(consul):
            consul.close()
            self.close_connection = True
            return None
        answer = consul.getresponse()
        text = answer.read()
        headers = [(name, value) for name, value in answer.getheaders() if name.lower().startswith("x-consul")]
        if kind == "no_index":
            headers = []
        if kind == "backwards":
            headers = [("x-consul-index", "1")]
        consul.close()
        return answer.status, text, headers

    def is_answered(self, consul):
        """Waits for Consul's answer; false as soon as whoever asked has gone: who cancels a question waits for nothing."""
        ready, _, _ = select.select([consul.sock, self.connection], [], [])
        return consul.sock in ready or self.connection.recv(1, socket.MSG_PEEK) != b""

    do_GET = do_PUT = do_DELETE = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", int(sys.argv[1])), Front)
print("listening", flush=True)
server.serve_forever()
