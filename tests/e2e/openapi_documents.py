"""A web service that serves the documents that it is told to, and says what it was asked. Arguments: PORT...
`PUT /_/PATH` with a body: what GET PATH answers from now on; headers x-status, x-type, x-wait (seconds) say how. `GET /_seen`: what was asked, and how much at once.
With SOLDER_MADE=N every port serves at /openapi.json a document of its own of N operations, and echoes all else."""
import asyncio
import json
import os
import sys

MADE = int(os.environ.get("SOLDER_MADE", "0"))
answers, seen, now, most = {}, [], 0, 0


def made(port):
    paths = {f"/things/{port}/{i}/{{id}}": {"get": {"operationId": f"op_{port}_{i}", "parameters": [{"name": "id", "in": "path"}, {"name": "q", "in": "query"}]}} for i in range(MADE)}
    return json.dumps({"openapi": "3.0.3", "paths": paths}).encode()


async def serve(reader, writer):
    global now, most
    port = writer.get_extra_info("sockname")[1]
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = head.decode("latin-1").split("\r\n")
            method, path, _ = lines[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            status, kind, answer = 200, "application/json", b"{}"
            if path == "/_seen":
                answer = json.dumps({"requests": seen, "most": most}).encode()
            elif path.startswith("/_/"):
                answers[path[2:]] = (int(headers.get("x-status", "200")), headers.get("x-type", kind), body, float(headers.get("x-wait", "0")))
            else:
                now += 1
                most = max(most, now)
                seen.append(f"{port} {method} {path}")
                status, kind, answer, wait = answers.get(path.split("?")[0], (404, kind, b"", 0))
                if MADE and path == "/openapi.json":
                    status, answer, wait = 200, made(port), 0.005
                elif MADE or headers.get("x-echo"):
                    status, answer = 200, json.dumps({"method": method, "path": path, "headers": headers, "body": body.decode("latin-1")}).encode()
                await asyncio.sleep(wait)
                now -= 1
            more = "location: /elsewhere\r\n" if 300 <= status < 400 else ""
            writer.write(f"HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\n{more}content-length: {len(answer)}\r\n\r\n".encode() + answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        pass
    writer.close()


async def main():
    for port in sys.argv[1:]:
        await asyncio.start_server(serve, "127.0.0.1", int(port), limit=64 << 20)
    print("listening", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
