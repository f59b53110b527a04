"""Google for tests: the token endpoint, a metadata server, and services behind them that take nothing but good ID tokens. There is no emulator of
Google's own; what is here follows RFC 7523 and the published documentation of these servers.

Usage: google_endpoint.py PORT        listens on 127.0.0.1, plain HTTP

PUT /control {"publics": {KEY ID: [EMAIL, PUBLIC KEY]}, "lifetime": SECONDS, "ahead": SECONDS of its clock, "fail": STATUS or null, "functions": {...}}: what is named is changed.
GET /seen tells what came. Everything else is a service's: it answers what it was asked, or 401.
"""
import asyncio
import collections
import email.utils
import json
import sys
import urllib.parse

import google_functions
import google_tokens

PORT = int(sys.argv[1])
control = {"publics": {}, "lifetime": 3600, "ahead": 0, "fail": None, "functions": {}, "throttle": 0, "missing": []}
seen = {"right": 0, "refused": collections.Counter(), "tokens": 0, "metadata": 0, "last": None, "emails": collections.Counter(), "texts": [], "lists": collections.Counter()}


def service(method, target, headers):
    text = headers.get("authorization", "")
    claims = google_tokens.claims_of(text[7:]) if text.startswith("Bearer ") else None
    path = target.partition("?")[0]
    host = "https://" + headers.get("host", "")
    good = claims and (claims["aud"] == host or (host + path + "/").startswith(claims["aud"] + "/") or claims["aud"] == "own-audience")
    seen["last"] = {"method": method, "target": target, "headers": headers, "claims": claims}
    if not good:
        seen["refused"]["a wrong token" if text else "no token"] += 1
        return 401, {"www-authenticate": "Bearer"}, b"401"
    seen["right"] += 1
    seen["emails"][claims["email"]] += 1
    if text[7:] not in seen["texts"]:
        seen["texts"].append(text[7:])
    told = {"target": target, "host": headers["host"], "aud": claims["aud"], "email": claims["email"], "headers": {key: value for key, value in headers.items() if key != "authorization"}}
    return 200, {}, json.dumps(told).encode()


def answer(method, target, headers, body):
    if (method, target) == ("PUT", "/control"):
        control.update(json.loads(body))
        google_tokens.ahead = control["ahead"]
        return 200, {}, b"{}"
    if target == "/seen":
        return 200, {}, json.dumps(seen).encode()
    if target == "/token" or target.startswith("/computeMetadata/"):
        seen["tokens" if target == "/token" else "metadata"] += 1
        if control["fail"]:
            return control["fail"], {}, b"nonsense"
        if target != "/token":
            return google_tokens.metadata(target, headers, control["lifetime"])
        return google_tokens.exchange(dict(urllib.parse.parse_qsl(body.decode())), f"http://127.0.0.1:{PORT}/token", control["publics"], control["lifetime"])
    if target.startswith(("/v1/projects/", "/v2/projects/")):
        return google_functions.listing(target, headers, control, seen)
    return service(method, target, headers)


class Endpoint(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.received = transport, b""

    def data_received(self, data):
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, rest = self.received.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ", 2)
            headers = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                name, value = name.lower(), value.strip()
                headers[name] = f"{headers[name]},{value}" if name in headers else value
            length = int(headers.get("content-length", 0))
            if len(rest) < length:
                return
            self.received = rest[length:]
            status, more, content = answer(method, target, headers, rest[:length])
            lines = [f"HTTP/1.1 {status} Answer", "content-type: application/json", f"date: {email.utils.formatdate(google_tokens.now(), usegmt=True)}", f"content-length: {len(content)}", *(f"{name}: {value}" for name, value in more.items())]
            self.transport.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + content)


async def main():
    server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", PORT)
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main())
