"""Plain HTTP/2 as far as gRPC servers of tests need it: frames in, frames out, settings and pings answered."""
import asyncio
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM, ACK, END_HEADERS = 1, 1, 4
STATUS_200 = b"\x88"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def header(name, value):
    return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def message(body):
    """A message of gRPC: not compressed, with its length before it."""
    return b"\x00" + struct.pack(">I", len(body)) + body


class Connection(asyncio.Protocol):
    """Calls take(kind, flags, stream, payload) for every frame that is not about the connection itself."""

    def connection_made(self, transport):
        self.transport, self.received, self.greeted, self.bodies = transport, b"", False, {}
        self.send(SETTINGS, 0, 0)

    def send(self, kind, flags, stream, payload=b""):
        self.transport.write(frame(kind, flags, stream, payload))

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
            kind, flags, stream = self.received[3], self.received[4], int.from_bytes(self.received[5:9], "big")
            payload, self.received = self.received[9:9 + size], self.received[9 + size:]
            if kind in (SETTINGS, PING):
                if not flags & ACK:
                    self.send(kind, ACK, 0, payload if kind == PING else b"")
            else:
                self.take(kind, flags, stream, payload)


def serve(connection, port):
    async def main():
        server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", port)
        print("listening", flush=True)
        await server.serve_forever()

    asyncio.run(main())
