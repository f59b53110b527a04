#!/usr/bin/env python3
"""What Solder on a real Consul takes: objects in its KV store, and services with their health.

Usage: consul.py [--build DIR] [--objects N] [--changes N] [--services N] [--instances N] [--nodes N] [--rate N] [--seconds N]

objects   N virtual services in the KV store: `first_s` from Solder's start until it is ready, and until a stock Envoy answers for the last of them; then
          changes one after the other, `change_ms` from the write to Consul until a request through Envoy sees it: median, p99, slowest
services  N services with so many instances each, on nodes with the health check that an agent has of itself: `first_s` until all endpoints were received; then
          health changes at a rate, `eds_ms` from the write to Consul until a delta client received the endpoints: median, p99; what it received besides in
          bytes; how many connections Solder had to Consul, and what processors the two took. `bare_ms` is how long the news take to a client that has the same
          blocking queries open and does nothing else, after Solder has ended: what of it is Consul's own
Prints a JSON line each. Consul, Solder, Envoy and the client share the machine.
"""
import argparse
import json
import os
import pathlib
import queue
import signal
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests/e2e"), str(HERE / "harness")]
import packages  # noqa: E402

packages.need("grpcio==1.85.3")

import harness  # noqa: E402
from bare_consul import BareClient  # noqa: E402
from consul_server import Consul  # noqa: E402
from endpoint_client import OTHERS, EndpointClient  # noqa: E402
from figures import figures  # noqa: E402
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


def register_all(consul, services, instances, nodes):
    """By transactions: each instance with a check of its own, those of one service on different nodes."""
    operations = []
    for node in range(nodes):
        operations.append({"Node": {"Verb": "set", "Node": {"Node": f"n{node}", "Address": "127.0.0.1"}}})
        operations.append({"Check": {"Verb": "set", "Check": {"Node": f"n{node}", "CheckID": "serfHealth", "Name": "Serf Health Status", "Status": "passing"}}})
    for which in range(services):
        for number in range(instances):
            node = (which * instances + number) % nodes
            one = {"ID": f"s{which}-{number}", "Service": f"s{which}", "Address": f"10.{number}.{which // 250}.{which % 250 + 1}", "Port": 80}
            operations.append({"Service": {"Verb": "set", "Node": f"n{node}", "Service": one}})
            operations.append({"Check": {"Verb": "set", "Check": check(which, number, node, "passing")}})
    for first in range(0, len(operations), 64):
        consul.must("PUT", "/v1/txn", operations[first:first + 64])


def check(which, number, node, status):
    return {"Node": f"n{node}", "CheckID": f"c-s{which}-{number}", "Name": "health", "Status": status, "ServiceID": f"s{which}-{number}"}


class Writers:
    """Change the health of the first instances, some at a time, and note when they began to."""

    def __init__(self, consul, instances, nodes):
        self.consul, self.instances, self.nodes = consul, instances, nodes
        self.written, self.took, self.work = {}, [], queue.Queue()
        self.threads = [threading.Thread(target=self.run) for _ in range(8)]
        for each in self.threads:
            each.start()

    def run(self):
        own = Consul.__new__(Consul)
        own.__dict__.update(self.consul.__dict__, connection=None)
        for which, status in iter(self.work.get, None):
            body = [{"Check": {"Verb": "set", "Check": check(which, 0, which * self.instances % self.nodes, status)}}]
            begin = time.monotonic()
            self.written[which] = (begin, self.instances - (status == "critical"))
            own.must("PUT", "/v1/txn", body)
            self.took.append((time.monotonic() - begin) * 1000)

    def end(self):
        for _ in self.threads:
            self.work.put(None)
        for each in self.threads:
            each.join()


def change_health(consul, client, names, down, instances, nodes, rate, seconds):
    """Changes at a rate; how long each took until the client had it, and how long the writing. `down`: whose first instance is."""
    writers, times, pending, at = Writers(consul, instances, nodes), [], [], time.monotonic()

    def arrived(which):
        begun, hosts = writers.written.get(which, (None, None))
        have, when = client.endpoints[names[which]]
        if begun is None or have != hosts or when < begun:
            return False
        times.append((when - begun) * 1000)
        pending.remove(which)
        return True
    for i in range(rate * seconds):
        which = i % len(names)
        if which in pending:
            client.wait(lambda: arrived(which), 30)
        writers.written.pop(which, None)
        pending.append(which)
        down ^= {which}
        writers.work.put((which, "critical" if which in down else "passing"))
        at += 1 / rate
        if i % 20 == 0:
            for each in list(pending):
                arrived(each)
        time.sleep(max(0, at - time.monotonic()))
    writers.end()
    for each in list(pending):
        client.wait(lambda: arrived(each), 30)
    return figures(times), figures(writers.took)


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_connections(port):
    """Of whoever asks Consul; each has one question open at most."""
    lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    ends = [line.split()[1:4] for line in lines]
    return sum(1 for local, _, state in ends if state == "01" and int(local.rsplit(":", 1)[1], 16) == port)


def services(world, consul, count, instances, nodes, rate, seconds):
    register_all(consul, count, instances, nodes)
    world.write("upstreams.yaml", "".join(f"---\napiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata: {{name: s{i}, namespace: gloo-system}}\nspec: {{consul: {{serviceName: s{i}}}}}\n" for i in range(count)))
    world.write("gateways.yaml", gateways(world.http_port, world.https_port))
    begin = start(world, consul)
    names = [f"s{i}_gloo-system" for i in range(count)]
    client = EndpointClient(world.xds_port, names)
    client.wait(lambda: sum(client.endpoints.get(name, (0, 0))[0] == instances for name in names) == count, 300)
    first = time.monotonic() - begin
    time.sleep(2)  # what was on its way is counted to the start
    before, processes = dict(client.bytes), (world.solder, consul.process)
    connections = open_connections(consul.port) - 1  # the administrator's
    cpu, down = [cpu_seconds(each) for each in processes], set()
    eds, writes = change_health(consul, client, names, down, instances, nodes, rate, seconds)
    cpu = [round(cpu_seconds(each) - at, 2) for each, at in zip(processes, cpu)]
    world.solder.end(signal.SIGKILL)
    bare = BareClient(consul.port, count)
    bare.wait(lambda: len(bare.endpoints) == count, 120)
    before_bare = cpu_seconds(consul.process)
    bare_times, _ = change_health(consul, bare, list(range(count)), down, instances, nodes, rate, seconds)
    bare_cpu = round(cpu_seconds(consul.process) - before_bare, 2)
    bare.end()
    return {"scenario": "services", "services": count, "instances": count * instances, "nodes": nodes, "first_s": round(first, 2), "rate": rate, "changes": rate * seconds,
            "eds_ms": eds, "write_ms": writes, "bare_ms": bare_times, "cpu_s": {"solder": cpu[0], "consul": cpu[1], "consul_bare": bare_cpu}, "connections": connections,
            "other_bytes": sum(client.bytes[url] - before[url] for url in OTHERS)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build")
    for name, value in (("objects", 10000), ("changes", 200), ("services", 2000), ("instances", 10), ("nodes", 1000), ("rate", 200), ("seconds", 20)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--only", choices=("objects", "services"))
    given = parser.parse_args()
    harness.BUILD = given.build.resolve()
    for name, work in (("objects", lambda *w: objects(*w, given.objects, given.changes)),
                       ("services", lambda *w: services(*w, given.services, given.instances, given.nodes, given.rate, given.seconds))):
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
