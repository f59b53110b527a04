#!/usr/bin/env python3
"""What Solder on a real Consul takes: objects in its KV store, and services with their health.

Usage: consul.py [--build DIR] [--objects N] [--changes N] [--services N] [--instances N] [--rate N] [--seconds N]

objects   N virtual services in the KV store: `first_s` from Solder's start until it is ready, and until a stock Envoy answers for the last of them; then
          changes one after the other, `change_ms` from the write to Consul until a request through Envoy sees it: median, p99, slowest
services  N services with so many instances each: `first_s` until all endpoints were received; then health changes at a rate, `eds_ms` from the write to Consul
          until a delta client received the endpoints: median, p99; and what it received besides in bytes
Prints a JSON line each. Consul, Solder, Envoy and the client share the machine.
"""
import argparse
import json
import pathlib
import queue
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests/e2e"), str(HERE / "harness")]
import packages  # noqa: E402

packages.need("grpcio==1.85.3")

import harness  # noqa: E402
from consul_server import Consul  # noqa: E402
from endpoint_client import OTHERS, EndpointClient, figures  # noqa: E402
from manifests import gateways  # noqa: E402

def start(world, consul, **more):
    settings = world.directory / "solder.yaml"
    settings.write_text(json.dumps({"pluginConfig": {"consul": {"address": consul.url, **more}}}))
    begin = time.monotonic()
    world.start_solder("--config", settings)
    return begin


def service(i, status):
    return json.dumps({"virtualHost": {"domains": [f"h{i}.test"], "routes": [{"matchers": [{"prefix": "/"}], "directResponseAction": {"status": status}}]}})


def objects(world, consul, count, changes):
    prefix = "gloo/gateway.solo.io/v1/VirtualService/gloo-system"
    consul.apply(gateways(world.http_port, world.https_port))
    consul.put_all((f"{prefix}/service-{i:05}", service(i, 201)) for i in range(count))
    harness.SECONDS = 120
    begin = start(world, consul, kvSource={"writeStatuses": False})
    ready = time.monotonic() - begin
    world.start_envoy()
    world.until_status("/", 201, host=f"h{count - 1}.test")
    answered = time.monotonic() - begin
    times = []
    for i in range(changes):
        which, status = i * 7919 % count, 202 + i % 90
        before = time.monotonic()
        consul.put(f"{prefix}/service-{which:05}", service(which, status))
        while world.get(host=f"h{which}.test").status != status:
            assert time.monotonic() < before + 30, "a change did not arrive"
        times.append((time.monotonic() - before) * 1000)
    return {"scenario": "objects", "objects": count, "first_s": round(ready, 2), "envoy_s": round(answered, 2), "change_ms": figures(times)}


def register_all(consul, services, instances):
    """By transactions: each instance on a node of its own number, with a check of its own."""
    operations = []
    for node in range(instances):
        operations.append({"Node": {"Verb": "set", "Node": {"Node": f"n{node}", "Address": "127.0.0.1"}}})
    for which in range(services):
        for node in range(instances):
            one = f"s{which}-{node}"
            operations.append({"Service": {"Verb": "set", "Node": f"n{node}", "Service": {"ID": one, "Service": f"s{which}", "Address": f"10.{node}.{which // 250}.{which % 250 + 1}", "Port": 80}}})
            operations.append({"Check": {"Verb": "set", "Check": check(which, node, "passing")}})
    for first in range(0, len(operations), 64):
        consul.must("PUT", "/v1/txn", operations[first:first + 64])


def check(which, node, status):
    return {"Node": f"n{node}", "CheckID": f"c-s{which}-{node}", "Name": "health", "Status": status, "ServiceID": f"s{which}-{node}"}


def services(world, consul, count, instances, rate, seconds):
    register_all(consul, count, instances)
    world.write("upstreams.yaml", "".join(f"---\napiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {{name: s{i}, namespace: gloo-system}}\nspec: {{consul: {{serviceName: s{i}}}}}\n" for i in range(count)))
    world.write("gateways.yaml", gateways(world.http_port, world.https_port))
    begin = start(world, consul)
    names = [f"s{i}_gloo-system" for i in range(count)]
    client = EndpointClient(world.xds_port, names)
    client.wait(lambda: sum(client.endpoints.get(name, (0, 0))[0] == instances for name in names) == count, 300)
    first = time.monotonic() - begin
    time.sleep(2)  # what was on its way is counted to the start
    before, written, work = dict(client.bytes), {}, queue.Queue()

    def write():
        own = Consul.__new__(Consul)
        own.__dict__.update(consul.__dict__, connection=None)
        for which, status in iter(work.get, None):
            written[which] = (time.monotonic(), instances - (status == "critical"))
            own.must("PUT", "/v1/txn", [{"Check": {"Verb": "set", "Check": check(which, 0, status)}}])
    writers = [threading.Thread(target=write) for _ in range(8)]
    for each in writers:
        each.start()
    times, at = [], time.monotonic()
    pending = []

    def collect(patience):
        for which in list(pending):
            begun, hosts = written.get(which, (None, None))
            if begun is None:
                continue
            if patience:
                client.wait(lambda: client.endpoints[names[which]][0] == hosts and client.endpoints[names[which]][1] >= begun, patience)
            have, when = client.endpoints[names[which]]
            if have == hosts and when >= begun:
                times.append((when - begun) * 1000)
                pending.remove(which)
    changes = rate * seconds
    for i in range(changes):
        which = i % count
        if which in pending:
            collect(30)
        written.pop(which, None)
        pending.append(which)
        work.put((which, "critical" if i // count % 2 == 0 else "passing"))
        at += 1 / rate
        if i % 20 == 0:
            collect(0)
        time.sleep(max(0, at - time.monotonic()))
    for _ in writers:
        work.put(None)
    for each in writers:
        each.join()
    collect(30)
    took = {"changes": len(times), "eds_ms": figures(times)}
    return {"scenario": "services", "services": count, "instances": count * instances, "first_s": round(first, 2), "rate": rate, **took,
            "other_bytes": sum(client.bytes[url] - before[url] for url in OTHERS)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build")
    for name, value in (("objects", 10000), ("changes", 200), ("services", 2000), ("instances", 10), ("rate", 200), ("seconds", 20)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--only", choices=("objects", "services"))
    given = parser.parse_args()
    harness.BUILD = given.build.resolve()
    for name, work in (("objects", lambda *w: objects(*w, given.objects, given.changes)),
                       ("services", lambda *w: services(*w, given.services, given.instances, given.rate, given.seconds))):
        if given.only not in (None, name):
            continue
        world = harness.World()
        try:
            with Consul(world.directory / "consul", more={"limits": {"http_max_conns_per_client": 10000}}) as consul:
                print(json.dumps(work(world, consul)), flush=True)
        finally:
            world.close()


if __name__ == "__main__":
    main()
