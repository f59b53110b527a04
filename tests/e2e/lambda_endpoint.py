"""AWS Lambda's Invoke for tests: recomputes the signature of every request as AWS says it is made, and answers as functions do.

Usage: lambda_endpoint.py PORT        listens on 127.0.0.1, plain HTTP

PUT /keys {"AKID": ["secret", "session token or null"]} says which keys are good; GET /seen tells what came: how many calls were right,
why others were refused, the calls of each function, and the last one. Functions: `echo` gives back what it was called with, `raw` its event
as it is, `error` fails, `throttle` is throttled, `slow` takes half a second, any other that begins with `any` answers {}; more are not there.
"""
import asyncio
import collections
import json
import re
import sys
import urllib.parse

import aws_signature

INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")

keys = {}
seen = {"right": 0, "refused": collections.Counter(), "functions": collections.Counter(), "keys": collections.Counter(), "last": None}


def call(name, qualifier, headers, body):
    """Status, headers and body of a function's answer."""
    if headers.get("x-amz-invocation-type") == "Event":
        return 202, {}, b""
    plain = name.rpartition(":")[2]
    if plain == "echo":
        told = {"function": name, "qualifier": qualifier, "headers": {key: value for key, value in headers.items() if key != "key"}, "event": body.decode("latin-1")}
        return 200, {}, json.dumps(told).encode()
    if plain == "raw":
        return 200, {}, body
    if plain == "error":
        return 200, {"x-amz-function-error": "Unhandled"}, b'{"errorMessage": "boom", "errorType": "Error"}'
    if plain == "throttle":
        return 429, {"x-amzn-errortype": "TooManyRequestsException"}, b'{"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}'
    if plain.startswith(("any", "slow")):
        return 200, {}, b"{}"
    return 404, {"x-amzn-errortype": "ResourceNotFoundException"}, b'{"Message": "Function not found"}'


def answer(method, target, headers, body):
    if (method, target) == ("PUT", "/keys"):
        keys.update(json.loads(body))
        return 200, {}, b"{}"
    if method == "GET" and target.startswith("/2015-03-31/functions/?"):
        return 200, {}, b'{"Functions": []}'  # discovery finds none here
    if target == "/seen":
        return 200, {}, json.dumps(seen).encode()
    path, _, query = target.partition("?")
    match = INVOKE.fullmatch(path)
    problem = aws_signature.signature_problem(method, target, headers, body, keys) if match and method == "POST" else "UnknownOperationException"
    seen["last"] = {"method": method, "target": target, "headers": dict(headers), "body": body.decode("latin-1"), "problem": problem}
    if problem:
        seen["refused"][problem] += 1
        return 403, {"x-amzn-errortype": problem}, json.dumps({"message": problem}).encode()
    seen["right"] += 1
    seen["functions"][match.group(1)] += 1
    seen["keys"][headers["key"]] += 1
    return call(urllib.parse.unquote(match.group(1)), dict(urllib.parse.parse_qsl(query)).get("Qualifier"), headers, body)


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
            status, more, body = answer(method, target, headers, rest[:length])
            lines = [f"HTTP/1.1 {status} Answer", "content-type: application/json", f"content-length: {len(body)}", *(f"{name}: {value}" for name, value in more.items())]
            written = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
            if "/functions/slow/" in target:
                asyncio.get_running_loop().call_later(0.5, self.transport.write, written)
            else:
                self.transport.write(written)


async def main():
    server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", int(sys.argv[1]))
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main())
