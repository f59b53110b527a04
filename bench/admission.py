#!/usr/bin/env python3
"""What the admission webhook takes in a large world: one connection, as an API server keeps it, one review after the other.

Usage: admission.py [--build DIR] [--objects N] [--reviews N]

Half of the objects are upstreams, half virtual services with a route each; a review is of a virtual service with another answer. A line for each:
accepted   a change that is right
refused    a change that would break the object itself: a domain that another one has
deleted    an upstream that a route uses
Prints JSON lines with milliseconds from the request written until its verdict was read.
"""
import argparse
import http.client
import json
import pathlib
import ssl
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests/e2e"), str(HERE / "harness")]

import harness  # noqa: E402
from figures import figures  # noqa: E402
from manifests import gateways  # noqa: E402

KINDS = {"VirtualService": ("gateway.solo.io", "virtualservices"), "Upstream": ("gloo.solo.io", "upstreams")}


def upstream(i):
    return {"apiVersion": "gloo.solo.io/v1", "kind": "Upstream", "metadata": {"name": f"u{i}", "namespace": "gloo-system"}, "spec": {"static": {"hosts": [{"addr": "127.0.0.1", "port": 1}]}}}


def virtual_service(i, timeout, domain=None):
    route = {"matchers": [{"prefix": "/"}], "routeAction": {"single": {"upstream": {"name": f"u{i}", "namespace": "gloo-system"}}}, "options": {"timeout": f"{timeout}s"}}
    return {"apiVersion": "gateway.solo.io/v1", "kind": "VirtualService", "metadata": {"name": f"v{i}", "namespace": "gloo-system"},
            "spec": {"virtualHost": {"domains": [f"{domain or f'v{i}'}.test"], "routes": [route]}}}


def review(thing, operation):
    group, resource = KINDS[thing["kind"]]
    # A dry run: nobody stores what is asked about, so that nothing has to be taken back.
    request = {"uid": "1", "operation": operation, "dryRun": True, "kind": {"group": group, "version": "v1", "kind": thing["kind"]},
               "resource": {"group": group, "version": "v1", "resource": resource}, "namespace": "gloo-system", "name": thing["metadata"]["name"]}
    request["oldObject" if operation == "DELETE" else "object"] = thing
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})


class Webhook:
    def __init__(self, world, count):
        settings = {"apiVersion": "gloo.solo.io/v1", "kind": "Settings", "metadata": {"name": "default", "namespace": "gloo-system"},
                    "spec": {"gateway": {"validation": {"alwaysAccept": False, "allowWarnings": False}}}}
        world.write("settings.yaml", json.dumps(settings))
        world.write("gateways.yaml", gateways(world.http_port, world.https_port))
        world.write("world.yaml", "\n---\n".join(json.dumps(each) for i in range(count // 2) for each in (upstream(i), virtual_service(i, 5))))
        self.certificate, key = world.directory / "webhook.crt", world.directory / "webhook.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", self.certificate, "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.port = harness.free_port()
        world.start_solder("--validation-address", f"127.0.0.1:{self.port}", "--validation-certificate", self.certificate, "--validation-key", key)
        self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=ssl.create_default_context(cafile=self.certificate), timeout=60)

    def ask(self, body):
        """(milliseconds, allowed)"""
        start = time.perf_counter()
        self.connection.request("POST", "/validation", body, {"content-type": "application/json"})
        verdict = json.loads(self.connection.getresponse().read())
        return (time.perf_counter() - start) * 1000, verdict["response"]["allowed"]

    def measure(self, scenario, reviews, allowed):
        times = []
        for body in reviews:
            took, verdict = self.ask(body)
            if verdict != allowed:
                sys.exit(f"{scenario}: a verdict that is wrong: {body}")
            times.append(took)
        print(json.dumps({"scenario": scenario, "ms": figures(times)}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=harness.BUILD)
    parser.add_argument("--objects", type=int, default=10000)
    parser.add_argument("--reviews", type=int, default=2000)
    options = parser.parse_args()
    harness.BUILD = options.build.resolve()
    world = harness.World()
    try:
        webhook, half = Webhook(world, options.objects), options.objects // 2
        for _ in range(50):  # the connection, and what is made once
            webhook.ask(review(virtual_service(0, 7), "UPDATE"))
        numbers = [i * 7919 % half for i in range(options.reviews)]
        webhook.measure("accepted", (review(virtual_service(i, 6), "UPDATE") for i in numbers), True)
        webhook.measure("refused", (review(virtual_service(i, 6, f"v{(i + 1) % half}"), "UPDATE") for i in numbers), False)
        webhook.measure("deleted", (review(upstream(i), "DELETE") for i in numbers), False)
    finally:
        world.close()


main()
