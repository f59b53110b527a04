#!/usr/bin/env python3
"""What a Lambda route adds to a request over the same backend without signing and transformation: plugins/aws_lambda/README.md.

Usage: lambda_latency.py [--build DIR] [--requests N] [--bytes N]

An Envoy with what `solder translate --static` makes of three routes, in front of another one that answers at once as a function
behind an API Gateway does. One connection, one request after the other, the ways in turn, so that what else the machine does hits
all alike. Prints a JSON line for each way: microseconds at the median, and what they are above those of `plain`.
 plain    a static upstream
 call     a function: the request made a signed call
 wrapped  the same, with the request as Gloo's document and the answer out of an API Gateway's JSON
The build needs bin/solder and the plugins aws_lambda and static.
"""
import argparse
import http.client
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE)]
from harness import processes  # noqa: E402
from harness.envoys import backend  # noqa: E402
from run import envoy_binary  # noqa: E402

PORT, UPSTREAM_PORT = 18095, 18096
WAYS = {"plain": "{upstream: {name: plain, namespace: gloo-system}}",
        "call": "{upstream: {name: lambda, namespace: gloo-system}, destinationSpec: {aws: {logicalName: hello}}}",
        "wrapped": "{upstream: {name: lambda, namespace: gloo-system}, destinationSpec: {aws: {logicalName: hello, requestTransformation: true, unwrapAsApiGateway: true}}}"}


def manifests():
    routes = "".join(f"\n    - matchers: [{{prefix: /{way}}}]\n      routeAction: {{single: {destination}}}" for way, destination in WAYS.items())
    return f"""
apiVersion: gateway.solo.io/v1
kind: Gateway
metadata: {{name: gateway-proxy, namespace: gloo-system}}
spec: {{bindAddress: 127.0.0.1, bindPort: {PORT}, httpGateway: {{}}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: keys, namespace: gloo-system}}
stringData: {{aws_access_key_id: AKIDBENCH, aws_secret_access_key: secret}}
---
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: plain, namespace: gloo-system}}
spec: {{static: {{hosts: [{{addr: 127.0.0.1, port: {UPSTREAM_PORT}}}]}}}}
---
apiVersion: gloo.solo.io/v1
kind: Upstream
metadata: {{name: lambda, namespace: gloo-system}}
spec:
  aws:
    region: us-east-1
    secretRef: {{name: keys, namespace: gloo-system}}
    lambdaFunctions: [{{logicalName: hello, lambdaFunctionName: hello}}]
    awsOptions: {{endpoint: 'http://127.0.0.1:{UPSTREAM_PORT}'}}
---
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {{name: bench, namespace: gloo-system}}
spec:
  virtualHost:
    domains: ['*']
    routes:{routes}
"""


def gateway_answer(size):
    """What a function behind an API Gateway answers."""
    return json.dumps({"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps({"text": "x" * size})})


def wait_for(port):
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def ask(connection, way, body):
    begin = time.perf_counter()
    connection.request("POST", f"/{way}/x?a=1&b=2", body, {"content-type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    took = time.perf_counter() - begin
    if answer.status != 200 or (b"statusCode" in text) != (way != "wrapped"):
        raise processes.Failed(f"{way}: {answer.status} {text[:200]}")
    return took * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build")
    parser.add_argument("--requests", type=int, default=3000, help="of each way")
    parser.add_argument("--bytes", type=int, default=1024, help="of the request's and of the answer's body")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="solder-bench-") as name:
        directory = pathlib.Path(name)
        (directory / "all.yaml").write_text(manifests())
        proxy = subprocess.run([options.build / "bin/solder", "translate", "--static", "--with-secrets", "--plugin-dir", options.build / "lib/solder/plugins", directory / "all.yaml"],
                               capture_output=True, text=True, check=True).stdout
        (directory / "proxy.yaml").write_text(proxy)
        (directory / "function.json").write_text(json.dumps(backend(UPSTREAM_PORT, gateway_answer(options.bytes))))
        envoy = [envoy_binary(), "--disable-hot-restart", "--log-level", "error", "--concurrency", "1"]
        with processes.Child("function", [*envoy, "-c", directory / "function.json"], directory / "function.log"), processes.Child("envoy", [*envoy, "-c", directory / "proxy.yaml"], directory / "envoy.log"):
            for port in (UPSTREAM_PORT, PORT):
                wait_for(port)
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
            body = json.dumps({"text": "x" * options.bytes})
            figures = {way: [] for way in WAYS}
            for i in range(options.requests + 100):
                for way in WAYS:
                    took = ask(connection, way, body)
                    if i >= 100:
                        figures[way].append(took)
    plain = statistics.median(figures["plain"])
    for way, times in figures.items():
        median = statistics.median(times)
        print(json.dumps({"way": way, "bytes": options.bytes, "median_us": round(median, 1), "added_us": round(median - plain, 1), "p99_us": round(statistics.quantiles(times, n=100)[98], 1)}))


if __name__ == "__main__":
    main()
