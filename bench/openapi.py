#!/usr/bin/env python3
"""How long it takes until the functions of many services are found: SERVICES with a document of OPERATIONS each, none of which is known before, from Solder's start on.

    python3 bench/openapi.py [--services 200] [--operations 50]

Prints a line of JSON: seconds until all are written, requests that were made, how many were under way at once, and Solder's memory."""
import argparse
import json
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from harness import HERE, Process, World, free_port, get_json, until  # noqa: E402
from manifests import gateways  # noqa: E402


def upstream(port):
    return f"""
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: u{port}, namespace: gloo-system, labels: {{discovery.solo.io/function_discovery: enabled}}}}
spec: {{static: {{hosts: [{{addr: 127.0.0.1, port: {port}}}]}}}}
"""


def measure(world, services, operations):
    ports = [free_port() for _ in range(services)]
    backend = Process("services", [sys.executable, HERE / "openapi_documents.py", *ports], world.directory / "services.log", {"SOLDER_MADE": str(operations)})
    world.start(backend, lambda: "listening" in backend.tail())
    world.write("gateways.yaml", gateways(world.http_port, world.https_port))
    world.write("upstreams.yaml", "---".join(upstream(port) for port in ports))
    began = time.monotonic()
    world.start_solder()
    found = world.directory / "state/discovered"
    until("all are found", lambda: len(list(found.rglob("*.serviceSpec.openapi.yaml"))) == services, seconds=120)
    seconds = time.monotonic() - began
    functions = sum(len(json.loads(next(line for line in file.read_text().splitlines() if line.startswith("  value: "))[9:])["rest"]["transformations"]) for file in found.rglob("*.yaml"))
    seen = get_json(ports[0], "/_seen")
    status = pathlib.Path(f"/proc/{world.solder.process.pid}/status").read_text()
    return {"services": services, "operations": operations, "functions": functions, "seconds": round(seconds, 2), "requests": len(seen["requests"]), "most_at_once": seen["most"],
            "rss_mb": int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--services", type=int, default=200)
    parser.add_argument("--operations", type=int, default=50)
    options = parser.parse_args()
    world = World()
    try:
        print(json.dumps(measure(world, options.services, options.operations)))
    finally:
        world.close()


if __name__ == "__main__":
    main()
