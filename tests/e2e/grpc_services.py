"""Envoy's gRPC services for tests, over plain HTTP/2: an auth server and an external processor.

Usage: grpc_services.py auth|processor NAME PORT

auth: a request passes where it has x-allow: yes. The upstream is told who said so (x-auth), in which context (x-context) and with which config (x-config).
processor: the upstream and the client get x-processor-NAME.
"""
import sys

from grpc_connection import DATA, END_HEADERS, END_STREAM, HEADERS, STATUS_200, Connection, header, message, serve
from protobuf_wire import field

ROLE, NAME, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
CONFIG = "solo.auth.passthrough.config"


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value, at, shift = value | (byte & 127) << shift, at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(message):
    """(number, value) of each field: numbers, and bytes of whatever has a length."""
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        if tag & 7 == 0:
            value, at = varint(message, at)
        else:
            size = {1: 8, 5: 4}.get(tag & 7)
            if size is None:
                size, at = varint(message, at)
            value, at = message[at:at + size], at + size
        yield tag >> 3, value


def get(message, *path):
    for number in path:
        message = dict(fields(message)).get(number, b"")
    return message


def entries(message, number):
    """A map of texts to whatever."""
    return {get(entry, 1).decode(): get(entry, 2) for found, entry in fields(message) if found == number}


def shown(values):
    return ",".join(f"{key}={value.decode()}" for key, value in sorted(values.items()))


def check(request):
    """CheckRequest to CheckResponse."""
    attributes = get(request, 1)
    headers = entries(get(attributes, 4, 2), 3)
    config = entries(get(attributes, 11), 1).get(CONFIG, b"")
    told = {"x-auth": NAME, "x-context": shown(entries(attributes, 10)), "x-config": shown({key: get(value, 3) for key, value in entries(config, 1).items()})}
    answer = b"".join(field(2, field(1, field(1, key) + field(2, value))) for key, value in told.items())
    if headers.get("x-allow") == b"yes":
        return field(1, b"") + field(3, answer)
    return field(1, field(1, 7)) + field(2, field(1, field(1, 403)) + answer)


def process(request):
    """ProcessingRequest to ProcessingResponse."""
    number = next(number for number, _ in fields(request) if number in range(2, 8))
    told = field(1, f"x-processor-{NAME}") + field(3, "request" if number == 2 else "answer")
    return field(number - 1, field(1, field(2, field(1, field(1, told)))) if number in (2, 3) else b"")


class Calls(Connection):
    def take(self, kind, flags, stream, payload):
        if kind == HEADERS:
            self.bodies[stream] = b""
            self.send(HEADERS, END_HEADERS, stream, STATUS_200 + header("content-type", "application/grpc"))
        if kind == DATA:
            self.bodies[stream] += payload
            self.answer(stream)
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.send(HEADERS, END_HEADERS | END_STREAM, stream, header("grpc-status", "0"))

    def answer(self, stream):
        """Each whole message with one."""
        while len(self.bodies[stream]) >= 5:
            size = int.from_bytes(self.bodies[stream][1:5], "big")
            if len(self.bodies[stream]) < 5 + size:
                return
            request, self.bodies[stream] = self.bodies[stream][5:5 + size], self.bodies[stream][5 + size:]
            self.send(DATA, 0, stream, message(check(request) if ROLE == "auth" else process(request)))


serve(Calls, PORT)
