"""The agent of a mesh beside a proxy, for tests: serves a certificate and what to trust under Istio's names by SDS.

Usage: mesh_agent.py PORT CERTIFICATE KEY CA        files in PEM
"""
import pathlib
import sys

from grpc_connection import DATA, END_HEADERS, HEADERS, STATUS_200, Connection, header, message, serve
from protobuf_wire import field

WINDOW_UPDATE = 8
NONCE = "told-once"
SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"


def text_of(path):
    return field(3, pathlib.Path(path).read_text(encoding="utf-8"))  # a DataSource


def secrets(certificate, key, ca):
    return {"istio_server_cert": field(2, field(1, text_of(certificate)) + field(2, text_of(key))), "istio_validation_context": field(4, field(1, text_of(ca)))}


def answer(name):
    secret = field(1, name) + SECRETS[name]
    return field(1, "1") + field(2, field(1, SECRET) + field(2, secret)) + field(4, SECRET) + field(5, NONCE)


class Agent(Connection):
    def take(self, kind, flags, stream, payload):
        if kind == HEADERS:
            self.send(HEADERS, END_HEADERS, stream, STATUS_200 + header("content-type", "application/grpc"))
        if kind != DATA:
            return
        # An Envoy says at length who it is: what was read makes room.
        for which in (0, stream) if payload else ():
            self.send(WINDOW_UPDATE, 0, which, len(payload).to_bytes(4, "big"))
        body = self.bodies.get(stream, b"") + payload
        while len(body) >= 5 and len(body) >= 5 + int.from_bytes(body[1:5], "big"):
            end = 5 + int.from_bytes(body[1:5], "big")
            request, body = body[5:end], body[end:]
            # What was taken is acknowledged with the nonce; a certificate that does not change is told once.
            for name in SECRETS:
                if name.encode() in request and NONCE.encode() not in request:
                    self.send(DATA, 0, stream, message(answer(name)))
        self.bodies[stream] = body


SECRETS = secrets(*sys.argv[2:5])
serve(Agent, int(sys.argv[1]))
