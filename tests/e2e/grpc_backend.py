"""A gRPC server for tests, over plain HTTP/2: answers each unary call with the message that it was sent.

Usage: grpc_backend.py PORT [HEX]        HEX: the message that is answered instead, as an answer to health checks. A message that holds the word "missing"
is answered with the status NOT_FOUND.
"""
import sys

from grpc_connection import DATA, END_HEADERS, END_STREAM, HEADERS, STATUS_200, Connection, header, message, serve

FIXED = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else None


class Call(Connection):
    def take(self, kind, flags, stream, payload):
        if kind == DATA:
            self.bodies[stream] = self.bodies.get(stream, b"") + payload
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.answer(stream, self.bodies.pop(stream, b""))

    def answer(self, stream, body):
        head = STATUS_200 + header("content-type", "application/grpc")
        if b"missing" in body:
            self.send(HEADERS, END_HEADERS | END_STREAM, stream, head + header("grpc-status", "5") + header("grpc-message", "nobody"))
            return
        self.send(HEADERS, END_HEADERS, stream, head)
        self.send(DATA, 0, stream, body if FIXED is None else message(FIXED))
        self.send(HEADERS, END_HEADERS | END_STREAM, stream, header("grpc-status", "0"))


serve(Call, int(sys.argv[1]))
