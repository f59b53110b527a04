#!/usr/bin/env python3
"""What Solder on a real Kubernetes API server takes: a large world at the start, endpoints that change, virtual services that are applied.

Usage: kubernetes.py [--build DIR] [--services N] [--endpoints N] [--virtual-services N] [--rate N] [--seconds N] [--applied N]

start      `first_s` from Solder's start to its first snapshot, with `memory_mb` then: N Services with EndpointSlices of N/services endpoints, N virtual services
endpoints  a changed EndpointSlice, `rate` times a second: `eds_ms` from the write to the API until a delta client received the endpoints, `write_ms` until the API
           answered to the write, `watch_ms` until a bare watch saw it, `behind_watch_ms` what Solder came later than that; `other_bytes` of CDS and LDS meanwhile
applied    a virtual service with another answer, one after the other: `answer_ms` from the write until a request through Envoy sees it; `writes` of statuses by Solder for each
Prints a JSON line each. The API server, etcd, Solder, Envoy and the client share the machine.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests/e2e"), str(HERE / "harness")]
import packages  # noqa: E402

packages.need("grpcio==1.85.3")

import harness  # noqa: E402
import kube_server  # noqa: E402
from endpoint_client import OTHERS, EndpointClient  # noqa: E402
from figures import figures  # noqa: E402
from kube_server import Kubernetes  # noqa: E402
from manifests import gateways  # noqa: E402

GATEWAY = "gateway.solo.io/v1"
WARM_UP_SECONDS = 5


def service(i):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"s{i}", "namespace": "shop"}, "spec": {"clusterIP": "None", "ports": [{"name": "http", "port": 80}]}}


def endpoint_slice(i, size, generation=0):
    addresses = [{"addresses": [f"10.{generation % 200}.{i // 250}.{number + 1 + i % 2 * 100}"], "conditions": {"ready": True}} for number in range(size - generation % 2)]
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": f"s{i}-1", "namespace": "shop", "labels": {"kubernetes.io/service-name": f"s{i}"}},
            "addressType": "IPv4", "ports": [{"name": "http", "port": 8080}], "endpoints": addresses}


def virtual_service(i, status):
    return {"apiVersion": GATEWAY, "kind": "VirtualService", "metadata": {"name": f"v{i}", "namespace": "gloo-system"},
            "spec": {"virtualHost": {"domains": [f"v{i}.test"], "routes": [{"matchers": [{"prefix": "/"}], "directResponseAction": {"status": status}}]}}}


class Writers:
    """Several connections to the API."""

    def __init__(self, kube, count=8):
        self.kube, self.own = kube, threading.local()
        self.pool = concurrent.futures.ThreadPoolExecutor(count)

    def client(self):
        if not hasattr(self.own, "kube"):
            self.own.kube = Kubernetes.__new__(Kubernetes)
            self.own.kube.__dict__.update(self.kube.__dict__, https=None)
        return self.own.kube

    def create(self, things):
        def one(thing):
            path = self.kube.object_path(thing).rsplit("/", 1)[0]
            self.client().must("POST", path, thing)
        list(self.pool.map(one, things))

    def replace(self, thing, mark):
        """mark() is called before the write and once the API has said that it is done."""
        def one():
            mark()
            answer = self.client().must("PUT", self.kube.object_path(thing), thing)
            mark()
            return answer["metadata"]["resourceVersion"]
        return self.pool.submit(one)


def resident_mb(process):
    text = pathlib.Path(f"/proc/{process.process.pid}/status").read_text(encoding="ascii")
    return round(int(text.split("VmRSS:")[1].split()[0]) / 1024, 1)


def start(world, kube, given):
    settings = world.directory / "solder.yaml"
    # Pods are what selectors and subsets of upstreams are about, and there are none.
    settings.write_text(json.dumps({"pluginConfig": {"kubernetes": {"watch": {"kubeconfig": str(kube.kubeconfig()), "skipKinds": ["Pod"]}}}}))
    harness.SECONDS = 120
    begin = time.monotonic()
    world.start_solder("--config", settings)
    first = time.monotonic() - begin
    return {"scenario": "start", "services": given.services, "endpoints": given.endpoints, "virtual_services": given.virtual_services, "first_s": round(first, 2), "memory_mb": resident_mb(world.solder)}


class BareWatch:
    """A watch beside Solder's: what of a delay is the API server's own."""

    def __init__(self, kube, directory):
        self.log = directory / "watch.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen([sys.executable, HERE / "harness/bare_kubernetes.py", str(kube.port), kube.directory / "server-ca.crt", kube_server.ADMIN, "shop"], stdout=out)

    def end(self):
        """When each version came."""
        self.process.terminate()
        self.process.wait()
        return {version: float(when) for version, when in map(str.split, self.log.read_text().splitlines())}


def endpoints(world, writers, given):
    size = given.endpoints // given.services
    names = [f"kube-svc:shop-s{i}-80_shop" for i in range(given.services)]
    client = EndpointClient(world.xds_port, names)
    client.wait(lambda: all(client.endpoints.get(name, (0, 0))[0] == size for name in names), 120)
    watch = BareWatch(writers.kube, world.directory)
    time.sleep(2)  # what was on its way is counted to the start
    before, times, writes, pending, versions = dict(client.bytes), [], [], {}, {}

    def arrived(written, hosts, name):
        return bool(written) and client.endpoints[name][0] == hosts and client.endpoints[name][1] >= written[0]

    def collect(name, patience=0):
        sent, written, hosts, counts = pending[name]
        if patience:
            sent.result()
            client.wait(lambda: arrived(written, hosts, name), patience)
        if arrived(written, hosts, name):
            del pending[name]
            version = sent.result()
            if not counts:
                return
            times.append((client.endpoints[name][1] - written[0]) * 1000)
            versions[version] = (written[0], client.endpoints[name][1])
            writes.append((written[1] - written[0]) * 1000)
    at = time.monotonic()
    # The first seconds do not count: connections are made, and the API server tidies up after the large world.
    for count in range(given.rate * (WARM_UP_SECONDS + given.seconds)):
        if count == given.rate * WARM_UP_SECONDS:
            began = time.monotonic()
        i = count % given.services
        if names[i] in pending:
            collect(names[i], patience=60)
        generation = count // given.services + 1
        written = []
        sent = writers.replace(endpoint_slice(i, size, generation), lambda written=written: written.append(time.monotonic()))
        pending[names[i]] = (sent, written, size - generation % 2, count >= given.rate * WARM_UP_SECONDS)
        at += 1 / given.rate
        time.sleep(max(0, at - time.monotonic()))
    for name in list(pending):
        collect(name, patience=60)
    seen = watch.end()
    own = [(seen[version] - wrote) * 1000 for version, (wrote, _) in versions.items() if version in seen]
    behind = [max(0, arrived - seen[version]) * 1000 for version, (_, arrived) in versions.items() if version in seen]
    return {"scenario": "endpoints", "rate": given.rate, "reached_rate": round(len(times) / (time.monotonic() - began), 1), "eds_ms": figures(times), "write_ms": figures(writes), "watch_ms": figures(own), "behind_watch_ms": figures(behind), "other_bytes": sum(client.bytes[url] - before[url] for url in OTHERS)}


def applied(world, kube, given):
    world.start_envoy()
    world.until_status("/", 200, host="v0.test")
    before, times = world.metric("solder_status_writes_total") if "solder_status_writes_total" in harness.admin(world.admin_port, "/metrics").text else None, []
    for count in range(given.applied):
        i, status = count * 7919 % given.virtual_services, 201 + count % 90
        begin = time.monotonic()
        kube.apply(virtual_service(i, status))
        while world.get(host=f"v{i}.test").status != status:
            assert time.monotonic() < begin + 30, "a change did not arrive"
        times.append((time.monotonic() - begin) * 1000)
    out = {"scenario": "applied", "answer_ms": figures(times)}
    if before is not None:
        out["writes_each"] = round((world.metric("solder_status_writes_total") - before) / given.applied, 2)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build")
    for name, value in (("services", 5000), ("endpoints", 50000), ("virtual-services", 10000), ("rate", 500), ("seconds", 20), ("applied", 200)):
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    harness.BUILD = kube_server.BUILD = given.build.resolve()
    world = harness.World()
    try:
        with Kubernetes(world.directory / "kube") as kube:
            kube.add_namespaces("gloo-system", "shop")
            kube.add_definitions("VirtualService", "Gateway", "Upstream", "Settings")
            kube.allow()
            kube.apply(gateways(world.http_port, world.https_port))
            writers = Writers(kube)
            writers.create(service(i) for i in range(given.services))
            writers.create(endpoint_slice(i, given.endpoints // given.services) for i in range(given.services))
            writers.create(virtual_service(i, 200) for i in range(given.virtual_services))
            print(json.dumps(start(world, kube, given)), flush=True)
            print(json.dumps(endpoints(world, writers, given)), flush=True)
            print(json.dumps(applied(world, kube, given)), flush=True)
    finally:
        world.close()


if __name__ == "__main__":
    main()
