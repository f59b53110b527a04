"""A gRPC server for tests, over plain HTTP/2: answers each unary call with the message that it was sent.

Usage: grpc_backend.py PORT [HEX]        HEX: the message that is answered instead, as an answer to health checks. A message that holds the word "missing"
is answered with the status NOT_FOUND.
"""
import asyncio
import struct
import sys

FIXED = bytes.fromhex(sys.argv[2]) if len(sys.argv) > 2 else None
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, ACK, END_HEADERS = 1, 1, 4
STATUS_200 = b"\x88"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def header(name, value):
    return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class Call(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.received, self.greeted, self.bodies = transport, b"", False, {}
        transport.write(frame(SETTINGS, 0, 0))

    def data_received(self, data):
        self.received += data
        if not self.greeted:
            if len(self.received) < len(PREFACE):
                return
            self.received, self.greeted = self.received[len(PREFACE):], True
        while len(self.received) >= 9:
            size = int.from_bytes(self.received[:3], "big")
            if len(self.received) < 9 + size:
                return
            kind, flags = self.received[3], self.received[4]
            stream = int.from_bytes(self.received[5:9], "big")
            payload, self.received = self.received[9:9 + size], self.received[9 + size:]
            self.take(kind, flags, stream, payload)

    def take(self, kind, flags, stream, payload):
        if kind in (SETTINGS, PING) and not flags & ACK:
            self.transport.write(frame(kind, ACK, 0, payload if kind == PING else b""))
        if kind == DATA:
            self.bodies[stream] = self.bodies.get(stream, b"") + payload
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.answer(stream, self.bodies.pop(stream, b""))

    def answer(self, stream, body):
        head = STATUS_200 + header("content-type", "application/grpc")
        if b"missing" in body:
            self.transport.write(frame(HEADERS, END_HEADERS | END_STREAM, stream, head + header("grpc-status", "5") + header("grpc-message", "nobody")))
            return
        if FIXED is not None:
            body = b"\x00" + struct.pack(">I", len(FIXED)) + FIXED
        self.transport.write(frame(HEADERS, END_HEADERS, stream, head) + frame(DATA, 0, stream, body) +
                             frame(HEADERS, END_HEADERS | END_STREAM, stream, header("grpc-status", "0")))


async def main():
    server = await asyncio.get_running_loop().create_server(Call, "127.0.0.1", int(sys.argv[1]))
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main())
