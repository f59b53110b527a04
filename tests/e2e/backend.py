"""A backend for tests: echoes each request as JSON, fast enough for the load client.

Usage: backend.py NAME PORT [CERTIFICATE KEY]        PORT may be HOST:PORT, or the path of a Unix domain socket

/status/N answers N; /status-of/NAME/N does where the backend has that name; /delay/MS answers late; /fail/KEY/N fails N
times with 503, then answers 200; /keep/SECONDS may be kept by caches; everything else 200.
"""
import asyncio
import collections
import email.utils
import json
import ssl
import sys

NAME = sys.argv[1]
failures = collections.Counter()


def status_and_delay(path):
    parts = path.split("?")[0].split("/")
    if "status" in parts:
        return int(parts[parts.index("status") + 1]), 0.0
    if "status-of" in parts:
        name, status = parts[parts.index("status-of") + 1:][:2]
        return (int(status) if name == NAME else 200), 0.0
    if "delay" in parts:
        return 200, int(parts[parts.index("delay") + 1]) / 1000
    if "fail" in parts:
        key, times = parts[parts.index("fail") + 1:][:2]
        failures[key] += 1
        return (503 if failures[key] <= int(times) else 200), 0.0
    return 200, 0.0


def kept(path):
    parts = path.split("?")[0].split("/")
    if "keep" not in parts:
        return ""
    # A cache asks anew about an answer without a date.
    return f"cache-control: max-age={parts[parts.index('keep') + 1]}\r\ndate: {email.utils.formatdate(usegmt=True)}\r\n"


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.received = b""

    def data_received(self, data):
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, rest = self.received.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ", 2)
            headers = {}
            for line in lines[1:]:
                key, _, value = line.partition(":")
                headers.setdefault(key.lower(), []).append(value.strip())
            length = int(headers.get("content-length", ["0"])[0])
            if len(rest) < length:
                return
            self.received = rest[length:]
            self.answer(method, path, headers)

    def answer(self, method, path, headers):
        status, delay = status_and_delay(path)
        body = json.dumps({"backend": NAME, "method": method, "path": path, "host": headers.get("host", [""])[0], "headers": headers}).encode()
        head = f"HTTP/1.1 {status} Answer\r\ncontent-type: application/json\r\nx-backend: {NAME}\r\nx-internal: yes\r\n{kept(path)}content-length: {len(body)}\r\n\r\n"
        data = head.encode() + (b"" if method == "HEAD" else body)
        if delay:
            asyncio.get_running_loop().call_later(delay, self.transport.write, data)
        else:
            self.transport.write(data)


async def main():
    context = None
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    if len(sys.argv) > 5:  # who asks must show a certificate of this authority
        context.load_verify_locations(sys.argv[5])
        context.verify_mode = ssl.CERT_REQUIRED
    loop = asyncio.get_running_loop()
    if "/" not in sys.argv[2]:
        host, _, port = sys.argv[2].rpartition(":")
        server = await loop.create_server(Echo, host or "127.0.0.1", int(port), ssl=context)
    else:
        server = await loop.create_unix_server(Echo, sys.argv[2], ssl=context)
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main())
